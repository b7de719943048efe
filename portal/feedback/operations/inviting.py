"""Asking somebody of the family how it went: in one way, at one moment, never past “do not contact”."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from portal.cases.models import Case
from portal.cases.operations.clocks import first_worker_id
from portal.cases.queries import scope_of
from portal.feedback import queries, rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.rules import Channel, FamilyMoment
from portal.kernel import audit, clock, jobs
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.languages import offered_or_english
from portal.notices.operations import tell_outside
from portal.policy import Action, Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.rules import ASK_FAMILY, REMIND_FAMILY, RULES, SEND_FAMILY

ASKED, REMINDER = "family_feedback_asked", "family_feedback_reminder"
REMIND_JOB, LAPSE_JOB = "family_feedback_remind", "family_feedback_lapse"

_NOT_IN_THIS_WAY = "This person may not be reached in this way. Look at how it is safe to reach them."
_OVER = "This was answered, taken back or closed meanwhile."


@dataclass(frozen=True)
class Secrets:
    """A token for the link and a code to type, both new; only their digests are kept."""

    token: str
    code: str


def new_secrets() -> Secrets:
    """192 random bits for the link, ten letters and figures for the code."""
    letters = (secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH))
    return Secrets(secrets.token_urlsafe(24), "".join(letters))


def invite_family(actor: Actor, case: Case, asking: rules.Asking) -> FamilyInvitation:
    """Asks one person around the child. An e-mail goes by itself; a text or a letter is made by ``renew``.

    Raises ``Refused`` for somebody who is not of this case, must not be contacted, not in this way, or not once more.
    """
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    contact = queries.contact_of_case(case, asking.contact_id)
    if contact is None or not queries.is_reachable(contact, asking.channel):
        raise Refused(_NOT_IN_THIS_WAY)
    now, remind_on = clock.now(), clock.today() + rules.REMIND_AFTER
    problem = rules.asking_problem(queries.earlier_questions(actor, case, contact.id, asking.moment), now)
    if problem:
        raise Refused(problem)
    row = FamilyInvitation(
        case_id=case.id,
        contact_id=contact.id,
        moment=asking.moment.value,
        channel=asking.channel.value,
        language=offered_or_english(asking.language).code,
        large_print=asking.large_print,
        asked_at=now,
        asked_by_id=actor.person_id,
        expires_at=now + rules.OPEN_FOR,
        reminder_due_on=remind_on,
    )
    audit.record(actor, "family asked for feedback", row)
    if asking.channel is Channel.EMAIL:
        tell_by_email(row, ASKED)
    else:
        _ask_to_send(row, case)
    jobs.enqueue(REMIND_JOB, {"invitation": row.id}, run_at=_morning(remind_on))
    if asking.moment is FamilyMoment.END:
        settle_asking(case.id, actor)
    return row


def renew(actor: Actor, case: Case, row: FamilyInvitation, made: Secrets) -> None:
    """Puts a new link and code in place of those before, for a text or a letter that somebody sends now.

    Made again after a week it is the one reminder. Of a question that was answered to the manager alone, whoever may
    not know that makes a link that opens nothing. Raises ``Refused`` as ``invite_family`` does.
    """
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    facts, now = queries.facts_seen_by(actor, row), clock.now()
    if row.channel == Channel.EMAIL:
        raise Refused("The portal sends this one itself.")
    if not rules.can_be_answered(facts, now):
        raise Refused(_OVER)
    if not rules.may_send(facts, now):
        raise Refused(_NOT_IN_THIS_WAY)
    _count_as_reminder(actor, row)
    if row.answered_at is None:
        row.digest = queries.token_digest(made.token)
        row.code_digest = queries.code_digest(made.code) if row.channel == Channel.LETTER else None
    if row.sent_at is None:
        row.sent_at = now
    audit.record(actor, "family's link made", row)
    tasks.settle(sending_key(row.id), actor)


def _count_as_reminder(actor: Actor, row: FamilyInvitation) -> None:
    """Made again after a week it is the reminder; on that day it may be made once more (a printer fails)."""
    today = clock.today()
    if row.sent_at is None or row.reminder_due_on is None or today < row.reminder_due_on:
        return
    if row.reminded_at is None:
        put_reminded(actor, row)
    elif row.reminded_at.astimezone(clock.LONDON).date() != today:
        raise Refused("This person was reminded once already. One reminder, then silence.")


def remind_family(actor: Actor, case: Case, row: FamilyInvitation) -> None:
    """The one reminder by e-mail, now and not after a week; of a text or a letter, ``renew`` is the reminder.

    Raises ``Refused`` for a second one, or when there is nothing to remind of.
    """
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    if row.channel != Channel.EMAIL or not rules.may_remind(queries.facts_seen_by(actor, row), clock.now()):
        raise Refused("This person was reminded already, or is not to be reminded. One reminder, then silence.")
    remind_by_email(actor, row)


def revoke_invitation(actor: Actor, case: Case, row: FamilyInvitation) -> None:
    """Takes the question back: link and code open nothing from now on, and an ended piece of work asks for it anew.

    Raises ``Refused`` once it is answered, as far as the actor may know that.
    """
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    if queries.facts_seen_by(actor, row).answered_at is not None or row.revoked_at is not None:
        raise Refused(_OVER)
    row.revoked_at, row.digest, row.code_digest = clock.now(), None, None
    audit.record(actor, "question to the family taken back", row)
    settle_question(row.id, actor)
    over = case.ended_on is not None and case.stage != "closed"
    if row.moment == FamilyMoment.END and over and row.reminded_at is None:
        ask_worker_to_ask(case)


def remind_by_email(actor: Actor | None, row: FamilyInvitation) -> None:
    """Nothing goes to a family that wrote to the manager alone; for the workers it looks like any other reminder."""
    put_reminded(actor, row)
    if row.answered_at is None:
        tell_by_email(row, REMINDER)


def put_reminded(actor: Actor | None, row: FamilyInvitation) -> None:
    row.reminded_at = clock.now()
    audit.record(actor, "family reminded" if row.answered_at is None else "reminder left out: answered", row)
    tasks.settle(reminder_key(row.id), actor)


def tell_by_email(row: FamilyInvitation, kind: str) -> None:
    """The address goes along as a digest, so that nothing is sent to one that was corrected meanwhile."""
    address = (row.contact.email or "").strip() if row.contact else ""
    tell_outside(
        kind, address, key=f"{kind}-{row.id}", about={"invitation": row.id, "address": queries.address_digest(address)}
    )


def _ask_to_send(row: FamilyInvitation, case: Case) -> None:
    """A text or a letter that was begun and not sent asks nobody, so it waits on the list."""
    worker = first_worker_id(case)
    tasks.ask(
        sending_key(row.id),
        SEND_FAMILY,
        RULES[SEND_FAMILY],
        f"/cases/{case.reference}/feedback/family/{row.id}",
        _school_day(case, rules.SCHOOL_DAYS_TO_SEND),
        person_id=worker,
        role=None if worker else Role.COORDINATOR,
        service_line_id=case.service_line_id,
        case_id=case.id,
    )
    jobs.enqueue(LAPSE_JOB, {"invitation": row.id}, run_at=row.expires_at)


def ask_to_remind(row: FamilyInvitation) -> None:
    """A text or a letter is sent by a person, so its reminder waits for the worker, at most as long as it opens."""
    worker = first_worker_id(row.case)
    closes = row.expires_at.astimezone(clock.LONDON).date()
    tasks.ask(
        reminder_key(row.id),
        REMIND_FAMILY,
        RULES[REMIND_FAMILY],
        f"/cases/{row.case.reference}/feedback/family/{row.id}",
        min(_school_day(row.case, 2), closes),
        person_id=worker,
        role=None if worker else Role.COORDINATOR,
        service_line_id=row.case.service_line_id,
        case_id=row.case_id,
    )


def ask_worker_to_ask(case: Case) -> None:
    """When the work has ended: ask the family how it went, within ten school days.

    Not where it was asked about the end before, nor where everybody around the child is marked “do not contact”.
    """
    if queries.was_asked_at_end(case) or queries.nobody_may_be_asked(case):
        return
    worker = first_worker_id(case)
    tasks.ask(
        asking_key(case.id),
        ASK_FAMILY,
        RULES[ASK_FAMILY],
        f"/cases/{case.reference}/feedback/family/new",
        _school_day(case, rules.SCHOOL_DAYS_TO_ASK),
        person_id=worker,
        role=None if worker else Role.COORDINATOR,
        service_line_id=case.service_line_id,
        case_id=case.id,
    )


def settle_asking(case_id: int, actor: Actor | None) -> None:
    tasks.settle(asking_key(case_id), actor)


def asking_key(case_id: int) -> str:
    return f"case-{case_id}-ask_family"


def settle_question(invitation_id: int, actor: Actor | None) -> None:
    """Nothing is to be sent for this question any more."""
    tasks.settle(sending_key(invitation_id), actor)
    tasks.settle(reminder_key(invitation_id), actor)


def reminder_key(invitation_id: int) -> str:
    return f"family-reminder-{invitation_id}"


def sending_key(invitation_id: int) -> str:
    return f"family-sending-{invitation_id}"


def _school_day(case: Case, days: int) -> date:
    return calendar_of(case.service_line_id).add_school_days(clock.today(), days)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)
