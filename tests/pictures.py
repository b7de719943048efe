"""Takes pictures of the portal with the demonstration world: ``python -m tests.pictures FOLDER [INSTANCE]``.

Without INSTANCE it makes a demonstration of its own. The README's two pictures are ``board-1280.png`` and
``chart-1280.png`` of its output.
"""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import CHROMIUM_FLAGS, chromium_path
from tests.serving import Server, flask

WIDTHS = ((1280, 900), (768, 1024), (320, 640))

PAGES = (
    ("sign-in", None, "/sign-in"),
    ("home-school", "senco.ash", "/"),
    ("home-worker", "worker.one", "/"),
    ("home-coordinator", "coordinator", "/"),
    ("home-admin", "admin", "/"),
    ("home-commissioner", "commissioner", "/"),
    ("referrals-school", "senco.ash", "/referrals/"),
    ("referrals-coordinator", "coordinator", "/referrals/"),
    ("referral-new", "senco.ash", "/referrals/new"),
    ("board", "coordinator", "/board/"),
    ("chart", "coordinator", "/impact/?year=2016"),
    ("chart-now", "coordinator", "/impact/"),
    ("week", "worker.one", "/visits/"),
    ("support", "senco.ash", "/cases/"),
    ("schools", "coordinator", "/schools/"),
    ("people", "coordinator", "/people/"),
    ("policy", "coordinator", "/policy"),
    ("settings", "admin", "/settings/"),
    ("audit", "admin", "/audit/"),
    ("offer", None, "/offer/"),
    ("offer-kept", "coordinator", "/offer/keep"),
    ("referral-form", "senco.ash", r"/referrals/ > ^/referrals/[^/]+/form$"),
    ("referral-concern", "senco.ash", r"/referrals/ > ^/referrals/[^/]+/form$ > /form/concern$"),
    ("referral-views", "senco.ash", r"/referrals/ > ^/referrals/[^/]+/form$ > /form/views$"),
    ("referral-evidence", "senco.ash", r"/referrals/ > ^/referrals/[^/]+/form$ > /evidence$"),
    ("referral-ctf", "senco.ash", r"/referrals/ > ^/referrals/[^/]+/form$ > /prefill/ctf$"),
    ("referral-check", "senco.ash", r"/referrals/ > ^/referrals/[^/]+/form$ > /check$"),
    ("referral-status", "senco.ash", r"/referrals/ > ^/referrals/R-[^/]+$"),
    ("referral-letter", "senco.ash", r"/referrals/ > ^/referrals/R-[^/]+$ > /letter$"),
    ("referral-versions", "senco.ash", r"/referrals/ > ^/referrals/R-[^/]+$ > /versions"),
    ("referral-answer", "senco.birch", r"/referrals/ > /answer$"),
    ("referral-service", "coordinator", r"/referrals/ > ^/referrals/R-[^/]+$"),
    ("referral-return", "coordinator", r"/referrals/ > ^/referrals/R-[^/]+$ > /steps/return$"),
    ("agreements", "head.ash", "/agreements/"),
    ("agreement", "head.ash", r"/agreements/ > ^/agreements/\d+$"),
    ("agreement-sign", "head.ash", r"/agreements/ > ^/agreements/\d+$ > /sign$"),
    ("agreement-texts", "coordinator", "/agreements/texts/"),
    ("training-school", "senco.ash", "/training/"),
    ("training-new", "senco.ash", "/training/new"),
    ("training-service", "coordinator", "/training/"),
    ("training-requests", "coordinator", "/training/requests/"),
    ("training-request", "coordinator", r"/training/requests/ > ^/training/requests/T-"),
    ("training-session", "coordinator", r"/training/sessions/ > ^/training/sessions/\d+$"),
    ("training-register", "worker.one", r"/training/sessions/ > ^/training/sessions/\d+$ > /register$"),
    ("training-programmes", "senco.ash", "/training/programmes/"),
    ("training-events", "coordinator", "/training/events/"),
    ("training-event", "coordinator", r"/training/events/ > ^/training/events/\d+$"),
    ("advice-school", "senco.ash", "/advice/"),
    ("advice-new", "senco.ash", "/advice/new"),
    ("advice-thread", "coordinator", r"/advice/ > ^/advice/\d+$"),
    ("feedback-school", "senco.ash", "/ > ^/feedback/school/"),
    ("voice-tray", "worker.one", "/voice/"),
    ("voice-tray-all", "coordinator", "/voice/"),
    ("voice-prepare", "worker.one", r"/voice/ > /voice/prepare$"),
    ("voice-hand-over", "worker.one", "/voice/hand-over"),
    ("voice-questionnaires", "coordinator", "/voice/questionnaires/"),
    ("voice-questionnaire", "coordinator", r"/voice/questionnaires/ > ^/voice/questionnaires/\d+$"),
    ("voice-preview", "coordinator", r"/voice/questionnaires/ > ^/voice/questionnaires/\d+$ > /preview$"),
    ("voice-case", "coordinator", "/reading > ^/cases/[^/]+/voice$"),
    ("voice-shares", "coordinator", "/reading > ^/cases/[^/]+/voice$ > /shares$"),
    ("voice-reply", "coordinator", "/reading > ^/cases/[^/]+/voice$ > /reply$"),
    ("voice-to-read", "coordinator", "/reading"),
    ("voice-talk", "safeguarding", "/ > ^/voice/talk/"),
    ("home-safeguarding", "safeguarding", "/"),
    ("voice-figures", "coordinator", "/impact/#impact-voices"),
    ("family-code", None, "/f/"),
    ("family-ask", "worker.one", r"/board/ > ^/cases/C-[^/]+$ > /feedback$ > /feedback/family/new$"),
    ("family-returns", "coordinator", "/feedback/returns"),
    ("languages", "admin", "/settings/languages"),
    ("outbox", "admin", "/settings/messages"),
    ("told", "senco.ash", "/account/messages"),
    ("account", "senco.ash", "/me"),
    ("account-pin", "worker.one", "/me/tablet-pin"),
)
"""Name, person, and the address; after each “ > ” the first link on the page whose address fits is followed."""


