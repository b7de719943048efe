"""Reading which files a record has. Who may see the record is checked by the feature that owns it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.extensions import db
from portal.files import rules
from portal.files.models import StoredFile
from portal.kernel.errors import OutOfReach


@dataclass(frozen=True)
class FileRow:
    """One file, as lists show it and as ``files.web.attachment`` gives it out."""

    id: int
    name: str
    media_type: str
    size: int
    state: rules.State
    kept_at: datetime
    kept_by_id: int | None
    place: str

    @property
    def size_words(self) -> str:
        return rules.size_words(self.size)

    @property
    def state_words(self) -> str:
        return rules.STATES[self.state]

    @property
    def tone(self) -> str:
        """The tag's tone in lists."""
        tones = {rules.State.INFECTED: "problem", rules.State.CLEAN: "good", rules.State.NOT_SCANNED: "quiet"}
        return tones.get(self.state, "attention")

    def is_given_to(self, person_id: int | None) -> bool:
        """May this person have the bytes now?"""
        if self.state is rules.State.INFECTED:
            return False
        return self.state in rules.GIVEN_OUT or (person_id is not None and person_id == self.kept_by_id)


def files_of(kind: str, record_id: int) -> tuple[FileRow, ...]:
    """The files of one record, in the order in which they came."""
    rows = db.session.scalars(
        select(StoredFile)
        .where(StoredFile.kind == kind, StoredFile.record_id == record_id)
        .order_by(StoredFile.kept_at, StoredFile.id)
    )
    return tuple(_row(row) for row in rows)


def file_of(kind: str, record_id: int, file_id: int) -> FileRow:
    """One file of a record. Raises ``OutOfReach`` when it is not this record's."""
    row = db.session.get(StoredFile, file_id)
    if row is None or (row.kind, row.record_id) != (kind, record_id):
        raise OutOfReach
    return _row(row)


def count_of(kind: str, record_id: int) -> int:
    statement = select(func.count()).where(StoredFile.kind == kind, StoredFile.record_id == record_id)
    return db.session.scalar(statement) or 0


def _row(row: StoredFile) -> FileRow:
    return FileRow(
        row.id, row.name, row.media_type, row.size, rules.State(row.state), row.kept_at, row.kept_by_id, row.place
    )
