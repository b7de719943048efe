"""Reading a Common Transfer File of 20 MB and 2,000 pupils, beside plain expat on the same bytes."""

import io
from xml.parsers import expat

from portal.referrals.rules.ctf import read_ctf
from tests.bench.harness import Report, noise, pairs, ratio

PUPILS, BYTES = 2_000, 20_000_000


def run(report: Report) -> None:
    """Adds the figures."""
    content = _file()
    assert read_ctf(io.BytesIO(content), "Zebedee Last").in_file == PUPILS
    found = pairs(
        {
            "ours": lambda: read_ctf(io.BytesIO(content), "Zebedee Last"),
            "again": lambda: read_ctf(io.BytesIO(content), "Zebedee Last"),
            "expat": lambda: _plain(content),
        },
        rounds=5,
    )
    used = min(found["ours"])
    counts = {"pupils": PUPILS, "bytes": len(content)}
    report.add("CTF, 20 MB and 2,000 pupils: CPU", used, "s", at_most=1, counts=counts)
    report.add(
        "CTF ÷ plain expat",
        ratio(found["ours"], found["expat"]),
        "×",
        note=noise(found, "ours", "again"),
        rounds=found["ours"],
    )


def _plain(content: bytes) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, _attributes: None
    parser.EndElementHandler = lambda _name: None
    parser.CharacterDataHandler = lambda _text: None
    parser.Parse(content, True)


def _file() -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?><CTfile><CTFpupilData>'
    fill = "".join(f"<Session><Date>2026-09-{day:02d}</Date><Mark>/</Mark></Session>" for day in range(1, 31))
    pupils = [_pupil(number, fill) for number in range(PUPILS)]
    short = BYTES - sum(map(len, pupils))
    padding = "<Attendance>" + "x" * max(0, short // PUPILS) + "</Attendance>"
    return (
        head + "".join(pupil.replace("<Attendance/>", padding) for pupil in pupils)
    ).encode() + b"</CTFpupilData></CTfile>"


def _pupil(number: int, fill: str) -> str:
    surname, given = ("Last", "Zebedee") if number == PUPILS - 1 else (f"Name{number}", "Kit")
    return (
        f"<Pupil><UPN>X{number:012d}</UPN><Surname>{surname}</Surname><Forename>{given}</Forename>"
        f"<DOB>2015-03-{number % 27 + 1:02d}</DOB><Sex>F</Sex><BasicDetails><NCyearActual>5</NCyearActual>"
        f"</BasicDetails><Attendance/><Sessions>{fill * 2}</Sessions></Pupil>"
    )
