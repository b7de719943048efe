"""The referral form: its pages, what is wrong with an answer, what is missing, and answers to JSON and back."""

import json
from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.referrals.rules import (
    CORE,
    PAGE_BY_KEY,
    PAGES,
    AgenciesPage,
    Agency,
    Asked,
    AttendancePage,
    Concern,
    ConcernPage,
    FamilyPage,
    NeedsPage,
    PageDraft,
    PageState,
    Parent,
    PupilPage,
    ReferrerPage,
    SafetyPage,
    StrategyTried,
    SupportPage,
    Suspension,
    TriedPage,
    ViewsPage,
    blocking,
    from_answers,
    missing,
    missing_on,
    next_page,
    page_problems,
    page_state,
    read_pages,
    to_answers,
)

TODAY = date(2017, 11, 29)


PLAIN, ASKING = Asked(), Asked(asks_head=True)

FULL: dict[str, PageDraft] = {
    "pupil": PupilPage("Maya", "Kowalska", date(2008, 3, 4), "5"),
    "family": FamilyPage(
        (Parent("Anna Kowalska", "mother", True),),
        agrees=True,
        agrees_on=TODAY,
        agrees_who="Anna Kowalska",
        shares=False,
        shares_why_not="She wants to talk first.",
    ),
    "concern": ConcernPage("Maya leaves lessons.", (Concern("Leaves", "daily", 7),), 6),
    "needs": NeedsPage("K", "SEMH"),
    "tried": TriedPage((StrategyTried("Check-in", date(2017, 9, 5), None, "helped_a_little"),)),
    "attendance": AttendancePage(Decimal("91.5"), date(2017, 9, 1), (Suspension(TODAY, 2, ("DB", "VA")),), 1),
    "agencies": AgenciesPage(False, "early_help", True, "Jo Park", (Agency("CAMHS", "", True),)),
    "support": SupportPage("Observation and a plan", "She stays in lessons."),
    "views": ViewsPage("I like art.", ""),
    "safety": SafetyPage(False),
    "referrer": ReferrerPage("Sam Lee", "SENCo", "sam@example.org", "", True, "Pat Head", TODAY),
}


def test_pages_stand_in_the_order_of_the_form() -> None:
    order = "pupil family concern needs tried attendance agencies support views safety referrer"
    assert " ".join(page.key for page in PAGES) == order
    assert next_page("pupil") == "family"
    assert next_page("referrer") == "check"
    with pytest.raises(KeyError):
        next_page("check")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_a_page_asks_for_every_answer_of_its_draft_and_nothing_else(page: object) -> None:
    asked = [question.field for question in page.questions]  # type: ignore[attr-defined]
    assert sorted(asked) == sorted(field.name for field in fields(page.draft))  # type: ignore[attr-defined]


def test_core_questions_are_those_of_the_domain() -> None:
    core = {f"{page.key}.{question.field}" for page in PAGES for question in page.questions if question.weight == CORE}
    agreement = {f"family.{name}_{part}" for name in ("agrees", "shares") for part in ("on", "who", "why_not")}
    assert core == agreement | {
        "pupil.given_name",
        "pupil.family_name",
        "pupil.born_on",
        "pupil.year_group",
        "pupil.at_school",
        "pupil.no_school_reason",
        "family.agrees",
        "family.shares",
        "concern.concern",
        "needs.sen_status",
        "needs.sen_need",
        "agencies.looked_after",
        "agencies.social_care",
        "support.support_wanted",
        "referrer.name",
        "referrer.role",
        "referrer.email",
        "referrer.head_approves",
        "referrer.head_name",
        "referrer.head_approved_on",
        "referrer.officer_signs",
        "referrer.officer_signed_on",
        "referrer.parent_signs",
        "referrer.parent_name",
        "referrer.parent_signed_on",
    }


def test_a_full_form_blocks_nothing_and_has_no_problem() -> None:
    assert blocking(missing(FULL, PLAIN)) == ()
    assert [page_problems(page, TODAY) for page in FULL.values()] == [{}] * len(PAGES)


def test_an_empty_form_lists_what_is_missing_in_the_order_of_the_form() -> None:
    gaps = missing({}, PLAIN)
    assert [gap.question for gap in gaps if gap.blocks] == [
        "given_name",
        "family_name",
        "born_on",
        "year_group",
        "agrees",
        "shares",
        "concern",
        "sen_status",
        "looked_after",
        "social_care",
        "support_wanted",
        "name",
        "role",
        "email",
        "head_approves",
    ]
    assert gaps[0].sentence == "The pupil: add “First name”."
    assert "ethnicity" in [gap.question for gap in gaps if not gap.blocks]
    assert "upn" not in [gap.question for gap in gaps]


