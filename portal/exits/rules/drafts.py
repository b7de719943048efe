"""What people type about an ending and about monitoring, and what keeps it from being kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.exits.rules.endings import OUTCOME_LABELS, HowEnded, Outcome, Persistence, PupilOutcome, StillInPlace
from portal.exits.rules.states import COLUMNS, STATABLE, ColumnState

_LOST = "continuing_lost"
_PLAUSIBLE = timedelta(days=3 * 366)

OUTCOME_CHOICES: tuple[tuple[str, str], ...] = (
    *((o.value, label) for o, label in OUTCOME_LABELS.items() if o is not Outcome.CONTINUING),
    (Outcome.CONTINUING.value, "Work continuing, and the place holds"),
    (_LOST, "Work continuing, but the place is lost"),
)
"""What a form offers: whether continuing work holds the place is part of the same answer."""


def outcome_of_choice(pupil_id: int, choice: str, note: str = "") -> PupilOutcome:
    """The outcome that a choice means; an empty choice is an outcome that nobody recorded. Raises ValueError."""
    if not choice:
        return PupilOutcome(str(pupil_id), note=note)
    if choice == _LOST:
        return PupilOutcome(str(pupil_id), Outcome.CONTINUING, False, note)
    outcome = Outcome(choice)
    return PupilOutcome(str(pupil_id), outcome, True if outcome is Outcome.CONTINUING else None, note)


def choice_of_outcome(outcome: Outcome, placement_holds: bool | None) -> str:
    """The choice that stands for a recorded outcome."""
    lost = outcome is Outcome.CONTINUING and placement_holds is False
    return _LOST if lost else outcome.value


@dataclass(frozen=True)
class EndingDraft:
    """The end of a piece of work as it is typed: an outcome for each pupil, how it ended, and the day."""

    outcomes: tuple[PupilOutcome, ...] = ()
    how_ended: HowEnded | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class MonitoringDraft:
    """What a monitoring visit found; ``checks`` and ``notes`` are by strategy id, ``answer`` where there is none."""

    done_on: date | None = None
    checks: Mapping[int, Persistence] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)
    answer: StillInPlace | None = None
    note: str = ""


@dataclass(frozen=True)
class StatementDraft:
    """What somebody says of one column of the chart while there is no record."""

    column: str
    state: ColumnState
    due_on: date | None = None
    note: str = ""


def monitoring_problems(
    draft: MonitoringDraft, strategy_ids: frozenset[int], ended_on: date | None, today: date
) -> list[str]:
    """What keeps a monitoring visit from being recorded, as sentences."""
    problems = []
    if draft.done_on is None:
        problems.append("Enter the date of the visit.")
    elif draft.done_on > today:
        problems.append("The visit lies in the future. Book its date instead.")
    elif ended_on and draft.done_on < ended_on:
        problems.append("A monitoring visit cannot come before the work ended.")
    missing = len(strategy_ids - set(draft.checks))
    if missing:
        problems.append(f"Say what you saw of every strategy: {missing} of {len(strategy_ids)} still to say.")
    if not strategy_ids and draft.answer is None:
        problems.append("Say whether what was agreed is still in place.")
    return problems


def booking_problems(day: date | None, today: date) -> list[str]:
    """What keeps a monitoring visit from being booked for a day, as sentences."""
    if day is None:
        return ["Enter the day that the visit is booked for."]
    if day < today:
        return ["This day is over. Record the visit instead, or choose a day to come."]
    return ["This date is years away. Check the year."] if day - today > _PLAUSIBLE else []


def statement_problems(draft: StatementDraft, today: date) -> list[str]:
    """What keeps a statement about a column from being kept, as sentences. ``ColumnState`` of a result is refused."""
    problems = []
    if draft.column not in COLUMNS:
        problems.append("Choose a column of the chart.")
    if draft.state not in STATABLE:
        problems.append("A result comes from its record, not from a statement.")
    if draft.state is ColumnState.SCHEDULED:
        problems += booking_problems(draft.due_on, today) and ["Enter the day, from today on, that it is arranged for."]
    return problems
