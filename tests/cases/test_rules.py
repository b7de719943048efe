"""Cases: the road and its gates, opening, clocks and the card."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.rules import (
    ON_BOARD,
    ROAD,
    STAGES,
    Bar,
    CaseDraft,
    CaseFacts,
    DefaultClocks,
    bar,
    card_name,
    clock_dates,
    days_words,
    group_name,
    is_too_long,
    length_problems,
    next_step,
    opening_problems,
    previous_step,
    stage_words,
    to_half_days,
)
from portal.policy import Action
from portal.schools.rules import Closure, Term, TermCalendar
from portal.tasks.rules import CLOSING_REPORT, OBSERVATION_REPORT, PLANNED_END, WEEK_SIX_REVIEW

TODAY = date(2017, 11, 29)
CALENDAR = TermCalendar(
    (
        Term("Autumn term 2017", date(2017, 9, 5), date(2017, 12, 19)),
        Term("Spring term 2018", date(2018, 1, 3), date(2018, 3, 29)),
    ),
    (Closure(date(2017, 10, 23), date(2017, 10, 27), "Half-term"),),
)
READY = CaseFacts(
    has_worker=True,
    has_start_date=True,
    work_ended=True,
    monitoring_settled=True,
    agreement_signed_or_waived=True,
)
NOTHING = CaseFacts()


def test_stages_stand_in_the_order_of_the_board() -> None:
    assert list(STAGES.values()) == [
        "Waiting to start",
        "Observation",
        "Plan",
        "Support",
        "Exit",
        "Monitoring",
        "Closed",
    ]
    assert tuple(STAGES)[:-1] == ON_BOARD


@pytest.mark.parametrize(
    ("stage", "forward", "back"),
    [
        ("waiting", "start_observation", None),
        ("observation", "start_plan", "back_to_waiting"),
        ("plan", "start_support", "back_to_observation"),
        ("support", "begin_exit", "back_to_plan"),
        ("exit", "start_monitoring", "back_to_support"),
        ("monitoring", "close", "back_to_exit"),
        ("closed", None, "back_to_monitoring"),
    ],
)
def test_every_stage_has_a_way_on_and_a_way_back(stage: str, forward: str | None, back: str | None) -> None:
    on, before = next_step(stage), previous_step(stage)
    assert (on and on.name, before and before.name) == (forward, back)


def test_an_unknown_stage_is_an_error() -> None:
    for ask in (next_step, previous_step):
        with pytest.raises(KeyError):
            ask("lost")


GATES = [
    ("start_observation", "waiting", {"has_worker", "has_start_date", "agreement_signed_or_waived"}),
    ("start_plan", "observation", set()),
    ("start_support", "plan", set()),
    ("begin_exit", "support", set()),
    ("start_monitoring", "exit", {"work_ended"}),
    ("close", "monitoring", {"work_ended", "monitoring_settled"}),
    ("close", "exit", {"work_ended", "monitoring_settled"}),
    ("stop_early", "waiting", set()),
    ("stop_early", "observation", set()),
    ("stop_early", "plan", set()),
    ("back_to_waiting", "observation", set()),
    ("back_to_observation", "plan", set()),
    ("back_to_plan", "support", set()),
    ("back_to_exit", "monitoring", set()),
    ("back_to_monitoring", "closed", set()),
]


@pytest.mark.parametrize(("step", "stage", "demanded"), GATES)
def test_a_gate_demands_what_the_step_means_and_nothing_else(step: str, stage: str, demanded: set[str]) -> None:
    assert len(ROAD.problems(step, stage, NOTHING)) == len(demanded)
    assert ROAD.problems(step, stage, replace(NOTHING, **dict.fromkeys(demanded, True))) == []
    for fact in demanded:
        assert len(ROAD.problems(step, stage, replace(READY, **{fact: False}))) == 1


def test_support_does_not_go_on_while_its_end_is_recorded() -> None:
    assert ROAD.problems("back_to_support", "exit", replace(NOTHING, agreement_signed_or_waived=True)) == []
    (problem,) = ROAD.problems("back_to_support", "exit", READY)
    assert "Take it back" in problem


def test_the_gates_above_are_all_there_are() -> None:
    named = {(step, stage) for step, stage, _ in GATES} | {("back_to_support", "exit")}
    assert named == {(step.name, stage) for step in ROAD.steps for stage in step.sources}


def test_going_back_and_ending_early_ask_for_a_reason_and_going_on_does_not() -> None:
    asking = {step.name for step in ROAD.steps if step.reason_asked}
    assert asking == {step.name for step in ROAD.steps if step.name.startswith("back_to_")} | {"stop_early"}


def test_closing_and_opening_again_are_another_action_than_moving() -> None:
    closing = {step.name for step in ROAD.steps if step.needs is Action.CLOSE_CASE}
    assert closing == {"close", "back_to_monitoring"}
    assert {step.needs for step in ROAD.steps} == {Action.CLOSE_CASE, Action.MOVE_CASE}


def test_every_stage_can_be_reached_and_left() -> None:
    reached = {"waiting"}
    for _ in STAGES:
        reached |= {step.target for stage in reached for step in ROAD.available(stage)}
    assert reached == set(STAGES)
    assert all(ROAD.available(stage) for stage in STAGES)


DRAFT = CaseDraft(1, (11,), (21,), planned_half_days=24, starts_on=TODAY)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"service_line_id": None}, ["service_line_id"]),
        ({"pupil_ids": ()}, ["pupil_ids"]),
        ({"pupil_ids": (1, 2, 3, 4), "is_group": True}, []),
        ({"pupil_ids": (1, 2, 3, 4, 5), "is_group": True}, ["pupil_ids"]),
        ({"pupil_ids": (1, 2, 3, 4, 4), "is_group": True}, []),
        ({"pupil_ids": (1, 2, 3, 4, 5)}, []),
        ({"worker_ids": ()}, []),
        ({"starts_on": None}, []),
        ({"planned_half_days": None}, ["planned_half_days"]),
        ({"planned_half_days": 0}, ["planned_half_days"]),
        ({"planned_half_days": 401}, ["planned_half_days"]),
        ({"planned_end_on": date(2017, 11, 28)}, ["planned_end_on"]),
        ({"planned_end_on": TODAY}, []),
        ({"starts_on": date(217, 11, 29)}, ["starts_on"]),
        ({"planned_end_on": date(9999, 12, 31)}, ["planned_end_on"]),
    ],
)
def test_opening(changes: dict[str, object], fields: list[str]) -> None:
    assert sorted(opening_problems(replace(DRAFT, **changes), TODAY)) == fields  # type: ignore[arg-type]


def test_the_group_limit_is_the_lines() -> None:
    group = replace(DRAFT, pupil_ids=(1, 2, 3), is_group=True)
    assert list(opening_problems(group, TODAY, group_limit=2)) == ["pupil_ids"]


@pytest.mark.parametrize(
    ("planned_end_on", "authorised_by", "reason", "fields"),
    [
        (date(2017, 9, 5), "", "", ["planned_end_on"]),
        (date(2017, 12, 6), "", "", []),
        # Fourteen school weeks after 6 September, half-term left out, is 20 December: the first day of the holidays.
        (date(2017, 12, 20), "", "", []),
        (date(2018, 1, 3), "", "", []),
        (date(2018, 1, 4), "", "", ["authorised_by", "extension_reason"]),
        (date(2018, 1, 4), "Jo Head", " ", ["extension_reason"]),
        (date(2018, 1, 4), "", "The new school begins in February.", ["authorised_by"]),
        (date(2018, 1, 4), "Jo Head", "The new school begins in February.", []),
    ],
)
def test_length_of_support(planned_end_on: date, authorised_by: str, reason: str, fields: list[str]) -> None:
    problems = length_problems(date(2017, 9, 6), planned_end_on, authorised_by, reason, CALENDAR)
    assert sorted(problems) == fields


def test_the_longest_length_is_the_lines() -> None:
    assert not is_too_long(date(2017, 9, 6), date(2017, 9, 20), CALENDAR, DefaultClocks(longest_weeks=2))
    assert is_too_long(date(2017, 9, 6), date(2017, 9, 21), CALENDAR, DefaultClocks(longest_weeks=2))


def test_clocks_count_school_weeks_and_land_on_school_days() -> None:
    found = clock_dates(date(2017, 9, 13), date(2017, 9, 8), CALENDAR, ended_on=date(2017, 12, 13))
    assert found == {
        OBSERVATION_REPORT: date(2017, 9, 22),
        WEEK_SIX_REVIEW: date(2017, 11, 1),
        PLANNED_END: date(2017, 12, 13),
        CLOSING_REPORT: date(2018, 1, 3),
    }
    assert clock_dates(date(2017, 9, 27), None, CALENDAR)[PLANNED_END] == date(2018, 1, 3)


def test_a_clock_that_has_not_started_is_left_out() -> None:
    assert clock_dates(None, None, CALENDAR) == {}
    assert set(clock_dates(TODAY, None, CALENDAR)) == {WEEK_SIX_REVIEW, PLANNED_END}


@given(st.dates(date(2016, 1, 1), date(2020, 1, 1)), st.integers(0, 20))
def test_every_clock_lands_on_a_school_day(day: date, weeks: int) -> None:
    clocks = DefaultClocks(weeks, weeks, weeks, weeks, weeks)
    found = clock_dates(day, day, CALENDAR, clocks, day)
    assert len(found) == 4
    assert all(CALENDAR.is_school_day(due_on) and due_on >= day for due_on in found.values())
    assert not is_too_long(day, found[PLANNED_END], CALENDAR, clocks)


@pytest.mark.parametrize(
    ("given_name", "family_name", "name"),
    [
        ("Maya", "Kowalska", "Maya K."),
        (" Maya ", " kowalska", "Maya K."),
        ("Mary  Ann", "O'Neil", "Mary Ann O."),
        ("Zoë", "'t Hooft", "Zoë T."),
        ("Ömer", "öz", "Ömer Ö."),
        ("李", "王", "李 王."),
        ("Maya", "", "Maya"),
        ("", "Kowalska", "Pupil K."),
        ("", "", "Unnamed pupil"),
        ("Maya", "123", "Maya"),
    ],
)
def test_card_names(given_name: str, family_name: str, name: str) -> None:
    assert card_name(given_name, family_name) == name


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "Unnamed pupil"),
        (("Maya K.",), "Maya K."),
        (("Maya K.", "Ben A."), "Maya K. and Ben A."),
        (("Maya K.", "Ben A.", "Zoë T."), "Maya K. and 2 more"),
    ],
)
def test_names_of_several(names: tuple[str, ...], words: str) -> None:
    assert group_name(names) == words


@pytest.mark.parametrize(
    ("used", "planned", "expected"),
    [
        ("12", "24", Bar("12 of 24 days", 50, False)),
        ("12.5", "24", Bar("12.5 of 24 days", 52, False)),
        ("0", "24", Bar("0 of 24 days", 0, False)),
        ("24", "24", Bar("24 of 24 days", 100, False)),
        ("24.2", "24", Bar("24 of 24 days", 100, False)),
        ("24.25", "24", Bar("24.5 of 24 days", 100, True)),
        ("0.5", "1", Bar("0.5 of 1 day", 50, False)),
        ("12", "0", Bar("12 days", 0, False)),
        ("1", "0", Bar("1 day", 0, False)),
    ],
)
def test_bar(used: str, planned: str, expected: Bar) -> None:
    assert bar(Decimal(used), Decimal(planned)) == expected


@pytest.mark.parametrize(
    ("exact", "half", "words"),
    [
        ("0.24", "0", "0 days"),
        ("0.25", "0.5", "0.5 days"),
        ("0.74", "0.5", "0.5 days"),
        ("0.75", "1", "1 day"),
        ("339", "339", "339 days"),
    ],
)
def test_half_days(exact: str, half: str, words: str) -> None:
    assert to_half_days(Decimal(exact)) == Decimal(half)
    assert days_words(Decimal(exact)) == words


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (date(2017, 11, 29), "since today"),
        (date(2017, 11, 28), "1 day"),
        (date(2017, 11, 16), "13 days"),
        (date(2017, 11, 15), "2 weeks"),
        (date(2017, 6, 1), "25 weeks"),
        (date(2017, 5, 31), "6 months"),
        (date(2016, 11, 29), "12 months"),
    ],
)
def test_time_in_stage(since: date, words: str) -> None:
    assert stage_words(since, TODAY) == words
