"""A question about practice: asked, looked at once more, answered, written again, and made into a referral."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Walker
from tests.journeys.story import ASH, COORDINATOR, WORKER, follow, menu, press, sign_in, titled, told

QUESTION = "A pupil in Year 5 leaves the room several times a day. How do we agree on a way out that is safe?"


@pytest.mark.parametrize(
    "javascript", [True, pytest.param(False, marks=pytest.mark.in_trial)], ids=["with JavaScript", "without"]
)
def test_a_question_is_answered_and_becomes_a_referral(walker: Callable[..., Walker], javascript: bool) -> None:
    subject = f"Leaving the room, {'first' if javascript else 'second'} class"
    school = walker(javascript=javascript)
    sign_in(school, ASH)
    _ask(school, subject)
    coordinator = walker(javascript=javascript)
    sign_in(coordinator, COORDINATOR)
    _give_to_worker(coordinator, subject)
    worker = walker(javascript=javascript, width=320)
    sign_in(worker, WORKER)
    _answer(worker, subject)
    _write_again_and_refer(school, subject)


def _ask(walker: Walker, subject: str) -> None:
    page = walker.page
    page.goto(walker.address + "/advice/")
    walker.look()
    follow(page, "Ask a question")
    titled(page, "Ask a question")
    walker.look()
    press(page, "Send the question")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    walker.look()
    page.get_by_label("What is it about?").fill(subject)
    page.get_by_label("Your question").fill(QUESTION + " We call him Oakley.")
    page.get_by_label("What have you tried?").fill("A time-out card.")
    press(page, "Send the question")
    titled(page, "Look once more")
    expect(page.get_by_role("mark")).to_contain_text("Oakley")
    walker.look()
    press(page, "Change the words")
    expect(page.get_by_label("What have you tried?")).to_have_value("A time-out card.")
    page.get_by_label("Your question").fill(QUESTION)
    press(page, "Send the question")
    titled(page, subject)
    told(page, "Your question is with the service.")
    walker.look()


def _open(page: Page, walker: Walker, subject: str, show: str) -> None:
    page.goto(f"{walker.address}/advice/?show={show}")
    walker.look()
    follow(page, subject)
    titled(page, subject)


def _give_to_worker(walker: Walker, subject: str) -> None:
    page = walker.page
    menu(page, "Advice")
    _open(page, walker, subject, "waiting")
    walker.look()
    follow(page, "Change who answers")
    walker.look()
    page.get_by_label("Who answers").select_option(label=WORKER)
    press(page, "Save")
    expect(page.get_by_role("main")).to_contain_text(f"{WORKER} answers.")


def _answer(walker: Walker, subject: str) -> None:
    page = walker.page
    _open(page, walker, subject, "mine")
    walker.look()
    page.get_by_label("Write to the school").fill("Name one place, one adult and five minutes.")
    page.get_by_label("Minutes that it took").fill("25")
    press(page, "Send the answer")
    told(page, "Your answer is with the school.")
    expect(page.get_by_role("main")).to_contain_text("25 minutes of advice")
    walker.look()
    walker.go("/visits/")
    expect(page.get_by_role("main")).to_contain_text("dvice on the graduated response")


def _write_again_and_refer(walker: Walker, subject: str) -> None:
    page = walker.page
    _open(page, walker, subject, "")
    page.get_by_label("Write to the service").fill("We counted for three weeks. It is not less.")
    press(page, "Send")
    told(page, "Sent to the service.")
    thread = page.url
    follow(page, "Make a referral from this")
    walker.look()
    page.get_by_label("Primary").check()
    press(page, "Begin the referral")
    titled(page, "Your referral")
    told(page, "A referral is begun with what you wrote.")
    reference = re.search(r"R-\d{4}-\d{4}", page.url)
    assert reference
    page.get_by_role("link", name="Your concern", exact=True).last.click()
    concern = page.get_by_label("What is your concern?")
    expect(concern).to_have_value(re.compile(re.escape(f"From our question to the service, “{subject}”")))
    expect(concern).to_have_value(re.compile("It is not less"))
    page.goto(thread)
    follow(page, f"Referral {reference[0]}")
    walker.look()
    follow(page, subject)
    expect(page).to_have_url(re.compile(re.escape(thread.partition("#")[0])))
