"""One agreement: finding it within reach, its page, and whether work may start."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.queries import people_with
from portal.agreements import rules
from portal.agreements.models import Agreement, AgreementSignature, AgreementText
from portal.agreements.queries.texts import newest_text, text_draft
from portal.extensions import db
from portal.kernel import access, clock, history, settings
from portal.kernel.dates import day_words, short_day_words
from portal.kernel.errors import OutOfReach
from portal.kernel.settings import Feature
from portal.policy import Action, Actor, Role, Scope
from portal.referrals.queries import CASE_STAGES

KIND = Agreement.__tablename__
REFERRAL = "referral"
"""Workers reach an agreement through the referral that their case was opened from."""

_STEP_WORDS = {
    "prepare": "Prepared, and signed for the service",
    "sign": "Signed for the school",
    "sign_on_paper": "Signature on paper recorded",
    "ask_change": "The school asked for a change",
    "answer": "The service answered",
    "waive": "Work may start without it",
    "replace": "Replaced by a newer version",
    "lapse": "No longer needed",
}


@dataclass(frozen=True)
class SignatureRow:
    """One signature as pages and prints show it."""

    party: str
    words: str
    name: str
    role: str
    contact: str
    on_paper: bool
    day: str
    at: str


@dataclass(frozen=True)
class TimelineRow:
    when: str
    what: str
    who: str | None
    note: str | None


@dataclass(frozen=True)
class Standing:
    """The newest agreement of one piece of work, for the pages of other features."""

    id: int
    status: str
    line: rules.StateLine
    is_late: bool
    waiver: str = ""
    """The coordinator's reason, who and when; empty unless waived and asked for"""


@dataclass(frozen=True)
class TextChange:
    """How the text differs from the one that the school signed last."""

    signed_on: str
    what_changed: tuple[str, ...]
    parts: tuple[rules.Change, ...]


@dataclass(frozen=True)
class AgreementPage:
    """One agreement, as its page, its signing page and its print show it."""

    id: int
    name: str
    school_name: str
    line_name: str
    referral_reference: str
    case_reference: str | None
    status: str
    line: rules.StateLine
    title: str
    blocks: tuple[rules.Block, ...]
    digest: str
    text_number: int
    has_newer_text: bool
    number: int
    newer_id: int | None
    change_asked: str
    answered: str
    waiver: str
    also_agreed: str
    contact: str
    signatures: tuple[SignatureRow, ...]
    is_whole: bool
    """Whether the kept text is the one that was signed"""
    nobody_signs: bool
    """No head teacher of the school has an account"""
    timeline: tuple[TimelineRow, ...]
    version: int


def agreement_for(actor: Actor, agreement_id: int, action: Action = Action.READ_AGREEMENT) -> Agreement:
    """The agreement with its school, text and signatures. Raises ``OutOfReach``."""
    agreement: Agreement | None = db.session.scalars(
        select(Agreement)
        .where(Agreement.id == agreement_id, within_reach(actor, action))
        .options(
            joinedload(Agreement.school),
            joinedload(Agreement.service_line),
            joinedload(Agreement.referral),
            joinedload(Agreement.of_text),
            selectinload(Agreement.signatures),
        )
    ).one_or_none()
    if agreement is None:
        raise OutOfReach(agreement_id)
    return agreement


def within_reach(actor: Actor, action: Action) -> Any:
    """The actor's agreements, as a condition."""
    return access.reach_filter(
        actor,
        action,
        school=Agreement.school_id,
        line=Agreement.service_line_id,
        kind=REFERRAL,
        record=Agreement.referral_id,
    )


def scope_of(agreement: Agreement) -> Scope:
    """Whose the agreement is, for ``ensure``."""
    people = access.people_on(REFERRAL, agreement.referral_id)
    return replace(people, school_id=agreement.school_id, line_id=agreement.service_line_id)


def newest_of(referral_id: int) -> Agreement | None:
    """The newest version of one piece of work's agreement."""
    found: Agreement | None = db.session.scalars(
        select(Agreement).where(Agreement.referral_id == referral_id).order_by(Agreement.number.desc()).limit(1)
    ).one_or_none()
    return found


def work_may_start(referral_id: int | None, *, is_new: bool) -> bool:
    """Whether nothing of the agreement holds the work back.

    With the feature off, and for work without a referral, nothing does. ``is_new`` says that the work has not begun
    yet: only then is an agreement asked of work that has none.
    """
    if referral_id is None or not settings.is_on(Feature.AGREEMENTS):
        return True
    status = db.session.scalar(
        select(Agreement.status).where(Agreement.referral_id == referral_id).order_by(Agreement.number.desc()).limit(1)
    )
    return rules.may_start(status, is_asked=is_new)


def standing_of(referral_id: int | None) -> Standing | None:
    """The newest agreement of one piece of work, with the reason of a waiver; None when there is none."""
    found = standings_of([referral_id]).get(referral_id) if referral_id is not None else None
    if found is None or found.status != "waived":
        return found
    return replace(found, waiver=_waiver_of(history.steps_of(KIND, found.id)))


def standings_of(referral_ids: Collection[int]) -> Mapping[int, Standing]:
    """The same by referral, in one statement and without reasons."""
    wanted = sorted(set(referral_ids))
    if not wanted:
        return {}
    newest = select(func.max(Agreement.id)).where(Agreement.referral_id.in_(wanted)).group_by(Agreement.referral_id)
    rows = db.session.execute(
        select(
            Agreement.id,
            Agreement.referral_id,
            Agreement.status,
            Agreement.due_on,
            Agreement.change_asked,
            AgreementSignature.name,
            AgreementSignature.signed_on,
        )
        .outerjoin(
            AgreementSignature,
            (AgreementSignature.agreement_id == Agreement.id) & (AgreementSignature.party == rules.SCHOOL),
        )
        .where(Agreement.id.in_(newest))
    )
    return {row.referral_id: _standing(row) for row in rows}


