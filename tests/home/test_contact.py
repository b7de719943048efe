"""Wherever somebody is told to ask, the way to do it is there; where nothing is set, no sentence has a hole."""

import html
import re

import pytest

from portal.accounts.rules.sessions import IDLE_LIMIT, LONGEST_SESSION, WARN_BEFORE
from portal.feedback.rules.family import OPEN_FOR
from portal.home.rules import FAILED, STATEMENT_PREPARED
from portal.kernel import settings
from portal.kernel.audit import record
from portal.kernel.dates import MONTHS
from portal.policy import Role
from portal.voice.rules.places import AFTER_EACH_TOUCH
from tests import people
from tests.builders_families import offer_languages

USUAL_ENGINE = "sqlite"

DETAILS = {
    "contact.name": "Harbour helpers",
    "contact.address": "3 Invented Quay\nHarbourmouth",
    "contact.telephone": "01632 960 100",
    "contact.email": "office@demo.example",
    "contact.hours": "Monday to Friday",
}
OPEN_TO_ALL = (
    "/sign-in",
    "/offer/",
    "/privacy",
    "/accessibility",
    "/ask-for-an-account",
    "/no-such-page",
    "/f/nothing",
)


def put_details():
    for key, value in DETAILS.items():
        record(None, "setting changed", settings.put(key, value), fields=[key])


def words_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


@pytest.mark.parametrize("address", OPEN_TO_ALL)
def test_a_page_for_everybody_says_how_to_contact_the_service(app, given, address):
    given(put_details)
    page = app.test_client().get(address)
    assert 'href="tel:01632960100"' in page.text
    assert 'href="mailto:office@demo.example"' in page.text


@pytest.mark.parametrize("address", OPEN_TO_ALL)
def test_without_details_nothing_is_said_of_them(app, address):
    page = app.test_client().get(address)
    assert "tel:" not in page.text.replace("tel:999", "") and "mailto:" not in page.text
    said = words_of(page)
    for hole in ("To contact us", "Please .", "To talk to us,", "None", " ,", "( )", "email ."):
        assert hole not in said, hole


def test_the_complaint_and_the_offer_show_everything(app, given):
    given(put_details)
    for address in ("/accessibility", "/privacy", "/offer/"):
        main = words_of(app.test_client().get(address))
        for detail in ("Harbour helpers", "3 Invented Quay", "Harbourmouth", "Monday to Friday"):
            assert detail in main, (address, detail)


def test_an_administrator_is_told_what_is_missing_until_it_is_there(given, sign_in):
    admin = sign_in(given(lambda: people.person("Ada Min", Role.ADMIN).id))
    worker = sign_in(given(lambda: people.person("Wil Worker", Role.WORKER).id))
    for address in ("/", "/settings/"):
        assert "Postal address" in words_of(admin.get(address)).split("Provided by")[0]
    assert "Missing from the settings" in admin.get("/").text
    assert "Missing from the settings" not in worker.get("/").text
    given(put_details)

    def rest():
        for key in ("service.provider", "service.help_line"):
            record(None, "setting changed", settings.put(key, "Somebody"), fields=[key])

    given(rest)
    assert "Missing from the settings" not in admin.get("/").text
    assert "Nobody can see yet" not in admin.get("/settings/").text


def test_the_accessibility_statement_says_what_the_portal_does(app):
    """What can be compared is compared: limits, the date, the failed criteria by number and name, complaints."""
    said = words_of(app.test_client().get("/accessibility"))
    prepared = f"{STATEMENT_PREPARED.day} {MONTHS[STATEMENT_PREPARED.month - 1]} {STATEMENT_PREPARED.year}"
    assert f"prepared on {prepared}." in said
    minutes, hours = IDLE_LIMIT.total_seconds() / 60, LONGEST_SESSION.total_seconds() / 3600
    assert f"after {minutes:.0f} minutes without use, and after {hours:.0f} hours" in said
    assert f"The page says so {WARN_BEFORE.total_seconds() / 60:.0f} minutes before" in said
    assert f"code works for {OPEN_FOR.days} days" in said
    assert f"ends {AFTER_EACH_TOUCH.total_seconds() / 60:.0f} minutes after the last touch" in said
    assert FAILED
    assert "2.4.2" not in {criterion.number for criterion in FAILED}, (
        "titles say Error: (tests/access/test_every_route)"
    )
    for criterion in FAILED:
        assert re.fullmatch(r"[1-4]\.[0-9]\.[0-9]{1,2}", criterion.number)
        assert f"{criterion.number} {criterion.name}. {criterion.words}" in said
    assert "You do not need an account to tell us." in said
    assert "are in English." in said


def test_the_accessibility_statement_names_the_languages_on_offer(app, given):
    given(lambda: offer_languages("pl"))
    assert "Families and children can also choose Polish." in words_of(app.test_client().get("/accessibility"))


def test_the_privacy_page_promises_no_destruction(app):
    said = words_of(app.test_client().get("/privacy"))
    assert "This portal does not delete records by itself." in said
    assert "destroyed" not in said
