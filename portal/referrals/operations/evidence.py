"""Files that come with a referral: added and taken away while the school still writes."""

from portal.extensions import db
from portal.files import operations as files
from portal.files.intake import Checked
from portal.files.models import StoredFile
from portal.kernel import audit
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralFile
from portal.referrals.operations.adding import note_addition
from portal.referrals.operations.form import ensure_editable, lock
from portal.referrals.queries.evidence import FILE_KIND, was_received


def add_file(actor: Actor, referral: Referral, item: str, checked: Checked) -> StoredFile:
    """Keeps a file that was checked, as this item of the evidence. Raises ``Refused``."""
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    ensure_editable(referral, rules.PLACE_OF_FILES)
    if item not in rules.FILE_ITEMS:
        raise Refused("Choose what the file is.")
    url = f"/referrals/{referral.reference}"
    stored = files.keep(actor, checked.name, checked, kind=FILE_KIND, record_id=referral.id, url=url)
    db.session.flush()
    referral.files.append(ReferralFile(file_id=stored.id, item=item))
    audit.record(actor, "file added to referral", referral)
    if rules.can_be_added_to(referral.status, rules.PLACE_OF_FILES):
        db.session.flush()
        db.session.expire(referral, ["files"])
        note_addition(actor, referral, rules.FILE_ITEMS[item])
    return stored


def remove_file(actor: Actor, referral: Referral, file_id: int) -> None:
    """Takes a file away again. Raises ``Refused`` for one that the service has received, ``OutOfReach``."""
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    ensure_editable(referral)
    row = next((row for row in referral.files if row.file_id == file_id), None)
    if row is None:
        raise OutOfReach
    stored = db.session.get_one(StoredFile, file_id)
    if was_received(referral, stored.kept_at):
        raise Refused("The service has received this file with the referral. It stays; you can add a newer one.")
    _ = row.referral  # the part leads to its whole also when it is gone
    db.session.delete(row)
    audit.record(actor, "file taken from referral", referral)
    db.session.expire(referral, ["files"])
    files.remove(actor, file_id, kind=FILE_KIND, record_id=referral.id)
