"""How families are asked in the demonstration, and what they answer: every fortnight about the work that ended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.cases.operations.clocks import first_worker_id
from portal.demo import names, texts
from portal.demo.cast import OTHERS_DOMAIN, Cast
from portal.demo.timekeeper import Story, at
from portal.extensions import db
from portal.feedback import operations, queries, rules
from portal.feedback.models import Feedback
from portal.feedback.rules import Channel, FamilyMoment, Point
from portal.kernel import audit
from portal.languages.operations import write_texts
from portal.languages.queries import texts_of
from portal.languages.rules.texts import TextState, Typed
from portal.schools.models import Contact, Pupil

FORTNIGHTS = 20
ASKED, OPENED_ONLY, ANSWERED = 0.75, 0.15, 0.7
_CHANNELS = (*[Channel.TEXT] * 3, Channel.LETTER)
_GOOD = (*[Point.BEST] * 4, *[Point.GOOD] * 5, Point.MIDDLE)
_LESSER = (Point.MIDDLE, Point.POOR, Point.NOT_SAY, Point.NOT_APPLY)


@dataclass
class _Post:
    """Links that are out: invitation and token. A family alone holds its token, so nothing of this is stored."""

    random: Random = field(default_factory=lambda: Random(28))
    out: list[tuple[int, str]] = field(default_factory=list)


def check_a_language(cast: Cast) -> None:
    """A speaker has begun with the Polish: no language is offered while texts are missing or not checked."""
    typed = [
        Typed(row.catalogue, row.key, row.words, row.mark, is_right=True)
        for row in texts_of("pl")
        if row.catalogue == queries.WORDS.name and row.state is TextState.TO_CHECK
    ]
    write_texts(actor_of(cast.coordinator), "pl", typed, "Ewa Malinowska (invented)")


def stories(cast: Cast, today: date) -> Iterator[Story]:
    yield _asking(cast, today)


def _asking(cast: Cast, today: date) -> Story:
    post = _Post()
    for ago in range(FORTNIGHTS * 14, 0, -14):
        day = today - timedelta(days=ago - 13)
        yield at(day, 7, 40)
        _read_all(cast)
        _answer_some(post)
        _ask_about(_ended(day - timedelta(days=14), day), post)
    yield at(today, 7, 45)
    _answer_today(post)


def _ended(since: date, until: date) -> list[Case]:
    return list(db.session.scalars(select(Case).where(Case.ended_on >= since, Case.ended_on < until).order_by(Case.id)))


def _ask_about(ended: list[Case], post: _Post) -> None:
    for case in ended:
        worker_id = first_worker_id(case)
        if worker_id is None or not case.pupils or post.random.random() > ASKED:
            continue
        contact = _parents(case.pupils[0].pupil, post.random)
        asking = rules.Asking(contact.id, FamilyMoment.END, post.random.choice(_CHANNELS))
        worker, made = actor_of(worker_id), operations.new_secrets()
        row = operations.invite_family(worker, case, asking)
        operations.renew(worker, case, row, made)
        post.out.append((row.id, made.token))


def _parents(pupil: Pupil, random: Random) -> Contact:
    """A parent who may be reached, and now and then another person who must not be."""
    name = f"{random.choice(names.GIVEN_NAMES)} {pupil.family_name}"
    found = pupil.contacts[0] if pupil.contacts else _parent(pupil, name, random)
    found.address = f"{random.randint(1, 90)} Quay Street\nHarbour"
    found.safe_channels = "text,email,post"
    found.language = random.choice(("", "", "", "Polish")) or None
    if random.random() < 0.2:
        pupil.contacts.append(Contact(name=f"Ray {pupil.family_name}", relationship_code="father", do_not_contact=True))
    audit.record(None, "contact changed", pupil)
    return found


def _parent(pupil: Pupil, name: str, random: Random) -> Contact:
    found = Contact(
        name=name,
        relationship_code="mother",
        parental_responsibility=True,
        phone=f"07700 900{random.randrange(1000):03d}",
        email=f"{name.lower().replace(' ', '.')}@{OTHERS_DOMAIN}",
    )
    pupil.contacts.append(found)
    return found


def _answer_some(post: _Post) -> None:
    """Most answer within the fortnight, some only open the questions, the others say nothing."""
    for _, token in post.out:
        chance = post.random.random()
        if chance < ANSWERED:
            _answer(token, post.random, manager_only=post.random.random() < 0.05)
        elif chance < ANSWERED + OPENED_ONLY:
            _start(token)
    post.out.clear()


def _answer_today(post: _Post) -> None:
    """Words came this morning that nobody has read yet, once for the manager alone."""
    open_tokens = [token for _, token in post.out if queries.invitation_by_token(token)]
    for number, token in enumerate(open_tokens[:3]):
        _answer(token, post.random, manager_only=number == 1, words=True)


def _start(token: str) -> str:
    begin = operations.Beginning(language="en", large_print=False, manager_only=False)
    return operations.start(queries.invitation_by_token(token), begin, held="")


def _answer(token: str, random: Random, *, manager_only: bool, words: bool = False) -> None:
    cookie = _start(token)
    critical = random.random() < 0.3
    for code in rules.family_aspects(FamilyMoment.END):
        point = random.choice(_LESSER if critical and random.random() < 0.4 else _GOOD)
        if code == "length":
            point = Point.TOO_SHORT if critical else Point.RIGHT
        operations.keep_page(cookie, code, point.value)
    if words or random.random() < 0.6:
        operations.keep_page(cookie, rules.GOOD_WORDS, random.choice(texts.FAMILY_GOOD))
        if critical or manager_only:
            operations.keep_page(cookie, rules.BETTER_WORDS, random.choice(texts.FAMILY_BETTER))
        operations.keep_page(cookie, rules.QUOTE, random.choice(("yes", "yes", "no")))
    operations.send(cookie, manager_only=manager_only)


def _read_all(cast: Cast) -> None:
    coordinator = actor_of(cast.coordinator)
    for row in queries.words_to_read(coordinator):
        said = db.session.get_one(Feedback, row.id)
        operations.words_read(coordinator, said.case, said)
