"""A portal under a server of this process, and tablets that were handed over, for tests in a real browser."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade
from playwright.sync_api import BrowserContext, Locator
from werkzeug.serving import make_server

from portal.accounts.operations.sessions import open_session
from portal.app import Portal, create_app
from portal.cli import seed
from portal.extensions import db
from portal.kernel.clock import system_clock
from portal.kernel.database import mode
from portal.voice.models import ChildView, TalkWish, ViewAnswer, VoicePlace
from portal.voice.rules.answers import strokes_from_json
from portal.voice.rules.questions import Age, Moment
from tests.builders_cases import World, case, world
from tests.builders_voice import handed_over, prepared, with_pin
from tests.serving import free_port

BOUNCE = 450
"""Milliseconds after which a second touch is meant"""


@dataclass
class Tablets:
    """One portal on a database of its own; hands tablets over and says what has arrived."""

    portal: Portal
    address: str
    signal: "Signal"
    world: World = field(init=False, repr=False)

    @contextmanager
    def unit(self) -> Iterator[None]:
        with self.portal.app_context(), mode("write"):
            yield
            db.session.commit()
            db.session.remove()

    def hand_over(self, context: BrowserContext, *moments: Moment, age: str = "juniors") -> list[str]:
        """Puts the cookie of a new hand-over into a browser; the public ids of its places."""
        with self.unit():
            people = self.people()
            made = [prepared(people, case(people), moment, age=Age(age)) for moment in moments or (Moment.START,)]
            token = handed_over(people)
            places = [place.public_id for place in made]
        context.add_cookies([{"name": "portal", "value": self.cookie(child=token), "url": self.address}])
        return places

    def staff(self, context: BrowserContext) -> str:
        """Puts the worker's cookie into a browser, with a turn on the tray; the reference of its case."""
        with self.unit():
            people = self.people()
            if people.worker.tablet_pin_hash is None:
                with_pin(people)
            made = case(people)
            prepared(people, made, Moment.HELP)
            token, reference = open_session(people.worker, second_factor=True), made.reference
        context.add_cookies([{"name": "portal", "value": self.cookie(token=token), "url": self.address}])
        return reference

    def people(self) -> World:
        """Who and what is there, in the current unit."""
        if not hasattr(self, "world"):
            self.world = world()
            db.session.commit()
        for name in vars(self.world):
            setattr(self.world, name, db.session.merge(getattr(self.world, name)))
        return self.world

    def cookie(self, **content: str) -> str:
        signer = SecureCookieSessionInterface().get_signing_serializer(self.portal)
        assert signer is not None
        signed = signer.dumps(content)
        return signed if isinstance(signed, str) else signed.decode()

    def outcomes(self, places: list[str]) -> dict[str, str | None]:
        """How each place ended, by its public id."""
        with self.unit():
            rows = db.session.execute(
                db.select(VoicePlace.public_id, VoicePlace.outcome).where(VoicePlace.public_id.in_(places))
            )
            return {row.public_id: row.outcome for row in rows}

    def answers(self, place: str) -> dict[str, tuple[str, str, str | None]]:
        """Question → (state, choices, words) of what arrived for a place."""
        with self.unit():
            rows = db.session.scalars(
                db.select(ViewAnswer)
                .join(ChildView)
                .join(VoicePlace, VoicePlace.id == ChildView.place_id)
                .where(VoicePlace.public_id == place)
            )
            return {row.question: (row.state, row.choices, row.words) for row in rows}

    def views(self) -> int:
        with self.unit():
            return int(db.session.scalar(db.select(db.func.count(ChildView.id))) or 0)

    def last_drawing(self) -> int:
        """Of how many lines the newest drawing is made."""
        with self.unit():
            newest = db.select(ViewAnswer.strokes).where(ViewAnswer.strokes.is_not(None)).order_by(ViewAnswer.id.desc())
            return len(strokes_from_json(db.session.scalars(newest.limit(1)).one()))

    def wishes(self) -> int:
        with self.unit():
            return int(db.session.scalar(db.select(db.func.count(TalkWish.id))) or 0)


def give(card: Locator, at: int = 0) -> None:
    """Touches the answer with this number, and touches it again."""
    answer = card.locator(".tablet__choice").nth(at)
    answer.click()
    card.page.wait_for_timeout(BOUNCE)
    answer.click()


def whole(portal: Portal) -> Callable[..., Iterable[bytes]]:
    """Answers in one piece: the server leaves a file open where a browser goes away while it is sent."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        parts = portal(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer


class Signal:
    """A portal's server on a port of its own, which can be out of reach for a while."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.port = free_port()

    def on(self) -> None:
        self.server = make_server("127.0.0.1", self.port, whole(self.portal), threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def off(self) -> None:
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()

    @contextmanager
    def lost(self) -> Iterator[None]:
        self.off()
        try:
            yield
        finally:
            self.on()


@contextmanager
def tablets(folder: Path) -> Iterator[Tablets]:
    """Serves a portal on 127.0.0.1 until the block ends."""
    from tests.conftest import configuration

    portal = create_app(configuration(f"sqlite:///{folder / 'tablets.db'}", folder), now=system_clock)
    with portal.app_context():
        upgrade()
        seed()
        db.session.remove()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    signal = Signal(portal)
    signal.on()
    try:
        yield Tablets(portal, f"http://127.0.0.1:{signal.port}", signal)
    finally:
        signal.off()
        with portal.app_context():
            db.session.remove()
            db.engine.dispose()
