"""How the tests start Chromium."""

from portal.config import ROOT

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def chromium_path() -> str:
    """Where ``deploy/browser.py`` found or put a Chromium."""
    return (ROOT / ".venv" / "chromium-path").read_text().strip()
