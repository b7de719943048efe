"""The chart as people see it: the page, the file, and who may open them."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.extensions import db
from portal.history.published import import_published
from portal.kernel.audit import AuditLine, record
from portal.kernel.settings import put
from portal.policy import Role
from tests import builders_cases as cases
from tests import builders_impact as build
from tests import people
from tests.conftest import TUESDAY

USUAL_ENGINE = "sqlite"

Given = Callable[[Callable[[], object]], object]
SignIn = Callable[..., FlaskClient]
TORBAY = "year=2016/17"
DAYS = ["44", "23", "13", "18", "24", "59", "69", "33", "18", "38"]


@pytest.fixture
def people_there(given: Given) -> dict[str, int]:
    """Ids of the cast, with the published figures and one piece of the portal's own work."""

    def make() -> dict[str, int]:
        world = cases.world()
        import_published(world.primary.id)
        build.whole_case(world, ended_on=TUESDAY.date(), words="Calmer <b>now</b>")
        cast = {name: getattr(world, name).id for name in ("coordinator", "worker", "far_worker", "senco")}
        for role in (Role.HEAD, Role.PANEL, Role.SAFEGUARDING, Role.COMMISSIONER, Role.ADMIN):
            cast[role.value] = people.person(f"The {role.value}", role, school_id=world.ash.id).id
        return cast

    made = given(make)
    assert isinstance(made, dict)
    return made


@pytest.fixture
def coordinator(people_there: dict[str, int], sign_in: SignIn) -> FlaskClient:
    return sign_in(people_there["coordinator"])


