"""Where a school stands in a programme: the share of its staff who were trained, by date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DEFAULT_PROGRAMMES: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    (
        "Attachment-aware schools",
        "Schools in which most adults know how early relationships shape behaviour, and work in that way every day.",
        80,
        ("Attachment awareness", "Emotion coaching"),
    ),
)
"""Name, summary, share of staff needed in per cent, titles of the topics that count"""
MOST_STAFF = 1_000
COUNTS_FOR = timedelta(days=3 * 365 + 1)
"""How long somebody who came counts: after about three years practice fades and many have left, and nobody takes
leavers off a register"""
COUNTS_WORDS = "who came within the last three years"


@dataclass(frozen=True)
class ProgrammeDraft:
    """What a programme is; ``needed_percent`` of a school's staff must have come to one of its topics."""

    name: str
    summary: str
    needed_percent: int
    topic_ids: tuple[int, ...]
    is_active: bool = True


@dataclass(frozen=True)
class Trained:
    """Somebody of the school who came to a session of the programme, on a day."""

    name: str
    on: date


@dataclass(frozen=True)
class Counted:
    """How many staff the school had from a day on."""

    from_on: date
    staff: int


@dataclass(frozen=True)
class Standing:
    """The standing on one day, of those who came within ``COUNTS_FOR`` before it.

    ``staff`` is None while the school has not said how many it has.
    """

    on: date
    trained: int
    staff: int | None
    needed_percent: int

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down and at most 100: who left since they came counts as trained, not as staff."""
        return None if not self.staff else min(100, self.trained * 100 // self.staff)

    @property
    def is_reached(self) -> bool:
        return self.percent is not None and self.percent >= self.needed_percent

    @property
    def words(self) -> str:
        """ "42 of 60 staff, 70 %", or what is missing."""
        if not self.staff:
            return f"{self.trained} {'person' if self.trained == 1 else 'people'} trained; number of staff not known"
        return f"{self.trained} of {self.staff} staff, {self.percent} %"

    @property
    def state_words(self) -> str:
        if self.is_reached:
            return "Reached"
        return "Under way" if self.trained else "Not begun"


def same_person(name: str) -> str:
    """One person who came twice counts once: letters of any size and spaces do not matter."""
    return " ".join(name.split()).casefold()


def standing(trained: Iterable[Trained], counts: Iterable[Counted], needed_percent: int, on: date) -> Standing:
    """The standing on a day, from who came in the years before it and the number of staff that held then."""
    people = {same_person(one.name) for one in trained if one.on <= on < one.on + COUNTS_FOR}
    known = [count for count in counts if count.from_on <= on]
    staff = max(known, key=lambda count: count.from_on).staff if known else None
    return Standing(on, len(people), staff, needed_percent)


def standings(
    trained: Sequence[Trained], counts: Sequence[Counted], needed_percent: int, today: date
) -> tuple[Standing, ...]:
    """The standing on each day on which it changed, and today; newest first."""
    came = {one.on for one in trained}
    over = {day + COUNTS_FOR for day in came}
    days = {day for day in came | over | {count.from_on for count in counts} if day <= today} | {today}
    found = [standing(trained, counts, needed_percent, day) for day in sorted(days)]
    changed = [
        one for before, one in zip([None, *found], found, strict=False) if before is None or _differs(before, one)
    ]
    return tuple(reversed(changed))


def _differs(before: Standing, after: Standing) -> bool:
    return (before.trained, before.staff) != (after.trained, after.staff)
