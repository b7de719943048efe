"""Changing what was agreed: days and dates."""

from datetime import date

from portal.cases import rules
from portal.cases.models import Case
from portal.cases.operations import clocks
from portal.cases.operations.opening import default_end
from portal.cases.operations.promises import renew_agreement
from portal.cases.queries import scope_of
from portal.kernel import audit
from portal.kernel.access import allows, ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools.queries import calendar_of


def change_plan(
    actor: Actor,
    case: Case,
    *,
    planned_half_days: int | None,
    starts_on: date | None,
    planned_end_on: date | None,
    extension_reason: str = "",
    opened_with: int | None,
) -> None:
    """Changes the planned days, the start and the planned end; what is due moves with them.

    More than the line's longest length needs somebody who may extend, and a reason. Raises ``Refused`` with what
    stands against it, ``EditConflict`` for the second of two editors.
    """
    scope = scope_of(case)
    ensure(actor, Action.MOVE_CASE, scope)
    check_version(case, opened_with)
    half_days = _agreed(case, planned_half_days, starts_on)
    ends_on = planned_end_on or default_end(starts_on, case.service_line)
    too_long = _is_too_long(actor, case, scope, (starts_on, ends_on), extension_reason)
    case.planned_half_days = half_days
    case.starts_on, case.planned_end_on = starts_on, ends_on
    _note_extension(actor, case, too_long=too_long, reason=extension_reason)
    audit.record(actor, "days and dates changed", case)
    clocks.ask_what_is_due(case)
    renew_agreement(actor, case)


def _note_extension(actor: Actor, case: Case, *, too_long: bool, reason: str) -> None:
    if not too_long:
        case.extension_reason = case.extended_by_id = None
    elif reason.strip() and reason.strip() != case.extension_reason:
        case.extension_reason, case.extended_by_id = reason.strip(), actor.person_id


def _agreed(case: Case, planned_half_days: int | None, starts_on: date | None) -> int:
    if case.stage == "closed":
        raise Refused("This case is closed. Open it again first.")
    if planned_half_days is None or not 1 <= planned_half_days <= rules.MOST_HALF_DAYS:
        raise Refused(f"Enter the planned days, from half a day to {rules.MOST_HALF_DAYS // 2}.")
    if starts_on is None and case.stage != "waiting":
        raise Refused("The work has begun: enter the day on which it started.")
    return planned_half_days


def _is_too_long(actor: Actor, case: Case, scope: Scope, dates: tuple[date | None, date | None], reason: str) -> bool:
    starts_on, ends_on = dates
    if starts_on is None or ends_on is None:
        return False
    calendar, line = calendar_of(case.service_line_id), case.service_line
    too_long = rules.is_too_long(starts_on, ends_on, calendar, line)
    if too_long and not allows(actor, Action.EXTEND_CASE, scope):
        if case.extension_reason is not None and dates == (case.starts_on, case.planned_end_on):
            return True
        raise Refused(f"More than {line.longest_weeks} school weeks: the coordinator decides. Ask them to change it.")
    problems = rules.length_problems(starts_on, ends_on, actor.name, reason, calendar, line)
    if problems:
        raise Refused(*problems.values())
    return too_long
