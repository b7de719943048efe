"""Adding, changing, closing and reopening schools and other organisations that refer."""

from datetime import date

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools import rules
from portal.schools.models import School
from portal.schools.operations.closing import ask_to_move_people, settle_move
from portal.schools.operations.problems import record_unique, refuse_any

_PLAIN = ("name", "kind", "phase", "status", "town", "address", "postcode", "telephone", "dsl_name", "dsl_telephone")


def add_school(actor: Actor, draft: rules.SchoolDraft) -> School:
    """Adds a school or authority. Raises ``RefusedFields``, also when another one has the URN."""
    ensure(actor, Action.MANAGE_SCHOOLS)
    refuse_any(_problems(draft))
    school = School()
    _put(school, draft)
    _record(actor, "school added", school)
    return school


def change_school(actor: Actor, school: School, draft: rules.SchoolDraft, *, opened_with: int | None) -> School:
    """Changes a school; closing and reopening are steps of their own, so a closed one stays closed.

    Raises ``EditConflict`` or ``RefusedFields``.
    """
    ensure(actor, Action.MANAGE_SCHOOLS)
    check_version(school, opened_with)
    refuse_any(rules.school_problems(draft) if school.status == "closed" else _problems(draft))
    status = school.status
    _put(school, draft)
    if status == "closed":
        school.status = status
    _record(actor, "school changed", school)
    return school


def close_school(
    actor: Actor, school: School, closed_on: date | None, successor_id: int | None, *, opened_with: int | None
) -> School:
    """Closes a school: it is offered no more in forms, and all its history stays. Today or an earlier day.

    Raises ``EditConflict``, or ``RefusedFields`` for a wrong date or successor.
    """
    ensure(actor, Action.MANAGE_SCHOOLS)
    check_version(school, opened_with)
    if school.status == "closed":
        raise Refused(f"{school.name} is closed already.")
    refuse_any(_closing_problems(school, closed_on, successor_id))
    school.status, school.closed_on, school.successor_id = "closed", closed_on, successor_id
    audit.record(actor, "school closed", school)
    ask_to_move_people()
    return school


def reopen_school(actor: Actor, school: School, *, opened_with: int | None) -> School:
    """Takes a closing back. Raises ``EditConflict``, or ``Refused`` when the school is not closed."""
    ensure(actor, Action.MANAGE_SCHOOLS)
    check_version(school, opened_with)
    if school.status != "closed":
        raise Refused(f"{school.name} is not closed.")
    school.status, school.closed_on, school.successor_id = "open", None, None
    audit.record(actor, "school reopened", school)
    settle_move(actor, school)
    return school


def _problems(draft: rules.SchoolDraft) -> dict[str, str]:
    problems = rules.school_problems(draft)
    if draft.status == "closed":
        problems["status"] = "Close the school on its own page, with the date."
    return problems


def _closing_problems(school: School, closed_on: date | None, successor_id: int | None) -> dict[str, str]:
    problems = {}
    if closed_on is None:
        problems["closed_on"] = "Enter the date on which it closed."
    elif closed_on > clock.today():
        problems["closed_on"] = "This date lies ahead. Until then choose “Open, but proposed to close”."
    if successor_id is not None and not _may_succeed(school, successor_id):
        problems["successor_id"] = "Choose an open school that takes over, or none."
    return problems


def _may_succeed(school: School, successor_id: int) -> bool:
    successor = db.session.get(School, successor_id)
    return successor is not None and successor is not school and successor.status != "closed"


def _put(school: School, draft: rules.SchoolDraft) -> None:
    for name in _PLAIN:
        setattr(school, name, getattr(draft, name).strip())
    school.urn = draft.urn.strip() or None


def _record(actor: Actor, action: str, school: School) -> None:
    words = "Another school has this URN already. Search for it in the list of schools."
    record_unique(actor, action, school, column="urn", words=words)
