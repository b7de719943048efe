"""Our own scripts and styles hold nothing that the oldest browsers of the README lack: Safari 15.4, Firefox ESR."""

import re
from pathlib import Path

import pytest

from portal.config import ROOT

SCRIPTS = {
    r"AbortSignal\.(timeout|any)": "Safari 16 and 17.4: use an AbortController",
    r"\.(toSorted|toReversed|toSpliced)\(|\.with\(\d": "Safari 16: copy, then change",
    r"(Object|Map)\.groupBy|Array\.fromAsync|Promise\.withResolvers": "Safari 17.4",
    r"\.checkVisibility\(": "Safari 17.4",
    r"\(\?<[=!]": "Safari 16.4: a look behind is a syntax error before, and the whole script fails",
    r"\bstatic\s*\{": "Safari 16.4: a syntax error before",
    r"URL\.(canParse|parse)\(": "Safari 17 and 18",
    r"(showPopover|togglePopover|startViewTransition|moveBefore|requestIdleCallback|scheduler\.)": "Safari 17 or never",
    r"\.requestSubmit\(": "Safari 16: ask first, and submit otherwise",
    r"\.(union|intersection|difference|isSubsetOf)\(": "Safari 17",
    r"""import .* with \{|['"]scrollend['"]|navigation\.""": "Safari 17.2, 26 or later",
}
STYLES = {
    r"@container\b|\bcontainer-type\b|\d(cqw|cqh|cqi|cqb|cqmin|cqmax)\b": "Safari 16",
    r"^\s*(&|>|\+|~)\s*[.:\[a-z][^;]*\{|\{[^{}@]*\{[^{}]*&": "Safari 16.5: rules within rules are dropped",
    r"color-mix\(|light-dark\(|\boklch\(|\boklab\(|rgb\(from\b": "Safari 15.4 to 17.5: ask with @supports",
    r"@media[^{]*[<>]": "Safari 16.4: write min-width and max-width",
    r"@scope|@starting-style|@property|anchor\(|:user-(in)?valid|:popover-open|field-sizing": "Safari 16.4 to 18",
    r"\bsubgrid\b|overflow(-[xy])?: clip": "Safari 16",
    r"\d(rlh|lh|rcap|cap)\b|\bround\(|\bmod\(": "Safari 15.4 to 16.4",
}
ASKED_FIRST = {r"\.requestSubmit\(": "if (form.requestSubmit)"}
"""What may be used in a file that asks for it before"""

OWN = sorted([*ROOT.glob("static/js/*.js"), *ROOT.glob("static/css/*.css"), ROOT / "templates/voice/sw.js"])


def newer(text: str, is_script: bool) -> list[str]:
    """What is too new in a file, each with the reason."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    plain = re.sub(r"@supports[^{]*\{(\s*[^{}]*\{[^{}]*\})*\s*\}", "", plain)
    plain = re.sub(r"^\s*//.*$", "", plain, flags=re.MULTILINE) if is_script else plain
    return [
        f"{found[0].strip()}: {reason}"
        for pattern, reason in (SCRIPTS if is_script else STYLES).items()
        if (found := re.search(pattern, plain, re.MULTILINE))
        and (pattern not in ASKED_FIRST or ASKED_FIRST[pattern] not in plain)
    ]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_nothing_is_newer_than_the_oldest_browsers(path: Path) -> None:
    assert newer(path.read_text(), path.suffix == ".js") == []


@pytest.mark.parametrize(
    "text",
    [
        "fetch(address, { signal: AbortSignal.timeout(5) })",
        "const first = names.toSorted()",
        "text.replace(/(?<=a)b/, '')",
        "class One { static { begin() } }",
        "form.requestSubmit(button)",
        "if (box.checkVisibility()) go()",
    ],
)
def test_newer_scripts_are_found(text: str) -> None:
    assert newer(text, is_script=True)


@pytest.mark.parametrize(
    "text",
    [
        "@container (width > 20em) { p { margin: 0; } }",
        ".card {\n  color: red;\n  & .name { color: blue; }\n}",
        ".card {\n  > .name { color: blue; }\n}",
        "p { color: color-mix(in srgb, red, blue); }",
        "@media (width >= 40em) { p { margin: 0; } }",
        "p { overflow: clip; }",
    ],
)
def test_newer_styles_are_found(text: str) -> None:
    assert newer(text, is_script=False)


def test_the_high_of_a_screen_has_an_older_one_before_it() -> None:
    """Safari 15.4 has ``dvh``; tablets that are older still get the window's height."""
    for path in ROOT.glob("static/css/*.css"):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if re.search(r"\d[dsl]v[hw]\b", line) and "@supports" not in line:
                assert re.search(r"\dvh|@supports", "".join(lines[max(0, number - 2) : number])), f"{path.name}: {line}"
