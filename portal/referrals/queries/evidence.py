"""What should come with a referral: the checklist, the files, and all that still stands in the way."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.extensions import db
from portal.files.queries import FileRow, file_of, files_of
from portal.files.rules import State
from portal.kernel.errors import OutOfReach
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralVersion
from portal.referrals.queries.form import asked_of, page_answers
from portal.schools.rules import EVIDENCE

FILE_KIND = "referral"
"""The kind under which the files feature keeps them."""


@dataclass(frozen=True)
class ReferralFileRow:
    """One file of a referral; ``stays``: the service has received it, so it is not taken away any more."""

    file: FileRow
    item: str
    item_words: str
    stays: bool


def evidence_of(referral: Referral) -> list[rules.EvidenceItem]:
    """The checklist as the referral stands; a file that was found to be harmful is no evidence."""
    items = {row.file_id: row.item for row in referral.files}
    there = []
    if items:
        kept = files_of(FILE_KIND, referral.id)
        there = [items[row.id] for row in kept if row.id in items and row.state is not State.INFECTED]
    levels = {code: getattr(referral.service_line, f"evidence_{code}") for code in EVIDENCE}
    return rules.evidence(page_answers(referral), there, levels, referral.scope_kind)


def gaps_of(referral: Referral) -> list[rules.Missing]:
    """All that is missing: answers, and evidence that the service line says is needed."""
    answers = rules.missing(page_answers(referral), asked_of(referral))
    return [*answers, *rules.evidence_gaps(evidence_of(referral))]


def files_of_referral(referral: Referral) -> list[ReferralFileRow]:
    """The files that came with it, the oldest first."""
    items = {row.file_id: row.item for row in referral.files}
    if not items:
        return []
    received = _received_at(referral)
    return [
        ReferralFileRow(
            row,
            items.get(row.id, ""),
            rules.FILE_ITEMS.get(items.get(row.id, ""), ""),
            received is not None and row.kept_at <= received,
        )
        for row in files_of(FILE_KIND, referral.id)
    ]


def was_received(referral: Referral, kept_at: datetime) -> bool:
    """Whether the service has received a file that was kept at this moment."""
    received = _received_at(referral)
    return received is not None and kept_at <= received


def _received_at(referral: Referral) -> datetime | None:
    """When the referral was sent last; what came before versions were kept knows its first sending alone."""
    latest = select(func.max(ReferralVersion.made_at)).where(ReferralVersion.referral_id == referral.id)
    return db.session.scalar(latest) or referral.submitted_at


def file_of_referral(referral: Referral, file_id: int) -> FileRow:
    """One of its files. Raises ``OutOfReach``."""
    if all(row.file_id != file_id for row in referral.files):
        raise OutOfReach
    return file_of(FILE_KIND, referral.id, file_id)


def item_of_file(referral: Referral, file_id: int) -> str:
    """Which item of the evidence the file is. Raises ``OutOfReach``."""
    item = next((row.item for row in referral.files if row.file_id == file_id), None)
    if item is None:
        raise OutOfReach
    return item
