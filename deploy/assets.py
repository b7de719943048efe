"""Put the browser's files into static/vendor under hashed names, with a manifest.

The govuk-frontend licence covers its code; the crest and the GDS Transport
typeface are reserved for GOV.UK. Both are taken out here, and the counts are
checked, so that a new version cannot bring them back unseen.
"""

import hashlib
import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"

GOVUK = MODULES / "govuk-frontend/dist/govuk"
FONTS = MODULES / "@fontsource-variable/atkinson-hyperlegible-next/files"
ARABIC = MODULES / "@fontsource-variable/noto-naskh-arabic/files"


class AssetError(Exception):
    """An installed file is not what these steps were written for."""


def replaced(text: str, pattern: str, new: str, times: int, what: str) -> str:
    result, found = re.subn(pattern, new, text)
    if found != times:
        raise AssetError(
            f"govuk-frontend has {found} {what}, not {times}: read what changed in its release notes, "
            "then correct the number in deploy/assets.py."
        )
    return result


def without_source_map(text: str) -> str:
    return re.sub(r"(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$", "", text)


def govuk_css() -> bytes:
    css = without_source_map((GOVUK / "govuk-frontend.min.css").read_text("utf-8"))
    css = replaced(css, r"/\*![^*]*exclusive use on gov\.uk[^*]*\*/", "", 1, "typeface notices")
    css = replaced(css, r"@font-face\{[^}]*\}", "", 2, "@font-face rules")
    css = replaced(css, r"GDS Transport,arial,sans-serif", "var(--app-font)", 55, "GDS Transport font stacks")
    css = replaced(css, r"url\(/assets/images/govuk-crest\.svg\)", "none", 3, "uses of the crest")
    for reserved in ("GDS Transport", "/assets/", "url("):
        if reserved in css:
            raise AssetError(
                f"govuk-frontend's stylesheet still holds “{reserved}”: deploy/assets.py must take it out."
            )
    return css.encode()


def script(path: Path) -> bytes:
    return without_source_map(path.read_text("utf-8")).encode()


def contents() -> dict[str, bytes]:
    return {
        "govuk.css": govuk_css(),
        "govuk.js": script(GOVUK / "govuk-frontend.min.js"),
        "htmx.js": script(MODULES / "htmx.org/dist/htmx.min.js"),
        "idb-keyval.js": script(MODULES / "idb-keyval/dist/index.js"),
        "font.woff2": (FONTS / "atkinson-hyperlegible-next-latin-wght-normal.woff2").read_bytes(),
        "font-ext.woff2": (FONTS / "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2").read_bytes(),
        "font-arabic.woff2": (ARABIC / "noto-naskh-arabic-arabic-wght-normal.woff2").read_bytes(),
    }


def hashed(name: str, content: bytes) -> str:
    stem, suffix = name.rsplit(".", 1)
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:8]}.{suffix}"


def write(path: Path, content: bytes) -> None:
    """Leave a file that is right alone; never show half of one to a running portal."""
    if path.is_file() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)


def build() -> None:
    files = contents()
    manifest = {name: hashed(name, content) for name, content in files.items()}
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write(TARGET / manifest[name], content)
    # The manifest comes after what it names, and before the old files go.
    write(TARGET / "manifest.json", (json.dumps(manifest, indent=2) + "\n").encode())
    for path in TARGET.iterdir():
        if path.name not in {"manifest.json", *manifest.values()}:
            path.unlink()


def main() -> int:
    try:
        build()
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: run “npm ci” first.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
