"""Events: planned, schools invited, answers, who came, what was shared."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from portal.accounts.queries import school_audience, school_role
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.history import advance
from portal.kernel.versions import check_version
from portal.notices.operations import tell
from portal.policy import Action, Actor, Role, Scope
from portal.schools.operations.problems import raise_version, refuse_any
from portal.schools.queries import calendar_of, school_choices
from portal.tasks import operations as tasks
from portal.tasks import rules as due
from portal.training.models import Event, Invitation
from portal.training.rules import day_of
from portal.training.rules import events as rules

ANSWER_BEFORE = 5
"""School days before the event by which a school answers"""


def plan_event(actor: Actor, draft: rules.EventDraft) -> Event:
    """A new event. Raises ``RefusedFields``."""
    ensure(actor, Action.MANAGE_TRAINING)
    refuse_any(rules.event_problems(draft, clock.today()))
    event = Event(status="planned", shared="", sequence=0, invitations=[])
    _put(event, draft)
    audit.record(actor, "event planned", event)
    _ask_who_came(event)
    return event


def change_event(actor: Actor, event: Event, draft: rules.EventDraft, *, opened_with: int | None) -> Event:
    """Changes it; the schools invited are told when day, hours or place are others. Raises ``EditConflict``.

    On another date every school is asked again, also one that could not come to the first.
    """
    ensure(actor, Action.MANAGE_TRAINING)
    check_version(event, opened_with)
    refuse_any(rules.event_problems(draft, clock.today()))
    _refuse_closed(event)
    before, began = (event.starts_at, event.minutes, event.place), event.starts_at
    _put(event, draft)
    event.sequence += 1
    advance(actor, event, rules.ROAD, "move", None, audit_as="event changed")
    _ask_who_came(event)
    is_another_date = event.starts_at != began
    for invitation in event.invitations:
        if is_another_date:
            invitation.answer, invitation.people = "invited", 0  # what a school said was about the date before
        if invitation.answer == "invited":
            _ask_for_answer(event, invitation.school_id)
    if before != (event.starts_at, event.minutes, event.place):
        _tell_invited("event_changed", event, f"changed-{event.sequence}")
    return event


def invite(actor: Actor, event: Event, school_ids: Collection[int]) -> list[Invitation]:
    """Invites schools that were not invited yet, and tells them. Raises ``Refused`` when there is none."""
    ensure(actor, Action.MANAGE_TRAINING)
    _refuse_closed(event)
    offered = {int(value) for value, _ in school_choices()}
    there = {invitation.school_id for invitation in event.invitations}
    new = sorted((set(school_ids) & offered) - there)
    if not new:
        raise Refused("Choose at least one school that is not invited yet.")
    made = [Invitation(school_id=school_id, answer="invited", people=0) for school_id in new]
    event.invitations.extend(made)
    raise_version(event)
    audit.record(actor, "schools invited", event)
    for school_id in new:
        _ask_for_answer(event, school_id)
        _tell("event_invitation", event, school_id, "invitation")
    return made


def answer_invitation(actor: Actor, event: Event, school_id: int, *, comes: bool, people: int) -> Invitation:
    """A school says whether it comes and with how many. It may say otherwise until the day. Raises ``Refused``."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=school_id))
    _refuse_closed(event)
    if comes and not 1 <= people <= rules.MOST_PEOPLE:
        raise Refused(f"Say how many will come, from 1 to {rules.MOST_PEOPLE}.")
    invitation = _invitation(event, school_id)
    invitation.answer, invitation.people = ("coming", people) if comes else ("not_coming", 0)
    invitation.answered_by_id, invitation.answered_at = actor.person_id, clock.now()
    audit.record(actor, "invitation answered", event)
    tasks.settle(_answer_key(event, school_id), actor)
    return invitation


