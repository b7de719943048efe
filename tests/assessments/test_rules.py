"""Truth tables of measures, thresholds, readings and change."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assessments.rules import (
    MEASURES,
    THRESHOLD,
    THRIVE,
    Change,
    Direction,
    LicenceMode,
    MeasureDefinition,
    MeasureKind,
    Reading,
    change_between,
    changes_of,
    number_text,
    parse_threshold,
    reading_problems,
    threshold_label,
    threshold_ordinal,
)

TODAY = date(2026, 3, 2)
BY_CODE = {measure.code: measure for measure in MEASURES}


def reading(value: str | None = None, *, code: str = "behaviour_threshold", **facts: Any) -> Reading:
    number = None if value is None else Decimal(value)
    return Reading(code, "pupil-1", value=number, **facts)


@pytest.mark.parametrize(
    ("level", "band", "ordinal", "label"),
    [
        (1, "low", 1, "Low 1"),
        (1, "mid", 2, "Mid 1"),
        (1, "high", 3, "High 1"),
        (2, "low", 4, "Low 2"),
        (2, "high", 6, "High 2"),
        (3, "low", 7, "Low 3"),
        (3, "mid", 8, "Mid 3"),
        (4, "mid", 11, "Mid 4"),
        (4, "high", 12, "High 4"),
    ],
)
def test_a_threshold_is_three_steps_to_a_level(level: int, band: str, ordinal: int, label: str) -> None:
    assert threshold_ordinal(level, band) == ordinal
    assert threshold_label(ordinal) == label
    assert parse_threshold(f"  {label.upper()} ".replace(" ", "  ")) == ordinal


@pytest.mark.parametrize(("level", "band"), [(0, "low"), (5, "low"), (1, "middle"), (-1, "high")])
def test_a_threshold_outside_the_scale_is_refused(level: int, band: str) -> None:
    with pytest.raises(ValueError, match="no behaviour threshold"):
        threshold_ordinal(level, band)


@pytest.mark.parametrize("ordinal", [0, 13, -3])
def test_a_step_outside_the_scale_has_no_label(ordinal: int) -> None:
    with pytest.raises(ValueError, match="no behaviour threshold"):
        threshold_label(ordinal)


@pytest.mark.parametrize("text", ["", "High", "High 5", "4 high", "High 4 low 3", "High ４", "N/A"])
def test_other_texts_name_no_threshold(text: str) -> None:
    assert parse_threshold(text) is None


@pytest.mark.parametrize(
    ("first", "last", "amount", "improvement", "direction", "words"),
    [
        ("12", "7", -5, 5, Direction.BETTER, "5 steps better: High 4 to low 3"),
        ("12", "11", -1, 1, Direction.BETTER, "1 step better: High 4 to mid 4"),
        ("12", "12", 0, 0, Direction.NO_CHANGE, "No change: High 4"),
        ("4", "6", 2, -2, Direction.WORSE, "2 steps worse: Low 2 to high 2"),
    ],
)
def test_a_threshold_is_better_when_it_is_lower(
    first: str, last: str, amount: int, improvement: int, direction: Direction, words: str
) -> None:
    change = change_between(THRESHOLD, [reading(first), reading(last, order=1)])
    assert change is not None
    assert (change.amount, change.improvement, change.direction) == (amount, improvement, direction)
    assert change.words() == words


@pytest.mark.parametrize(
    ("code", "first", "last", "words"),
    [
        ("thrive", "40", "58", "18 percentage points better: 40% to 58%"),
        ("thrive", "58", "40.5", "17.5 percentage points worse: 58% to 40.5%"),
        ("sdq_total", "22", "15", "7 points better: 22 to 15"),
        ("sdq_prosocial", "4", "6", "2 points better: 4 to 6"),
        ("sdq_conduct", "4", "6", "2 points worse: 4 to 6"),
        ("incidents", "9", "7", "2 incidents a week better: 9 to 7"),
        ("hours_in_school", "10", "11", "1 hour a week better: 10 to 11"),
        ("goal", "3", "3.0", "No change: 3"),
    ],
)
def test_each_measure_has_its_own_direction_and_unit(code: str, first: str, last: str, words: str) -> None:
    change = change_between(BY_CODE[code], [reading(first, code=code), reading(last, code=code, order=1)])
    assert change is not None
    assert change.words() == words


@pytest.mark.parametrize(
    "other",
    [
        {"informant": "family"},
        {"version": "11 to 17 years, by the pupil"},
        {"goal_key": "second goal"},
        {"code": "sdq_conduct"},
    ],
)
def test_readings_that_differ_in_kind_give_no_change(other: dict[str, Any]) -> None:
    facts = {"code": "sdq_total", "informant": "school", "version": "4 to 17 years"}
    first, last = reading("20", **facts), reading("10", **{**facts, **other}, order=1)
    assert change_between(BY_CODE["sdq_total"], [first, last]) is None


def test_one_reading_is_no_change() -> None:
    assert change_between(THRESHOLD, []) is None
    assert change_between(THRESHOLD, [reading("12")]) is None
    assert change_between(THRESHOLD, [reading("12"), reading(None, order=1)]) is None


def test_a_recorded_increase_alone_is_a_change() -> None:
    change = change_between(THRIVE, [Reading("thrive", None, increase=Decimal(18))])
    assert change == Change(THRIVE, None, None, Decimal(18), 1)
    assert change.words() == "18 percentage points better"


def test_two_readings_go_before_a_recorded_increase() -> None:
    rows = [
        reading("40", code="thrive"),
        reading("50", code="thrive", order=1),
        reading(code="thrive", increase=Decimal(30), order=2),
    ]
    change = change_between(THRIVE, rows)
    assert change is not None
    assert change.amount == 10


def test_first_and_last_go_by_date_and_by_order_when_a_date_is_not_known() -> None:
    early, late = date(2026, 1, 5), date(2026, 2, 9)
    dated = [reading("7", taken_on=late, order=0), reading("12", taken_on=early, order=1)]
    undated = [reading("7", taken_on=late, order=0), reading("12", order=1)]
    by_date, by_order = change_between(THRESHOLD, dated), change_between(THRESHOLD, undated)
    assert by_date is not None
    assert by_order is not None
    assert (by_date.amount, by_order.amount) == (-5, 5)


def test_the_middle_reading_does_not_decide() -> None:
    change = change_between(THRESHOLD, [reading("12"), reading("3", order=1), reading("10", order=2)])
    assert change is not None
    assert (change.amount, change.count) == (-2, 3)


def test_two_pupils_are_never_one_change() -> None:
    rows = [Reading("behaviour_threshold", key, value=Decimal(5), order=n) for n, key in enumerate("ab")]
    assert changes_of(THRESHOLD, rows) == {}
    with pytest.raises(ValueError, match="one pupil"):
        change_between(THRESHOLD, rows)


keys = st.sampled_from(["", "school", "family", "pupil"])


@given(st.lists(st.tuples(keys, st.sampled_from("AB"), st.integers(0, 40)), max_size=12))
def test_a_change_never_crosses_informants_or_versions(given_readings: list[tuple[str, str, int]]) -> None:
    rows = [
        Reading("sdq_total", "p", informant, version, value=Decimal(value), order=n)
        for n, (informant, version, value) in enumerate(given_readings)
    ]
    for key, change in changes_of(BY_CODE["sdq_total"], rows).items():
        own = [row.value for row in rows if (row.informant, row.version) == (key.informant, key.version)]
        assert (change.first, change.last, change.count) == (own[0], own[-1], len(own))


@given(st.integers(1, 12), st.integers(1, 12))
def test_there_and_back_weigh_the_same(first: int, last: int) -> None:
    there = Change(THRESHOLD, Decimal(first), Decimal(last), Decimal(last - first), 2)
    back = Change(THRESHOLD, Decimal(last), Decimal(first), Decimal(first - last), 2)
    assert there.improvement == -back.improvement
    assert (there.direction is Direction.NO_CHANGE) == (first == last)


@pytest.mark.parametrize(
    ("code", "facts", "problem"),
    [
        ("behaviour_threshold", {"value": "12"}, None),
        ("behaviour_threshold", {"value": "13"}, "Behaviour threshold must be from Low 1 to High 4."),
        ("behaviour_threshold", {"value": "0"}, "Behaviour threshold must be from Low 1 to High 4."),
        ("behaviour_threshold", {"value": "1.5"}, "Behaviour threshold must be a whole number."),
        ("behaviour_threshold", {}, "Enter the reading of Behaviour threshold."),
        (
            "behaviour_threshold",
            {"increase": "3"},
            "Behaviour threshold needs its readings; a change alone cannot be recorded.",
        ),
        ("thrive", {"increase": "-18"}, None),
        ("thrive", {"increase": "101"}, "The change in Thrive cannot be more than 100%."),
        (
            "thrive",
            {"value": "4", "increase": "1"},
            "Give either the reading of Thrive or its change alone, not both.",
        ),
        ("thrive", {"value": "100.5"}, "Thrive must be from 0% to 100%."),
        ("thrive", {"value": "50.125"}, "Thrive can have at most two decimal places."),
        ("thrive", {"value": "NaN"}, "Thrive must be a number of sensible size."),
        ("thrive", {"value": "1E+9999999"}, "Thrive must be a number of sensible size."),
        ("thrive", {"value": "50", "taken_on": TODAY}, None),
        ("thrive", {"value": "50", "taken_on": date(2026, 3, 3)}, "The date of the reading is in the future."),
        ("sdq_total", {"value": "40", "informant": "school", "version": "4 to 17 years"}, None),
        (
            "sdq_total",
            {"value": "41", "informant": "school", "version": "4 to 17 years"},
            "SDQ total difficulties must be from 0 to 40.",
        ),
        (
            "sdq_total",
            {"value": "4", "version": "4 to 17 years"},
            "Say who the reading of SDQ total difficulties comes from: School staff, Parent or carer, The pupil.",
        ),
        (
            "leuven_wellbeing",
            {"value": "0", "informant": "worker"},
            "Leuven well-being must be from 1 to 5.",
        ),
        (
            "suspended_sessions",
            {"value": "4"},
            "Choose what the reading of Suspended sessions is of: Last 6 school weeks, Last term, School year so far.",
        ),
    ],
)
def test_what_is_wrong_with_a_reading(code: str, facts: dict[str, Any], problem: str | None) -> None:
    numbers = {name: Decimal(str(facts[name])) for name in ("value", "increase") if name in facts}
    found = reading_problems(BY_CODE[code], Reading(code, "p", **{**facts, **numbers}), TODAY)
    assert found == ([] if problem is None else [problem])


@given(st.decimals(allow_nan=True, allow_infinity=True), st.text(max_size=5), st.text(max_size=5))
def test_no_number_breaks_the_check(value: Decimal, informant: str, version: str) -> None:
    open_measure = MeasureDefinition("own", "Own measure", MeasureKind.HOURS, True)
    for measure in (*MEASURES, open_measure):
        assert isinstance(
            reading_problems(measure, Reading(measure.code, "p", informant, version, value=value), TODAY), list
        )


def test_the_standard_list_is_the_one_of_the_domain() -> None:
    assert list(BY_CODE) == [
        "behaviour_threshold",
        "thrive",
        "boxall_developmental",
        "boxall_diagnostic",
        "sdq_total",
        "sdq_emotional",
        "sdq_conduct",
        "sdq_hyperactivity",
        "sdq_peer",
        "sdq_prosocial",
        "goal",
        "leuven_wellbeing",
        "leuven_involvement",
        "attendance",
        "suspended_sessions",
        "incidents",
        "hours_in_school",
    ]
    lower = {code for code, measure in BY_CODE.items() if not measure.higher_is_better}
    assert lower == {
        "behaviour_threshold",
        "boxall_diagnostic",
        "sdq_total",
        "sdq_emotional",
        "sdq_conduct",
        "sdq_hyperactivity",
        "sdq_peer",
        "suspended_sessions",
        "incidents",
    }


def test_licensed_measures_show_results_only() -> None:
    assert BY_CODE["goal"].credit == "Goal-based outcomes: Law & Jacob"
    licensed = {code for code, measure in BY_CODE.items() if measure.licence is LicenceMode.RESULTS_ONLY}
    assert licensed == {code for code in BY_CODE if code.startswith(("sdq", "boxall", "thrive"))}
    assert not [code for code in BY_CODE if "star" in code or "ors" in code.split("_")]


@pytest.mark.parametrize(
    ("number", "text"),
    [("13.0", "13"), ("13.50", "13.5"), ("0.5", "0.5"), ("100", "100"), ("1E+2", "100"), ("-0", "0"), ("0.0", "0")],
)
def test_numbers_are_plain(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text
