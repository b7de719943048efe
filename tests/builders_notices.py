"""The outbox in tests: a mail server for the portal, people to tell, and a worker that works it off."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from portal.app import Portal
from portal.config import MailServer
from portal.extensions import db
from portal.kernel.unit_of_work import writing
from portal.notices import delivery, operations
from portal.notices.models import Message
from portal.policy import Role
from tests import people


def use_server(app: Portal, server: MailServer, *, patience: float = 5.0) -> None:
    """The portal sends through this server from now on."""
    app.extensions["config"] = replace(app.extensions["config"], mail=server)
    app.config["SMTP_PATIENCE"] = patience


def somebody(name: str = "Sam School") -> int:
    """The id of a new person, kept."""
    with writing():
        return people.person(name, Role.WORKER).id


def told(*person_ids: int, key: str = "referral-12-returned-1", url: str = "/referrals/R-2026-0007") -> None:
    """They are told something, and it is kept."""
    with writing():
        operations.tell("something_waits", person_ids, url, key=key)


def messages() -> list[Message]:
    """All e-mails, in the order in which they were written."""
    db.session.rollback()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def the_message() -> Message:
    (one,) = messages()
    return one


def send_all() -> int:
    """Sends whatever is due now; says how many tries that took."""
    tries = 0
    while delivery.send_next():
        tries += 1
    return tries


def work_off(clock: object, *, step: timedelta = timedelta(minutes=30), most: int = 500) -> None:
    """Lets the worker work and the time pass until nothing waits."""
    for _ in range(most):
        send_all()
        if not any(message.state == "waiting" for message in messages()):
            return
        clock.moment += step  # type: ignore[attr-defined]
    raise AssertionError("messages still wait")
