"""Somebody without an account asks for one; the coordinator answers."""

from datetime import timedelta

from sqlalchemy import select

from portal.accounts import rules
from portal.accounts.models import AccountRequest, Person
from portal.accounts.operations import people
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import ensure
from portal.kernel.audit import record
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Action, Actor, Role
from portal.tasks.operations import ask, settle
from portal.tasks.rules import ACCOUNT_REQUEST

ANSWER_WITHIN = timedelta(days=3)


def ask_for_account(draft: rules.RequestDraft) -> AccountRequest:
    """Keeps the request and makes it a task of the coordinator, whether or not the address is known.

    Nobody is signed in, so there is no actor. Raises ``Refused`` for what does not fit.
    """
    if problems := rules.problems_of_request(draft):
        raise Refused(*problems.values())
    request = AccountRequest(
        name=draft.name.strip(),
        school_name=draft.school.strip(),
        email=draft.email.strip().lower(),
        words=draft.words or None,
        asked_at=clock.now(),
    )
    record(None, "account asked for", request)
    due_on = clock.today() + ANSWER_WITHIN
    ask(
        _key(request.id),
        ACCOUNT_REQUEST,
        "Answer a request for an account",
        f"/people/requests/{request.id}",
        due_on,
        role=Role.COORDINATOR,
    )
    return request


def approve(actor: Actor, request_id: int, draft: rules.PersonDraft, role: rules.RoleDraft) -> people.Invitation:
    """Makes the account and its link. Raises ``Refused`` when the address is known or the request was answered."""
    ensure(actor, Action.APPROVE_ACCOUNTS)
    request = _open_request(request_id)
    invitation = people.invite(actor, draft, role)
    request.person_id = invitation.person.id
    _answer(actor, request, "approved", "account request approved")
    return invitation


def decline(actor: Actor, request_id: int, reason: str) -> None:
    """Closes the request without an account. Raises ``Refused`` without a reason or when it was answered."""
    ensure(actor, Action.APPROVE_ACCOUNTS)
    request = _open_request(request_id)
    if not reason.strip():
        raise Refused("Say why, in a sentence that the next coordinator understands.")
    request.reason = reason.strip()
    _answer(actor, request, "declined", "account request declined")


def close_as_known(actor: Actor, request_id: int) -> Person:
    """Closes a request of somebody who has an account already, and answers them."""
    ensure(actor, Action.APPROVE_ACCOUNTS)
    request = _open_request(request_id)
    person = db.session.scalars(select(Person).where(Person.email == request.email)).one_or_none()
    if person is None:
        raise Refused("Nobody has this e-mail address yet. Approve or decline the request.")
    request.person_id = person.id
    _answer(actor, request, "known", "account request closed")
    return person


def _open_request(request_id: int) -> AccountRequest:
    request = db.session.get(AccountRequest, request_id)
    if request is None:
        raise OutOfReach
    if request.answered_at is not None:
        raise Refused("This request was answered already.")
    return request


def _answer(actor: Actor, request: AccountRequest, answer: str, line: str) -> None:
    request.answer, request.answered_at, request.answered_by_id = answer, clock.now(), actor.person_id
    record(actor, line, request)
    settle(_key(request.id), actor)


def _key(request_id: int) -> str:
    return f"account-request-{request_id}"
