"""Words that come later are heard and lose nothing: a warning, no connection, a banner, the end of a session."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from werkzeug.serving import make_server

from portal.extensions import db
from portal.kernel.audit import record
from portal.kernel.clock import system_clock
from portal.schools.models import Pupil
from portal.visits.models import Visit
from tests.serving import free_port
from tests.tablets import Tablets, tablets, whole

WARNING = "A dog that bites. Two people only."
HEARD = """(selector) => {
  window.heard = []
  const region = window.region = document.querySelector(selector)
  const note = () => window.heard.push(region.textContent.trim())
  new MutationObserver(note).observe(region, { childList: true, subtree: true, characterData: true })
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("words")) as portal:
        yield portal


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context()
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def reference(served: Tablets, context: BrowserContext) -> str:
    """Of a case of the worker who is signed in; its pupil is not to be visited alone."""
    made = served.staff(context)
    with served.unit():
        for pupil in db.session.scalars(db.select(Pupil)):
            pupil.lone_visit_warning = WARNING
            record(None, "pupil changed", pupil)
    return made


@contextmanager
def listening(served: Tablets, port: int) -> Iterator[None]:
    """A second way to the same portal, that can be taken away."""
    server = make_server("127.0.0.1", port, whole(served.portal), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def visits(served: Tablets) -> int:
    with served.unit():
        return int(db.session.scalar(db.select(db.func.count(Visit.id))) or 0)


def test_a_warning_comes_into_a_region_that_is_live_and_tab_stops_at_it(
    served: Tablets, context: BrowserContext, reference: str
) -> None:
    page = context.new_page()
    page.goto(f"{served.address}/visits/")
    page.evaluate(HEARD, "#lone-visit-warning")
    assert page.evaluate("[window.region.getAttribute('aria-live'), window.region.children.length]") == ["assertive", 0]
    choice = page.locator("#visit-about")
    choice.focus()
    choice.select_option(value=reference)
    expect(page.locator("#lone-visit-warning .visit-warning")).to_contain_text(WARNING)
    assert any(WARNING in words for words in page.evaluate("window.heard"))
    assert page.evaluate("window.region === document.getElementById('lone-visit-warning')"), "the region stayed"
    expect(choice).to_be_focused()
    page.keyboard.press("Tab")
    assert WARNING in page.evaluate("document.activeElement.textContent")


@pytest.mark.parametrize("where", ["/visits/?about={0}", "/cases/{0}/visits"])
@pytest.mark.parametrize("way", ["offline", "refused"])
def test_a_visit_without_connection_stays_in_the_page(
    served: Tablets, context: BrowserContext, reference: str, where: str, way: str
) -> None:
    port = free_port()
    page = context.new_page()
    before = visits(served)
    up = listening(served, port)
    up.__enter__()
    page.goto(f"http://127.0.0.1:{port}{where.format(reference)}")
    note = page.locator("#visit-note")
    note.fill("She showed me her drawing.")
    page.locator("#visit-minutes").fill("45")
    page.locator("#visit-kind").select_option(index=1)
    page.evaluate(HEARD, "#alert")
    if way == "offline":
        context.set_offline(True)
    else:
        up.__exit__(None, None, None)
    press = page.get_by_role("button", name="Log visit")
    press.click()
    expect(page.locator("#alert")).to_contain_text("cannot be reached. What you typed is still here.")
    page.wait_for_timeout(1_100)  # a second press within a second is taken for a double click
    press.click()
    expect(page.locator("#alert")).to_contain_text("Tried 2 times.")
    heard = page.evaluate("window.heard")
    assert len(heard) == len(set(heard)) == 2, "the second press says something new"
    expect(note).to_have_value("She showed me her drawing.")
    assert visits(served) == before
    if way == "offline":
        context.set_offline(False)
    else:
        up = listening(served, port)
        up.__enter__()
    page.wait_for_timeout(1_100)
    press.click()
    expect(page.locator(".app-flash__words")).to_have_text("Visit logged.")
    expect(page.locator("#said")).to_have_text("Visit logged.")
    assert visits(served) == before + 1
    up.__exit__(None, None, None)


@pytest.mark.parametrize("where", ["/visits/?about={0}", "/cases/{0}/visits"])
def test_a_refused_visit_shows_its_error_and_keeps_what_was_typed(
    served: Tablets, context: BrowserContext, reference: str, where: str
) -> None:
    page = context.new_page()
    page.goto(served.address + where.format(reference))
    page.locator("#visit-minutes").fill("many")
    page.locator("#visit-note").fill("She showed me her drawing.")
    page.get_by_role("button", name="Log visit").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.locator("#visit-note")).to_have_value("She showed me her drawing.")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@contextmanager
