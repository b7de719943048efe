"""Nobody else: each view stands where the rules allow it, and on no other page, in no letter and in no file.

One world for the file. Five views of one child, each with a word of its own; every GET address of the portal that takes
a case, a referral or a child of that world, and the lists that could show them, as ten people.
"""

import io
import itertools
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
import structlog
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from portal.accounts.models import Person
from portal.accounts.operations.sign_in import open_session
from portal.accounts.queries import actor_of
from portal.app import Portal
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.database import mode
from portal.schools.models import Pupil
from portal.voice.models import ChildView
from portal.voice.operations import reading
from portal.voice.queries import shared
from portal.voice.rules.sharing import Audience, Standing, may_see
from tests import builders_cases, builders_voice
from tests.access.examples import EXAMPLES, QUERIES
from tests.access.world import OWN, Place, build
from tests.builders_cases import World
from tests.conftest import Engines, FixedClock, configuration, pointed_at

USUAL_ENGINE = "sqlite"

EVERYBODY = ("school", "family", "meeting")
KEPT, GIVEN, TAKEN, HELD, UNREAD = "Quillkept", "Quillgiven", "Quilltaken", "Quillheld", "Quillunread"
MARKERS = (KEPT, GIVEN, TAKEN, HELD, UNREAD)
NOBODY = "signed_out"
SERVICE = frozenset({"worker", "coordinator", "safeguarding"})
STAFF_PAGES = frozenset({"voice.of_case", "voice.of_referral"})
OF_ONE_VIEW = {"voice.shares": {"worker", "coordinator"}, "voice.reply": {"worker", "coordinator"}}
OF_READERS = frozenset({"voice.hold"})
OF_THE_CHILD = frozenset({"reference", "pupil_id", "view_id", "wish_id"})
LISTS = frozenset(
    {
        "board.index",
        "cases.index",
        "home.index",
        "home.our_school",
        "home.reading",
        "impact.chart_csv",
        "impact.index",
        "referrals.index",
        "schools.pupils",
        "visits.week",
        "voice.index",
    }
)
"""Addresses without a record that list what people may see of children"""


@dataclass
class Nobody:
    """The portal with its world, and somebody signed in as each role."""

    app: Portal
    clients: Mapping[str, FlaskClient]
    pages: list[tuple[str, str, str]]
    """Endpoint, address, and the marker of the view that the address names"""
    asked: Iterator[int]

    def text(self, role: str, url: str) -> str:
        number = next(self.asked)
        address = {"REMOTE_ADDR": f"10.9.{number >> 8 & 255}.{number & 255}"}  # no limit is met
        with self.clients[role].get(url, environ_base=address) as answer:
            content = answer.get_data()
            if answer.mimetype == "application/pdf":
                return _text_of_pdf(content)
            return content.decode(errors="replace")


def _text_of_pdf(content: bytes) -> str:
    try:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except PdfReadError:
        return content.decode(errors="replace")


@pytest.fixture(scope="module")
def nobody(
    one_portal: Portal, engines: Engines, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nobody]:
    folder = tmp_path_factory.mktemp("nobody")
    with pointed_at(one_portal, configuration(module_database_url, folder), FixedClock(), engines):
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        with one_portal.app_context(), mode("write"):
            place = build()
            view_ids, panel_referral = _views(place)
            tokens = {role: _token(person_id) for role, person_id in place.people.items()}
            db.session.commit()
        clients = {NOBODY: one_portal.test_client()}
        for role, token in tokens.items():
            clients[role] = one_portal.test_client()
            with clients[role].session_transaction() as session:
                session["token"] = token
        pages = list(_pages(one_portal, place, view_ids, panel_referral))
        yield Nobody(one_portal, clients, pages, itertools.count())
        structlog.reset_defaults()


def _token(person_id: int) -> str:
    return open_session(db.session.get_one(Person, person_id), second_factor=True)


def _views(place: Place) -> tuple[dict[str, int], str]:
    side = place.sides[OWN]
    case = db.session.scalars(db.select(Case).where(Case.reference == side.case)).one()
    worker, coordinator = actor_of(side.worker_id), actor_of(place.people["coordinator"])
    world = _small_world(case, side.worker_id, place)
    view_ids = {}
    for marker in MARKERS:
        answers = ({"q": "wish", "state": "answered", "words": f"{marker} words"},)
        made = builders_voice.view(world, case, answers=answers, share=() if marker == KEPT else EVERYBODY)
        view_ids[marker] = made.id
        if marker != UNREAD:
            reading.read_view(coordinator, made, worries=f"{marker} worries" if marker == HELD else "")
        if marker == TAKEN:
            db.session.flush()
            reading.take_back(worker, made, opened_with=made.version)
    child = db.session.get_one(Pupil, side.pupil_id)
    at_panel = builders_cases.referral(
        case.school, child, world.senco, case.service_line, status="at_panel", decision=None
    )
    return view_ids, at_panel.reference


