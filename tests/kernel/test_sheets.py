"""What a spreadsheet would run is known by its first sign, however that is written."""

import pytest

from portal.kernel.sheets import runs_as_formula


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@a", "\t=1", "\r1", " =1", "＝1+1", "＋1", "－1", "＠a", "﹦1", "﹢1", "﹣1", "﹫a", "　＝1"]
    + ["\u200b=1", "\ufeff=1", "\u202e@a"],
)
def test_formulas(text):
    assert runs_as_formula(text)


@pytest.mark.parametrize("text", ["", "Ash", "1+1", "a=b", "“=1”", "3 - 4", "–", "　", " a"])
def test_plain_texts(text):
    assert not runs_as_formula(text)
