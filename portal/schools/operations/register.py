"""Bringing in the national register of schools, and saying which of its schools the service works with.

The register has some 52,000 lines: they are compared as plain rows and written by set-based statements. The audit
trail still says one line for each school that changed, in the same transaction (``audit.record_rows``).
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.finding import search_words
from portal.policy import Action, Actor
from portal.schools.models import School
from portal.schools.operations.closing import ask_to_move_people
from portal.schools.rules import register as rules

CHUNK = 2_000
_TABLE: Any = School.__table__
_KEPT = ("name", "phase", "status", "town", "address", "postcode", "telephone", "closed_on")
_NUMBERS = ("authority_code", "establishment_number")
_READ = ("id", "urn", "kind", *_KEPT, *_NUMBERS, "successor_id", "is_ours")


@dataclass(frozen=True)
class RefusedLine:
    """A line of the file that was not taken, and why."""

    line: int
    reason: str


@dataclass
class RegisterResult:
    """What an import did: each line of the file is counted once."""

    new: int = 0
    changed: int = 0
    closed: int = 0
    left_alone: int = 0
    refused: list[RefusedLine] = field(default_factory=list)
    linked: int = 0
    """Closed schools that now lead to who took over; counted above as well"""

    @property
    def took_nothing(self) -> bool:
        return bool(self.refused) and not (self.new or self.changed or self.closed or self.left_alone)

    def words(self) -> str:
        """In a line, for whoever started it."""
        counts = (
            f"{self.new:,} new, {self.changed:,} changed, {self.closed:,} closed, {self.left_alone:,} left alone, "
            f"{len(self.refused):,} refused."
        )
        return counts + (f" {self.linked:,} linked to a successor." if self.linked else "")


def import_schools(path: Path, links: Path | None = None, *, actor: Actor | None = None) -> RegisterResult:
    """Brings in a file of the register (``actor`` None for a command), with its file of links when there is one.

    Schools are known by their URN. A new one is in the register only, until the service works with it. An empty cell
    takes nothing away, and a school that was closed here is not opened again. A line that cannot be taken is refused
    alone. Raises ``Refused`` when the file cannot be read at all.
    """
    if actor is not None:
        ensure(actor, Action.MANAGE_SCHOOLS)
    return _Import(actor).run(path, links)


class _Import:
    """One run over one file."""

    def __init__(self, actor: Actor | None) -> None:
        self.actor = actor
        self.result = RegisterResult()
        self.seen: dict[str, int] = {}
        self.heirs: dict[str, str] = {}
        self.added: list[dict[str, Any]] = []
        self.changes: dict[int, dict[str, Any]] = {}
        self.closings: set[int] = set()
        self.new_urns: set[str] = set()
        self.numbers: dict[tuple[str, str], list[rules.RegisterRow]] = {}

    def run(self, path: Path, links: Path | None) -> RegisterResult:
        with db.session.no_autoflush:
            self.known = self._by_urn()
            for line, row in self._lines(path):
                self._take(line, row)
            self.heirs = {**self._conversions(), **self.heirs}
            if links is not None:
                self.heirs.update(_links(links))
            self._write_new()
            self._link()
            self._write_changes()
            ask_to_move_people()
        db.session.expire_all()
        return self.result

    def _by_urn(self) -> dict[str, Any]:
        columns = [_TABLE.c[name] for name in _READ]
        rows = db.session.connection().execute(select(*columns).where(_TABLE.c.urn.is_not(None)))
        return {row.urn: row for row in rows}

    def _lines(self, path: Path) -> Iterator[tuple[int, rules.RegisterRow]]:
        with _opened(path, "the register") as reader:
            columns = rules.columns_of(next(reader, []))
            for line, cells in _numbered(reader, self._refuse):
                if not any(cells):
                    continue
                try:
                    yield line, rules.read_row(columns, cells)
                except rules.BadLine as error:
                    self._refuse(line, str(error))

    def _refuse(self, line: int, reason: str) -> None:
        self.result.refused.append(RefusedLine(line, reason))

    def _take(self, line: int, row: rules.RegisterRow) -> None:
        if row.urn in self.seen:
            self._refuse(line, f"URN {row.urn} stands in line {self.seen[row.urn]} already.")
            return
        self.seen[row.urn] = line
        if row.successor_urn:
            self.heirs[row.urn] = row.successor_urn
        if row.authority_code and row.establishment_number and row.establishment_number.strip("0"):
            self.numbers.setdefault((row.authority_code, row.establishment_number), []).append(row)
        known = self.known.get(row.urn)
        if known is None:
            self.added.append(_new(row))
            self.new_urns.add(row.urn)
            self.result.new += 1
        else:
            self._compare(known, row)

    def _compare(self, known: Any, row: rules.RegisterRow) -> None:
        told = {name: getattr(row, name) for name in (*_KEPT, *_NUMBERS)}
        if row.status != "closed":
            told["closed_on"] = None  # the date of a closing that is only proposed
            if known.status == "closed":  # opened again on its own page only
                told["status"] = None
        differs = {name: value for name, value in told.items() if value is not None and value != getattr(known, name)}
        if not differs:
            self.result.left_alone += 1
            return
        self.changes[known.id] = differs
        if differs.get("status") == "closed":
            self.closings.add(known.id)
            self.result.closed += 1
        else:
            self.result.changed += 1

    def _conversions(self) -> dict[str, str]:
        """A school that becomes an academy gets a new URN and keeps its number: the closed leads to the open one."""
        found = {}
        for rows in self.numbers.values():
            alive = [row for row in rows if row.status != "closed"]
            if len(rows) > 1 and len(alive) == 1:
                found.update({row.urn: alive[0].urn for row in rows if row.status == "closed"})
        return found

    def _write_new(self) -> None:
        if not self.added:
            return
        connection = db.session.connection()
        for chunk in _chunks(self.added):
            connection.execute(insert(_TABLE), chunk)
        self.known = self._by_urn()
        ids = [self.known[row["urn"]].id for row in self.added]
        audit.record_rows(self.actor, "school added from the register", "school", ids)

    def _link(self) -> None:
        for old, new in self.heirs.items():
            closed, heir = self.known.get(old), self.known.get(new)
            if closed is None or heir is None or closed.successor_id is not None:
                continue
            if (self.changes.get(closed.id, {}).get("status") or closed.status) != "closed":
                continue
            self._count_changed(closed)
            self.changes.setdefault(closed.id, {})["successor_id"] = heir.id
            self.result.linked += 1
            if closed.is_ours and not heir.is_ours:
                self._count_changed(heir)
                self.changes.setdefault(heir.id, {})["is_ours"] = True

    def _count_changed(self, school: Any) -> None:
        """A school that was only linked was counted as left alone; a new one stays new."""
        if school.id not in self.changes and school.urn in self.seen and school.urn not in self.new_urns:
            self.result.left_alone -= 1
            self.result.changed += 1

    def _write_changes(self) -> None:
        by_id = {row.id: row for row in self.known.values()}
        same: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for school_id, differs in self.changes.items():
            row, now = by_id[school_id], dict(differs)
            if {"name", "town"} & set(now):
                now["search_name"] = search_words(now.get("name", row.name), now.get("town", row.town) or "", row.urn)
            same.setdefault(tuple(sorted(now)), []).append({"of_school": school_id, **now})
        for names, rows in same.items():
            self._update(names, rows)

    def _update(self, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        values: dict[str, Any] = {name: bindparam(name) for name in names}
        statement = update(_TABLE).where(_TABLE.c.id == bindparam("of_school"))
        statement = statement.values(version=_TABLE.c.version + 1, **values)
        connection = db.session.connection()
        for chunk in _chunks(rows):
            connection.execute(statement, chunk)
        ids = [row["of_school"] for row in rows]
        fields = [name for name in names if name != "search_name"]
        gone = [school_id for school_id in ids if school_id in self.closings]
        stay = [school_id for school_id in ids if school_id not in self.closings]
        audit.record_rows(self.actor, "school closed by the register", "school", gone, fields=fields)
        audit.record_rows(self.actor, "school changed by the register", "school", stay, fields=fields)


def _new(row: rules.RegisterRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": "school",
        "urn": row.urn,
        "phase": row.phase,
        "status": row.status,
        "town": row.town or "",
        "address": row.address or "",
        "postcode": row.postcode or "",
        "telephone": row.telephone or "",
        "closed_on": row.closed_on if row.status == "closed" else None,
        "authority_code": row.authority_code,
        "establishment_number": row.establishment_number,
        "is_ours": False,
        "search_name": search_words(row.name, row.town or "", row.urn),
        "version": 1,
    }


def _chunks(rows: Sequence[Any]) -> Iterator[Any]:
    for first in range(0, len(rows), CHUNK):
        yield rows[first : first + CHUNK]


@contextmanager
def _opened(path: Path, what: str) -> Iterator[Any]:
    """A CSV file in cp1252, or in UTF-8 when it says so by its first bytes. Raises ``Refused``."""
    try:
        with path.open("rb") as file:
            marked = file.read(3) == b"\xef\xbb\xbf"
        encoding = "utf-8-sig" if marked else "cp1252"
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as text:
            yield csv.reader(text)
    except OSError as error:
        raise Refused(f"The file of {what} cannot be opened: {error.strerror}.") from None
    except rules.NotTheRegister as error:
        raise Refused(str(error)) from None


def _numbered(reader: Any, refuse: Callable[[int, str], None]) -> Iterator[tuple[int, list[str]]]:
    """The rest of the file with the number of the line on which each row begins."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            refuse(line, "It cannot be read as a line of a CSV file.")
        else:
            yield line, cells


