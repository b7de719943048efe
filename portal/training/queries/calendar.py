"""A session as a calendar file: who opens it again after a change sees the same entry, moved or cancelled."""

from urllib.parse import urlsplit

from icalendar import Calendar, Event

from portal.kernel import clock, settings
from portal.training import rules
from portal.training.models import TrainingSession

_STATUS = {"planned": "CONFIRMED", "held": "CONFIRMED", "cancelled": "CANCELLED"}


def calendar_file(session: TrainingSession, address: str) -> bytes:
    """The session as an iCalendar object of one event; it names trainers and place, and no child.

    ``address`` is the full address of its page. Times are England's with their zone, so that clock changes are right.
    """
    event = Event()
    event.add("uid", f"training-session-{session.id}@{urlsplit(address).hostname or 'portal.invalid'}")
    event.add("sequence", session.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", rules.local(session.starts_at))
    event.add("dtend", rules.local(rules.ends_at(session.starts_at, session.minutes)))
    event.add("summary", f"Training: {session.title}")
    event.add("location", session.place)
    event.add("description", f"Given by {_trainers(session)}.\n{address}")
    event.add("url", address)
    event.add("status", _STATUS[session.status])
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{settings.current().short_name}//Training//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _trainers(session: TrainingSession) -> str:
    return " and ".join(trainer.person.name for trainer in session.trainers)
