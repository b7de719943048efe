"""Texts, particulars, and where an agreement stands."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agreements import rules

MAYA = rules.Particulars(
    school="Ash Primary",
    pupils=("Maya K.",),
    workers=("Wren Okafor", "Jo Bright"),
    planned_half_days=25,
    starts_on=date(2026, 11, 10),
    review_on=date(2027, 1, 4),
    contact="Sam Reed",
)
TEXT = rules.TextDraft("[school] helps.\nTwice.", "[workers] come for [days].", "No [names].", "Say so.")


def test_the_default_text_can_be_published():
    assert rules.text_problems(rules.DEFAULT_TEXT) == {}


def test_particulars_survive_being_kept():
    whole = replace(MAYA, planned_end_on=date(2027, 2, 1), also_agreed="Tuesdays only")
    assert rules.from_json(rules.to_json(whole)) == whole
    assert rules.from_json('{"school": "Ash", "of_a_later_version": 1}') == rules.Particulars("Ash")


def test_a_merged_text_says_everything_once_and_leaves_unknown_places_alone():
    text = rules.merge(TEXT, 3, replace(MAYA, also_agreed="## Not a heading\n- On Tuesdays"), "Harbour")
    assert text.startswith("Agreement between Ash Primary and Harbour, text 3\n## What this agreement is about\n")
    assert "- Wren Okafor and Jo Bright come for 12.5 days." in text
    assert "- No [names]." in text
    about, school, *_, also = rules.blocks(text)
    assert ("First day", "Tuesday 10 November 2026") in about.rows
    assert ("Planned last day", "a day still to be agreed") in about.rows
    assert school.lines == ("Ash Primary helps.", "Twice.")
    assert also == rules.Block("Also agreed", lines=("## Not a heading", "- On Tuesdays"))


def test_what_is_filled_in_is_not_read_again():
    assert "[days] comes for" in rules.merge(
        replace(TEXT, service="[workers] comes for [days]"), 1, replace(MAYA, workers=("[days]",)), "Harbour"
    )


def test_without_pupils_it_is_the_whole_school():
    values = rules.places(replace(MAYA, pupils=(), workers=(), planned_half_days=1), "Harbour")
    assert (values["pupils"], values["days"]) == ("the whole school", "half a day")
    assert values["workers"] == "a worker whom the service will name"


@given(st.text(max_size=200), st.text(max_size=200))
def test_another_text_has_another_digest(one: str, other: str):
    assert (rules.digest(one) == rules.digest(other)) is (one == other)


@pytest.mark.parametrize(
    ("changes", "part", "words"),
    [
        ({"sharing": " "}, "sharing", "What is shared"),
        ({"school": "x" * 3_001}, "school", "3,000"),
        ({"service": "[worker] comes"}, "service", "[worker]"),
        ({"stopping": "[days]" * 11}, "stopping", "at most 10"),
    ],
)
def test_a_text_that_cannot_be_published_says_why(changes, part, words):
    problems = rules.text_problems(replace(rules.DEFAULT_TEXT, **changes))
    assert list(problems) == [part]
    assert words in problems[part]


def test_what_changed_stands_side_by_side():
    now = replace(TEXT, school="[school] helps.\nThree times.")
    (change,) = rules.changes(TEXT, now)
    assert [(line.words, line.is_changed) for line in change.before] == [("[school] helps.", False), ("Twice.", True)]
    assert [line.words for line in change.now if line.is_changed] == ["Three times."]
    assert rules.changes(TEXT, TEXT) == ()


SIGNED = rules.SignDraft("Ruth Head", "Head teacher", "Sam Reed", True, "0" * 64)


@pytest.mark.parametrize(
    "missing", [{"name": " "}, {"role": ""}, {"contact": ""}, {"agrees": False}], ids=lambda m: next(iter(m))
)
def test_a_signature_needs_each_of_its_parts(missing):
    assert rules.sign_problems(SIGNED) == {}
    assert list(rules.sign_problems(replace(SIGNED, **missing))) == list(missing)


@pytest.mark.parametrize(
    ("status", "is_asked", "may"),
    [
        (None, True, False),
        (None, False, True),
        ("waiting", True, False),
        ("waiting", False, False),
        ("lapsed", False, False),
        ("replaced", True, False),
        ("signed", True, True),
        ("waived", True, True),
    ],
)
def test_work_starts_only_with_a_signature_or_a_reason(status, is_asked, may):
    assert rules.may_start(status, is_asked=is_asked) is may


@pytest.mark.parametrize(
    ("status", "facts", "state", "tone", "says"),
    [
        ("waiting", {}, "Waits for the school", "attention", "by Tuesday 17 November"),
        ("waiting", {"today": date(2026, 11, 18)}, "Waits for the school", "problem", "was due Tuesday 17 November"),
        ("waiting", {"change_asked": True}, "The school asked for a change", "attention", "coordinator answers next"),
        ("signed", {"signed_by": "Ruth", "signed_on": date(2026, 11, 12)}, "Signed", "good", "Ruth signed it"),
        ("waived", {}, "Work may start without it", "quiet", "may still sign"),
        ("replaced", {}, "Replaced by a newer version", "quiet", "newer version"),
        ("lapsed", {}, "No longer needed", "quiet", "Nothing more"),
    ],
)
def test_the_line_says_where_it_is_and_who_acts_next(status, facts, state, tone, says):
    due, today = date(2026, 11, 17), facts.pop("today", date(2026, 11, 10))
    line = rules.state_line(status, due, today, **({"change_asked": False} | facts))
    assert (line.state, line.tone) == (state, tone)
    assert says in line.next
