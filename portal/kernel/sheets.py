"""Text on its way into a spreadsheet."""

import unicodedata

_SIGNS = frozenset("=+-@\t\r\n")


def runs_as_formula(text: str) -> bool:
    """Would a spreadsheet take this for a formula? Also behind blanks, and with signs of full width as in Japanese."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")  # zero-width signs hide nothing
    return any(unicodedata.normalize("NFKC", part[:1]) in _SIGNS for part in (seen, seen.lstrip()) if part)
