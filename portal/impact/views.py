"""The Summary of Impact as a page and as a file."""

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.feedback.rules import CHANGE_LABELS
from portal.impact import queries, rules
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach
from portal.kernel.forms import clean_query
from portal.policy import Action

blueprint = Blueprint("impact", __name__)


@blueprint.get("/impact/")
@requires(Action.READ_CHART)
def index() -> ResponseReturnValue:
    chart = queries.chart(actor(), _chosen())
    audit.viewed(actor(), "chart viewed", "chart", None)
    return hx.page(
        "impact/index.html",
        chart=chart,
        columns=rules.COLUMNS,
        column_totals=rules.column_totals(chart.totals),
        graphs=rules.graphs([entry.row for entry in chart.entries], chart.totals),
        summary=rules.Summary.of(chart.totals),
        state_labels=rules.STATE_LABELS,
        beyond=queries.beyond(actor(), chart),
        changes=CHANGE_LABELS,
        voices=queries.voices(actor(), chart),
        csv_url=url_for("impact.chart_csv", **chart.chosen.query()),
    )


@blueprint.get("/impact/chart.csv")
@requires(Action.READ_CHART)
def chart_csv() -> ResponseReturnValue:
    chart = queries.chart(actor(), _chosen())
    audit.viewed(actor(), "chart exported", "chart", None)
    response = Response(
        (line.encode() for line in rules.csv_lines(chart.sheet_rows(), chart.totals)), mimetype="text/csv"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{chart.chosen.file_name()}.csv"'
    return response


def _chosen() -> queries.ChartFilter:
    """Raises ``OutOfReach`` for a reading other than the service's own: none hides names yet."""
    if request.args.get("reading", "service") != "service":
        raise OutOfReach
    asked = {name: clean_query(request.args.get(name)) for name in ("line", "year", "worker", "school")}
    return queries.ChartFilter.of(**asked)
