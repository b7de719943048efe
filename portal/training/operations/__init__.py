"""What people do with training: the catalogue, requests, sessions, places, the register."""

from portal.training.operations.bookings import book_places, cancel_booking, change_places
from portal.training.operations.planning import Clash
from portal.training.operations.register import Marks, enter_people, save_register, take_out
from portal.training.operations.requests import (
    ask_for_other_dates,
    ask_for_training,
    choose_date,
    decline,
    give_places,
    offer_dates,
    take_reason_step,
    withdraw,
)
from portal.training.operations.sessions import cancel_session, change_session, move_session, plan_session
from portal.training.operations.topics import add_topic, change_topic, ensure_default_topics

__all__ = [
    "Clash",
    "Marks",
    "add_topic",
    "ask_for_other_dates",
    "ask_for_training",
    "book_places",
    "cancel_booking",
    "cancel_session",
    "change_places",
    "change_session",
    "change_topic",
    "choose_date",
    "decline",
    "ensure_default_topics",
    "enter_people",
    "give_places",
    "move_session",
    "offer_dates",
    "plan_session",
    "save_register",
    "take_out",
    "take_reason_step",
    "withdraw",
]
