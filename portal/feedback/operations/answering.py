"""What a family does: starts, goes from page to page, sends once. Nobody is signed in; the cookie is the key."""

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import select

from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.feedback import queries, rules
from portal.feedback.models import FamilyInvitation, FamilySitting, Feedback, FeedbackAspect
from portal.feedback.operations import inviting
from portal.feedback.rules import FamilyAnswer, FamilyMoment, Sitting, Source, Way
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.languages import offered_or_english
from portal.policy import Action, Actor, Role
from portal.tasks import operations as tasks
from portal.tasks.rules import READ_WORDS, RULES


@dataclass(frozen=True)
class Beginning:
    """What a family chose on the first page."""

    language: str
    large_print: bool
    manager_only: bool
    manager_seen: bool = False
    """Whether the page showed that it was ticked before; only then does an empty box take it back"""


def start(opened: FamilyInvitation | None, chosen: Beginning, *, held: str) -> str:
    """Begins in this browser and answers the secret of its cookie; ``held`` is the one that it sent.

    What was typed goes on only in the browser that typed it: another one begins with an empty form, and ends the
    first. Raises ``OutOfReach`` when there is nothing (any more) to begin.
    """
    row = _locked(opened)
    if row.opened_at is None:
        row.opened_at = clock.now()
        audit.record(None, "family's questions opened", row)
    sitting = _sitting_of(row)
    draft = rules.sitting_of(sitting.draft) if sitting is not None and _goes_on(sitting, held) else Sitting()
    begun = replace(draft, language=offered_or_english(chosen.language).code, large_print=chosen.large_print)
    manager_only = chosen.manager_only or (draft.answer.manager_only and not chosen.manager_seen)
    begun = replace(begun, answer=replace(begun.answer, manager_only=manager_only))
    secret = secrets.token_urlsafe(32)
    if sitting is None:
        sitting = FamilySitting(invitation_id=row.id)
        db.session.add(sitting)
    sitting.digest, sitting.until = queries.cookie_digest(secret), clock.now() + rules.SITTING
    sitting.draft = begun.as_text()
    return secret


def _goes_on(sitting: FamilySitting, held: str) -> bool:
    """Once it has closed, nobody sees again what was typed, not even with the same cookie."""
    return bool(held) and sitting.digest == queries.cookie_digest(held) and sitting.until > clock.now()


def keep_page(cookie: str, page: str, typed: str | None, *, on: str | None = None) -> Sitting:
    """Keeps what one page says, and where the family stands then: ``on``, else the page that follows.

    Raises ``OutOfReach`` without an open sitting, or for a page that is not asked.
    """
    row, sitting = _open(cookie)
    draft, moment = rules.sitting_of(sitting.draft), FamilyMoment(row.moment)
    if page not in (*rules.pages(moment, replace(draft.answer, good_words="all")), rules.MANAGER):
        raise OutOfReach(page)
    kept = rules.with_page(draft, page, typed)
    kept = replace(kept, at=on) if on else rules.gone_on(kept, page, moment)
    sitting.draft, sitting.until = kept.as_text(), clock.now() + rules.SITTING
    return kept


def send(cookie: str, *, manager_only: bool) -> Feedback:
    """Keeps the answers word for word, once. Raises ``OutOfReach``, or ``Refused`` with keys of words."""
    row, sitting = _open(cookie)
    draft = rules.sitting_of(sitting.draft)
    answer = replace(draft.answer, manager_only=manager_only)
    problems = rules.family_problems(answer, FamilyMoment(row.moment))
    if problems:
        raise Refused(*problems)
    said = _put(row, answer, Way.LINK, draft.language)
    audit.record(None, "family's own feedback given", said)
    _answered(None, row, said)
    db.session.delete(sitting)
    return said


def type_in(actor: Actor, case: Case, row: FamilyInvitation, answer: FamilyAnswer) -> Feedback:
    """Keeps what came back on paper, marked as such. Raises ``Refused`` with sentences.

    Words for the manager alone are typed in only by who reads them.
    """
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    if answer.manager_only and not queries.reads_manager_only(actor, case):
        raise Refused(_FOR_THE_MANAGER)
    if row.answered_at is not None or row.revoked_at is not None:
        raise Refused(_NOT_ANY_MORE)
    problems = rules.family_problems(answer, FamilyMoment(row.moment))
    if problems:
        raise Refused(*(_SENTENCES[problem] for problem in dict.fromkeys(problems)))
    said = _put(row, answer, Way.PAPER, row.language)
    said.recorded_by_id = actor.person_id
    audit.record(actor, "family's paper typed in", said)
    _answered(actor, row, said)
    sitting = _sitting_of(row)
    if sitting is not None:
        db.session.delete(sitting)
    return said


