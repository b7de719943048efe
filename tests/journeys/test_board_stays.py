"""A move on the board: the page stays where it was, the focus at the card, and the answer in sight and heard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Walker
from tests.journeys.story import sign_in
from tests.journeys.work import Work, begin_work
from tests.serving import Server

PUPILS = iter(
    [
        ("Aisha", "Banda"),
        ("Callum", "Dixon"),
        ("Elena", "Foster"),
        ("Hamza", "Gibson"),
        ("Imani", "Jenkins"),
        ("Kofi", "Lawson"),
        ("Mila", "Nowak"),
        ("Oscar", "Patel"),
        ("Poppy", "Reed"),
        ("Tariq", "Shaw"),
        ("Yara", "Todd"),
        ("Zofia", "West"),
        ("Bartek", "Young"),
        ("Daisy", "Hunt"),
        ("Finley", "Moss"),
        ("Jude", "Quill"),
    ]
)
"""Unlike each other, so that nobody is asked whether they are the same child"""

SIZES = [(1280, 800), (768, 954), (320, 640)]

IN_SIGHT = """(selector) => {
  const box = document.querySelector(selector).getBoundingClientRect()
  return box.height > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth
}"""

# Everything that a live region that was there from the beginning came to say.
LISTEN = """() => {
  window.heard = []
  for (const region of document.querySelectorAll('[aria-live], [role=status], [role=alert]')) {
    new MutationObserver(() => window.heard.push(region.innerText)).observe(region, { childList: true, subtree: true })
  }
}"""

SETTLED = "() => document.activeElement !== document.body && document.querySelector('#board-answer') !== null"

COVERED = """() => {
  const one = document.activeElement
  const whole = one.getBoundingClientRect()
  if (!whole.width || one === document.body) return ''
  const box = { left: Math.max(whole.left, 0), right: Math.min(whole.right, innerWidth),
    top: Math.max(whole.top, 0), bottom: Math.min(whole.bottom, innerHeight) }
  const points = [[box.left + 4, box.top + 2], [box.right - 4, box.top + 2], [box.left + 4, box.bottom - 2],
    [box.right - 4, box.bottom - 2], [(box.left + box.right) / 2, (box.top + box.bottom) / 2]]
  const free = points.filter(([x, y]) => {
    const top = document.elementFromPoint(x, y)
    return top && (one.contains(top) || top.contains(one))
  })
  return free.length ? '' : (one.innerText || one.getAttribute('aria-label') || one.outerHTML.slice(0, 80))
}"""


def open_board(one: Walker, work: Work, stage: str = "waiting") -> Page:
    sign_in(one, "Jo Ferris")
    one.go(f"/board/?stage={stage}&worker=")
    page = one.page
    page.locator(f"a[href$='{work.case}']").first.scroll_into_view_if_needed()
    return page


def card_of(page: Page, work: Work) -> str:
    return str(page.evaluate("(end) => document.querySelector(`a[href$='${end}']`).closest('.card').id", work.case))


def scrolled_to(page: Page, card: str) -> float:
    """With the card in the middle of the window, and the page scrolled by at least 400 px where it is that long."""
    page.evaluate("document.querySelector('.app-heading').style.minHeight = '900px'")
    page.evaluate("(id) => document.getElementById(id).scrollIntoView({ block: 'center' })", card)
    top = float(page.evaluate("scrollY"))
    assert top > 400
    return top


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_move_leaves_page_and_focus_and_is_heard(
    walker: Callable[..., Walker], served: Server, width: int, height: int
) -> None:
    work = begin_work(served, *next(PUPILS))
    one = walker(width=width, height=height)
    page = open_board(one, work)
    card = card_of(page, work)
    before = scrolled_to(page, card)
    page.evaluate(LISTEN)
    with page.expect_response(lambda answer: "/board/" in answer.url):
        page.locator(f"#{card} button.card__move").click()
    page.wait_for_function(SETTLED)
    assert page.evaluate("scrollY") == pytest.approx(before, abs=2)
    assert page.evaluate(IN_SIGHT, "#board-answer")
    heard = page.evaluate("window.heard")
    assert len(heard) == 1 and "Moved to “Observation”" in heard[0] and work.short_name in heard[0]
    focused = page.evaluate("document.activeElement.closest('.card')?.id")
    shown = page.locator(f"#{card}").is_visible()
    assert (focused == card) if shown else (focused is None or focused.startswith("card-"))
    one.look()

    page.locator("#board-answer").get_by_role("button", name="Undo").click()
    expect(page.locator("#board-answer")).to_contain_text("Moved to “Waiting to start”")
    expect(page.locator(f"#{card} button.card__move")).to_contain_text("to Observation")
    assert page.evaluate("scrollY") == pytest.approx(before, abs=2)
    expect(page.locator("#board-answer").get_by_role("button", name="Undo")).to_have_count(0)
    page.wait_for_function("(id) => document.activeElement.closest('.card')?.id === id", arg=card)
    page.keyboard.press("Escape")
    expect(page.locator("#board-answer")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_refusal_is_in_sight_and_heard_where_the_page_stays(
    walker: Callable[..., Walker], served: Server, width: int, height: int
) -> None:
    work = begin_work(served, *next(PUPILS))
    first, second = walker(width=width, height=height), walker()
    page, other = open_board(first, work), open_board(second, work)
    card = card_of(page, work)
    other.locator(f"#{card} button.card__move").click()
    expect(other.locator("#board-answer")).to_contain_text("Moved to “Observation”")
    before = scrolled_to(page, card)
    page.evaluate(LISTEN)
    with page.expect_response(lambda answer: "/board/" in answer.url):
        page.locator(f"#{card} button.card__move").click()
    page.wait_for_function(SETTLED)
    assert page.evaluate("scrollY") == pytest.approx(before, abs=2)
    assert page.evaluate(IN_SIGHT, "#board-answer")
    heard = page.evaluate("window.heard")
    assert len(heard) == 1 and "Somebody else changed this" in heard[0]
    assert "is now in “Observation”" in heard[0]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_without_scripts_the_page_opens_at_the_card_with_the_answer_in_sight(
    walker: Callable[..., Walker], served: Server, width: int, height: int
) -> None:
    work = begin_work(served, *next(PUPILS))
    one = walker(javascript=False, width=width, height=height)
    page = open_board(one, work)
    card = card_of(page, work)
    page.locator(f"#{card} button.card__move").click()
    answer = page.get_by_role("status").filter(has_text="Moved to “Observation”.").first
    expect(answer).to_be_visible()
    expect(answer).to_be_in_viewport(ratio=1)
    assert page.url.endswith(f"#{card}")
    if page.locator(f"#{card}").is_visible():
        expect(page.locator(f"#{card}")).to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1280, 420), (320, 256)])
@pytest.mark.parametrize("address", ["/board/", "/impact/?year=all"])
def test_nothing_that_stays_in_sight_covers_the_focus(
    walker: Callable[..., Walker], served: Server, address: str, width: int, height: int
) -> None:
    begin_work(served, *next(PUPILS))
    one = walker(width=width, height=height)
    sign_in(one, "Alex Moran")
    one.go(address)
    page = one.page
    covered = []
    for key in (*["Tab"] * 90, *["Shift+Tab"] * 60):
        page.keyboard.press(key)
        if words := page.evaluate(COVERED):
            covered.append((key, words))
    assert covered == []


def test_at_400_percent_nothing_of_the_chart_is_pinned(walker: Callable[..., Walker], work: Work) -> None:
    one = walker(width=320, height=256)
    sign_in(one, "Alex Moran")
    one.go("/impact/?year=all")
    pinned = """() => [...document.querySelectorAll('.chart *')].filter(
      (one) => getComputedStyle(one).position === 'sticky').length"""
    assert one.page.evaluate(pinned) == 0
    assert one.page.evaluate(
        "document.querySelector('.chart').clientHeight > 1000 || "
        "document.querySelector('.chart').scrollHeight <= "
        "document.querySelector('.chart').clientHeight + 2"
    )
