"""Brings every language in line with the English texts: ``make words`` after a ``.pot`` was changed.

A new text is added without words, one that is gone goes, and one whose English changed is marked as fuzzy: a
speaker has to look at it again.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

PORTAL = Path(__file__).parent.parent / "portal"


def main() -> None:
    for template in sorted(PORTAL.glob("*/words/*.pot")):
        for path in sorted(template.parent.glob("*.po")):
            before = path.read_text("utf-8")
            after = in_line(read(template), read(path, path.stem), before.split("\n\n", 1)[0])
            if after != before:
                path.write_text(after, "utf-8")
                print(f"Brought in line: {path.relative_to(PORTAL)}")


def read(path: Path, code: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def in_line(template: Catalog, own: Catalog, header: str) -> str:
    """The language's file, with the texts of the template in its order. Its header stays as it is."""
    made, known = Catalog(locale=own.locale, fuzzy=False), {one.context: one for one in own if one.id}
    for text in (one for one in template if one.id):
        put(made, text, known.get(text.context))
    out = BytesIO()
    write_po(out, made, width=100, omit_header=True)
    return f"{header}\n\n{out.getvalue().decode().strip()}\n"


def put(made: Catalog, text: Message, own: Message | None) -> None:
    if own is None or not own.string or isinstance(own.id, str) != isinstance(text.id, str):
        words = ("",) * made.num_plurals if text.pluralizable else ""
        made.add(text.id, words, context=text.context)
        return
    flags = ("fuzzy",) if own.fuzzy or own.id != text.id else ()
    made.add(text.id, own.string, flags=flags, context=text.context)


if __name__ == "__main__":
    main()
