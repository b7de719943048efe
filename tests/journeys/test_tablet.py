"""The child's screens in a real browser: every age, axe, targets, keyboard, the voice, and every size of tablet."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from portal.voice.rules.questions import Moment
from tests.journeys.conftest import WCAG
from tests.tablets import BOUNCE, Tablets, give, tablets

SPY = """
window.spoken = []
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
Object.defineProperty(window, 'speechSynthesis', {
  value: {
    speak: (said) => window.spoken.push([said.text, said.lang]),
    cancel() {},
    getVoices: () => [{ lang: 'en-GB', localService: true }],
  },
})
"""
TARGETS = "button:visible:not(.tablet__enter), .tablet__choice:visible, a:visible, textarea:visible"
SIZES = {
    "8-inch": (600, 960),
    "8-inch on its side": (960, 600),
    "10-inch": (800, 1280),
    "phone": (360, 640),
    "small phone": (320, 640),
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("tablets")) as served:
        yield served


def opened(portal: Tablets, chromium: Browser, *moments: Moment, age: str = "juniors", size: str = "10-inch") -> Page:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.add_init_script(SPY)
    portal.hand_over(context, *moments, age=age)
    page = context.new_page()
    page.goto(f"{portal.address}/voice/tablet")
    page.wait_for_selector("[data-ready]")
    return page


EMPTY_PICTURES = """[...document.querySelectorAll('.tablet__card svg')].filter((picture) => {
  const inner = picture.getBBox()
  return picture.checkVisibility() && !(inner.width && inner.height)
}).length"""


def check(page: Page, *, axe: bool = True) -> None:
    """Axe finds nothing, nothing sticks out sideways, every picture shows something, and every place to touch is 72 px
    or more, with gaps between.
    """
    assert page.evaluate(EMPTY_PICTURES) == 0
    if axe:
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    boxes = [box for target in page.locator(TARGETS).all() if (box := target.bounding_box())]
    assert boxes
    for box in boxes:
        assert box["width"] >= 71.5 and box["height"] >= 71.5, box


@pytest.mark.parametrize(
    ("age", "size"),
    [("infants", "8-inch"), ("juniors", "8-inch on its side"), ("secondary", "10-inch"), ("juniors", "phone")],
)
def test_every_screen_is_clean_and_large(portal: Tablets, chromium: Browser, age: str, size: str) -> None:
    """Axe reads every screen on the phone, and the first ones of every age: the others are made alike."""
    page = opened(portal, chromium, Moment.START, age=age, size=size)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text.lower()))
    page.reload()
    page.wait_for_selector("[data-ready]")
    every = size == "phone"
    check(page)
    page.get_by_role("button", name="Start").click()
    for at in range(8):
        page.locator(f"[data-screen=question][data-at='{at}']").wait_for()
        check(page, axe=every or at == 0)
        if age == "secondary":
            assert not page.locator(".tablet__choices img[src*='face-']").count()
        page.get_by_role("button", name="I do not know").click()
    page.locator("[data-screen=share]").wait_for()
    check(page, axe=every)
    page.get_by_role("button", name="Stop").click()
    page.locator("[data-screen=stop]").wait_for()
    check(page, axe=every)
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("We did not keep anything")).to_be_visible()
    check(page, axe=every)
    assert not [words for words in said if "content security" in words]
    page.context.close()


def test_listen_says_the_right_words_in_the_right_language(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.get_by_role("button", name="Start").click()
    page.locator("[data-screen=question]").wait_for()

    page.get_by_role("button", name="Listen", exact=True).click()

    choices = ["Very good", "Good", "Not good", "Not good at all"]
    assert spoken(page) == ["What was our help like?", "Touch an answer. Touch it again to choose it.", *choices]
    page.get_by_text("Not good at all").click()
    assert spoken(page) == ["Not good at all"]
    page.context.close()


def test_an_answer_is_said_when_it_is_touched_and_given_when_it_is_touched_again(
    portal: Tablets, chromium: Browser
) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.get_by_role("button", name="Start").click()
    first, second = page.locator(".tablet__card[data-at='0']"), page.locator(".tablet__card[data-at='1']")
    expect(first.get_by_role("button", name="Next")).to_be_hidden()
    one, other = first.locator(".tablet__choice").nth(0), first.locator(".tablet__choice").nth(1)
    one.dblclick()  # a finger that bounces
    page.wait_for_timeout(BOUNCE)
    other.click()
    page.wait_for_timeout(BOUNCE)
    said = spoken(page)
    expect(first.get_by_role("status")).to_have_text("Touch it again to choose it")
    expect(first).to_be_visible()
    assert said == [one.locator(".tablet__says").inner_text(), other.locator(".tablet__says").inner_text()]

    other.click()

    expect(second).to_be_visible()
    back(page)
    page.wait_for_timeout(BOUNCE)
    other.click()  # what was given before is said first, too
    expect(first).to_be_visible()
    assert spoken(page) == said[1:]
    page.context.close()


def spoken(page: Page) -> list[str]:
    """What was said since the last time, all of it as English."""
    said = page.evaluate("spoken.splice(0)")
    assert all(language == "en-GB" for _, language in said)
    return [words for words, _ in said]


def wish(page: Page) -> None:
    page.get_by_role("button", name="I want to talk to someone").click()
    page.get_by_role("button", name="Yes").click()
    page.locator(".tablet__card[data-screen=talk]").wait_for()


def back(page: Page) -> None:
    """From a question to the one before, by way of Stop."""
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Back to the question before").click()


def listen(page: Page) -> list[str]:
    page.get_by_role("button", name="Listen", exact=True).click()
    return spoken(page)


def test_listen_is_not_there_where_the_tablet_has_no_voice_and_comes_when_it_names_one(
    portal: Tablets, chromium: Browser
) -> None:
    context = chromium.new_context(service_workers="block")
    silent = SPY.replace("getVoices: () => [{ lang: 'en-GB', localService: true }]", "getVoices: () => window.voices")
    context.add_init_script(f"window.voices = [];{silent}")
    portal.hand_over(context, Moment.HELP)
    page = context.new_page()
    page.goto(f"{portal.address}/voice/tablet")
    page.wait_for_selector("[data-ready]")
    page.wait_for_timeout(500)
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    expect(page.get_by_role("button", name="Listen")).to_have_count(0)

    page.evaluate("voices.push({ lang: 'en-GB', localService: true })")

    expect(page.get_by_role("button", name="Listen")).to_be_visible()
    page.get_by_role("button", name="Listen").click()
    assert spoken(page)[0] == "Hello"
    context.close()


def test_listen_is_there_wherever_a_child_decides(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.get_by_role("button", name="Start").click()
    for at in range(4):
        page.locator(f"[data-at='{at}']").get_by_role("button", name="I do not know").click()
    page.locator("[data-at='4']").wait_for()
    assert listen(page)[1:] == ["Draw with your finger."]
    page.get_by_role("button", name="I do not know").click()
    page.locator("[data-at='5']").wait_for()
    assert listen(page)[1:] == ["Say it and the grown-up will write it down. Or write it yourself."]
    page.get_by_role("button", name="I do not know").click()
    page.locator("[data-screen=share]").wait_for()
    page.get_by_text("Nobody else").click()
    assert spoken(page) == ["Nobody else"]
    assert "You can change your mind later." in listen(page)[1]
    page.get_by_role("button", name="Stop").click()
    page.locator("[data-screen=stop]").wait_for()
    assert listen(page)[2:] == ["Keep it", "Throw it away", "Carry on with the questions"]
    page.get_by_role("button", name="Throw it away").click()
    page.locator("[data-screen=end]").wait_for()
    thanks = ["Thank you", "We did not keep anything you said.", "You can give the tablet back now."]
    assert listen(page) == thanks
    page.reload()
    page.locator(".tablet__card[data-screen=over]").wait_for()
    assert listen(page)[:2] == ["Time to give the tablet back", "Please give it to the grown-up."]
    page.context.close()


def test_the_way_back_from_stop_and_talk_is_to_the_question(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.get_by_role("button", name="Start").click()
    question = page.locator(".tablet__card[data-at='0']")
    question.get_by_role("button", name="Stop").click()
    page.locator("[data-screen=stop]").get_by_role("button", name="I want to talk to someone").click()
    page.get_by_role("button", name="No, by mistake").click()
    expect(page.locator("[data-screen=stop]")).to_be_visible()
    wish(page)
    page.locator("[data-screen=talk]").get_by_role("button", name="Carry on").click()

    expect(question).to_be_visible()
    page.get_by_role("button", name="I do not know").click()
    page.locator(".tablet__card[data-at='1']").get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Keep it").click()
    wish(page)
    page.locator("[data-screen=talk]").get_by_role("button", name="Carry on").click()
    page.locator("[data-screen=share]").get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Carry on with the questions").click()
    expect(page.locator(".tablet__card[data-at='1']")).to_be_visible()
    page.context.close()


def test_what_was_chosen_before_not_saying_is_not_chosen_any_more(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.get_by_role("button", name="Start").click()
    first, second = page.locator(".tablet__card[data-at='0']"), page.locator(".tablet__card[data-at='1']")
    for way in ("I do not want to say", "I do not know"):
        give(first)
        second.wait_for()
        back(page)
        expect(first.locator(".tablet__mark:checked")).to_have_count(1)
        first.get_by_role("button", name=way).click()
        second.wait_for()
        back(page)
        expect(first).to_be_visible()
        expect(first.locator(".tablet__mark:checked")).to_have_count(0)
    page.context.close()


KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open('portal-voice')
  asked.onsuccess = () => {
    const all = asked.result.transaction('turns').objectStore('turns').getAll()
    all.onsuccess = () => {
      asked.result.close()
      done(all.result)
    }
  }
})"""


