"""Names hold a letter, and nothing that nobody can see."""

from collections.abc import Mapping
from datetime import date

import pytest

from portal.accounts import rules as accounts
from portal.agreements.rules import SignDraft, sign_problems
from portal.kernel.names import NO_LETTER, UNSEEN, name_problem
from portal.referrals import rules as referrals
from portal.schools import rules as schools
from portal.training.rules.people import Somebody, person_problem

GOOD = (
    "Amélie Ng",
    "O’Brien-Smith",
    "Ngọc Ánh",
    "علی‌رضا",  # with the joiner that Persian writes
    "श्री‌देवी",
    "李小龍",
    "Worker 1",
    "X Æ A-12",
    "",
    "  ",
)
UNSEEN_NAMES = (
    "Maya \u202eyduJ",
    "Ma\u200bya",
    "Maya\u2066Khan\u2069",
    "\ufeffMaya",
    "Ma\u00adya",
    "Ma\u200dya",
    "\u3164",
    "Maya\u2800",
    "Maya\U000e0041",
    "Ma\ufe0fya",
    "Ma\u200fya",
    "Maya\u2028Khan",
)


@pytest.mark.parametrize("name", GOOD)
def test_names_of_many_scripts_are_taken(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize("name", ["123", "- -", "…", "\u0301", "💙"])
def test_a_name_has_a_letter(name: str) -> None:
    assert name_problem(name) == NO_LETTER


@pytest.mark.parametrize("name", UNSEEN_NAMES)
def test_nothing_in_a_name_is_unseen(name: str) -> None:
    assert name_problem(name) == UNSEEN


TODAY = date(2026, 11, 10)


@pytest.mark.parametrize("name", ["123", "Ma\u202eya"])
def test_every_name_that_is_typed_is_looked_at(name: str) -> None:
    wrong = name_problem(name)
    found: list[Mapping[str, str]] = [
        schools.pupil_problems(schools.PupilDraft(given_name=name), TODAY),
        schools.pupil_problems(schools.PupilDraft(family_name=name), TODAY),
        schools.contact_problems(schools.ContactDraft(name=name)),
        accounts.problems_of_draft(accounts.PersonDraft(name, "a@b.example")),
        accounts.problems_of_request(accounts.RequestDraft(name, "Ash", "a@b.example")),
        sign_problems(SignDraft(name, "", "", False, "")),
        referrals.page_problems(referrals.PupilPage(given_name=name), TODAY),
        referrals.page_problems(referrals.GroupPage(pupils=(referrals.GroupPupil(family_name=name),)), TODAY),
        referrals.page_problems(referrals.FamilyPage(parents=(referrals.Parent(name=name),)), TODAY),
        referrals.page_problems(referrals.ReferrerPage(head_name=name), TODAY),
        {"": person_problem(Somebody(name))},
    ]
    assert [wrong in problems.values() for problems in found] == [True] * len(found)
