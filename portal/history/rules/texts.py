"""The text of one cell: made safe to look at, and to quote back, before anybody asks what it means."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from portal.assessments.rules import number_text
from portal.kernel.sheets import runs_as_formula

LONGEST_CELL = 2_000
LONGEST_LABEL = 120
LONGEST_QUOTE = 40
_BREAKS = frozenset("\t\n\r")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


class Unreadable(ValueError):
    """A cell that cannot be understood; its message is the reason, as the end of a sentence about the cell."""


def cell_text(value: object, number_format: str = "") -> str:
    """What a cell of a CSV or spreadsheet reads as; ``number_format`` is the spreadsheet's own ("0%")."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        return f"{number_text(number.scaleb(2))}%" if "%" in number_format else number_text(number)
    return value if isinstance(value, str) else str(value)


def checked(text: str, when_empty: str = "is empty") -> str:
    """The text on one line. Raises Unreadable when it is empty, too long or holds characters that are no text."""
    if len(text) > LONGEST_CELL:
        raise Unreadable(f"has {len(text):,} characters; at most {LONGEST_CELL:,} are read")
    if any(unicodedata.category(mark) in {"Cc", "Cs"} for mark in text if mark not in _BREAKS):
        raise Unreadable("holds control characters")
    line = " ".join(text.split())
    if not line:
        raise Unreadable(when_empty)
    return line


def label(text: str) -> str:
    """The name of a school or worker. Raises Unreadable when it is too long or a spreadsheet would run it."""
    if len(text) > LONGEST_LABEL:
        raise Unreadable(f"has {len(text):,} characters; a name may have {LONGEST_LABEL}")
    if runs_as_formula(text):
        raise Unreadable(f"begins with “{text[0]}”, which a spreadsheet would take for a formula")
    return text


def folded(text: str) -> str:
    """The text as it is compared: small letters, and every dash the same."""
    return _DASHES.sub("-", text.casefold())


def quoted(text: str) -> str:
    """The text as it may stand in a message: in quotation marks, short, with nothing that cannot be printed."""
    shown = "".join(mark if mark.isprintable() else "\ufffd" for mark in text[:LONGEST_QUOTE])
    return f"“{shown}…”" if len(text) > LONGEST_QUOTE else f"“{shown}”"