@pytest.mark.parametrize("signal", [True, False])
def test_a_child_that_touched_the_wrong_animal_goes_back(portal: Tablets, chromium: Browser, signal: bool) -> None:
    page = opened(portal, chromium, Moment.START, Moment.HELP)
    page.wait_for_selector("[data-ready=offline]")
    page.context.set_offline(not signal)
    animals, welcome = page.locator(".tablet__animal"), page.locator(".tablet__card[data-screen=welcome]")
    animals.first.click()
    welcome.get_by_role("button", name="Start").click()
    page.locator(".tablet__card[data-at='0']").wait_for()
    back(page)
    welcome.wait_for()
    check(page)
    welcome.get_by_role("button", name="Back").click()

    expect(animals).to_have_count(2)
    kept = page.evaluate(KEPT)
    assert [(one["state"], one["at"], one["touchedAt"], one["parts"]) for one in kept] == [("open", -1, 0, {})] * 2
    animals.first.click()
    welcome.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="I do not know").click()
    for at in (1, 0):
        page.locator(f".tablet__card[data-at='{at}']").wait_for()
        back(page)
    expect(welcome).to_be_visible()
    # Something is answered: it is this child's turn.
    expect(welcome.get_by_role("button", name="Back")).to_have_count(0)
    page.context.close()


