"""Takes pictures of the portal with the demonstration world: ``python -m tests.pictures FOLDER [INSTANCE]``.

Without INSTANCE it makes a demonstration of its own. The README's two pictures are ``board-1280.png`` and
``chart-1280.png`` of its output.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

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
)


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
                if not wanted or name in wanted:
                    page.goto(address + path)
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=folder / f"{name}-{width}.png", full_page=width != 1280)
            context.close()


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
