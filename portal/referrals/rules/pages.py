"""The pages of the referral form and their questions, in the order in which a school answers them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.referrals.rules.answers import from_answers
from portal.referrals.rules.drafts import (
    AgenciesPage,
    AttendancePage,
    ConcernPage,
    FamilyPage,
    GroupPage,
    NeedsPage,
    PageDraft,
    PupilPage,
    ReferrerPage,
    SafetyPage,
    SupportPage,
    TriedPage,
    ViewsPage,
    WholeSchoolPage,
)

CORE, USUAL, ALSO = "core", "usual", "also"
CHECK = "check"
"""The key of the page that shows all answers before they are sent; it has no draft of its own."""


@dataclass(frozen=True)
class Question:
    """One question: ``field`` is the name in the page's draft, ``weight`` core, usual or also."""

    field: str
    label: str
    weight: str = USUAL


@dataclass(frozen=True)
class Page:
    """One page: its address part, title, a sentence under the title, questions in order, and the draft it makes."""

    key: str
    title: str
    hint: str
    draft: type[PageDraft]
    questions: tuple[Question, ...]


PAGES: tuple[Page, ...] = (
    Page(
        "pupil",
        "The pupil",
        "Who you are asking for.",
        PupilPage,
        (
            Question("given_name", "First name", CORE),
            Question("family_name", "Family name", CORE),
            Question("born_on", "Date of birth", CORE),
            Question("year_group", "Year group", CORE),
            Question("at_school", "Is the pupil on the roll of your school?", CORE),
            Question("no_school_reason", "Why is there no current school?", CORE),
            Question("upn", "Unique pupil number (UPN)", ALSO),
            Question("upn_unknown_reason", "Why is the UPN not known?", ALSO),
            Question("gender", "Gender"),
            Question("ethnicity", "Ethnicity"),
            Question("first_language", "First language"),
            Question("interpreter_needed", "Does the family need an interpreter?"),
            Question("address", "Home address"),
            Question("phone", "Home phone"),
        ),
    ),
    Page(
        "family",
        "The family",
        "Who cares for the pupil, and what they have agreed to. Their agreement is not the legal basis for using the "
        "information, which is the public task of the service.",
        FamilyPage,
        (
            Question("parents", "Parents and carers"),
            Question("agrees", "Does the family know about this referral and agree with it?", CORE),
            Question("agrees_on", "When did they say so?", CORE),
            Question("agrees_who", "Who said so?", CORE),
            Question("agrees_why_not", "Why not?", CORE),
            Question("shares", "May information be shared with the agencies named?", CORE),
            Question("shares_on", "When did they say so?", CORE),
            Question("shares_who", "Who said so?", CORE),
            Question("shares_why_not", "Why not?", CORE),
            Question("shares_with", "With which agencies?"),
        ),
    ),
    Page(
        "concern",
        "Your concern",
        "What worries you most, in your own words.",
        ConcernPage,
        (
            Question("concern", "What is your concern?", CORE),
            Question("concerns", "Up to three concerns, how often and how severe", ALSO),
            Question("exclusion_risk", "Risk of permanent exclusion, 0 to 10", ALSO),
        ),
    ),
    Page(
        "needs",
        "Needs and strengths",
        "What you know about the pupil's needs, and what the pupil does well.",
        NeedsPage,
        (
            Question("sen_status", "SEN status", CORE),
            Question("sen_need", "Kind of need", CORE),
            Question("nature_of_need", "The need in your words"),
            Question("diagnosis", "Diagnosis"),
            Question("attainment", "Attainment"),
            Question("strengths", "Strengths and interests", ALSO),
        ),
    ),
    Page(
        "tried",
        "What you have tried",
        "The graduated response so far: what you did, when, and what came of it.",
        TriedPage,
        (Question("strategies", "Strategies tried, with dates and effect"),),
    ),
    Page(
        "attendance",
        "Attendance and exclusions",
        "Time in school and time lost.",
        AttendancePage,
        (
            Question("attendance_percent", "Attendance in percent"),
            Question("attendance_since", "Counted since"),
            Question("suspended", "Has the pupil been suspended this school year or last?"),
            Question("suspensions", "Suspensions, with dates, sessions and reasons"),
            Question("internal_exclusions", "Internal exclusions this school year"),
            Question("part_time", "Is the pupil on a part-time timetable?", ALSO),
            Question("part_time_hours", "Hours in school a week", ALSO),
            Question("managed_moves", "Managed moves so far", ALSO),
        ),
    ),
    Page(
        "agencies",
        "Social care and agencies",
        "Who else is or was involved.",
        AgenciesPage,
        (
            Question("looked_after", "Is the child looked after?", CORE),
            Question("social_care", "Social-care status", CORE),
            Question("early_help", "Is there an early help assessment?"),
            Question("lead_professional", "Lead professional"),
            Question("agencies", "Agencies involved, now and in the past"),
        ),
    ),
    Page(
        "support",
        "The support you want",
        "What you hope the service will do, and what should be different afterwards.",
        SupportPage,
        (
            Question("support_wanted", "What support do you want?", CORE),
            Question("desired_change", "What should change?"),
        ),
    ),
    Page(
        "views",
        "What the pupil and the family say",
        "In their own words. What the pupil says stands first on the referral.",
        ViewsPage,
        (
            Question("pupil_views_how", "How did the pupil give their view?"),
            Question("pupil_views", "What the pupil says", USUAL),
            Question("pupil_views_helper", "Who helped the pupil?", ALSO),
            Question("pupil_views_not_yet", "Why has the pupil not been asked yet?"),
            Question("family_views_how", "How did the family give their view?"),
            Question("family_views", "What the family says", USUAL),
            Question("family_views_who", "Who of the family said it?", ALSO),
            Question("family_views_not_yet", "Why has the family not been asked yet?"),
        ),
    ),
    Page(
        "safety",
        "Visiting safely",
        "This is shown to every worker who plans a home visit.",
        SafetyPage,
        (
            Question("not_alone", "Is there a reason not to make a home visit alone?", ALSO),
            Question("not_alone_reasons", "What is the reason?", ALSO),
        ),
    ),
    Page(
        "referrer",
        "You and your head teacher",
        "Whom the service should talk to.",
        ReferrerPage,
        (
            Question("name", "Your name", CORE),
            Question("role", "Your role", CORE),
            Question("email", "Your e-mail address", CORE),
            Question("phone", "Your phone number"),
            Question("head_approves", "Does the head teacher approve this referral?", CORE),
            Question("head_name", "The head teacher's name", CORE),
            Question("head_approved_on", "When did the head teacher approve?", CORE),
            Question("officer_signs", "Do you, for the authority, confirm this referral?", CORE),
            Question("officer_signed_on", "When did you confirm it?", CORE),
            Question("parent_signs", "Does a parent or carer agree to it with their name?", CORE),
            Question("parent_name", "The name of the parent or carer", CORE),
            Question("parent_signed_on", "When did they agree?", CORE),
        ),
    ),
)

