"""Makes PDF documents from templates that extend ``print/base.html``. Never inside a write transaction: it takes long.

WeasyPrint needs three libraries of the system and a second to load, so it is loaded when the first document is made.
"""

from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from PIL import ImageFile

from portal.files import tags
from portal.kernel import settings
from portal.kernel.errors import PortalError

_BASE = "https://own.invalid/"
_STATIC = "/static/"
_DRAWN = "data:image/png;base64,"
"""A picture that a page carries within itself, such as the square to scan on a letter"""
_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2"}


class DocumentsUnavailable(PortalError):
    """The libraries that make PDFs are not on this machine; the text says what can be done instead."""


def pdf(template: str, **context: Any) -> bytes:
    """A tagged PDF (PDF/UA-1) of the template, which gets ``service`` and ``context`` and nothing else.

    What cannot keep all that PDF/UA-1 asks (``tags.finish``) is tagged alike and does not say it.

    Raises ``DocumentsUnavailable`` with a sentence for the page, which then offers to print.
    """
    weasyprint = _loaded()
    service = settings.current()
    environment = current_app.jinja_env
    words = environment.get_template(template).render(service=service, **context)
    look = environment.get_template("print/fonts.css").render(service=service)
    fetcher = _only_own(Path(current_app.static_folder or "static"))
    fonts = weasyprint.text.fonts.FontConfiguration()
    style = weasyprint.CSS(string=look, base_url=_BASE, url_fetcher=fetcher, font_config=fonts)
    page = weasyprint.HTML(string=words, base_url=_BASE, url_fetcher=fetcher)
    made: bytes = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", finisher=tags.finish)
    return made


def _loaded() -> Any:
    takes_broken_pictures = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        import weasyprint  # type: ignore[import-untyped]
        import weasyprint.text.fonts  # type: ignore[import-untyped]
    except (ImportError, OSError):  # the package, or one of the system's libraries that it opens
        raise DocumentsUnavailable(
            "PDF documents cannot be made on this machine just now. Print this page instead, and choose "
            "“Save as PDF”. An administrator can install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0."
        ) from None
    finally:  # its import lets all of Pillow take pictures that were cut short; uploads must not
        ImageFile.LOAD_TRUNCATED_IMAGES = takes_broken_pictures
    tags.complete()
    return weasyprint


def _only_own(static: Path) -> Any:
    """A fetcher of our own static files and of pictures within the page: no network, no other file of the machine."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    root = static.resolve()

    class OnlyOwn(URLFetcher):
        def fetch(self, url: str, headers: object = None) -> Any:
            if url.startswith(_DRAWN):
                picture = b64decode(unquote(url.removeprefix(_DRAWN)))
                return URLFetcherResponse(url, picture, {"Content-Type": "image/png"})
            parts = urlsplit(url)
            path = (root / unquote(parts.path).removeprefix(_STATIC)).resolve()
            own = url.startswith(_BASE) and parts.path.startswith(_STATIC) and path.is_relative_to(root)
            if not own or path.suffix not in _TYPES:
                raise ValueError("a document holds only what belongs to the portal")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": _TYPES[path.suffix]})

    return OnlyOwn()
