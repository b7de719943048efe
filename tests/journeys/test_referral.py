"""A referral as a school lives it: begun, left and found again, filled from a file, complete, approved, returned,
answered, accepted, promised and begun. With JavaScript and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.builders_ctf import NAMES, ctf, pupil
from tests.builders_files import PDF
from tests.journeys.conftest import Walker
from tests.journeys.story import (
    ASH,
    ASH_HEAD,
    COORDINATOR,
    Story,
    choose,
    coordinator_decides,
    coordinator_opens_case,
    enter_family,
    enter_support,
    enter_visiting,
    follow,
    head_signs,
    menu,
    press,
    school_reads_decision,
    titled,
    told,
    worker_finds_case,
    worker_moves_card,
)

CONCERN = "Leaves the room when it is loud, and does not come back by himself."
UPNS = ("B801200005001", "H801200001001", "U801200002001")
OWN_QUESTION = "Who sees the pupil first in the morning?"
CHILD = {True: 1, False: 2}
"""Which pupil of the file each run is about; the first is a child whom other journeys know."""


@pytest.mark.parametrize("javascript", [True, pytest.param(False, marks=pytest.mark.in_trial)])
def test_from_the_first_word_to_the_start_of_the_work(walker: Callable[..., Walker], javascript: bool) -> None:
    names = NAMES[CHILD[javascript]]
    story = Story(lambda: walker(javascript=javascript), *names)

    _begins_and_closes_the_browser(story, javascript)
    _comes_back(story, javascript)
    _fills_it_from_a_file(story, CHILD[javascript])
    _fills_the_rest(story)
    _completes_the_checklist(story)
    _sends_it_to_the_head(story)
    _head_approves(story)
    _coordinator_asks(story)
    _school_answers(story)
    _coordinator_reads_what_changed(story)
    for chapter in (coordinator_decides, school_reads_decision, coordinator_opens_case, head_signs, worker_finds_case):
        chapter(story)
    worker_moves_card(story, "Observation")


def _begins_and_closes_the_browser(story: Story, javascript: bool) -> None:
    """With JavaScript nothing is pressed: what was typed is kept by itself."""
    walker = story.walker_of(ASH)
    page = walker.page
    follow(page, "Refer a pupil")
    page.get_by_label("Primary").check()
    press(page, "Begin")
    titled(page, "Your referral")
    story.referral = page.url.split("/")[-2]
    follow(page, "Your concern")
    if javascript:
        page.get_by_label("What is your concern?").press_sequentially(CONCERN)
        expect(page.locator("[data-autosave-said]")).to_contain_text("Saved a moment ago")
    else:
        page.get_by_label("What is your concern?").fill(CONCERN)
        press(page, "Save and go back to the list")
    page.context.close()
    del story.walkers[ASH]


def _comes_back(story: Story, javascript: bool) -> None:
    walker = story.walker_of(ASH)
    page = walker.page
    menu(page, "Referrals")
    page.get_by_role("listitem").filter(has_text=story.referral).get_by_role("link").first.click()
    titled(page, "Your referral")
    follow(page, "Your concern")
    expect(page.get_by_label("What is your concern?")).to_have_value(CONCERN)
    expect(page.get_by_role("heading", name="What you typed is here and not saved yet")).to_have_count(int(javascript))
    walker.look()
    press(page, "Save and go back to the list")


def _fills_it_from_a_file(story: Story, number: int) -> None:
    """First a file that breaks off, which is refused; then the file with several pupils, of whom one is looked for."""
    walker = story.walker_of(ASH)
    page = walker.page
    several = ctf(*(pupil(one, upn=upn) for one, upn in enumerate(UPNS)))
    follow(page, "Fill it in from a CTF")
    walker.look()
    page.get_by_label("CTF from your school's system").set_input_files(_file("broken.xml", several[:-400]))
    page.get_by_label("Which pupil?").fill(story.pupil)
    press(page, "Look in the file")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    expect(page.get_by_label("Which pupil?")).to_have_value(story.pupil)
    walker.look()
    page.get_by_label("CTF from your school's system").set_input_files(_file("whole.xml", several))
    press(page, "Look in the file")
    titled(page, "What would be taken")
    expect(page.get_by_text(UPNS[number])).to_be_visible()
    for other in set(UPNS) - {UPNS[number]}:
        expect(page.get_by_text(other)).to_have_count(0)
    walker.look()
    press(page, "Take what is ticked")
    titled(page, "Your referral")
    expect(page.get_by_role("main")).to_contain_text(story.pupil)
    walker.look()


def _file(name: str, content: bytes, kind: str = "text/xml") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def _fills_the_rest(story: Story) -> None:
    page = story.walker_of(ASH).page
    for title, fill in (
        ("The pupil", _pupil),
        ("The family", enter_family),
        ("Social care and agencies", _social_care),
        ("The support you want", enter_support),
        ("Visiting safely", enter_visiting),
        ("You and your head teacher", lambda page: page.get_by_label("Your role").fill("SENDCo")),
    ):
        _open(page, title)
        fill(page)
        press(page, "Save and go back to the list")
        titled(page, "Your referral")


def _social_care(page: Page) -> None:
    page.get_by_label("Social-care status").select_option(label="None known")


def _open(page: Page, title: str) -> None:
    page.get_by_role("list").get_by_role("link", name=title, exact=True).last.click()
    titled(page, title)


def _pupil(page: Page) -> None:
    """Saved wrong first: what is wrong is named, and nothing typed is gone."""
    choose(page, "Is the pupil on the roll of your school?", "Yes")
    day = page.get_by_label("Day", exact=True)
    right = day.input_value()
    day.fill("32")
    press(page, "Save and go back to the list")
    wrong = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(wrong).to_be_visible()
    expect(day).to_have_value("32")
    wrong.get_by_role("link").first.click()
    expect(day).to_be_focused()
    day.fill(right)


def _completes_the_checklist(story: Story) -> None:
    """Every line of it ends as “There”, or with the reason why it is not."""
    walker = story.walker_of(ASH)
    page = walker.page
    _open(page, "What you have tried")
    tried = page.get_by_role("group", name="Strategy 1")
    _strategy(page, 1, "A quiet place to go to")
    press(page, "Add another strategy")
    expect(tried.get_by_label("What did you try?")).to_have_value("A quiet place to go to")
    _strategy(page, 2, "Check-in each morning")
    press(page, "Save and go back to the list")
    _open(page, "Attendance and exclusions")
    choose(page, "Has the pupil been suspended this school year or last?", "No")
    press(page, "Save and go back to the list")
    _open(page, "What the pupil and the family say")
    choose(page, "How did the pupil give their view?", "The pupil told an adult, who wrote it down")
    page.get_by_label("What the pupil says").fill("I like it when it is quiet.")
    choose(page, "How did the family give their view?", "Not asked yet")
    page.get_by_label("Why has the family not been asked yet?").fill("We meet them on Friday.")
    press(page, "Save and go back to the list")
    follow(page, "Add files")
    walker.look()
    plan = page.get_by_label("Add files: Plan or provision map")
    plan.set_input_files(_file("Plan.pdf", b"<html><script>alert(1)</script>", "application/pdf"))
    _add(page, "Plan or provision map")
    expect(page.get_by_text("is called a PDF and is something else inside").first).to_be_visible()
    page.get_by_label("Add files: Plan or provision map").set_input_files(_file("Plan.pdf", PDF, "application/pdf"))
    _add(page, "Plan or provision map")
    expect(page.get_by_role("link", name="Plan.pdf")).to_be_visible()
    expect(page.get_by_text("Not scanned").first).to_be_visible()
    expect(page.get_by_text("A file is attached.")).to_be_visible()
    press(page, "Remove Plan.pdf")
    expect(page.get_by_text("Attach the plan or provision map")).to_be_visible()
    page.get_by_label("Add files: Plan or provision map").set_input_files(_file("Plan.pdf", PDF, "application/pdf"))
    _add(page, "Plan or provision map")
    expect(page.get_by_text("A file is attached.")).to_be_visible()
    walker.look()
    follow(page, "Check your answers")
    titled(page, "Check your answers")
    states = page.locator(".app-evidence").first.locator(".app-evidence__state").all_inner_texts()
    assert set(states) <= {"There", "Not yet, with the reason"}, states
    walker.look()


def _strategy(page: Page, number: int, words: str) -> None:
    entry = page.get_by_role("group", name=f"Strategy {number}")
    entry.get_by_label("What did you try?").fill(words)
    entry.get_by_label("From", exact=True).fill("2026-09-14")
    entry.get_by_label("What came of it?").select_option(label="It helped a little")


def _add(page: Page, label: str) -> None:
    """Without JavaScript a button sends the chosen file."""
    button = page.get_by_role("button", name=f"Add files: {label}")
    if button.first.is_visible():
        button.first.click()


def _sends_it_to_the_head(story: Story) -> None:
    walker = story.walker_of(ASH)
    page = walker.page
    follow(page, "Choose who approves it")
    walker.look()
    page.get_by_label(ASH_HEAD).check()
    press(page, "Send for approval")
    told(page, "Sent for approval.")
    expect(page.get_by_text("We check for earlier work with every referral.")).to_be_visible()
    walker.look()


def _head_approves(story: Story) -> None:
    page = story.walker_of(ASH_HEAD).page
    page.get_by_role("main").get_by_role("link", name=story.pupil).first.click()
    press(page, "Approve and submit")
    told(page, "Approved and sent to the service.")


def _coordinator_asks(story: Story) -> None:
    """One question of the form, one of her own."""
    walker = story.walker_of(COORDINATOR)
    page = walker.page
    walker.go(f"/referrals/{story.referral}")
    follow(page, "Return for more information")
    walker.look()
    press(page, "Return with these questions")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    page.get_by_label("A question of your own").fill(OWN_QUESTION)
    page.get_by_text("Needs and strengths", exact=True).click()
    page.get_by_label("Strengths and interests").check()
    press(page, "Return with these questions")
    told(page, "Returned to the school with your questions.")
    walker.look()


def _school_answers(story: Story) -> None:
    """Just what was asked, on one page."""
    walker = story.walker_of(ASH)
    page = walker.page
    walker.go("/")
    page.get_by_role("main").get_by_role("link", name=story.pupil).first.click()
    titled(page, "Answer the service")
    walker.look()
    page.get_by_role("textbox", name="Strengths and interests").fill("Drawing, and helping the caretaker.")
    press(page, "Send the answers")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    expect(page.get_by_role("textbox", name="Strengths and interests")).to_have_value(
        "Drawing, and helping the caretaker."
    )
    page.get_by_role("textbox", name=OWN_QUESTION).fill("The teaching assistant, at the gate.")
    press(page, "Send the answers")
    told(page, "Your answers are sent.")
    walker.look()


def _coordinator_reads_what_changed(story: Story) -> None:
    walker = story.walker_of(COORDINATOR)
    page = walker.page
    walker.go(f"/referrals/{story.referral}")
    expect(page.get_by_role("main")).to_contain_text("The teaching assistant, at the gate.")
    page.get_by_role("link", name=re.compile("^2 versions")).click()
    expect(page.get_by_role("main")).to_contain_text("Drawing, and helping the caretaker.")
    walker.look()
