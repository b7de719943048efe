"""Truth tables of earlier charts, and the Torbay figures from file to published totals."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import portal.history
from portal.assessments.rules import Reading
from portal.exits.rules import Outcome, StillInPlace
from portal.feedback.rules import Tone
from portal.history.rules import COLUMNS, ImportedWork, cell_text, header_problems, parse_chart, parse_row
from portal.impact.rules import Cell, CellState, ChartFacts, ChartRow, MonitoringVisit, Share, make_row, totals

TORBAY = Path(portal.history.__file__).with_name("torbay-ioss-2017.csv")
S = CellState
PLAIN = {
    "school": "A",
    "worker": "1",
    "days": "13",
    "children": "1",
    "placement": "Yes",
    "actions_implemented": "Yes",
    "threshold": "High 4 to low 3",
    "thrive_increase": "10%",
    "still_in_place": "Yes",
    "school_feedback": "Positive",
    "family_feedback": "Positive",
}


def torbay() -> tuple[ImportedWork, ...]:
    with TORBAY.open(encoding="utf-8", newline="") as file:
        headings, *rows = csv.reader(file)
    works, problems = parse_chart(headings, list(enumerate(rows, start=2)))
    assert problems == []
    return works


def facts_of(work: ImportedWork) -> ChartFacts:
    """Imported work as the records that operations will keep of it."""
    case = f"imported-{work.line}"
    pupils = tuple(
        type(pupil)(f"{case}-{pupil.pupil_key}", pupil.outcome, pupil.placement_holds, pupil.note)
        for pupil in work.pupils
    )
    # With two children in one row the chart does not say whose reading it prints.
    child = pupils[0].pupil_key if len(pupils) == 1 else None
    steps = work.threshold or ()
    return ChartFacts(
        case_key=case,
        school=work.school,
        worker_key=work.worker,
        worker=f"Worker {work.worker}",
        days=work.days,
        pupils=pupils,
        ended=work.ended,
        year="2016/17",
        implemented=work.implemented,
        threshold=tuple(Reading("behaviour_threshold", child, value=Decimal(s), order=n) for n, s in enumerate(steps)),
        thrive=(Reading("thrive", child, increase=work.thrive),) if work.thrive is not None else (),
        visits=(MonitoringVisit(answer=work.monitoring),) if work.monitoring else (),
        school_feedback=(work.school_feedback,) if work.school_feedback else (),
        family_feedback=(work.family_feedback,) if work.family_feedback else (),
        stated=work.stated,
    )


def torbay_rows() -> dict[str, ChartRow]:
    return {work.school: make_row(facts_of(work)) for work in torbay()}


def parsed(**cells: str) -> ImportedWork:
    work = parse_row(4, {**PLAIN, **cells})
    assert isinstance(work, ImportedWork), work
    return work


def refused(mapping: Mapping[str, object]) -> list[str]:
    problems = parse_row(4, mapping)
    assert isinstance(problems, list), problems
    return problems


def test_torbay_totals_are_the_published_ones() -> None:
    whole = totals(torbay_rows().values())
    assert (whole.rows, whole.works, whole.children, whole.days) == (10, 10, 12, 339)
    assert [(row.worker, row.days) for row in whole.days_by_worker] == [("Worker 1", 168), ("Worker 2", 171)]
    assert (whole.placement_kept, whole.placement_unknown) == (Share(11, 12), 0)
    assert whole.placement_kept.percentage == Decimal("91.7")
    assert whole.thrive.known == Share(8, 10)
    assert (whole.thrive.mean, whole.thrive.median) == (Decimal("18.25"), Decimal("15.5"))
    moves = {"B": 5, "C": 3, "D": 0, "E": 3, "F": 2, "G": 1, "H": 5}
    assert dict(whole.threshold_moves) == moves
    assert whole.threshold.values == tuple(moves.values())
    assert whole.threshold.known == Share(7, 10)
    assert (whole.threshold.mean, whole.threshold.median) == (Decimal("2.71"), 3)
    assert whole.monitoring_answered == Share(4, 10)


def test_torbay_states_are_the_different_answers_they_are() -> None:
    states = totals(torbay_rows().values()).states
    counted = {
        column: {state: share.count for state, share in states[column].items() if share.count}
        for column in ("placement", "actions_implemented", "threshold", "thrive", "still_in_place", "family_feedback")
    }
    assert counted == {
        "placement": {S.MET: 8, S.NOT_MET: 1, S.IN_PROGRESS: 1},
        "actions_implemented": {S.MET: 5, S.PARTLY: 5},
        "threshold": {S.MET: 6, S.NOT_MET: 1, S.NOT_APPLICABLE: 1, S.IN_PROGRESS: 1, S.AWAITED: 1},
        "thrive": {S.MET: 8, S.NOT_APPLICABLE: 1, S.IN_PROGRESS: 1},
        "still_in_place": {
            S.MET: 2,
            S.PARTLY: 1,
            S.NOT_MET: 1,
            S.NOT_APPLICABLE: 3,
            S.IN_PROGRESS: 1,
            S.AWAITED: 1,
            S.SCHEDULED: 1,
        },
        "family_feedback": {S.MET: 6, S.PARTLY: 1, S.NOT_APPLICABLE: 2, S.IN_PROGRESS: 1},
    }


@pytest.mark.parametrize(
    ("school", "column", "value", "state"),
    [
        ("A", "placement", "Stayed in school (2 children)", S.MET),
        ("A", "actions_implemented", "Some", S.PARTLY),
        ("A", "threshold", "N/A", S.NOT_APPLICABLE),
        ("A", "thrive", "N/A", S.NOT_APPLICABLE),
        ("A", "still_in_place", "Some", S.PARTLY),
        ("A", "how_it_ended", "N/A", S.NOT_APPLICABLE),
        ("C", "still_in_place", "No", S.NOT_MET),
        ("D", "placement", "Parent removed child, or home education", S.NOT_MET),
        ("D", "threshold", "No change: High 4", S.NOT_MET),
        ("D", "family_feedback", "Work not able to continue", S.NOT_APPLICABLE),
        ("E", "threshold", "3 steps better: High 4 to high 3", S.MET),
        ("F", "school_feedback", "Positive, with something to do better", S.PARTLY),
        ("G", "placement", "Moved to specialist provision", S.MET),
        ("G", "threshold", "1 step better: High 4 to mid 4", S.MET),
        ("G", "family_feedback", "Work not able to continue", S.NOT_APPLICABLE),
        ("H", "placement", "Managed move in progress", S.MET),
        ("H", "thrive", "13%", S.MET),
        ("H", "still_in_place", "5 December 2017", S.SCHEDULED),
        ("H", "family_feedback", "Mixed", S.PARTLY),
        ("I", "placement", "Work continuing", S.IN_PROGRESS),
        ("I", "threshold", "Ongoing", S.IN_PROGRESS),
        ("I", "still_in_place", "Ongoing", S.IN_PROGRESS),
        ("I", "how_it_ended", "Ongoing", S.IN_PROGRESS),
        ("J", "threshold", "To come", S.AWAITED),
        ("J", "thrive", "28%", S.MET),
        ("J", "still_in_place", "To be arranged", S.AWAITED),
        ("J", "school_feedback", "Positive", S.MET),
    ],
)
def test_torbay_cells(school: str, column: str, value: str, state: CellState) -> None:
    cell = torbay_rows()[school].cell(column)
    assert (cell.value, cell.state) == (value, state)


def test_torbay_words_are_kept_with_the_cells() -> None:
    rows = torbay_rows()
    assert rows["G"].placement.note == "Moved to Chestnut"
    assert rows["I"].placement.note == "Yes – IOSS to continue following Summer"
    assert rows["G"].family_feedback.note == "Breakdown of relationships due to SG concerns"
    assert rows["H"].family_feedback.note == (
        "Felt strategies supported child in home; breakdown of relationships due to SG"
    )
    assert rows["H"].school_feedback.note == ("monitoring sessions useful; Could be better: more capacity needed")
    assert rows["H"].still_in_place.due_on == date(2017, 12, 5)


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("Yes", [Outcome.STAYED]),
        ("YES  2   children", [Outcome.STAYED] * 2),
        ("No (Parent removed child)", [Outcome.PARENT_REMOVED]),
        ("No - EHE", [Outcome.PARENT_REMOVED]),
        ("No (permanently excluded)", [Outcome.PERMANENTLY_EXCLUDED]),
        ("Permanently excluded", [Outcome.PERMANENTLY_EXCLUDED]),
        ("Moved to Chestnut", [Outcome.SPECIALIST]),
        ("Moved to specialist: Oakfield", [Outcome.SPECIALIST]),
        ("Yes – managed move", [Outcome.MANAGED_MOVE]),
        ("Yes — managed move in progress", [Outcome.MANAGED_MOVE_IN_PROGRESS]),
        ("Yes 1 child; No 2 children (left area)", [Outcome.STAYED, Outcome.LEFT_AREA, Outcome.LEFT_AREA]),
    ],
)
def test_placements_that_are_understood(text: str, outcomes: list[Outcome]) -> None:
    cells = {key: cell for key, cell in PLAIN.items() if key != "children"}
    work = parse_row(4, {**cells, "placement": text})
    assert isinstance(work, ImportedWork)
    assert [pupil.outcome for pupil in work.pupils] == outcomes
    assert {pupil.note for pupil in work.pupils} == {" ".join(text.split())}
    assert len({pupil.pupil_key for pupil in work.pupils}) == len(outcomes)


def test_continuing_work_says_whether_the_placement_holds() -> None:
    assert [parsed(placement=f"{word} - to continue").pupils[0].kept for word in ("Yes", "No")] == [True, False]
    assert parsed(placement="Ongoing").pupils[0].outcome is None
    assert not parsed(placement="Ongoing").ended
    assert not parsed(placement="Yes - to continue").ended


def test_the_number_of_children_may_stand_in_its_own_column() -> None:
    assert len(parsed(children="3").pupils) == 3
    assert len(parsed(children="2", placement="To come").pupils) == 2


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("days", "abc", "“abc” is not a whole or half number of days."),
        ("days", "-3", "“-3” is not a whole or half number of days."),
        ("days", "13.25", "“13.25” is not a whole or half number of days."),
        ("days", "1e9", "“1e9” is not a whole or half number of days."),
        ("days", "9" * 30, f"“{'9' * 30}” is not a whole or half number of days."),
        ("days", "１３", "“１３” is not a whole or half number of days."),
        ("days", "", "this cell is empty."),
        ("children", "0", "“0” is not a number of children from 1 to 30."),
        ("children", "1.5", "“1.5” is not a number of children from 1 to 30."),
        ("placement", "Yes 2 children", "“Yes 2 children” speaks of 2 of the row's 1 children."),
        ("placement", "No", "“No” does not say what became of the child, for example “No (permanently excluded)”."),
        (
            "placement",
            "Moved to Oakfield",
            "“Moved to Oakfield” does not say what “oakfield” is; for a special school write “Moved to specialist: …”.",
        ),
        (
            "placement",
            "Yes (permanently excluded)",
            "“Yes (permanently excluded)” says yes, but “permanently excluded” says otherwise.",
        ),
        (
            "placement",
            "perhaps",
            "“perhaps” is not a placement that is known, such as “Yes”, “Moved to specialist” or “No (moved school)”.",
        ),
        ("actions_implemented", "mostly", "“mostly” is none of Yes, Some, No, N/A, ongoing, To come."),
        ("threshold", "High 4 to low 5", "“High 4 to low 5” is not a pair of thresholds such as “High 4 to low 3”."),
        ("threshold", "High 4", "“High 4” is not a pair of thresholds such as “High 4 to low 3”."),
        ("thrive_increase", "10", "“10” is not a percentage such as “10%”."),
        ("thrive_increase", "101%", "“101%” is not a percentage such as “10%”."),
        (
            "still_in_place",
            "soon",
            "“soon” is none of Yes, Some, No, a date, N/A, ongoing, To come, To be arranged.",
        ),
        ("still_in_place", "31/2/17", "“31/2/17” is not a day of the calendar."),
        (
            "school_feedback",
            "The weather was good",
            "“The weather was good” does not begin with a tone: "
            "Positive for all aspects, Positive, Mixed or Not positive.",
        ),
        ("school", "=1+1", "“=1+1” begins with “=”, which a spreadsheet would take for a formula."),
        ("worker", "@SUM(A1)", "“@SUM(A1)” begins with “@”, which a spreadsheet would take for a formula."),
        ("school", "A\x00B", "“A\ufffdB” holds control characters."),
        ("school", "a" * 100_000, f"“{'a' * 40}…” has 100,000 characters; at most 2,000 are read."),
        ("school", "a" * 121, f"“{'a' * 40}…” has 121 characters; a name may have 120."),
        (
            "threshold",
            " ",
            "this cell is empty; where there is no answer, write N/A or ongoing or To come or To be arranged.",
        ),
    ],
)
def test_what_is_not_understood_is_named(column: str, text: str, reason: str) -> None:
    assert refused({**PLAIN, column: text}) == [f"Line 4, column {column}: {reason}"]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("High 4 to low 3", (12, 7)),
        ("High 4 High 4", (12, 12)),
        ("Mid 3 to high 2", (8, 6)),
        ("low 1\nto\nMID 1", (1, 2)),
        ("High 4 – Low 4", (12, 10)),
    ],
)
def test_thresholds(text: str, steps: tuple[int, int]) -> None:
    assert parsed(threshold=text).threshold == steps


@pytest.mark.parametrize(
    ("text", "increase"), [("10%", "10"), ("+7.5 %", "7.5"), ("-5%", "-5"), ("0%", "0"), ("−5%", "-5")]
)
def test_thrive_increases(text: str, increase: str) -> None:
    assert parsed(thrive_increase=text).thrive == Decimal(increase)


@pytest.mark.parametrize(("text", "days"), [("13", "13"), ("13.5", "13.5"), ("13½", "13.5"), ("0", "0"), ("7.0", "7")])
def test_days(text: str, days: str) -> None:
    assert parsed(days=text).days == Decimal(days)


@pytest.mark.parametrize("text", ["5/12/17", "05/12/2017", "5.12.17", "2017-12-05"])
def test_a_date_is_a_visit_that_is_booked(text: str) -> None:
    work = parsed(still_in_place=text)
    assert work.monitoring is None
    assert work.stated["still_in_place"] == Cell("5 December 2017", S.SCHEDULED, due_on=date(2017, 12, 5))


@pytest.mark.parametrize(("text", "answer"), [("Yes", "yes"), ("no", "no"), ("SOME", "some")])
def test_monitoring_answers(text: str, answer: str) -> None:
    assert parsed(still_in_place=text).monitoring is StillInPlace(answer)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("N/A", S.NOT_APPLICABLE),
        ("ongoing", S.IN_PROGRESS),
        ("To come", S.AWAITED),
        ("To be arranged", S.AWAITED),
    ],
)
@pytest.mark.parametrize("column", COLUMNS[5:])
def test_an_answer_that_is_no_result_is_kept_as_stated(column: str, text: str, state: CellState) -> None:
    work = parsed(**{column: text})
    said = work.stated[column.removesuffix("_increase")]
    assert (said.value.casefold(), said.state, said.number) == (text.casefold(), state, None)


@pytest.mark.parametrize(
    ("text", "tone", "good", "better", "stopped"),
    [
        ("Positive for all aspects", Tone.ALL_POSITIVE, "", "", False),
        ("Positive", Tone.POSITIVE, "", "", False),
        ("Positive, staff loved it", Tone.POSITIVE, "staff loved it", "", False),
        ("Positive, more monitoring needed", Tone.POSITIVE_EXCEPT, "", "more monitoring needed", False),
        ("Mixed: helpful, but too short", Tone.MIXED, "helpful", "but too short", False),
        ("Not positive", Tone.NOT_POSITIVE, "", "", False),
        ("Work not able to continue", Tone.NOT_ABLE, "", "", True),
        ("Breakdown of relationships", Tone.NOT_ABLE, "", "", True),
        ("Felt supported; breakdown of relationships", Tone.MIXED, "Felt supported", "", True),
        ("Positive, ſhould İ", Tone.POSITIVE_EXCEPT, "", "ſhould İ", False),
    ],
)
def test_feedback(text: str, tone: Tone, good: str, better: str, stopped: bool) -> None:
    feedback = parsed(family_feedback=text).family_feedback
    assert feedback is not None
    assert (feedback.overall, feedback.good_words, feedback.better_words) == (tone, good, better)
    assert feedback.work_stopped is stopped


def test_every_bad_cell_of_a_row_is_named_at_once() -> None:
    problems = refused({**PLAIN, "days": "x", "threshold": "y", "children": "z"})
    assert [problem.split(":")[0] for problem in problems] == [
        "Line 4, column days",
        "Line 4, column children",
        "Line 4, column threshold",
    ]


@pytest.mark.parametrize(
    ("headings", "problems"),
    [
        (list(COLUMNS), []),
        (["\ufeffSchool", *[name.replace("_", " ").title() for name in COLUMNS[1:]]], []),
        ([name for name in COLUMNS if name != "children"], []),
        ([*COLUMNS, ""], []),
        ([name for name in COLUMNS if name != "days"], ["Line 1, column days: this heading is missing."]),
        ([*COLUMNS, "colour"], ["Line 1: the heading “colour” is not known."]),
        ([*COLUMNS, "Days"], ["Line 1, column days: this heading is there 2 times."]),
    ],
)
def test_headings(headings: list[str], problems: list[str]) -> None:
    assert header_problems(headings) == problems


def test_one_bad_row_keeps_the_whole_chart_out() -> None:
    good, bad = list(PLAIN.values()), list({**PLAIN, "days": "x"}.values())
    works, problems = parse_chart(list(PLAIN), [(2, good), (3, bad), (4, [""] * 11), (5, [*good, "more"])])
    assert works == ()
    assert problems == [
        "Line 3, column days: “x” is not a whole or half number of days.",
        "Line 5: there is a cell without a heading.",
    ]
    assert len(parse_chart(list(PLAIN), [(2, good), (3, [""] * 11), (4, good)])[0]) == 2
    assert parse_chart(list(PLAIN), []) == ((), ["The file has headings, but no rows."])


def test_a_number_of_five_thousand_figures_is_only_a_problem() -> None:
    assert cell_text(10**5000) == "1" + "0" * 5000
    assert len(refused({**PLAIN, "days": 10**5000})) == 1


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "", ""),
        (44, "General", "44"),
        (13.5, "General", "13.5"),
        (0.1, "0%", "10%"),
        (0.35, "0.0%", "35%"),
        (datetime(2017, 12, 5, tzinfo=UTC), "d/m/yy", "2017-12-05"),
        (date(2017, 12, 5), "", "2017-12-05"),
        (True, "", "True"),
        (float("nan"), "", "NaN"),
    ],
)
def test_what_a_spreadsheet_cell_reads_as(value: object, number_format: str, text: str) -> None:
    assert cell_text(value, number_format) == text


words = st.sampled_from(
    [*PLAIN.values(), "No", "2 children", ";", "(", "N/A", "ongoing", "5/12/17", "=", "-", "9999", ","]
)
hostile = st.text() | st.lists(words, max_size=6).map(" ".join) | st.none() | st.integers() | st.floats()


@settings(max_examples=400)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, hostile)))
def test_no_cell_raises(cells: dict[str, Any]) -> None:
    found = parse_row(7, {**PLAIN, **cells})
    assert isinstance(found, ImportedWork) or all(problem.startswith("Line 7, column ") for problem in found)
    if isinstance(found, list):
        assert found
        assert all(len(problem) < 300 and "\x00" not in problem for problem in found)
    else:
        totals([make_row(facts_of(found))])


@given(st.lists(hostile, max_size=13), st.lists(st.lists(hostile, max_size=13), max_size=3))
def test_no_file_raises(headings: list[Any], rows: list[list[Any]]) -> None:
    parse_chart(headings, list(enumerate(rows, start=2)))
    parse_chart(COLUMNS, list(enumerate(rows, start=2)))