def record_who_came(actor: Actor, event: Event, came: Mapping[int, int | None], *, opened_with: int | None) -> Event:
    """How many of each school came (by school id; None is not known), once the event has begun.

    A school that is not named keeps what it had. Raises ``EditConflict``, ``Refused``.
    """
    ensure(actor, Action.MANAGE_TRAINING)
    check_version(event, opened_with)
    if event.starts_at > clock.now():
        raise Refused("Record who came once the event has begun.")
    for invitation in event.invitations:
        if invitation.school_id in came:
            number = came[invitation.school_id]
            invitation.came = None if number is None else max(0, min(number, rules.MOST_PEOPLE))
        tasks.settle(_answer_key(event, invitation.school_id), actor)
    raise_version(event)
    step = "correct" if event.status == "held" else "hold"
    advance(actor, event, rules.ROAD, step, None, audit_as="attendance of an event recorded")
    tasks.settle(_came_key(event), actor)
    return event


def share(actor: Actor, event: Event, words: str, *, opened_with: int | None) -> Event:
    """Keeps what was shared at the event; the schools invited can read it, and are told the first time."""
    ensure(actor, Action.MANAGE_TRAINING)
    check_version(event, opened_with)
    if event.status == "cancelled":
        raise Refused("This event is cancelled: nothing was shared.")
    first = not event.shared and bool(words.strip())
    event.shared = words.strip()
    raise_version(event)
    audit.record(actor, "what was shared recorded", event)
    if first:
        _tell_invited("event_shared", event, "shared")
    return event


def cancel_event(actor: Actor, event: Event, why: str, *, opened_with: int | None) -> Event:
    """The event is not held, with the reason; the schools invited are told. Raises ``EditConflict``, ``Refused``."""
    ensure(actor, Action.MANAGE_TRAINING)
    check_version(event, opened_with)
    advance(actor, event, rules.ROAD, "cancel", None, audit_as="event cancelled", note=why)
    event.sequence += 1
    for invitation in event.invitations:
        tasks.settle(_answer_key(event, invitation.school_id), actor)
    tasks.settle(_came_key(event), actor)
    _tell_invited("event_cancelled", event, "cancelled")
    return event


def _put(event: Event, draft: rules.EventDraft) -> None:
    event.kind, event.title, event.about = draft.kind, draft.title.strip(), draft.about.strip()
    event.place = draft.place.strip()
    if draft.starts_at is not None and draft.minutes is not None:
        event.starts_at, event.minutes = draft.starts_at, draft.minutes


def _refuse_closed(event: Event) -> None:
    if event.status != "planned":
        raise Refused(f"This event is {rules.STATUSES[event.status].lower()}: that cannot be changed.")


def _invitation(event: Event, school_id: int) -> Invitation:
    found = db.session.scalars(
        select(Invitation).where(Invitation.event_id == event.id, Invitation.school_id == school_id)
    ).one_or_none()
    if found is None:
        raise OutOfReach(school_id)
    return found


def url_of(event: Event) -> str:
    return f"/training/events/{event.id}"


def _tell(kind: str, event: Event, school_id: int, what: str, *concerned: int | None) -> None:
    tell(kind, school_audience(school_id, *concerned), url_of(event), key=f"event-{event.id}-{what}")


def _tell_invited(kind: str, event: Event, what: str) -> None:
    for invitation in event.invitations:
        if invitation.answer != "not_coming":
            _tell(kind, event, invitation.school_id, what, invitation.answered_by_id)


def _ask_for_answer(event: Event, school_id: int) -> None:
    before = calendar_of(None).add_school_days(day_of(event.starts_at), -ANSWER_BEFORE)
    tasks.ask(
        _answer_key(event, school_id),
        due.ANSWER_INVITATION,
        "Say whether your school comes to an event",
        url_of(event),
        max(before, clock.today()),
        role=school_role(school_id),
        school_id=school_id,
    )


def _ask_who_came(event: Event) -> None:
    tasks.ask(
        _came_key(event),
        due.RECORD_EVENT,
        "Record who came to an event",
        url_of(event),
        calendar_of(None).add_school_days(day_of(event.starts_at), 2),
        role=Role.COORDINATOR,
    )


def _answer_key(event: Event, school_id: int) -> str:
    return f"event-{event.id}-answer-{school_id}"


def _came_key(event: Event) -> str:
    return f"event-{event.id}-came"
