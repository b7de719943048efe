"""A real portal under a real server, and a real browser in front of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Route,
    ViewportSize,
    expect,
)

from tests.browser import CHROMIUM_FLAGS, chromium_path
from tests.journeys.work import Work, begin_work
from tests.serving import Server, flask

expect.set_options(timeout=15_000)  # a busy machine is not a defect of a page

READ: set[tuple[int, str, str, bool]] = set()
"""Kinds of pages that axe has found nothing on"""

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration's cast and schools, without work, under the portal's own server."""
    folder = tmp_path_factory.mktemp("served")
    flask(folder, "db", "upgrade")
    flask(folder, "demo", "--cast-only")
    server = Server(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def work(served: Server) -> Work:
    """A draft and a case, for journeys that begin in the middle."""
    return begin_work(served)


@pytest.fixture(scope="session")
def chromium(one_playwright: Playwright) -> Iterator[Browser]:
    browser = one_playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@dataclass
class Walker:
    """One browser of one person. Every page it looks at is checked; ``finish`` fails on what the console said."""

    context: BrowserContext
    page: Page
    address: str
    mirror: Page | None = None
    """Where axe reads the pages of somebody without JavaScript."""
    checked: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def look(self) -> None:
        """Nothing sticks out sideways, and axe finds nothing: a page that others of this run looked at is read once."""
        self.page.wait_for_load_state()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url
        self.checked.add(self.page.url)
        kind = self._kind_of_page()
        if kind in READ:
            return
        read = self._mirrored() if self.mirror else self.page
        found = Axe().run(read, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        READ.add(kind)

    def _kind_of_page(self) -> tuple[int, str, str, bool]:
        """The width, whose menu, the address without numbers, and whether it is refused; the markup is the same with
        scripts and without."""
        size, path = self.page.viewport_size, urlsplit(self.page.url).path
        plain = re.sub(r"[A-Z]-\d{4}-\d+|\d+|(?<=/evaluate/).*", "*", path)
        wrong = self.page.locator(".govuk-error-summary").count() > 0
        menu = self.page.locator("header").first.inner_text()
        return size["width"] if size else 0, menu, plain, wrong

    def _mirrored(self) -> Page:
        """Axe cannot run where scripts are off: it reads the same markup in a browser of its own that can run axe.

        The portal's scripts are kept away there, so that the page stays as the person without JavaScript has it.
        """
        assert self.mirror
        markup, address = self.page.content(), self.page.url.partition("#")[0]

        def answer(route: Route) -> None:
            if route.request.resource_type == "script":
                route.abort()
            elif route.request.is_navigation_request():
                route.fulfill(body=markup, content_type="text/html; charset=utf-8")
            else:
                route.continue_()

        self.mirror.unroute_all()
        self.mirror.route("**/*", answer)
        self.mirror.goto(address)
        return self.mirror

    def note(self, message: ConsoleMessage) -> None:
        if "content security policy" in message.text.lower() or "content-security-policy" in message.text.lower():
            self.complaints.append(message.text)

    def finish(self) -> None:
        if self.mirror:
            self.mirror.context.close()
        self.context.close()
        assert self.complaints == []


def open_walker(chromium: Browser, address: str, *, javascript: bool, size: tuple[int, int]) -> Walker:
    viewport = ViewportSize(width=size[0], height=size[1])
    context = chromium.new_context(java_script_enabled=javascript, viewport=viewport)
    mirror = None if javascript else chromium.new_context(viewport=viewport).new_page()
    context.set_default_timeout(15_000)
    one = Walker(context, context.new_page(), address, mirror)
    one.page.on("console", one.note)
    return one


@pytest.fixture
def walker(chromium: Browser, served: Server) -> Iterator[Callable[..., Walker]]:
    """Opens browsers: ``walker(javascript=False, width=320)``."""
    walkers: list[Walker] = []

    def open_one(*, javascript: bool = True, width: int = 1280, height: int = 900) -> Walker:
        one = open_walker(chromium, served.address, javascript=javascript, size=(width, height))
        walkers.append(one)
        return one

    yield open_one
    for one in walkers:
        one.finish()
