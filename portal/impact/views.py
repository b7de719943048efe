"""The Summary of Impact as a page and as a file."""

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.feedback.rules import CHANGE_LABELS
from portal.impact import queries, rules
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
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
        voices=queries.voices(actor(), chart, published=_is_published(chart)),
        readings=_readings(chart),
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


def _is_published(chart: queries.Chart) -> bool:
    """Asked for, and fixed: two tables of which one lies in the other could be subtracted.

    So a filter, and all years together, lead to the service's own reading.
    """
    is_one_year = chart.chosen.year != queries.EVERY_YEAR
    return request.args.get("reading") == "published" and is_one_year and not set(chart.chosen.query()) - {"year"}


def _readings(chart: queries.Chart) -> dict[str, str]:
    """The address of each way to read the figures of children's voice."""
    query = chart.chosen.query()
    year = None if chart.chosen.year == queries.EVERY_YEAR else query.get("year")
    return {
        "service": url_for("impact.index", **query, _anchor="impact-voices"),
        "published": url_for("impact.index", year=year, reading="published", _anchor="impact-voices"),
    }


def _chosen() -> queries.ChartFilter:
    asked = {name: clean_query(request.args.get(name)) for name in ("line", "year", "worker", "school")}
    return queries.ChartFilter.of(**asked)
