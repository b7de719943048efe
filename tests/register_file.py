"""A file like the national school register: its headings, and as many invented schools as wanted, in cp1252."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

HEADINGS = tuple((Path(__file__).parent / "gias-columns.txt").read_text().split("\n")[:-1])
"""The 135 headings of the register's open file, in the order of March 2025"""

TOWNS = ("Torquay", "Paignton", "Brixham", "Newton Abbot", "Exeter", "St. Ives", "King’s Lynn", "Ashby-de-la-Zouch")
TREES = ("Acorn", "Beech", "Cedar", "Damson", "Elder", "Fir", "Gorse", "Hornbeam", "Ivy", "Juniper", "Larch", "Maple")
KINDS = ("Primary School", "Church of England Academy", "High School", "St Mary’s Catholic School", "Infants’ School")
PHASES = ("Primary", "Secondary", "Not applicable", "All-through", "Nursery", "16 plus", "Middle deemed primary")

Row = dict[str, str]


def schools(count: int, *, first_urn: int = 100_000, closed_every: int = 2) -> Iterator[Row]:
    """Invented schools; every second one is closed, as in the register, and a few are about to close or to open."""
    random = Random(count)
    for number in range(count):
        status = "Closed" if number % closed_every == closed_every - 1 else "Open"
        if number % 50 == 4:
            status = "Open, but proposed to close"
        if number % 50 == 8:
            status = "Proposed to open"
        yield {
            "URN": str(first_urn + number),
            "LA (code)": f"{200 + number % 150:03d}",
            "LA (name)": "Anyshire",
            "EstablishmentNumber": f"{1000 + number // 150 % 9000:04d}",
            "EstablishmentName": f"{random.choice(TREES)} {random.choice(TREES)} {random.choice(KINDS)}",
            "EstablishmentStatus (name)": status,
            "PhaseOfEducation (name)": random.choice(PHASES),
            "CloseDate": "31-08-2019" if status == "Closed" else "",
            "Street": f"{number % 90 + 1} High Street, The Green",
            "Locality": "",
            "Town": random.choice(TOWNS),
            "Postcode": f"TQ{number % 14 + 1} {number % 9 + 1}AA",
            "TelephoneNum": f"01632960{number % 1000:03d}",
            "SchoolWebsite": "https://www.example.org/",
            "NumberOfPupils": str(random.randrange(30, 1500)),
        }


def write_register(
    path: Path,
    rows: Iterator[Row] | Sequence[Row],
    *,
    headings: Sequence[str] = HEADINGS,
    encoding: str = "cp1252",
    spoil: Callable[[int, list[str]], list[str]] | None = None,
) -> Path:
    """Writes the file; ``spoil`` may change the cells of a line (numbered from 2, as an editor shows them)."""
    with path.open("w", encoding=encoding, newline="", errors="surrogateescape") as file:
        writer: Any = csv.writer(file)
        writer.writerow(headings)
        for line, row in enumerate(rows, start=2):
            cells = [row.get(heading, "") for heading in headings]
            writer.writerow(spoil(line, cells) if spoil else cells)
    return path
