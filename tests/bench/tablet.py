"""A child's questionnaire until it can be touched, against SurveyJS with the same questions.

Chromium with its processor slowed 6 times, alone and with a slow 4G line; gzip for both, cold caches, a browser that
runs already, in rotated order. Ready means: the first screen is painted, and its script takes every touch from then on
(one that comes before the tablet's own store is open is answered then); each page marks that moment itself. Time of the
browser, so a ratio only.
"""

import gzip
import json
import logging
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

import structlog
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from portal.config import ROOT
from portal.voice.rules.questions import Age, Kind, Moment
from portal.voice.rules.ready import HELP
from tests.bench.harness import ROUNDS, Report, noise, ratio
from tests.browser import CHROMIUM_FLAGS, chromium_path
from tests.serving import free_port
from tests.tablets import Tablets, tablets

HERE = Path(__file__).parent / "survey"
SLOWED = 6
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
PATIENCE = 120_000  # ms
SETTLED = 500  # ms
TAKEN = """() => new Promise((done) => new PerformanceObserver((list) => {
  const painted = list.getEntriesByName('first-contentful-paint')[0]
  if (painted) done(Math.max(painted.startTime, performance.getEntriesByName('ready')[0].startTime))
}).observe({ type: 'paint', buffered: true }))"""
"""Milliseconds until the first screen was painted and its script answered touches, whichever came last"""
READY = "body[data-ready] [data-screen=welcome] .tablet__button"
THEIRS_READY = "body[data-ready] .sd-question"


KEPT = "performance.getEntriesByName('kept')[0]?.startTime ?? 0"
TIMES = ROUNDS + 6
"""More than usual: a browser is a noisy thing"""


class Opening(NamedTuple):
    """Milliseconds until ready and until the turn is kept on the tablet (0 for a page that keeps nothing); bytes."""

    ready: float
    kept: float
    weight: float


def run(report: Report) -> None:
    """Adds the figures."""
    _install()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as name, tablets(Path(name)) as ours, _theirs(Path(name)) as theirs:
        ours.portal.wsgi_app = Gzipped(ours.portal.wsgi_app)  # type: ignore[method-assign]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
            _compare(report, browser, ours, theirs, None, "CPU slowed 6 ×", 3)
            _compare(report, browser, ours, theirs, SLOW_4G, "CPU slowed 6 ×, slow 4G", 4)
            browser.close()


def _install() -> None:
    npm = shutil.which("npm") or str(ROOT / ".venv" / "bin" / "npm")
    subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=True)


def _compare(
    report: Report, browser: Browser, ours: Tablets, theirs: str, line: dict[str, Any] | None, words: str, least: float
) -> None:
    acts: dict[str, Callable[[], Opening]] = {
        "ours": lambda: _ours(browser, ours, line),
        "theirs": lambda: _measured(browser, theirs, THEIRS_READY, line),
        "ours again": lambda: _ours(browser, ours, line),
    }
    names, opened = list(acts), {name: [] for name in acts}
    for number in range(TIMES):
        for name in names[number % 3 :] + names[: number % 3]:
            opened[name].append(acts[name]())
    found = {name: [one.ready for one in of_name] for name, of_name in opened.items()}
    report.add(
        f"questionnaire ready, SurveyJS ÷ ours ({words})",
        ratio(found["theirs"], found["ours"]),
        "×",
        at_least=least,
        note=noise(found, "ours", "ours again"),
        rounds=[*found["ours"], *found["theirs"]],
    )
    report.add(f"ours, median ({words})", statistics.median(found["ours"]), "ms")
    report.add(
        f"ours kept on the tablet, median ({words})", statistics.median(one.kept for one in opened["ours"]), "ms"
    )
    report.add(f"SurveyJS, median ({words})", statistics.median(found["theirs"]), "ms")
    report.add(f"over the line, ours ({words})", opened["ours"][-1].weight / 1024, "KiB")
    report.add(f"over the line, SurveyJS ({words})", opened["theirs"][-1].weight / 1024, "KiB")


def _ours(browser: Browser, ours: Tablets, line: dict[str, Any] | None) -> Opening:
    context = browser.new_context()
    ours.hand_over(context, Moment.HELP)
    cookies = context.cookies()
    context.close()
    return _measured(browser, f"{ours.address}/voice/tablet", READY, line, cookies)


def _measured(
    browser: Browser,
    address: str,
    ready: str,
    line: dict[str, Any] | None,
    cookies: list[Any] | None = None,
) -> Opening:
    """One opening with a cold cache."""
    context = browser.new_context(service_workers="block")
    context.add_cookies(cookies or [])
    page = context.new_page()
    page.goto(urljoin(address, "/healthz"))  # a tablet's browser runs already when it is handed over
    page.wait_for_timeout(SETTLED)
    control = context.new_cdp_session(page)
    control.send("Network.enable")
    loaded: list[float] = []
    control.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    control.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    if line:
        control.send("Network.emulateNetworkConditions", line)
    page.goto(address, wait_until="load", timeout=PATIENCE)  # asked sooner, the question itself would slow the page
    page.wait_for_selector(ready, timeout=PATIENCE)
    took = Opening(page.evaluate(TAKEN), page.evaluate(KEPT), sum(loaded))
    context.close()
    return took


class Gzipped:
    """Packs what can be packed, as a server in front of the portal would."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun: list[Any] = []
        body = b"".join(self.inner(environ, lambda status, headers, *_: begun.extend((status, headers))))
        status, headers = begun[:2]
        kinds = {name.lower(): value for name, value in headers}
        if any(kind in kinds.get("content-type", "") for kind in ("text", "javascript", "json", "svg")):
            body = gzip.compress(body, 6)
            headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]


@contextmanager
def _theirs(folder: Path) -> Iterator[str]:
    """SurveyJS with the questions of “About our help”, on a server of its own."""
    files = {
        "/core.js": (HERE / "node_modules/survey-core/survey.core.min.js", "text/javascript"),
        "/ui.js": (HERE / "node_modules/survey-js-ui/survey-js-ui.min.js", "text/javascript"),
        "/look.css": (HERE / "node_modules/survey-core/survey-core.min.css", "text/css"),
    }
    pages = {path: (source.read_bytes(), kind) for path, (source, kind) in files.items()}
    pages["/"] = (_page().encode(), "text/html; charset=utf-8")

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body, kind = pages.get(environ["PATH_INFO"], (b"", "text/plain"))
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    port = free_port()
    server = make_server("127.0.0.1", port, Gzipped(serve), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _page() -> str:
    pages = [{"elements": [_element(question)]} for question in HELP.document.questions]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Questions</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/look.css"></head>'
        '<body><div id="survey"></div><script src="/core.js"></script><script src="/ui.js"></script><script>'
        f"const survey = new Survey.Model({json.dumps({'pages': pages})});"
        "survey.onAfterRenderSurvey.add(() => { performance.mark('ready'); document.body.dataset.ready = 1 });"
        "survey.render(document.getElementById('survey'))</script></body></html>"
    )


def _element(question: Any) -> dict[str, Any]:
    title = question.words(Age.JUNIORS)
    if question.kind is Kind.WORDS:
        return {"type": "comment", "name": question.key, "title": title}
    if question.kind is Kind.DRAWING:
        return {"type": "signaturepad", "name": question.key, "title": title}
    choices = [{"value": one.code, "text": one.words} for one in question.choices(Age.JUNIORS)]
    return {"type": "radiogroup", "name": question.key, "title": title, "choices": choices}
