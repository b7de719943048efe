"""A question and what is written about it."""

from portal.advice import rules
from portal.advice.models import AdviceMessage, AdviceThread
from portal.advice.operations import due
from portal.cases.queries import worker_choices
from portal.extensions import db
from portal.kernel import audit, clock, settings
from portal.kernel.access import ensure
from portal.kernel.history import advance
from portal.kernel.settings import Feature
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools.models import School
from portal.schools.operations import RefusedFields
from portal.visits.operations import log_visit
from portal.visits.rules import VisitDraft

TIME_KIND = "graduated_response"
"""The kind of work in the ledger of visits"""


def ask_advice(actor: Actor, school_id: int, draft: rules.QuestionDraft) -> AdviceThread:
    """A school asks about practice. Raises ``RefusedFields`` for what must be mended, ``OutOfReach`` for another's."""
    ensure(actor, Action.ASK_ADVICE, Scope(school_id=school_id))
    _refuse_any(rules.question_problems(draft))
    now = clock.now()
    thread = AdviceThread(
        school=db.session.get_one(School, school_id),
        asked_by_id=actor.person_id,
        subject=" ".join(draft.subject.split()),
        tried=draft.tried.strip() or None,
        how_soon=draft.how_soon,
        status="waiting",
        asked_at=now,
        last_at=now,
        due_on=due.answer_day(draft.how_soon),
        messages=[],
    )
    message = _message(actor, "question", draft.question, from_school=True)
    thread.messages.append(message)
    audit.record(actor, "advice asked", thread)
    due.ask_for_answer(thread)
    due.tell_service(thread, message)
    return thread


def write_again(
    actor: Actor, thread: AdviceThread, draft: rules.MessageDraft, *, opened_with: int | None
) -> AdviceMessage:
    """The school writes again; a closed question opens by it. Raises ``EditConflict`` or ``RefusedFields``."""
    message = _write(actor, thread, "write", "reply", draft, opened_with)
    thread.due_on = due.answer_day(thread.how_soon)
    due.settle_question(actor, thread)
    due.ask_for_answer(thread)
    due.tell_service(thread, message)
    return message


def answer(actor: Actor, thread: AdviceThread, draft: rules.MessageDraft, *, opened_with: int | None) -> AdviceMessage:
    """The service answers; the minutes go to the ledger of visits. Raises ``EditConflict`` or ``RefusedFields``."""
    message = _write(actor, thread, "answer", "answer", draft, opened_with)
    due.settle_answer(actor, thread)
    due.settle_question(actor, thread)
    due.tell_school("advice_answered", thread, message)
    return message


def ask_back(
    actor: Actor, thread: AdviceThread, draft: rules.MessageDraft, *, opened_with: int | None
) -> AdviceMessage:
    """The service needs to know more before it answers. Raises ``EditConflict`` or ``RefusedFields``."""
    message = _write(actor, thread, "ask_back", "ask_back", draft, opened_with)
    due.settle_answer(actor, thread)
    due.ask_school(thread)
    due.tell_school("advice_asked_back", thread, message)
    return message


def close(actor: Actor, thread: AdviceThread, *, opened_with: int | None) -> None:
    """The question is settled: the school says that the answer helps, or the service ends it.

    Raises ``EditConflict``, and ``Refused`` for one that is closed, or still waits for the service's own answer.
    """
    step = "close" if thread.school_id in actor.school_ids else "finish"
    ensure(actor, rules.ROAD.by_name[step].needs, thread.scope)
    check_version(thread, opened_with)
    advance(actor, thread, rules.ROAD, step, rules.Facts(), audit_as=rules.STEP_WORDS[step])
    due.settle_answer(actor, thread)
    due.settle_question(actor, thread)


def assign(actor: Actor, thread: AdviceThread, person_id: int | None, *, opened_with: int | None) -> None:
    """Gives the question to a worker, or back to the coordinators. Raises ``EditConflict`` or ``RefusedFields``."""
    ensure(actor, Action.ANSWER_ADVICE, thread.scope)
    check_version(thread, opened_with)
    if person_id is not None and str(person_id) not in dict(worker_choices()):
        raise RefusedFields({"person_id": "Choose an outreach worker of today."})
    thread.assigned_to_id = person_id
    audit.record(actor, "advice assigned", thread)
    if thread.status == "waiting":
        due.ask_for_answer(thread)
    if person_id is not None and person_id != actor.person_id:
        due.tell_worker(thread, person_id)


def asks_time() -> bool:
    """Whether an answer says how long it took: only while visits are kept."""
    return settings.is_on(Feature.VISITS)


def _write(
    actor: Actor, thread: AdviceThread, step: str, kind: str, draft: rules.MessageDraft, opened_with: int | None
) -> AdviceMessage:
    ensure(actor, rules.ROAD.by_name[step].needs, thread.scope)
    check_version(thread, opened_with)
    from_school = step == "write"
    times = asks_time() and not from_school
    _refuse_any(rules.message_problems(draft, asks_time=times))
    message = _message(actor, kind, draft.words, from_school=from_school)
    thread.messages.append(message)
    thread.last_at = message.written_at
    advance(actor, thread, rules.ROAD, step, rules.Facts(), audit_as=rules.STEP_WORDS[step])
    if times:
        message.visit_id = _log(actor, thread, draft)
    return message


def _log(actor: Actor, thread: AdviceThread, draft: rules.MessageDraft) -> int:
    visit = log_visit(
        actor,
        VisitDraft(
            on_date=clock.today(),
            minutes=draft.minutes,
            kind=TIME_KIND,
            note=f"Answer to a question about practice: {thread.subject}",
        ),
        school_id=thread.school_id,
    )
    return visit.id


def _message(actor: Actor, kind: str, words: str, *, from_school: bool) -> AdviceMessage:
    return AdviceMessage(
        person_id=actor.person_id,
        from_school=from_school,
        kind=kind,
        words=words.strip(),
        written_at=clock.now(),
    )


def _refuse_any(by_field: dict[str, str]) -> None:
    if by_field:
        raise RefusedFields(by_field)
