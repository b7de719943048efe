"""One referral within reach: what the road must know of it, and its status line."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, String, and_, case, cast, exists, literal, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

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
from portal.referrals.queries.returned import unanswered_of
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
"""The one thing that is due while a referral stands where it stands; see ``rule_of`` for what was decided."""


_arranging = aliased(Task)


def task_key(referral_id: int, rule: str) -> str:
    """The key of a referral's task: ``referral-7-screen_referral``."""
    return f"referral-{referral_id}-{rule}"


def rule_of(referral: Referral) -> str:
    """What is due where the referral stands; "" for nothing."""
    decision, kind = referral.decision or "", referral.scope_kind
    if referral.status != "decided":
        return RULE_OF_STATUS.get(referral.status, "")
    if rules.is_to_arrange(decision, kind):
        return due.ARRANGE_AGREED
    return due.OPEN_CASE if rules.leads_to_case(decision, kind) else ""


def is_its_task() -> ColumnElement[bool]:
    """Joins a referral with the open task of its status."""
    rule = case((_is_to_arrange(), due.ARRANGE_AGREED), else_=case(RULE_OF_STATUS, value=Referral.status, else_="none"))
    return (Task.key == _key_of(rule)) & Task.done_at.is_(None)


def is_arranged() -> ColumnElement[bool]:
    """Whether what the decision agreed is arranged: the coordinator's task is done."""
    key = _key_of(literal(due.ARRANGE_AGREED))
    return and_(_is_to_arrange(), exists().where(_arranging.key == key, _arranging.done_at.is_not(None)))


def _is_to_arrange() -> ColumnElement[bool]:
    """``rules.is_to_arrange`` as a condition."""
    whole_school = and_(Referral.decision == "whole_school", Referral.scope_kind == rules.WHOLE_SCHOOL)
    return and_(Referral.status == "decided", or_(Referral.decision.in_(sorted(rules.ARRANGED)), whole_school))


def _key_of(rule: ColumnElement[str]) -> ColumnElement[str]:
    return literal("referral-") + cast(Referral.id, String) + literal("-") + rule


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
        agreed=(referral.decision or "") if referral.status == "decided" else "",
        arranged=_was_arranged(referral),
        unanswered=unanswered_of(referral),
    )


def _was_arranged(referral: Referral) -> bool:
    if referral.status != "decided":
        return False
    return bool(db.session.scalar(select(is_arranged()).where(Referral.id == referral.id)))


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


def may_add(actor: Actor, referral: Referral) -> bool:
    """The service has it and has not decided: may this person add to it?"""
    return referral.status in rules.COMPLETABLE and allows(actor, Action.WRITE_REFERRAL, referral.scope)


def may_ratify(actor: Actor, referral: Referral) -> bool:
    """Does its decision wait for the panel, and may this person say that it came?"""
    return referral.to_be_ratified and allows(actor, Action.SCREEN_REFERRAL, referral.scope)


def status_line_of(referral: Referral) -> rules.StatusLine:
    """Where the referral is, who acts next, and by when."""
    return rules.status_line(facts_of_line(referral))


def facts_of_line(referral: Referral) -> rules.StatusFacts:
    """What the line of one referral is made of."""
    due_on = db.session.scalar(select(Task.due_on).join(Referral, is_its_task()).where(Referral.id == referral.id))
    return status_facts(referral, due_on, case_stages([referral.id]), arranged=_was_arranged(referral))


def line_of_facts(row: Any, stages: Mapping[int, rules.CaseStage]) -> rules.StatusLine:
    """The line of a row of a list, which has a referral's columns, ``due_on`` and ``arranged``."""
    return rules.status_line(status_facts(row, row.due_on, stages, arranged=row.arranged))


def status_facts(
    row: Any, due_on: date | None, stages: Mapping[int, rules.CaseStage], *, arranged: bool
) -> rules.StatusFacts:
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
        arranged=arranged,
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
