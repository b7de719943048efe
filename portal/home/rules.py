"""What waits, put in order: groups by urgency, and the sentence on top; and what the accessibility statement says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from portal.accounts.rules.sessions import IDLE_LIMIT, LONGEST_SESSION, WARN_BEFORE
from portal.feedback.rules.family import OPEN_FOR
from portal.tasks.rules import DueState
from portal.voice.rules.places import AFTER_EACH_TOUCH


@dataclass(frozen=True)
class WaitingRow:
    """One thing that waits, as the first page shows it. ``about`` names pupil and school, where there is one."""

    key: str
    title: str
    about: str
    url: str
    state: DueState
    words: str
    tone: str


@dataclass(frozen=True)
class Group:
    """Things of one urgency, under their heading; the first ``shown`` are in sight, the others fold out."""

    title: str
    rows: tuple[WaitingRow, ...]
    shown: int


_GROUPS: tuple[tuple[str, frozenset[DueState], int], ...] = (
    ("Overdue", frozenset({DueState.OVERDUE}), 8),
    ("Today and tomorrow", frozenset({DueState.TODAY, DueState.TOMORROW}), 20),
    ("This week", frozenset({DueState.THIS_WEEK}), 8),
    ("Later", frozenset({DueState.LATER}), 5),
)


def groups_of(rows: Iterable[WaitingRow]) -> tuple[Group, ...]:
    """The rows under their headings, the most urgent first; a heading without rows is left out."""
    kept = tuple(rows)
    groups = (Group(title, tuple(r for r in kept if r.state in states), shown) for title, states, shown in _GROUPS)
    return tuple(group for group in groups if group.rows)


def lead(rows: Iterable[WaitingRow]) -> str:
    """The sentence under the heading: "2 things are late, 1 is due today or tomorrow."; "" when nothing waits."""
    states = [row.state for row in rows]
    if not states:
        return ""
    late = states.count(DueState.OVERDUE)
    near = states.count(DueState.TODAY) + states.count(DueState.TOMORROW)
    first = f"{_things(late)} late" if late else "Nothing is late"
    if not near:
        return f"{first}, and nothing is due today or tomorrow."
    second = f"{near} {'is' if near == 1 else 'are'} due today or tomorrow"
    return f"{first}{', and' if late else ';'} {second}."


def _things(number: int) -> str:
    return "1 thing is" if number == 1 else f"{number} things are"


def service_lead(number: int, workers: int) -> str:
    """The coordinator's second sentence: "In the service 12 things are late, with 3 workers."."""
    if not number:
        return "Nothing is late in the service."
    return f"In the service {_things(number)} late, with {workers} worker{'' if workers == 1 else 's'}."


STATEMENT_PREPARED = date(2026, 12, 1)
"""Written and held against the portal on this day: change it only together with ``FAILED``."""


@dataclass(frozen=True)
class Criterion:
    """A success criterion of WCAG 2.2 that the portal does not meet yet, and where."""

    number: str
    name: str
    words: str


FAILED: tuple[Criterion, ...] = (
    Criterion("1.1.1", "Non-text content", "What a child draws has no words beside it unless the child adds some."),
    Criterion("1.3.1", "Info and relationships", "A PDF in Urdu cannot be read out in full by a screen reader."),
    Criterion("2.1.1", "Keyboard", "Drawing an answer on a tablet needs a finger, a pen or a mouse."),
    Criterion("3.1.2", "Language of parts", "What people wrote in another language is not marked as such."),
)
"""Known on the day above; more may be found."""


@dataclass(frozen=True)
class Limits:
    """How long things last, as the accessibility statement says it."""

    idle_minutes: int = IDLE_LIMIT // timedelta(minutes=1)
    warned_minutes: int = WARN_BEFORE // timedelta(minutes=1)
    session_hours: int = LONGEST_SESSION // timedelta(hours=1)
    family_days: int = OPEN_FOR.days
    child_minutes: int = AFTER_EACH_TOUCH // timedelta(minutes=1)
