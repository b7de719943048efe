"""What the worker process does for families: the link of an e-mail when it goes, and the one reminder."""

from collections.abc import Mapping
from typing import Any

from portal.extensions import db
from portal.feedback import queries, rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.operations import inviting
from portal.feedback.rules import Channel
from portal.kernel import audit, clock, jobs, settings
from portal.kernel.settings import Feature
from portal.kernel.unit_of_work import writing
from portal.notices.operations import composes


@composes(inviting.ASKED)
def _address_asked(about: Mapping[str, int | str]) -> str | None:
    return _address(about)


@composes(inviting.REMINDER)
def _address_reminder(about: Mapping[str, int | str]) -> str | None:
    return _address(about)


def _address(about: Mapping[str, int | str]) -> str | None:
    """The path with a token made now; None once this person is not to be written to any more."""
    row = db.session.get(FamilyInvitation, int(about["invitation"]))
    if row is None or row.contact is None or not settings.is_on(Feature.FEEDBACK):
        return None
    same_address = queries.address_digest(row.contact.email or "") == about["address"]
    if not same_address or not rules.may_send(queries.facts_of_invitation(row), clock.now()):
        return None
    made = inviting.new_secrets()
    row.digest = queries.token_digest(made.token)
    if row.sent_at is None:
        row.sent_at = clock.now()
    audit.record(None, "family's link made", row)
    return path_of(made.token)


def path_of(token: str) -> str:
    """Where a family's link leads."""
    return f"/f/{token}"


@jobs.handles(inviting.REMIND_JOB)
def _remind(payload: Mapping[str, Any]) -> None:
    with writing():
        row = db.session.get(FamilyInvitation, int(payload["invitation"]))
        if row is None or not rules.may_remind(queries.facts_of_invitation(row), clock.now()):
            return
        if row.channel == Channel.EMAIL:
            inviting.put_reminded(None, row)
            inviting.tell_by_email(row, inviting.REMINDER)
        elif row.case.stage != "closed":
            inviting.ask_to_remind(row)