def _small_world(case: Case, worker_id: int, place: Place) -> World:
    """As much of a world as the builders of views ask for."""
    worker, coordinator = db.session.get_one(Person, worker_id), db.session.get_one(Person, place.people["coordinator"])
    senco = db.session.get_one(Person, place.people["school"])
    line, school = case.service_line, case.school
    return World(school, school, line, line, coordinator, worker, worker, worker, senco, senco)


def _pages(app: Portal, place: Place, view_ids: dict[str, int], panel_referral: str) -> Iterator[tuple[str, str, str]]:
    """Every GET address with the values of this world; those of a view once for each of the five."""
    urls = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        takes_child = OF_THE_CHILD & rule.arguments and not rule.endpoint.startswith("training.")
        if "GET" not in (rule.methods or ()) or not (takes_child or rule.endpoint in LISTS):
            continue
        example = EXAMPLES.get(rule.endpoint) if rule.arguments else QUERIES.get(rule.endpoint)
        ways = list(example(place.sides[OWN], place).values()) if example else [] if rule.arguments else [{}]
        for values in ways:
            if "view_id" in values:
                yield from (
                    (rule.endpoint, urls.build(rule.endpoint, {**values, "view_id": view_id}), marker)
                    for marker, view_id in view_ids.items()
                )
            else:
                yield rule.endpoint, urls.build(rule.endpoint, dict(values)), ""
        if rule.endpoint in ("referrals.show", "voice.of_referral"):
            yield rule.endpoint, urls.build(rule.endpoint, {"reference": panel_referral}), "panel"


def _may_stand(marker: str, role: str, endpoint: str, about: str) -> bool:
    """What the rules allow, written once more in a few words."""
    if marker == TAKEN:
        return role == "safeguarding" and endpoint in {"voice.of_case", "voice.hold"}
    if role in SERVICE and endpoint in STAFF_PAGES:
        return True
    if about == marker and (role in OF_ONE_VIEW.get(endpoint, ()) or _reads(role) and endpoint in OF_READERS):
        return True
    if marker == UNREAD:
        return endpoint == "home.reading" and _reads(role)
    if marker != GIVEN:
        return False
    for_school = endpoint == "voice.of_referral" and role in ("school", "head")
    for_panel = endpoint == "voice.of_referral" and role == "panel" and about == "panel"
    with_family = endpoint == "voice.for_family" and role in SERVICE
    return for_school or for_panel or with_family or endpoint == "voice.for_school"


def _reads(role: str) -> bool:
    return role in ("coordinator", "safeguarding")


def test_a_view_stands_nowhere_but_where_the_rules_allow_it(nobody: Nobody) -> None:
    seen: set[tuple[str, str, str]] = set()
    wrong = []
    for role in nobody.clients:
        for endpoint, url, about in nobody.pages:
            text = nobody.text(role, url)
            for marker in MARKERS:
                if marker in text:
                    seen.add((marker, role, endpoint))
                    if not _may_stand(marker, role, endpoint, about):
                        wrong.append(f"{marker} as {role} on {url}")
    assert not wrong, "\n".join(wrong)
    assert len(nobody.pages) > 100 and len(nobody.clients) == 10
    # ... and it stands where it should, so that the walk is known to look.
    assert {(GIVEN, "school", "voice.for_school"), (GIVEN, "panel", "voice.of_referral")} <= seen
    assert (GIVEN, "worker", "voice.for_family") in seen
    assert {(KEPT, "worker", "voice.of_case"), (HELD, "coordinator", "voice.of_case")} <= seen
    assert {(TAKEN, "safeguarding", "voice.of_case"), (UNREAD, "coordinator", "home.reading")} <= seen
    assert not any(
        marker in (KEPT, HELD, UNREAD, TAKEN) and role in ("school", "head", "panel") for marker, role, _ in seen
    )


def test_the_walk_would_find_what_was_held_back(nobody: Nobody, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with “held back” forgotten in both readings the school reads it, and the walk says so."""

    def careless(standing: Standing, audience: Audience) -> bool:
        return may_see(replace(standing, is_held=False), audience)

    given_to = shared.given_to
    monkeypatch.setattr(shared, "may_see", careless)
    assert _held_pages(nobody) == []  # the other reading still holds it back
    monkeypatch.setattr(shared, "given_to", lambda audience: ChildView.id.is_not(None))
    assert "voice.for_school" in _held_pages(nobody)
    monkeypatch.setattr(shared, "may_see", may_see)
    assert _held_pages(nobody) == []
    monkeypatch.setattr(shared, "given_to", given_to)


def _held_pages(nobody: Nobody) -> list[str]:
    """The pages of children's voice on which the school reads what was held back."""
    of_voice = [(endpoint, url) for endpoint, url, _ in nobody.pages if endpoint.startswith("voice.")]
    return [endpoint for endpoint, url in of_voice if HELD in nobody.text("school", url)]
