"""A school asks for training; it is planned, held and thought about, and counts for the attachment-aware standing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Walker
from tests.journeys.story import ASH, COORDINATOR, WORKER, follow, menu, press, sign_in, titled, told
from tests.serving import Server

TOPIC = "Attachment awareness"


@pytest.mark.parametrize(
    "javascript", [True, pytest.param(False, marks=pytest.mark.in_trial)], ids=["with-javascript", "without-javascript"]
)
def test_from_the_wish_to_the_standing(walker: Callable[..., Walker], served: Server, javascript: bool) -> None:
    def person(name: str) -> Walker:
        one = walker(javascript=javascript)
        sign_in(one, name)
        return one

    school, coordinator, trainer = person(ASH), person(COORDINATOR), person(WORKER)
    reference = _school_asks(school)
    _coordinator_offers(coordinator, reference)
    session = _school_chooses(school, reference)
    _the_day_comes(served, session)
    _trainer_fills_the_register(trainer, session)
    address = _trainer_shows_the_square(trainer, session)
    _somebody_answers(walker(javascript=javascript, width=320), address)
    _trainer_reads(trainer, session)
    _school_stands(school)


def _school_asks(walker: Walker) -> str:
    page = walker.page
    menu(page, "Training")
    walker.look()
    follow(page, "Ask for training")
    page.get_by_label("Who should come?").fill("All teaching assistants")
    press(page, "Send to the service")  # refused: no topic yet
    expect(page.get_by_text("There is a problem")).to_be_visible()
    expect(page.get_by_label("Who should come?")).to_have_value("All teaching assistants")
    walker.look()
    topic = page.locator("#topic option", has_text=TOPIC).get_attribute("value")
    page.get_by_label("Topic", exact=True).select_option(topic)
    page.get_by_label("How many people").fill("2")
    page.get_by_label("Days and times that suit you").fill("Wednesdays after school")
    page.get_by_label("What should be different afterwards?").fill("Calmer afternoons")
    press(page, "Send to the service")
    titled(page, TOPIC)
    walker.look()
    return page.url.rsplit("/", 1)[1]


def _coordinator_offers(walker: Walker, reference: str) -> None:
    page = walker.page
    walker.go(f"/training/requests/{reference}")
    follow(page, "Offer dates")
    walker.look()
    tomorrow = datetime.now(ZoneInfo("Europe/London")).date() + timedelta(days=1)
    page.locator("[name=date_1_on]").fill(tomorrow.isoformat())
    page.locator("[name=date_1_at]").fill("15:30")
    page.locator("[name=date_1_trainer]").select_option(label=WORKER)
    press(page, "Offer to the school")
    keep = page.get_by_label("Yes, keep it")
    if keep.count():  # the trainer gives another session at that hour
        keep.check()
        press(page, "Offer to the school")
    titled(page, TOPIC)
    walker.look()


def _school_chooses(walker: Walker, reference: str) -> int:
    """Chooses the date, and says who comes; answers the number of the session."""
    page = walker.page
    walker.go(f"/training/requests/{reference}")
    page.get_by_role("radio").first.check()
    press(page, "Choose this date")
    link = page.get_by_role("link", name=re.compile("Say who comes|who comes", re.IGNORECASE)).first
    link.click()
    titled(page, "Who comes")
    page.get_by_role("textbox").first.fill("Ana Lee, Teaching assistant\nBen Okoro, Teaching assistant")
    press(page, "Add these people")
    expect(page.get_by_text("Ben Okoro")).to_be_visible()
    walker.look()
    found = re.search(r"/sessions/(\d+)", page.url)
    assert found
    return int(found[1])


def _the_day_comes(served: Server, session: int) -> None:
    engine = sa.create_engine(f"sqlite:///{served.folder / 'portal.db'}")
    yesterday = datetime.now(UTC) - timedelta(days=1)  # at ten: no session lasts over midnight, whenever this runs
    began = yesterday.replace(hour=10, minute=0).strftime("%Y-%m-%d %H:%M:%S.%f")
    with engine.begin() as connection:
        moved = connection.execute(
            sa.text("UPDATE training_session SET starts_at = :began WHERE id = :id"), {"began": began, "id": session}
        )
    engine.dispose()
    assert moved.rowcount == 1


def _trainer_fills_the_register(walker: Walker, session: int) -> None:
    page = walker.page
    walker.go(f"/training/sessions/{session}/register")
    page.get_by_label(re.compile("Ana Lee")).check()
    page.get_by_label(re.compile("Ben Okoro")).check()
    walker.look()
    press(page, "Finish the register")
    titled(page, "Certificates")
    walker.look()
    follow(page, "Ana Lee")
    expect(page.get_by_text(TOPIC).first).to_be_visible()
    walker.look()


def _trainer_shows_the_square(walker: Walker, session: int) -> str:
    page = walker.page
    walker.go(f"/training/sessions/{session}")
    follow(page, "What people said")
    walker.look()
    press(page, "Make a link for the room")
    titled(page, "Point your phone at the square")
    walker.look()
    return page.locator(".app-code").inner_text().strip()


def _somebody_answers(walker: Walker, address: str) -> None:
    """On a phone, without an account."""
    page = walker.page
    page.goto(address)
    walker.look()
    page.get_by_label("What will you do differently?").fill("I will wait before I speak.")
    press(page, "Send my answers")
    expect(page.get_by_label("What will you do differently?")).to_have_value("I will wait before I speak.")
    page.get_by_label("Very useful").check()
    press(page, "Send my answers")
    titled(page, "Thank you")
    walker.look()


def _trainer_reads(walker: Walker, session: int) -> None:
    walker.go(f"/training/sessions/{session}/evaluations")
    expect(walker.page.get_by_text("I will wait before I speak.").first).to_be_visible()
    expect(walker.page.get_by_text("1 of 1").first).to_be_visible()
    walker.look()


def _school_stands(walker: Walker) -> None:
    page = walker.page
    menu(page, "Training")
    follow(page, "Where we stand in programmes")
    follow(page, "Say how many staff")
    page.get_by_label("How many staff").fill("4")
    press(page, "Save")
    told(page, "up to date")
    _standing(page)
    walker.look()


def _standing(page: Page) -> None:
    expect(page.get_by_text("2 of 4 staff, 50 %").first).to_be_visible()
