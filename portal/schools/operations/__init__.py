"""What people do with schools, pupils and the people around them, service lines and term dates."""

from portal.schools.operations.calendars import (
    add_calendar,
    change_calendar,
    remove_closure,
    remove_term,
    save_closure,
    save_term,
)
from portal.schools.operations.contacts import add_contact, change_contact, remove_contact, settle_alike
from portal.schools.operations.lines import add_line, change_line, ensure_default_lines_and_calendar
from portal.schools.operations.problems import LooksKnown, RefusedFields
from portal.schools.operations.pupils import add_pupil, change_pupil
from portal.schools.operations.register import (
    RegisterResult,
    import_schools,
    make_findable,
    take_into_use,
    work_with,
)
from portal.schools.operations.schools import add_school, change_school, close_school, reopen_school

__all__ = [
    "LooksKnown",
    "RefusedFields",
    "RegisterResult",
    "add_calendar",
    "add_contact",
    "add_line",
    "add_pupil",
    "add_school",
    "change_calendar",
    "change_contact",
    "change_line",
    "change_pupil",
    "change_school",
    "close_school",
    "ensure_default_lines_and_calendar",
    "import_schools",
    "make_findable",
    "remove_closure",
    "remove_contact",
    "remove_term",
    "reopen_school",
    "save_closure",
    "save_term",
    "settle_alike",
    "take_into_use",
    "work_with",
]
