"""Signing in and moving a card with the keyboard only."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from portal.config import DEMONSTRATION_PASSWORD
from tests.journeys.conftest import Walker
from tests.journeys.work import Work

MOST_TABS = 60
NAME_OF_FOCUSED = "(document.activeElement.innerText || '').replace(/\\s+/g, ' ').trim()"


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus reads like this."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_OF_FOCUSED) == name:
            return
    raise AssertionError(f"{MOST_TABS} times Tab did not reach “{name}”")


def test_sign_in_and_move_a_card(walker: Callable[..., Walker], work: Work) -> None:
    one = walker()
    page = one.page
    one.go("/sign-in?next=/board/")
    tab_to(page, "Skip to the main part")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("worker.one@demo.example")
    page.keyboard.press("Tab")
    page.keyboard.type(DEMONSTRATION_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")

    tab_to(page, f"Move on {work.short_name} to Observation")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").filter(has_text="Moved to “Observation”").first).to_be_visible()
    expect(page.get_by_role("button", name=f"Move on {work.short_name} to Plan")).to_be_visible()
    # The card went to another column; the focus is not thrown back to the top of the page.
    page.wait_for_function("document.activeElement !== document.body")
