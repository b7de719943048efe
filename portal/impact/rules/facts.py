"""The records that one row of the chart is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.assessments.rules import THRESHOLD, THRIVE, MeasureDefinition, Reading
from portal.exits.rules import HowEnded, Persistence, PupilOutcome, StillInPlace
from portal.feedback.rules import Feedback
from portal.impact.rules.cells import Cell
from portal.plans.rules import Implemented, ImplementedSummary


class ChildVoice(StrEnum):
    """How far the children of a piece of work were heard; choosing not to say is their right, not a gap."""

    HEARD_TWICE = "heard_twice"
    HEARD_ONCE = "heard_once"
    CHOSE_NOT_TO_SAY = "chose_not_to_say"


CHILD_VOICE_LABELS: dict[ChildVoice, str] = {
    ChildVoice.HEARD_TWICE: "Heard at the start and at the end",
    ChildVoice.HEARD_ONCE: "Heard once",
    ChildVoice.CHOSE_NOT_TO_SAY: "Chose not to say",
}


@dataclass(frozen=True)
class MonitoringVisit:
    """A monitoring visit that took place; ``answer`` is a stated one, where nobody wrote strategy by strategy."""

    visited_on: date | None = None
    checks: tuple[Persistence, ...] = ()
    answer: StillInPlace | None = None


@dataclass(frozen=True)
class ChartFacts:
    """Everything the chart knows of one worker's part in one piece of work.

    ``days`` are this worker's, in half days; everything else belongs to the whole piece of work and is the same in each
    of its rows. ``pupils`` holds every child, with or without an outcome. Readings are of all pupils; one without a
    pupil speaks for the whole piece of work. ``implemented`` and a visit's ``answer`` are summaries stated as such.
    ``stated`` holds, by column, what a person or an import said where there is no record.
    """

    case_key: str
    school: str
    worker_key: str
    worker: str
    days: Decimal
    pupils: tuple[PupilOutcome, ...]
    ended: bool
    year: str = ""
    ended_on: date | None = None
    how_ended: HowEnded | None = None
    strategies: tuple[Implemented, ...] = ()
    implemented: ImplementedSummary | None = None
    threshold: tuple[Reading, ...] = ()
    thrive: tuple[Reading, ...] = ()
    visits: tuple[MonitoringVisit, ...] = ()
    visit_booked_on: date | None = None
    school_feedback: tuple[Feedback, ...] = ()
    family_feedback: tuple[Feedback, ...] = ()
    child_voice: ChildVoice | None = None
    stated: Mapping[str, Cell] = field(default_factory=dict)
    threshold_measure: MeasureDefinition = THRESHOLD
    thrive_measure: MeasureDefinition = THRIVE
