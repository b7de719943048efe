"""A family on its phone: from the link to “Send”, in every language, with a voice and without scripts."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from portal.accounts.queries import actor_of
from portal.app import create_app
from portal.cases.models import Case
from portal.cases.operations.clocks import first_worker_id
from portal.config import from_environment
from portal.extensions import db
from portal.feedback import operations, rules
from portal.kernel.database import mode
from tests import builders_families as families
from tests.journeys.conftest import WCAG, Walker
from tests.journeys.work import Work
from tests.serving import Server, environment

SPY = """
window.spoken = [];
class Said { constructor(text) { this.text = text } }
window.SpeechSynthesisUtterance = Said;
Object.defineProperty(window, 'speechSynthesis', { value: {
  speak(one) { window.spoken.push([one.text, one.lang]) }, cancel() {}, getVoices() { return VOICES },
} });
"""
POLISH_VOICE = SPY.replace("VOICES", "[{ lang: 'pl-PL', localService: true }]")
NO_VOICE = SPY.replace("VOICES", "[]")
SPY = SPY.replace(
    "VOICES", "['en-GB', 'pl-PL', 'ur-PK', 'ro-RO', 'cy-GB'].map((lang) => ({ lang, localService: true }))"
)
LARGE = 72


@pytest.fixture(scope="module")
def links(served: Server, work: Work) -> list[str]:
    """Tokens for four parents of one piece of work; all languages are offered."""
    app = create_app(from_environment(environment(served.folder)))
    with app.app_context(), mode("write"):
        made = _links(re.sub(r".*(C-[0-9-]+).*", r"\1", work.case))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return made


def _links(reference: str) -> list[str]:
    families.offer_languages()
    case = db.session.scalars(db.select(Case).where(Case.reference == reference)).one()
    worker = actor_of(first_worker_id(case) or 0)
    tokens = []
    for name in ("Rosa Bell", "Ali Bell", "Kim Bell", "Sam Bell"):
        asking = rules.Asking(families.parent(case, name).id, rules.FamilyMoment.END, rules.Channel.TEXT)
        made = operations.new_secrets()
        operations.renew(worker, case, operations.invite_family(worker, case, asking), made)
        tokens.append(made.token)
    return tokens


def press(page: Page, name: str = "Next") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def sound(page: Page) -> None:
    """Nothing sticks out sideways, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def large(page: Page) -> None:
    """Every choice and button is at least 72 px high, as wide as a thumb goes, with gaps of 8 px and more."""
    boxes = page.locator(".family__choice, .family__button").evaluate_all(
        "all => all.map(one => { const b = one.getBoundingClientRect(); return [b.top, b.bottom, b.width] })"
    )
    assert len(boxes) >= 2
    assert all(bottom - top >= LARGE and width >= 250 for top, bottom, width in boxes)
    assert all(after[0] - before[1] >= 8 for before, after in zip(boxes, boxes[1:], strict=False))


