"""What people enter about training, and what is wrong with it: a sentence by field, empty when all is well."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from portal.training.rules.times import EARLIEST, LATEST, to_utc

SHORTEST, LONGEST = 15, 480
"""Minutes of a session"""
MOST_PEOPLE = 500
_DAY_END = 24 * 60
MOST_DATES = 3
FURTHEST = timedelta(days=550)
"""A date further away than this is a slip of the year."""


@dataclass(frozen=True)
class TopicDraft:
    """One topic of the catalogue."""

    title: str = ""
    minutes: int | None = None
    audience: str = ""
    summary: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class RequestDraft:
    """What a school asks for: a topic of the catalogue, or ``own_words``."""

    topic_id: int | None = None
    own_words: str = ""
    who: str = ""
    how_many: int | None = None
    dates: tuple[date, ...] = ()
    dates_words: str = ""
    difference: str = ""

    @property
    def title_typed(self) -> str:
        """What the school typed itself of the title, which leaves the portal with calendars; "" for a topic."""
        return self.own_words if self.topic_id is None else ""


class _Dated:
    """What has a day, a time of day and a length; the moments are asked of drafts without problems only."""

    on: date | None
    at: time | None
    minutes: int | None

    @property
    def starts_at(self) -> datetime:
        """In UTC. Raises ValueError while day or time is missing."""
        if self.on is None or self.at is None:
            raise ValueError("a date without its day or its time has no moment")
        return to_utc(self.on, self.at)

    @property
    def length(self) -> int:
        """Minutes. Raises ValueError while they are missing."""
        if self.minutes is None:
            raise ValueError("a date without its length")
        return self.minutes


@dataclass(frozen=True)
class DateDraft(_Dated):
    """One date with its hours, place and trainer; the time of day is England's."""

    on: date | None = None
    at: time | None = None
    minutes: int | None = None
    place: str = ""
    trainer_id: int | None = None


@dataclass(frozen=True)
class SessionDraft(_Dated):
    """A session as the coordinator plans it. ``places`` None is no limit; ``school_id`` the host, if a school is."""

    topic_id: int | None = None
    title: str = ""
    on: date | None = None
    at: time | None = None
    minutes: int | None = None
    place: str = ""
    school_id: int | None = None
    places: int | None = None
    trainer_ids: tuple[int, ...] = field(default=())


def request_problems(draft: RequestDraft, today: date) -> dict[str, str]:
    """What must be mended before a request is sent."""
    problems = {}
    if draft.topic_id is None and not draft.own_words:
        problems["own_words"] = "Choose a topic, or say in your own words what the training should be about."
    if not draft.who:
        problems["who"] = "Say who should come, such as “all teaching assistants”."
    if draft.how_many is None or not 1 <= draft.how_many <= MOST_PEOPLE:
        problems["how_many"] = f"Enter how many people, from 1 to {MOST_PEOPLE}."
    if not draft.dates and not draft.dates_words:
        problems["dates_words"] = "Enter a date, or say which days and times suit you."
    for number, day in enumerate(draft.dates, start=1):
        if found := day_problem(day, today):
            problems[f"date_{number}"] = found
    if not draft.difference:
        problems["difference"] = "Say what should be different afterwards. A sentence is enough."
    return problems


def day_problem(day: date, today: date) -> str:
    """Why training cannot be wished for or planned on a day; "" when it can."""
    if day < today:
        return "This date is over. Enter today or a later date."
    if day > today + FURTHEST:
        return "This date is more than a year and a half away. Check the year."
    return ""


def date_problems(draft: DateDraft, today: date) -> dict[str, str]:
    """What must be mended about one date, by field of ``DateDraft``."""
    problems = {}
    if draft.on is None:
        problems["on"] = "Enter the date."
    elif found := day_problem(draft.on, today):
        problems["on"] = found
    if draft.at is None:
        problems["at"] = "Enter the time at which it starts, such as 15:30."
    elif not EARLIEST <= draft.at <= LATEST:
        problems["at"] = "Training starts between 07:00 and 21:00. Half past three in the afternoon is 15:30."
    if draft.minutes is None or not SHORTEST <= draft.minutes <= LONGEST:
        problems["minutes"] = f"Enter the length in minutes, from {SHORTEST} to {LONGEST}."
    elif draft.at and draft.at.hour * 60 + draft.at.minute + draft.minutes > _DAY_END:
        problems["minutes"] = "This would end after midnight. Check the start and the length."
    if not draft.place:
        problems["place"] = "Say where it is held."
    if draft.trainer_id is None:
        problems["trainer_id"] = "Choose who gives it."
    return problems


def offer_problems(drafts: Sequence[DateDraft], today: date) -> dict[str, str]:
    """What must be mended before dates are offered; keys read ``date_1_on``."""
    if not drafts:
        return {"date_1_on": "Offer at least one date."}
    problems = {}
    for number, draft in enumerate(drafts[:MOST_DATES], start=1):
        problems.update({f"date_{number}_{name}": words for name, words in date_problems(draft, today).items()})
    starts = [(draft.on, draft.at) for draft in drafts]
    if not problems and len(set(starts)) < len(starts):
        problems["date_1_on"] = "Two of these dates are the same. Change one, or leave it empty."
    return problems


def session_problems(draft: SessionDraft, today: date) -> dict[str, str]:
    """What must be mended before a session is planned or changed."""
    first = draft.trainer_ids[0] if draft.trainer_ids else None
    problems = date_problems(DateDraft(draft.on, draft.at, draft.minutes, draft.place, first), today)
    if "trainer_id" in problems:
        problems["trainers"] = problems.pop("trainer_id")
    if not draft.title:
        problems["title"] = "Give the session a title."
    if draft.places is not None and not 1 <= draft.places <= MOST_PEOPLE:
        problems["places"] = f"Enter the places, from 1 to {MOST_PEOPLE}, or leave it empty for no limit."
    return problems
