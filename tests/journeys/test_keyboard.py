"""Ten journeys with the keyboard only: the focus is always to be seen, and nothing covers it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal.accounts.operations.sessions import open_session
from portal.accounts.queries import actor_of
from portal.config import DEMONSTRATION_PASSWORD
from portal.policy import Role
from portal.referrals.operations import take_step
from tests import builders_cases as cases
from tests import builders_families as families
from tests import builders_referrals as referrals
from tests import people
from tests.journeys.conftest import Walker
from tests.journeys.work import Work
from tests.tablets import Tablets, tablets

MOST_TABS = 90
FOCUSED = """() => {
  const one = document.activeElement
  const label = one.labels?.[0]
  const words = label?.innerText || one.getAttribute('aria-label') || one.innerText || ''
  const box = one.getBoundingClientRect()
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20))
  const drawn = [one, label, one.nextElementSibling, one.closest('label')].filter(Boolean).some((part) =>
    [null, '::before', '::after'].some((piece) => {
      const style = getComputedStyle(part, piece)
      return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
    }))
  return {
    name: words.replace(/\\s+/g, ' ').trim(),
    drawn,
    clear: Boolean(top) && (one.contains(top) || top.contains(one) || Boolean(label?.contains(top))),
    body: one === document.body,
  }
}"""


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus reads like this; wherever it stops on the way, the focus can be seen."""
    seen = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        seen.append(focused["name"][:40])
        if not focused["body"]:
            assert focused["drawn"], f"no focus to be seen at “{focused['name']}”"
            assert focused["clear"], f"“{focused['name']}” is covered, or out of sight"
        if focused["name"] == name or (name.endswith("…") and focused["name"].startswith(name[:-1])):
            return
    raise AssertionError(f"{MOST_TABS} times Tab did not reach “{name}”: {seen}")


def enter(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("keyboard")) as served:
        yield served


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 720})
    made.set_default_timeout(15_000)
    yield made
    made.close()


def opened(portal: Tablets, context: BrowserContext, who: str, path: str) -> Page:
    """A page of somebody of the world who is signed in."""
    with portal.unit():
        token = open_session(getattr(portal.people(), who), second_factor=True)
    context.add_cookies([{"name": "portal", "value": portal.cookie(token=token), "url": portal.address}])
    page = context.new_page()
    page.goto(portal.address + path)
    return page


def told(page: Page, words: str) -> None:
    expect(page.locator(".app-flash__words").filter(has_text=words)).to_be_visible()


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


def test_a_page_of_a_referral(portal: Tablets, context: BrowserContext) -> None:
    with portal.unit():
        world = portal.people()
        reference = referrals.draft(world.senco, world.primary).reference
    page = opened(portal, context, "senco", f"/referrals/{reference}/form/support")
    tab_to(page, "What …")
    page.keyboard.type("Somebody to watch two lessons")
    enter(page, "Save and continue")
    expect(page).not_to_have_url(f"{portal.address}/referrals/{reference}/form/support")


def test_a_head_approves(portal: Tablets, context: BrowserContext) -> None:
    with portal.unit():
        world = portal.people()
        line = referrals.service_line("Asks the head", asks_head=True)
        head = people.person("Helen Head", Role.HEAD, school_id=world.ash.id)
        waiting = referrals.written(world.senco, line)
        reference = take_step(actor_of(world.senco.id), waiting, "send_for_approval").reference
        token = open_session(head, second_factor=True)
    context.add_cookies([{"name": "portal", "value": portal.cookie(token=token), "url": portal.address}])
    page = context.new_page()
    page.goto(f"{portal.address}/referrals/{reference}")
    enter(page, "Approve and submit")
    expect(page.get_by_role("main")).to_contain_text("Approved by the school and sent to the service")


def test_a_coordinator_decides(portal: Tablets, context: BrowserContext) -> None:
    with portal.unit():
        world = portal.people()
        reference = referrals.submitted(world.senco, referrals.service_line()).reference
    page = opened(portal, context, "coordinator", f"/referrals/{reference}")
    enter(page, "Decide")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Decide")
    tab_to(page, "Outreach")
    page.keyboard.press("Space")
    tab_to(page, "Reason")
    page.keyboard.type("The school has done what it can")
    enter(page, "Record the decision")
    told(page, "The decision is recorded.")


def case_of(portal: Tablets) -> str:
    with portal.unit():
        return cases.case(portal.people()).reference


def test_a_visit_is_logged(portal: Tablets, context: BrowserContext) -> None:
    reference = case_of(portal)
    page = opened(portal, context, "worker", f"/visits/?about={reference}")
    tab_to(page, "Kind of work")
    page.keyboard.press("ArrowDown")
    tab_to(page, "30 min")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    enter(page, "Log visit")
    told(page, "Visit logged.")


def test_a_measure_is_recorded(portal: Tablets, context: BrowserContext) -> None:
    page = opened(portal, context, "worker", f"/cases/{case_of(portal)}/assessments")
    tab_to(page, "Add a …")
    page.keyboard.press("ArrowDown")
    enter(page, "Continue")
    expect(page.get_by_role("button", name="Record the reading")).to_be_visible()
    tab_to(page, "Reading…")
    page.keyboard.type("38")
    enter(page, "Record the reading")
    told(page, "recorded")


def test_somebody_is_invited(portal: Tablets, context: BrowserContext) -> None:
    page = opened(portal, context, "coordinator", "/people/")
    enter(page, "Invite somebody")
    page.wait_for_url("**/people/invite")
    tab_to(page, "Name")
    page.keyboard.type("Nia New")
    tab_to(page, "Work e-mail address")
    page.keyboard.type("nia.new@service.example")
    tab_to(page, "Role")
    page.keyboard.type("Outreach")
    enter(page, "Make the invitation")
    expect(page.get_by_label("One-time link")).to_be_visible()


def test_a_setting_is_changed(portal: Tablets, context: BrowserContext) -> None:
    page = opened(portal, context, "coordinator", "/settings/")
    tab_to(page, "Name of the service…")
    page.keyboard.type("Outreach for all")
    enter(page, "Save…")
    told(page, "Settings saved.")


def test_a_family_answers(portal: Tablets, context: BrowserContext) -> None:
    with portal.unit():
        world = portal.people()
        case = cases.case(world)
        token = families.linked(world, case, families.parent(case)).token
    page = context.new_page()
    page.goto(f"{portal.address}/f/{token}")
    enter(page, "Start")
    page.wait_for_url("**/f/form/**")
    first = page.url
    tab_to(page, "Yes, always")
    page.keyboard.press("Space")
    enter(page, "Next")
    expect(page).not_to_have_url(first)


def test_a_child_answers_on_a_tablet(portal: Tablets, context: BrowserContext) -> None:
    portal.hand_over(context)
    page = context.new_page()
    page.goto(f"{portal.address}/voice/tablet")
    page.wait_for_selector("[data-ready]")
    enter(page, "Start")
    page.locator("[data-screen=question][data-at='0']").wait_for()
    for at in (0, 1):
        enter(page, "I do not know")
        page.locator(f"[data-screen=question][data-at='{at + 1}']").wait_for()
