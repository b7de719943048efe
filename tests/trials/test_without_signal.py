"""A tablet that loses its signal: every turn arrives once, none twice, and nothing readable stays in the browser.

Three hundred sessions with ``--trial``, a few of each kind in every run.
"""

import json
import random
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route

from portal.voice.rules.questions import Moment
from tests.browser import CHROMIUM_FLAGS, chromium_path
from tests.tablets import Tablets, give, tablets

MARKER = "zebra-lantern"
"""Words that no page holds by itself"""

KNOWN = {
    *("format", "id", "handOver", "secret", "key", "publicKey", "takenUntil", "lastsUntil", "lastsFromTouch", "skew"),
    *("touchedAt", "animal", "lang", "dir", "age", "html", "state", "at", "parts", "end"),
    *("slides", "stopping", "talk", "talkHeld", "talkRefused", "refused"),
}

EVERYTHING_KEPT = """async () => {
  const found = { local: { ...localStorage }, session: { ...sessionStorage }, caches: {}, turns: [] }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const answer = await cache.match(request)
      const kind = answer.headers.get('Content-Type') ?? ''
      found.caches[request.url] = /text|json|javascript|svg/.test(kind) ? await answer.text() : kind
    }
  }
  for (const { name } of await indexedDB.databases()) {
    const opened = await new Promise((done) => {
      const asked = indexedDB.open(name)
      asked.onsuccess = () => done(asked.result)
    })
    for (const store of opened.objectStoreNames) {
      found.turns.push(...await new Promise((done) => {
        const asked = opened.transaction(store).objectStore(store).getAll()
        asked.onsuccess = () => done(asked.result)
      }))
    }
    opened.close()
  }
  return found
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("tablets")) as portal:
        yield portal


@pytest.fixture(scope="module")
def chromium(one_playwright: Playwright) -> Iterator[Browser]:
    browser = one_playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


def sessions(request: pytest.FixtureRequest) -> int:
    return 100 if request.config.getoption("--trial") else 1


def test_without_signal_from_the_first_screen_on(
    request: pytest.FixtureRequest, served: Tablets, chromium: Browser
) -> None:
    chance = random.Random(1)
    for _ in range(sessions(request)):
        with turn(served, chromium) as (context, page, place):
            context.set_offline(True)
            answers = answer_all(page, chance, lambda: maybe_reload(page, chance))
            page.wait_for_selector("[data-screen=end]")
            nothing_readable(page)
            assert served.outcomes([place])[place] is None
            context.set_offline(False)
            arrives(served, page, place, answers)


def test_the_signal_comes_and_goes_with_a_second_tab_and_a_new_version(
    request: pytest.FixtureRequest, served: Tablets, chromium: Browser
) -> None:
    chance = random.Random(2)
    for number in range(sessions(request)):
        with turn(served, chromium) as (context, page, place):

            def between(context: BrowserContext = context, page: Page = page, number: int = number) -> None:
                context.set_offline(chance.random() < 0.5)
                maybe_reload(page, chance)
                if chance.random() < 0.2:
                    look_in_a_second_tab(context, served.address)
                if chance.random() < 0.2:
                    deploy_a_new_version(served, number)

            answers = answer_all(page, chance, between)
            page.wait_for_selector("[data-screen=end]")
            nothing_readable(page)
            context.set_offline(False)
            arrives(served, page, place, answers)


def test_the_signal_breaks_while_an_answer_is_sent(
    request: pytest.FixtureRequest, served: Tablets, chromium: Browser
) -> None:
    chance = random.Random(3)
    for _ in range(sessions(request)):
        with turn(served, chromium) as (context, page, place):
            broken = Broken(chance)
            context.route("**/voice/deliver", broken)
            answers = answer_all(page, chance, lambda: None)
            page.wait_for_selector("[data-screen=end]")
            page.wait_for_timeout(300)
            nothing_readable(page)
            broken.mended = True
            page.evaluate("window.dispatchEvent(new Event('online'))")
            arrives(served, page, place, answers)
            assert broken.tries > 1


class Broken:
    """Cuts the line before or after the server has heard, until it is mended."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.mended, self.tries = chance, False, 0

    def __call__(self, route: Route) -> None:
        self.tries += 1
        if self.mended:
            route.continue_()
            return
        if self.chance.random() < 0.5:
            route.fetch()  # the server has it, and the tablet never hears that
        route.abort()


class turn:
    """A browser with one turn handed over, ready to be used without signal."""

    def __init__(self, served: Tablets, chromium: Browser) -> None:
        self.served, self.context = served, chromium.new_context(viewport={"width": 1280, "height": 800})

    def __enter__(self) -> tuple[BrowserContext, Page, str]:
        self.before = self.served.views()
        [place] = self.served.hand_over(self.context, Moment.HELP)
        page = self.context.new_page()
        page.goto(f"{self.served.address}/voice/tablet")
        page.wait_for_selector("[data-ready=offline]")
        return self.context, page, place

    def __exit__(self, kind: object, *_rest: object) -> None:
        self.context.close()
        if kind is None:
            assert self.served.views() == self.before + 1


