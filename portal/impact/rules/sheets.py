"""The chart as lines of a CSV file: its rows, a row of totals, then every total by itself."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from portal.assessments.rules import number_text
from portal.impact.rules.cells import STATE_LABELS, Cell
from portal.impact.rules.rows import COLUMNS, STATE_COLUMNS, ChartRow
from portal.impact.rules.summary import column_totals, total_lines
from portal.impact.rules.totals import Totals
from portal.kernel.sheets import runs_as_formula

BYTE_ORDER_MARK = "\ufeff"
_PLAIN_COLUMNS = tuple(column for column in COLUMNS if column not in STATE_COLUMNS)


@dataclass(frozen=True)
class SheetRow:
    """A row of the chart with what stands before it in a file."""

    row: ChartRow
    line: str
    reference: str


def csv_lines(rows: Iterable[SheetRow], totals: Totals) -> Iterator[str]:
    """The file, line by line, in text that a spreadsheet opens as it is; no cell of it can run as a formula."""
    yield BYTE_ORDER_MARK
    for cells in _table(rows, totals):
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerow([harmless(cell) for cell in cells])
        yield buffer.getvalue()


def harmless(cell: str | Decimal) -> str:
    """A cell as it may stand in a file. A number stays one; text that a spreadsheet would run gets an apostrophe."""
    if isinstance(cell, Decimal):
        return number_text(cell)
    return f"'{cell}" if runs_as_formula(cell) else cell


def _table(rows: Iterable[SheetRow], totals: Totals) -> Iterator[list[str | Decimal]]:
    yield ["School year", "Service line", "Reference", *_headings()]
    for one in rows:
        yield [one.row.year, one.line, one.reference, *_cells(dict(zip(COLUMNS, one.row.cells(), strict=True)))]
    yield ["Total", "", "", *_cells(dict(column_totals(totals)))]
    yield []
    yield ["Total", "Figure", "Of"]
    for line in total_lines(totals):
        yield [line.what, line.figure, Decimal(line.of) if line.of is not None else ""]


def _headings() -> Iterator[str]:
    for column, heading in COLUMNS.items():
        yield heading
        if column in STATE_COLUMNS:
            yield f"{heading}: state"
            yield f"{heading}: note"


def _cells(by_column: dict[str, Cell]) -> Iterator[str | Decimal]:
    for column in _PLAIN_COLUMNS:
        cell = by_column[column]
        yield cell.number if cell.number is not None else cell.value
    for column in STATE_COLUMNS:
        cell = by_column[column]
        yield cell.value
        yield STATE_LABELS[cell.state] if cell.state else ""
        yield cell.note
