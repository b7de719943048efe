"""Every route and method, as every role, for the records of the own and of another school.

What is expected stands in expected.txt, a file of its own: a change of access shows as a diff that a head of service
can read. Nothing is kept: a unit that would be committed is stopped at that moment and counts as ``ok``.
"""

import io
import itertools
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from flask.testing import FlaskClient
from pypdf import PdfReader
from pypdf.errors import PdfReadError
from sqlalchemy import event

from portal import policy
from portal.accounts.models import Person
from portal.accounts.operations.sign_in import open_session
from portal.app import Portal, create_app
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import access
from portal.kernel.audit import AuditLine
from portal.kernel.database import mode
from portal.policy import GRANTS, Action, Reach, Role
from tests.access.examples import EXAMPLES, OF_NO_SCHOOL, QUERIES
from tests.access.world import AT_PANEL, OTHER, OWN, SECRET, TRAINED, Place, build
from tests.conftest import FixedClock, _on_server, configuration

USUAL_ENGINE = "sqlite"
"""The filters are core SQL, tried on both engines by the tests of each feature; ``make trial`` walks both here too."""

GOLDEN = Path(__file__).with_name("expected.txt")
ROLES = ("school", "head", "worker", "coordinator", "panel", "safeguarding", "commissioner", "admin", "no_role")
NOBODY = "signed_out"
CLOSED = frozenset({"403", "404", "sign-in"})


class WouldBeKept(BaseException):
    """The unit got as far as its commit."""


@dataclass(frozen=True)
class Cell:
    """One thing to ask: a line of the golden file."""

    endpoint: str
    method: str
    way: str
    side: str
    url: str

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.method, self.endpoint, self.side, self.way and f"({self.way})")))


@dataclass
class Walk:
    """The portal with its world, and somebody signed in as each role."""

    app: Portal
    place: Place
    clients: Mapping[str, FlaskClient]
    cells: list[Cell]
    asked: Iterator[int]

    @property
    def is_postgres(self) -> bool:
        return str(self.app.config["SQLALCHEMY_DATABASE_URI"]).startswith("postgres")

    def ask(self, role: str, cell: Cell) -> tuple[str, str]:
        """The class of the answer and its text."""
        answer, text, _ = self.ask_with_id(role, cell)
        return answer, text

    def ask_with_id(self, role: str, cell: Cell) -> tuple[str, str, str]:
        """The same, and the id of the request."""
        client = self.clients[role]
        number = next(self.asked)
        address = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}  # no limit is met
        try:
            answer = client.open(cell.url, method=cell.method, environ_base=address)
        except WouldBeKept:
            return "ok", "", ""
        with answer:
            return _class_of(answer), _text_of(answer), answer.headers.get("X-Request-Id", "")

    def left_a_record(self, request_id: str) -> bool:
        """Does the audit trail say that this request showed something?"""
        with self.app.app_context(), mode("read"):
            found = db.session.scalar(sa.select(sa.func.count()).where(AuditLine.request_id == request_id))
            db.session.remove()
        return bool(found)


def _text_of(answer) -> str:
    """What is on the page; of a made document the text, not what it is packed as."""
    content = answer.get_data()
    try:
        if answer.mimetype == "application/pdf":
            return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except PdfReadError:
        pass  # an uploaded file of this test is no whole PDF
    return content.decode(errors="replace")


def _class_of(answer) -> str:
    if answer.status_code == 401:
        return "sign-in"
    if answer.status_code in (302, 303):
        return "sign-in" if answer.location.startswith("/sign-in") else "redirect"
    return "ok" if answer.status_code < 300 else str(answer.status_code)


