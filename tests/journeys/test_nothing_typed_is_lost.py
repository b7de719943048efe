"""Signal lost while somebody types, a session that ends before Save, two people in one draft: nothing typed is lost."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Walker
from tests.journeys.story import ASH, ASH_HEAD, press, sign_in
from tests.journeys.work import Work

SUPPORT = "What support do you want?"
CHANGE = "What should change?"


def said(page: Page):
    return page.locator("[data-autosave-said]")


def test_signal_lost_in_the_middle_of_typing(walker: Callable[..., Walker], work: Work) -> None:
    one = walker()
    sign_in(one, ASH)
    one.go(f"/referrals/{work.draft}/form/support")
    one.page.get_by_label(SUPPORT).press_sequentially("Somebody to watch")
    expect(said(one.page)).to_contain_text("Saved a moment ago")

    one.context.set_offline(True)
    one.page.get_by_label(SUPPORT).press_sequentially(" two lessons")
    expect(said(one.page)).to_contain_text("Not saved yet: no connection. Keep this page open.")
    press(one.page, "Save and continue")  # without a connection the page stays as it is
    expect(one.page.get_by_label(SUPPORT)).to_have_value("Somebody to watch two lessons")
    assert one.page.evaluate("localStorage.length + sessionStorage.length") == 0
    one.look()

    one.context.set_offline(False)
    expect(said(one.page)).to_contain_text("Saved a moment ago")
    one.page.close()  # the browser is closed without Save

    one.page = one.context.new_page()
    one.go(f"/referrals/{work.draft}/form/support")
    expect(one.page.get_by_role("heading", name="What you typed is here and not saved yet")).to_be_visible()
    expect(one.page.get_by_label(SUPPORT)).to_have_value("Somebody to watch two lessons")
    one.look()
    press(one.page, "Save and go back to the list")
    one.go(f"/referrals/{work.draft}/form/support")
    expect(one.page.get_by_role("heading", name="What you typed is here")).to_have_count(0)
    expect(one.page.get_by_label(SUPPORT)).to_have_value("Somebody to watch two lessons")


def test_the_last_words_before_leaving_the_page_are_kept(walker: Callable[..., Walker], work: Work) -> None:
    one = walker()
    sign_in(one, ASH)
    one.go(f"/referrals/{work.draft}/form/concern")
    one.page.get_by_label("What is your concern?").fill("Leaves lessons")
    one.page.get_by_role("link", name="All pages").click()  # sooner than anything was sent
    expect(one.page.get_by_role("heading", level=1)).to_contain_text("Your referral")
    kept = one.page.get_by_text("What you typed there is not saved yet")
    for _ in range(10):  # the words may arrive after the page that was asked for
        one.page.reload()
        if kept.count():
            break
    expect(kept).to_be_visible()
    one.page.get_by_role("link", name="Your concern").last.click()
    expect(one.page.get_by_label("What is your concern?")).to_have_value("Leaves lessons")
    one.page.get_by_text("Go back to what was saved").click()
    press(one.page, "Give up what I typed")
    expect(one.page.get_by_label("What is your concern?")).to_have_value("")


def test_the_session_ended_before_save(walker: Callable[..., Walker], work: Work) -> None:
    here, elsewhere = walker(), walker()
    for one in (here, elsewhere):
        sign_in(one, ASH)
    here.go(f"/referrals/{work.draft}/form/agencies")
    here.page.get_by_label("Lead professional").press_sequentially("Jo Park")
    expect(said(here.page)).to_contain_text("Saved a moment ago")
    elsewhere.go("/me")
    press(elsewhere.page, "Sign out everywhere")
    here.page.get_by_label("Lead professional").press_sequentially(", Torbay")
    expect(said(here.page)).to_contain_text("you have been signed out")
    press(here.page, "Save and continue")
    expect(here.page.get_by_role("heading", level=1)).to_have_text("You have been signed out")
    expect(here.page.get_by_text("Jo Park, Torbay")).to_be_visible()
    # Somebody who closes that page instead of signing in beside it finds what was kept before the session ended.
    sign_in(here, ASH)
    here.go(f"/referrals/{work.draft}/form/agencies")
    expect(here.page.get_by_label("Lead professional")).to_have_value("Jo Park")


def test_two_people_in_one_draft(walker: Callable[..., Walker], work: Work) -> None:
    first, second = walker(), walker()
    for one, name in ((first, ASH), (second, ASH_HEAD)):
        sign_in(one, name)
        one.go(f"/referrals/{work.draft}/form/needs")
    first.page.get_by_label("The need in your words").press_sequentially("Loud rooms")
    expect(said(first.page)).to_contain_text("Saved a moment ago")
    second.page.get_by_label("The need in your words").press_sequentially("Changes of plan")
    expect(second.page.locator("[data-others]")).to_contain_text(f"{ASH} is also working on this page")
    press(first.page, "Save and go back to the list")
    expect(first.page.get_by_role("heading", level=1)).to_contain_text("Your referral")
    second.page.close()

    second.page = second.context.new_page()
    second.go(f"/referrals/{work.draft}/form/needs")
    expect(second.page.get_by_text("A colleague has saved this page since")).to_be_visible()
    expect(second.page.get_by_label("The need in your words")).to_have_value("Changes of plan")
    press(second.page, "Save and continue")
    expect(second.page.get_by_role("heading", level=1)).to_have_text("Somebody else changed this first")
    expect(second.page.get_by_text("Loud rooms")).to_be_visible()
    expect(second.page.get_by_text("Changes of plan")).to_be_visible()
    second.look()
