"""The national register of schools (GIAS) as a file: its headings, and what each of its lines says.

Columns move from year to year and are added, so everything is read by its heading; only ``REQUIRED`` must be there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.kernel.names import name_problem
from portal.schools.rules.codes import SCHOOL_PHASES, SCHOOL_STATUS
from portal.schools.rules.schools import LENGTHS

REQUIRED: Mapping[str, str] = {
    "urn": "URN",
    "name": "EstablishmentName",
    "authority_code": "LA (code)",
    "establishment_number": "EstablishmentNumber",
    "status": "EstablishmentStatus (name)",
    "phase": "PhaseOfEducation (name)",
}
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "street": ("Street",),
    "locality": ("Locality",),
    "address3": ("Address3",),
    "town": ("Town",),
    "postcode": ("Postcode",),
    "telephone": ("TelephoneNum",),
    "closed_on": ("CloseDate",),
    "successor_urn": ("SuccessorURN", "Successor URN", "Successor (URN)", "LinkURN"),
}
"""Read where the file has them, under the first heading that fits"""

_URN = re.compile(r"[0-9]{6}")
_NUMBER = re.compile(r"[0-9]{1,4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DATE = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})")


def _letters(text: str) -> str:
    """Letters and digits alone: the register writes “All-through” in one year and “All through” in another."""
    return "".join(character for character in text.casefold() if character.isalnum())


_STATUSES = {_letters(label): code for code, label in SCHOOL_STATUS.items()}
_PHASES = {_letters(label): code for code, label in SCHOOL_PHASES.items()}
_TOWN, _ADDRESS, _POSTCODE, _TELEPHONE = (LENGTHS[name] for name in ("town", "address", "postcode", "telephone"))


class NotTheRegister(ValueError):
    """The file lacks headings without which it cannot be read; the text names them."""


class BadLine(ValueError):
    """One line cannot be taken; the text says why."""


@dataclass(frozen=True)
class Columns:
    """What a file has of what is read, in the order of ``fields``; a file of 52,000 lines is read cell by cell."""

    fields: tuple[str, ...]
    places: tuple[int, ...]

    def cells_of(self, line: Sequence[str]) -> dict[str, str]:
        """The cells by field, without space around them; a line that ends early has empty ones. Raises ``BadLine``."""
        try:
            cells = [line[place] for place in self.places]
        except IndexError:
            cells = [line[place] if place < len(line) else "" for place in self.places]
        together = "".join(cells)
        if not together.isprintable() and _CONTROL.search(together):
            raise BadLine("It holds characters that cannot be read.")
        return dict(zip(self.fields, map(str.strip, cells), strict=True))


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One school as the register has it. None means that the file has no such column, or that the cell is empty."""

    urn: str
    name: str
    authority_code: str | None
    establishment_number: str | None
    status: str
    phase: str
    town: str | None = None
    address: str | None = None
    postcode: str | None = None
    telephone: str | None = None
    closed_on: date | None = None
    successor_urn: str | None = None


def columns_of(headings: Sequence[str]) -> Columns:
    """Where the columns stand. Raises ``NotTheRegister`` when one of ``REQUIRED`` is missing."""
    known = {heading.strip().casefold(): place for place, heading in reversed(list(enumerate(headings)))}
    missing = [heading for heading in REQUIRED.values() if heading.casefold() not in known]
    if missing:
        raise NotTheRegister(f"The file has no column {', '.join(missing)}. Its first line must hold the headings.")
    found = {field: known[heading.casefold()] for field, heading in REQUIRED.items()}
    for field, names in OPTIONAL.items():
        place = next((known[name.casefold()] for name in names if name.casefold() in known), None)
        if place is not None:
            found[field] = place
    return Columns(tuple(found), tuple(found.values()))


def read_row(columns: Columns, line: Sequence[str]) -> RegisterRow:
    """What one line says. Raises ``BadLine``."""
    cells = columns.cells_of(line)
    urn, name = cells["urn"], cells["name"]
    if not _URN.fullmatch(urn):
        raise BadLine("The URN does not have six digits." if urn else "It has no URN.")
    if not name:
        raise BadLine("It has no name.")
    if wrong := name_problem(name):
        raise BadLine(wrong)
    if len(name) > LENGTHS["name"]:
        raise BadLine(f"The name has more than {LENGTHS['name']} characters.")
    told = cells.get
    return RegisterRow(
        urn=urn,
        name=name,
        authority_code=_number(cells, "authority_code", 3),
        establishment_number=_number(cells, "establishment_number", 4),
        status=_coded(cells, "status", _STATUSES),
        phase=_coded(cells, "phase", _PHASES),
        town=told("town", "")[:_TOWN].rstrip() or None,
        address=_address(cells),
        postcode=told("postcode", "")[:_POSTCODE].rstrip() or None,
        telephone=told("telephone", "")[:_TELEPHONE].rstrip() or None,
        closed_on=_day(told("closed_on", "")),
        successor_urn=_successor(told("successor_urn", ""), urn),
    )


def _number(cells: Mapping[str, str], field: str, digits: int) -> str | None:
    text = cells[field]
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or len(text) > digits:
        raise BadLine(f"“{REQUIRED[field]}” is not a number of up to {digits} digits.")
    return text.zfill(digits)


def _coded(cells: Mapping[str, str], field: str, codes: Mapping[str, str]) -> str:
    code = codes.get(_letters(cells[field]))
    if code is None:
        raise BadLine(f"“{cells[field][:60]}” is no {REQUIRED[field]} that the portal knows.")
    return code


def _address(cells: Mapping[str, str]) -> str | None:
    parts = [part for field in ("street", "locality", "address3") if (part := cells.get(field))]
    return ", ".join(parts)[:_ADDRESS].rstrip() or None


def _day(text: str) -> date | None:
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise BadLine("The closing date is not a date like 31-08-2025.")


def _successor(text: str, urn: str) -> str | None:
    return text if text and text != urn and _URN.fullmatch(text) else None


def link_places(headings: Sequence[str]) -> tuple[int, int, int]:
    """Where URN, LinkURN and LinkType stand in the file of links. Raises ``NotTheRegister``."""
    known = {heading.strip().casefold(): place for place, heading in enumerate(headings)}
    missing = [heading for heading in ("URN", "LinkURN", "LinkType") if heading.casefold() not in known]
    if missing:
        raise NotTheRegister(f"The file of links has no column {', '.join(missing)}.")
    return known["urn"], known["linkurn"], known["linktype"]


def successor_link(places: tuple[int, int, int], cells: Sequence[str]) -> tuple[str, str] | None:
    """(URN of the old school, URN of the one that took over), or None for links of other kinds and broken lines."""
    if max(places) >= len(cells):
        return None
    urn, other, kind = (cells[place].strip() for place in places)
    if not _URN.fullmatch(urn) or not _URN.fullmatch(other) or urn == other:
        return None
    if kind.casefold().startswith("successor"):
        return urn, other
    return (other, urn) if kind.casefold().startswith("predecessor") else None
