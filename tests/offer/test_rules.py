"""The tiny marks of a text, and what a policy needs before it is in force."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.offer.rules import (
    DEFAULT_POLICY,
    SECTIONS,
    Block,
    PolicyDraft,
    blocks,
    policy_problems,
    publishing_problems,
    text_problems,
)

TODAY, LATER = date(2026, 11, 10), date(2027, 11, 10)


def test_a_text_becomes_headings_paragraphs_and_lists() -> None:
    text = "## Who\r\nWe help.\nAlways.\n\n- one\n- two\nAnd then\n\n\n-no item\n<b>bold</b>"
    assert blocks(text) == [
        Block("heading", ("Who",)),
        Block("paragraph", ("We help.", "Always.")),
        Block("list", ("one", "two")),
        Block("paragraph", ("And then",)),
        Block("paragraph", ("-no item", "<b>bold</b>")),
    ]
    assert blocks(" \n\n ") == []


@given(st.text(alphabet="ab-# \n<"))
def test_no_text_loses_a_letter_or_breaks(text: str) -> None:
    kept = "".join(line for block in blocks(text) for line in block.lines)
    assert sorted(kept.replace(" ", "").replace("-", "").replace("#", "")) == sorted(
        text.replace(" ", "").replace("\n", "").replace("-", "").replace("#", "")
    )


def test_the_default_texts_can_be_saved() -> None:
    for section in SECTIONS.values():
        assert text_problems(section.text) == []
    assert policy_problems(PolicyDraft("Policy", DEFAULT_POLICY, "", None)) == {}


@pytest.mark.parametrize(
    ("draft", "is_first", "fields"),
    [
        (PolicyDraft("P", "T", "", LATER), True, set()),
        (PolicyDraft("P", "T", "", LATER), False, {"what_changed"}),
        (PolicyDraft("P", "T", "More", LATER), False, set()),
        (PolicyDraft("P", "T", "More", None), False, {"review_on"}),
        (PolicyDraft("P", "T", "More", TODAY), False, {"review_on"}),
        (PolicyDraft(" ", "", "x" * 501, None), False, {"title", "text", "what_changed", "review_on"}),
    ],
)
def test_what_publishing_needs(draft: PolicyDraft, is_first: bool, fields: set[str]) -> None:
    assert set(publishing_problems(draft, TODAY, is_first=is_first)) == fields
