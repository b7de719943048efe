"""Which files are taken, and what is said of each."""

from collections.abc import Mapping
from enum import StrEnum

LARGEST = 10 * 1024 * 1024
"""Bytes of one file"""

LARGEST_UNPACKED = 100 * 1024 * 1024
"""Bytes of all parts of a Word document together"""

MOST_FILES = 20
"""Files of one record"""


LONGEST_NAME = 120

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG = "image/jpeg"
PNG = "image/png"

TYPES: Mapping[str, str] = {"pdf": PDF, "docx": DOCX, "jpg": JPEG, "jpeg": JPEG, "png": PNG}
"""Extensions that are taken, and what the file must be inside."""

NAMES: Mapping[str, str] = {PDF: "PDF", DOCX: "Word document", JPEG: "JPEG picture", PNG: "PNG picture"}

TYPE_WORDS = "a PDF, a Word document (.docx) or a picture (.jpg or .png)"

MACRO_EXTENSIONS = frozenset({"docm", "dotm", "doc", "dot", "xlsm", "pptm"})
"""Kinds that hold macros, or can hide them"""

MOST_PARTS = 2_000
SUSPICIOUS_FROM = 20 * 1024 * 1024
MOST_SWOLLEN = 100
"""From ``SUSPICIOUS_FROM`` bytes on, a document that unpacks to more than so many times its size is a bomb"""

MOST_PIXELS = 40_000_000
MOST_PIXELS_AT_ONCE = 120_000_000
"""Of all pictures of one request: ten of a usual telephone. Drawing them anew takes more than a second"""


class State(StrEnum):
    """What is known of a file's harmlessness."""

    NOT_SCANNED = "not_scanned"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    FAILED = "failed"


STATES: Mapping[State, str] = {
    State.NOT_SCANNED: "Not scanned for viruses: no scanner is set up",
    State.WAITING: "Waits for the virus scan",
    State.CLEAN: "Scanned, nothing found",
    State.INFECTED: "Harmful, deleted",
    State.FAILED: "The virus scan has not worked so far; it is tried again",
}

GIVEN_OUT = frozenset({State.NOT_SCANNED, State.CLEAN})
"""States in which everybody who may see the record gets the file; its keeper gets it in any but ``INFECTED``."""


def macro_words(name: str) -> str:
    """Why a document with macros is refused."""
    return (
        f"“{name}” holds macros, or is a kind of document that can, and macros can do harm. "
        "Save it as a Word document without macros (.docx) or as a PDF, and add that."
    )


def too_many_words(chosen: int) -> str:
    """Why none of so many files is taken."""
    return f"You chose {chosen} files, and at most {MOST_FILES} can be added. Choose fewer and add them again."


def too_many_pictures_words(name: str) -> str:
    """Why a picture that could be taken by itself was not."""
    return f"“{name}” was not added, because the pictures are too large to be added together. Add it by itself."


def size_words(size: int) -> str:
    """Bytes as people say them."""
    if size < 1024:
        return f"{size} bytes"
    if size < 1024 * 1024:
        return f"{round(size / 1024)} KB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0") + " MB"
