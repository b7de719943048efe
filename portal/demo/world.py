"""Makes the whole demonstration: the cast, the published history, and two school years of invented work."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.accounts.operations.requests import ask_for_account
from portal.accounts.rules import RequestDraft
from portal.demo import advice, after_training, agreements, children, families, referral_forms, training
from portal.demo.cast import Cast, make_cast
from portal.demo.stories import Plot, story
from portal.demo.timekeeper import Story, play
from portal.demo.voices import tell_schools
from portal.extensions import db
from portal.history.published import import_published
from portal.kernel import clock
from portal.kernel.dates import school_year_start
from portal.kernel.errors import Refused
from portal.kernel.unit_of_work import writing
from portal.notices.operations import set_aside
from portal.schools.queries import calendar_of

SEED = 2017
PRIMARY_SHARE = 0.68
QUIET_DAYS = 24
"""Days before today that are told by ``RECENT`` alone"""
PIECES_OF_WORK = 155
"""Referrals told; about nine in ten become a case."""

RECENT = (
    # (school days ago on which the school began, fate, the cast's own school of this phase or any)
    (17, "to_sign", "primary"),
    (13, "panel", "secondary"),
    (12, "accepted", "primary"),
    (11, "panel", ""),
    (9, "to_sign", "primary"),
    (9, "to_answer", "primary"),
    (8, "to_answer", "secondary"),
    (7, "accepted", ""),
    (6, "to_screen", "primary"),
    (5, "to_screen", "secondary"),
    (4, "to_screen", ""),
    (3, "to_approve", "primary"),
    (1, "draft", "primary"),
    (1, "draft", "secondary"),
)
"""What the last weeks brought, so that everybody of the cast has something to do today."""

FATES = (*["accepted"] * 44, "declined", "signposted", "declined", *["returned"] * 3)


def make_demonstration(*, cast_only: bool = False) -> None:
    """Fills an empty database. Raises ``Refused`` when anybody has an account already."""
    if not is_empty():
        raise Refused("This database is not empty. The demonstration fills only an empty one.")
    today = clock.today()
    since = date(school_year_start(today) - 2, 9, 1)
    with writing():
        cast = make_cast(since)
        agreements.begin_texts(since)
        tell_schools(cast)
        families.check_a_language(cast)
        children.begin_questionnaires()
        if not cast_only:
            import_published(cast.primary_line)
    if not cast_only:
        play(_stories(cast, today), until=clock.now())
        with writing():
            ask_for_account(
                RequestDraft("Noor Aslam", "Hornbeam School", "n.aslam@others.demo.example", "I am the new SENCo here.")
            )
            set_aside(clock.now() - timedelta(days=2))  # nobody is written to about a past that was played


def _stories(cast: Cast, today: date) -> Iterator[Story]:
    yield agreements.second_text(cast.coordinator, cast.primary_line, today)
    yield from referral_forms.stories(cast, today)
    for plot in plots(cast, today):
        yield story(plot, cast)
    yield from advice.talks(cast, today)
    yield from training.sessions_and_requests(cast, today)
    yield from after_training.stories(cast, today)
    yield from families.stories(cast, today)
    yield from children.stories(cast, today)


def is_empty() -> bool:
    """Nobody has an account yet."""
    people = db.session.scalar(select(func.count()).select_from(Person))
    db.session.rollback()
    return not people


def plots(cast: Cast, today: date) -> Iterator[Plot]:
    """What will be told: spread over last school year and this, the same for the same day."""
    random = Random(SEED)
    first = date(school_year_start(today) - 1, 9, 3)
    days = max(60, (today - first).days - QUIET_DAYS)
    for number in range(PIECES_OF_WORK):
        begins_on = first + timedelta(days=int(days * (number + random.random()) / PIECES_OF_WORK))
        primary = random.random() < PRIMARY_SHARE
        schools = cast.primary if primary else cast.secondary
        yield _plot(cast, random, number, begins_on, _a_school(random, schools, number), random.choice(FATES))
    for number, (ago, fate, own) in enumerate(RECENT, start=PIECES_OF_WORK):
        begins_on = calendar_of(cast.primary_line).add_school_days(today, -ago)
        school_id = {"primary": cast.primary[0], "secondary": cast.secondary[0]}.get(own, cast.primary[number % 9])
        yield _plot(cast, random, number, begins_on, school_id, fate)


def _plot(cast: Cast, random: Random, number: int, begins_on: date, school_id: int, fate: str) -> Plot:
    line_id = cast.primary_line if school_id in cast.primary else cast.secondary_line
    worker_id = cast.workers[number % len(cast.workers)]
    return Plot(number, school_id, line_id, worker_id, begins_on, fate, Random(random.random()))


def _a_school(random: Random, schools: tuple[int, ...], number: int) -> int:
    """The two schools of the cast, each first in its list, have more than their share."""
    return schools[0] if number % 5 == 0 else random.choice(schools)
