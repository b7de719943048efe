"""What WeasyPrint 70 leaves out of a PDF's tags: languages and directions of passages, and what is decoration.

It cannot be told, so two of its functions are wrapped once. ``tests/files/test_tags.py`` reads what comes of it.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

_DIRECTION = {"ltr": "/LrTb", "rtl": "/RlTb"}


@cache
def complete() -> None:
    """Makes every PDF of this process say them."""
    from weasyprint.pdf import stream, tags  # type: ignore[import-untyped]

    tags._build_box_tree = _with_language(tags._build_box_tree)
    stream.Stream.marked = _without_decoration(stream.Stream.marked)


def finish(document: Any, pdf: Any) -> None:
    """Which way the pages run. No mark of PDF/UA-1 where a character is in no font, or a glyph stands for none.

    The letters of Urdu are drawn in parts (a stem, its dots), and WeasyPrint gives the word to one part alone.
    """
    if any(font.missing or "" in font.to_unicode.values() for font in document.fonts.values()):
        del pdf.catalog["Metadata"]
    if document.pages[0]._page_box.style["direction"] == "rtl":
        pdf.catalog["ViewerPreferences"]["Direction"] = "/R2L"


def _is_decoration(box: Any) -> bool:
    """Header and footer of a page, which belong to no element, and pictures whose words are said beside them."""
    return box.element is None or (box.element_tag == "img" and box.element.get("alt") == "")


def _without_decoration(marked: Callable[..., Any]) -> Callable[..., Any]:
    def mark(stream: Any, box: Any, tag: str) -> Any:
        return stream.artifact() if _is_decoration(box) else marked(stream, box, tag)

    return mark


def _with_language(build: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """The structure below a box, each element with the language and direction that its markup states."""
    import pydyf  # type: ignore[import-untyped]
    from weasyprint.formatting_structure import boxes  # type: ignore[import-untyped]
    from weasyprint.layout.absolute import AbsolutePlaceholder  # type: ignore[import-untyped]

    def state(element: Any, facts: Any) -> None:
        if language := facts.get("lang"):
            element["Lang"] = pydyf.String(language)
        if direction := _DIRECTION.get(facts.get("dir", "")):
            layout = pydyf.Dictionary({"O": "/Layout", "WritingMode": direction})
            element["A"] = pydyf.Array([element["A"], layout]) if "A" in element else layout

    def below(box: Any, parent: Any, *more: Any) -> Iterator[Any]:
        box = box._box if isinstance(box, AbsolutePlaceholder) else box
        if isinstance(box, boxes.MarginBox) or (isinstance(box, boxes.ReplacedBox) and _is_decoration(box)):
            return
        is_whole = box.element_tag == "html"
        if is_whole and "Lang" not in parent:  # it comes again on every page
            state(parent, box.element)
        for element in build(box, parent, *more):
            if not is_whole and box.element is not None and box.element_tag != "body":
                state(element, box.element)
            yield element

    return below
