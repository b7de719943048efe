"""The checklist, the kinds of referral, who signs, and what another source may fill in."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.referrals import rules
from portal.referrals.rules import (
    Asked,
    AttendancePage,
    FamilyPage,
    GroupPage,
    GroupPupil,
    NeedsPage,
    PupilPage,
    ReferrerPage,
    StrategyTried,
    Suspension,
    TriedPage,
    ViewsPage,
    blocking,
    evidence,
    evidence_gaps,
    missing,
    missing_on,
)

TODAY = date(2026, 11, 10)
CYCLE = StrategyTried("Check-in", date(2026, 9, 7), None, "helped")
SUSPENDED = Suspension(date(2026, 10, 6), 2, ("PA",))


def state_of(code, pages=None, files=()):
    (item,) = [item for item in evidence(pages or {}, files, {}) if item.code == code]
    return item.state.value


@pytest.mark.parametrize(
    ("code", "page", "state"),
    [
        ("attendance", AttendancePage(), "missing"),
        ("attendance", AttendancePage(Decimal(0)), "there"),
        ("suspensions", AttendancePage(), "missing"),
        ("suspensions", AttendancePage(suspended=False), "there"),
        ("suspensions", AttendancePage(suspended=True), "missing"),
        ("suspensions", AttendancePage(suspensions=(SUSPENDED,)), "there"),
        ("suspensions", AttendancePage(suspensions=(SUSPENDED, Suspension(TODAY, 1))), "missing"),
        ("cycles", TriedPage((CYCLE,)), "missing"),
        ("cycles", TriedPage((CYCLE, CYCLE)), "there"),
        ("cycles", TriedPage((CYCLE, StrategyTried("Club", date(2026, 9, 7), None, "too_early"))), "missing"),
        ("cycles", TriedPage((CYCLE, StrategyTried("Club", None, None, "helped"))), "missing"),
        ("pupil_view", ViewsPage(), "missing"),
        ("pupil_view", ViewsPage("I like art."), "there"),
        ("pupil_view", ViewsPage(pupil_views_how="not_yet"), "missing"),
        ("pupil_view", ViewsPage(pupil_views_how="not_yet", pupil_views_not_yet="Ill this week"), "explained"),
        ("family_view", ViewsPage(family_views="We worry."), "there"),
    ],
)
def test_what_counts_as_there(code, page, state):
    key = rules.evidence and {AttendancePage: "attendance", TriedPage: "tried", ViewsPage: "views"}[type(page)]
    assert state_of(code, {key: page}) == state


def test_a_plan_is_a_file_and_another_file_is_none():
    assert state_of("plan") == "missing"
    assert state_of("plan", files=["other"]) == "missing"
    assert state_of("plan", files=["other", "plan"]) == "there"


def test_the_line_says_what_is_asked_and_what_blocks():
    levels = {"attendance": "needed", "plan": "not_asked", "cycles": "needed"}
    items = evidence({"tried": TriedPage((CYCLE, CYCLE))}, (), levels)
    assert "plan" not in [item.code for item in items]
    (gap,) = evidence_gaps(items)
    assert (gap.page, gap.question, gap.blocks) == ("attendance", "attendance", True)
    assert gap.sentence.startswith("Attendance: Give the attendance in percent")
    assert [item.code for item in evidence({}, (), {}, "school")] == ["plan", "cycles"]


def test_who_signs_depends_on_who_writes():
    page = ReferrerPage("Sam", "Officer", "s@example.org")
    officer = Asked(asks_head=False, by_officer=True)
    assert [gap.question for gap in missing_on(page, officer) if gap.blocks] == ["officer_signs", "parent_signs"]
    signed = ReferrerPage(
        "Sam",
        "Officer",
        "s@example.org",
        officer_signs=True,
        officer_signed_on=TODAY,
        parent_signs=True,
        parent_name="Mrs O",
        parent_signed_on=TODAY,
    )
    assert not blocking(missing_on(signed, officer))
    assert [gap.question for gap in missing_on(signed, Asked()) if gap.blocks] == ["head_approves"]
    (refused,) = blocking(missing_on(ReferrerPage("S", "O", "s@e.org", officer_signs=False, parent_signs=True,
                                                  parent_name="A", parent_signed_on=TODAY), officer))  # fmt: skip
    assert "officer and parent sign" in refused


CHILD = GroupPupil(
    "Maya", "Okafor", date(2017, 3, 5), "5", sen_status="N", looked_after=False, social_care="none",
    agrees=True, agrees_on=TODAY, agrees_who="Mrs O",
    shares=False, shares_why_not="Not asked yet",
)  # fmt: skip


def test_a_group_needs_two_pupils_and_the_core_answers_of_each():
    asked = Asked(kind="group")
    assert not blocking(missing_on(GroupPage((CHILD, CHILD)), asked))
    assert blocking(missing_on(GroupPage((CHILD,)), asked)) == (
        "The pupils: a group has at least 2 pupils. Add the others.",
    )
    lacking = blocking(missing_on(GroupPage((CHILD, GroupPupil("Bo"))), asked))[0]
    assert lacking.startswith("The pupils: pupil 2 lacks the family name, the date of birth")
    permitted = replace(CHILD, shares=True, shares_why_not="")
    assert blocking(missing_on(GroupPage((permitted, replace(CHILD, shares_why_not=""))), asked)) == (
        "The pupils: pupil 1 lacks when the family permitted sharing, who permitted sharing.",
        "The pupils: pupil 2 lacks why information may not be shared.",
    )
    permitted = replace(permitted, shares_on=TODAY, shares_who="Mrs O")
    assert not blocking(missing_on(GroupPage((permitted, CHILD)), asked))
    words = rules.answer_words("pupils", (permitted,), TODAY)
    assert words.endswith("information may be shared (Mrs O, 10 November)")
    late = replace(permitted, shares_on=TODAY + timedelta(days=1))
    assert set(rules.page_problems(GroupPage((late,)), TODAY)) == {"pupils-0-shares_on"}
    assert {page.key for page in rules.pages_of("group")} >= {"pupils", "views", "referrer"}


def test_a_whole_school_referral_asks_for_no_pupil():
    gaps = missing({}, Asked(kind="school"))
    assert {gap.page for gap in gaps} == {"school", "tried", "support", "referrer"}
    assert rules.subject_words("school", "", 0) == "Whole school"
    assert rules.subject_words("group", "Maya", 3) == "Group of 3"
    assert rules.subject_words("pupil", "", 0) == "Pupil not entered yet"


def test_filling_never_changes_an_answer_and_leaves_out_what_does_not_fit():
    known = NeedsPage(sen_status="N", diagnosis="ADHD")
    offered = NeedsPage(sen_status="K", sen_need="SEMH", diagnosis="None", attainment="Below")
    assert rules.fill(known, offered, TODAY) == NeedsPage(sen_status="N", diagnosis="ADHD", attainment="Below")
    assert rules.fill(NeedsPage(), offered, TODAY) == offered
    assert rules.fill(PupilPage(), PupilPage(upn="nonsense", given_name="A"), TODAY) == PupilPage(given_name="A")
    (page,) = rules.offered_pages({"needs": known}, {"needs": offered}, TODAY)
    assert page.answers == (("Attainment", "Below"),)
    assert rules.offered_pages({"needs": offered}, {"needs": offered}, TODAY) == []


def test_an_earlier_referral_never_gives_agreements_signatures_or_views():
    everything = {page.key: _full(page.draft) for page in rules.PAGES}
    taken = rules.from_last(everything)
    assert set(taken) <= {"family", "concern", "needs", "tried", "attendance", "agencies", "support", "safety"}
    assert taken["family"] == FamilyPage(parents=everything["family"].parents)
    assert taken["attendance"].attendance_percent is None


def _full(kind):
    made = {}
    for field in fields(kind):
        sample = {"str": "x", "bool | None": True, "date | None": TODAY, "bool": True}.get(str(field.type))
        if getattr(field.type, "__name__", "") in ("str", "bool"):
            sample = "x" if field.type is str else True
        if str(field.type) == "bool | None":
            sample = True
        if sample is not None:
            made[field.name] = sample
    return kind(**made)
