"""Bringing in earlier charts as cases and records; the chart is then made from them by the same code as any other."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from portal.assessments.operations import import_reading
from portal.assessments.rules import THRESHOLD, THRIVE
from portal.cases.models import Case
from portal.cases.operations import import_case
from portal.exits.operations import import_ending
from portal.exits.rules import ColumnState, Statement
from portal.extensions import db
from portal.feedback.operations import import_feedback
from portal.history.readers import Table, read_file
from portal.history.rules import ImportedWork, changed_problems, keys_of, parse_chart
from portal.impact.rules import IMPORTED_DAY_MINUTES, Cell, stated_cell
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.dates import school_year_from_label, school_year_start
from portal.kernel.errors import Refused
from portal.plans.rules import ImplementedSummary
from portal.policy import Action, Actor
from portal.schools.models import School, ServiceLine
from portal.visits.operations import import_days

LONGEST_WORKER = 60
EARLIEST_YEAR = 2000
_SUMMARY_STATES = {
    ImplementedSummary.ALL: ColumnState.MET,
    ImplementedSummary.SOME: ColumnState.PARTLY,
    ImplementedSummary.NONE: ColumnState.NOT_MET,
}


@dataclass(frozen=True)
class ImportResult:
    """What an import did."""

    works: int
    children: int
    days: Decimal
    known_before: int

    def words(self) -> str:
        """In a line, for whoever started it."""
        if not self.works:
            return f"Nothing changed: all {self.known_before} rows were imported before."
        known = f" {self.known_before} rows were imported before and stay as they are." if self.known_before else ""
        return f"Imported {self.works} pieces of work, {self.children} children, {self.days:f} days.{known}"


def import_file(path: Path, service: str, year: str) -> ImportResult:
    """Brings in a file of this machine for the service line of that name and a year such as "2016/17".

    Raises ``Refused`` for an unknown name or year, and as ``import_chart`` does.
    """
    line = _line_named(service)
    try:
        school_year = school_year_from_label(year)
    except ValueError:
        raise Refused(f"The school year “{year}” is not one. Write it like 2016/17.") from None
    return import_chart(None, read_file(path), line, school_year)


def _line_named(service: str) -> ServiceLine:
    lines = list(db.session.scalars(select(ServiceLine).order_by(ServiceLine.name)))
    wanted = " ".join(service.split()).casefold()
    for line in lines:
        if line.name.casefold() == wanted:
            return line
    names = ", ".join(line.name for line in lines)
    raise Refused(f"There is no service line “{service}”. There are: {names}.")


def import_chart(actor: Actor | None, table: Table, line: ServiceLine, school_year: int) -> ImportResult:
    """Brings in the rows of an earlier chart; ``school_year`` is 2016 for 2016/17, ``actor`` None for a command.

    A row that was imported before changes nothing. Raises ``Refused`` with every problem (line, column, reason), also
    for a row that says something else than it did before; then nothing is imported.
    """
    if actor is not None:
        ensure(actor, Action.MANAGE_SETTINGS)
    _check_year(school_year)
    works, problems = parse_chart(table.headings, table.rows)
    problems = problems or [problem for work in works for problem in _label_problems(work)]
    if problems:
        raise Refused(*problems)
    stem = f"{line.id}-{school_year}-"
    known = _known_keys(stem)
    by_key = keys_of(works, stem)
    if changed := changed_problems(by_key, known):
        raise Refused(*changed)
    new = {key: work for key, work in by_key.items() if key not in known}
    schools = _schools_of(line, school_year)
    for key, work in new.items():
        _import_work(actor, work, _school(actor, work.school, schools), line, school_year, key)
    return ImportResult(
        works=len(new),
        children=sum(len(work.pupils) for work in new.values()),
        days=sum((work.days for work in new.values()), Decimal(0)),
        known_before=len(by_key) - len(new),
    )


def _known_keys(stem: str) -> set[str]:
    keys = db.session.scalars(select(Case.imported_key).where(Case.imported_key.startswith(stem, autoescape=True)))
    return {key for key in keys if key is not None}


def _check_year(school_year: int) -> None:
    if not EARLIEST_YEAR <= school_year <= school_year_start(clock.today()):
        raise Refused(f"Charts are imported for school years from {EARLIEST_YEAR} to this one.")


def _label_problems(work: ImportedWork) -> list[str]:
    label = worker_label(work.worker)
    if len(label) <= LONGEST_WORKER:
        return []
    return [f"Line {work.line}, column worker: a name may have {LONGEST_WORKER} characters; this has {len(label)}."]


def worker_label(worker: str) -> str:
    """What a worker without an account is called: "1" is "Worker 1", a name stays a name."""
    return f"Worker {worker}" if len(worker) <= 2 else worker


def _schools_of(line: ServiceLine, school_year: int) -> dict[str, School]:
    """The labels that earlier rows of this chart brought in; another year's "A" may be another school."""
    rows = db.session.scalars(
        select(School)
        .join(Case, Case.school_id == School.id)
        .where(Case.service_line_id == line.id, Case.imported_year == school_year, School.kind == "imported")
    )
    return {school.name: school for school in rows}


def _school(actor: Actor | None, name: str, known: dict[str, School]) -> School:
    if name not in known:
        known[name] = School(name=name, kind="imported", phase="", status="closed")
        audit.record(actor, "school label imported", known[name])
    return known[name]


def _import_work(
    actor: Actor | None, work: ImportedWork, school: School, line: ServiceLine, school_year: int, key: str
) -> None:
    case = import_case(
        actor,
        school=school,
        service_line=line,
        imported_year=school_year,
        imported_key=key,
        pupil_years=[None] * len(work.pupils),
        worker_labels=[worker_label(work.worker)],
    )
    import_days(case, case.allocations[0], int(work.days * IMPORTED_DAY_MINUTES))
    _import_readings(case, work)
    for feedback in (work.school_feedback, work.family_feedback):
        if feedback is not None:
            import_feedback(case, feedback)
    import_ending(case, work.pupils, monitoring=work.monitoring, stated=_statements(work))


def _import_readings(case: Case, work: ImportedWork) -> None:
    # With two children in one row the chart does not say whose reading it prints.
    pupil = case.pupils[0].pupil if len(case.pupils) == 1 else None
    for order, step in enumerate(work.threshold or ()):
        import_reading(case, pupil, THRESHOLD.code, value=Decimal(step), order=order)
    if work.thrive is not None:
        import_reading(case, pupil, THRIVE.code, increase=work.thrive)


def _statements(work: ImportedWork) -> dict[str, Statement]:
    """What the chart says without a record: answers that are none, and "all, some or none" of the advice."""
    said = {
        column: Statement(ColumnState(cell.state.value), cell.due_on, _note_of(column, cell))
        for column, cell in work.stated.items()
        if cell.state is not None
    }
    if work.implemented is not None:
        said["actions_implemented"] = Statement(_SUMMARY_STATES[work.implemented])
    return said


def _note_of(column: str, cell: Cell) -> str:
    """The note of a statement, and the earlier chart's own words where the portal has others for that state."""
    if cell.state is None or stated_cell(column, cell.state, due_on=cell.due_on).value == cell.value:
        return cell.note
    return "; ".join(part for part in (cell.note, f"the earlier chart says “{cell.value}”") if part)
