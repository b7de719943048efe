"""What the worker does for files: the scan, the deletion of what was removed, and the sweep of what is left over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import current_app
from sqlalchemy import select

from portal.extensions import db
from portal.files import rules, scanner, store
from portal.files.models import StoredFile
from portal.kernel import audit, clock, jobs
from portal.kernel.errors import Refused
from portal.kernel.unit_of_work import writing

TELL = "files_tell"
"""Where the application keeps the function that tells a person: messages out stand beside this feature."""

ORPHANED_AFTER = timedelta(days=1)
"""A file without a row that is as old as this belongs to a unit that was rolled back."""

SWEPT_EVERY = timedelta(hours=6)

_SWEPT = "files_swept_at"


class Tell(Protocol):
    def __call__(self, kind: str, person_ids: list[int], url: str, *, key: str) -> None: ...


@jobs.handles("scan_file")
def scan_file(payload: Mapping[str, Any]) -> None:
    """Asks the scanner, outside every transaction. Raises ``ScannerUnavailable``, so that the job is tried again."""
    stored = db.session.get(StoredFile, payload["file"])
    address = current_app.extensions["config"].clamav
    if stored is None or stored.state not in (rules.State.WAITING, rules.State.FAILED):
        db.session.rollback()
        return
    file_id, place = stored.id, stored.place
    db.session.rollback()
    if address is None:  # the setting was taken away meanwhile
        _settle(file_id, rules.State.NOT_SCANNED)
        return
    try:
        verdict = scanner.scan(address, store.read(place))
    except (scanner.ScannerUnavailable, Refused):
        _settle(file_id, rules.State.FAILED)
        raise
    _settle(file_id, rules.State.CLEAN if verdict is scanner.Verdict.CLEAN else rules.State.INFECTED)
    if verdict is scanner.Verdict.INFECTED:
        store.delete(place)


def _settle(file_id: int, state: rules.State) -> None:
    with writing():
        stored = db.session.get(StoredFile, file_id)
        if stored is None or stored.state == state:
            return
        stored.state = state.value
        stored.scanned_at = clock.now() if state in (rules.State.CLEAN, rules.State.INFECTED) else None
        audit.record(None, _DONE[state], stored)
        if state is rules.State.INFECTED:
            _say_so(stored)


_DONE = {
    rules.State.NOT_SCANNED: "file left unscanned",
    rules.State.FAILED: "scan of a file failed",
    rules.State.CLEAN: "file found clean",
    rules.State.INFECTED: "harmful file deleted",
}


def _say_so(stored: StoredFile) -> None:
    tell: Tell | None = current_app.extensions.get(TELL)
    if tell is not None and stored.kept_by_id is not None and stored.url:
        tell("file_refused", [stored.kept_by_id], stored.url, key=f"file-{stored.id}-harmful")


@jobs.handles("delete_file")
def delete_file(payload: Mapping[str, Any]) -> None:
    store.delete(payload["place"])


def sweep_when_due() -> bool:
    """Every six hours takes away what no row names; the worker asks this all the time. Says whether it swept."""
    last: datetime | None = current_app.extensions.get(_SWEPT)
    if last is not None and clock.now() - last < SWEPT_EVERY:
        return False
    current_app.extensions[_SWEPT] = clock.now()
    sweep()
    return True


def sweep() -> int:
    """Deletes files of units that were rolled back, and half-written ones. Says how many."""
    old = list(store.older_than(ORPHANED_AFTER.total_seconds()))
    gone = 0
    for start in range(0, len(old), 500):
        names = old[start : start + 500]
        known = set(db.session.scalars(select(StoredFile.place).where(StoredFile.place.in_(names))))
        db.session.rollback()
        for name in names:
            if name not in known:
                store.delete(name)
                gone += 1
    return gone
