"""The board and the closed cases beside it."""

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from portal.board import queries
from portal.board.rules import DUE, BoardFilter, read_filter
from portal.kernel import audit, clock, hx, submissions
from portal.kernel.access import actor, requires
from portal.kernel.dates import school_year_label, school_year_start
from portal.kernel.forms import clean_query
from portal.policy import Action, Role

blueprint = Blueprint("board", __name__)

YEARS_BACK = 3


@blueprint.get("/board/")
@requires(Action.READ_BOARD)
def index() -> ResponseReturnValue:
    wanted = read_filter({name: clean_query(value) for name, value in request.args.items()})
    board = queries.board(actor(), wanted)
    cards = (card.reference for column in board.columns for card in column.cards)
    audit.listed(actor(), "board viewed", "case_file", cards)
    here = url_for("board.index")
    return hx.page(
        "board/index.html",
        fragment="board/_board.html",
        board=board,
        wanted=wanted,
        here=here,
        this_board=_address(here, wanted.query()),
        cases=url_for("cases.index"),
        new_id=submissions.new_id,
        filters=_filters,
    )


@blueprint.get("/board/closed")
@requires(Action.READ_BOARD)
def closed() -> ResponseReturnValue:
    wanted = read_filter({name: clean_query(value) for name, value in request.args.items()})
    page = queries.closed_page(actor(), wanted, clean_query(request.args.get("after")))
    audit.listed(actor(), "closed cases listed", "case_file", (row.reference for row in page.rows))
    here = url_for("board.closed")
    joint = "&" if wanted.query() else "?"
    return hx.page(
        "board/closed.html",
        page_of_closed=page,
        wanted=wanted,
        here=here,
        board_url=_address(url_for("board.index"), wanted.query()),
        next_url=f"{_address(here, wanted.query())}{joint}after={page.next_key}" if page.next_key else None,
        filters=_filters_of_closed,
    )


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _filters(wanted: BoardFilter) -> list[dict[str, object]]:
    """The selects of the filter form; asked only by the whole page."""
    offered = queries.choices(actor())
    this_year = school_year_start(clock.today())
    years = [(str(year), school_year_label(year)) for year in range(this_year, this_year - YEARS_BACK, -1)]
    return [
        _select("line", "Service line", "All", offered.lines, wanted.line),
        _select("worker", "Worker", "Everyone", _me_first(offered.workers), wanted.worker),
        _select("school", "School", "All", offered.schools, wanted.school),
        _select("year", "Opened in", "Any year", years, wanted.year),
        _select("due", "Due", "Any time", DUE.items(), wanted.due),
    ]


def _filters_of_closed(wanted: BoardFilter) -> list[dict[str, object]]:
    """Nothing is due in a closed case."""
    return [select for select in _filters(wanted) if select["name"] != "due"]


def _select(name: str, label: str, blank: str, options: object, chosen: object) -> dict[str, object]:
    return {"name": name, "label": label, "options": [("", blank), *options], "chosen": chosen or ""}  # type: ignore[misc]


def _me_first(workers: list[tuple[int, str]]) -> list[tuple[int, str]]:
    me = actor()
    if Role.WORKER not in me.roles:
        return workers
    return [(me.person_id, "Me"), *(pair for pair in workers if pair[0] != me.person_id)]
