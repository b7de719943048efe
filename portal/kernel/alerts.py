"""What cannot wait for the next look at a list: a line on every page of whoever it concerns."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, g, has_request_context

from portal.policy import Action, Actor, may

SOURCE = "alerts"


@dataclass(frozen=True)
class Alert:
    """One line. It names nobody: others may look on."""

    words: str
    url: str
    link: str
    """What following it is called"""
    kind: str
    record_id: int
    """The record whose page says it once more at its top"""


@dataclass(frozen=True)
class Source:
    """Where the lines come from, and the action without which nobody has any."""

    action: Action
    read: Callable[[Actor], list[Alert]]


def concern(actor: Actor) -> bool:
    """Could this person have a line at all? Only then do their pages ask for new ones."""
    source: Source | None = current_app.extensions.get(SOURCE)
    return source is not None and may(actor, source.action)


def alerts_of(actor: Actor) -> list[Alert]:
    """The open lines, the longest waiting first. Asked once a request, whatever draws them."""
    if not concern(actor):
        return []
    source: Source = current_app.extensions[SOURCE]
    if not has_request_context():
        return source.read(actor)
    if "alerts" not in g:
        g.alerts = source.read(actor)
    found: list[Alert] = g.alerts
    return found


def alerts_about(actor: Actor, kind: str, record_id: int) -> list[Alert]:
    """Those of one record."""
    return [alert for alert in alerts_of(actor) if (alert.kind, alert.record_id) == (kind, record_id)]