@pytest.mark.parametrize("key", [page.key for page in PAGES])
def test_each_core_answer_alone_blocks(key: str) -> None:
    without = {name: page for name, page in FULL.items() if name != key}
    core = any(question.weight == CORE for question in PAGE_BY_KEY[key].questions)
    assert bool(blocking(missing(without, PLAIN))) is core


@pytest.mark.parametrize(
    ("page", "line", "blocked_by"),
    [
        (PupilPage("A", "B", TODAY, "5"), PLAIN, []),
        (PupilPage("A", " ", TODAY, "5"), PLAIN, ["family_name"]),
        (PupilPage("A", "B", TODAY, "5", at_school=False), PLAIN, ["no_school_reason"]),
        (PupilPage("A", "B", TODAY, "5", at_school=False, no_school_reason="ehe"), PLAIN, []),
        (NeedsPage("N"), PLAIN, []),
        (NeedsPage("K"), PLAIN, ["sen_need"]),
        (NeedsPage("E", "ASD"), PLAIN, []),
        (FamilyPage(agrees=True, shares=True), PLAIN, ["agrees_on", "agrees_who", "shares_on", "shares_who"]),
        (FamilyPage(agrees=False, shares=False), PLAIN, ["agrees_why_not", "shares_why_not"]),
        (FamilyPage(agrees=False, agrees_why_not="Not reached yet"), PLAIN, ["shares"]),
        (AgenciesPage(looked_after=False, social_care="none"), PLAIN, []),
        (AgenciesPage(), PLAIN, ["looked_after", "social_care"]),
        (ReferrerPage("Sam", "SENCo", "s@example.org"), PLAIN, ["head_approves"]),
        (ReferrerPage("Sam", "SENCo", "s@example.org"), ASKING, []),
        (ReferrerPage("Sam", "SENCo", "s@example.org", head_approves=True), PLAIN, ["head_name", "head_approved_on"]),
        (ViewsPage(), PLAIN, []),
    ],
)
def test_what_blocks_on_a_page(page: PageDraft, line: Asked, blocked_by: list[str]) -> None:
    assert [gap.question for gap in missing_on(page, line) if gap.blocks] == blocked_by


def test_a_head_who_does_not_approve_is_an_answer_that_still_blocks() -> None:
    page = ReferrerPage("Sam", "SENCo", "s@example.org", head_approves=False)
    (gap,) = [gap for gap in missing_on(page, PLAIN) if gap.blocks]
    assert gap.question == "head_approves"
    assert "head teacher's approval comes before" in gap.sentence
    assert missing_on(page, ASKING) == missing_on(ReferrerPage("Sam", "SENCo", "s@example.org"), ASKING)


@pytest.mark.parametrize(
    ("page", "state"),
    [
        (None, PageState.NOT_STARTED),
        (NeedsPage(), PageState.STARTED),
        (NeedsPage("K"), PageState.STARTED),
        (NeedsPage("N"), PageState.COMPLETE),
        (ViewsPage(), PageState.COMPLETE),
    ],
)
def test_page_state(page: PageDraft | None, state: PageState) -> None:
    assert page_state(page, PLAIN) is state


FUTURE, LONG_AGO = date(2017, 11, 30), date(217, 11, 29)


@pytest.mark.parametrize("page", [page.draft for page in PAGES], ids=lambda draft: draft.__name__)
def test_an_empty_page_has_no_problem(page: type[PageDraft]) -> None:
    assert page_problems(page(), TODAY) == {}


