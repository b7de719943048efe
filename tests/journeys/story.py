"""The whole story by role: from a school's draft to the new row in the chart. Each function is what one person does."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Walker

ASH = "Priya Raman"
ASH_HEAD = "Ruth Adeyinka"
BIRCH = "Tom Whitlock"
COORDINATOR = "Alex Moran"
WORKER = "Jo Ferris"
COMMISSIONER = "Martin Cope"

WHY_OUTREACH = "The school has tried what it can, and the place is at risk."
STRATEGIES = (
    ("A calm start with a known adult each morning", "Class teacher"),
    ("Now and next board on the table", "Teaching assistant"),
)


@dataclass
class Story:
    """One child's story, and who has a browser open in it."""

    open_walker: Callable[[], Walker]
    given_name: str
    family_name: str
    referral: str = ""
    case: str = ""
    walkers: dict[str, Walker] = field(default_factory=dict)

    @property
    def pupil(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def short(self) -> str:
        """As cases name the child."""
        return f"{self.given_name} {self.family_name[0]}."

    @property
    def today(self) -> date:
        return datetime.now(ZoneInfo("Europe/London")).date()

    @property
    def started(self) -> date:
        """The last weekday before today."""
        day = self.today - timedelta(days=1)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def walker_of(self, name: str) -> Walker:
        """The browser of a person of the cast, who is signed in when it is first asked for."""
        if name not in self.walkers:
            self.walkers[name] = self.open_walker()
            sign_in(self.walkers[name], name)
        return self.walkers[name]


def sign_in(walker: Walker, name: str) -> None:
    walker.go("/sign-in")
    walker.page.get_by_role("button", name=f"Sign in as {name}").click()
    expect(walker.page.get_by_role("heading", level=1)).to_have_text("What waits for you")


def follow(page: Page, name: str, **options: bool) -> None:
    page.get_by_role("link", name=name, **options).first.click()


def press(page: Page | Locator, name: str) -> None:
    page.get_by_role("button", name=name).click()


def choose(page: Page | Locator, question: str, answer: str) -> Locator:
    """Answers a question of radios; answers where it stands, for the details that the answer asks."""
    group = page.get_by_role("group", name=question, exact=True)
    group.get_by_label(answer, exact=True).check()
    return group


def titled(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def told(page: Page, words: str) -> None:
    expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible()


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name, exact=True).click()


# What the school answers.


def enter_family(page: Page) -> None:
    today = datetime.now(ZoneInfo("Europe/London")).date().isoformat()
    for question in (
        "Does the family know about this referral and agree with it?",
        "May information be shared with the agencies named?",
    ):
        group = choose(page, question, "Yes")
        group.get_by_label("When did they say so?").first.fill(today)
        group.get_by_label("Who said so?").first.fill("Mother")
    parent = page.get_by_role("group", name="Parent or carer 1")
    parent.get_by_label("Name", exact=True).fill("Amara")
    parent.get_by_label("Relationship to the pupil").select_option(label="Mother")


def enter_support(page: Page) -> None:
    page.get_by_label("What support do you want?").fill("Observation, and advice for the staff.")


def enter_visiting(page: Page) -> None:
    choose(page, "Is there a reason not to make a home visit alone?", "No")


# The coordinator decides, the school reads it, the head teacher signs.


def coordinator_decides(story: Story) -> None:
    walker = story.walker_of(COORDINATOR)
    page = walker.page
    walker.look()
    menu(page, "Referrals")
    row = page.get_by_role("row").filter(has_text=story.pupil)
    expect(row).to_contain_text("Came today")
    walker.look()
    row.get_by_role("link").click()
    walker.look()
    follow(page, "Decide", exact=True)
    walker.look()
    choose(page, "What is decided?", "Outreach")
    page.get_by_label("Reason", exact=True).fill(WHY_OUTREACH)
    press(page, "Record the decision")
    told(page, "The decision is recorded.")


def school_reads_decision(story: Story) -> None:
    walker = story.walker_of(ASH)
    page = walker.page
    menu(page, "Referrals")
    walker.look()
    line = page.get_by_role("listitem").filter(has_text=story.pupil)
    expect(line).to_contain_text("Accepted for outreach. The work is being set up. Next: the coordinator")
    line.get_by_role("link", name=story.pupil).click()
    walker.look()
    expect(page.get_by_text(WHY_OUTREACH).first).to_be_visible()


def coordinator_opens_case(story: Story) -> None:
    walker = story.walker_of(COORDINATOR)
    page = walker.page
    walker.go("/")
    page.get_by_role("link", name=re.compile(f"^Open a case .*{story.referral}$")).click()
    follow(page, "Open the case")
    titled(page, "Open a case")
    walker.look()
    page.get_by_label(WORKER).check()
    page.get_by_label("First day").fill(story.started.isoformat())
    page.get_by_label("Planned days").fill("12")
    press(page, "Open the case")
    told(page, "Opened.")
    titled(page, story.short)
    walker.look()
    story.case = page.url.rpartition("/")[2]


def head_signs(story: Story) -> None:
    """The work cannot start before the head has read and signed what school and service promise."""
    walker = story.walker_of(ASH_HEAD)
    page = walker.page
    walker.go("/")
    page.get_by_role("main").get_by_role("link", name=re.compile(f"^Sign the agreement .*{story.referral}$")).click()
    titled(page, f"Agreement for {story.short}")
    walker.look()
    follow(page, "Read and sign")
    titled(page, "Sign the agreement")
    walker.look()
    expect(page.get_by_role("article")).to_contain_text(story.short)
    press(page, "Sign the agreement")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value(ASH_HEAD)
    page.get_by_label("I have read this agreement and sign it for my school").check()
    press(page, "Sign the agreement")
    told(page, "Signed. The service is told, and the work can start.")
    walker.look()


# The worker works.


def worker_finds_case(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    more = page.get_by_text(re.compile(r"^Show \d+ more case"))
    if more.count():  # other stories of this portal gave the same worker cases
        more.click()
    expect(page.get_by_role("main").get_by_role("link", name=story.short).first).to_be_visible()
    walker.look()
    menu(page, "Board")
    expect(_card(story, page)).to_contain_text("12")
    walker.look()


def _card(story: Story, page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=story.short, exact=True))


def worker_moves_card(story: Story, *stages: str) -> None:
    """Along the board, one stage after the other."""
    page = story.walker_of(WORKER).page
    menu(page, "Board")
    for stage in stages:
        press(page, f"Move on {story.short} to {stage}")
        column = page.get_by_role("region", name=re.compile(f"^{stage} "))
        expect(column.get_by_role("link", name=story.short, exact=True)).to_be_visible()
        told(page, f"Moved to “{stage}”")


def worker_is_refused(story: Story) -> None:
    """Work that has not ended cannot be monitored: the board says so, and the card stays."""
    walker = story.walker_of(WORKER)
    page = walker.page
    menu(page, "Board")
    press(page, f"Move on {story.short} to Monitoring")
    why = "Record first what became of each pupil and how the work ended."
    answered = page.get_by_role("alert").or_(page.get_by_role("status"))  # a page of its own without scripts
    expect(answered.filter(has_text=why).first).to_be_visible()
    walker.look()


def _to_case(story: Story, page: Page) -> None:
    menu(page, "Board")
    follow(page, story.short, exact=True)
    titled(page, story.short)


def worker_logs_from_case(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    follow(page, "Visits", exact=True)
    titled(page, "Visits")
    walker.look()
    page.get_by_label("Kind of work").select_option(label="Observation")
    page.get_by_label("1 hour", exact=True).check()
    page.get_by_label("Note").fill("Sat at the back. Left the room twice.")
    press(page, "Log visit")
    told(page, "Visit logged.")
    expect(page.get_by_text("Left the room twice.")).to_be_visible()
    walker.look()


def worker_logs_from_week(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    menu(page, "My week")
    walker.look()
    page.get_by_label("Pupil, or whole school").select_option(label=_choice_with(page, story.short))
    page.get_by_label("Kind of work").select_option(label="Modelling with staff")
    page.get_by_label("Or minutes").fill("135")
    press(page, "Log visit")
    told(page, "Visit logged.")
    expect(
        page.get_by_role("listitem").filter(has_text="modelling with staff").filter(has_text=story.short)
    ).to_be_visible()
    walker.look()


def _choice_with(page: Page, words: str) -> str:
    options = page.get_by_label("Pupil, or whole school").get_by_role("option").all_text_contents()
    return next(option for option in options if words in option)


def worker_records_readings(story: Story) -> None:
    """A baseline and a later reading of both measures."""
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    follow(page, "Readings", exact=True)
    walker.look()
    _reading(story, walker, "Behaviour threshold", "High 4", story.started)
    walker.look()
    _reading(story, walker, "Behaviour threshold", "Mid 3", story.today)
    _reading(story, walker, "Thrive", "38", story.started)
    _reading(story, walker, "Thrive", "57", story.today)
    expect(page.get_by_role("main")).to_contain_text("High 4 to mid 3")
    walker.look()


def _reading(story: Story, walker: Walker, measure: str, value: str, day: date) -> None:
    page = walker.page
    page.get_by_label("Add a reading of").select_option(label=measure)
    press(page, "Continue")
    titled(page, measure)
    walker.look()
    if measure == "Thrive":
        page.get_by_label("Reading, in per cent").fill(value)
    else:
        page.get_by_label("Reading", exact=True).select_option(label=value)
    page.get_by_label("Date of the reading").fill(day.isoformat())
    press(page, "Record the reading")
    told(page, "Reading recorded.")


def worker_advises(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    page.get_by_role("link", name=re.compile("^(Plan|Advised strategies)$")).click()
    titled(page, "Plan")
    for words, owner in STRATEGIES:
        page.wait_for_load_state()
        if not page.locator("details[open] #strategy-words").count():
            page.get_by_text("Add a strategy", exact=True).click()
        expect(page.get_by_label("Strategy", exact=True)).to_be_visible()
        page.get_by_label("Strategy", exact=True).fill(words)
        page.get_by_label("Who at the school takes it on").fill(owner)
        press(page, "Add strategy")
        expect(page.get_by_role("listitem").filter(has_text=words)).to_be_visible()
    walker.look()
    for words, _ in STRATEGIES:
        mine = page.get_by_role("listitem").filter(has_text=words)
        mine.get_by_role("button", name="Yes", exact=True).click()
        expect(mine.locator("button[aria-current=true]")).to_have_text("Yes")
    expect(page.get_by_role("main")).to_contain_text("2 of 2 in practice")
    walker.look()


def worker_ends_work(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    walker.look()
    follow(page, "End of the work and monitoring")
    titled(page, "End this piece of work")
    walker.look()
    choose(page, f"What became of {story.pupil}", "Stayed in school")
    choose(page, "How the work ended", "Completed")
    page.get_by_label("Last day of the work").fill(story.today.isoformat())
    press(page, "End this piece of work")
    told(page, "The work has ended.")
    walker.look()


def worker_records_feedback(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    follow(page, "Feedback", exact=True)
    titled(page, "Feedback")
    walker.look()
    _feedback(walker, "school", {"Quality of advice": "Good", "Length": "Good", "Would use again": "Good"})
    _feedback(
        walker, "family", {"Being listened to": "Good", "Length": "Not good", "What changed for my child": "Good"}
    )
    walker.look()


def _feedback(walker: Walker, source: str, answers: dict[str, str]) -> None:
    page = walker.page
    follow(page, f"Record what the {source} said")
    walker.look()
    for aspect, answer in answers.items():
        choose(page, aspect, answer)
    page.get_by_label("What was good, in their words (optional)").fill("It is calmer now.")
    press(page, "Record the feedback")
    told(page, "Feedback recorded.")


def worker_monitors(story: Story) -> None:
    """Records the first visit strategy by strategy; the second will not take place."""
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    follow(page, "End of the work and monitoring")
    page.get_by_role("link", name="Record the visit").first.click()
    titled(page, "Monitoring visit")
    walker.look()
    for words, _ in STRATEGIES:
        choose(page, words, "Still in place")
    press(page, "Save the visit")
    told(page, "Monitoring visit recorded.")
    walker.look()
    page.get_by_role("link", name="It will not take place").first.click()
    walker.look()
    page.get_by_label("Why").fill("The pupil starts at another school after the summer.")
    press(page, "Record the reason")
    told(page, "will not take place")


def worker_closes(story: Story) -> None:
    walker = story.walker_of(WORKER)
    page = walker.page
    _to_case(story, page)
    page.get_by_text("Close", exact=True).first.click()
    walker.look()
    press(page, "Close")
    told(page, "Moved to “Closed”.")
    walker.look()


# Who reads it, and who may not.


def coordinator_reads_chart(story: Story) -> None:
    walker = story.walker_of(COORDINATOR)
    page = walker.page
    menu(page, "Impact")
    walker.look()
    chart = page.get_by_role("table", name="Summary of Impact, one row for each worker")
    headings = chart.get_by_role("columnheader").all_text_contents()
    row = chart.get_by_role("row").filter(has_text=story.case)
    cells = [row.get_by_role("rowheader"), *row.get_by_role("cell").all()]
    found = {
        heading.strip(): " ".join(cell.inner_text().split()) for heading, cell in zip(headings, cells, strict=False)
    }
    for column, words in _expected().items():
        assert words in found[column], (column, found[column])
    _csv_agrees(story, walker)


def _expected() -> dict[str, str]:
    return {
        "Worker": WORKER,
        "Time allocation (days)": "0.5",
        "Children": "1",
        "Child remained in school or moved to specialist provision": "Stayed in school",
        "How the work ended": "Completed",
        "Actions implemented by the school": "Yes",
        "Reduction on behaviour threshold": "High 4 to mid 3",
        "Increase in Thrive": "19%",
        "Actions still in place": "Yes",
        "School feedback": "Positive for every aspect asked",
        "Family feedback": "Positive, except length",
    }


def _csv_agrees(story: Story, walker: Walker) -> None:
    answer = walker.page.request.get(walker.address + "/impact/chart.csv")
    assert answer.ok
    rows = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
    (row,) = [row for row in rows if row["Reference"] == story.case]
    for column, words in _expected().items():
        assert words.rstrip("%") in row[column], (column, row[column])


def others_see_nothing(story: Story) -> None:
    """Another school: as if it were not there. The local authority: no case page at all."""
    other = story.walker_of(BIRCH)
    for path in (f"/referrals/{story.referral}", f"/cases/{story.case}/support", f"/cases/{story.case}/visits/dates"):
        answer = other.page.goto(other.address + path)
        assert answer and answer.status == 404, path
    expect(other.page.get_by_text(story.family_name)).to_have_count(0)
    other.look()
    authority = story.walker_of(COMMISSIONER)
    authority.look()
    for path in (f"/cases/{story.case}", f"/cases/{story.case}/visits", "/board/"):
        answer = authority.page.goto(authority.address + path)
        assert answer and answer.status in (403, 404), path
    expect(authority.page.get_by_text(story.family_name)).to_have_count(0)
    authority.look()


CHAPTERS: tuple[Callable[[Story], None], ...] = (
    worker_finds_case,
    lambda story: worker_moves_card(story, "Observation", "Plan", "Support", "Exit"),
    worker_is_refused,
    worker_logs_from_case,
    worker_logs_from_week,
    worker_records_readings,
    worker_advises,
    worker_ends_work,
    worker_records_feedback,
    lambda story: worker_moves_card(story, "Monitoring"),
    worker_monitors,
    worker_closes,
    coordinator_reads_chart,
    others_see_nothing,
)