def take(browser: Browser, address: str, folder: Path, wanted: set[str]) -> None:
    """One picture a page and width; the case page is the first card of the worker's board."""
    for width, height in WIDTHS:
        by_person: dict[str | None, list[tuple[str, str]]] = {}
        for name, person, path in PAGES:
            by_person.setdefault(person, []).append((name, path))
        for person, pages in by_person.items():
            context = browser.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            if person is not None:
                page.goto(f"{address}/sign-in")
                page.get_by_label("E-mail address").fill(f"{person}@demo.example")
                page.get_by_label("Password", exact=True).fill("demonstration only")
                page.get_by_role("button", name="Sign in", exact=True).click()
            for name, path in pages:
                if (not wanted or name in wanted) and _go(page, address, path):
                    page.screenshot(path=folder / f"{name}-{width}.png", full_page=width != 1280)
            context.close()


def _go(page: Page, address: str, path: str) -> bool:
    """Says so when the demonstration has no such page today."""
    start, *links = path.split(" > ")
    page.goto(address + start)
    page.wait_for_load_state("networkidle")
    for link in links:
        found = page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        fitting = [href for href in found if href and re.search(link, href)]
        if not fitting:
            print(f"no link {link} on {page.url}")
            return False
        page.goto(address + fitting[0])
        page.wait_for_load_state("networkidle")
    return True


def main() -> None:
    """Serves the demonstration and takes every picture (or only those named after the instance)."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    instance = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    if not (instance / "portal.db").exists():
        flask(instance, "prepare")
    server = Server(instance)
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
            take(browser, server.address, folder, set(sys.argv[3:]))
            browser.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
