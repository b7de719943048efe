"""The form: what was answered on each page, what is missing, and a page as it opens."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Person
from portal.accounts.queries import people_with
from portal.extensions import db
from portal.kernel import clock
from portal.policy import SCHOOL_ROLES, Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralPage
from portal.schools.queries import pupil_draft


@dataclass(frozen=True)
class OpenedPage:
    """A page as its form opens it; ``version`` is 0 until it was saved, ``begun`` when the portal filled some in."""

    draft: rules.PageDraft
    version: int
    begun: bool


@dataclass(frozen=True)
class TaskListPage:
    """One line of the task list."""

    key: str
    title: str
    hint: str
    state: rules.PageState
    words: str
    needed: bool
    """It asks something without which the referral cannot be sent"""


def page_answers(referral: Referral) -> dict[str, rules.PageDraft]:
    """The saved pages by key, as their rules' dataclasses."""
    return rules.read_pages({page.page: json.loads(page.answers) for page in referral.pages})


def asked_of(referral: Referral) -> rules.Asked:
    """What decides which questions this referral asks."""
    officer = referral.school.kind == "authority"
    return rules.Asked(
        asks_head=referral.service_line.asks_head and not officer, kind=referral.scope_kind, by_officer=officer
    )


def sections_to_read(referral: Referral) -> list[rules.Section]:
    """What was answered, as it is read: the child's and the family's own words first."""
    return rules.views_first(rules.sections(page_answers(referral), asked_of(referral), clock.today()))


def subject_of(referral: Referral) -> str:
    """Whom the referral is about, as the heading of its page."""
    pupil = referral.pupil
    name = f"{pupil.given_name} {pupil.family_name}".strip() if pupil else ""
    return rules.subject_words(referral.scope_kind, name, (1 if pupil else 0) + len(referral.further))


def colleagues_of(referral: Referral) -> list[tuple[int, str]]:
    """The people of the referral's school who may write it, by name."""
    ids = {i for role in SCHOOL_ROLES for i in people_with(role, school_id=referral.school_id)}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.name, Person.id))
    return [(row.id, row.name) for row in rows]


def last_referral_of(referral: Referral) -> Referral | None:
    """The newest other referral of the same pupil by the same school; None when there is none."""
    if referral.pupil_id is None or referral.scope_kind != "pupil":
        return None
    return db.session.scalars(
        select(Referral)
        .where(
            Referral.pupil_id == referral.pupil_id,
            Referral.school_id == referral.school_id,
            Referral.scope_kind == "pupil",
            Referral.id != referral.id,
        )
        .options(selectinload(Referral.pages))
        .order_by(Referral.id.desc())
        .limit(1)
    ).one_or_none()


def known_pages(actor: Actor, referral: Referral) -> dict[str, rules.PageDraft]:
    """Every page as its form opens it: saved, or begun with what the portal knows."""
    return {page.key: opened_page(actor, referral, page.key).draft for page in rules.pages_of(referral.scope_kind)}


def saved_page(referral: Referral, key: str) -> ReferralPage | None:
    """The row of one page, None until it was saved."""
    return next((page for page in referral.pages if page.page == key), None)


def opened_page(actor: Actor, referral: Referral, key: str) -> OpenedPage:
    """The page as its form opens it: as saved, or begun with what the portal knows already."""
    row = saved_page(referral, key)
    if row is not None:
        return OpenedPage(page_answers(referral)[key], row.version, begun=False)
    begun = _begun(actor, referral, key)
    return OpenedPage(begun or rules.PAGE_BY_KEY[key].draft(), 0, begun is not None)


def _begun(actor: Actor, referral: Referral, key: str) -> rules.PageDraft | None:
    if key == "referrer":
        email = db.session.scalar(select(Person.email).where(Person.id == actor.person_id)) or ""
        return rules.ReferrerPage(name=actor.name, email=email)
    if key == "pupil" and referral.pupil is None and referral.school.kind == "authority":
        return rules.PupilPage(at_school=False)
    if referral.pupil is None:
        return None
    if key == "family":
        return rules.family_of(referral.pupil.contacts)
    return rules.begun_from_record(key, pupil_draft(referral.pupil))


def task_list(referral: Referral) -> list[TaskListPage]:
    """The pages in order, each with how far it has come."""
    answers = page_answers(referral)
    found = []
    for page in rules.pages_of(referral.scope_kind):
        state = rules.page_state(answers.get(page.key), asked_of(referral))
        needed = any(question.weight == rules.CORE for question in page.questions)
        found.append(TaskListPage(page.key, page.title, page.hint, state, rules.PAGE_STATES[state], needed))
    return found


@dataclass(frozen=True)
class GapRow:
    """What is still missing on one page, in the words of its questions."""

    page: str
    title: str
    words: tuple[str, ...]


def gaps_by_page(gaps: list[rules.Missing]) -> list[GapRow]:
    """The missing answers, one row a page, in the order of the form."""
    rows = []
    for page in rules.PAGE_BY_KEY.values():
        labels = {question.field: question.label for question in page.questions}
        words = tuple(_gap_words(gap, labels) for gap in gaps if gap.page == page.key)
        if words:
            rows.append(GapRow(page.key, page.title, words))
    return rows


def _gap_words(gap: rules.Missing, labels: Mapping[str, str]) -> str:
    """The question; where one question holds several gaps, and for evidence, the sentence says more."""
    if gap.page == "pupils" and gap.question == "pupils":
        words = gap.sentence.partition(": ")[2]
        return words[:1].upper() + words[1:]
    return labels.get(gap.question, gap.sentence)