def test_a_child_alone_has_no_animals_to_go_back_to(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.START)
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    expect(page.get_by_role("button", name="Back")).to_have_count(0)
    page.context.close()


def test_nothing_kept_is_still_said_after_a_wish_to_talk(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="I do not know").click()
    page.locator(".tablet__card[data-at='1']").get_by_role("button", name="Stop").click()
    with page.expect_response("**/voice/deliver"):
        page.get_by_role("button", name="Throw it away").click()
    page.get_by_text("nothing is waiting on this tablet").wait_for()
    wish(page)
    page.locator("[data-screen=talk]").get_by_role("button", name="Carry on").click()

    expect(page.get_by_text("We did not keep anything you said.")).to_be_visible()
    page.context.close()


def test_the_adult_reads_that_nothing_waits_any_more(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.wait_for_selector("[data-ready=offline]")
    line = page.locator("#tablet-waiting")
    expect(line).to_be_hidden()
    page.context.set_offline(True)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="I do not know").click()
    page.locator(".tablet__card[data-at='1']").get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Done").click()
    expect(line).to_contain_text("1 answer is waiting on this tablet")
    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(line).to_have_text("For the adult: nothing is waiting on this tablet.")

    portal.staff(page.context)
    page.goto(f"{portal.address}/voice/")
    expect(page.locator("#voice-waiting")).to_have_text("Nothing waits on this tablet.")
    page.get_by_role("button", name="Take off the tray").click()  # the next tablet is handed over without it
    expect(page.get_by_text("Nothing is prepared")).to_be_visible()
    page.context.close()


