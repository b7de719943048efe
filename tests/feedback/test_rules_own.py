"""The school's own answer as the chart reads it, and what changed beyond the child as it is counted."""

import pytest

from portal.feedback.rules import (
    AREAS,
    ASPECTS,
    SENTENCES,
    Answer,
    BeyondAnswer,
    Change,
    Feedback,
    Moment,
    OwnAnswer,
    Scale,
    Source,
    answer_of,
    area_counts,
    as_feedback,
    beyond_problems,
    own_problems,
    that_counts,
    told,
)


def given(moment: Moment | None, answer: Answer, **changes: object) -> Feedback:
    return Feedback(Source.SCHOOL, {"heard": answer, "length": Answer.GOOD}, moment=moment, **changes)  # type: ignore[arg-type]


def test_every_aspect_of_the_school_has_its_sentence() -> None:
    assert list(SENTENCES) == list(ASPECTS[Source.SCHOOL])


@pytest.mark.parametrize(
    ("scale", "answer"),
    [
        (Scale.STRONGLY_AGREE, Answer.GOOD),
        (Scale.AGREE, Answer.GOOD),
        (Scale.NEITHER, Answer.MIXED),
        (Scale.DISAGREE, Answer.NOT_GOOD),
        (Scale.STRONGLY_DISAGREE, Answer.NOT_GOOD),
        (Scale.DOES_NOT_APPLY, Answer.NOT_ASKED),
    ],
)
def test_five_points_become_three_answers_and_what_does_not_apply_was_not_asked(scale: Scale, answer: Answer) -> None:
    assert answer_of(scale) is answer


def test_the_chart_reads_the_good_and_the_bad_part() -> None:
    scales = dict.fromkeys(SENTENCES, Scale.AGREE) | {"length": Scale.NEITHER}
    said = as_feedback(OwnAnswer(scales, good_words="Calm", better_words="Longer"), Moment.END)
    assert said.words() == "Positive, except length"
    assert said.note() == "Calm; Could be better: Longer"


def test_the_schools_own_latest_answer_counts_and_nobody_elses_account_of_it() -> None:
    by_hand = given(None, Answer.NOT_GOOD)
    end, monitoring = given(Moment.END, Answer.MIXED), given(Moment.MONITORING, Answer.GOOD)
    assert that_counts([by_hand]) == [by_hand]
    assert that_counts([by_hand, end]) == [end]
    assert that_counts([monitoring, by_hand, end]) == [monitoring]
    nothing = Feedback(Source.SCHOOL, moment=Moment.MONITORING)
    assert that_counts([end, nothing]) == [end]


def test_both_moments_stand_in_words_the_one_that_counts_first() -> None:
    end, monitoring = given(Moment.END, Answer.MIXED), given(Moment.MONITORING, Answer.GOOD)
    assert told([end, monitoring]) == [
        "Positive for every aspect asked (2 of 9)",
        "At the end of the work: mixed",
    ]
    assert told([end]) == ["Mixed"]
    assert told([]) == []


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (OwnAnswer(), "at least one sentence"),
        (OwnAnswer({"heard": Scale.DOES_NOT_APPLY}), "at least one sentence"),
        (OwnAnswer({"home": Scale.AGREE}), "only the sentences"),
        (OwnAnswer(good_words="x" * 4001), "4,000"),
        (OwnAnswer({"heard": Scale.AGREE}, {"heard": "x" * 501}), "500"),
    ],
)
def test_what_keeps_an_answer_from_being_kept(own: OwnAnswer, words: str) -> None:
    assert any(words in problem for problem in own_problems(own))


def test_work_that_stopped_or_words_alone_are_an_answer() -> None:
    assert own_problems(OwnAnswer(work_stopped=True)) == []
    assert own_problems(OwnAnswer(better_words="More notice")) == []


def test_changes_are_counted_with_their_number_and_nothing_is_no_table() -> None:
    assert area_counts([]) == []
    rows = area_counts([("parents", Change.YES), ("parents", Change.NO), ("transitions", Change.TOO_EARLY)])
    assert [row.area for row in rows] == list(AREAS)
    parents = next(row for row in rows if row.area == "parents")
    assert (parents.number, parents.counts[Change.YES], parents.counts[Change.PARTLY]) == (2, 1, 0)
    assert sum(row.number for row in rows) == 3


def test_an_empty_second_page_is_an_answer_and_too_much_is_not() -> None:
    assert beyond_problems({}) == []
    assert beyond_problems({"parents": BeyondAnswer(None, "x" * 1001)}) == [
        "Shorten each of your answers to 1,000 characters or fewer."
    ]
    assert beyond_problems({"weather": BeyondAnswer(Change.YES)}) == ["Answer only the questions on this form."]
