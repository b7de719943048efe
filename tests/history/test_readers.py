"""Files as people keep them, and files that mean harm."""

import io
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from portal.history import readers
from portal.history.published import PUBLISHED
from portal.history.readers import Table, read_file, read_table
from portal.history.rules import parse_chart
from portal.kernel.errors import Refused


def why(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_table(content)
    return str(refused.value)


def xlsx(rows: list[list[object]], formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_way_in_which_a_spreadsheet_writes_csv(encoding: str, delimiter: str) -> None:
    text = f"school{delimiter}placement\r\nSt Mary’s{delimiter}Yes – to continue\r\n\r\nÉcole{delimiter}Yes\r\n"
    assert read_table(text.encode(encoding)) == Table(
        ["school", "placement"], [(2, ["St Mary’s", "Yes – to continue"]), (4, ["École", "Yes"])]
    )


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    table = read_table(b'a,b\n"two\nlines",1\nx,2\n')
    assert table.rows == [(2, ["two\nlines", "1"]), (4, ["x", "2"])]


def test_the_published_file_reads_the_same_as_csv_and_as_xlsx() -> None:
    table = read_file(PUBLISHED)
    rows: list[list[object]] = [list(table.headings)]
    formats = {}
    for number, (_, cells) in enumerate(table.rows, start=2):
        row: list[object] = list(cells)
        row[2], row[3] = int(cells[2]), int(cells[3])
        if cells[7].endswith("%"):
            row[7], formats[f"H{number}"] = int(cells[7][:-1]) / 100, "0%"
        if cells[8] == "5/12/17":
            row[8] = date(2017, 12, 5)
        rows.append(row)
    other = read_table(xlsx(rows, formats))
    first, second = parse_chart(table.headings, table.rows), parse_chart(other.headings, other.rows)
    assert first[1] == second[1] == []
    assert first[0] == second[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b"a,b\n\x81\x8d\xff", "The file is neither UTF-8 nor Windows text. Save it as “CSV UTF-8”."),
        (b'a,b\n"open', "Line 2 cannot be read as CSV: unexpected end of data."),
        (b"a,b\n" + b"x" * 200_000, "Line 2 cannot be read as CSV: field larger than field limit (131072)."),
        (b"\xd0\xcf\x11\xe0rest", "The file is neither CSV nor XLSX."),
        (b"%PDF-1.7", "The file is neither CSV nor XLSX."),
        (b"PK\x03\x04 broken", "The file is damaged: its parts cannot be unpacked."),
        (b"," * 100, "Line 1 has 101 cells; at most 60 are read."),
        (b"a\n" + b"x\n" * 5_002, "The file has more rows than are read: at most 5,000."),
        (b"a\n" + b"\n" * 100_001 + b"x", "The file has more rows than are read"),
        (b"x" * (5 * 1024 * 1024 + 1), "The file is larger than 5 MB."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    assert why(content).startswith(reason)


def zipped(parts: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def test_a_zip_that_is_no_spreadsheet_is_refused() -> None:
    assert "cannot be read as a spreadsheet" in why(zipped({"hello.txt": b"hello"}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    bomb = zipped({"xl/worksheets/sheet1.xml": b"0" * (51 * 1024 * 1024)})
    assert len(bomb) < 100_000
    assert why(bomb) == "The spreadsheet unpacks to more than 50 MB."
    assert why(zipped({f"{n}.xml": b"" for n in range(300)})) == "The spreadsheet unpacks to more than 50 MB."


def test_entities_are_refused() -> None:
    assert "document type" in why(zipped({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}))


def test_a_sheet_with_a_cell_far_out_is_refused() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.cell(row=1, column=16_000, value="x")
    kept = io.BytesIO()
    book.save(kept)
    assert why(kept.getvalue()) == "Line 1 has 16,000 cells; at most 60 are read."


def test_formulas_are_read_as_their_values_or_not_at_all() -> None:
    table = read_table(xlsx([["school"], ["=1+1"]]))
    assert table.rows == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="“nothing.csv” cannot be opened: No such file"):
        read_file(tmp_path / "nothing.csv")
    with pytest.raises(Refused, match="cannot be opened"):
        read_file(tmp_path)


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xff\xfe"):
        with suppress(Refused):
            read_table(start + content)


def test_limits_are_sensible() -> None:
    assert readers.MOST_ROWS < readers.MOST_LINES
