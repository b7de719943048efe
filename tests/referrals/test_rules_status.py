"""Rules of the status side: what is asked again, what changed, who may be the same child, letters, what follows."""

import json
from dataclasses import dataclass, fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.contact import Contact
from portal.referrals import rules
from portal.referrals.rules import (
    Asking,
    FamilyPage,
    LetterFacts,
    PupilPage,
    ReferralFacts,
    Road,
    StatusFacts,
    StatusLine,
    Written,
)

TODAY = date(2026, 11, 10)


@dataclass(frozen=True)
class Child:
    given_name: str
    family_name: str
    born_on: date | None = date(2017, 3, 5)
    upn: str | None = None


MAYA = Child("Maya", "Okafor-Jones", upn="B801200005001")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Child("Other", "Name", date(2001, 1, 1), "b80 120-0005001"), True),
        (Child("Maya", "Okafor Jones"), True),
        (Child("MÁYA", "okafor-jones"), True),
        (Child("Okafor Jones", "Maya"), True),
        (Child("Mayah", "Okafor-Jones"), True),
        (Child("Maya", "Okafor-Jones", date(2017, 3, 6)), False),
        (Child("Maya", "Okafor-Jones", None), False),
        (Child("Noor", "Aslam"), False),
        (Child("", ""), False),
    ],
)
def test_who_may_be_the_same_child(other: Child, same: bool) -> None:
    found = rules.same_child(MAYA, other)
    assert bool(found) is same
    assert rules.same_child(other, MAYA) == found
    assert not found or not ({"maya", "okafor"} & set(found.lower().split()))


def test_a_return_needs_a_question_and_keeps_the_forms_order() -> None:
    assert rules.asking_problems(Asking()) == rules.asking_problems(Asking(words="  "))
    assert rules.asking_problems(Asking(named=(("pupil", "shoe_size"),))) == ["Choose the questions from the list."]
    asking = rules.complete_asking(Asking((("needs", "diagnosis"), ("pupil", "upn")), (" Who? ", " ")))
    assert asking.named == (("pupil", "upn"), ("needs", "diagnosis"))
    assert asking.own == ("Who?",)
    assert asking.words == "Unique pupil number (UPN)\nDiagnosis\nWho?"
    assert rules.complete_asking(Asking(words="Which agencies?")).own == ("Which agencies?",)


def test_a_return_can_ask_for_the_plan() -> None:
    plan = ("evidence", "plan")
    assert rules.asking_problems(Asking(named=(plan,))) == []
    assert rules.asking_problems(Asking(named=(("evidence", "other"),))) == ["Choose the questions from the list."]
    asking = rules.complete_asking(Asking((plan, ("needs", "diagnosis"))))
    assert (asking.named, asking.words) == ((("needs", "diagnosis"), plan), "Diagnosis\nPlan or provision map")


@given(st.sets(st.sampled_from([field.name for field in fields(FamilyPage)])))
def test_only_what_was_asked_is_taken(asked: set[str]) -> None:
    saved = FamilyPage(agrees=True, agrees_who="Kept", shares_with="Kept")
    sent = FamilyPage(agrees=False, agrees_who="Sent", agrees_why_not="Sent", shares_who="Sent")
    found = rules.only_asked(saved, sent, asked)
    for field in fields(FamilyPage):
        expected = sent if field.name in asked else saved
        assert getattr(found, field.name) == getattr(expected, field.name)


def test_a_yes_or_no_that_must_be_one_stays_when_nothing_was_said() -> None:
    sent = PupilPage(at_school=None)  # type: ignore[arg-type]
    assert rules.only_asked(PupilPage(at_school=False), sent, {"at_school"}).at_school is False


def one(key: str, words: str) -> Written:
    return Written(key, "Title", key.capitalize(), words)


def test_what_changed_is_said_in_words() -> None:
    before = [one("a", "Runs out of lessons daily"), one("b", "Old"), one("c", "Same")]
    now = [one("a", "Runs out of lessons weekly"), one("c", "Same"), one("d", "New")]
    found = {change.label: change for change in rules.changes(before, now)}
    assert {label: change.what for label, change in found.items()} == {"A": "Changed", "D": "Added", "B": "Removed"}
    assert [(piece.text, piece.mark) for piece in found["A"].now] == [("Runs out of lessons", ""), (" weekly", "added")]
    assert found["A"].before[-1].mark == "removed"
    assert rules.changes(now, now) == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_of_a_change_are_the_two_texts(before: str, now: str) -> None:
    for change in rules.changes([one("a", before)], [one("a", now)]):
        assert "".join(piece.text for piece in change.before).split() == before.split()
        assert "".join(piece.text for piece in change.now).split() == now.split()


def test_a_version_reads_as_the_form_says_it() -> None:
    pages = {"pupil": PupilPage(given_name="Maya"), "family": FamilyPage(agrees=True)}
    found = rules.written(pages, [("asked-3", "Which agencies?", "CAMHS")], TODAY)
    assert [
        (w.title, w.label, w.words) for w in found if w.key in ("pupil.given_name", "family.agrees", "asked-3")
    ] == [
        ("The pupil", "First name", "Maya"),
        ("The family", "Does the family know about this referral and agree with it?", "Yes"),
        ("What the service asked", "Which agencies?", "CAMHS"),
    ]


