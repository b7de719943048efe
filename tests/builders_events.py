"""Events for tests: planned by the coordinator, with one school invited."""

from datetime import UTC, datetime

from portal.accounts.queries import actor_of
from portal.training.models import Event
from portal.training.operations import events
from portal.training.rules.events import EventDraft
from tests.builders_cases import World


def draft(**changes: object) -> EventDraft:
    """A network meeting in two weeks from the tests' “now”."""
    facts = {
        "kind": "network",
        "title": "SENDCo network",
        "about": "Autumn term",
        "starts_at": datetime(2026, 11, 24, 14, tzinfo=UTC),
        "minutes": 90,
        "place": "Town hall",
    }
    return EventDraft(**(facts | changes))  # type: ignore[arg-type]


def event(world: World, **changes: object) -> Event:
    """The first school of the world is invited."""
    coordinator = actor_of(world.coordinator.id)
    made = events.plan_event(coordinator, draft(**changes))
    events.invite(coordinator, made, {world.ash.id})
    return made
