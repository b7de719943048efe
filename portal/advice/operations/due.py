"""What a question makes due, for whom and by when; and who is told of it. No words of it name anybody."""

from datetime import date

from portal.accounts.queries import people_of_school, people_with, school_role
from portal.advice import rules
from portal.advice.models import AdviceMessage, AdviceThread
from portal.kernel import clock
from portal.notices.operations import tell
from portal.policy import Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.rules import ADVICE_ASKED_BACK, ANSWER_ADVICE

SCHOOL_DAYS_TO_ANSWER_BACK = 5


def answer_day(how_soon: str) -> date:
    """The last good day of an answer to what is written now."""
    return calendar_of(None).add_school_days(clock.today(), rules.school_days_for(how_soon))


def ask_for_answer(thread: AdviceThread) -> None:
    """Waits for the worker who has it, else for a coordinator."""
    tasks.ask(
        _answer_key(thread),
        ANSWER_ADVICE,
        f"Answer a question about practice from {thread.school.name}",
        _url(thread),
        thread.due_on,
        person_id=thread.assigned_to_id,
        role=None if thread.assigned_to_id else Role.COORDINATOR,
        school_id=thread.school_id,
    )


def ask_school(thread: AdviceThread) -> None:
    """Waits for whoever asked; for the school, once they act for it no more."""
    is_there = thread.asked_by_id in people_of_school(thread.school_id)
    tasks.ask(
        _question_key(thread),
        ADVICE_ASKED_BACK,
        "Answer what the service asks about your question",
        _url(thread),
        calendar_of(None).add_school_days(clock.today(), SCHOOL_DAYS_TO_ANSWER_BACK),
        person_id=thread.asked_by_id if is_there else None,
        role=None if is_there else school_role(thread.school_id),
        school_id=thread.school_id,
    )


def settle_answer(actor: Actor, thread: AdviceThread) -> None:
    """The service has written, or nobody waits any more."""
    tasks.settle(_answer_key(thread), actor)


def settle_question(actor: Actor, thread: AdviceThread) -> None:
    """The school has written, or nobody waits any more."""
    tasks.settle(_question_key(thread), actor)


def tell_service(thread: AdviceThread, message: AdviceMessage) -> None:
    """The worker who has it, else the coordinators."""
    people = (thread.assigned_to_id,) if thread.assigned_to_id else people_with(Role.COORDINATOR)
    tell("advice_asked", people, _url(thread), key=_message_key(thread, message))


def tell_worker(thread: AdviceThread, person_id: int) -> None:
    """It is theirs from now on."""
    key = f"advice-{thread.id}-assigned-{person_id}-{thread.version}"
    tell("advice_assigned", (person_id,), _url(thread), key=key)


def tell_school(kind: str, thread: AdviceThread, message: AdviceMessage) -> None:
    """Whoever asked, and whoever of the school wrote since, as far as they act for it today; else everybody who does,
    so that an answer does not go to somebody who left."""
    today = people_of_school(thread.school_id)
    wrote = {thread.asked_by_id, *(one.person_id for one in thread.messages if one.from_school)}
    people = [person_id for person_id in today if person_id in wrote]
    tell(kind, people or today, _url(thread), key=_message_key(thread, message))


def _url(thread: AdviceThread) -> str:
    return f"/advice/{thread.id}"


def _answer_key(thread: AdviceThread) -> str:
    return f"advice-{thread.id}-answer"


def _question_key(thread: AdviceThread) -> str:
    return f"advice-{thread.id}-asked-back"


def _message_key(thread: AdviceThread, message: AdviceMessage) -> str:
    return f"advice-{thread.id}-message-{message.id}"
