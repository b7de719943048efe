"""Every choice of every ready question and every way out, in sight at once on every tablet, in every age and language.

The table of what was measured is written to ``instance/tablet-sizes.tsv`` (``-s`` prints the path). The usual run takes
three languages, the longest among them, and every age, with scripts or without; ``--trial`` takes everything.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from portal.config import ROOT
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.languages import LANGUAGES
from portal.voice.models import QuestionnaireVersion
from portal.voice.rules.questions import Age, Moment
from tests.tablet_sizes import PHONES, TABLETS, Way, measured, table
from tests.tablets import Tablets, tablets

TABLE = ROOT / "instance" / "tablet-sizes.tsv"
USUAL = (
    ("en", Age.INFANTS, True),
    ("en", Age.SECONDARY, False),
    ("ur", Age.JUNIORS, False),
    ("cy", Age.JUNIORS, True),
)
"""English, a language that runs from right to left, and the one with the longest words; True: with scripts"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("tablets")) as served:
        yield served


def opened(portal: Tablets, chromium: Browser, language: str, age: Age, *, scripts: bool) -> Page:
    """A tablet with the three ready questionnaires in this language, for a child of this age."""
    with portal.unit():
        for version in db.session.scalars(db.select(QuestionnaireVersion)):
            version.language = language
            audit.record(None, "questionnaire language chosen", version)
    context = chromium.new_context(service_workers="block", reduced_motion="reduce")
    portal.hand_over(context, Moment.START, Moment.END, Moment.HELP, age=age.value)
    page = context.new_page()
    if not scripts:
        page.route("**/tablet.js*", lambda route: route.abort())
    page.goto(f"{portal.address}/voice/tablet")
    if scripts:
        page.wait_for_selector("[data-ready]")
    page.evaluate("document.fonts.ready")
    return page


def test_every_choice_and_way_out_is_in_sight(
    request: pytest.FixtureRequest, portal: Tablets, chromium: Browser
) -> None:
    rows = []
    every = product(LANGUAGES, Age, (True, False))
    for language, age, scripts in every if request.config.getoption("--trial") else USUAL:
        page = opened(portal, chromium, language, age, scripts=scripts)
        for size in (*TABLETS, *PHONES):
            rows += measured(page, Way(language, age.value, size, scripts))
        page.context.close()
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(rows), "utf-8")
    print(f"{len(rows)} screens: {TABLE}")
    wrong = [row for row in rows if row["problems"]]
    assert not wrong, table(wrong[:40])


def test_a_choice_that_is_hidden_is_found(portal: Tablets, chromium: Browser) -> None:
    """The control: with its last choice moved below the edge, every question that has choices is reported."""
    page = opened(portal, chromium, "en", Age.INFANTS, scripts=True)
    rows = measured(page, Way("en", "infants", (768, 954), True), hide="2000px")
    assert all(any("not in sight" in words for words in row["problems"]) for row in rows if row["choices"])
    assert sum(row["choices"] > 0 for row in rows) >= 10
    page.context.close()