def text_of(html: str) -> str:
    """The words of a page, tags taken out and blanks folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#39;", "'").split())


def page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/impact/?{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def table_rows(html: str) -> dict[str, list[str]]:
    """The rows of the chart by school, each cell as words."""
    table = re.search(r'<div class="chart".*?</table>', html, re.DOTALL)
    assert table
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL)[1:]:
        cells = [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        rows[cells[0].split()[0]] = cells
    return rows


def sheet(client: FlaskClient, query: str = "") -> list[list[str]]:
    answer = client.get(f"/impact/chart.csv?{query}")
    assert answer.status_code == 200
    data = answer.get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("reading", ["published", "restricted", "PUBLISHED", "x" * 5_000, "\0"])
@pytest.mark.parametrize("address", ["/impact/", "/impact/chart.csv"])
def test_a_reading_that_hides_no_names_yet_is_refused(coordinator: FlaskClient, address: str, reading: str) -> None:
    names = text_of(page(coordinator, TORBAY))
    assert "Worker 1" in names
    answer = coordinator.get(address, query_string={"reading": reading, "year": "2016/17"})
    assert answer.status_code == 404
    assert "Worker 1" not in answer.text
    assert coordinator.get(address, query_string={"reading": "service"}).status_code == 200
    assert "reading=" not in page(coordinator)


def test_the_page_shows_the_published_figures(coordinator: FlaskClient) -> None:
    html = page(coordinator, TORBAY)
    words = text_of(html)
    for said in (
        "11 of 12 children kept their place (91.7%)",
        "10 pieces of work with 12 children",
        "339 days on this work",
        "The whole time of each piece of work, in whichever school year, to the nearest half day in each row",
        "168 by Worker 1, 171 by Worker 2",
        "Thrive increase known for 8 of 10: mean 18.25%, median 15.5%",
        "Threshold moves known for 7 of 10: mean 2.71 steps, median 3 steps",
        "5, 3, 0, 3, 2, 1, 5 (n = 7)",
        "Monitoring visit answered for 4 of 10",
        "Behaviour threshold: better in 6 of 7, no change in 1, worse in 0",
        "Actions still in place: yes in 2 of 4 visited, some in 1, no in 1",
    ):
        assert said in words, said
    rows = table_rows(html)
    assert list(rows) == [*"ABCDEFGHIJ", "All"]
    assert [rows[school][2] for school in "ABCDEFGHIJ"] == DAYS
    assert [rows[school][3] for school in "ABCDEFGHIJ"] == list("2111211111")
    assert rows["All"][2:5] == ["339", "12 each counted once", "11 of 12 (91.7%) children kept their place"]
    still = {school: rows[school][9] for school in "CDHIJ"}
    assert still == {
        "C": "No Not met",
        "D": "N/A Not applicable",
        "H": "5 December 2017 Scheduled",
        "I": "Ongoing In progress",
        "J": "To be arranged Awaited",
    }
    assert rows["J"][7] == "To come Awaited"
    assert "C-2016-0001" in rows["A"][0]
    assert 'href="/cases/C-2016-0001"' in html


def test_the_file_says_the_same(coordinator: FlaskClient) -> None:
    lines = sheet(coordinator, TORBAY)
    headings = lines[0]
    rows = [dict(zip(headings, line, strict=True)) for line in lines[1:12]]
    assert [row["School"] for row in rows] == [*"ABCDEFGHIJ", "All"]
    assert {row["School year"] for row in rows[:-1]} == {"2016/17"}
    assert [row["Time allocation (days)"] for row in rows] == [*DAYS, "339"]
    held = "Child remained in school or moved to specialist provision"
    assert (rows[3][held], rows[3][f"{held}: state"]) == ("Parent removed child, or home education", "Not met")
    assert (rows[10][held], rows[10]["Children"]) == ("11 of 12 (91.7%)", "12")
    still = [(row["Actions still in place"], row["Actions still in place: state"]) for row in rows[6:10]]
    assert still == [
        ("N/A", "Not applicable"),
        ("5 December 2017", "Scheduled"),
        ("Ongoing", "In progress"),
        ("To be arranged", "Awaited"),
    ]
    assert (rows[9]["Reduction on behaviour threshold"], rows[9]["Reduction on behaviour threshold: state"]) == (
        "To come",
        "Awaited",
    )
    assert lines[12] == []
    totals = {line[0]: line[1:] for line in lines[13:]}
    assert totals["Children who kept their place"] == ["11", "12"]
    assert totals["Children who kept their place, per cent"] == ["91.7", "12"]
    assert totals["Days"] == ["339", ""]
    assert (totals["Days of Worker 1"][0], totals["Days of Worker 2"][0]) == ("168", "171")
    assert totals["Increase in Thrive: known"] == ["8", "10"]
    assert totals["Increase in Thrive: mean, per cent"] == ["18.25", "8"]
    assert totals["Increase in Thrive: median, per cent"] == ["15.5", "8"]
    assert [totals[f"Threshold move in steps: {school}"][0] for school in "BCDEFGH"] == list("5303215")
    assert totals["Threshold moves: mean, steps"] == ["2.71", "7"]
    assert totals["Monitoring visits answered"] == ["4", "10"]


def test_the_file_is_handed_over_as_one(coordinator: FlaskClient) -> None:
    answer = coordinator.get(f"/impact/chart.csv?{TORBAY}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="summary-of-impact-2016-17.csv"'
    assert answer.is_streamed


def test_the_newest_year_is_shown_first_and_the_file_follows_the_filters(coordinator: FlaskClient) -> None:
    html = page(coordinator)
    assert list(table_rows(html)) == ["Ash", "All"]
    assert "/impact/chart.csv?year=2026/27" in html
    assert "summary-of-impact-all-years" in coordinator.get("/impact/chart.csv?year=all").headers["Content-Disposition"]
    both = text_of(page(coordinator, "year=all"))
    assert "2016/17" in both
    assert "11 pieces of work with 13 children" in both


def test_looking_and_taking_away_leave_a_line(coordinator: FlaskClient, app) -> None:
    coordinator.get("/impact/")
    coordinator.get("/impact/chart.csv")
    with app.app_context():
        lines = db.session.execute(select(AuditLine.action, AuditLine.record_id).where(AuditLine.kind == "chart")).all()
    assert lines == [("chart viewed", None), ("chart exported", None)]


@pytest.mark.both_engines
def test_text_of_people_is_shown_as_text(coordinator: FlaskClient) -> None:
    html = page(coordinator)
    assert "Calmer &lt;b&gt;now&lt;/b&gt;" in html
    assert "<b>now</b>" not in html


def test_a_file_cannot_carry_a_formula(given: Given, sign_in: SignIn) -> None:
    hostile = ["=1+1", "+2", "-3+4", "@SUM(A1)", "\t=1", "\r=1", " =HYPERLINK(1)", '",=1', "🦊 سلام"]

    def make() -> int:
        world = cases.world()
        for number, words in enumerate(hostile):
            case = cases.case(world, cases.pupil(world.ash, f"Child{number}", "Many"))
            build.outcome(case, note=words)
            build.feedback(case, "school", {"heard": "good"}, good=words)
        world.ash.name = "=cmd|' /C calc'!A0"
        record(None, "school changed", world.ash)
        return world.coordinator.id

    coordinator = sign_in(given(make))
    for line in sheet(coordinator, "year=all"):
        for cell in line:
            assert not re.match(r"\s*[=+@]|[\t\r]|\s*-(?!\d+(\.\d+)?$)", cell), cell
    assert any("'=1+1" in line for line in sheet(coordinator))
    assert any("🦊 سلام" in line for line in sheet(coordinator))


@pytest.mark.both_engines
@pytest.mark.parametrize("path", ["/impact/", "/impact/chart.csv"])
@pytest.mark.parametrize(
    "query",
    [
        "line=abc&school=x&year=%00&worker=%00",
        "line=99999999999999999999999&school=99999999999999999999999",
        "year=99999/00&worker=" + "w" * 3000,
        "year=2016/17&worker=line-1-%27%3B+DROP+TABLE+visit%3B--",
        "worker=%F0%9F%A6%8A%E2%80%AE&school=%EF%BC%91",
        "line=-1&line=2&year=all&year=2016",
        "worker=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_hostile_filters_are_answered_calmly(coordinator: FlaskClient, path: str, query: str) -> None:
    answer = coordinator.get(f"{path}?{query}")
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.data


def test_filters_that_match_nothing_say_so(coordinator: FlaskClient) -> None:
    words = text_of(page(coordinator, f"{TORBAY}&worker=person-999"))
    assert "No work matches these filters" in words
    assert "Not in this chart" in words


def test_an_empty_chart_says_what_will_be_here(given: Given, sign_in: SignIn) -> None:
    made = given(lambda: people.person("Cora Ordinator", Role.COORDINATOR).id)
    client = sign_in(made)
    assert "No work in this year yet" in text_of(page(client))
    lines = sheet(client)
    assert lines[1][0] == "Total"


def test_a_worker_sees_their_own_work_only(people_there: dict[str, int], sign_in: SignIn) -> None:
    worker = sign_in(people_there["worker"])
    html = page(worker, "year=all")
    assert list(table_rows(html)) == ["Ash", "All"]
    assert "C-2016" not in html
    assert 'href="/cases/C-2026-0001"' in html
    stranger = sign_in(people_there["far_worker"])
    assert "Ash Primary" not in page(stranger, "year=all")
    assert all("Ash Primary" not in line for line in sheet(stranger, "year=all"))


@pytest.mark.parametrize("role", ["senco", "head", "panel", "safeguarding", "commissioner", "admin"])
@pytest.mark.parametrize("path", ["/impact/", "/impact/chart.csv"])
def test_who_may_not_see_the_chart_is_refused(
    people_there: dict[str, int], sign_in: SignIn, role: str, path: str
) -> None:
    assert sign_in(people_there[role]).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/impact/", "/impact/chart.csv"])
def test_nobody_sees_it_without_signing_in_and_nothing_is_posted(coordinator: FlaskClient, app, path: str) -> None:
    assert app.test_client().get(path).status_code in (302, 303)
    assert coordinator.post(path).status_code == 405


def test_off_means_no_address(given: Given, coordinator: FlaskClient) -> None:
    given(lambda: record(None, "feature switched", put("feature.impact", "off")))
    assert coordinator.get("/impact/").status_code == 404
    assert coordinator.get("/impact/chart.csv").status_code == 404
