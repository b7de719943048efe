"""Truth tables of the chart: cells, rows and totals."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assessments.rules import Reading
from portal.exits.rules import HowEnded, Outcome, Persistence, PupilOutcome, StillInPlace
from portal.feedback.rules import Feedback, Source, Tone
from portal.impact.rules import (
    COLUMNS,
    STATE_COLUMNS,
    Cell,
    CellState,
    ChartFacts,
    ChildVoice,
    MonitoringVisit,
    Share,
    make_row,
    minutes_to_days,
    not_applicable,
    ongoing,
    percent_words,
    row_year,
    scheduled,
    school_year_of,
    stated_cell,
    to_be_arranged,
    to_come,
    totals,
)
from portal.plans.rules import Implemented, ImplementedSummary

S = CellState


def facts(**changed: Any) -> ChartFacts:
    plain: dict[str, Any] = {
        "case_key": "C-1",
        "school": "A",
        "worker_key": "w1",
        "worker": "Worker 1",
        "days": Decimal("13.5"),
        "pupils": (PupilOutcome("p1", Outcome.STAYED),),
        "ended": True,
    }
    return ChartFacts(**{**plain, **changed})


def threshold(*steps: int, pupil: str | None = "p1") -> tuple[Reading, ...]:
    return tuple(Reading("behaviour_threshold", pupil, value=Decimal(step), order=n) for n, step in enumerate(steps))


def increase(amount: int, pupil: str | None = "p1") -> tuple[Reading, ...]:
    return (Reading("thrive", pupil, increase=Decimal(amount)),)


def pupils(*outcomes: Outcome | None) -> tuple[PupilOutcome, ...]:
    return tuple(PupilOutcome(f"p{n}", outcome) for n, outcome in enumerate(outcomes, start=1))


@pytest.mark.parametrize(
    ("minutes", "day", "days"),
    [
        (0, 390, "0"),
        (97, 390, "0"),
        (98, 390, "0.5"),
        (195, 390, "0.5"),
        (292, 390, "0.5"),
        (293, 390, "1"),
        (390, 390, "1"),
        (90, 360, "0.5"),
        (5265, 390, "13.5"),
        (339 * 390, 390, "339"),
    ],
)
def test_days_are_counted_to_half_a_day(minutes: int, day: int, days: str) -> None:
    assert minutes_to_days(minutes, day) == Decimal(days)


@pytest.mark.parametrize(("minutes", "day"), [(-1, 390), (1, 0), (1, -390)])
def test_impossible_minutes_are_refused(minutes: int, day: int) -> None:
    with pytest.raises(ValueError, match="minutes"):
        minutes_to_days(minutes, day)


@given(st.integers(0, 10**9), st.integers(1, 1440))
def test_rounding_is_never_more_than_a_quarter_of_a_day(minutes: int, day: int) -> None:
    assert abs(minutes_to_days(minutes, day) * day - minutes) * 4 <= day


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2016, 8, 31), "2015/16"),
        (date(2016, 9, 1), "2016/17"),
        (date(2017, 8, 31), "2016/17"),
        (date(1999, 12, 1), "1999/00"),
        (date(2009, 1, 1), "2008/09"),
    ],
)
def test_a_school_year_begins_in_september(day: date, year: str) -> None:
    assert school_year_of(day) == year


def test_the_year_of_a_row() -> None:
    ended, today = date(2024, 7, 1), date(2026, 3, 2)
    assert row_year(ended, None, today) == "2023/24"
    assert row_year(None, None, today) == "2025/26"
    assert row_year(ended, "2016/17", today) == "2016/17"
    assert row_year(None, "2016/17", today) == "2016/17"


def test_the_answers_that_are_no_result_stay_different() -> None:
    cells = [not_applicable(), ongoing(), to_come(), to_be_arranged(), scheduled(date(2017, 12, 5))]
    assert [cell.words() for cell in cells] == ["N/A", "Ongoing", "To come", "To be arranged", "5 December 2017"]
    assert [cell.state for cell in cells] == [S.NOT_APPLICABLE, S.IN_PROGRESS, S.AWAITED, S.AWAITED, S.SCHEDULED]
    assert all(cell.number is None for cell in cells)
    assert cells[-1].due_on == date(2017, 12, 5)


def test_words_hold_value_and_note() -> None:
    assert Cell("Yes", S.MET, "3 of 3 strategies").words() == "Yes (3 of 3 strategies)"
    assert Cell("", S.AWAITED).words() == "Awaited"


def test_the_describing_columns() -> None:
    row = make_row(facts())
    assert [cell.value for cell in row.cells()[:4]] == ["A", "Worker 1", "13.5", "1"]
    assert tuple(COLUMNS) == tuple(COLUMNS)[:4] + STATE_COLUMNS
    assert len(row.cells()) == 13
    with pytest.raises(KeyError):
        row.cell("case_key")


@pytest.mark.parametrize(("ended", "state"), [(True, S.AWAITED), (False, S.IN_PROGRESS)])
def test_what_is_not_recorded_is_ongoing_or_to_come(ended: bool, state: CellState) -> None:
    row = make_row(facts(ended=ended, pupils=pupils(None)))
    assert {row.cell(column).state for column in STATE_COLUMNS} == {state}
    assert row.still_in_place.value == ("To be arranged" if ended else "Ongoing")
    assert row.threshold.value == ("To come" if ended else "Ongoing")


def test_work_with_a_whole_school_is_not_asked_about_a_child() -> None:
    row = make_row(facts(pupils=()))
    asked = {column for column in STATE_COLUMNS if row.cell(column).state is not S.NOT_APPLICABLE}
    assert asked == {"how_it_ended", "actions_implemented", "still_in_place", "school_feedback"}


def test_a_statement_speaks_only_where_no_record_does() -> None:
    said = {"threshold": not_applicable(note="too young"), "thrive": to_come()}
    row = make_row(facts(stated=said, thrive=increase(18)))
    assert row.threshold == Cell("N/A", S.NOT_APPLICABLE, "too young")
    assert (row.thrive.value, row.thrive.number) == ("18%", 18)


@pytest.mark.parametrize(
    ("column", "state", "due_on", "cell"),
    [
        ("threshold", S.AWAITED, None, to_come(note="n")),
        ("still_in_place", S.AWAITED, None, to_be_arranged("n")),
        ("still_in_place", S.SCHEDULED, date(2017, 12, 5), scheduled(date(2017, 12, 5), "n")),
        ("thrive", S.IN_PROGRESS, None, ongoing(note="n")),
        ("thrive", S.NOT_APPLICABLE, None, not_applicable(note="n")),
    ],
)
def test_a_statement_kept_as_state_and_note_is_the_same_cell(
    column: str, state: CellState, due_on: date | None, cell: Cell
) -> None:
    assert stated_cell(column, state, "n", due_on) == cell


@pytest.mark.parametrize("state", [S.MET, S.PARTLY, S.NOT_MET, S.SCHEDULED])
def test_a_result_cannot_be_merely_stated(state: CellState) -> None:
    with pytest.raises(ValueError, match="cannot be stated"):
        stated_cell("thrive", state)


CONTINUING = Outcome.CONTINUING


@pytest.mark.parametrize(
    ("children", "value", "state", "kept"),
    [
        (pupils(Outcome.STAYED), "Stayed in school", S.MET, 1),
        (pupils(Outcome.STAYED, Outcome.STAYED), "Stayed in school (2 children)", S.MET, 2),
        (pupils(Outcome.SPECIALIST), "Moved to specialist provision", S.MET, 1),
        (pupils(Outcome.MANAGED_MOVE_IN_PROGRESS), "Managed move in progress", S.MET, 1),
        (pupils(Outcome.LEFT_AREA), "Left the area", S.NOT_MET, 0),
        (
            pupils(Outcome.STAYED, Outcome.PERMANENTLY_EXCLUDED),
            "Stayed in school (1 child); Permanently excluded (1 child)",
            S.PARTLY,
            1,
        ),
        (pupils(Outcome.STAYED, None), "Stayed in school (1 child); Not recorded yet (1 child)", S.AWAITED, 1),
        ((PupilOutcome("p1", CONTINUING, True),), "Work continuing", S.IN_PROGRESS, 1),
        ((PupilOutcome("p1", CONTINUING, None),), "Work continuing", S.IN_PROGRESS, 0),
        ((PupilOutcome("p1", CONTINUING, False),), "Work continuing, placement lost", S.NOT_MET, 0),
    ],
)
def test_placement(children: tuple[PupilOutcome, ...], value: str, state: CellState, kept: int) -> None:
    cell = make_row(facts(pupils=children)).placement
    assert (cell.value, cell.state, cell.number) == (value, state, kept)


@pytest.mark.parametrize(
    ("how", "value", "state"),
    [
        (HowEnded.COMPLETED, "Completed", S.MET),
        (HowEnded.STOPPED_BY_FAMILY, "Stopped by the family", S.NOT_MET),
        (HowEnded.STOPPED_FOR_SAFEGUARDING, "Stopped for safeguarding", S.NOT_MET),
    ],
)
def test_how_the_work_ended(how: HowEnded, value: str, state: CellState) -> None:
    assert make_row(facts(how_ended=how)).how_it_ended == Cell(value, state)


YES, PARTLY, NO, UNKNOWN = Implemented


@pytest.mark.parametrize(
    ("strategies", "stated", "cell"),
    [
        ((YES, YES), None, Cell("Yes", S.MET, "2 of 2 strategies")),
        ((YES, PARTLY, NO), None, Cell("Some", S.PARTLY, "1 of 3 strategies, 1 partly")),
        ((NO,), None, Cell("No", S.NOT_MET, "0 of 1 strategies")),
        ((), ImplementedSummary.SOME, Cell("Some", S.PARTLY)),
        ((NO,), ImplementedSummary.ALL, Cell("No", S.NOT_MET, "0 of 1 strategies")),
        ((UNKNOWN,), None, Cell("To come", S.AWAITED)),
        ((), ImplementedSummary.AWAITED, Cell("To come", S.AWAITED)),
    ],
)
def test_actions_implemented(
    strategies: tuple[Implemented, ...], stated: ImplementedSummary | None, cell: Cell
) -> None:
    assert make_row(facts(strategies=strategies, implemented=stated)).actions_implemented == cell


@pytest.mark.parametrize(
    ("readings", "value", "state", "number"),
    [
        (threshold(12, 7), "5 steps better: High 4 to low 3", S.MET, 5),
        (threshold(12, 12), "No change: High 4", S.NOT_MET, 0),
        (threshold(4, 6), "2 steps worse: Low 2 to high 2", S.NOT_MET, -2),
        (threshold(12), "To come", S.AWAITED, None),
        (threshold(12, 9, pupil=None), "3 steps better: High 4 to high 3", S.MET, 3),
        (
            threshold(12, 9) + threshold(6, 7, pupil="p2"),
            "3 steps better: High 4 to high 3; 1 step worse: High 2 to low 3",
            S.PARTLY,
            1,
        ),
    ],
)
def test_threshold(readings: tuple[Reading, ...], value: str, state: CellState, number: int | None) -> None:
    cell = make_row(facts(threshold=readings)).threshold
    assert (cell.value, cell.state, cell.number) == (value, state, number)


def test_a_pupil_without_a_second_reading_is_named_in_the_note() -> None:
    cell = make_row(facts(threshold=threshold(12, 9) + threshold(6, pupil="p2"))).threshold
    assert (cell.number, cell.note) == (3, "1 of 2 pupils with a change")


@pytest.mark.parametrize(
    ("amount", "value", "state"),
    [
        (18, "18%", S.MET),
        (0, "No change", S.NOT_MET),
        (-7, "7 percentage points worse", S.NOT_MET),
    ],
)
def test_thrive(amount: int, value: str, state: CellState) -> None:
    cell = make_row(facts(thrive=increase(amount))).thrive
    assert (cell.value, cell.state, cell.number) == (value, state, amount)


SEEN = (Persistence.STILL_IN_PLACE, Persistence.STOPPED, Persistence.NOT_SEEN)
BOOKED = date(2017, 12, 5)


@pytest.mark.parametrize(
    ("visits", "booked", "cell"),
    [
        ((), None, Cell("To be arranged", S.AWAITED)),
        ((), BOOKED, Cell("5 December 2017", S.SCHEDULED, due_on=BOOKED)),
        ((MonitoringVisit(answer=StillInPlace.NO),), None, Cell("No", S.NOT_MET)),
        (
            (MonitoringVisit(answer=StillInPlace.YES),),
            BOOKED,
            Cell("Yes", S.MET, "next visit booked for 5 December 2017"),
        ),
        (
            (MonitoringVisit(date(2017, 3, 3), SEEN),),
            None,
            Cell("Some", S.PARTLY, "1 of 2 strategies seen; visited on 3 March 2017"),
        ),
        (
            (MonitoringVisit(date(2017, 6, 3), SEEN[:1]), MonitoringVisit(date(2017, 3, 3), SEEN[1:2])),
            date(2017, 5, 5),
            Cell("Yes", S.MET, "1 of 1 strategies seen; visited on 3 June 2017"),
        ),
        (
            (MonitoringVisit(answer=StillInPlace.YES), MonitoringVisit(answer=StillInPlace.NO)),
            None,
            Cell("No", S.NOT_MET),
        ),
        ((MonitoringVisit(date(2017, 6, 3), SEEN[2:]),), BOOKED, Cell("5 December 2017", S.SCHEDULED, due_on=BOOKED)),
    ],
)
def test_still_in_place(visits: tuple[MonitoringVisit, ...], booked: date | None, cell: Cell) -> None:
    assert make_row(facts(visits=visits, visit_booked_on=booked)).still_in_place == cell


def said(overall: Tone, **words: Any) -> Feedback:
    return Feedback(Source.FAMILY, overall=overall, **words)


@pytest.mark.parametrize(
    ("feedbacks", "value", "state"),
    [
        ((said(Tone.ALL_POSITIVE),), "Positive for all aspects", S.MET),
        ((said(Tone.POSITIVE),), "Positive", S.MET),
        ((said(Tone.MIXED),), "Mixed", S.PARTLY),
        ((said(Tone.NOT_POSITIVE),), "Not positive", S.NOT_MET),
        ((said(Tone.NOT_ABLE),), "Work not able to continue", S.NOT_APPLICABLE),
        ((said(Tone.POSITIVE), said(Tone.NOT_POSITIVE)), "Positive; Not positive", S.PARTLY),
        ((said(Tone.POSITIVE), said(Tone.NOT_ABLE)), "Positive; Work not able to continue", S.MET),
        ((), "To come", S.AWAITED),
    ],
)
def test_feedback(feedbacks: tuple[Feedback, ...], value: str, state: CellState) -> None:
    cell = make_row(facts(family_feedback=feedbacks)).family_feedback
    assert (cell.value, cell.state) == (value, state)


@pytest.mark.parametrize(
    ("voice", "state"),
    [
        (ChildVoice.HEARD_TWICE, S.MET),
        (ChildVoice.HEARD_ONCE, S.PARTLY),
        (ChildVoice.CHOSE_NOT_TO_SAY, S.NOT_APPLICABLE),
        (None, S.AWAITED),
    ],
)
def test_choosing_not_to_say_is_never_not_met(voice: ChildVoice | None, state: CellState) -> None:
    assert make_row(facts(child_voice=voice)).child_voice.state is state


def test_two_workers_on_a_case_count_its_child_and_its_answers_once() -> None:
    shared: dict[str, Any] = {"threshold": threshold(12, 7), "visits": (MonitoringVisit(answer=StillInPlace.YES),)}
    rows = [
        make_row(facts(**shared)),
        make_row(facts(worker_key="w2", worker="Worker 2", days=Decimal(2), **shared)),
        make_row(facts(case_key="C-2", school="B", pupils=(PupilOutcome("p9", Outcome.LEFT_AREA),))),
    ]
    whole = totals(rows)
    assert (whole.rows, whole.works, whole.children) == (3, 2, 2)
    assert whole.days == 29
    assert [(row.worker, row.days) for row in whole.days_by_worker] == [("Worker 1", 27), ("Worker 2", 2)]
    assert whole.placement_kept == Share(1, 2)
    assert whole.threshold_moves == (("A", Decimal(5)),)
    assert whole.threshold.known == whole.monitoring_answered == Share(1, 2)


def test_two_workers_of_one_name_stay_two() -> None:
    rows = [make_row(facts(case_key=key, worker_key=key)) for key in ("a", "b")]
    assert len(totals(rows).days_by_worker) == 2


@pytest.mark.parametrize(
    ("first", "second", "kept", "unknown"),
    [
        ((Outcome.STAYED, date(2025, 1, 1)), (Outcome.PERMANENTLY_EXCLUDED, date(2026, 1, 1)), Share(0, 1), 0),
        ((Outcome.STAYED, date(2026, 1, 1)), (Outcome.PERMANENTLY_EXCLUDED, date(2025, 1, 1)), Share(1, 1), 0),
        ((Outcome.STAYED, date(2026, 1, 1)), (None, None), Share(1, 1), 0),
        ((Outcome.PERMANENTLY_EXCLUDED, None), (Outcome.STAYED, date(2026, 1, 1)), Share(0, 1), 0),
        ((None, date(2026, 1, 1)), (None, None), Share(0, 0), 1),
    ],
)
def test_a_child_with_two_pieces_of_work_has_the_later_answer(
    first: tuple[Outcome | None, date | None], second: tuple[Outcome | None, date | None], kept: Share, unknown: int
) -> None:
    rows = [
        make_row(facts(case_key=str(n), pupils=pupils(outcome), ended_on=ended))
        for n, (outcome, ended) in enumerate((first, second))
    ]
    whole = totals(rows)
    assert (whole.children, whole.placement_kept, whole.placement_unknown) == (1, kept, unknown)


def test_an_empty_chart_divides_by_nothing() -> None:
    whole = totals([])
    assert (whole.rows, whole.children, whole.days) == (0, 0, 0)
    assert whole.thrive.mean is whole.thrive.median is whole.placement_kept.percentage is None
    assert percent_words(whole.placement_kept) == "0 of 0"


@pytest.mark.parametrize(
    ("share", "words"),
    [(Share(11, 12), "11 of 12 (91.7%)"), (Share(10, 10), "10 of 10 (100%)"), (Share(1, 8), "1 of 8 (12.5%)")],
)
def test_a_share_prints_its_denominator(share: Share, words: str) -> None:
    assert percent_words(share) == words


def test_means_are_rounded_half_up_to_two_decimals() -> None:
    rows = [make_row(facts(case_key=str(n), thrive=increase(n))) for n in (1, 1, 2)]
    rows += [make_row(facts(case_key=f"x{n}", thrive=increase(2))) for n in range(6)]
    # 1, 2 and six times 2, since the two rows of case 1 are one piece of work: 15 / 8 = 1.875.
    assert (totals(rows).thrive.mean, totals(rows).thrive.median) == (Decimal("1.88"), Decimal("2.00"))


any_facts = st.builds(
    facts,
    case_key=st.sampled_from("abcdef"),
    worker_key=st.sampled_from(["w1", "w2"]),
    days=st.integers(0, 100).map(lambda halves: Decimal(halves) / 2),
    ended=st.booleans(),
    pupils=st.lists(
        st.builds(
            PupilOutcome, st.sampled_from("uvwxyz"), st.none() | st.sampled_from(Outcome), st.none() | st.booleans()
        ),
        max_size=3,
        unique_by=lambda pupil: pupil.pupil_key,
    ).map(tuple),
    threshold=st.lists(st.integers(1, 12), max_size=3).map(lambda steps: threshold(*steps)),
    thrive=st.just(()) | st.integers(-50, 50).map(increase),
    visits=st.lists(st.builds(MonitoringVisit, answer=st.none() | st.sampled_from(StillInPlace)), max_size=2).map(
        tuple
    ),
    visit_booked_on=st.none() | st.just(BOOKED),
)


@given(st.lists(any_facts, max_size=8))
def test_no_denominator_is_larger_than_what_is_there(chart: list[ChartFacts]) -> None:
    rows = [make_row(one) for one in chart]
    whole = totals(rows)
    assert whole.works <= whole.rows == len(rows)
    assert whole.placement_kept.of + whole.placement_unknown == whole.children
    for share in (whole.thrive.known, whole.threshold.known, whole.monitoring_answered):
        assert share.count <= share.of == whole.works
    assert whole.placement_kept.count <= whole.placement_kept.of
    assert sum((worker.days for worker in whole.days_by_worker), Decimal(0)) == whole.days
    for column in STATE_COLUMNS:
        assert sum(share.count for share in whole.states[column].values()) == whole.works


@given(any_facts)
def test_no_cell_is_ever_bare(one: ChartFacts) -> None:
    row = make_row(one)
    for column in STATE_COLUMNS:
        assert row.cell(column).value
        assert row.cell(column).state
        if (
            row.cell(column).state in {S.AWAITED, S.IN_PROGRESS, S.SCHEDULED, S.NOT_APPLICABLE}
            and column != "placement"
        ):
            assert row.cell(column).number is None
