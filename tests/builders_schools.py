"""Schools, pupils and the people around them, with sensible defaults."""

from datetime import date
from typing import Any

from portal.extensions import db
from portal.kernel.audit import record
from portal.schools.models import Contact, Enrolment, Pupil, PupilYear, School, ServiceLine

BORN = date(2016, 5, 3)
"""Year 6 in the school year 2026/27."""

VALID_UPN = "B801200005001"
TEMPORARY_UPN = "C67412310112A"


def school(name: str = "Ash Primary", **changes: Any) -> School:
    """An open primary school."""
    made = School(
        **{"name": name, "kind": "school", "phase": "primary", "status": "open", "town": "Torquay", **changes}
    )
    record(None, "school added", made)
    return made


def pupil(school_id: int | None, given_name: str = "Maya", family_name: str = "Khan", **changes: Any) -> Pupil:
    """A pupil in Year 6 who has been at the school since September 2025."""
    values = {"born_on": BORN, "sen_status": "K", "sen_need": "SEMH", **changes}
    made = Pupil(school_id=school_id, given_name=given_name, family_name=family_name, **values)
    made.enrolments.append(Enrolment(school_id=school_id, starts_on=date(2025, 9, 1)))
    made.year_groups.append(PupilYear(school_year=2025, year_group="5"))
    record(None, "pupil added", made)
    return made


def contact(of: Pupil, name: str = "Sara Khan", **changes: Any) -> Contact:
    """A mother who may be telephoned."""
    values: dict[str, Any] = {
        "relationship_code": "mother",
        "parental_responsibility": True,
        "phone": "01803 111222",
        "email": "sara@example.org",
        "safe_channels": "phone",
        **changes,
    }
    made = Contact(name=name, **values)
    of.contacts.append(made)
    record(None, "contact added", of)
    return made


def line(name: str = "Primary outreach", **changes: Any) -> ServiceLine:
    """One of the lines that every portal begins with; changes are made to it."""
    made = db.session.scalars(db.select(ServiceLine).where(ServiceLine.name == name)).one()
    for key, value in changes.items():
        setattr(made, key, value)
    record(None, "service line changed", made)
    return made
