"""Term dates: calendars, their terms and closures. Every change is checked against the whole calendar."""

from typing import TypeVar

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.dates import school_year_start
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools import queries, rules
from portal.schools.models import Closure, Term, TermCalendar
from portal.schools.operations.problems import RefusedFields, raise_version, record_unique

Part = TypeVar("Part", Term, Closure)

_NAME_TAKEN = "Another calendar has this name. Choose one that people can tell apart."


def add_calendar(actor: Actor, name: str) -> TermCalendar:
    """A new calendar, filled with plausible dates of this school year and the next, to be put right."""
    ensure(actor, Action.MANAGE_SETTINGS)
    this_year = school_year_start(clock.today())
    calendar = filled_calendar(_checked(name), this_year, this_year + 1)
    record_unique(actor, "term calendar added", calendar, column="name", words=_NAME_TAKEN)
    queries.forget_calendars()
    return calendar


def change_calendar(actor: Actor, calendar: TermCalendar, name: str, *, opened_with: int | None) -> TermCalendar:
    """Gives a calendar another name. Raises ``EditConflict`` or ``RefusedFields``."""
    ensure(actor, Action.MANAGE_SETTINGS)
    check_version(calendar, opened_with)
    calendar.name = _checked(name)
    record_unique(actor, "term calendar changed", calendar, column="name", words=_NAME_TAKEN)
    return calendar


def save_term(
    actor: Actor, calendar: TermCalendar, draft: rules.Term, *, opened_with: int | None, part_id: int | None = None
) -> Term:
    """Adds a term, or changes the one with ``part_id``. Raises ``Refused`` when the dates do not fit the calendar."""
    ensure(actor, Action.MANAGE_SETTINGS)
    check_version(calendar, opened_with)
    term = Term() if part_id is None else _one_of(calendar.terms, part_id)
    term.name, term.starts_on, term.ends_on = draft.name, draft.starts_on, draft.ends_on
    if part_id is None:
        calendar.terms.append(term)
    _keep(actor, calendar, "term added" if part_id is None else "term changed")
    return term


def save_closure(
    actor: Actor, calendar: TermCalendar, draft: rules.Term, *, opened_with: int | None, part_id: int | None = None
) -> Closure:
    """Adds a closure, or changes the one with ``part_id``. Raises ``Refused`` when the dates do not fit."""
    ensure(actor, Action.MANAGE_SETTINGS)
    check_version(calendar, opened_with)
    closure = Closure() if part_id is None else _one_of(calendar.closures, part_id)
    closure.label, closure.starts_on, closure.ends_on = draft.name, draft.starts_on, draft.ends_on
    if part_id is None:
        calendar.closures.append(closure)
    _keep(actor, calendar, "closure added" if part_id is None else "closure changed")
    return closure


def remove_term(actor: Actor, calendar: TermCalendar, term_id: int, *, opened_with: int | None) -> None:
    """Takes a term away. Raises ``EditConflict`` when somebody saved the calendar in between."""
    _remove(actor, calendar, _one_of(calendar.terms, term_id), "term removed", opened_with)


def remove_closure(actor: Actor, calendar: TermCalendar, closure_id: int, *, opened_with: int | None) -> None:
    """Takes a closure away. Raises ``EditConflict`` when somebody saved the calendar in between."""
    _remove(actor, calendar, _one_of(calendar.closures, closure_id), "closure removed", opened_with)


def filled_calendar(name: str, first_year: int, last_year: int) -> TermCalendar:
    """An unsaved calendar with plausible dates of these school years."""
    dates = rules.default_calendar(first_year, last_year)
    return TermCalendar(
        name=name,
        terms=[Term(name=term.name, starts_on=term.starts_on, ends_on=term.ends_on) for term in dates.terms],
        closures=[Closure(label=c.label, starts_on=c.starts_on, ends_on=c.ends_on) for c in dates.closures],
    )


def _checked(name: str) -> str:
    if not name.strip():
        raise RefusedFields({"name": "Enter the name of the calendar."})
    return name.strip()


def _one_of(dates: list[Part], wanted: int) -> Part:
    for one in dates:
        if one.id == wanted:
            return one
    raise OutOfReach


def _keep(actor: Actor, calendar: TermCalendar, action: str) -> None:
    dates = queries.to_rules(calendar)
    if problems := rules.calendar_problems(dates.terms, dates.closures):
        db.session.rollback()
        raise Refused(*problems)
    raise_version(calendar)
    audit.record(actor, action, calendar)
    queries.forget_calendars()


def _remove(actor: Actor, calendar: TermCalendar, part: Term | Closure, action: str, opened_with: int | None) -> None:
    ensure(actor, Action.MANAGE_SETTINGS)
    check_version(calendar, opened_with)
    db.session.delete(part)
    raise_version(calendar)
    audit.record(actor, action, calendar)
    db.session.expire(calendar, ["terms", "closures"])
    queries.forget_calendars()
