"""Tables of training: the catalogue, what schools ask for, sessions with their bookings, and who came."""

from portal.training.models.catalogue import Topic
from portal.training.models.evaluations import Evaluation, EvaluationLink
from portal.training.models.events import Event, Invitation
from portal.training.models.programmes import Programme, ProgrammeTopic, StaffCount
from portal.training.models.requests import OfferedDate, TrainingRequest
from portal.training.models.sessions import Attendee, Booking, TrainingSession, TrainingTrainer

__all__ = [
    "Attendee",
    "Booking",
    "Evaluation",
    "EvaluationLink",
    "Event",
    "Invitation",
    "OfferedDate",
    "Programme",
    "ProgrammeTopic",
    "StaffCount",
    "Topic",
    "TrainingRequest",
    "TrainingSession",
    "TrainingTrainer",
]
