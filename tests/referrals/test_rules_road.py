"""The road of a referral, its decisions, and the school's one line."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.policy import Action
from portal.referrals.rules import (
    ACCEPTING,
    DECIDED,
    DECISIONS,
    EDITABLE,
    ENDING,
    KEEPING_OPEN,
    OPEN,
    REFUSING,
    ROAD,
    ROUTES,
    STATUSES,
    WITH_SCHOOL,
    ReferralFacts,
    StatusFacts,
    after_cut_off,
    cut_off_words,
    decision_problems,
    leads_to_case,
    offered,
    read_reference,
    status_line,
    status_tone,
    step_for,
    to_be_ratified,
    waiting,
)
from portal.schools.rules import Closure, Term, TermCalendar

COMPLETE = ReferralFacts()
GAPS = ReferralFacts(missing=("The pupil: add “Date of birth”.",))
ASKED = ReferralFacts(asks_head=True)


@pytest.mark.parametrize(
    ("step", "sources", "target", "needs", "reason_asked"),
    [
        ("send_for_approval", {"draft"}, "awaiting_approval", Action.WRITE_REFERRAL, False),
        ("submit", {"draft"}, "submitted", Action.WRITE_REFERRAL, False),
        ("approve", {"awaiting_approval"}, "submitted", Action.APPROVE_REFERRAL, False),
        ("send_back", {"awaiting_approval"}, "draft", Action.APPROVE_REFERRAL, True),
        ("resubmit", {"returned"}, "submitted", Action.WRITE_REFERRAL, False),
        ("decide", {"submitted", "at_panel"}, "decided", Action.SCREEN_REFERRAL, True),
        ("send_to_panel", {"submitted"}, "at_panel", Action.SCREEN_REFERRAL, False),
        ("defer", {"at_panel"}, "at_panel", Action.SCREEN_REFERRAL, True),
        ("return", {"submitted", "at_panel"}, "returned", Action.SCREEN_REFERRAL, True),
        ("ask_another", {"awaiting_approval"}, "awaiting_approval", Action.WRITE_REFERRAL, False),
        ("take_back", {"decided"}, "submitted", Action.SCREEN_REFERRAL, True),
        ("recall", {"awaiting_approval"}, "draft", Action.WRITE_REFERRAL, False),
        ("arranged", {"decided"}, "decided", Action.SCREEN_REFERRAL, False),
        ("withdraw", set(OPEN), "withdrawn", Action.WITHDRAW_REFERRAL, True),
    ],
)
def test_steps(step: str, sources: set[str], target: str, needs: Action, reason_asked: bool) -> None:
    found = ROAD.by_name[step]
    assert (set(found.sources), found.target, found.needs, found.reason_asked) == (sources, target, needs, reason_asked)


def test_there_are_no_other_steps() -> None:
    assert len(ROAD.steps) == 14


def test_every_status_can_be_reached_and_the_open_ones_can_be_left() -> None:
    reached = {"draft"}
    for _ in STATUSES:
        reached |= {step.target for status in reached for step in ROAD.available(status)}
    assert reached == set(STATUSES)
    assert {status for status in STATUSES if ROAD.available(status)} == OPEN | {"decided"}
    assert EDITABLE < WITH_SCHOOL < OPEN


@pytest.mark.parametrize(
    ("step", "status", "facts", "problems"),
    [
        ("submit", "draft", COMPLETE, 0),
        ("submit", "draft", GAPS, 1),
        ("submit", "draft", ASKED, 1),
        ("submit", "draft", replace(ASKED, approved=True), 0),
        ("submit", "draft", replace(GAPS, asks_head=True), 2),
        ("submit", "submitted", COMPLETE, 1),
        ("send_for_approval", "draft", ASKED, 0),
        ("send_for_approval", "draft", COMPLETE, 1),
        ("send_for_approval", "draft", replace(GAPS, asks_head=True), 1),
        ("approve", "awaiting_approval", ASKED, 0),
        ("approve", "awaiting_approval", replace(GAPS, asks_head=True), 1),
        ("send_back", "awaiting_approval", GAPS, 0),
        ("resubmit", "returned", COMPLETE, 0),
        ("resubmit", "returned", GAPS, 1),
        ("resubmit", "returned", ReferralFacts(unanswered=2), 1),
        ("resubmit", "returned", replace(GAPS, unanswered=1), 2),
        ("recall", "awaiting_approval", GAPS, 0),
        ("recall", "submitted", COMPLETE, 1),
        ("arranged", "decided", ReferralFacts(agreed="training"), 0),
        ("arranged", "decided", ReferralFacts(agreed="training", arranged=True), 1),
        ("arranged", "decided", ReferralFacts(agreed="whole_school", kind="school"), 0),
        ("arranged", "decided", ReferralFacts(agreed="whole_school"), 1),
        ("arranged", "decided", ReferralFacts(agreed="decline"), 1),
        ("return", "submitted", GAPS, 0),
        ("return", "at_panel", GAPS, 0),
        ("return", "decided", GAPS, 1),
        ("send_to_panel", "submitted", COMPLETE, 0),
        ("send_to_panel", "submitted", ReferralFacts(panels_held=False), 1),
        ("withdraw", "draft", GAPS, 0),
        ("withdraw", "decided", GAPS, 1),
    ],
)
def test_guards(step: str, status: str, facts: ReferralFacts, problems: int) -> None:
    assert len(ROAD.problems(step, status, facts)) == problems


@pytest.mark.parametrize(
    ("decision", "pupil_known", "possible"),
    [
        ("outreach", True, True),
        ("outreach", False, False),
        ("whole_school", False, False),
        ("placement", False, False),
        ("training", False, True),
        ("decline", False, True),
        ("return", True, False),
        ("defer", True, False),
        ("", True, False),
        ("yes", True, False),
    ],
)
def test_deciding(decision: str, pupil_known: bool, possible: bool) -> None:
    facts = ReferralFacts(decision=decision, pupil_known=pupil_known)
    assert (ROAD.problems("decide", "submitted", facts) == []) is possible


@pytest.mark.parametrize(
    ("status", "facts", "steps"),
    [
        ("draft", COMPLETE, ["submit", "withdraw"]),
        ("draft", ASKED, ["send_for_approval", "withdraw"]),
        ("draft", replace(ASKED, approved=True), ["submit", "withdraw"]),
        ("awaiting_approval", ASKED, ["approve", "ask_another", "send_back", "recall", "withdraw"]),
        ("submitted", COMPLETE, ["decide", "send_to_panel", "return", "withdraw"]),
        ("submitted", ReferralFacts(panels_held=False), ["decide", "return", "withdraw"]),
        ("returned", COMPLETE, ["resubmit", "withdraw"]),
        ("at_panel", COMPLETE, ["decide", "defer", "return", "withdraw"]),
        ("decided", COMPLETE, []),
        ("decided", ReferralFacts(agreed="consultation"), ["arranged"]),
        ("withdrawn", COMPLETE, []),
    ],
)
def test_only_the_buttons_that_this_line_uses_are_offered(status: str, facts: ReferralFacts, steps: list[str]) -> None:
    assert [step.name for step in offered(status, facts)] == steps


def test_decisions_and_routes_are_those_of_the_domain() -> None:
    assert list(DECISIONS.values()) == [
        "Outreach",
        "Whole-school or staff support",
        "Training",
        "Consultation only",
        "Return for more information",
        "Signpost elsewhere",
        "Short-term or dual-registered placement",
        "Managed move",
        "Defer to the next panel",
        "Decline",
    ]
    assert list(ROUTES) == ["direct", "panel", "partnership", "emergency"]


@pytest.mark.parametrize("decision", ["", *DECISIONS])
def test_which_decisions_lead_to_a_case(decision: str) -> None:
    assert leads_to_case(decision) is (decision in {"outreach", "whole_school", "placement"})


def test_decisions_end_the_road_or_keep_it_open() -> None:
    assert set(DECISIONS) == ENDING | KEEPING_OPEN
    assert not ENDING & KEEPING_OPEN
    assert ACCEPTING < ENDING


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("status", ["submitted", "at_panel"])
def test_every_decision_has_a_step_from_where_it_is_made(decision: str, status: str) -> None:
    step = ROAD.by_name[step_for(decision, status)]
    assert status in step.sources
    assert (step.name == "decide") is (decision in ENDING)


def test_an_unknown_decision_has_no_step() -> None:
    with pytest.raises(KeyError):
        step_for("yes", "submitted")


@pytest.mark.parametrize(
    ("route", "ratified_on", "waits"),
    [
        ("emergency", None, True),
        ("emergency", date(2017, 12, 5), False),
        ("panel", None, False),
        ("direct", None, False),
    ],
)
def test_an_emergency_decision_waits_for_the_panel(route: str, ratified_on: date | None, waits: bool) -> None:
    assert to_be_ratified(route, ratified_on) is waits


@pytest.mark.parametrize(
    ("decision", "reason", "route", "signpost", "fields"),
    [
        ("outreach", "Evidence is strong.", "direct", "", []),
        ("", "Why", "direct", "", ["decision"]),
        ("outreach", " ", "direct", "", ["reason"]),
        ("outreach", "Why", "post", "", ["route"]),
        ("signpost", "Why", "panel", "", ["signpost"]),
        ("signpost", "Why", "panel", "camhs", []),
        ("", "", "", "", ["decision", "reason", "route"]),
    ],
)
def test_decision_problems(decision: str, reason: str, route: str, signpost: str, fields: list[str]) -> None:
    assert sorted(decision_problems(decision, reason, route, signpost)) == fields


TODAY = date(2017, 11, 29)
TUESDAY = date(2017, 12, 5)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (StatusFacts("draft"), "Not sent yet. Next: the school."),
        (StatusFacts("awaiting_approval"), "Waiting for the head's approval. Next: the head teacher."),
        (
            StatusFacts("submitted", TUESDAY),
            "With the service for screening. Next: the coordinator, by Tuesday 5 December.",
        ),
        (
            StatusFacts("returned", TUESDAY),
            "Returned: the service needs to know more. Next: the school, by Tuesday 5 December.",
        ),
        (StatusFacts("at_panel", TUESDAY), "On the agenda of the panel. Next: the panel, by Tuesday 5 December."),
        (StatusFacts("withdrawn", TUESDAY), "Withdrawn."),
        (
            StatusFacts("decided", TUESDAY, "outreach"),
            "Accepted for outreach. The work is being set up. Next: the coordinator, by Tuesday 5 December.",
        ),
        (
            StatusFacts("decided", None, "outreach", "emergency"),
            "Accepted for outreach (to be ratified by the next panel). The work is being set up. "
            "Next: the coordinator.",
        ),
        (
            StatusFacts("decided", None, "outreach", "emergency", TODAY),
            "Accepted for outreach. The work is being set up. Next: the coordinator.",
        ),
        (
            StatusFacts("decided", TUESDAY, "decline"),
            "Not accepted. The reason is with the decision. Refer again if things change.",
        ),
        (
            StatusFacts("decided", None, "signpost", signpost="Early help"),
            "Not for outreach. Turn to early help instead. Nothing more to do here.",
        ),
        (
            StatusFacts("decided", None, "signpost"),
            "Not for outreach. The decision says where to turn. Nothing more to do here.",
        ),
        (
            StatusFacts("decided", None, "signpost", signpost="CAMHS"),
            "Not for outreach. Turn to CAMHS instead. Nothing more to do here.",
        ),
        (
            StatusFacts("decided", None, "training"),
            "Training was agreed. The service will arrange it with you. Next: the coordinator.",
        ),
        (StatusFacts("decided", None, "training", arranged=True), "Training was agreed. It is arranged."),
        (
            StatusFacts("decided", None, "whole_school", kind="school", arranged=True),
            "Accepted for whole-school or staff support. It is arranged.",
        ),
        (
            StatusFacts("decided", TUESDAY, "outreach", case_stage="Support", workers=("Sam Lee", "Jo Park")),
            "Work under way: support. Next: Sam Lee and Jo Park, by Tuesday 5 December.",
        ),
        (
            StatusFacts("decided", None, "outreach", case_stage="Waiting to start"),
            "Work under way: waiting to start. Next: the coordinator.",
        ),
        (StatusFacts("decided", TUESDAY, "outreach", case_stage="Closed"), "The work has ended and is closed."),
        (StatusFacts("decided"), "Decided: see the letter."),
    ],
)
def test_the_schools_one_line(facts: StatusFacts, line: str) -> None:
    assert status_line(facts).words(TODAY) == line


@pytest.mark.parametrize(
    ("status", "decision", "tone"),
    [
        ("decided", "outreach", "good"),
        ("decided", "decline", "quiet"),
        ("decided", "signpost", "quiet"),
        ("submitted", "", "brand"),
    ],
)
def test_a_refusal_is_drawn_quietly(status: str, decision: str, tone: str) -> None:
    assert status_tone(status, decision) == tone


def test_every_decision_that_ends_a_referral_has_words_for_the_school() -> None:
    assert set(DECIDED) == ENDING
    assert REFUSING.isdisjoint(ACCEPTING)


@given(
    st.builds(
        StatusFacts,
        status=st.sampled_from(list(STATUSES)),
        due_on=st.none() | st.dates(date(2010, 1, 1), date(2030, 1, 1)),
        decision=st.sampled_from(["", *DECISIONS]),
        route=st.sampled_from(list(ROUTES)),
        case_stage=st.sampled_from(["", "Observation", "Monitoring", "Closed"]),
    )
)
def test_every_stage_has_one_line_that_says_who_acts(facts: StatusFacts) -> None:
    line = status_line(facts)
    assert line.where.endswith(".")
    assert line.who_acts
    assert "\n" not in line.words(TODAY)


CALENDAR = TermCalendar(
    (Term("Autumn term 2017", date(2017, 9, 5), date(2017, 12, 19)),),
    (Closure(date(2017, 10, 23), date(2017, 10, 27), "Half-term"),),
)


@pytest.mark.parametrize(
    ("submitted_on", "today", "school_days", "words"),
    [
        (date(2017, 11, 29), date(2017, 11, 29), 0, "came today"),
        (date(2017, 11, 28), date(2017, 11, 29), 1, "1 school day"),
        (date(2017, 11, 24), date(2017, 11, 29), 3, "3 school days"),
        (date(2017, 10, 20), date(2017, 10, 29), 0, "no school day yet"),
        (date(2017, 10, 20), date(2017, 10, 31), 2, "2 school days"),
    ],
)
def test_waiting(submitted_on: date, today: date, school_days: int, words: str) -> None:
    found = waiting(submitted_on, today, CALENDAR)
    assert (found.school_days, found.words) == (school_days, words)


def test_cut_off_in_words() -> None:
    cut_off = datetime(2017, 12, 5, 12, tzinfo=UTC)
    assert cut_off_words(cut_off, datetime(2017, 11, 29, 9, tzinfo=UTC)) == "Tuesday 5 December, 12 noon"
    assert cut_off_words(cut_off, datetime(2017, 12, 5, 9, tzinfo=UTC)) == "today, 12 noon"
    assert not after_cut_off(cut_off, cut_off)
    assert after_cut_off(datetime(2017, 12, 5, 12, 0, 1, tzinfo=UTC), cut_off)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("R-2026-0007", "R-2026-0007"),
        (" r-2026-7 ", "R-2026-0007"),
        ("R 2026 0007", "R-2026-0007"),
        ("R2026-12345", "R-2026-12345"),
        ("C-2026-0007", None),
        ("R-26-0007", None),
        ("R-2026-", None),
        ("R-٢٠٢٦-٧", None),
        ("", None),
    ],
)
def test_reading_a_reference(text: str, reference: str | None) -> None:
    assert read_reference(text) == reference
