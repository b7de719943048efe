"""How many families were asked, opened the questions and answered: counted by the database, put in order here."""

from dataclasses import dataclass

from sqlalchemy import and_, extract, func, not_, or_, select
from sqlalchemy import case as when

from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.queries.manager import sees_answer
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.dates import SEPTEMBER, school_year_label
from portal.policy import Action, Actor


@dataclass(frozen=True)
class ReturnRow:
    """One moment and one channel in one school year, with how many of those asked did what."""

    year: str
    moment: str
    way: str
    asked: int
    opened: int
    answered: int
    closed: int

    @property
    def opened_words(self) -> str:
        return f"{self.opened} of {self.asked}"

    @property
    def answered_words(self) -> str:
        return f"{self.answered} of {self.asked}"

    @property
    def closed_words(self) -> str:
        return f"{self.closed} of {self.asked}"


@dataclass(frozen=True)
class Returns:
    """All of it, the newest school year first, and the sum of each year."""

    rows: tuple[ReturnRow, ...]
    totals: tuple[ReturnRow, ...]


def returns(actor: Actor) -> Returns:
    """The returns of the cases that the actor may ask about; what was taken back is left out. One statement.

    An answer that the actor may not read is counted as none.
    """
    month = extract("month", FamilyInvitation.asked_at)
    year = extract("year", FamilyInvitation.asked_at) - when((month < SEPTEMBER, 1), else_=0)
    answered = and_(FamilyInvitation.answered_at.is_not(None), sees_answer(actor))
    closed = and_(not_(answered), FamilyInvitation.expires_at <= clock.now())
    reach = reach_filter(
        actor,
        Action.RECORD_FEEDBACK,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
    found = db.session.execute(
        select(
            year.label("year"),
            FamilyInvitation.moment,
            FamilyInvitation.channel,
            func.count().label("asked"),
            func.count(FamilyInvitation.opened_at).label("opened"),
            func.count(when((answered, 1))).label("answered"),
            func.count(when((closed, 1))).label("closed"),
        )
        .join(Case, Case.id == FamilyInvitation.case_id)
        .where(or_(FamilyInvitation.revoked_at.is_(None), answered), reach)
        .group_by(year, FamilyInvitation.moment, FamilyInvitation.channel)
    )
    counted = [(int(r.year), r.moment, r.channel, (r.asked, r.opened, r.answered, r.closed)) for r in found]
    counted.sort(key=lambda row: (-row[0], list(rules.FamilyMoment).index(rules.FamilyMoment(row[1])), row[2]))
    rows = tuple(
        ReturnRow(
            school_year_label(of_year),
            rules.FAMILY_MOMENTS[rules.FamilyMoment(moment)],
            rules.CHANNEL_WORDS[rules.Channel(channel)].capitalize(),
            *numbers,
        )
        for of_year, moment, channel, numbers in counted
    )
    return Returns(rows, tuple(_total(label, rows) for label in dict.fromkeys(row.year for row in rows)))


def _total(year: str, rows: tuple[ReturnRow, ...]) -> ReturnRow:
    of_year = [row for row in rows if row.year == year]
    sums = (sum(getattr(row, name) for row in of_year) for name in ("asked", "opened", "answered", "closed"))
    return ReturnRow(year, "Every moment", "Every way", *sums)