def test_the_keyboard_alone_is_enough(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP)
    press(page, "Start")
    for at in range(2):
        page.locator(f"[data-screen=question][data-at='{at}']").wait_for()
        expect(page.locator("h1")).to_be_focused()
        reach(page, ".tablet__mark")
        page.keyboard.press("Space")
        expect(page.locator(".tablet__mark:checked")).to_have_count(1)
        page.wait_for_timeout(BOUNCE)
        page.keyboard.press("Space")
    page.locator("[data-screen=question][data-at='2']").wait_for()
    press(page, "Stop")
    press(page, "Back to the question before")
    expect(page.locator("[data-at='1'] .tablet__mark:checked")).to_have_count(1)
    reach(page, ".tablet__mark")
    page.keyboard.press("Enter")
    page.locator("[data-screen=question][data-at='2']").wait_for()
    press(page, "Stop")
    press(page, "Keep it")
    press(page, "Done")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{name}")).first.wait_for()
    for _ in range(40):
        if page.evaluate("document.activeElement.innerText?.trim()") == name:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {name}")


def reach(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_drawing_arrives_as_lines_and_can_be_undone(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP, size="8-inch on its side")
    page.get_by_role("button", name="Start").click()
    for at in range(4):
        page.locator(f"[data-at='{at}']").get_by_role("button", name="I do not know").click()
    paper = page.locator("canvas")
    paper.wait_for()
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box
    for shift in (40, 90):
        page.mouse.move(box["x"] + shift, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + shift + 60, box["y"] + 90, steps=4)
        page.mouse.up()
    page.get_by_role("button", name="Undo the last line").click()
    page.get_by_role("button", name="Next").click()
    page.locator("[data-at='5']").get_by_role("button", name="I do not know").click()
    with page.expect_response("**/voice/deliver") as delivered:
        page.get_by_role("button", name="Done").click()
    assert delivered.value.ok
    assert portal.last_drawing() == 1
    page.context.close()


@pytest.mark.parametrize(
    "size",
    [
        (960, 600),
        (320, 640),
        *(pytest.param(size, marks=pytest.mark.in_trial) for size in ((1280, 800), (800, 1280), (600, 960))),
    ],
)
def test_the_whole_paper_is_in_sight_and_the_page_scrolls_beside_it(
    portal: Tablets, chromium: Browser, size: tuple[int, int]
) -> None:
    page = opened(portal, chromium, Moment.HELP)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_role("button", name="Start").click()
    for at in range(4):
        page.locator(f"[data-at='{at}']").get_by_role("button", name="I do not know").click()
    paper, bar = page.locator("canvas"), page.locator(".tablet__bottom")
    paper.wait_for()
    box, ways = paper.bounding_box(), bar.bounding_box()
    assert box and ways
    assert box["y"] >= 0 and box["y"] + box["height"] <= ways["y"] <= size[1]
    assert box["width"] / box["height"] == pytest.approx(10 / 7, abs=0.02)
    undo = page.get_by_role("button", name="Undo the last line")
    if size[0] > 400:
        beneath = undo.bounding_box()
        assert beneath and beneath["y"] + beneath["height"] <= ways["y"]
        assert box["height"] >= 250
    assert within_reach(page, undo)
    page.context.close()


def within_reach(page: Page, target: Locator) -> bool:
    """Once the page is scrolled to it, a finger touches it, and not what stays in sight above it."""
    target.scroll_into_view_if_needed()
    return bool(
        target.evaluate("""(target) => {
          target.scrollIntoView({ block: 'center' })
          const box = target.getBoundingClientRect()
          const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
          return target.contains(there)
        }""")
    )


def test_on_a_phone_the_ways_out_stay_in_sight_and_hide_no_answer(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.HELP, size="small phone")
    check(page)
    page.get_by_role("button", name="Start").click()
    page.locator("[data-at='0']").wait_for()
    check(page)
    for name in ("Stop", "I want to talk to someone", "I do not know", "I do not want to say"):
        box = page.get_by_role("button", name=name).bounding_box()
        assert box and box["y"] + box["height"] <= 640
    for target in page.locator(".tablet__choice").all():
        assert within_reach(page, target)
    for at in range(6):
        page.locator(f"[data-at='{at}']").get_by_role("button", name="I do not know").click()
    page.locator("[data-screen=share]").wait_for()
    check(page)
    page.context.close()


SLOW_STORE = """(() => {
  const open = indexedDB.open.bind(indexedDB)
  let ready = false
  window.letGo = () => { ready = true }
  indexedDB.open = (...asked) => {
    const real = open(...asked)
    if (ready) return real
    const held = {}
    const wait = setInterval(() => {
      if (!ready || real.readyState !== 'done') return
      clearInterval(wait)
      held.result = real.result
      held.onsuccess?.()
      held.oncomplete?.()
    }, 20)
    real.onupgradeneeded = () => {
      held.result = real.result
      held.onupgradeneeded?.()
    }
    return held
  }
})()"""
NO_STORE = "indexedDB.open = () => { throw new Error('private') }"


def early(portal: Tablets, chromium: Browser, script: str, *moments: Moment) -> tuple[Page, list[str]]:
    """A tablet whose own store is slow or missing, and what its page sent to the server."""
    context = chromium.new_context(service_workers="block")
    context.add_init_script(script)
    portal.hand_over(context, *(moments or (Moment.START,)))
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    page.goto(f"{portal.address}/voice/tablet")
    return page, sent


def test_a_touch_before_the_tablet_is_ready_is_answered_then(portal: Tablets, chromium: Browser) -> None:
    page, sent = early(portal, chromium, SLOW_STORE)
    page.get_by_role("button", name="Start").click()
    page.wait_for_timeout(300)
    expect(page.locator(".tablet__card[data-screen=welcome]")).to_be_visible()

    page.evaluate("letGo()")

    expect(page.locator(".tablet__card[data-screen=question]")).to_be_visible()
    assert len(sent) == 1
    page.context.close()


def test_where_nothing_can_be_kept_the_server_answers_every_touch(portal: Tablets, chromium: Browser) -> None:
    page, _ = early(portal, chromium, NO_STORE)
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".tablet__card[data-screen=question]")).to_be_visible()
    give(page.locator(".tablet__card"))
    expect(page.locator("[data-at='1']")).to_be_visible()
    page.context.close()


