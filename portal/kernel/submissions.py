"""Every form carries a submission id: sending it again gives the same answer, never a second row."""

import re
import uuid
from datetime import datetime

from sqlalchemy import Integer, String, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest
from portal.kernel.database import UtcDateTime
from portal.kernel.errors import Refused

FIELD = "submission_id"
_SHAPE = re.compile(r"[0-9a-f]{32}")


class Submission(Model):
    """A form that was sent and answered; kept so that a repeat is answered alike."""

    __tablename__ = "submission"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(Integer)
    endpoint: Mapped[str] = mapped_column(String(120))
    """A keyed digest of the endpoint and its path: a path may hold the token of a link, which is kept nowhere"""
    location: Mapped[str] = mapped_column(String(500), default="/")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def new_id() -> str:
    """A fresh id for one drawing of a form."""
    return uuid.uuid4().hex


def is_well_formed(submission_id: str) -> bool:
    return bool(_SHAPE.fullmatch(submission_id))


def claim(submission_id: str, person_id: int | None, endpoint: str) -> str | None:
    """Takes the id for this request; answers where an earlier sending of the same form led, or None when it is new.

    On PostgreSQL the insert waits for a twin that is still under way. Raises ``Refused`` for an id of a wrong shape
    or one that belongs to somebody else's form.
    """
    if not is_well_formed(submission_id):
        raise Refused("This form is damaged. Go back, reload the page and try again.")
    place = keyed_digest("submission", endpoint)
    row = {
        "id": submission_id,
        "person_id": person_id,
        "endpoint": place,
        "location": "/",
        "made_at": clock.now(),
    }
    try:
        db.session.execute(insert(Submission).values(row))
    except IntegrityError:
        db.session.rollback()
        return _earlier(submission_id, person_id, place)
    return None


def _earlier(submission_id: str, person_id: int | None, place: str) -> str:
    earlier = db.session.get(Submission, submission_id)
    if earlier is None or earlier.person_id != person_id or earlier.endpoint != place:
        raise Refused("This form was already used. Go back, reload the page and try again.")
    return earlier.location


def answered(submission_id: str, location: str) -> None:
    """Keeps where the form led, in the same transaction as what it changed."""
    submission = db.session.get(Submission, submission_id)
    if submission is not None:
        submission.location = location[:500]
