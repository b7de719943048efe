"""A child asks to talk; an open page of the safeguarding lead says so; she reads, calls, records, closes, and finds it
again from the case."""

from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from portal.accounts.models import Person
from portal.accounts.operations.sessions import open_session
from portal.extensions import db
from portal.kernel.audit import record
from portal.policy import Role
from portal.voice.rules.questions import Moment
from tests import people
from tests.journeys.test_tablet import opened, wish
from tests.tablets import Tablets, tablets

A_MINUTE = 60


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("wish")) as served:
        yield served


def signed_in(portal: Tablets, chromium: Browser, person_id: int, width: int = 1280) -> BrowserContext:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    with portal.unit():
        token = open_session(db.session.get_one(Person, person_id), second_factor=True)
    context.add_cookies([{"name": "portal", "value": portal.cookie(token=token), "url": portal.address}])
    return context


def test_from_the_tablet_to_an_open_page_and_back_from_the_case(portal: Tablets, chromium: Browser) -> None:
    tablet = opened(portal, chromium, Moment.HELP)
    with portal.unit():
        lead_id = people.person("Safe Lead", Role.SAFEGUARDING).id
        school = db.session.merge(portal.world.ash)
        school.telephone, school.dsl_name, school.dsl_telephone = "01632 960 001", "Di Lead", "01632 960 002"
        record(None, "school changed", school)
    staff = signed_in(portal, chromium, lead_id)
    pages = [staff.new_page(), staff.new_page()]  # two open pages, neither of which is loaded again
    pages[0].goto(f"{portal.address}/board/")
    pages[1].goto(f"{portal.address}/schools/")
    line = pages[1].locator("#alerts")
    expect(line).to_have_text("")

    tablet.get_by_role("button", name="Start").click()
    wish(tablet)
    began = monotonic()
    for page in pages:
        expect(page.locator("#alerts")).to_contain_text("A child wants to talk to someone", timeout=A_MINUTE * 1_000)
    assert monotonic() - began < A_MINUTE
    expect(line).to_have_attribute("aria-live", "assertive")
    assert "Maya" not in line.inner_text()
    tablet.locator("[data-screen=talk]").get_by_role("button", name="Carry on").click()
    tablet.get_by_role("button", name="I do not know").click()
    tablet.locator(".tablet__card[data-at='1']").get_by_role("button", name="Stop").click()
    with tablet.expect_response("**/voice/deliver"):
        tablet.get_by_role("button", name="Keep it").click()
        tablet.get_by_role("button", name="Done").click()

    page = pages[1]
    page.get_by_role("link", name="Read it now").click()
    expect(page.get_by_role("heading", name="What the child said in this turn")).to_be_visible()
    expect(page.get_by_text("Not read yet")).to_be_visible()
    expect(page.get_by_role("link", name="01632 960 002")).to_have_attribute("href", "tel:01632960002")
    expect(page.get_by_role("button", name="Close it")).to_have_count(0)
    page.get_by_role("button", name="I have read this").click()
    page.get_by_label("What you did").fill("I rang Di Lead at the school.")
    page.get_by_role("button", name="Record what you did").click()
    expect(page.locator(".talk-deeds")).to_contain_text("I rang Di Lead at the school.")
    page.get_by_label("What was done in the end").fill("Di Lead talked to the child at lunch.")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("This is closed.")).to_be_visible()
    expect(page.locator("#alerts")).to_have_text("")

    page.get_by_role("link", name="Open the case").click()
    page.get_by_role("link", name="The child's own voice").first.click()
    page.get_by_role("link", name="Asked to talk").click()
    expect(page.locator(".talk-deeds")).to_contain_text("Di Lead talked to the child at lunch.")
    expect(pages[0].locator("#alerts")).to_have_text("", timeout=A_MINUTE * 1_000)
    for context in (tablet.context, staff):
        context.close()
