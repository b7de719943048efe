"""The form: what was answered on each page, what is missing, and a page as it opens."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.models import Person
from portal.extensions import db
from portal.policy import Actor
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
    return rules.begun_from_record(key, pupil_draft(referral.pupil)) if referral.pupil else None


def task_list(referral: Referral) -> list[TaskListPage]:
    """The pages in order, each with how far it has come."""
    answers = page_answers(referral)
    found = []
    for page in rules.PAGES:
        state = rules.page_state(answers.get(page.key), referral.service_line)
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
    for page in rules.PAGES:
        labels = {question.field: question.label for question in page.questions}
        words = tuple(labels[gap.question] for gap in gaps if gap.page == page.key)
        if words:
            rows.append(GapRow(page.key, page.title, words))
    return rows
