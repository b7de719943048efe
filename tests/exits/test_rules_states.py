"""How far each column is answered: of one mind with the chart that stands above, and what is typed about endings."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assessments.rules import THRESHOLD, THRIVE, Reading
from portal.exits.rules import (
    COLUMNS,
    OUTCOME_CHOICES,
    OUTCOME_LABELS,
    STATABLE,
    STATE_LABELS,
    ColumnState,
    HowEnded,
    MonitoringDraft,
    Outcome,
    Persistence,
    PupilOutcome,
    Records,
    Statement,
    StatementDraft,
    StillInPlace,
    VisitFound,
    booking_problems,
    choice_of_outcome,
    column_answers,
    monitoring_problems,
    outcome_of_choice,
    statement_problems,
)
from portal.feedback.rules import ASPECTS, Answer, Feedback, Source, Tone
from portal.impact import rules as impact
from portal.plans.rules import Implemented
from portal.voice.rules.heard import HEARD_WORDS, Heard

TODAY = date(2026, 11, 10)
PUPILS = ("1", "2")


def readings(code: str, highest: int) -> st.SearchStrategy[list[Reading]]:
    return st.lists(
        st.builds(
            Reading,
            st.just(code),
            st.sampled_from(PUPILS),
            taken_on=st.dates(date(2026, 1, 1), TODAY),
            value=st.integers(1, highest).map(Decimal),
        ),
        max_size=5,
    )


def feedbacks(source: Source) -> st.SearchStrategy[list[Feedback]]:
    answers = st.dictionaries(st.sampled_from(sorted(ASPECTS[source])), st.sampled_from(Answer), max_size=3)
    return st.lists(
        st.builds(
            Feedback,
            st.just(source),
            answers,
            good_words=st.sampled_from(["", "Calm"]),
            work_stopped=st.booleans(),
            overall=st.none() | st.sampled_from(Tone),
        ),
        max_size=2,
    )


RECORDS = st.builds(
    Records,
    outcomes=st.lists(
        st.builds(
            PupilOutcome, st.sampled_from(PUPILS), st.none() | st.sampled_from(Outcome), st.none() | st.booleans()
        ),
        max_size=2,
        unique_by=lambda pupil: pupil.pupil_key,
    ).map(tuple),
    ended=st.booleans(),
    how_ended=st.none() | st.sampled_from(HowEnded),
    strategies=st.lists(st.sampled_from(Implemented), max_size=3).map(tuple),
    readings=st.tuples(readings(THRESHOLD.code, 12), readings(THRIVE.code, 100)).map(lambda two: (*two[0], *two[1])),
    visits=st.lists(
        st.builds(
            VisitFound,
            st.none() | st.dates(date(2026, 1, 1), TODAY),
            st.lists(st.sampled_from(Persistence), max_size=3).map(tuple),
            st.none() | st.sampled_from(StillInPlace),
        ),
        max_size=2,
    ).map(tuple),
    booked_on=st.none() | st.just(date(2026, 12, 1)),
    school_feedback=feedbacks(Source.SCHOOL).map(tuple),
    family_feedback=feedbacks(Source.FAMILY).map(tuple),
    child_voice=st.none() | st.sampled_from(Heard),
    stated=st.dictionaries(
        st.sampled_from(sorted(COLUMNS)),
        st.sampled_from(
            [
                Statement(ColumnState.NOT_APPLICABLE),
                Statement(ColumnState.AWAITED),
                Statement(ColumnState.SCHEDULED, date(2026, 12, 5)),
            ]
        ),
        max_size=3,
    ),
)


@given(RECORDS)
def test_the_states_are_those_of_the_chart(records: Records) -> None:
    row = impact.make_row(
        impact.ChartFacts(
            case_key="c",
            school="A",
            worker_key="w",
            worker="W",
            days=Decimal(1),
            pupils=records.outcomes,
            ended=records.ended,
            how_ended=records.how_ended,
            strategies=records.strategies,
            threshold=records.readings,
            thrive=records.readings,
            visits=tuple(impact.MonitoringVisit(v.visited_on, v.checks, v.answer) for v in records.visits),
            visit_booked_on=records.booked_on,
            school_feedback=records.school_feedback,
            family_feedback=records.family_feedback,
            child_voice=impact.ChildVoice(records.child_voice.value) if records.child_voice else None,
            stated={
                column: impact.stated_cell(column, impact.CellState(said.state.value), due_on=said.due_on)
                for column, said in records.stated.items()
            },
        )
    )
    assert {voice.value: words for voice, words in HEARD_WORDS.items()} == {
        voice.value: words for voice, words in impact.CHILD_VOICE_LABELS.items()
    }
    ours = {column: answer.state.value for column, answer in column_answers(records).items()}
    assert ours == {column: row.cell(column).state.value for column in impact.STATE_COLUMNS}


def test_the_columns_and_states_are_those_of_the_chart() -> None:
    assert tuple(COLUMNS) == impact.STATE_COLUMNS
    assert {state.value: label for state, label in STATE_LABELS.items()} == {
        state.value: label for state, label in impact.STATE_LABELS.items()
    }


def test_a_statement_never_hides_a_record() -> None:
    said = {"how_it_ended": Statement(ColumnState.NOT_APPLICABLE)}
    nothing = Records((), ended=True, stated=said)
    assert column_answers(nothing)["how_it_ended"].stated
    answer = column_answers(replace(nothing, how_ended=HowEnded.COMPLETED))["how_it_ended"]
    assert (answer.state, answer.stated) == (ColumnState.MET, False)


def test_the_choices_say_each_outcome_once_and_come_back_the_same() -> None:
    for choice, _ in OUTCOME_CHOICES:
        said = outcome_of_choice(7, choice)
        assert choice_of_outcome(said.outcome, said.placement_holds) == choice
    assert {outcome_of_choice(7, choice).outcome for choice, _ in OUTCOME_CHOICES} == set(OUTCOME_LABELS)
    assert outcome_of_choice(7, "continuing_lost").kept is False
    assert outcome_of_choice(7, "continuing").kept is True
    assert outcome_of_choice(7, "").outcome is None
    with pytest.raises(ValueError, match="nonsense"):
        outcome_of_choice(7, "nonsense")


FOUND = MonitoringDraft(TODAY, {1: Persistence.ADAPTED, 2: Persistence.NOT_SEEN})


@pytest.mark.parametrize(
    ("changes", "strategies", "words"),
    [
        ({}, {1, 2}, None),
        ({"done_on": None}, {1, 2}, "Enter the date"),
        ({"done_on": TODAY + timedelta(days=1)}, {1, 2}, "lies in the future"),
        ({"done_on": date(2026, 9, 1)}, {1, 2}, "before the work ended"),
        ({}, {1, 2, 3}, "1 of 3 still to say"),
        ({"checks": {}}, set(), "still in place"),
        ({"checks": {}, "answer": StillInPlace.SOME}, set(), None),
    ],
)
def test_a_visit_speaks_of_every_strategy(changes, strategies, words) -> None:
    problems = monitoring_problems(replace(FOUND, **changes), frozenset(strategies), date(2026, 10, 1), TODAY)
    assert [words in problem for problem in problems] == ([] if words is None else [True])


@pytest.mark.parametrize(
    ("day", "fine"),
    [
        (None, False),
        (TODAY - timedelta(days=1), False),
        (TODAY, True),
        (TODAY + timedelta(days=90), True),
        (date(2099, 1, 1), False),
    ],
)
def test_a_visit_is_booked_for_a_day_to_come(day, fine) -> None:
    assert (not booking_problems(day, TODAY)) is fine


@pytest.mark.parametrize("state", ColumnState)
def test_only_what_is_no_result_can_be_stated(state) -> None:
    draft = StatementDraft("thrive", state, TODAY)
    assert (not statement_problems(draft, TODAY)) is (state in STATABLE)


def test_a_statement_names_a_column_and_a_day_where_it_needs_one() -> None:
    assert statement_problems(StatementDraft("nonsense", ColumnState.AWAITED), TODAY)
    assert statement_problems(StatementDraft("thrive", ColumnState.SCHEDULED), TODAY)
    assert statement_problems(StatementDraft("thrive", ColumnState.SCHEDULED, date(2026, 1, 1)), TODAY)
