"""The board's pages."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import AuditLine, record
from portal.policy import Role
from tests import builders_cases as build
from tests import people

USUAL_ENGINE = "sqlite"


@dataclass
class Story:
    reference: str
    coordinator: int
    worker: int
    colleague: int
    senco: int
    admin: int
    commissioner: int
    safeguarding: int


@pytest.fixture
def story(given):
    def make():
        world = build.world()
        case = build.case(world, build.pupil(world.ash, "Maya<i>", "Khan"))
        build.bare_cases(world, 12)
        extra = [people.person(f"Some {r}", r) for r in (Role.ADMIN, Role.COMMISSIONER, Role.SAFEGUARDING)]
        return Story(
            case.reference,
            world.coordinator.id,
            world.worker.id,
            world.colleague.id,
            world.senco.id,
            *(person.id for person in extra),
        )

    return given(make)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200),
        ("worker", 200),
        ("safeguarding", 200),
        ("senco", 403),
        ("admin", 403),
        ("commissioner", 403),
    ],
)
def test_who_sees_the_board(sign_in, story, who, status):
    client = sign_in(getattr(story, who))
    assert client.get("/board/").status_code == status
    assert client.get("/board/closed").status_code == status


def test_the_board_shows_cards_and_escapes_names(sign_in, story):
    text = sign_in(story.worker).get("/board/").text
    assert "Maya&lt;i&gt; K." in text
    assert "<i>" not in text
    assert text.count('<li class="card"') == 12
    assert f"/cases/{story.reference}/steps/start_observation" in text


def test_a_colleague_covers_instead_of_moving(sign_in, story):
    text = sign_in(story.colleague).get("/board/").text
    assert f"/cases/{story.reference}/cover?back=/board/" in text
    assert f'href="/cases/{story.reference}"' not in text
    assert "Move on" not in text


def test_htmx_gets_the_board_alone_with_its_filters(sign_in, story):
    answer = sign_in(story.worker).get("/board/?q=maya&stage=plan", headers={"HX-Request": "true"})
    assert answer.text.startswith('<div id="board" hx-get="/board/?q=maya&amp;stage=plan"')
    assert answer.text.count('<li class="card"') == 1
    assert "HX-Request" in answer.headers["Vary"]


def test_moving_on_from_the_board_comes_back_to_it(sign_in, story, app):
    with app.app_context():
        found = sa.select(Case.id, Case.version).where(Case.reference == story.reference)
        case_id, version = db.session.execute(found).one()
    answer = sign_in(story.worker).post(
        f"/cases/{story.reference}/steps/start_observation",
        data={"version": version, "back": "/board/?q=maya&stage=plan"},
    )
    assert (answer.status_code, answer.location) == (303, f"/board/?q=maya&stage=plan#card-{case_id}")


@pytest.mark.both_engines
def test_a_board_takes_at_most_six_statements_and_is_recorded(app, sign_in, story):
    client, seen = sign_in(story.worker), []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *parts: seen.append(parts[2]))
    assert client.get("/board/?q=child&due=late&year=2026").status_code == 200
    assert client.get("/board/", headers={"HX-Request": "true"}).status_code == 200
    statements = [words for words in seen if words.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "WITH"))]
    assert len(statements) <= 6 + 4, "\n".join(statements)
    with app.app_context():
        counted = sa.select(sa.func.count(AuditLine.id)).where(AuditLine.action == "board viewed")
        assert db.session.scalar(counted) == 1  # nothing was late, so the first showed no card


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "query",
    [
        "line=x&worker=-1&school=99999999999&year=١٢&due=nonsense&stage=closed&more=9999999999",
        "q=%00%27%3Cscript%3E",
        "q=" + "x" * 3_000,
        "stage=plan&stage=exit&more=-1",
        "after=1.2&after=%00",
    ],
)
def test_hostile_addresses_show_a_board(sign_in, story, query):
    client = sign_in(story.coordinator)
    for path in ("/board/", "/board/closed"):
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_an_empty_board_says_how_to_begin(given, sign_in):
    person = given(lambda: people.person("Cora", Role.COORDINATOR).id)
    client = sign_in(person)
    assert "Nothing on the board yet" in client.get("/board/").text
    assert "Nothing fits these filters" in client.get("/board/?q=x").text
    assert "No closed cases here" in client.get("/board/closed").text


def test_the_board_is_not_there_while_it_is_off(given, sign_in, story):
    from portal.kernel import settings
    from portal.kernel.audit import record

    given(lambda: record(None, "setting changed", settings.put("feature.board", "off")))
    assert sign_in(story.worker).get("/board/").status_code == 404


def test_a_list_of_closed_cases_says_which_it_showed(app, sign_in, given, story):
    def closed():
        case = db.session.scalars(sa.select(Case).order_by(Case.id)).first()
        case.stage, case.closed_on = "closed", clock.today()
        record(None, "case closed", case)
        return case.reference

    reference = given(closed)
    answer = sign_in(story.coordinator).get("/board/closed")
    with app.app_context():
        line = db.session.scalars(sa.select(AuditLine).where(AuditLine.action == "closed cases listed")).one()
    assert reference in answer.text
    assert reference in line.fields.split(",")
