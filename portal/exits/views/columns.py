"""What is said of one column of the chart where there is no record."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for
from portal.exits import operations, queries, rules
from portal.exits.forms import WITHDRAWN, StatementForm
from portal.exits.views.parts import blueprint, form_page, saved
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action

CHANGE = Action.END_CASE


@blueprint.route("/cases/<ref:reference>/exit/columns/<word:column>", methods=["GET", "POST"])
@requires(CHANGE)
def state_column(reference: str, column: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    form = StatementForm(obj=queries.opened_cell(queries.cell_for(case, column)))
    if request.method == "POST" and form.validate():
        try:
            _keep(case, column, form)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "Saved for the chart.")
    return form_page("exits/column.html", case, form, label=rules.COLUMNS[column])


def _keep(case: Any, column: str, form: StatementForm) -> None:
    if form.state.data == WITHDRAWN:
        operations.withdraw_statement(actor(), case, column, opened_with=form.opened_with)
        return
    state = rules.ColumnState(form.state.data)
    operations.state_cell(
        actor(), case, column, state, form.due_on.data, form.note.data or "", opened_with=form.opened_with
    )