def answer_all(page: Page, chance: random.Random, between: Callable[[], None]) -> dict[str, tuple[str, str]]:
    """One whole turn by touch; what was given: question → (state, choice)."""
    page.get_by_role("button", name="Start").click()
    given: dict[str, tuple[str, str]] = {}
    for at in range(6):
        screen = page.locator(f"[data-screen=question][data-at='{at}']")
        screen.wait_for()
        between()
        screen.wait_for()
        key, kind = screen.get_attribute("data-key") or "", screen.get_attribute("data-kind")
        if kind == "words":
            screen.locator("textarea").fill(MARKER)
            given[key] = "answered", ""
        elif kind == "drawing" or chance.random() < 0.2:
            screen.get_by_role("button", name="I do not want to say").click()
            given[key] = "not_say", ""
            continue
        else:
            marks = screen.locator(".tablet__mark")
            number = chance.randrange(marks.count())
            given[key] = "answered", marks.nth(number).get_attribute("value") or ""
            give(screen, number)
            continue
        screen.get_by_role("button", name="Next").click()
    page.locator("[data-screen=share]").wait_for()
    between()
    page.locator("[data-screen=share]").get_by_role("button", name="Done").click()
    return given


def maybe_reload(page: Page, chance: random.Random) -> None:
    if chance.random() < 0.25:
        page.reload()
        page.wait_for_selector("[data-ready]")


def look_in_a_second_tab(context: BrowserContext, address: str) -> None:
    other = context.new_page()
    other.goto(f"{address}/voice/tablet")
    other.wait_for_selector("[data-screen=question], [data-screen=share]")
    other.close()


def deploy_a_new_version(served: Tablets, number: int) -> None:
    """Every file of the portal has another version from now on, and so has the service worker."""
    known = served.portal.jinja_env.globals["asset"]

    def newer(name: str) -> str:
        address: str = known(name)  # type: ignore[operator]
        return f"{address}&next={number}" if "?" in address else address

    served.portal.jinja_env.globals["asset"] = newer


def nothing_readable(page: Page) -> None:
    found = page.evaluate(EVERYTHING_KEPT)
    assert MARKER not in json.dumps(found)
    assert found["local"] == {} and found["session"] == {}
    for record in found["turns"]:
        assert set(record) <= KNOWN
        sealed = [*record["parts"].values(), *filter(None, (record["end"], record["talk"]))]
        assert all(len(part) > 120 and " " not in part for part in sealed)


def arrives(served: Tablets, page: Page, place: str, given: dict[str, tuple[str, str]]) -> None:
    for _ in range(200):
        if served.outcomes([place])[place] is not None and what_is_left(page) == {"sent"}:
            break
        page.wait_for_timeout(100)
    found = served.answers(place)
    assert {key: (state, choices) for key, (state, choices, _) in found.items()} == given
    assert found["tell_us"][2] == MARKER
    assert what_is_left(page) == {"sent"}


def what_is_left(page: Page) -> set[str]:
    """The states of the records; one that was sent holds nothing more than that."""
    turns = page.evaluate(EVERYTHING_KEPT)["turns"]
    assert all(not one["parts"] and not one["end"] and not one["html"] for one in turns if one["state"] == "sent")
    return {one["state"] for one in turns}


def test_a_wish_to_talk_waits_for_the_signal_and_says_so(served: Tablets, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 800, "height": 1280})
    served.hand_over(context)
    page = context.new_page()
    page.goto(f"{served.address}/voice/tablet")
    page.wait_for_selector("[data-ready=offline]")
    before = served.wishes()
    context.set_offline(True)

    page.get_by_role("button", name="I want to talk to someone").click()
    page.get_by_role("button", name="Yes").click()

    page.wait_for_selector("[data-screen=talk-unsent]")
    assert page.locator("#tablet-connect").is_visible()
    assert served.wishes() == before
    context.set_offline(False)
    for _ in range(200):
        if served.wishes() > before and page.locator("#tablet-connect").is_hidden():
            break
        page.wait_for_timeout(100)
    assert served.wishes() == before + 1
    assert page.locator("#tablet-connect").is_hidden()
    context.close()


def test_several_children_in_one_morning(served: Tablets, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1024, "height": 768})
    places = served.hand_over(context, Moment.HELP, Moment.HELP, Moment.HELP)
    page = context.new_page()
    page.goto(f"{served.address}/voice/tablet")
    page.wait_for_selector("[data-ready=offline]")
    context.set_offline(True)
    page.reload()

    for animal in ("Fox", "Owl", "Hedgehog"):
        page.get_by_role("button", name=animal).click()
        answer_all(page, random.Random(4), lambda: None)
        page.wait_for_selector("[data-screen=end]")
        if animal != "Hedgehog":
            page.get_by_role("button", name="Another child").click()
    page.get_by_text("3 answers are waiting on this tablet").wait_for()
    nothing_readable(page)
    context.set_offline(False)

    for _ in range(200):
        if all(served.outcomes(places).values()):
            break
        page.wait_for_timeout(100)
    assert set(served.outcomes(places).values()) == {"answered"}
    context.close()
