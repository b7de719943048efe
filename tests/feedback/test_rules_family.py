"""What a family is asked, in which order, and how an invitation stands: as tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.feedback import rules
from portal.feedback.queries import WORDS
from portal.feedback.rules import (
    Answer,
    FamilyAnswer,
    FamilyMoment,
    Feedback,
    InvitationFacts,
    InvitationState,
    Point,
    Sitting,
    Source,
    Way,
)
from portal.kernel.languages import ENGLISH, LANGUAGES

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
SIX = ("heard", "home", "child", "ending", "length", "again")
END = FamilyMoment.END


def facts(**changes: Any) -> InvitationFacts:
    return InvitationFacts(**{"expires_at": NOW + timedelta(days=1), "sent_at": NOW} | changes)


@pytest.mark.parametrize(
    ("moment", "answer", "found"),
    [
        (END, FamilyAnswer(), (*SIX, "good", "better", "check")),
        (END, FamilyAnswer(good_words="Kind"), (*SIX, "good", "better", "quote", "check")),
        (END, FamilyAnswer(better_words=" "), (*SIX, "good", "better", "check")),
        (FamilyMoment.MIDWAY, FamilyAnswer(), ("heard", "home", "child", "again", "good", "better", "check")),
    ],
)
def test_the_pages_in_their_order(moment: FamilyMoment, answer: FamilyAnswer, found: tuple[str, ...]) -> None:
    assert rules.pages(moment, answer) == found
    assert [rules.after(page, moment, answer) for page in found] == [*found[1:], "check"]
    assert [rules.before(page, moment, answer) for page in found] == ["first", *found[:-1]]


@pytest.mark.parametrize(
    ("point", "answer"),
    [
        (Point.BEST, Answer.GOOD),
        (Point.GOOD, Answer.GOOD),
        (Point.MIDDLE, Answer.MIXED),
        (Point.POOR, Answer.NOT_GOOD),
        (Point.WORST, Answer.NOT_GOOD),
        (Point.TOO_SHORT, Answer.NOT_GOOD),
        (Point.RIGHT, Answer.GOOD),
        (Point.TOO_LONG, Answer.NOT_GOOD),
        (Point.NOT_APPLY, Answer.NOT_ASKED),
        (Point.NOT_SAY, Answer.NOT_ASKED),
    ],
)
def test_every_point_counts_as_one_answer(point: Point, answer: Answer) -> None:
    assert rules.answer_of_point(point) is answer


@pytest.mark.parametrize(
    ("answer", "problems"),
    [
        (FamilyAnswer({"heard": Point.BEST}), []),
        (FamilyAnswer(better_words="Come on time"), []),
        (FamilyAnswer(), ["problem.nothing"]),
        (FamilyAnswer({"heard": Point.NOT_SAY}), ["problem.nothing"]),
        (FamilyAnswer({"heard": Point.TOO_SHORT}), ["problem.choose"]),
        (FamilyAnswer({"length": Point.RIGHT, "weather": Point.BEST}), ["problem.choose"]),
        (FamilyAnswer(good_words="x" * 3001), ["problem.too_long"]),
    ],
)
def test_what_keeps_an_answer_from_being_sent(answer: FamilyAnswer, problems: list[str]) -> None:
    assert rules.family_problems(answer, END) == problems


@pytest.mark.parametrize(
    ("changes", "state", "send", "remind"),
    [
        ({"sent_at": None}, InvitationState.ASKED, True, False),
        ({}, InvitationState.SENT, True, True),
        ({"opened_at": NOW}, InvitationState.OPENED, True, True),
        ({"reminded_at": NOW}, InvitationState.SENT, True, False),
        ({"reachable": False}, InvitationState.SENT, False, False),
        ({"expires_at": NOW}, InvitationState.EXPIRED, False, False),
        ({"revoked_at": NOW}, InvitationState.TAKEN_BACK, False, False),
        ({"answered_at": NOW, "expires_at": NOW, "opened_at": NOW}, InvitationState.ANSWERED, False, False),
    ],
)
def test_how_an_invitation_stands(changes: dict[str, Any], state: InvitationState, send: bool, remind: bool) -> None:
    known = facts(**changes)
    assert rules.invitation_state(known, NOW) is state
    assert (rules.may_send(known, NOW), rules.may_remind(known, NOW)) == (send, remind)


def test_a_family_s_own_answer_counts_before_an_account_of_a_conversation() -> None:
    told = Feedback(Source.FAMILY, {"heard": Answer.NOT_GOOD})
    first = Feedback(Source.FAMILY, {"heard": Answer.MIXED}, way=Way.LINK, contact_id=1)
    later = Feedback(Source.FAMILY, {"heard": Answer.GOOD}, way=Way.PAPER, contact_id=1)
    other = Feedback(Source.FAMILY, {"home": Answer.GOOD}, way=Way.LINK, contact_id=2)
    assert rules.that_counts([told, first]) == [first]
    assert rules.that_counts([told, first, other, later]) == [later, other]
    assert rules.that_counts([told, Feedback(Source.FAMILY, way=Way.LINK, contact_id=1)])[0] is told


def test_a_draft_comes_back_as_it_was() -> None:
    draft = Sitting(FamilyAnswer({"heard": Point.BEST}, "گھر", "", True, True), "ur", True, "good")
    assert rules.sitting_of(draft.as_text()) == draft
    without = rules.with_page(rules.with_page(draft, "heard", None), "good", "")
    assert without.answer == FamilyAnswer(manager_only=True)


def test_a_code_is_read_however_it_is_typed() -> None:
    assert rules.shaped_code(" abcde-23467 ") == rules.shaped_code("ABCDE 23467") == "ABCDE23467"
    assert rules.code_words("ABCDE23467") == "ABCDE-23467"
    assert not set("ILOS015") & set(rules.CODE_LETTERS)


@pytest.mark.parametrize("moment", list(FamilyMoment))
def test_every_question_and_choice_has_its_words_and_falls_back_to_english(moment: FamilyMoment) -> None:
    for language in LANGUAGES.values():
        words = WORDS.words(language.code)
        for aspect in rules.family_aspects(moment):
            points = (rules.point_key(aspect, point) for point in rules.points_of(aspect))
            for key in (f"ask.{aspect}", *points):
                said = words(key)
                assert said.language in (language, ENGLISH)
                assert (said.language is ENGLISH) == (said.words == WORDS.words("en")(key).words)
    with pytest.raises(KeyError):
        WORDS.words("pl")("nonsense")


@pytest.mark.parametrize(
    ("earlier", "problem"),
    [
        ([], ""),
        ([{}], "asked already"),
        ([{"revoked_at": NOW, "sent_at": None}], ""),
        ([{"revoked_at": NOW}], "less than a week ago"),
        ([{"revoked_at": NOW, "sent_at": NOW - timedelta(days=7)}], ""),
        ([{"expires_at": NOW}], ""),
        ([{"expires_at": NOW, "reminded_at": NOW - timedelta(days=14)}], "then silence"),
        ([{"revoked_at": NOW, "sent_at": None}, {"answered_at": NOW, "reminded_at": NOW}], "then silence"),
    ],
)
def test_who_may_be_asked_about_a_moment_once_more(earlier, problem):
    said = rules.asking_problem([facts(**one) for one in earlier], NOW)
    assert problem in said
    assert bool(said) is bool(problem)