def test_a_turn_that_began_at_the_server_goes_on_there(portal: Tablets, chromium: Browser) -> None:
    context = chromium.new_context(service_workers="block")
    portal.hand_over(context, Moment.START)
    page = context.new_page()
    page.route("**/tablet.js*", lambda route: route.abort())
    page.goto(f"{portal.address}/voice/tablet")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="I do not know").click()
    page.unroute("**/tablet.js*")
    page.reload()

    expect(page.locator("[data-at='1']")).to_be_visible()
    page.get_by_role("button", name="I do not know").click()
    expect(page.locator("[data-at='2']")).to_be_visible()
    context.close()


def test_a_turn_that_went_on_here_goes_on_here_after_an_early_touch(portal: Tablets, chromium: Browser) -> None:
    page, _ = early(portal, chromium, "")
    page.wait_for_selector("[data-ready]")
    page.get_by_role("button", name="Start").click()
    for at in range(3):
        page.locator(f"[data-at='{at}']").wait_for()
        page.get_by_role("button", name="I do not know").click()
    page.locator("[data-at='3']").wait_for()
    page.route("**/tablet.js*", lambda route: route.abort())
    page.reload()
    page.get_by_role("button", name="Start").click()  # the server knows nothing of the three answers
    page.locator("[data-at='0']").wait_for()
    page.unroute("**/tablet.js*")
    page.reload()

    expect(page.locator("[data-at='3']")).to_be_visible()
    page.context.close()


def test_a_wish_on_the_last_screen_that_the_server_drew_is_told(portal: Tablets, chromium: Browser) -> None:
    context = chromium.new_context(service_workers="block")
    portal.hand_over(context, Moment.START)
    page, before = context.new_page(), portal.wishes()
    page.route("**/tablet.js*", lambda route: route.abort())
    page.goto(f"{portal.address}/voice/tablet")
    page.get_by_role("button", name="Start").click()
    page.unroute("**/tablet.js*")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Throw it away").click()
    wish(page)

    expect(page.get_by_role("heading", name="We have told someone")).to_be_visible()
    assert portal.wishes() == before + 1
    context.close()


