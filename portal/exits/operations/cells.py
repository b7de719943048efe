"""What somebody says of a column of the chart where there is no record: it never hides one."""

from datetime import date

from sqlalchemy import select

from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.exits import queries, rules
from portal.exits.models import StatedCell
from portal.exits.operations import lists
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import EditConflict, Refused
from portal.policy import Action, Actor

ANY_VERSION = -1
"""For callers without a form."""


def state_cell(
    actor: Actor | None,
    case: Case,
    column: str,
    state: rules.ColumnState,
    due_on: date | None = None,
    note: str = "",
    *,
    opened_with: int | None = ANY_VERSION,
) -> StatedCell:
    """States a column as not applicable, awaited, or scheduled for a day; without an actor it is an earlier chart's.

    ``opened_with`` is 0 where the form saw no statement. Raises ``OutOfReach``, ``EditConflict`` or ``Refused``.
    """
    if actor is not None:
        ensure(actor, Action.END_CASE, scope_of(case))
        problems = rules.statement_problems(rules.StatementDraft(column, state, due_on, note), clock.today())
        if problems:
            raise Refused(*problems)
    cell = _cell(case, column, opened_with)
    if cell is None:
        cell = StatedCell(case_id=case.id, column=column, state=state.value, stated_at=clock.now())
        db.session.add(cell)
    cell.state, cell.note = state.value, note.strip() or None
    cell.due_on = due_on if state is rules.ColumnState.SCHEDULED else None
    cell.stated_by_id, cell.stated_at = (actor.person_id if actor else None), clock.now()
    audit.record(actor, "column stated", cell, fields=[column])
    if actor is not None:
        lists.refresh_awaited(actor, case)
    return cell


def withdraw_statement(actor: Actor, case: Case, column: str, *, opened_with: int | None) -> None:
    """Takes a statement back: the column follows its records alone again. Raises ``OutOfReach`` or ``EditConflict``."""
    ensure(actor, Action.END_CASE, scope_of(case))
    cell = _cell(case, column, opened_with)
    if cell is None:
        return
    audit.record(actor, "statement withdrawn", cell, fields=[column])
    db.session.delete(cell)
    lists.refresh_awaited(actor, case)


def _cell(case: Case, column: str, opened_with: int | None) -> StatedCell | None:
    if opened_with != ANY_VERSION:
        # Of two first statements at once, the second waits here and then finds the first.
        db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    cell = queries.cell_for(case, column)
    if opened_with != ANY_VERSION and opened_with != (cell.version if cell else 0):
        raise EditConflict
    return cell