def _standing(row: Any) -> Standing:
    today = clock.today()
    line = rules.state_line(
        row.status, row.due_on, today, change_asked=row.change_asked, signed_by=row.name or "", signed_on=row.signed_on
    )
    late = row.status == "waiting" and row.due_on < today
    return Standing(row.id, row.status, line, late)


def _said(step: history.StepTaken) -> str:
    day = day_words(step.at.astimezone(clock.LONDON).date(), clock.today())
    return f"{step.note} ({step.person_name}, {day})"


def _last_step(steps: list[history.StepTaken], name: str) -> history.StepTaken | None:
    return next((step for step in reversed(steps) if step.step == name), None)


def agreement_page(agreement: Agreement) -> AgreementPage:
    """Everything that the pages of one agreement say."""
    today, particulars = clock.today(), rules.from_json(agreement.particulars)
    steps = history.steps_of(KIND, agreement.id)
    school = next((s for s in agreement.signatures if s.party == rules.SCHOOL), None)
    newest, text = newest_of(agreement.referral_id), newest_text(agreement.service_line_id)
    signable = agreement.status in ("waiting", "waived")
    return AgreementPage(
        id=agreement.id,
        name=name_of(particulars),
        school_name=agreement.school.name,
        line_name=agreement.service_line.name if agreement.service_line else "",
        referral_reference=agreement.referral.reference,
        case_reference=_case_reference(agreement.referral_id),
        status=agreement.status,
        line=rules.state_line(
            agreement.status,
            agreement.due_on,
            today,
            change_asked=agreement.change_asked,
            signed_by=school.name if school else "",
            signed_on=school.signed_on if school else None,
        ),
        title=agreement.text.partition("\n")[0],
        blocks=rules.blocks(agreement.text),
        digest=agreement.digest,
        text_number=agreement.of_text.number,
        has_newer_text=signable and text is not None and text.id != agreement.text_id,
        number=agreement.number,
        newer_id=newest.id if newest is not None and newest.id != agreement.id else None,
        change_asked=_note(steps, "ask_change") if agreement.change_asked else "",
        answered="" if agreement.change_asked else _note(steps, "answer"),
        waiver=_waiver_of(steps) if agreement.status == "waived" else "",
        also_agreed=particulars.also_agreed,
        contact=particulars.contact,
        signatures=tuple(_signature_row(s, agreement) for s in agreement.signatures),
        is_whole=all(s.digest == rules.digest(agreement.text) for s in agreement.signatures),
        nobody_signs=signable and not people_with(Role.HEAD, school_id=agreement.school_id),
        timeline=tuple(_timeline_row(step, today) for step in reversed(steps)),
        version=agreement.version,
    )


def name_of(particulars: rules.Particulars) -> str:
    """Whom it is about, as titles and lists say it."""
    return rules.places(particulars, "")["pupils"] if particulars.pupils else "Whole school"


def _case_reference(referral_id: int) -> str | None:
    stages = current_app.extensions.get(CASE_STAGES)
    found = stages([referral_id]).get(referral_id) if stages else None
    return found.reference if found else None


def _note(steps: list[history.StepTaken], name: str) -> str:
    step = _last_step(steps, name)
    return step.note or "" if step else ""


def _waiver_of(steps: list[history.StepTaken]) -> str:
    step = _last_step(steps, "waive")
    return _said(step) if step else ""


def _signature_row(signature: AgreementSignature, agreement: Agreement) -> SignatureRow:
    at = signature.signed_at.astimezone(clock.LONDON)
    whom = agreement.school.name if signature.party == rules.SCHOOL else settings.current().name
    return SignatureRow(
        party=signature.party,
        words=f"For {whom}",
        name=signature.name,
        role=signature.role,
        contact=signature.contact,
        on_paper=signature.on_paper,
        day=rules.day_in_full(signature.signed_on),
        at=f"{at:%H:%M}",
    )


def _timeline_row(step: history.StepTaken, today: date) -> TimelineRow:
    when = day_words(step.at.astimezone(clock.LONDON).date(), today)
    return TimelineRow(when, _STEP_WORDS.get(step.step, step.step), step.person_name or None, step.note)


def text_change(agreement: Agreement) -> TextChange | None:
    """How the text differs from what the school signed last; None when it never signed, or nothing differs."""
    last = db.session.execute(
        select(AgreementText, AgreementSignature.signed_on)
        .join(Agreement, Agreement.text_id == AgreementText.id)
        .join(AgreementSignature, AgreementSignature.agreement_id == Agreement.id)
        .where(
            Agreement.school_id == agreement.school_id,
            Agreement.id != agreement.id,
            AgreementSignature.party == rules.SCHOOL,
        )
        .order_by(AgreementSignature.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or last.AgreementText.id == agreement.text_id:
        return None
    before: AgreementText = last.AgreementText
    parts = rules.changes(text_draft(before), text_draft(agreement.of_text))
    if not parts:
        return None
    day = short_day_words(last.signed_on, clock.today())
    return TextChange(day, tuple(_said_between(before, agreement.of_text)), parts)


def _said_between(before: AgreementText, now: AgreementText) -> list[str]:
    """What was said of each version since the one that the school signed; of another series only the newest."""
    since = before.number if before.series == now.series else now.number - 1
    words = db.session.scalars(
        select(AgreementText.what_changed)
        .where(
            AgreementText.series == now.series,
            AgreementText.number > max(0, since),
            AgreementText.number <= now.number,
        )
        .order_by(AgreementText.number)
    )
    return [said for said in words if said]
