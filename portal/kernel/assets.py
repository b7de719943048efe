"""Static files for templates: the address of each, and the symbols that are drawn within a page."""

import json
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

OWN = ("css", "js", "icons", "symbols")


class Assets:
    """What stands in the folder of static files: third-party ones by the manifest, our own with a version."""

    def __init__(self, static: Path) -> None:
        self._static = static
        self._own = {path.name: str(path.relative_to(static)) for part in OWN for path in (static / part).iterdir()}
        self._known: dict[str, str] = {}

    def address(self, name: str) -> str:
        """The address of one file. Raises ``KeyError`` for an unknown name."""
        if name not in self._known:
            self._known[name] = self._address(name)
        return self._known[name]

    def _address(self, name: str) -> str:
        if name in self._own:
            version = int((self._static / self._own[name]).stat().st_mtime)
            return f"/static/{self._own[name]}?v={version:x}"
        manifest = json.loads((self._static / "vendor" / "manifest.json").read_text())
        return f"/static/vendor/{manifest[name]}"

    def text(self, name: str) -> str:
        """What stands in one of our own files. Raises ``KeyError`` for an unknown name."""
        return (self._static / self._own[name]).read_text("utf-8")

    @lru_cache(maxsize=256)  # noqa: B019 - one for each portal, which lives as long as its process
    def inner(self, name: str) -> Markup:
        """A symbol's own drawing from its attributes on: what stands between ``<svg`` and ``</svg>``."""
        text = self.text(f"{name}.svg").strip()
        if not (text.startswith("<svg ") and text.endswith("</svg>")):
            raise ValueError(f"{name}.svg must be one svg element")
        return Markup(text.removeprefix("<svg ").removesuffix("</svg>"))  # noqa: S704 - our own file, and no other

    def drawn(self, name: str, classes: str) -> Markup:
        """A symbol as part of the page: no request of its own, there without signal, and silent to a screen reader."""
        return Markup('<svg class="{}" aria-hidden="true" focusable="false" {}</svg>').format(classes, self.inner(name))


class SymbolSheet:
    """Draws the symbols of one page: in full, or, between ``begin`` and ``sheet``, each once for many places."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._wanted: dict[str, None] | None = None

    def begin(self) -> str:
        """From here on symbols only point to the sheet that ``sheet`` draws."""
        self._wanted = {}
        return ""

    def picture(self, name: str, classes: str) -> Markup:
        """One symbol where it is to be seen."""
        if self._wanted is None:
            return self._assets.drawn(name, classes)
        self._wanted[name] = None
        return Markup('<svg class="{}" aria-hidden="true" focusable="false"><use href="#symbol-{}"/></svg>').format(
            classes, name
        )

    def sheet(self) -> Markup:
        """What was pointed to since ``begin``; it goes into the same document."""
        names, self._wanted = self._wanted or {}, None
        symbols = (
            Markup('<symbol id="symbol-{}" {}</symbol>').format(name, self._assets.inner(name)) for name in names
        )
        return Markup('<svg class="tablet__sheet" aria-hidden="true">{}</svg>').format(Markup("").join(symbols))
