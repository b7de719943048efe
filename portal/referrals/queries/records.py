"""One referral within reach: what the road must know of it, and its status line."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, String, case, cast, literal, select
from sqlalchemy.orm import joinedload, selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import allows, reach_filter
from portal.kernel.errors import OutOfReach
from portal.kernel.settings import Feature, is_on
from portal.kernel.workflow import Step
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.queries.evidence import gaps_of
from portal.referrals.queries.form import asked_of, page_answers
from portal.tasks import rules as due
from portal.tasks.models import Task

CASE_STAGES = "referrals.case_stages"
"""Where ``app`` puts the ``rules.CaseStages`` of cases, among the application's extensions."""

RULE_OF_STATUS: Mapping[str, str] = {
    "awaiting_approval": due.APPROVE_REFERRAL,
    "submitted": due.SCREEN_REFERRAL,
    "returned": due.ANSWER_RETURN,
    "at_panel": due.DECIDE_AT_PANEL,
    "decided": due.OPEN_CASE,
}
"""The one thing that is due while a referral stands where it stands."""


def task_key(referral_id: int, rule: str) -> str:
    """The key of a referral's task: ``referral-7-screen_referral``."""
    return f"referral-{referral_id}-{rule}"


def is_its_task() -> ColumnElement[bool]:
    """Joins a referral with the open task of its status."""
    rule = case(RULE_OF_STATUS, value=Referral.status, else_="none")
    return (Task.key == literal("referral-") + cast(Referral.id, String) + literal("-") + rule) & Task.done_at.is_(None)


def within_reach(actor: Actor, action: Action) -> ColumnElement[bool]:
    """The actor's referrals, as a condition."""
    return reach_filter(
        actor,
        action,
        school=Referral.school_id,
        line=Referral.service_line_id,
        kind="referral",
        record=Referral.id,
        handed_in=Referral.submitted_at.is_not(None),
        on_agenda=Referral.status == "at_panel",
    )


def referral_for(actor: Actor, reference: str, action: Action = Action.READ_REFERRAL) -> Referral:
    """The referral with its pupil, school, line and pages. Raises ``OutOfReach``."""
    referral = db.session.scalars(
        select(Referral)
        .where(Referral.reference == reference, within_reach(actor, action))
        .options(
            joinedload(Referral.pupil),
            joinedload(Referral.school),
            joinedload(Referral.service_line),
            joinedload(Referral.written_by),
            joinedload(Referral.approver),
            selectinload(Referral.pages),
        )
    ).one_or_none()
    if referral is None:
        raise OutOfReach
    return referral


def facts_of(referral: Referral, decision: str = "") -> rules.ReferralFacts:
    """What the road must know."""
    gaps = gaps_of(referral)
    return rules.ReferralFacts(
        missing=rules.blocking(gaps),
        asks_head=asked_of(referral).asks_head,
        approved=referral.approved_at is not None,
        pupil_known=referral.pupil_id is not None,
        panels_held=is_on(Feature.PANELS),
        decision=decision,
        kind=referral.scope_kind,
        decided_today=_decided_today(referral),
        case_opened=_decided_today(referral) and bool(case_stages([referral.id])),
    )


def _decided_today(referral: Referral) -> bool:
    if referral.status != "decided" or referral.decided_at is None:
        return False
    return referral.decided_at.astimezone(clock.LONDON).date() == clock.today()


def steps_offered(actor: Actor, referral: Referral) -> list[Step[rules.ReferralFacts]]:
    """The steps that this person may take from where the referral stands, in the order of the road."""
    steps = rules.offered(referral.status, facts_of(referral))
    return [step for step in steps if allows(actor, step.needs, referral.scope)]


def may_write(actor: Actor, referral: Referral) -> bool:
    """May this person change its pages now?"""
    return referral.status in rules.EDITABLE and allows(actor, Action.WRITE_REFERRAL, referral.scope)


def may_ratify(actor: Actor, referral: Referral) -> bool:
    """Does its decision wait for the panel, and may this person say that it came?"""
    return referral.to_be_ratified and allows(actor, Action.SCREEN_REFERRAL, referral.scope)


def status_line_of(referral: Referral) -> rules.StatusLine:
    """Where the referral is, who acts next, and by when."""
    return rules.status_line(facts_of_line(referral))


def facts_of_line(referral: Referral) -> rules.StatusFacts:
    """What the line of one referral is made of."""
    due_on = db.session.scalar(select(Task.due_on).join(Referral, is_its_task()).where(Referral.id == referral.id))
    return status_facts(referral, due_on, case_stages([referral.id]))


def line_of_facts(row: Any, due_on: date | None, stages: Mapping[int, rules.CaseStage]) -> rules.StatusLine:
    """The line of anything that has a referral's columns."""
    return rules.status_line(status_facts(row, due_on, stages))


def status_facts(row: Any, due_on: date | None, stages: Mapping[int, rules.CaseStage]) -> rules.StatusFacts:
    """What the line, and what comes after it, is made of."""
    work = stages.get(row.id)
    return rules.StatusFacts(
        status=row.status,
        due_on=work.due_on if work else due_on,
        decision=row.decision or "",
        route=row.route or "direct",
        ratified_on=None if row.to_be_ratified or row.decided_at is None else row.decided_at.date(),
        signpost=rules.SIGNPOSTS.get(row.signpost or "", ""),
        case_stage=work.stage if work else "",
        workers=work.workers if work else (),
        kind=row.scope_kind,
        approver=row.approver_name or "",
    )


def case_stages(referral_ids: Collection[int]) -> Mapping[int, rules.CaseStage]:
    """Where the work stands that came from these referrals; empty until cases plug themselves in."""
    provider: rules.CaseStages | None = current_app.extensions.get(CASE_STAGES)
    return provider(referral_ids) if provider and referral_ids else {}


def work_of(referral: Referral) -> str:
    """The reference of the work that came from this referral; "" before any."""
    if referral.status != "decided":
        return ""
    work = case_stages([referral.id]).get(referral.id)
    return work.reference if work else ""


def waits_for_case(referral: Referral) -> bool:
    """Whether a case follows from the decision and none is opened yet."""
    return rules.leads_to_case(referral.decision or "", referral.scope_kind) and not case_stages([referral.id])


def lone_visit_warning(referral: Referral) -> str:
    """Why a home visit should not be made alone, as the referral says; empty when it says nothing."""
    return rules.warning_words(page_answers(referral).get("safety"))
