"""Two people change one thing, and a session ends while somebody types: nothing typed is lost."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import Walker
from tests.journeys.story import ASH, ASH_HEAD, press, sign_in
from tests.journeys.work import Work


def test_the_second_of_two_editors_sees_both_texts(walker: Callable[..., Walker], work: Work) -> None:
    first, second = walker(), walker()
    for one, name in ((first, ASH), (second, ASH_HEAD)):
        sign_in(one, name)
        one.go(f"/pupils/{work.pupil_id}/edit")
    first.page.get_by_label("Diagnosis").fill("Autism, assessed in May")
    second.page.get_by_label("Diagnosis").fill("Waiting for the assessment")
    press(first.page, "Save")
    expect(first.page.get_by_text("Autism, assessed in May").first).to_be_visible()

    press(second.page, "Save")

    expect(second.page.get_by_role("heading", level=1)).to_have_text("Somebody else changed this first")
    expect(second.page.get_by_text("Autism, assessed in May")).to_be_visible()
    expect(second.page.get_by_text("Waiting for the assessment")).to_be_visible()
    second.look()
    press(second.page, "Save mine over it")
    expect(second.page.get_by_text("Waiting for the assessment").first).to_be_visible()


def test_what_was_typed_outlives_the_session(walker: Callable[..., Walker], work: Work) -> None:
    here, elsewhere = walker(), walker()
    for one in (here, elsewhere):
        sign_in(one, ASH)
    here.go(f"/referrals/{work.draft}/form/support")
    here.page.get_by_label("What support do you want?").fill("Somebody to watch two lessons.")
    elsewhere.go("/me")
    press(elsewhere.page, "Sign out everywhere")
    expect(elsewhere.page.get_by_role("heading", level=1)).to_have_text("Sign in")

    press(here.page, "Save and go back to the list")

    expect(here.page.get_by_role("heading", level=1)).to_have_text("You have been signed out")
    expect(here.page.get_by_text("Somebody to watch two lessons.")).to_be_visible()
    here.look()
    with here.context.expect_page() as opened:
        here.page.get_by_role("link", name="Sign in in another tab").click()
    opened.value.get_by_role("button", name=f"Sign in as {ASH}").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("What waits for you")
    press(here.page, "Send it again")
    expect(here.page.get_by_role("heading", level=1)).to_contain_text("Your referral")
    here.go(f"/referrals/{work.draft}/form/support")
    expect(here.page.get_by_label("What support do you want?")).to_have_value("Somebody to watch two lessons.")
