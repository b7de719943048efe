"""Service lines: adding and changing them, and the two that every portal begins with."""

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.dates import school_year_start
from portal.kernel.errors import OutOfReach
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools import queries, rules
from portal.schools.models import ServiceLine, TermCalendar
from portal.schools.operations.calendars import filled_calendar
from portal.schools.operations.problems import record_unique, refuse_any

FIRST_CALENDAR = "Term dates"

_SAME = (
    *("phase", "route", "calendar_id", "cut_off_weekday", "cut_off_time", "asks_head", "is_active"),
    *("observation_weeks", "review_week", "length_weeks", "longest_weeks", "closing_report_weeks"),
    *("monitoring_weeks", "group_limit"),
    *(f"evidence_{code}" for code in rules.EVIDENCE),
)
_NAME_TAKEN = "Another service line has this name. Choose one that people can tell apart."


def add_line(actor: Actor, draft: rules.LineDraft) -> ServiceLine:
    """Adds a service line. Raises ``RefusedFields``, also when another one has the name."""
    ensure(actor, Action.MANAGE_SETTINGS)
    refuse_any(_problems(draft))
    line = ServiceLine()
    _put(line, draft)
    record_unique(actor, "service line added", line, column="name", words=_NAME_TAKEN)
    return line


def change_line(actor: Actor, line_id: int, draft: rules.LineDraft, *, opened_with: int | None) -> ServiceLine:
    """Changes a service line. Raises ``OutOfReach``, ``EditConflict`` or ``RefusedFields``."""
    ensure(actor, Action.MANAGE_SETTINGS)
    line = db.session.get(ServiceLine, line_id)
    if line is None:
        raise OutOfReach
    check_version(line, opened_with)
    refuse_any(_problems(draft))
    _put(line, draft)
    record_unique(actor, "service line changed", line, column="name", words=_NAME_TAKEN)
    queries.forget_calendars()
    return line


def ensure_default_lines_and_calendar() -> None:
    """What an empty portal begins with: term dates from last to next school year, and two lines. Adds once only."""
    calendar = db.session.scalars(db.select(TermCalendar).order_by(TermCalendar.id).limit(1)).one_or_none()
    if calendar is None:
        this_year = school_year_start(clock.today())
        calendar = filled_calendar(FIRST_CALENDAR, this_year - 1, this_year + 1)
        audit.record(None, "term calendar added", calendar)
    if db.session.scalar(db.select(ServiceLine.id).limit(1)) is not None:
        return
    for draft in rules.DEFAULT_LINES:
        line = ServiceLine()
        _put(line, draft)
        line.calendar_id = calendar.id
        audit.record(None, "service line added", line)


def _problems(draft: rules.LineDraft) -> dict[str, str]:
    problems = rules.line_problems(draft)
    if draft.calendar_id is not None and db.session.get(TermCalendar, draft.calendar_id) is None:
        problems["calendar_id"] = "Choose the term dates from the list."
    return problems


def _put(line: ServiceLine, draft: rules.LineDraft) -> None:
    line.name = draft.name.strip()
    for name in _SAME:
        setattr(line, name, getattr(draft, name))
    line.planned_half_days = int(draft.planned_days * 2)
