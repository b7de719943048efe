"""A referral that was sent is completed by the school; a parent is typed once and asked; a return with a blank."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from portal.extensions import db
from portal.referrals import operations, queries, rules
from tests.builders_referrals import PAGES
from tests.journeys.conftest import Walker
from tests.journeys.story import ASH, ASH_HEAD, COORDINATOR, WORKER, enter_family, follow, press, sign_in, titled, told
from tests.journeys.test_scripts_that_fail import in_portal
from tests.journeys.work import Work, actor, begin_work, person
from tests.serving import Server

MOTHER = "Amina Tarrow"


def _sent(work: Work) -> None:
    """The draft is written, all but the family."""
    referral = queries.referral_for(actor(person("senco.ash")), work.draft)
    for key in ("pupil", "concern", "needs", "agencies", "support", "referrer", "safety"):
        page = PAGES.get(key) or rules.SafetyPage(not_alone=False)
        operations.save_page(actor(person("senco.ash")), referral, key, page, opened_with=0, knows_alike=True)
    db.session.flush()


@pytest.mark.parametrize("javascript", [True, False])
def test_completed_later_and_typed_once(walker: Callable[..., Walker], served: Server, javascript: bool) -> None:
    work = begin_work(served, "Tam" if javascript else "Wren", "Tarrow")
    in_portal(served, lambda: _sent(work))
    school, head, coordinator = (walker(javascript=javascript) for _ in range(3))
    sign_in(school, ASH)
    sign_in(head, ASH_HEAD)
    sign_in(coordinator, COORDINATOR)
    here = f"/referrals/{work.draft}"
    _names_the_mother_and_sends(school, here)
    head.go(here)
    press(head.page, "Approve and submit")

    # The rest follows.
    school.go(here)
    school.look()
    follow(school.page, "Add pages or files")
    titled(school.page, "Add to this referral")
    school.look()
    follow(school.page, "Attendance and exclusions")
    school.page.get_by_label("Attendance in percent").fill("71.5")
    school.look()
    school.page.get_by_role("button", name="Send this to the service").last.click()
    told(school.page, "Added. The service has it")
    coordinator.go("/referrals/")
    row = coordinator.page.get_by_role("row").filter(has_text=work.draft)
    expect(row).to_contain_text("Added to since sent")
    coordinator.go(here)
    new = coordinator.page.get_by_role("region", name="New since")
    expect(new).to_contain_text("71.5")
    coordinator.look()
    follow(coordinator.page, "Compare with what was sent")
    expect(coordinator.page.get_by_role("main")).to_contain_text("71.5")

    # A return with a question that nobody can answer.
    coordinator.go(f"{here}/steps/return")
    coordinator.page.get_by_text("Needs and strengths", exact=True).click()
    coordinator.page.get_by_label("Strengths and interests").check()
    press(coordinator.page, "Return with these questions")
    school.go(f"{here}/answer")
    school.page.get_by_role("button", name="Send the answers").click()
    expect(school.page.get_by_role("alert").filter(has_text=rules.NOT_KNOWN).first).to_be_visible()
    school.look()
    school.page.get_by_label(f"{rules.NOT_KNOWN}: Strengths and interests").check()
    school.page.get_by_role("button", name="Send the answers").click()
    told(school.page, "Your answers are sent.")
    coordinator.go(here)
    expect(coordinator.page.get_by_text("The school does not know.")).to_be_visible()


def _names_the_mother_and_sends(school: Walker, here: str) -> None:
    page = school.page
    school.go(f"{here}/form/family")
    enter_family(page)
    parent = page.get_by_role("group", name="Parent or carer 1")
    parent.get_by_label("Name", exact=True).fill(MOTHER)
    parent.get_by_label("Phone", exact=True).fill("07700 900471")
    parent.get_by_label("Text message").check()
    school.look()
    page.get_by_role("button", name="Save and continue").last.click()
    page.wait_for_url(lambda address: "/form/family" not in address)
    school.go(f"{here}/check")
    follow(page, "Choose who approves it")
    page.get_by_label(ASH_HEAD).check()
    press(page, "Send for approval")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_parent_is_asked_whose_name_was_typed_in_the_referral(
    walker: Callable[..., Walker], served: Server, javascript: bool
) -> None:
    """“No one can be asked” leads to the contacts, and from there back to asking."""
    work = begin_work(served, "Bim" if javascript else "Cleo", "Sorrel")
    one = walker(javascript=javascript)
    sign_in(one, WORKER)
    one.go(f"/cases/{work.case}/feedback/family/new")
    expect(one.page.get_by_text("No one can be asked yet")).to_be_visible()
    one.look()
    follow(one.page, "Add or correct contacts")
    titled(one.page, "Contacts")
    one.look()
    follow(one.page, "Add a contact")
    one.page.get_by_label("Name", exact=True).fill(MOTHER)
    one.page.get_by_label("Who they are to the pupil").select_option(label="Mother")
    one.page.get_by_label("Phone", exact=True).fill("07700 900472")
    one.page.get_by_label("Text message").check()
    press(one.page, "Add contact")
    titled(one.page, "Ask the family how it went")
    expect(one.page.get_by_role("radio", name=MOTHER)).to_be_visible()
