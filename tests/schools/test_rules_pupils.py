"""Pupils: what an entry must say, what looks unlikely, and who may be the same child."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.schools.rules import PupilDraft, looks_like, plain_name, pupil_problems, pupil_warnings

TODAY = date(2017, 11, 29)
MAYA = PupilDraft(given_name="Maya", family_name="Kowalska", born_on=date(2008, 3, 4), year_group="5")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"year_group": ""}, []),
        ({"given_name": " "}, ["given_name"]),
        ({"family_name": ""}, ["family_name"]),
        ({"family_name": "x" * 80}, []),
        ({"family_name": "x" * 81}, ["family_name"]),
        ({"born_on": None}, ["born_on"]),
        ({"born_on": date(2017, 11, 30)}, ["born_on"]),
        ({"born_on": date(2015, 11, 30)}, ["born_on"]),
        ({"born_on": date(2015, 11, 29)}, []),
        ({"born_on": date(1997, 11, 30)}, []),
        ({"born_on": date(1997, 11, 29)}, ["born_on"]),
        ({"born_on": date(208, 3, 4)}, ["born_on"]),
        ({"year_group": "14"}, ["year_group"]),
        ({"no_school_reason": "ehe"}, []),
        ({"no_school_reason": "holiday"}, ["no_school_reason"]),
        ({"upn": "B801200005001"}, []),
        ({"upn": "A801200005001"}, ["upn"]),
        ({"upn": " - "}, []),
        ({"upn": "B801200005001", "upn_unknown_reason": "new_to_school"}, ["upn_unknown_reason"]),
        ({"upn_unknown_reason": "new_to_school"}, []),
        ({"upn_unknown_reason": "UN1"}, ["upn_unknown_reason"]),
        ({"sen_status": "K"}, ["sen_need"]),
        ({"sen_status": "K", "sen_need": "SEMH"}, []),
        ({"social_care": "child_in_need"}, []),
        ({"social_care": "yes"}, ["social_care"]),
        ({"gender": "x"}, ["gender"]),
        ({"phone": "0" * 31}, ["phone"]),
    ],
)
def test_pupil_problems(changes: dict[str, object], fields: list[str]) -> None:
    draft = replace(MAYA, **changes)  # type: ignore[arg-type]
    assert sorted(pupil_problems(draft, TODAY)) == fields


@pytest.mark.parametrize(
    ("born_on", "year_group", "warned"),
    [
        (date(2008, 3, 4), "5", False),
        (date(2008, 3, 4), "4", False),
        (date(2008, 3, 4), "7", True),
        (date(2008, 3, 4), "", False),
        (None, "5", False),
        (date(2013, 8, 31), "R", False),
        (date(2013, 8, 31), "1", False),
        (date(2013, 8, 31), "2", True),
        (date(2013, 9, 1), "N1", False),
        (date(2013, 9, 1), "1", True),
    ],
)
def test_an_unusual_year_group_is_a_warning(born_on: date | None, year_group: str, warned: bool) -> None:
    assert bool(pupil_warnings(replace(MAYA, born_on=born_on, year_group=year_group), TODAY)) is warned


def test_a_temporary_upn_is_a_warning() -> None:
    (warning,) = pupil_warnings(replace(MAYA, upn="M80120000500A"), TODAY)
    assert "temporary" in warning


def child(name: str, born: str = "2008-03-04", upn: str = "") -> PupilDraft:
    given, family = name.split("/")
    return PupilDraft(given, family, date.fromisoformat(born) if born else None, upn=upn)


SAME_BIRTHDAY = [
    ("Maya/Kowalska", "Maya/Kowalska", "the same name"),
    ("Maya/Kowalska", "maya/KOWALSKA", "the same name"),
    ("Zoë/Müller", "Zoe/Muller", "the same name"),
    ("Søren/Łukasz", "Soren/Lukasz", "the same name"),
    ("Anna-Lena/O'Neil", "Anna Lena/O’Neil", "the same name"),
    ("Annalena/ONeil", "Anna-Lena/O'Neil", "the same name"),
    ("Maya/Kowalska", "Kowalska/Maya", "the same names the other way round"),
    ("Max/Bell", "Maximilian/Bell", "a similar name"),
    ("Mary Ann/Bell", "Mary/Bell", "a similar name"),
    ("Maya/Smith-Jones", "Maya/Jones", "a similar name"),
    ("Aiden/Bell", "Aidan/Bell", "a similar name"),
    ("Maya/Kowalska", "Maya/Kowalski", "a similar name"),
    ("Maya/Thompson", "Maya/Thomson", "a similar name"),
    ("Maya/Kowalska", "Lena/Kowalska", None),
    ("Maya/Kowalska", "Maya/Nowak", None),
    ("Al/Bell", "Alice/Bell", None),
    ("Ben/Bell", "Ken/Bell", None),
    ("/", "/", None),
    ("Maya/", "Maya/", None),
    ("李/王", "李/王", "the same name"),
    ("李/王", "张/王", None),
]


@pytest.mark.parametrize(("one", "other", "likeness"), SAME_BIRTHDAY)
def test_children_born_on_one_day(one: str, other: str, likeness: str | None) -> None:
    sentence = looks_like(child(one), child(other))
    assert sentence == (f"They have the same date of birth and {likeness}." if likeness else None)


@pytest.mark.parametrize(
    ("born", "other_born", "alike"),
    [
        ("2008-03-04", "2008-04-03", True),
        ("2008-03-04", "2007-03-04", True),
        ("2008-03-04", "2008-03-14", True),
        ("2008-03-04", "2008-05-04", True),
        ("2008-03-04", "2007-04-03", False),
        ("2008-03-04", "2009-05-06", False),
        ("2008-03-04", "", True),
        ("", "", True),
    ],
)
def test_children_of_one_name(born: str, other_born: str, alike: bool) -> None:
    assert bool(looks_like(child("Maya/Bell", born), child("maya/Béll", other_born))) is alike


def test_a_near_date_is_not_enough_for_a_similar_name() -> None:
    assert looks_like(child("Max/Bell", "2008-03-04"), child("Maxine/Bell", "2008-04-03")) is None
    assert looks_like(child("Max/Bell", ""), child("Maxine/Bell")) is None


def test_one_upn_is_one_child_whatever_the_name() -> None:
    one, other = child("A/B", upn="b801200005001"), child("C/D", "2010-01-01", "B801200005001")
    assert looks_like(one, other) == "They have the same UPN."
    assert looks_like(replace(one, upn=""), replace(other, upn="")) is None


names = st.text(max_size=12)
children = st.builds(
    PupilDraft,
    given_name=names,
    family_name=names,
    born_on=st.none() | st.dates(date(2005, 1, 1), date(2006, 12, 31)),
)


@given(children, children)
def test_likeness_goes_both_ways(one: PupilDraft, other: PupilDraft) -> None:
    assert looks_like(one, other) == looks_like(other, one)


@given(children)
def test_a_named_child_looks_like_itself(one: PupilDraft) -> None:
    named = bool(plain_name(one.given_name) and plain_name(one.family_name))
    assert bool(looks_like(one, one)) is named


@given(st.text())
def test_plain_names_are_settled(text: str) -> None:
    assert plain_name(plain_name(text)) == plain_name(text)