def _links(path: Path) -> dict[str, str]:
    """URN of the successor, by the URN of the school that it took over from."""
    found: dict[str, str] = {}
    with _opened(path, "links") as reader:
        places = rules.link_places(next(reader, []))
        for _, cells in _numbered(reader, lambda line, reason: None):
            link = rules.successor_link(places, cells)
            if link is not None:
                found.setdefault(*link)
    return found


def take_into_use(actor: Actor | None, school_id: int) -> None:
    """The service works with this school from now on, so that forms offer it. Who may use it elsewhere has been
    checked by what they do; nothing happens when it is known already."""
    school = db.session.get(School, school_id)
    if school is not None and not school.is_ours:
        school.is_ours = True
        audit.record(actor, "school taken into use", school)


def work_with(actor: Actor, school: School, yes: bool) -> School:
    """Puts a school on the list of those that the service works with, or takes it off; its records stay."""
    ensure(actor, Action.MANAGE_SCHOOLS)
    if yes and school.status == "closed":
        raise Refused(f"{school.name} is closed. Work with the school that took over.")
    if school.is_ours != yes:
        school.is_ours = yes
        audit.record(actor, "school taken into use" if yes else "school taken out of use", school)
    return school


def make_findable() -> int:
    """Fills ``search_name`` where a row was written before there was one; how many. No audit line: nothing is new."""
    connection = db.session.connection()
    rows = connection.execute(
        select(_TABLE.c.id, _TABLE.c.name, _TABLE.c.town, _TABLE.c.urn).where(_TABLE.c.search_name.is_(None))
    ).all()
    found = [
        {"of_school": row.id, "search_name": search_words(row.name, row.town or "", row.urn or "")} for row in rows
    ]
    if found:
        statement = update(_TABLE).where(_TABLE.c.id == bindparam("of_school"))
        connection.execute(statement.values(search_name=bindparam("search_name")), found)
    return len(found)
