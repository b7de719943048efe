"""What a school asks for: asking, offering dates, choosing one, declining, withdrawing."""

from collections.abc import Sequence
from datetime import datetime

from portal.extensions import db
from portal.kernel import audit, clock, references
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.history import advance, steps_of
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools.operations.problems import refuse_any
from portal.training import rules
from portal.training.models import OfferedDate, Topic, TrainingRequest
from portal.training.operations import due
from portal.training.operations.bookings import book_for_request, end_booking_of_request
from portal.training.operations.planning import make_session, refuse_clash, refuse_unknown_trainers

_AUDITED = {
    "offer": "training dates offered",
    "choose": "training date chosen",
    "ask_others": "other training dates asked for",
    "decline": "training request declined",
    "withdraw": "training request withdrawn",
    "give_places": "training places given",
}


def ask_for_training(actor: Actor, school_id: int, draft: rules.RequestDraft) -> TrainingRequest:
    """A school asks. Raises ``RefusedFields`` for what must be mended."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=school_id))
    problems = rules.request_problems(draft, clock.today())
    topic = db.session.get(Topic, draft.topic_id) if draft.topic_id is not None else None
    if draft.topic_id is not None and (topic is None or not topic.is_active):
        problems["topic"] = "Choose a topic that is on offer."
    refuse_any(problems)
    first, second, third = [*draft.dates, None, None, None][: rules.MOST_DATES]
    request = TrainingRequest(
        reference=references.next_reference("T", clock.now().year),
        school_id=school_id,
        topic_id=topic.id if topic else None,
        title=topic.title if topic else draft.own_words,
        who=draft.who,
        how_many=draft.how_many,
        prefers_first=first,
        prefers_second=second,
        prefers_third=third,
        dates_words=draft.dates_words,
        difference=draft.difference,
        status="asked",
        asked_by_id=actor.person_id,
        asked_at=clock.now(),
    )
    audit.record(actor, "training asked for", request)
    due.ask_coordinator(actor, request)
    due.tell_coordinators("training_asked", due.url_of(request), f"training-{request.id}-asked", but=actor)
    return request


def offer_dates(
    actor: Actor,
    request: TrainingRequest,
    dates: Sequence[rules.DateDraft],
    *,
    opened_with: int | None = None,
    clash_known: bool = False,
) -> TrainingRequest:
    """Offers the school one to three dates; earlier offers go. Raises ``EditConflict``, ``RefusedFields``, ``Refused``
    (also for a trainer who is taken at that time, unless ``clash_known``)."""
    _begin(actor, request, "offer", opened_with)
    refuse_any(rules.offer_problems(dates, clock.today()))
    refuse_unknown_trainers([date.trainer_id for date in dates if date.trainer_id])
    offers = [_offer(date) for date in dates[: rules.MOST_DATES]]
    for offer in offers:
        refuse_clash([offer.trainer_id], offer.starts_at, offer.minutes, known=clash_known)
    _clear_offers(request)
    request.offers.extend(offers)
    step = _step(actor, request, "offer")
    due.ask_school_to_choose(actor, request)
    key = f"training-{request.id}-offered-{step}"
    due.tell_asker("training_dates_offered", request, key, but=actor)
    return request


def choose_date(
    actor: Actor, request: TrainingRequest, offer_id: int, *, opened_with: int | None = None
) -> TrainingRequest:
    """The school chooses: the session is planned and booked. Raises ``Refused`` when the trainer was taken since."""
    _begin(actor, request, "choose", opened_with)
    offer = next((one for one in request.offers if one.id == offer_id), None)
    if offer is None:
        raise Refused("Choose one of the dates, or ask for others.")
    try:
        refuse_clash([offer.trainer_id], offer.starts_at, offer.minutes, since=_offered_at(request))
    except Refused:
        raise Refused("This date was taken by another school meanwhile. Choose another, or ask for others.") from None
    if offer.starts_at <= clock.now():
        raise Refused("This date is over. Choose another, or ask for others.")
    session = make_session(actor, _session_of(request, offer), is_shared=False)
    request.session = session
    book_for_request(actor, session, request)
    _clear_offers(request)
    _step(actor, request, "choose")
    _booked(actor, request)
    due.ask_for_register(session)
    key = f"training-{request.id}-booked"
    due.tell_coordinators("training_booked", due.session_url(session), key, but=actor)
    due.tell_trainers("training_booked", session, key, but=actor)
    return request


def give_places(
    actor: Actor, request: TrainingRequest, session_id: int, places: int, *, opened_with: int | None = None
) -> TrainingRequest:
    """Answers a request with places in a shared session. Raises ``Refused`` when there are too few."""
    _begin(actor, request, "give_places", opened_with)
    session = book_for_request(actor, session_id, request, places)
    request.session = session
    _clear_offers(request)
    _step(actor, request, "give_places")
    _booked(actor, request)
    key = f"training-{request.id}-booked"
    due.tell_school("training_booked", session, request.school_id, key, but=actor)
    return request


def ask_for_other_dates(actor: Actor, request: TrainingRequest, why: str, *, opened_with: int | None = None) -> None:
    """None of the dates suits the school; ``why`` says which would. Raises ``Refused`` without it."""
    _begin(actor, request, "ask_others", opened_with)
    step = _step(actor, request, "ask_others", why)
    _clear_offers(request)
    due.ask_coordinator(actor, request)
    key = f"training-{request.id}-others-{step}"
    due.tell_coordinators("training_asked", due.url_of(request), key, but=actor)


def decline(actor: Actor, request: TrainingRequest, why: str, *, opened_with: int | None = None) -> None:
    """The service cannot give it. Raises ``Refused`` without a reason."""
    _begin(actor, request, "decline", opened_with)
    _step(actor, request, "decline", why)
    _clear_offers(request)
    due.settle_request(actor, request)
    key = f"training-{request.id}-declined"
    due.tell_asker("training_declined", request, key, but=actor)


def withdraw(actor: Actor, request: TrainingRequest, why: str, *, opened_with: int | None = None) -> None:
    """The school no longer needs it; what was booked for it goes. Raises ``Refused`` without a reason,
    and once the session has begun: its register must stay."""
    _begin(actor, request, "withdraw", opened_with)
    was_booked = request.status == "booked"
    if was_booked and request.session is not None and request.session.starts_at <= clock.now():
        raise Refused("This session has begun.")
    _step(actor, request, "withdraw", why)
    _clear_offers(request)
    due.settle_request(actor, request)
    key = f"training-{request.id}-withdrawn"
    due.tell_coordinators("training_withdrawn", due.url_of(request), key, but=actor)
    if was_booked:
        end_booking_of_request(actor, request, why)


def take_reason_step(
    actor: Actor, request: TrainingRequest, step: str, why: str, *, opened_with: int | None = None
) -> None:
    """One of ``rules.REASON_STEPS`` by name. Raises ``OutOfReach`` for any other."""
    steps = {"ask_others": ask_for_other_dates, "decline": decline, "withdraw": withdraw}
    if step not in steps:
        raise OutOfReach(step)
    steps[step](actor, request, why, opened_with=opened_with)


def _begin(actor: Actor, request: TrainingRequest, step: str, opened_with: int | None) -> None:
    ensure(actor, rules.REQUEST_ROAD.by_name[step].needs, request.scope)
    if opened_with is not None:
        check_version(request, opened_with)
    if problems := rules.REQUEST_ROAD.problems(step, request.status, None):
        raise Refused(*problems)


def _step(actor: Actor, request: TrainingRequest, step: str, why: str = "") -> int:
    """Takes the step; answers the id of its place in the history."""
    taken = advance(actor, request, rules.REQUEST_ROAD, step, None, audit_as=_AUDITED[step], note=why)
    db.session.flush()
    return taken.id


def _offered_at(request: TrainingRequest) -> datetime | None:
    """When the dates were offered: the coordinator saw what clashed then, and kept it."""
    offers = [step.at for step in steps_of(request.__tablename__, request.id) if step.step == "offer"]
    return offers[-1] if offers else None


def _booked(actor: Actor, request: TrainingRequest) -> None:
    due.settle_request(actor, request)
    request.due_on = due.names_due(request.session)


def _clear_offers(request: TrainingRequest) -> None:
    for offer in list(request.offers):
        db.session.delete(offer)  # by itself, so that the audit net sees whose part it was
    db.session.flush()
    db.session.expire(request, ["offers"])


def _offer(date: rules.DateDraft) -> OfferedDate:
    return OfferedDate(starts_at=date.starts_at, minutes=date.length, place=date.place, trainer_id=date.trainer_id)


def _session_of(request: TrainingRequest, offer: OfferedDate) -> rules.SessionDraft:
    start = rules.local(offer.starts_at)
    return rules.SessionDraft(
        topic_id=request.topic_id,
        title=request.title,
        on=start.date(),
        at=start.time(),
        minutes=offer.minutes,
        place=offer.place,
        school_id=request.school_id,
        trainer_ids=(offer.trainer_id,),
    )
