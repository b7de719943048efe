"""Code sets, SEN, and the year groups that advance each September."""

import pytest

from portal.schools.rules import (
    NO_SCHOOL_REASONS,
    SCHOOL_PHASES,
    SCHOOL_STATUS,
    SEN_NEED,
    SEN_PROVISION,
    SOCIAL_CARE,
    SUSPENSION_REASONS,
    UPN_UNKNOWN_REASONS,
    YEAR_GROUPS,
    SchoolDraft,
    advance,
    key_stage,
    phase,
    school_problems,
    sen_problems,
    usual_year_group,
    year_group_in,
    year_group_words,
    years_apart,
)


def test_the_code_sets_are_those_of_the_domain() -> None:
    assert "".join(SEN_PROVISION) == "NKE"
    assert " ".join(SEN_NEED) == "SPLD MLD SLD PMLD SEMH SLCN HI VI MSI PD ASD OTH DS NSA"
    assert " ".join(SUSPENSION_REASONS) == "PP PA VP VA OW BU RA LG DS SM DA DM TH MT DB PH"
    assert list(SCHOOL_STATUS.values()) == ["Open", "Open, but proposed to close", "Closed", "Proposed to open"]
    assert len(SCHOOL_PHASES) == 8
    assert " ".join(YEAR_GROUPS) == "N1 N2 R 1 2 3 4 5 6 7 8 9 10 11 12 13"


def test_ds_means_one_thing_as_a_need_and_another_as_a_reason() -> None:
    assert SEN_NEED["DS"] == "Down syndrome"
    assert SUSPENSION_REASONS["DS"] == "Abuse relating to disability"


@pytest.mark.parametrize(("codes", "longest"), [(UPN_UNKNOWN_REASONS, 20), (NO_SCHOOL_REASONS, 20), (SOCIAL_CARE, 30)])
def test_codes_fit_their_columns(codes: dict[str, str], longest: int) -> None:
    assert max(map(len, codes)) <= longest


@pytest.mark.parametrize(
    ("status", "need", "field"),
    [
        ("", "", None),
        ("", "SEMH", None),
        ("", "NSA", "sen_need"),
        ("N", "", None),
        ("N", "SEMH", "sen_need"),
        ("N", "NSA", "sen_need"),
        ("K", "", "sen_need"),
        ("K", "SEMH", None),
        ("K", "NSA", None),
        ("E", "", "sen_need"),
        ("E", "DS", None),
        ("E", "NSA", "sen_need"),
        ("X", "SEMH", "sen_status"),
        ("K", "PP", "sen_need"),
    ],
)
def test_sen_status_and_need(status: str, need: str, field: str | None) -> None:
    assert list(sen_problems(status, need)) == ([field] if field else [])


@pytest.mark.parametrize(
    ("year_group", "label", "stage", "its_phase"),
    [
        ("N1", "Nursery, first year", "EYFS", "early_years"),
        ("R", "Reception", "EYFS", "early_years"),
        ("1", "Year 1", "KS1", "primary"),
        ("2", "Year 2", "KS1", "primary"),
        ("3", "Year 3", "KS2", "primary"),
        ("6", "Year 6", "KS2", "primary"),
        ("7", "Year 7", "KS3", "secondary"),
        ("9", "Year 9", "KS3", "secondary"),
        ("10", "Year 10", "KS4", "secondary"),
        ("11", "Year 11", "KS4", "secondary"),
        ("12", "Year 12", "KS5", "secondary"),
        ("13", "Year 13", "KS5", "secondary"),
    ],
)
def test_label_key_stage_and_phase(year_group: str, label: str, stage: str, its_phase: str) -> None:
    assert YEAR_GROUPS[year_group] == label
    assert key_stage(year_group) == stage
    assert phase(year_group) == its_phase


@pytest.mark.parametrize("unknown", ["", "0", "14", "N3", "r", "Year 5"])
def test_an_unknown_year_group_is_an_error(unknown: str) -> None:
    for ask in (key_stage, phase, lambda group: advance(group, 1), lambda group: years_apart(group, "R")):
        with pytest.raises(KeyError):
            ask(unknown)


@pytest.mark.parametrize(
    ("known", "school_year", "found", "words"),
    [
        ({}, 2016, None, "year group not known"),
        ({2016: "5"}, 2016, "5", "Year 5"),
        ({2016: "5"}, 2017, "6", "Year 6"),
        ({2016: "5"}, 2014, "3", "Year 3"),
        ({2016: "N2"}, 2017, "R", "Reception"),
        ({2016: "R"}, 2017, "1", "Year 1"),
        ({2016: "13"}, 2017, None, "left school age"),
        ({2016: "N1"}, 2015, None, "not yet at nursery"),
        ({2014: "3", 2016: "4"}, 2015, "4", "Year 4"),
        ({2014: "3", 2016: "4"}, 2017, "5", "Year 5"),
        ({2014: "3", 2016: "4"}, 2013, "2", "Year 2"),
    ],
)
def test_year_groups_advance_from_what_is_known(
    known: dict[int, str], school_year: int, found: str | None, words: str
) -> None:
    assert year_group_in(known, school_year) == found
    assert year_group_words(known, school_year) == words


@pytest.mark.parametrize(
    ("age", "group"), [(1, None), (2, "N1"), (4, "R"), (5, "1"), (10, "6"), (11, "7"), (17, "13"), (18, None)]
)
def test_the_usual_year_group_by_age_on_the_last_of_august(age: int, group: str | None) -> None:
    assert usual_year_group(age) == group


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        (SchoolDraft(name="Ash Primary", phase="primary", urn="123456"), []),
        (SchoolDraft(name="Ash Primary", phase="primary", urn=""), []),
        (SchoolDraft(name="Torbay Council", kind="authority"), []),
        (SchoolDraft(name=" ", phase="primary"), ["name"]),
        (SchoolDraft(name="x" * 201, phase="primary"), ["name"]),
        (SchoolDraft(name="Ash", phase=""), ["phase"]),
        (SchoolDraft(name="Ash", phase="Primary"), ["phase"]),
        (SchoolDraft(name="Ash", phase="primary", urn="12345"), ["urn"]),
        (SchoolDraft(name="Ash", phase="primary", urn="12345a"), ["urn"]),
        (SchoolDraft(name="Ash", phase="primary", urn="١٢٣٤٥٦"), ["urn"]),
        (SchoolDraft(name="Ash", phase="primary", status="Open"), ["status"]),
        (SchoolDraft(name="Ash", phase="primary", kind="club"), ["kind"]),
    ],
)
def test_schools(draft: SchoolDraft, fields: list[str]) -> None:
    assert sorted(school_problems(draft)) == fields