@pytest.mark.parametrize(
    ("page", "problems"),
    [
        (PupilPage(born_on=FUTURE), ["born_on"]),
        (PupilPage(upn="A801200005001"), ["upn"]),
        (PupilPage(upn="B801200005001"), []),
        (PupilPage(given_name="x" * 81), ["given_name"]),
        (PupilPage(year_group="14"), ["year_group"]),
        (PupilPage(no_school_reason="ehe"), ["no_school_reason"]),
        (PupilPage(at_school=False, no_school_reason="ehe"), []),
        (PupilPage(at_school=False, no_school_reason="x"), ["no_school_reason"]),
        (FamilyPage(agrees_on=FUTURE, shares_on=LONG_AGO), ["agrees_on", "shares_on"]),
        (FamilyPage((Parent("A", "aunt", email="x"),)), ["parents-0-email", "parents-0-relationship"]),
        (ConcernPage(exclusion_risk=11), ["exclusion_risk"]),
        (ConcernPage(exclusion_risk=0), []),
        (ConcernPage(concerns=(Concern("a", "daily", 1), Concern("b", "weekly", 10))), []),
        (ConcernPage(concerns=(Concern("a", "hourly", 0),)), ["concerns-0-frequency", "concerns-0-severity"]),
        (ConcernPage(concerns=(Concern("a"), Concern("", "daily"))), ["concerns-1-words"]),
        (ConcernPage(concerns=(Concern("a"),) * 4), ["concerns"]),
        (NeedsPage("K", ""), ["sen_need"]),
        (TriedPage((StrategyTried("a", date(2017, 9, 5), date(2017, 9, 4)),)), ["strategies-0-until_on"]),
        (TriedPage((StrategyTried("a", FUTURE, None, "magic"),)), ["strategies-0-effect", "strategies-0-from_on"]),
        (TriedPage((StrategyTried("", date(2017, 9, 5)),)), ["strategies-0-strategy"]),
        (AttendancePage(Decimal("100.1")), ["attendance_percent"]),
        (AttendancePage(Decimal("NaN")), ["attendance_percent"]),
        (AttendancePage(Decimal(0)), []),
        (AttendancePage(part_time_hours=Decimal(41)), ["part_time_hours"]),
        (AttendancePage(suspensions=(Suspension(TODAY, 0),)), ["suspensions-0-sessions"]),
        (AttendancePage(suspensions=(Suspension(TODAY, 2, ("DB", "ZZ")),)), ["suspensions-0-reasons"]),
        (AttendancePage(suspensions=(Suspension(None, 2),)), ["suspensions-0-starts_on"]),
        (AttendancePage(suspensions=(Suspension(FUTURE),)), ["suspensions-0-starts_on"]),
        (AgenciesPage(social_care="yes"), ["social_care"]),
        (ReferrerPage(email="sam"), ["email"]),
        (ReferrerPage(head_approved_on=FUTURE), ["head_approved_on"]),
        (ViewsPage("x" * 10_000, "x" * 10_001), ["family_views"]),
        (TriedPage((StrategyTried("x" * 10_001),)), ["strategies-0-strategy"]),
        (AgenciesPage(agencies=(Agency("a"),) * 41), ["agencies"]),
    ],
)
def test_page_problems(page: PageDraft, problems: list[str]) -> None:
    assert sorted(page_problems(page, TODAY)) == problems


@pytest.mark.parametrize("key", FULL)
def test_answers_go_through_json_and_come_back(key: str) -> None:
    page = FULL[key]
    assert from_answers(type(page), json.loads(json.dumps(to_answers(page)))) == page


decimals = st.none() | st.decimals(0, 100, places=1)
dates = st.none() | st.dates()
drafts = st.one_of(
    st.builds(PupilPage, given_name=st.text(), born_on=dates, interpreter_needed=st.none() | st.booleans()),
    st.builds(
        ConcernPage, concerns=st.lists(st.builds(Concern, st.text(), st.text(), st.none() | st.integers())).map(tuple)
    ),
    st.builds(
        AttendancePage,
        attendance_percent=decimals,
        attendance_since=dates,
        suspensions=st.lists(
            st.builds(Suspension, dates, st.none() | st.integers(), st.lists(st.text()).map(tuple))
        ).map(tuple),
    ),
)


@given(drafts)
def test_any_answers_come_back(page: PageDraft) -> None:
    assert from_answers(type(page), json.loads(json.dumps(to_answers(page)))) == page


@given(drafts)
def test_no_answer_breaks_the_checks(page: PageDraft) -> None:
    assert all(page_problems(page, TODAY).values())
    assert all(gap.sentence for gap in missing_on(page, PLAIN))


def test_a_form_that_has_changed_since_is_still_read() -> None:
    assert from_answers(NeedsPage, {"sen_status": "N", "shoe_size": 4}) == NeedsPage("N")


@pytest.mark.parametrize(
    ("kind", "answers", "question"),
    [
        (PupilPage, {"born_on": "tomorrow"}, "born_on"),
        (PupilPage, {"born_on": 7}, "born_on"),
        (PupilPage, {"given_name": None}, "given_name"),
        (PupilPage, {"at_school": "yes"}, "at_school"),
        (ConcernPage, {"exclusion_risk": True}, "exclusion_risk"),
        (ConcernPage, {"concerns": [{"severity": "high"}]}, "severity"),
        (ConcernPage, {"concerns": "none"}, "concerns"),
        (ConcernPage, {"concerns": ["none"]}, "concerns"),
        (AttendancePage, {"attendance_percent": "most"}, "attendance_percent"),
    ],
)
def test_answers_of_a_wrong_kind_are_named(kind: type[PageDraft], answers: dict[str, object], question: str) -> None:
    with pytest.raises(ValueError, match=f"The answer to {question} cannot be read"):
        from_answers(kind, answers)


def test_only_saved_pages_are_read() -> None:
    answers = {key: to_answers(page) for key, page in FULL.items() if key in ("pupil", "views")}
    assert read_pages(answers) == {"pupil": FULL["pupil"], "views": FULL["views"]}
