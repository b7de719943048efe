"""The letters of a referral, in the words of the day on which they were written."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.extensions import db
from portal.kernel.errors import OutOfReach
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralLetter
from portal.referrals.queries.shown import moment_words


@dataclass(frozen=True)
class LetterRow:
    """One letter in a list."""

    number: int
    title: str
    written: str


def letters_of(referral: Referral) -> list[LetterRow]:
    """Every letter, the newest first, in one statement."""
    rows = db.session.execute(
        select(ReferralLetter.number, ReferralLetter.title, ReferralLetter.made_at)
        .where(ReferralLetter.referral_id == referral.id)
        .order_by(ReferralLetter.number.desc())
    )
    return [LetterRow(row.number, row.title, moment_words(row.made_at)) for row in rows]


def letter_of(referral: Referral, number: int | None) -> tuple[int, rules.Letter]:
    """The letter of this number, or the latest, with its number. Raises ``OutOfReach`` when there is none."""
    statement = select(ReferralLetter).where(ReferralLetter.referral_id == referral.id)
    if number is not None:
        statement = statement.where(ReferralLetter.number == number)
    row = db.session.scalars(statement.order_by(ReferralLetter.number.desc()).limit(1)).one_or_none()
    if row is None:
        raise OutOfReach
    return row.number, rules.from_kept(json.loads(row.text))
