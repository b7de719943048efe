"""The words that families read, by language."""

from pathlib import Path

from portal.kernel.languages import Catalogue

WORDS = Catalogue("families", "Families", Path(__file__).parent.parent / "words")