def test_a_touch_is_answered_by_the_server_where_the_store_never_opens(portal: Tablets, chromium: Browser) -> None:
    page, sent = early(portal, chromium, SLOW_STORE)
    page.get_by_role("button", name="Start").click()

    expect(page.locator(".tablet__card[data-screen=question]")).to_be_visible()
    assert len(sent) > 1
    page.context.close()


def test_a_chosen_step_is_there_again_when_the_child_comes_back(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.START)
    page.get_by_role("button", name="Start").click()
    while page.locator("[data-kind=how_much]").count() == 0:
        page.get_by_role("button", name="I do not know").click()
        page.wait_for_timeout(100)
    give(page.locator("[data-kind=how_much]"), 4)
    page.locator(".tablet__card:not([data-kind=how_much])").wait_for()
    back(page)

    expect(page.locator(".tablet__mark:checked")).to_have_attribute("value", "much_not_at_all")
    page.context.close()


def test_among_the_animals_a_child_who_wants_to_talk_says_which_one(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.START, Moment.HELP)
    before = portal.wishes()
    page.get_by_role("button", name="I want to talk to someone").click()
    expect(page.get_by_text("So we know who wants to talk")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".tablet__card[data-screen=animals]")).to_be_visible()
    assert portal.wishes() == before

    page.get_by_role("button", name="I want to talk to someone").click()
    page.locator(".tablet__animal").first.click()
    page.get_by_role("button", name="No, by mistake").click()
    assert portal.wishes() == before
    page.get_by_role("button", name="I want to talk to someone").click()
    page.locator(".tablet__animal").first.click()
    check(page)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="We have told someone")).to_be_visible()
    assert portal.wishes() == before + 1
    page.get_by_role("button", name="Carry on").click()
    expect(page.locator(".tablet__card[data-screen=animals]")).to_be_visible()
    page.context.close()


def test_a_list_of_animals_that_is_old_leads_nobody_into_another_turn(portal: Tablets, chromium: Browser) -> None:
    page = opened(portal, chromium, Moment.START, Moment.HELP)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator(".tablet__animal").first.click()
    other.get_by_role("button", name="Stop").click()
    other.get_by_role("button", name="Throw it away").click()
    expect(other.get_by_role("heading", name="Thank you")).to_be_visible()

    page.locator(".tablet__animal").first.click()

    expect(page.locator(".tablet__animal")).to_have_count(1)
    page.context.close()


def test_a_turn_says_two_minutes_before_its_end_and_goes_on_with_one_touch(portal: Tablets, chromium: Browser) -> None:
    """The browser's own clock is put forward, and the page sees what a tablet that lies there sees."""
    context = chromium.new_context(service_workers="block")
    context.clock.install()
    [place] = portal.hand_over(context, Moment.HELP)
    page = context.new_page()
    page.goto(f"{portal.address}/voice/tablet")
    page.wait_for_selector("[data-ready]")
    soon = page.locator("#tablet-soon")
    page.get_by_role("button", name="Start").click()
    page.clock.fast_forward("42:00")
    page.locator("[data-at='0'] .tablet__choice").nth(1).click()
    page.clock.fast_forward("00:05")
    page.locator("[data-at='0'] .tablet__choice").nth(1).click()
    page.locator("[data-at='1']").wait_for()

    page.clock.fast_forward("42:50")
    expect(soon).to_be_empty()
    page.clock.fast_forward("00:20")
    expect(soon).to_contain_text("Are you still there? This ends in two minutes.")
    page.get_by_role("button", name="I am still here").click()
    expect(soon).to_be_empty()
    expect(page.locator("[data-at='1']")).to_be_visible()
    page.clock.fast_forward("43:20")
    expect(soon).to_contain_text("kept for your team")
    page.clock.fast_forward("02:00")

    expect(page.locator(".tablet__card[data-screen=over]")).to_be_visible()
    expect(page.get_by_text("What you have answered is kept for your team.")).to_be_visible()
    page.wait_for_timeout(0)
    for _ in range(100):
        if portal.outcomes([place])[place]:
            break
        page.clock.run_for(200)
    assert portal.outcomes([place]) == {place: "answered"}
    assert {key for key, (state, *_) in portal.answers(place).items() if state == "answered"} == {"help"}
    context.close()