def test_from_the_link_to_thanks_on_a_phone(walker: Callable[..., Walker], links: list[str]) -> None:
    one = walker(width=320, height=640)
    page = one.page
    page.add_init_script(SPY)
    one.go(f"/f/{links[0]}")
    one.look()
    expect(page.get_by_role("heading", name="Who reads this")).to_be_visible()
    page.get_by_role("button", name="Listen").click()
    spoken = [words for words, _ in page.evaluate("window.spoken")]
    hint = "The people who worked with you will then see nothing of what you say."
    assert spoken[2:6:3] == ["Who reads this", hint]
    assert {"Only the manager reads my words", "Is a child in danger now?"} < set(spoken)
    press(page, "Start")
    for question, choice in (
        ("Did you feel listened to?", "Yes, always"),
        ("Did our help make things better at home?", "Yes, a little"),
        ("What has changed for your child?", "Some things have become better"),
        ("How was the way our help ended?", "Not good"),
        ("How long our help lasted: was it right?", "Too short"),
        ("Would you want help like this again?", "I would rather not say"),
    ):
        expect(page.get_by_role("heading", name=question)).to_be_visible()
        one.look()
        large(page)
        page.get_by_text(choice, exact=True).click()
        press(page)
    page.get_by_label("What was good?").fill("You came back when you said you would.")
    one.look()
    press(page)
    one.look()
    press(page, "Back")
    expect(page.get_by_label("What was good?")).to_have_value("You came back when you said you would.")
    press(page)
    press(page)
    page.get_by_text("Yes", exact=True).click()
    one.look()
    press(page)
    one.look()
    large(page)
    page.get_by_role("link", name="Change").first.click()
    expect(page.get_by_label("Yes, always")).to_be_checked()
    page.get_by_role("button", name="Listen").click()
    spoken = page.evaluate("window.spoken")
    assert spoken[0] == ["Did you feel listened to?", "en-GB"]
    assert ["Yes, mostly", "en-GB"] in spoken
    page.get_by_text("Partly", exact=True).click()
    press(page)
    expect(page.get_by_text("Partly", exact=True)).to_be_visible()
    press(page, "Send my answers")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    one.look()
    one.go(f"/f/{links[0]}")
    expect(page.get_by_role("heading", name="Your answers have arrived")).to_be_visible()
    one.look()


@pytest.mark.parametrize(("code", "direction"), [("pl", "ltr"), ("ur", "rtl"), ("ro", "ltr"), ("cy", "ltr")])
def test_every_language_reads_right(walker: Callable[..., Walker], links: list[str], code: str, direction: str) -> None:
    one = walker(width=390, height=844)
    page = one.page
    page.add_init_script(SPY)
    one.go(f"/f/{links[1]}?language={code}&large=1")
    sound(page)
    assert page.locator("html").get_attribute("dir") == direction
    page.locator(".family__button").click()
    page.wait_for_load_state()
    sound(page)
    large(page)
    page.locator("[data-listen]").click()
    spoken = page.evaluate("window.spoken")
    assert len(spoken) == 8
    assert {lang.partition("-")[0] for _, lang in spoken} == {code}
    page.locator("label.family__choice").first.click()
    page.locator(".family__button").first.click()
    one.go("/f/form/check")
    sound(page)
    large(page)


def test_without_scripts(walker: Callable[..., Walker], links: list[str]) -> None:
    one = walker(javascript=False, width=390, height=844)
    page = one.page
    one.go(f"/f/{links[2]}")
    one.look()
    expect(page.get_by_role("button", name="Listen")).to_have_count(0)
    page.get_by_label("Only the manager reads my words").check()
    press(page, "Start")
    page.get_by_label("Not at all").check()
    one.look()
    for _ in range(8):
        press(page)
    one.look()
    who = page.get_by_role("link", name="Change").last
    expect(page.locator(".family__row").last).to_contain_text("Yes")
    who.click()
    expect(page.get_by_role("heading", name="Only the manager reads my words")).to_be_visible()
    expect(page.get_by_label("Yes", exact=True)).to_be_checked()
    one.look()
    press(page)
    expect(page.locator(".family__row").last).to_contain_text("Yes")
    press(page, "Send my answers")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_listen_is_there_only_for_a_language_that_the_device_speaks(
    walker: Callable[..., Walker], links: list[str]
) -> None:
    one = walker(width=320, height=640)
    page = one.page
    page.add_init_script(POLISH_VOICE)
    one.go(f"/f/{links[3]}?language=pl")
    expect(page.locator("[data-listen]")).to_be_visible()
    page.get_by_label("Moje słowa czyta tylko kierownik").check()
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.get_by_role("heading", name="How was it for you?")).to_be_visible()
    expect(page.locator("[data-listen]")).to_be_hidden()
    expect(page.get_by_label("Only the manager reads my words")).to_be_checked()
    page.get_by_label("Only the manager reads my words").press("Enter")
    expect(page.get_by_role("heading", name="Did you feel listened to?")).to_be_visible()
    press(page, "Back")
    expect(page.get_by_label("Only the manager reads my words")).to_be_checked()
    one.look()
    one.go("/f/")
    one.look()
    one.go("/f/a/b")
    one.look()
