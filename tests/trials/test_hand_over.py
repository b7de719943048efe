"""After a tablet was handed over, nothing that a child can touch shows a page of the staff or another child's answer.

Fifty hand-overs with ``--trial``, one in every run; Chromium keeps its back-forward cache, which Playwright turns off.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import redirect
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

from portal.voice.operations import places
from portal.voice.views import places as views
from tests.browser import CHROMIUM_FLAGS, chromium_path
from tests.builders_voice import PIN
from tests.tablets import Tablets, tablets

STAFF = ("Maya", "Khan", "C-20", "Your tray", "zebra-lantern")
"""What only pages of the staff, or another child's turn, could show"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("tablets")) as portal:
        yield portal


@pytest.fixture(scope="module")
def chromium(one_playwright: Playwright) -> Iterator[Browser]:
    browser = one_playwright.chromium.launch(
        executable_path=chromium_path(),
        args=CHROMIUM_FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


def test_back_history_address_bar_second_tab_and_reload_show_no_staff_page(
    request: pytest.FixtureRequest, served: Tablets, chromium: Browser
) -> None:
    for _ in range(50 if request.config.getoption("--trial") else 1):
        shown = after_handing_over(served, chromium)
        assert leaks(shown) == {}


def test_the_control_without_a_new_cookie_leaks(
    served: Tablets, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "to_the_child", lambda _token: redirect("/voice/tablet?new=1", 303))
    monkeypatch.setattr(places, "end_session", lambda _session_id: None)

    assert leaks(after_handing_over(served, chromium)) != {}


def test_the_control_with_the_old_cookie_leaks_from_the_browsers_memory(
    served: Tablets, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session has ended on the server, and still Back shows the staff page, because the cookie stayed as it was."""
    monkeypatch.setattr(views, "to_the_child", lambda _token: redirect("/voice/tablet?new=1", 303))

    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.route("**/static/js/app.js*", lambda route: route.abort())  # it reloads what comes back
    reference = served.staff(context)
    page = context.new_page()
    page.goto(f"{served.address}/cases/{reference}")
    hand_over(page, served.address)
    seen = [moved(page, "history.back()"), moved(page, "history.back()")]
    context.close()
    assert any(word in text for text in seen for word in STAFF)


def leaks(shown: dict[str, str]) -> dict[str, list[str]]:
    found = {where: [word for word in STAFF if word in text] for where, text in shown.items()}
    return {where: words for where, words in found.items() if words}


def after_handing_over(served: Tablets, chromium: Browser) -> dict[str, str]:
    """What a child finds by every way there is, from the moment of the hand-over to the end of the turn."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    reference = served.staff(context)
    page = context.new_page()
    seen: dict[str, str] = {}
    page.goto(f"{served.address}/cases/{reference}")
    hand_over(page, served.address)
    seen["handed over"] = page.content()
    for step in ("first back", "second back"):
        seen[step] = moved(page, "history.back()")
    seen["forward"] = moved(page, "history.forward()")
    for path in ("/", f"/cases/{reference}", f"/cases/{reference}/voice", "/voice/", "/voice/hand-over"):
        seen[f"address bar {path}"] = opened(page, served.address + path)
    seen["second tab"] = second_tab(context, f"{served.address}/cases/{reference}")
    seen["the turn"] = the_turn(page, served.address)
    seen["back after the end"] = moved(page, "history.back()")
    seen["reload"] = opened(page, f"{served.address}/voice/tablet")
    context.close()
    return seen


def hand_over(page: Page, address: str) -> None:
    page.goto(f"{address}/voice/hand-over")
    page.get_by_label("Your password or tablet PIN").fill(PIN)
    page.get_by_role("button", name="Hand over now").click()
    page.wait_for_url(re.compile("/voice/tablet"))
    page.wait_for_load_state()


def moved(page: Page, script: str) -> str:
    page.evaluate(f"setTimeout(() => {script})")
    page.wait_for_timeout(400)
    for _ in range(100):  # a page from memory says no more that it was loaded
        if read(page, "document.readyState") == "complete":
            break
        page.wait_for_timeout(50)
    return text_of(page)


def read(page: Page, script: str) -> Any:
    """What a page says; asked again where it was just leaving."""
    for _ in range(20):
        try:
            return page.evaluate(script)
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
        page.wait_for_timeout(100)
    raise AssertionError("the page never stands still")


def opened(page: Page, address: str) -> str:
    page.goto(address)
    return text_of(page)


def second_tab(context: BrowserContext, address: str) -> str:
    other = context.new_page()
    text = opened(other, address)
    other.close()
    return text


def text_of(page: Page) -> str:
    text: str = read(page, "document.documentElement.innerText + document.title")
    return text


def the_turn(page: Page, address: str) -> str:
    """A child answers in words, and gives the tablet back."""
    page.goto(f"{address}/voice/tablet")
    if not page.get_by_role("button", name="Start").count():
        return ""
    page.get_by_role("button", name="Start").click()
    for at in range(5):
        page.locator(f"[data-screen=question][data-at='{at}']").get_by_role("button", name="I do not know").click()
    page.locator("textarea").fill("zebra-lantern")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Done").click()
    page.wait_for_selector("[data-screen=end]")
    page.wait_for_timeout(500)
    return text_of(page)
