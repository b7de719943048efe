"""Passkeys and work accounts in a real browser: Chromium's own virtual device, and a provider on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.kernel.database import sqlite_module
from tests.journeys.conftest import Walker, open_walker
from tests.journeys.story import press
from tests.oidc import CLIENT, SECRET, TENANT, Provider
from tests.serving import Server

WHO = "Lin Hargreaves"
"""Nobody else's journey signs in as her."""
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider("microsoft")
    yield made
    made.close()


@pytest.fixture(scope="module")
def portal(served: Server, provider: Provider) -> Iterator[Server]:
    """The served portal once more, with a work account's provider: a setting is read when a process starts."""
    settings = {
        "OIDC_MICROSOFT_CLIENT_ID": CLIENT,
        "OIDC_MICROSOFT_CLIENT_SECRET": SECRET,
        "OIDC_MICROSOFT_TENANTS": TENANT,
        "OIDC_MICROSOFT_DISCOVERY": f"{provider.base}/discovery",
    }
    server = Server(served.folder, more=settings)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def walker(chromium: Browser, portal: Server) -> Iterator[Walker]:
    """By name: no passkey belongs to an address of numbers."""
    address = f"http://localhost:{portal.port}"
    one = open_walker(chromium, address, javascript=True, size=(1280, 900))
    yield one
    one.finish()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def away(folder: Path) -> None:
    """Every session was last used 31 minutes ago."""
    then = datetime.now(UTC) - timedelta(minutes=31)
    with sqlite_module().connect(folder / "portal.db", timeout=15) as connection:
        connection.execute("UPDATE sign_in_session SET seen_at = ?", (then.strftime("%Y-%m-%d %H:%M:%S.%f"),))
    connection.close()


def test_a_passkey_brings_back_to_the_page_where_one_was(walker: Walker, portal: Server) -> None:
    page = walker.page
    device = walker.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    walker.go("/sign-in?next=/me")
    press(page, f"Sign in as {WHO}")
    page.get_by_role("link", name="Add a passkey").click()
    heading(page, "Add a passkey")
    walker.look()
    page.get_by_label("Name of the passkey").fill("Laptop at work")
    press(page, "Add the passkey")
    heading(page, "Your account")
    expect(page.get_by_text("Laptop at work", exact=True)).to_be_visible()
    walker.look()

    walker.go("/policy?from=here")
    away(portal.folder)
    page.reload()
    heading(page, "You were away")
    expect(page.get_by_text("Sign in again as Lin")).to_be_visible()
    walker.look()
    press(page, "Use your passkey")
    heading(page, "Who may do what")
    assert page.url.endswith("/policy?from=here")

    page.context.clear_cookies()
    walker.go("/sign-in?next=/me")
    press(page, "Use a passkey")
    heading(page, "Your account")

    passkeys = page.get_by_role("region", name="Passkeys")
    passkeys.get_by_text("Remove Laptop at work", exact=True).click()
    press(page, "Remove the passkey")
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    page.context.clear_cookies()
    walker.go("/sign-in")
    press(page, "Use a passkey")
    expect(page.get_by_text("The passkey could not be used.")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_be_visible()


def test_without_a_device_or_javascript_the_password_form_is_there(
    walker: Walker, chromium: Browser, portal: Server
) -> None:
    page = walker.page
    device = walker.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    walker.go("/sign-in")
    press(page, "Use a passkey")
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    plain = open_walker(chromium, walker.address, javascript=False, size=(320, 900))
    plain.go("/sign-in")
    expect(plain.page.get_by_role("button", name="Use a passkey")).not_to_be_visible()
    expect(plain.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    plain.look()
    plain.finish()


def test_a_work_account_is_linked_and_signs_in(walker: Walker) -> None:
    page = walker.page
    walker.go("/sign-in?next=/me")
    press(page, f"Sign in as {WHO}")
    press(page, "Link a Microsoft account")
    heading(page, "Link your Microsoft work account")
    walker.look()
    page.get_by_role("link", name="Go on to Microsoft").click()
    heading(page, "Your account")
    expect(page.get_by_text("sam.senco@school.example")).to_be_visible()
    walker.look()
    page.context.clear_cookies()
    walker.go("/sign-in?next=/policy")
    page.get_by_role("link", name="Sign in with Microsoft").click()
    heading(page, "Who may do what")
    walker.go("/me")
    page.get_by_role("region", name="Work accounts").get_by_text("Unlink Microsoft", exact=True).click()
    press(page, "Unlink the account")
    expect(page.get_by_text("The work account is unlinked.")).to_be_visible()
    page.context.clear_cookies()
    walker.go("/sign-in/work/microsoft")
    heading(page, "Your work account did not open the portal")
    walker.look()
