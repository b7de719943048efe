"""The service's contact details: what is set is said, what is not leaves no gap."""

import pytest

from portal.kernel.contact import Contact, dialled, telephone_problems


def contact(**changes):
    empty = {"name": "Harbour", "address": "", "telephone": "", "email": "", "hours": ""}
    return Contact(**empty | changes)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, ""),
        ({"telephone": "01632 960 001"}, "call 01632 960 001"),
        ({"email": "a@b.example"}, "email a@b.example"),
        ({"telephone": "01632 960 001", "email": "a@b.example"}, "call 01632 960 001 or email a@b.example"),
    ],
)
def test_ways_name_only_what_is_set(known, words):
    assert contact(**known).ways == words
    assert contact(**known).is_known is bool(known)


def test_an_address_alone_is_a_way_and_empty_lines_are_none():
    assert contact(address="3 Quay\n\n Town ").is_known
    assert contact(address="3 Quay\n\n Town ").address_lines == ("3 Quay", "Town")


@pytest.mark.parametrize("text", ["", "01632 960 001", "+44 1632 960001", "(01632) 960-001", "01632 960 001 ext 42"])
def test_numbers_that_people_write_are_taken(text):
    assert telephone_problems(text) == []


@pytest.mark.parametrize("text", ["call me", "1234", "0" * 31, "01632 960 001\n", "٠١٦٣٢٩٦٠٠٠١"])
def test_what_nobody_could_call_is_refused(text):
    assert telephone_problems(text)


def test_a_phone_dials_digits_without_the_extension():
    assert dialled("+44 (1632) 960-001 ext 42") == "+441632960001"
