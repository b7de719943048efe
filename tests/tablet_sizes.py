"""Measures a child's screens: every choice and way out wholly in sight, large enough, apart, and like the others?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

TABLETS = (
    *((601, 880), (600, 960), (768, 954), (768, 1024), (810, 1010), (820, 1180), (834, 1112)),
    *((1024, 698), (1024, 768), (1180, 820), (1280, 800)),
)
"""What tablets leave to a page, most of them without the bars of their browser"""
PHONES = ((390, 844), (360, 640))
"""Here the choices of a scale are in sight at once; pictures, words and the ways out may be scrolled to"""

_MEASURE = Path(__file__).with_suffix(".js").read_text("utf-8").split("\n", 1)[1]


@dataclass(frozen=True)
class Way:
    """How a screen is come by: in which language, for which age, at which size, with scripts or drawn by the server."""

    language: str
    age: str
    size: tuple[int, int]
    scripts: bool


def measured(page: Page, way: Way, *, hide: str = "") -> list[dict[str, Any]]:
    """A row for every screen of every turn that the page carries; ``hide`` moves the last choice down."""
    width, height = way.size
    page.set_viewport_size({"width": width, "height": height})
    return [
        {"way": way, **row}
        for row in page.evaluate(_MEASURE, {"scripts": way.scripts, "phone": way.size in PHONES, "hide": hide})
    ]


def table(rows: list[dict[str, Any]]) -> str:
    """As it is written down: one line for a screen."""
    head = "language\tage\twidth\theight\troad\tscreen\tchoices\tplaces to touch\tsmallest choice\tsymbol of a way out"
    lines = [f"{head}\tsmallest gap\tscrolls\tproblems"]
    for row in rows:
        way: Way = row["way"]
        road = "scripts" if way.scripts else "server"
        told = (way.language, way.age, *way.size, road, row["screen"], row["choices"], row["targets"])
        more = (row["smallest"], row["symbol"], row["gap"], row["scrolls"], "; ".join(row["problems"]))
        lines.append("\t".join(str(one) for one in (*told, *more)))
    return "\n".join(lines) + "\n"
