"""Reading a file that somebody kept: CSV as spreadsheets write it, or XLSX; never larger than is sensible."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook

from portal.history.rules import cell_text
from portal.kernel.errors import Refused

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 50 * 1024 * 1024
MOST_FILES_INSIDE = 200
MOST_ROWS = 5_000
MOST_LINES = 100_000
"""Lines of a sheet, empty ones too"""
MOST_COLUMNS = 60

Line = tuple[int, list[str]]


@dataclass(frozen=True)
class Table:
    """A file as text: its headings, and its rows each with its line in the file (1 is the headings')."""

    headings: list[str]
    rows: list[Line]


def read_file(path: Path) -> Table:
    """The table in a file on this machine. Raises ``Refused`` with the reason why it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Refused(f"The file “{path.name}” cannot be opened: {error.strerror or 'unknown reason'}.") from None
    return read_table(content)


def read_table(content: bytes) -> Table:
    """The table in the bytes of a CSV or XLSX file, told apart by their content. Raises ``Refused``."""
    if len(content) > LARGEST_FILE:
        raise Refused(f"The file is larger than {LARGEST_FILE // 1024**2} MB.")
    if not content.strip():
        raise Refused("The file is empty.")
    return _table(_reader_of(content)(content))


def _reader_of(content: bytes) -> Callable[[bytes], Iterator[Line]]:
    if content.startswith(b"PK\x03\x04"):
        return _xlsx_lines
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise Refused("The file is neither CSV nor XLSX. Save the chart from the spreadsheet as one of these.")
    return _csv_lines


def _table(lines: Iterator[Line]) -> Table:
    headings: list[str] | None = None
    rows: list[Line] = []
    for number, cells in lines:
        if len(cells) > MOST_COLUMNS:
            raise Refused(f"Line {number} has {len(cells):,} cells; at most {MOST_COLUMNS} are read.")
        if number > MOST_LINES or len(rows) > MOST_ROWS:
            raise Refused(f"The file has more rows than are read: at most {MOST_ROWS:,}.")
        if headings is None:
            headings = cells
        elif any(cell.strip() for cell in cells):
            rows.append((number, cells))
    return Table(headings or [], rows)


def _csv_lines(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    try:
        for cells in reader:
            # A cell may hold line breaks: a row is named by the line on which it begins.
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise Refused(f"Line {before + 1} cannot be read as CSV: {error}.") from None


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("The file is neither UTF-8 nor Windows text. Save it as “CSV UTF-8”.")


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: whichever parts the headings most often."""
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _xlsx_lines(content: bytes) -> Iterator[Line]:
    _refuse_bomb(content)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [cell_text(cell.value, cell.number_format or "") for cell in cells]
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers met in a damaged or hostile file
        raise Refused("The file cannot be read as a spreadsheet. Open it, and save it again as XLSX.") from error


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.infolist()
            if len(inside) > MOST_FILES_INSIDE or sum(part.file_size for part in inside) > LARGEST_UNPACKED:
                raise Refused(f"The spreadsheet unpacks to more than {LARGEST_UNPACKED // 1024**2} MB.")
            for part in inside:
                # A document type is where entities are declared, and no spreadsheet has one.
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise Refused("The spreadsheet holds a document type, which is not read.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise Refused("The file is damaged: its parts cannot be unpacked.") from None