@pytest.fixture(scope="module")
def walk(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp(f"access-{engine}")
    app = create_app(configuration(_database(engine, request, folder), folder), now=FixedClock())
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # thousands of lines
    with app.app_context(), mode("write"):
        place = build()
        db.session.commit()
        tokens = {
            role: open_session(db.session.get_one(Person, place.people[role]), second_factor=True) for role in ROLES
        }
        db.session.commit()
    event.listen(db.session, "before_commit", _stop)
    try:
        yield Walk(app, place, _clients(app, tokens), list(cells_of(app, place)), itertools.count())
    finally:
        event.remove(db.session, "before_commit", _stop)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def _database(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "portal.db")
        return f"sqlite:///{folder / 'portal.db'}"
    server: str = request.getfixturevalue("postgres_template")
    _on_server(server, "DROP DATABASE IF EXISTS portal_access WITH (FORCE)")
    _on_server(server, "CREATE DATABASE portal_access TEMPLATE portal_template")
    return sa.make_url(server).set(database="portal_access").render_as_string(hide_password=False)


def _clients(app: Portal, tokens: Mapping[str, str]) -> Mapping[str, FlaskClient]:
    clients = {NOBODY: app.test_client()}
    for role, token in tokens.items():
        clients[role] = app.test_client()
        with clients[role].session_transaction() as session:
            session["token"] = token
    return clients


def _stop(session: object) -> None:
    if not session.in_nested_transaction():  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        raise WouldBeKept


def cells_of(app: Portal, place: Place) -> Iterator[Cell]:
    """Every rule, method and way to ask; another school's records after the own."""
    urls = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        methods = sorted(rule.methods & {"GET", "POST"})
        for side, way, values in _ways(rule, place):
            url = urls.build(rule.endpoint, values)
            for method in methods:
                yield Cell(rule.endpoint, method, way, side, url)


def _ways(rule, place: Place):
    example = EXAMPLES.get(rule.endpoint) if rule.arguments else QUERIES.get(rule.endpoint)
    if example is None:
        assert not rule.arguments, f"{rule.endpoint} has no example: add one to tests/access/examples.py"
        yield "", "", {}
        return
    for name in (OWN,) if rule.endpoint in OF_NO_SCHOOL else (OWN, OTHER):
        for way, values in example(place.sides[name], place).items():
            yield "" if rule.endpoint in OF_NO_SCHOOL else name, way, values


def read_golden() -> dict[str, dict[str, str]]:
    lines = GOLDEN.read_text().splitlines()
    found: dict[str, dict[str, str]] = {}
    for line in lines[1:]:
        name, _, answers = line.partition(" | ")
        found[name.strip()] = dict(zip((NOBODY, *ROLES), answers.split(), strict=True))
    return found


def written_out(answers: Mapping[str, Mapping[str, str]]) -> str:
    width = max(len(name) for name in answers)
    head = f"{'':{width}} | " + " ".join(f"{role:12}" for role in (NOBODY, *ROLES))
    rows = [
        f"{name:{width}} | " + " ".join(f"{found[role]:12}" for role in (NOBODY, *ROLES))
        for name, found in answers.items()
    ]
    return "\n".join(line.rstrip() for line in (head, *rows)) + "\n"


def test_every_rule_has_an_example(walk):
    """``cells_of`` fails for a rule without one; and an example without a rule is of yesterday."""
    known = {rule.endpoint for rule in walk.app.url_map.iter_rules()}
    assert set(EXAMPLES) | set(QUERIES) | OF_NO_SCHOOL <= known
    assert {cell.endpoint for cell in walk.cells} == known


@dataclass
class Walked:
    """What the walk over every cell as every role has found."""

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    leaks: list[tuple[str, str, str]] = field(default_factory=list)
    unrecorded: list[tuple[str, str]] = field(default_factory=list)
    untitled: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def walked(walk, pytestconfig) -> Walked:
    cells, found = walk.cells, Walked()
    if walk.is_postgres and not pytestconfig.getoption("--trial"):
        cells = cells[::4]  # what differs between the engines differs everywhere
    for cell in cells:
        found.answers[cell.name] = {}
        for role in (NOBODY, *ROLES):
            found.answers[cell.name][role], text, request_id = walk.ask_with_id(role, cell)
            found.leaks += [(cell.name, role, word) for word in _private_to_others(role) if word in text]
            if A_CHILD.search(text) and not walk.left_a_record(request_id):
                found.unrecorded.append((cell.name, role))
            if '<header class="app-header"' in text and "govuk-error-summary" in text and "<title>Error: " not in text:
                found.untitled.append((cell.name, role))
    return found


A_CHILD = re.compile(rf"{SECRET[OWN]}|{SECRET[OTHER]}|{AT_PANEL[OWN]}|{AT_PANEL[OTHER]}|\b(Kit|Len|Pia) [A-Z]")
"""The children of this world by name, also where a page shows no more than an initial of it."""


def test_every_route_answers_every_role_as_agreed(walk, walked):
    """A change of access shows as a diff of expected.txt; write it anew on purpose only (delete it and run this)."""
    assert walked.leaks == []
    if not GOLDEN.exists() and len(walked.answers) == len(walk.cells):
        GOLDEN.write_text(written_out(walked.answers))
        pytest.fail("expected.txt was not there and has been written: read it")
    golden = read_golden()
    assert {name: golden.get(name) for name in walked.answers} == walked.answers


def test_every_page_that_names_a_child_leaves_an_access_record(walked):
    assert "\n".join(f"{name} as {role}" for name, role in walked.unrecorded) == ""


def test_every_page_with_errors_says_so_first_in_its_title(walked):
    """A screen reader says the title before anything else."""
    assert "\n".join(f"{name} as {role}" for name, role in walked.untitled) == ""


LISTS = [
    ("/", "school", "first page viewed", "first_page", "case"),
    ("/", "worker", "first page viewed", "first_page", "case"),
    ("/", "panel", "first page viewed", "first_page", "at_panel"),
    ("/pupils/", "school", "pupils listed", "pupil", "pupil_id"),
    ("/pupils/?search=secret", "coordinator", "pupils listed", "pupil", "pupil_id"),
    ("/referrals/", "school", "referrals listed", "referral", "submitted"),
    ("/referrals/?show=submitted", "coordinator", "referrals listed", "referral", "submitted"),
    ("/referrals/?show=at_panel", "panel", "referrals listed", "referral", "at_panel"),
    ("/cases/", "school", "support listed", "case_file", "case"),
    ("/board/", "worker", "board viewed", "case_file", "case"),
    ("/board/", "coordinator", "board viewed", "case_file", "case"),
    ("/visits/", "worker", "week viewed", "case_file", "case"),
    ("/agreements/", "coordinator", "agreements listed", "agreement", "agreement_id"),
    ("/reading", "coordinator", "new words viewed", "case_file", "case_id"),
    ("/our-school", "school", "results of own school viewed", "case_file", "ended_id"),
    ("/voice/", "worker", "tablet page viewed", "case_file", "case"),
    ("/voice/hand-over", "worker", "tablet page viewed", "case_file", "case"),
]
"""Address, role, and the words, kind and one key of the line that it leaves."""


@pytest.mark.parametrize(("address", "role", "words", "kind", "key"), LISTS)
def test_a_list_of_children_leaves_one_line_with_what_was_listed(walk, address, role, words, kind, key):
    answer = walk.clients[role].get(address)
    with walk.app.app_context(), mode("read"):
        wanted = sa.select(AuditLine).where(AuditLine.request_id == answer.headers["X-Request-Id"])
        lines = list(db.session.scalars(wanted))
        side = walk.place.sides[OWN]
        ids = {
            "case_id": lambda: db.session.scalar(sa.select(Case.id).where(Case.reference == side.case)),
            "ended_id": lambda: db.session.scalar(sa.select(Case.id).where(Case.reference == side.ended)),
        }
        shown = str(ids[key]() if key in ids else getattr(side, key))
        db.session.remove()
    assert answer.status_code == 200
    assert [(line.action, line.kind, line.record_id, line.person_id) for line in lines] == [
        (words, kind, None, walk.place.people[role])
    ]
    assert shown in lines[0].fields.split(",")
    assert not A_CHILD.search(lines[0].fields)


def test_without_its_line_no_list_leaves(walk):
    """A trigger of the database refuses the line, as a full disk would."""
    if walk.is_postgres:
        pytest.skip("SQLite's trigger; the unit of work has its own test on both")
    refuse = "CREATE TRIGGER no_line BEFORE INSERT ON audit_line BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    with walk.app.app_context(), mode("write"), db.engine.begin() as connection:
        connection.exec_driver_sql(refuse)
    try:
        for address, role, *_ in LISTS:
            answer = walk.clients[role].get(address)
            assert answer.status_code == 503, address
            assert not A_CHILD.search(answer.text), address
    finally:
        with walk.app.app_context(), mode("write"), db.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER no_line")


def _private_to_others(role: str) -> tuple[str, ...]:
    """Words that this role must never see, whatever it asks."""
    if role in ("school", "head", "worker"):
        trained = () if role == "worker" else (TRAINED[OTHER],)
        return (SECRET[OTHER], AT_PANEL[OTHER], *trained)
    if role in ("coordinator", "safeguarding"):
        return ()
    if role == "panel":
        return (SECRET[OWN], SECRET[OTHER])
    return (SECRET[OWN], SECRET[OTHER], AT_PANEL[OWN], AT_PANEL[OTHER])


def test_the_golden_file_itself_keeps_the_promises():
    """Read as a table: signed out sees only what is public; another school's records are not there."""
    open_to_all = {"accounts.ask_for_account", "accounts.asked", "accounts.sign_in", "accounts.sign_in_as"}
    open_to_all |= {"accounts.new_address", "accounts.second_step"}
    open_to_all |= {"accounts.welcome", "static", "home.accessibility", "home.brand", "home.healthz", "home.privacy"}
    open_to_all |= {"home.readyz", "offer.index", "offer.policy", "offer.policy_version"}
    open_to_all |= {"accounts.passkey_options", "accounts.passkey_sign_in", "accounts.work_callback"}
    open_to_all |= {"accounts.work_sign_in", "accounts.work_welcome", "training.evaluate", "training.evaluated"}
    open_to_all |= {f"feedback.family_{name}" for name in ("code", "enter", "link", "start", "form", "page", "send")}
    open_to_all |= {"feedback.family_thanks"}
    open_to_all |= {f"voice.{name}" for name in ("tablet", "touch_tablet", "ended", "first_touch", "shell", "deliver")}
    open_to_all |= {"voice.service_worker", "voice.look", "voice.reply_on_tablet", "voice.touch_reply"}
    # What belongs to a school but is no child's: a worker may see every school, an administrator its people.
    no_childs = {"schools.school", "schools.change_school", "schools.close_school", "schools.reopen_school"}
    no_childs |= {name for name in EXAMPLES if name.startswith("accounts.")}
    no_childs |= {name for name in EXAMPLES if name.startswith("languages.")}
    no_childs |= {"visits.week"}  # the address only asks to choose a case; one out of reach is not offered
    checked = 0
    for name, found in read_golden().items():
        endpoint = name.split()[1]
        if endpoint not in open_to_all:
            assert found[NOBODY] == "sign-in", name
            assert found["no_role"] in CLOSED or endpoint.startswith(("accounts.", "notices.choice")), name
        if f" {OTHER}" in name and endpoint not in no_childs:
            for role in _kept_out(endpoint):
                assert found[role] in ("403", "404"), (name, role)
                checked += 1
            if "at_panel" not in name:
                assert found["panel"] in ("403", "404"), name
    assert checked > 500


def _kept_out(endpoint: str) -> tuple[str, ...]:
    """Who is kept from the records of another school. Training, advice and a school's own strategies name no child."""
    if endpoint.startswith(("training.", "advice.")) or endpoint.endswith("of_school") or endpoint == "schools.step":
        return ("school", "head", "commissioner", "no_role")
    return ("school", "head", "worker", "commissioner", "admin", "no_role")


def test_whoever_may_see_a_child_does_see_it(walk):
    """The control of the words: where access is given, they stand on the page."""
    by_name = {cell.name: cell for cell in walk.cells}
    for role, name in (
        ("school", "GET schools.pupil own"),
        ("school", "GET cases.support own"),
        ("worker", "GET cases.show own"),
        ("coordinator", "GET cases.show other"),
        ("safeguarding", "GET feedback.of_case other"),
    ):
        answer, text = walk.ask(role, by_name[name])
        assert answer == "ok"
        assert "ecret" in text, (role, name)
    _, text = walk.ask("panel", by_name["GET referrals.show other (at_panel)"])
    assert AT_PANEL[OTHER] in text


# Breaking one grant -------------------------------------------------------------------------------------------------


def _grants() -> list[tuple[Role, Action]]:
    return [(role, action) for role in Role for action in GRANTS[role]]


BEHIND_READING = frozenset({Action.APPROVE_REFERRAL, Action.WITHDRAW_REFERRAL, Action.MOVE_CASE, Action.CLOSE_CASE})
"""Actions on a record that is first read under another action: without the reading they open nothing."""

INSIDE = frozenset({Action.EXTEND_CASE})
"""Actions that only a filled-in form comes to: this walk sends empty ones. Their features' own tests fill them in."""

HELD_BY_ALL = frozenset({Action.OWN_ACCOUNT})
"""The gate opens these to everybody who is signed in, whatever the table says."""


def _first_difference(walk: Walk, role: Role, action: Action, golden: Mapping[str, Mapping[str, str]]) -> str | None:
    """The first thing asked that this role is answered otherwise, or with a word of others; likely ones come first."""
    for cell in sorted(
        walk.cells, key=lambda cell: access.declared_by(walk.app, cell.endpoint).action(cell.method) is not action
    ):
        answer, text = walk.ask(role.value, cell)
        if answer != golden[cell.name][role.value] or any(word in text for word in _private_to_others(role.value)):
            return cell.name
    return None


def _unnoticed(walk: Walk, monkeypatch, changes: list[tuple[Role, Action, Reach]]) -> set[Action]:
    """The actions whose grant was changed for a role, one at a time, without this walk seeing it."""
    golden, found = read_golden(), set()
    for role, action, reach in changes:
        with monkeypatch.context() as patch:
            patch.setitem(policy.GRANTS, role, {**policy.GRANTS[role], action: reach})
            if _first_difference(walk, role, action, golden) is None:
                found.add(action)
    return found


@pytest.fixture
def engines(walk, pytestconfig):
    """One engine is enough for a change of the table; the long trial takes both."""
    if walk.is_postgres and not pytestconfig.getoption("--trial"):
        pytest.skip("in the long trial")


def _sample(things: list, pytestconfig, least: int) -> list:
    return things if pytestconfig.getoption("--trial") else things[:: max(1, len(things) // least)]


GRANTED = [(role, action) for role in Role for action in GRANTS[role]]
NARROW = [(role, action) for role, action in GRANTED if GRANTS[role][action] is not Reach.EVERYTHING]
MISSING = [(role, action) for role in Role for action in Action if action not in GRANTS[role]]


def test_taking_any_one_grant_away_is_noticed(walk, engines, monkeypatch, pytestconfig):
    seen = [(role, action) for role, action in GRANTED if action not in INSIDE | HELD_BY_ALL]
    changes = [(role, action, Reach.NOTHING) for role, action in _sample(seen, pytestconfig, 25)]
    assert _unnoticed(walk, monkeypatch, changes) == set()


def test_widening_any_one_grant_is_noticed(walk, engines, monkeypatch, pytestconfig):
    seen = [(role, action) for role, action in NARROW if action not in INSIDE | BEHIND_READING]
    changes = [(role, action, Reach.EVERYTHING) for role, action in _sample(seen, pytestconfig, 15)]
    assert _unnoticed(walk, monkeypatch, changes) == set()


def test_giving_a_role_what_it_does_not_hold_is_noticed(walk, engines, monkeypatch, pytestconfig):
    seen = [(role, action) for role, action in MISSING if action not in INSIDE | BEHIND_READING]
    changes = [(role, action, Reach.EVERYTHING) for role, action in _sample(seen, pytestconfig, 25)]
    assert _unnoticed(walk, monkeypatch, changes) == set()