_FOR_THE_MANAGER = (
    "Only the manager reads this paper. Nothing was kept: give it to the coordinator, who types it in. If the box is "
    "not ticked on the paper, take the tick away here."
)
_NOT_ANY_MORE = "Nothing more can be typed in for this question. Give the paper to the coordinator."
"""The same whatever closed it: it must not tell that somebody wrote to the manager alone."""
_SENTENCES = {
    "problem.choose": "Choose from the answers that the paper offers.",
    "problem.too_long": f"Their words must be {rules.LONGEST_FAMILY_WORDS:,} characters or fewer.",
    "problem.nothing": "Type in at least one answer or some words.",
}


def _locked(opened: FamilyInvitation | None) -> FamilyInvitation:
    """The invitation, once nobody else writes it, and only while it still opens."""
    if opened is None:
        raise OutOfReach
    row = db.session.scalars(
        select(FamilyInvitation)
        .where(FamilyInvitation.id == opened.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if not queries.opens(row):
        raise OutOfReach
    return row


def _open(cookie: str) -> tuple[FamilyInvitation, FamilySitting]:
    found = queries.open_sitting(cookie)
    row = _locked(found.invitation if found else None)
    sitting = _sitting_of(row)
    if sitting is None or sitting.digest != queries.cookie_digest(cookie):
        raise OutOfReach
    return row, sitting


def _sitting_of(row: FamilyInvitation) -> FamilySitting | None:
    return db.session.scalars(
        select(FamilySitting).where(FamilySitting.invitation_id == row.id).execution_options(populate_existing=True)
    ).one_or_none()


def _put(row: FamilyInvitation, answer: FamilyAnswer, way: Way, language: str) -> Feedback:
    return Feedback(
        case_id=row.case_id,
        source=Source.FAMILY.value,
        invitation_id=row.id,
        family_moment=row.moment,
        way=way.value,
        language=language,
        manager_only=answer.manager_only,
        quote=answer.quote if answer.has_words else None,
        good=answer.good_words.strip() or None,
        better=answer.better_words.strip() or None,
        could_not_continue=False,
        given_on=clock.today(),
        recorded_at=clock.now(),
        aspects=[
            FeedbackAspect(aspect=code, answer=rules.answer_of_point(point).value, scale=point.value)
            for code, point in answer.points.items()
        ],
    )


def _answered(actor: Actor | None, row: FamilyInvitation, said: Feedback) -> None:
    row.answered_at = said.recorded_at  # its link and code stay known, to say that the answers arrived
    audit.record(actor, "family's answer came", row)
    if not said.manager_only:  # whoever may not read it is still waiting, or the list would tell that somebody wrote
        inviting.settle_question(row.id, actor)
        tasks.settle(f"case-{row.case_id}-awaited-{Source.FAMILY}_feedback", actor)
        if row.moment == FamilyMoment.END:
            inviting.settle_asking(row.case_id, actor)
    if said.good or said.better:
        tasks.ask(words_key(said.id), READ_WORDS, RULES[READ_WORDS], "/reading", clock.today(), role=Role.COORDINATOR)


def words_key(feedback_id: int) -> str:
    """The key of the task to read a family's words; it waits at no case, so that it shows who said something to whom
    on no list of the worker's."""
    return f"read-words-family-{feedback_id}"


def words_read(actor: Actor, case: Case, row: Feedback) -> None:
    """Notes that somebody answerable has read the words; twice changes nothing. Raises ``OutOfReach``."""
    ensure(actor, Action.READ_SAME_DAY, scope_of(case))
    if row.way is None or (row.manager_only and not queries.reads_manager_only(actor, case)):
        raise OutOfReach(row.id)
    if row.read_at is None:
        row.read_by_id, row.read_at = actor.person_id, clock.now()
        audit.record(actor, "family's words read", row)
        tasks.settle(words_key(row.id), actor)
