"""The people around a pupil: no way leads past "do not contact"."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.schools.rules import (
    CONTACT_CHANNELS,
    ContactDraft,
    channels_of,
    channels_text,
    contact_problems,
    may_reach,
    reachable_by,
)

ANNA = ContactDraft(
    name="Anna Kowalska",
    relationship_code="mother",
    safe_channels="text,email",
    phone="07700 900123",
    email="anna@example.org",
)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 121}, ["name"]),
        ({"relationship_code": ""}, ["relationship_code"]),
        ({"relationship_code": "Mother"}, ["relationship_code"]),
        ({"phone": " "}, ["phone"]),
        ({"email": ""}, ["email"]),
        ({"email": "anna"}, ["email"]),
        ({"email": "anna@example"}, ["email"]),
        ({"safe_channels": "post"}, ["address"]),
        ({"safe_channels": ""}, []),
        ({"safe_channels": "pigeon"}, ["safe_channels"]),
        ({"do_not_contact": True}, ["safe_channels"]),
        ({"do_not_contact": True, "safe_channels": ""}, []),
    ],
)
def test_contact_problems(changes: dict[str, object], fields: list[str]) -> None:
    assert sorted(contact_problems(replace(ANNA, **changes))) == fields  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "do_not_contact", "may"),
    [
        ("text", False, True),
        ("email", False, True),
        ("phone", False, False),
        ("post", False, False),
        ("", False, False),
        ("text,email", False, False),
        ("text", True, False),
        ("email", True, False),
    ],
)
def test_may_reach(channel: str, do_not_contact: bool, may: bool) -> None:
    assert may_reach(replace(ANNA, do_not_contact=do_not_contact), channel) is may


def test_a_code_inside_another_word_is_not_a_way() -> None:
    assert not may_reach(replace(ANNA, safe_channels="textphone"), "text")


@given(
    st.sets(st.sampled_from(list(CONTACT_CHANNELS))).map(channels_text), st.sampled_from(["", *CONTACT_CHANNELS, "fax"])
)
def test_nothing_passes_do_not_contact(safe_channels: str, channel: str) -> None:
    unsafe = replace(ANNA, safe_channels=safe_channels, address="1 High Street", do_not_contact=True)
    assert not may_reach(unsafe, channel)
    assert reachable_by([unsafe], channel) == []


def test_reachable_people_have_a_safe_way_and_a_number_or_address_for_it() -> None:
    without_phone = replace(ANNA, phone="")
    ben = replace(ANNA, name="Ben", safe_channels="phone")
    assert reachable_by([ben, without_phone, ANNA], "text") == [ANNA]
    assert reachable_by([ben, without_phone, ANNA], "phone") == [ben]
    assert reachable_by([ben, without_phone, ANNA], "email") == [without_phone, ANNA]


@given(st.sets(st.sampled_from(list(CONTACT_CHANNELS))))
def test_channels_to_text_and_back(channels: set[str]) -> None:
    assert channels_of(channels_text(channels)) == channels