def later(served: Tablets, **parts: float) -> Iterator[None]:
    """The portal's time has moved on."""
    served.portal.extensions["clock"] = lambda: system_clock() + timedelta(**parts)
    try:
        yield
    finally:
        served.portal.extensions["clock"] = system_clock


def test_an_idle_end_is_said_before_and_put_off(served: Tablets, context: BrowserContext, reference: str) -> None:
    page = context.new_page()
    with later(served, minutes=27, seconds=57):
        context.set_extra_http_headers({"X-Poll": "1"})  # looking does not count as doing something
        page.goto(f"{served.address}/visits/?about={reference}")
        context.set_extra_http_headers({})
        page.evaluate(HEARD, "#idle")
        note = page.locator("#visit-note")
        note.fill("Half a sentence")
        expect(page.locator("#idle")).to_contain_text("You will be signed out at")
        assert any("What you typed stays here." in words for words in page.evaluate("window.heard"))
        expect(note).to_be_focused()
        expect(note).to_have_value("Half a sentence")
        page.get_by_role("button", name="Stay signed in").click()
        expect(page.locator("#said")).to_have_text("You are still signed in.")
        expect(page.locator("#idle")).to_be_empty()
    with later(served, minutes=56):
        assert page.evaluate("fetch('/me/session', {headers: {'X-Poll': '1'}}).then((a) => a.status)") == 200


def test_a_session_that_ended_while_the_tab_slept_says_so(
    served: Tablets, context: BrowserContext, reference: str
) -> None:
    page = context.new_page()
    page.goto(f"{served.address}/visits/?about={reference}")
    page.locator("#visit-note").fill("Half a sentence")
    with later(served, minutes=31):
        page.evaluate("Date.now = ((now) => () => now() + 31 * 60 * 1000)(Date.now)")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#idle")).to_contain_text("You have been signed out. What you typed is still here")
    expect(page.locator("#visit-note")).to_have_value("Half a sentence")


def test_the_polls_of_a_page_keep_nobody_signed_in(served: Tablets, context: BrowserContext, reference: str) -> None:
    page = context.new_page()
    page.goto(f"{served.address}/visits/")
    ask = "fetch('/me/session', {headers: {'X-Poll': '1'}}).then((a) => a.json()).then((a) => a.left)"
    with later(served, minutes=20):
        assert 9 * 60 < page.evaluate(ask) <= 10 * 60
        assert page.evaluate(ask) <= 10 * 60
        page.evaluate("fetch('/me/session')")
        page.wait_for_timeout(300)
        assert page.evaluate(ask) > 29 * 60


def test_the_labels_of_a_graph_hold_in_dark_forced_colours(served: Tablets, chromium: Browser) -> None:
    context = chromium.new_context(forced_colors="active", color_scheme="dark")
    page = context.new_page()
    reference = served.staff(context)
    page.goto(f"{served.address}/cases/{reference}/assessments")
    for value in ("38", "57"):
        page.goto(f"{served.address}/cases/{reference}/assessments")
        page.locator("main select").select_option(label="Thrive")
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Reading, in per cent").fill(value)
        page.get_by_role("button", name="Record the reading").click()
        expect(page.locator(".app-flash__words").first).to_be_visible()
    page.locator("svg text").first.wait_for()
    fills, canvas_text = page.evaluate(
        """() => {
          const probe = document.body.appendChild(document.createElement('p'))
          probe.style.color = 'CanvasText'
          const texts = [...document.querySelectorAll('main svg text')]
          return [texts.map((text) => getComputedStyle(text).fill), getComputedStyle(probe).color]
        }"""
    )
    assert fills and set(fills) == {canvas_text}
    context.close()
