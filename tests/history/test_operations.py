"""Earlier charts become cases and records: all of a file or nothing, and a second time changes nothing."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from portal.assessments.models import Reading
from portal.cases.models import Allocation, Case, CasePupil
from portal.exits.models import MonitoringVisit, PupilOutcome, StatedCell
from portal.extensions import db
from portal.feedback.models import Feedback
from portal.history.operations import import_chart, import_file, worker_label
from portal.history.published import PUBLISHED, import_published
from portal.history.readers import Table, read_file
from portal.history.rules import COLUMNS
from portal.impact.queries import ChartFilter, chart
from portal.impact.rules import CellState
from portal.kernel.audit import AuditLine
from portal.kernel.errors import NotPermitted, Refused
from portal.policy import Actor, Role
from portal.schools.models import Pupil, School, ServiceLine
from portal.visits.models import Visit
from tests import builders_cases as cases
from tests import people

HEADINGS = list(COLUMNS)
ROW = ["A", "1", "13", "1", "Yes", "Yes", "High 4 to low 3", "10%", "Yes", "Positive", "Positive"]
TABLES = (
    Case,
    CasePupil,
    Allocation,
    Pupil,
    School,
    Visit,
    Reading,
    PupilOutcome,
    MonitoringVisit,
    StatedCell,
    Feedback,
)


@pytest.fixture
def line(unit: None) -> ServiceLine:
    return cases.line()


def rows_there() -> dict[str, int]:
    return {model.__name__: db.session.scalar(select(func.count()).select_from(model)) or 0 for model in TABLES}


def table(*rows: list[str]) -> Table:
    return Table(HEADINGS, list(enumerate(rows, start=2)))


def row(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(HEADINGS, ROW, strict=True)]


def refused(line: ServiceLine, *rows: list[str], year: int = 2016) -> list[str]:
    before = rows_there()
    with pytest.raises(Refused) as raised:
        import_chart(None, table(*rows), line, year)
    assert rows_there() == before
    return list(raised.value.problems)


def test_the_published_chart_becomes_cases_and_records(line: ServiceLine) -> None:
    before = rows_there()
    result = import_published(line.id)
    assert (result.works, result.children, result.days, result.known_before) == (10, 12, Decimal(339), 0)
    assert result.words() == "Imported 10 pieces of work, 12 children, 339 days."
    added = {name: count - before[name] for name, count in rows_there().items()}
    assert added == {
        "Case": 10,
        "CasePupil": 12,
        "Allocation": 10,
        "Pupil": 12,
        "School": 10,
        "Visit": 10,
        "Reading": 7 * 2 + 8,
        "PupilOutcome": 12,
        "MonitoringVisit": 4,
        "StatedCell": added["StatedCell"],
        "Feedback": 18,
    }
    case = db.session.scalars(select(Case).join(School, School.id == Case.school_id).where(School.name == "A")).one()
    assert (case.stage, case.imported_year, case.minutes_used) == ("closed", 2016, 44 * 390)
    assert case.reference.startswith("C-2016-")
    assert [(a.worker_label, a.person_id) for a in case.allocations] == [("Worker 1", None)]
    assert [(p.pupil.given_name, p.pupil.family_name) for p in case.pupils] == [("", "")] * 2
    assert (case.school.kind, case.imported_key is not None) == ("imported", True)
    (visit,) = db.session.scalars(select(Visit).where(Visit.case_id == case.id))
    assert (visit.is_imported, visit.on_date, visit.minutes) == (True, None, 44 * 390)
    answers = select(MonitoringVisit.answer).where(MonitoringVisit.moment == "imported").order_by(MonitoringVisit.id)
    assert list(db.session.scalars(answers)) == ["some", "yes", "no", "yes"]
    booked = db.session.scalars(select(StatedCell).where(StatedCell.due_on.is_not(None))).one()
    assert (booked.column, booked.state, str(booked.due_on)) == ("still_in_place", "scheduled", "2017-12-05")


def test_twice_changes_nothing(line: ServiceLine) -> None:
    import_published(line.id)
    before = rows_there()
    result = import_published(line.id)
    assert (result.works, result.known_before) == (0, 10)
    assert result.words() == "Nothing changed: all 10 rows were imported before."
    assert rows_there() == before


def test_rows_of_one_school_and_worker_may_be_alike(line: ServiceLine) -> None:
    assert import_chart(None, table(row(), row()), line, 2016).works == 2
    assert import_chart(None, table(row(), row()), line, 2016).works == 0
    again = import_chart(None, table(row(), row(), row(school="B")), line, 2016)
    assert again.words() == (
        "Imported 1 pieces of work, 1 children, 13 days. 2 rows were imported before and stay as they are."
    )


def test_a_row_that_says_something_else_than_before_is_named(line: ServiceLine) -> None:
    import_chart(None, table(row(), row(school="B")), line, 2016)
    assert refused(line, row(), row(school="B", days="14"), row(school="C")) == [
        "Line 3: school B, worker 1 was imported before and said something else."
    ]


def test_the_same_answer_in_another_spelling_is_the_same_row(line: ServiceLine) -> None:
    import_chart(None, table(row(still_in_place="5/12/17")), line, 2016)
    spelt = row(days="13.0", placement="YES", threshold="high 4 - Low 3", still_in_place="2017-12-05")
    assert import_chart(None, table(spelt), line, 2016).works == 0


def test_another_line_or_year_is_another_chart(line: ServiceLine) -> None:
    other = cases.line("Secondary outreach", phase="secondary")
    for where, year in ((line, 2016), (line, 2017), (other, 2016)):
        assert import_chart(None, table(row()), where, year).works == 1
    assert db.session.scalar(select(func.count()).select_from(School).where(School.kind == "imported")) == 3


def test_one_school_label_is_one_school_within_a_chart(line: ServiceLine) -> None:
    import_chart(None, table(row(), row(worker="2")), line, 2016)
    import_chart(None, table(row(worker="3")), line, 2016)
    assert db.session.scalar(select(func.count()).select_from(School).where(School.kind == "imported")) == 1


def test_problems_name_line_column_and_reason_and_nothing_is_imported(line: ServiceLine) -> None:
    assert refused(line, row(), row(days="many"), row(threshold="High 9", worker="=1")) == [
        "Line 3, column days: “many” is not a whole or half number of days.",
        "Line 4, column worker: “=1” begins with “=”, which a spreadsheet would take for a formula.",
        "Line 4, column threshold: “High 9” is not a pair of thresholds such as “High 4 to low 3”.",
    ]
    assert refused(line, row(worker="w" * 61)) == ["Line 2, column worker: a name may have 60 characters; this has 61."]
    assert refused(line) == ["The file has headings, but no rows."]


@pytest.mark.parametrize("year", [1999, 2027])
def test_a_year_that_cannot_be_is_refused(line: ServiceLine, year: int) -> None:
    assert refused(line, row(), year=year) == ["Charts are imported for school years from 2000 to this one."]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "🦊 سلام \u202e", "x" * 120])
def test_hostile_labels_are_kept_as_text(line: ServiceLine, text: str) -> None:
    import_chart(None, table(row(school=text)), line, 2016)
    assert db.session.scalars(select(School.name).where(School.kind == "imported")).one() == " ".join(text.split())


@pytest.mark.parametrize("text", ["A\x00", "x" * 100_000, "=1+1"])
def test_labels_that_cannot_be_kept_are_refused(line: ServiceLine, text: str) -> None:
    (problem,) = refused(line, row(school=text))
    assert problem.startswith("Line 2, column school: ")


def test_what_the_chart_leaves_open_stays_open(line: ServiceLine, as_actor: Callable[..., Actor]) -> None:
    import_chart(
        None,
        table(
            row(school="A", placement="To continue after Easter"),
            row(school="B", placement="No, to continue"),
            row(school="C", placement="To come", still_in_place="To come", threshold="To be arranged"),
        ),
        line,
        2016,
    )
    coordinator = as_actor(people.person("Cora", Role.COORDINATOR))
    found = chart(coordinator, ChartFilter.of(year="2016/17"))
    a, b, c = (entry.row for entry in found.entries)
    assert (a.placement.value, a.placement.note) == ("Work continuing", "To continue after Easter")
    assert (a.placement.state, a.pupils[0].kept) == (CellState.IN_PROGRESS, None)
    assert (b.placement.value, b.pupils[0].kept) == ("Work continuing, placement lost", False)
    assert (c.placement.value, c.threshold.value, c.threshold.note) == (
        "To come",
        "To come",
        "the earlier chart says “To be arranged”",
    )
    assert (c.still_in_place.value, c.still_in_place.note) == (
        "To be arranged",
        "the earlier chart says “To come”",
    )
    assert (found.totals.placement_kept.count, found.totals.placement_kept.of) == (0, 1)
    assert found.totals.placement_unknown == 2


@pytest.mark.parametrize(
    ("worker", "label"), [("1", "Worker 1"), ("12", "Worker 12"), ("JB", "Worker JB"), ("Jo Bright", "Jo Bright")]
)
def test_a_worker_keeps_the_name_of_the_chart(worker: str, label: str) -> None:
    assert worker_label(worker) == label


def test_every_import_is_in_the_audit_trail(line: ServiceLine) -> None:
    import_chart(None, table(row()), line, 2016)
    db.session.commit()
    actions = set(db.session.scalars(select(AuditLine.action).where(AuditLine.action.like("%imported"))))
    assert {"case imported", "outcome imported", "monitoring visit imported", "days imported"} <= actions


def test_a_person_needs_the_right_to_import(line: ServiceLine, as_actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotPermitted):
        import_chart(as_actor(people.person("Wren", Role.WORKER)), table(row()), line, 2016)
    assert import_chart(as_actor(people.person("Cora", Role.COORDINATOR)), table(row()), line, 2016).works == 1


def test_a_file_needs_a_line_and_a_year_that_exist(line: ServiceLine) -> None:
    assert import_file(PUBLISHED, " primary  OUTREACH ", "2016/17").works == 10
    with pytest.raises(Refused, match="There is no service line “Nowhere”. There are: Primary outreach, Secondary"):
        import_file(PUBLISHED, "Nowhere", "2016/17")
    with pytest.raises(Refused, match="The school year “2016” is not one. Write it like 2016/17."):
        import_file(PUBLISHED, "Primary outreach", "2016")


def test_the_projects_own_copy_is_the_published_chart() -> None:
    published = read_file(PUBLISHED)
    assert published.headings == HEADINGS
    assert [cells[2] for _, cells in published.rows] == ["44", "23", "13", "18", "24", "59", "69", "33", "18", "38"]
