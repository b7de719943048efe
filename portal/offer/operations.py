"""Keeping “Our offer”: its texts, and the policy from draft to the version in force."""

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.unit_of_work import writing
from portal.kernel.versions import check_version
from portal.offer import rules
from portal.offer.models import OfferText, Policy
from portal.policy import Action, Actor, Role
from portal.schools.operations import RefusedFields
from portal.tasks import operations as tasks
from portal.tasks.rules import REVIEW_POLICY, RULES

REVIEW_JOB = "policy_review_near"
REVIEW_KEY = "offer-policy-review"


def ensure_default_offer() -> None:
    """Every text that is missing, as it comes with the portal, and a first draft of the policy."""
    known = set(db.session.scalars(select(OfferText.key)))
    for key, section in rules.SECTIONS.items():
        if key not in known:
            row = OfferText(key=key, text=section.text, changed_on=clock.today())
            audit.record(None, "text of the offer added", row)
    if not db.session.scalar(select(func.count()).select_from(Policy)):
        draft = Policy(
            number=1,
            status=rules.PolicyStatus.DRAFT.value,
            title=rules.DEFAULT_POLICY_TITLE,
            text=rules.DEFAULT_POLICY,
            what_changed="",
        )
        audit.record(None, "policy drafted", draft)


def change_text(actor: Actor, row: OfferText, text: str, *, opened_with: int | None) -> None:
    """Changes one text; it is public at once. Raises ``EditConflict`` or ``Refused``."""
    ensure(actor, Action.MANAGE_OFFER)
    check_version(row, opened_with)
    if problems := rules.text_problems(text):
        raise Refused(*problems)
    row.text, row.changed_on = text.strip(), clock.today()
    audit.record(actor, "text of the offer changed", row)


def draft_policy(actor: Actor, draft: rules.PolicyDraft, *, opened_with: int | None) -> Policy:
    """Keeps the draft of the next version; ``opened_with`` is 0 where there was none.

    Raises ``EditConflict`` or ``RefusedFields``.
    """
    ensure(actor, Action.MANAGE_OFFER)
    if problems := rules.policy_problems(draft):
        raise RefusedFields(problems)
    row = _open_draft(opened_with)
    _put(row, draft)
    audit.record(actor, "policy drafted", row)
    return row


def publish_policy(actor: Actor, draft: rules.PolicyDraft, *, opened_with: int | None) -> Policy:
    """Puts the draft into force from today; the version before it stays readable.

    Raises ``EditConflict``, or ``RefusedFields`` with what is missing.
    """
    ensure(actor, Action.MANAGE_OFFER)
    row = _open_draft(opened_with)
    if problems := rules.publishing_problems(draft, clock.today(), is_first=row.number == 1):
        raise RefusedFields(problems)
    _put(row, draft)
    row.status, row.published_on, row.published_by_id = "published", clock.today(), actor.person_id
    audit.record(actor, "policy published", row)
    tasks.settle(REVIEW_KEY, actor)
    _look_again(row)
    return row


def discard_draft(actor: Actor, *, opened_with: int | None) -> None:
    """Throws away the draft of the next version; the one in force stays. Raises ``EditConflict`` or ``OutOfReach``."""
    ensure(actor, Action.MANAGE_OFFER)
    row = _draft()
    if row is None:
        raise OutOfReach
    check_version(row, opened_with)
    audit.record(actor, "draft of the policy discarded", row)
    db.session.delete(row)


def _draft() -> Policy | None:
    return db.session.scalars(
        select(Policy).where(Policy.status == rules.PolicyStatus.DRAFT.value).with_for_update()
    ).one_or_none()


def _open_draft(opened_with: int | None) -> Policy:
    row = _draft()
    if row is not None:
        check_version(row, opened_with)
        return row
    if opened_with != 0:
        raise OutOfReach
    last: Any = db.session.scalar(select(func.max(Policy.number)))
    return Policy(number=(last or 0) + 1, status=rules.PolicyStatus.DRAFT.value)


def _put(row: Policy, draft: rules.PolicyDraft) -> None:
    row.title, row.text = draft.title.strip(), draft.text.strip()
    row.what_changed, row.review_on = draft.what_changed.strip(), draft.review_on


def _look_again(row: Policy) -> None:
    if row.review_on is not None:
        day = max(row.review_on - rules.REVIEW_NEAR, clock.today())
        jobs.enqueue(REVIEW_JOB, {"number": row.number}, run_at=datetime.combine(day, time(5), UTC))


@jobs.handles(REVIEW_JOB)
def put_review_on_the_list(payload: Any) -> None:
    """The review of the policy is near: it waits for the coordinator, unless a later version is in force."""
    with writing():
        row = db.session.scalars(
            select(Policy).where(Policy.status == "published").order_by(Policy.number.desc()).limit(1)
        ).one_or_none()
        if row is not None and row.number == payload["number"] and row.review_on is not None:
            title, url = RULES[REVIEW_POLICY], "/offer/policy/draft"
            tasks.ask(REVIEW_KEY, REVIEW_POLICY, title, url, row.review_on, role=Role.COORDINATOR)