FACTS = LetterFacts(
    reference="R-2026-0001",
    about="Maya Okafor",
    school="Ash Primary",
    service="Bay outreach",
    line="Primary outreach",
    decided_by="Cora Dean",
    dated="Tuesday 10 November 2026",
    decision="outreach",
    reason="It fits.",
    conditions="Agreement first",
    by="Tuesday 17 November 2026",
)


@pytest.mark.parametrize("decision", [*rules.DECISIONS, "take_back"])
@pytest.mark.parametrize("kind", ["pupil", "school"])
def test_every_decision_has_its_letter(decision: str, kind: str) -> None:
    letter = rules.letter(LetterFacts(**{**vars(FACTS), "decision": decision, "kind": kind, "signpost": "CAMHS"}))
    words = "\n".join((*block.words, *block.items)[0] for block in letter.blocks)
    assert "It fits." in words
    assert "Agreement first" in words
    assert "{" not in words
    assert [b.heading for b in letter.blocks][-1] == "If you have a question"
    assert rules.from_kept(rules.to_kept(letter)) == letter


CONTACT = Contact("Bay", "3 Invented Quay\nHarbourmouth", "01632 960 100", "office@demo.example", "Monday to Friday")


@pytest.mark.parametrize(
    ("telephone", "contact", "words"),
    [
        ("", None, "Talk to Cora Dean, Bay outreach, and give the reference R-2026-0001."),
        (
            "07700 900 100",
            CONTACT,
            "Talk to Cora Dean, Bay outreach, and give the reference R-2026-0001. Call 07700 900 100. "
            "You can also call 01632 960 100 or email office@demo.example (Monday to Friday).",
        ),
        (
            "",
            CONTACT,
            "Talk to Cora Dean, Bay outreach, and give the reference R-2026-0001. "
            "Call 01632 960 100 or email office@demo.example (Monday to Friday).",
        ),
    ],
)
def test_a_letter_says_whom_to_talk_to_and_how(telephone: str, contact: Contact | None, words: str) -> None:
    facts = LetterFacts(**{**vars(FACTS), "decision": "return", "telephone": telephone, "contact": contact})
    letter = rules.letter(facts)
    assert letter.blocks[-1].words == (words,)
    assert letter.from_lines == (
        ("3 Invented Quay", "Harbourmouth", "01632 960 100", "office@demo.example") if contact else ()
    )
    assert rules.from_kept(json.loads(json.dumps(rules.to_kept(letter)))) == letter


def test_a_letter_from_before_there_were_contact_details_still_reads() -> None:
    kept = rules.to_kept(rules.letter(FACTS))
    del kept["from_lines"]
    assert rules.from_kept(kept).from_lines == ()


def test_the_letter_of_a_return_lists_the_questions() -> None:
    facts = LetterFacts(**{**vars(FACTS), "decision": "return", "reason": "", "asked": ("Diagnosis", "Who?")})
    block = next(block for block in rules.letter(facts).blocks if block.heading == "What we ask")
    assert (block.words, block.items) == ((), ("Diagnosis", "Who?"))


@pytest.mark.parametrize(
    ("status", "road", "coming"),
    [
        ("draft", Road(asks_head=True), ("Next: the school", "The head teacher approves it", 2)),
        ("draft", Road(), ("Next: the school", "The coordinator reads it and answers, or asks for more", 1)),
        ("submitted", Road(by_panel=True), ("Next: the coordinator", "The panel decides, and the letter says why", 0)),
        ("withdrawn", Road(), ()),
    ],
)
def test_what_follows(status: str, road: Road, coming: tuple[str, ...]) -> None:
    facts = StatusFacts(status)
    found = rules.coming(facts, rules.status_line(facts), road, TODAY)
    assert found[:2] == coming[:2]
    assert len(found) == (2 + int(coming[2]) if coming else 0)


def test_the_next_step_says_by_when() -> None:
    line = StatusLine("Here.", "The coordinator", date(2026, 11, 17))
    found = rules.coming(StatusFacts("decided", decision="outreach"), line, Road(), TODAY)
    assert found == (
        "Next: the coordinator, by Tuesday 17 November",
        "A worker and a first day are chosen",
        "Support begins",
    )


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        (ReferralFacts(decided_today=True), ""),
        (ReferralFacts(decided_today=False), "on the day it was made"),
        (ReferralFacts(decided_today=True, case_opened=True), "case is open"),
    ],
)
def test_a_decision_is_taken_back_the_same_day_while_no_case_is_open(facts: ReferralFacts, problem: str) -> None:
    found = rules.ROAD.problems("take_back", "decided", facts)
    assert (problem in found[0]) if problem else not found
    assert ("take_back" in [step.name for step in rules.offered("decided", facts)]) is not bool(problem)


def test_a_whole_school_gets_no_case_and_nothing_that_needs_a_pupil() -> None:
    assert not rules.leads_to_case("whole_school", "school")
    assert rules.leads_to_case("whole_school")
    assert "outreach" not in rules.decisions_for("school")
    facts = ReferralFacts(decision="outreach", kind="school", pupil_known=True)
    assert "whole school" in rules.ROAD.problems("decide", "submitted", facts)[0]
