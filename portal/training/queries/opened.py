"""Records as their forms open them, by field name."""

from collections.abc import Mapping

from portal.kernel import clock
from portal.training import rules
from portal.training.models import Topic, TrainingRequest, TrainingSession


def opened_topic(topic: Topic) -> Mapping[str, object]:
    return {
        "title": topic.title,
        "minutes": topic.minutes,
        "audience": topic.audience,
        "summary": topic.summary,
        "is_active": topic.is_active,
        "version": topic.version,
    }


def opened_session(session: TrainingSession) -> Mapping[str, object]:
    start = rules.local(session.starts_at)
    return {
        "topic": str(session.topic_id) if session.topic_id is not None else None,
        "title": session.title,
        "on": start.date(),
        "at": start.time(),
        "minutes": session.minutes,
        "place": session.place,
        "places": session.places,
        "trainers": [trainer.person_id for trainer in session.trainers],
        "version": session.version,
    }


def opened_offer(request: TrainingRequest) -> Mapping[str, object]:
    """The dates on offer; before any, the school's wishes with the topic's length and the school as the place."""
    opened: dict[str, object] = {"version": request.version}
    minutes = request.topic.minutes if request.topic else None
    today = clock.today()
    wishes = [day for day in (request.prefers_first, request.prefers_second, request.prefers_third) if day]
    for number in range(1, rules.MOST_DATES + 1):
        place = f"date_{number}"
        if request.offers:
            offer = request.offers[number - 1] if number <= len(request.offers) else None
            start = rules.local(offer.starts_at) if offer else None
            opened[f"{place}_on"] = start.date() if start else None
            opened[f"{place}_at"] = start.time() if start else None
            opened[f"{place}_trainer"] = str(offer.trainer_id) if offer else None
        else:
            day = wishes[number - 1] if number <= len(wishes) else None
            opened[f"{place}_on"] = day if day and day >= today else None
    first = request.offers[0] if request.offers else None
    opened["minutes"] = first.minutes if first else minutes
    opened["place"] = first.place if first else request.school.name
    return opened
