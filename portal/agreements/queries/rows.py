"""The list of agreements: those that wait first, then page by page, the newest first."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from portal.agreements import rules
from portal.agreements.models import Agreement, AgreementSignature, AgreementText
from portal.agreements.queries.one import name_of, within_reach
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import short_day_words
from portal.policy import Action, Actor
from portal.schools.models import School

PAGE = 30
MOST_WAITING = 200
"""Shown before the pages of a school's list"""


@dataclass(frozen=True)
class AgreementRow:
    """One agreement in a list."""

    id: int
    name: str
    school_name: str
    line: rules.StateLine
    is_waiting: bool
    text_words: str
    prepared_words: str


@dataclass(frozen=True)
class AgreementList:
    """One page of the list; ``next_before`` is the key of the next one."""

    rows: tuple[AgreementRow, ...]
    next_before: int | None


def waiting_rows(actor: Actor) -> tuple[AgreementRow, ...]:
    """What waits for a signature, the longest first."""
    statement = _rows(actor).where(Agreement.status == "waiting").order_by(Agreement.due_on, Agreement.id)
    return tuple(_row(row) for row in db.session.execute(statement.limit(MOST_WAITING)))


def agreement_list(actor: Actor, statuses: tuple[str, ...], *, before: int | None = None) -> AgreementList:
    """One page of the agreements within reach that stand at one of these states."""
    statement = _rows(actor).where(Agreement.status.in_(statuses)).order_by(Agreement.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(Agreement.id < before)
    found = db.session.execute(statement).all()
    shown = found[:PAGE]
    return AgreementList(tuple(_row(row) for row in shown), shown[-1].id if len(found) > PAGE else None)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Agreement.id,
            Agreement.status,
            Agreement.particulars,
            Agreement.due_on,
            Agreement.change_asked,
            Agreement.prepared_at,
            School.name.label("school_name"),
            AgreementText.number.label("text_number"),
            AgreementSignature.name.label("signed_by"),
            AgreementSignature.signed_on,
        )
        .join(School, School.id == Agreement.school_id)
        .join(AgreementText, AgreementText.id == Agreement.text_id)
        .outerjoin(
            AgreementSignature,
            (AgreementSignature.agreement_id == Agreement.id) & (AgreementSignature.party == rules.SCHOOL),
        )
        .where(within_reach(actor, Action.READ_AGREEMENT))
    )


def _row(row: Any) -> AgreementRow:
    today = clock.today()
    return AgreementRow(
        id=row.id,
        name=name_of(rules.from_json(row.particulars)),
        school_name=row.school_name,
        line=rules.state_line(
            row.status,
            row.due_on,
            today,
            change_asked=row.change_asked,
            signed_by=row.signed_by or "",
            signed_on=row.signed_on,
        ),
        is_waiting=row.status == "waiting",
        text_words=f"Text {row.text_number}",
        prepared_words=short_day_words(row.prepared_at.astimezone(clock.LONDON).date(), today),
    )