GROUP_PAGE = Page(
    "pupils",
    "The pupils",
    "Who is in the group. Each family is asked for itself.",
    GroupPage,
    (
        Question("pupils", "Pupils of the group", CORE),
        Question("why_together", "Why should they be helped together?"),
    ),
)
SCHOOL_PAGE = Page(
    "school",
    "The whole school",
    "What it is about, where, and since when. Name no pupil here.",
    WholeSchoolPage,
    (
        Question("what", "What is it about?", CORE),
        Question("where", "Where and when does it happen?", CORE),
        Question("since", "Since when?", CORE),
        Question("how_many", "How many pupils does it touch, and in which years?"),
        Question("staff", "Which staff would take part?"),
    ),
)

_ALL = (*PAGES, GROUP_PAGE, SCHOOL_PAGE)
PAGE_BY_KEY: Mapping[str, Page] = {page.key: page for page in _ALL}
PAGE_OF_DRAFT: Mapping[type[PageDraft], Page] = {page.draft: page for page in _ALL}

_OF_GROUP = ("pupils", "concern", "tried", "support", "views", "safety", "referrer")
_OF_SCHOOL = ("school", "tried", "support", "referrer")
_OF_KIND: Mapping[str, tuple[Page, ...]] = {
    "pupil": PAGES,
    "group": tuple(PAGE_BY_KEY[key] for key in _OF_GROUP),
    "school": tuple(PAGE_BY_KEY[key] for key in _OF_SCHOOL),
}


def pages_of(kind: str) -> tuple[Page, ...]:
    """The pages of a referral for one pupil, a group or the whole school (``SCOPES``), in order.

    Raises KeyError for an unknown kind.
    """
    return _OF_KIND[kind]


def read_pages(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, PageDraft]:
    """The drafts of the pages that were saved, by page key, from a referral's answers ``{page key: answers}``.

    Raises ValueError, naming the question, for a value of the wrong kind.
    """
    return {page.key: from_answers(page.draft, answers[page.key]) for page in _ALL if page.key in answers}


def next_page(key: str, kind: str = "pupil") -> str:
    """The key of the page after this one; after the last comes ``check``. Raises KeyError for an unknown page."""
    keys = [page.key for page in pages_of(kind)]
    if key not in keys:
        raise KeyError(key)
    return [*keys, CHECK][keys.index(key) + 1]
