"""“You said, we did” in a child's hands: handed over, heard, done; no way back to the staff or to the answer.

Chromium keeps its back-forward cache, which Playwright turns off.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import redirect
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, expect

from portal.accounts.operations.sessions import open_session
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.voice.models import ViewReply
from portal.voice.operations import places, reading
from portal.voice.operations.reading import ReplyDraft
from portal.voice.views import showing as views
from tests.browser import CHROMIUM_FLAGS, chromium_path
from tests.builders_cases import case
from tests.builders_voice import PIN, view, with_pin
from tests.journeys.conftest import WCAG
from tests.journeys.test_tablet import SPY, TARGETS
from tests.tablets import Tablets, tablets
from tests.trials.test_hand_over import moved, opened, text_of

SAID, DID = "Lunch is too loud for you", "You may eat in room 4, with a friend. Ms Bell knows about it"
LONG = "We asked for a quiet table and the school says not yet, because there is no room. We ask again in May. " * 2
STAFF = ("Maya", "Khan", "C-20", "Show it on a tablet", "The child's own voice", "Your password")
"""What only pages of the staff could show"""
SIZES = {"8-inch": (600, 960), "8-inch on its side": (960, 600), "small phone": (320, 640)}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("tablets")) as served:
        yield served


@pytest.fixture(scope="module")
def browser_with_memory(one_playwright: Playwright) -> Iterator[Browser]:
    browser = one_playwright.chromium.launch(
        executable_path=chromium_path(),
        args=CHROMIUM_FLAGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


def worker(portal: Tablets, context: BrowserContext, did: str = DID) -> str:
    """Puts the worker's cookie into a browser, with an answer that a child has not seen; the address of its case."""
    with portal.unit():
        people = portal.people()
        if people.worker.tablet_pin_hash is None:
            with_pin(people)
        made = view(people, case(people))
        draft = ReplyDraft(SAID, did, "noise", "door")
        reading.answer_child(actor_of(people.worker.id), made, draft, opened_with=0)
        token, reference = open_session(people.worker, second_factor=True), made.case.reference
    context.add_cookies([{"name": "portal", "value": portal.cookie(token=token), "url": portal.address}])
    return f"/cases/{reference}"


def context_of(browser: Browser, size: str = "8-inch", *, javascript: bool = True) -> BrowserContext:
    width, height = SIZES[size]
    viewport = ViewportSize(width=width, height=height)
    context = browser.new_context(viewport=viewport, java_script_enabled=javascript, reduced_motion="reduce")
    if javascript:
        context.add_init_script(SPY)
    context.set_default_timeout(15_000)
    return context


def hand_over(page: Page, address: str, of_case: str) -> None:
    page.goto(f"{address}{of_case}/voice")
    page.get_by_role("link", name=re.compile("Show it on a tablet")).click()
    page.get_by_label("Your password or tablet PIN").fill(PIN)
    page.get_by_role("button", name="Hand over now").click()
    page.wait_for_url(re.compile("/voice/tablet/reply"))
    page.wait_for_load_state()


def seen_by_tablet(portal: Tablets) -> list[str | None]:
    with portal.unit():
        return list(db.session.scalars(db.select(ViewReply.seen_how).order_by(ViewReply.id.desc()).limit(1)))


def check(page: Page) -> None:
    """Nothing sticks out sideways, and every place to touch is 72 px or more."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    boxes = [box for target in page.locator(TARGETS).all() if (box := target.bounding_box())]
    assert len(boxes) >= 2
    for box in boxes:
        assert box["width"] >= 71.5 and box["height"] >= 71.5, box


@pytest.mark.parametrize("size", SIZES)
def test_the_answer_is_large_clean_and_read_aloud(portal: Tablets, chromium: Browser, size: str) -> None:
    context = context_of(chromium, size)
    of_case = worker(portal, context, LONG)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text.lower()))
    hand_over(page, portal.address, of_case)
    expect(page.get_by_text(LONG.strip())).to_be_visible()
    check(page)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()

    page.get_by_role("button", name="Listen").last.click()

    assert page.evaluate("spoken") == [["We did", "en-GB"], [LONG.strip(), "en-GB"]]
    assert not [words for words in said if "content security" in words]
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
def test_no_way_leads_back_to_the_staff_or_to_the_answer(
    portal: Tablets, browser_with_memory: Browser, javascript: bool
) -> None:
    shown, after = handed_over_and_done(portal, browser_with_memory, javascript=javascript)

    assert [word for word in STAFF for text in (*shown, *after) if word in text] == []
    assert [text for text in after if SAID in text or DID in text] == []
    assert seen_by_tablet(portal) == ["tablet"]


def test_the_control_without_a_new_cookie_leaks(
    portal: Tablets, browser_with_memory: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "to_the_child", lambda _token, _first: redirect("/voice/tablet/reply?new=1", 303))
    monkeypatch.setattr(places, "end_session", lambda _session_id: None)

    shown, _ = handed_over_and_done(portal, browser_with_memory, javascript=True)

    assert any(word in text for text in shown for word in STAFF)


def handed_over_and_done(portal: Tablets, browser: Browser, *, javascript: bool) -> tuple[list[str], list[str]]:
    """What a child finds by every way there is while the answer is shown, and after Done."""
    context = context_of(browser, javascript=javascript)
    of_case = worker(portal, context)
    page, address = context.new_page(), portal.address
    page.goto(address + of_case)
    hand_over(page, address, of_case)
    shown = [text_of(page)]
    move = moved if javascript else moved_by_browser
    shown += [move(page, way) for way in ("history.back()", "history.back()", "history.forward()")]
    ways = ("/", of_case, f"{of_case}/voice", "/voice/", "/voice/tablet")
    shown += [opened(page, address + way) for way in ways]
    after: list[str] = []
    done = page.get_by_role("button", name="Done")
    if not done.count():
        context.close()
        return shown, after
    done.click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    after += [text_of(page)]
    back, forward = "history.back()", "history.forward()"
    after += [move(page, way) for way in (back, back, forward, forward)]
    after += [opened(page, address + way) for way in (*ways, "/voice/tablet/reply", "/voice/tablet/reply?new=1")]
    assert "Time to give the tablet back" in after[-1]
    context.close()
    return shown, after


def moved_by_browser(page: Page, way: str) -> str:
    """The same where scripts, and so their timers, are off."""
    page.evaluate(way)
    page.wait_for_timeout(800)
    return text_of(page)


def test_a_wish_to_talk_comes_back_to_the_answer(portal: Tablets, chromium: Browser) -> None:
    context = context_of(chromium)
    of_case, before = worker(portal, context), portal.wishes()
    page = context.new_page()
    hand_over(page, portal.address, of_case)

    page.get_by_role("button", name="I want to talk to someone").click()
    page.get_by_role("button", name="No, by mistake").click()
    expect(page.get_by_text(DID)).to_be_visible()
    assert portal.wishes() == before
    page.get_by_role("button", name="I want to talk to someone").dblclick()
    page.get_by_role("button", name="Yes").dblclick()
    expect(page.get_by_role("heading", name="We have told someone")).to_be_visible()
    page.get_by_role("button", name="Carry on").click()

    expect(page.get_by_text(DID)).to_be_visible()
    page.get_by_role("button", name="Done").dblclick()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert portal.wishes() == before + 1 and seen_by_tablet(portal) == ["tablet"]
    context.close()
