"""The chart itself: its rows from the records, its totals from its rows, and what its filters offer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.assessments.rules import THRESHOLD, THRIVE
from portal.exits.rules import HowEnded
from portal.feedback.queries import beyond_of
from portal.feedback.rules import AreaCount, Source, area_counts
from portal.impact import rules
from portal.impact.queries.choosing import (
    EVERY_YEAR,
    ChartFilter,
    Choices,
    chosen_cases,
    with_year,
    years_of_work,
)
from portal.impact.queries.parts import Part, parts_of_year
from portal.impact.queries.records import Records, gather
from portal.kernel import clock, settings
from portal.kernel.dates import school_year_label, school_year_start
from portal.kernel.settings import Feature
from portal.plans.rules import Implemented
from portal.policy import Action, Actor, may


@dataclass(frozen=True)
class Entry:
    """A row of the chart, with what leads to its case; ``readable`` says whether the person may open it."""

    row: rules.ChartRow
    case_id: int
    reference: str
    line: str
    is_imported: bool
    readable: bool


@dataclass(frozen=True)
class Chart:
    """A Summary of Impact: rows, totals, the filters as settled, and what they offer."""

    entries: tuple[Entry, ...]
    totals: rules.Totals
    chosen: ChartFilter
    choices: Choices
    case_ids: frozenset[int]

    @property
    def has_several_years(self) -> bool:
        return self.chosen.year == EVERY_YEAR

    def sheet_rows(self) -> list[rules.SheetRow]:
        """The rows as a file holds them."""
        return [rules.SheetRow(entry.row, entry.line, entry.reference) for entry in self.entries]


def chart(actor: Actor, chosen: ChartFilter) -> Chart:
    """The Summary of Impact as this actor may see it. Nine statements, however many rows it has."""
    today = clock.today()
    years = years_of_work(actor, today)
    chosen = with_year(chosen, years, today)
    of_year = parts_of_year(actor, chosen, today)
    of_line = [part for part in of_year if chosen.line_id in (None, part.line_id)]
    parts = [part for part in of_line if _is_wanted(part, chosen)]
    manager_only = may(actor, Action.READ_MANAGER_ONLY)
    records = gather(chosen_cases(actor, chosen, today), manager_only=manager_only) if parts else Records()
    entries = tuple(_entry(part, records, today) for part in parts)
    totals = rules.totals(entry.row for entry in entries)
    case_ids = frozenset(part.case_id for part in parts)
    return Chart(entries, totals, chosen, _choices(years, of_year, of_line, chosen), case_ids)


def beyond(actor: Actor, chart: Chart) -> list[AreaCount]:
    """What changed beyond the child in the work of this chart, as schools say. One statement.

    Each piece of work counts once for each area, with its school's latest answer.
    """
    if not chart.case_ids or not settings.is_on(Feature.FEEDBACK):
        return []
    found = beyond_of(chosen_cases(actor, chart.chosen, clock.today()))
    return area_counts((area, change) for case_id, area, change in found if case_id in chart.case_ids)


def _is_wanted(part: Part, chosen: ChartFilter) -> bool:
    return chosen.worker in ("", part.worker_key) and chosen.school_id in (None, part.school_id)


def _entry(part: Part, records: Records, today: date) -> Entry:
    return Entry(
        row=rules.make_row(_facts(part, records, today)),
        case_id=part.case_id,
        reference=part.reference,
        line=part.line,
        is_imported=part.imported_year is not None,
        readable=bool(part.readable),
    )


def _facts(part: Part, records: Records, today: date) -> rules.ChartFacts:
    case_id = part.case_id
    return rules.ChartFacts(
        case_key=part.reference,
        school=part.school,
        worker_key=part.worker_key,
        worker=part.worker,
        days=_days(part),
        pupils=records.pupils(case_id),
        ended=part.ended_on is not None or part.stage == "closed",
        year=school_year_label(_year_of(part, today)),
        ended_on=part.ended_on,
        how_ended=HowEnded(part.how_ended) if part.how_ended else None,
        strategies=tuple(Implemented(state) for state in (part.strategies or "").split(",") if state),
        implemented=records.implemented(case_id),
        threshold=records.of_measure(case_id, THRESHOLD.code),
        thrive=records.of_measure(case_id, THRIVE.code),
        visits=records.visits(case_id),
        visit_booked_on=records.booked_on(case_id),
        school_feedback=records.from_source(case_id, Source.SCHOOL),
        family_feedback=records.from_source(case_id, Source.FAMILY),
        child_voice=records.voices.get(case_id),
        stated=records.stated(case_id),
        threshold_measure=records.measures.get(THRESHOLD.code, THRESHOLD),
        thrive_measure=records.measures.get(THRIVE.code, THRIVE),
    )


def _days(part: Part) -> Decimal:
    own = rules.minutes_to_days(part.minutes, settings.current().day_minutes)
    return own + rules.minutes_to_days(part.imported_minutes, rules.IMPORTED_DAY_MINUTES)


def _year_of(part: Part, today: date) -> int:
    return part.imported_year if part.imported_year is not None else school_year_start(part.ended_on or today)


def _choices(years: list[int], of_year: list[Part], of_line: list[Part], chosen: ChartFilter) -> Choices:
    labels = [school_year_label(year) for year in years]
    year_pairs = tuple((label, label) for label in labels)
    if isinstance(chosen.year, int) and chosen.year not in years:
        year_pairs = ((chosen.year_words, chosen.year_words), *year_pairs)
    return Choices(
        lines=_pairs({str(part.line_id): part.line for part in of_year}, str(chosen.line_id or "")),
        years=year_pairs,
        workers=_pairs({part.worker_key: part.worker for part in of_line if part.worker_key}, chosen.worker),
        schools=_pairs({str(part.school_id): part.school for part in of_line}, str(chosen.school_id or "")),
    )


def _pairs(found: dict[str, str], chosen: str) -> tuple[tuple[str, str], ...]:
    """The choices by name; one that was chosen before and is not in this chart stays in sight."""
    missing = {chosen: "Not in this chart"} if chosen and chosen not in found else {}
    pairs = sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    return (*missing.items(), *pairs)
