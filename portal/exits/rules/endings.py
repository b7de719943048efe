"""How a piece of work ends, which pupils kept their place, and what still holds when somebody visits again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

SCHOOL_WEEKS_TO_FIRST_VISIT = 6


class Outcome(StrEnum):
    """What became of one pupil, in the order in which the choices stand."""

    STAYED = "stayed"
    MANAGED_MOVE_IN_PROGRESS = "managed_move_in_progress"
    MANAGED_MOVE = "managed_move"
    SPECIALIST = "specialist"
    ALTERNATIVE = "alternative"
    MOVED_SCHOOL = "moved_school"
    PERMANENTLY_EXCLUDED = "permanently_excluded"
    PARENT_REMOVED = "parent_removed"
    LEFT_AREA = "left_area"
    CONTINUING = "continuing"


OUTCOME_LABELS: dict[Outcome, str] = {
    Outcome.STAYED: "Stayed in school",
    Outcome.MANAGED_MOVE_IN_PROGRESS: "Managed move in progress",
    Outcome.MANAGED_MOVE: "Managed move",
    Outcome.SPECIALIST: "Moved to specialist provision",
    Outcome.ALTERNATIVE: "Alternative provision or dual registration",
    Outcome.MOVED_SCHOOL: "Moved school",
    Outcome.PERMANENTLY_EXCLUDED: "Permanently excluded",
    Outcome.PARENT_REMOVED: "Parent removed child, or home education",
    Outcome.LEFT_AREA: "Left the area",
    Outcome.CONTINUING: "Work continuing",
}
KEPT: frozenset[Outcome] = frozenset(
    {Outcome.STAYED, Outcome.MANAGED_MOVE_IN_PROGRESS, Outcome.MANAGED_MOVE, Outcome.SPECIALIST}
)


class HowEnded(StrEnum):
    """How the work ended; a safeguarding stop shows this word and nothing else of its reason."""

    COMPLETED = "completed"
    STOPPED_BY_FAMILY = "stopped_by_family"
    STOPPED_BY_SCHOOL = "stopped_by_school"
    STOPPED_BY_SERVICE = "stopped_by_service"
    STOPPED_FOR_SAFEGUARDING = "stopped_for_safeguarding"


HOW_ENDED_LABELS: dict[HowEnded, str] = {
    HowEnded.COMPLETED: "Completed",
    HowEnded.STOPPED_BY_FAMILY: "Stopped by the family",
    HowEnded.STOPPED_BY_SCHOOL: "Stopped by the school",
    HowEnded.STOPPED_BY_SERVICE: "Stopped by the service",
    HowEnded.STOPPED_FOR_SAFEGUARDING: "Stopped for safeguarding",
}


class Persistence(StrEnum):
    """What a monitoring visit found of one strategy."""

    STILL_IN_PLACE = "still_in_place"
    ADAPTED = "adapted"
    STEPPED_DOWN = "stepped_down"
    STOPPED = "stopped"
    NOT_SEEN = "not_seen"


PERSISTENCE_LABELS: dict[Persistence, str] = {
    Persistence.STILL_IN_PLACE: "Still in place",
    Persistence.ADAPTED: "Adapted",
    Persistence.STEPPED_DOWN: "Stepped down appropriately",
    Persistence.STOPPED: "Stopped",
    Persistence.NOT_SEEN: "Not seen",
}
HOLDING: frozenset[Persistence] = frozenset({Persistence.STILL_IN_PLACE, Persistence.ADAPTED, Persistence.STEPPED_DOWN})


class StillInPlace(StrEnum):
    """One monitoring visit in a word."""

    YES = "yes"
    SOME = "some"
    NO = "no"


STILL_IN_PLACE_LABELS: dict[StillInPlace, str] = {
    StillInPlace.YES: "Yes",
    StillInPlace.SOME: "Some",
    StillInPlace.NO: "No",
}


@dataclass(frozen=True)
class PupilOutcome:
    """One pupil of the work; ``outcome`` is None while nobody has recorded it.

    ``placement_holds`` speaks only of continuing work: None where that is not known.
    """

    pupil_key: str
    outcome: Outcome | None = None
    placement_holds: bool | None = None
    note: str = ""

    @property
    def kept(self) -> bool | None:
        """Whether the pupil kept the place or moved to specialist provision; None when that is not known."""
        return is_kept(self.outcome, self.placement_holds)

    def words(self) -> str:
        """The outcome as the chart says it."""
        if self.outcome is None:
            return "Not recorded yet"
        lost = self.outcome is Outcome.CONTINUING and self.placement_holds is False
        return OUTCOME_LABELS[self.outcome] + (", placement lost" if lost else "")


@dataclass(frozen=True)
class EndingFacts:
    """What ending a piece of work asks for, and nothing else."""

    outcomes: tuple[PupilOutcome, ...]
    how_ended: HowEnded | None
    started_on: date | None
    ended_on: date | None
    today: date


class TermCalendar(Protocol):
    """What monitoring needs of the term dates; holidays, INSET days and bank holidays are not school days."""

    def add_school_weeks(self, day: date, n: int) -> date:
        """The day ``n`` school weeks after ``day``."""
        ...

    def end_of_next_term(self, day: date) -> date:
        """The last school day of the term after the one ``day`` falls in or follows."""
        ...


class MonitoringDates(NamedTuple):
    """When the two monitoring visits are due."""

    first: date
    second: date


def is_kept(outcome: Outcome | None, placement_holds: bool | None = None) -> bool | None:
    """Whether an outcome counts as a place kept; None when it is not recorded, or continuing work does not say."""
    if outcome is None:
        return None
    return placement_holds if outcome is Outcome.CONTINUING else outcome in KEPT


def still_in_place(checks: Iterable[Persistence]) -> StillInPlace | None:
    """All, some or none of the strategies that were seen still hold; None when none was seen.

    A strategy adapted or appropriately stepped down holds: the child's need has changed, the school's care has not.
    """
    seen = [check in HOLDING for check in checks if check is not Persistence.NOT_SEEN]
    if not seen:
        return None
    if all(seen):
        return StillInPlace.YES
    return StillInPlace.SOME if any(seen) else StillInPlace.NO


def ending_problems(facts: EndingFacts) -> list[str]:
    """What is missing before the work can end; measures, feedback and strategies are never asked for."""
    return [*_outcome_problems(facts.outcomes), *_how_problems(facts.how_ended), *_date_problems(facts)]


def monitoring_dates(
    ended_on: date, calendar: TermCalendar, school_weeks: int = SCHOOL_WEEKS_TO_FIRST_VISIT
) -> MonitoringDates:
    """When to visit again: ``school_weeks`` school weeks after the end, and one term after it."""
    return MonitoringDates(calendar.add_school_weeks(ended_on, school_weeks), calendar.end_of_next_term(ended_on))


def _outcome_problems(outcomes: Sequence[PupilOutcome]) -> list[str]:
    missing = sum(pupil.outcome is None for pupil in outcomes)
    return [f"Choose what became of every pupil: {missing} of {len(outcomes)} still to choose."] if missing else []


def _how_problems(how_ended: HowEnded | None) -> list[str]:
    return [] if how_ended else ["Say how the work ended."]


def _date_problems(facts: EndingFacts) -> list[str]:
    if facts.ended_on is None:
        return ["Enter the date on which the work ended."]
    if facts.ended_on > facts.today:
        return ["The work cannot end on a date in the future."]
    if facts.started_on and facts.ended_on < facts.started_on:
        return ["The work cannot end before it started."]
    return []
