"""Keeping files and removing them.

The feature that owns the record checks who may do it, before.
"""

from flask import current_app

from portal.extensions import db
from portal.files import intake, rules, store
from portal.files.models import StoredFile
from portal.files.queries import count_of
from portal.kernel import audit, clock, jobs
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Actor


def keep(
    actor: Actor | None, name: str, content: bytes | intake.Checked, *, kind: str, record_id: int, url: str = ""
) -> StoredFile:
    """Checks a file and keeps it for the record ``kind`` and ``record_id``, in the current unit.

    ``content`` may be what ``files.web.received`` has checked already, so that no picture is drawn anew while the
    database is locked. ``url`` is the record's page, told to its keeper should the file be harmful. Raises ``Refused``.
    """
    checked = content if isinstance(content, intake.Checked) else intake.check(name, content)
    if count_of(kind, record_id) >= rules.MOST_FILES:
        raise Refused(f"There are {rules.MOST_FILES} files already, which is the most. Remove one first.")
    stored = StoredFile(
        kind=kind,
        record_id=record_id,
        name=checked.name,
        media_type=checked.media_type,
        size=len(checked.content),
        place=store.new_place(),
        state=_first_state().value,
        url=url,
        kept_by_id=actor.person_id if actor else None,
        kept_at=clock.now(),
    )
    store.write(stored.place, checked.content)
    audit.record(actor, "file added", stored)
    if stored.state == rules.State.WAITING:
        jobs.enqueue("scan_file", {"file": stored.id})
    return stored


def _first_state() -> rules.State:
    return rules.State.WAITING if current_app.extensions["config"].clamav else rules.State.NOT_SCANNED


def remove(actor: Actor | None, file_id: int, *, kind: str, record_id: int) -> None:
    """Takes the file from its record; the bytes go once the unit is committed. Raises ``OutOfReach``."""
    stored = db.session.get(StoredFile, file_id)
    if stored is None or (stored.kind, stored.record_id) != (kind, record_id):
        raise OutOfReach
    jobs.enqueue("delete_file", {"place": stored.place})
    audit.record(actor, "file removed", stored)
    db.session.delete(stored)
