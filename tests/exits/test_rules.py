"""Truth tables of outcomes, endings and monitoring."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exits.rules import (
    HOW_ENDED_LABELS,
    KEPT,
    OUTCOME_LABELS,
    PERSISTENCE_LABELS,
    EndingFacts,
    HowEnded,
    Outcome,
    Persistence,
    PupilOutcome,
    StillInPlace,
    ending_problems,
    is_kept,
    monitoring_dates,
    still_in_place,
)

TODAY = date(2026, 3, 2)
READY = EndingFacts(
    outcomes=(PupilOutcome("a", Outcome.STAYED),),
    how_ended=HowEnded.COMPLETED,
    started_on=date(2026, 1, 5),
    ended_on=date(2026, 3, 2),
    today=TODAY,
)


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (Outcome.STAYED, True),
        (Outcome.MANAGED_MOVE_IN_PROGRESS, True),
        (Outcome.MANAGED_MOVE, True),
        (Outcome.SPECIALIST, True),
        (Outcome.ALTERNATIVE, False),
        (Outcome.MOVED_SCHOOL, False),
        (Outcome.PERMANENTLY_EXCLUDED, False),
        (Outcome.PARENT_REMOVED, False),
        (Outcome.LEFT_AREA, False),
        (Outcome.CONTINUING, None),
        (None, None),
    ],
)
def test_kept_are_the_first_four(outcome: Outcome | None, kept: bool | None) -> None:
    assert is_kept(outcome) is kept


@pytest.mark.parametrize("holds", [True, False, None])
def test_continuing_work_is_kept_while_the_placement_holds(holds: bool | None) -> None:
    assert is_kept(Outcome.CONTINUING, holds) is holds
    assert PupilOutcome("a", Outcome.CONTINUING, holds).kept is holds


@pytest.mark.parametrize("holds", [True, False, None])
def test_the_flag_speaks_of_continuing_work_only(holds: bool | None) -> None:
    assert is_kept(Outcome.STAYED, holds) is True
    assert is_kept(Outcome.PERMANENTLY_EXCLUDED, holds) is False


def test_every_code_has_its_words() -> None:
    assert list(OUTCOME_LABELS) == list(Outcome)
    assert list(KEPT) != []
    assert set(HOW_ENDED_LABELS) == set(HowEnded)
    assert set(PERSISTENCE_LABELS) == set(Persistence)
    assert PupilOutcome("a", Outcome.CONTINUING, False).words() == "Work continuing, placement lost"
    assert PupilOutcome("a").words() == "Not recorded yet"


S, A, D, X, U = Persistence


@pytest.mark.parametrize(
    ("checks", "answer"),
    [
        ([], None),
        ([U, U], None),
        ([S], StillInPlace.YES),
        ([S, A, D], StillInPlace.YES),
        ([S, U], StillInPlace.YES),
        ([S, X], StillInPlace.SOME),
        ([D, X, X], StillInPlace.SOME),
        ([X, X], StillInPlace.NO),
        ([X, U], StillInPlace.NO),
    ],
)
def test_still_in_place_speaks_of_what_was_seen(checks: list[Persistence], answer: StillInPlace | None) -> None:
    assert still_in_place(checks) is answer


@given(st.lists(st.sampled_from(Persistence)))
def test_what_was_not_seen_changes_nothing(checks: list[Persistence]) -> None:
    assert still_in_place(checks) is still_in_place([*checks, Persistence.NOT_SEEN])


@pytest.mark.parametrize(
    ("facts", "problems"),
    [
        (READY, []),
        (replace(READY, outcomes=()), []),
        (replace(READY, started_on=None), []),
        (replace(READY, started_on=TODAY), []),
        (
            replace(READY, outcomes=(*READY.outcomes, PupilOutcome("b"))),
            ["Choose what became of every pupil: 1 of 2 still to choose."],
        ),
        (replace(READY, how_ended=None), ["Say how the work ended."]),
        (replace(READY, ended_on=None), ["Enter the date on which the work ended."]),
        (replace(READY, ended_on=TODAY + timedelta(1)), ["The work cannot end on a date in the future."]),
        (replace(READY, ended_on=date(2026, 1, 4)), ["The work cannot end before it started."]),
        (
            EndingFacts((PupilOutcome("a"),), None, None, None, TODAY),
            [
                "Choose what became of every pupil: 1 of 1 still to choose.",
                "Say how the work ended.",
                "Enter the date on which the work ended.",
            ],
        ),
    ],
)
def test_ending_asks_for_outcome_manner_and_date_only(facts: EndingFacts, problems: list[str]) -> None:
    assert ending_problems(facts) == problems


class PlainCalendar:
    """A calendar without holidays whose terms all end on 24 July."""

    def add_school_weeks(self, day: date, n: int) -> date:
        return day + timedelta(weeks=n)

    def end_of_next_term(self, day: date) -> date:
        return date(day.year, 7, 24)


def test_monitoring_is_due_after_six_school_weeks_and_after_one_term() -> None:
    due = monitoring_dates(date(2026, 3, 2), PlainCalendar())
    assert (due.first, due.second) == (date(2026, 4, 13), date(2026, 7, 24))
    assert monitoring_dates(date(2026, 3, 2), PlainCalendar(), school_weeks=4).first == date(2026, 3, 30)
