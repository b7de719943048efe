"""The rules of training, as truth tables."""

from datetime import UTC, date, datetime, time

import pytest

from portal.training import rules
from portal.training.rules import BOOKED, WAITING, DateDraft, Somebody, Wish

TODAY = date(2026, 11, 10)
GOOD = rules.RequestDraft(topic_id=1, who="TAs", how_many=5, dates=(date(2026, 12, 1),), difference="Calm")


def test_a_good_request_has_no_problem():
    assert rules.request_problems(GOOD, TODAY) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"topic_id": None}, "own_words"),
        ({"who": ""}, "who"),
        ({"how_many": None}, "how_many"),
        ({"how_many": 501}, "how_many"),
        ({"dates": ()}, "dates_words"),
        ({"dates": (date(2026, 11, 9),)}, "date_1"),
        ({"dates": (date(2026, 12, 1), date(2029, 1, 1))}, "date_2"),
        ({"difference": ""}, "difference"),
    ],
)
def test_what_is_wrong_with_a_request_stands_at_its_field(changes, field):
    from dataclasses import replace

    assert list(rules.request_problems(replace(GOOD, **changes), TODAY)) == [field]


def test_own_words_and_words_about_dates_are_enough():
    draft = rules.RequestDraft(own_words="Lunchtimes", who="All", how_many=3, dates_words="Wednesdays", difference="x")
    assert rules.request_problems(draft, TODAY) == {}


def offered(**changes):
    facts = {"on": date(2026, 12, 1), "at": time(15, 30), "minutes": 90, "place": "Hall", "trainer_id": 3}
    return DateDraft(**(facts | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": None}, "on"),
        ({"on": date(2026, 11, 9)}, "on"),
        ({"at": None}, "at"),
        ({"at": time(3, 30)}, "at"),
        ({"minutes": 14}, "minutes"),
        ({"at": time(20), "minutes": 300}, "minutes"),
        ({"place": ""}, "place"),
        ({"trainer_id": None}, "trainer_id"),
    ],
)
def test_what_is_wrong_with_a_date(changes, field):
    assert list(rules.date_problems(offered(**changes), TODAY)) == [field]
    assert list(rules.offer_problems([offered(), offered(**changes)], TODAY)) == [f"date_2_{field}"]


def test_the_same_date_twice_is_no_choice_and_none_is_no_offer():
    assert "date_1_on" in rules.offer_problems([offered(), offered(place="Library")], TODAY)
    assert "date_1_on" in rules.offer_problems([], TODAY)


def test_times_of_day_are_england_s_on_both_sides_of_a_clock_change():
    assert rules.to_utc(date(2026, 10, 23), time(15, 30)) == datetime(2026, 10, 23, 14, 30, tzinfo=UTC)
    assert rules.to_utc(date(2026, 10, 26), time(15, 30)) == datetime(2026, 10, 26, 15, 30, tzinfo=UTC)
    start = datetime(2026, 10, 23, 14, 30, tzinfo=UTC)
    assert rules.when_words(start, 90, TODAY) == "Friday 23 October, 3:30pm to 5pm"
    assert rules.day_of(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("minutes_later", "length", "expected"),
    [(0, 60, True), (59, 60, True), (60, 60, False), (-60, 60, False), (-59, 60, True)],
)
def test_two_sessions_collide_when_they_share_a_minute(minutes_later, length, expected):
    start = datetime(2026, 12, 1, 13, tzinfo=UTC)
    other = datetime.fromtimestamp(start.timestamp() + minutes_later * 60, UTC)
    assert rules.collide(start, 60, other, length) is expected


@pytest.mark.parametrize(
    ("limit", "wishes", "wanted", "expected"),
    [
        (None, [], 100, BOOKED),
        (3, [], 3, BOOKED),
        (3, [Wish(1, 2, BOOKED)], 1, BOOKED),
        (3, [Wish(1, 2, BOOKED)], 2, WAITING),
        (3, [Wish(1, 2, BOOKED), Wish(2, 2, WAITING)], 1, WAITING),  # nobody overtakes
    ],
)
def test_first_come_first_served(limit, wishes, wanted, expected):
    assert rules.state_of_new(limit, wishes, wanted) == expected


@pytest.mark.parametrize(
    ("limit", "wishes", "expected"),
    [
        (5, [Wish(1, 3, BOOKED), Wish(2, 2, WAITING), Wish(3, 1, WAITING)], [2]),
        (5, [Wish(1, 2, BOOKED), Wish(2, 2, WAITING), Wish(3, 1, WAITING)], [2, 3]),
        (5, [Wish(1, 2, BOOKED), Wish(2, 4, WAITING), Wish(3, 1, WAITING)], []),  # it stops at who waits longest
        (None, [Wish(2, 4, WAITING), Wish(3, 1, WAITING)], [2, 3]),
        (2, [Wish(1, 3, BOOKED)], []),
    ],
)
def test_who_moves_up(limit, wishes, expected):
    assert rules.moves_up(limit, wishes) == expected


@pytest.mark.parametrize(
    ("limit", "booked", "waiting", "words"),
    [
        (None, 9, 0, "Places for everybody"),
        (10, 4, 0, "6 of 10 places free"),
        (10, 10, 0, "Full"),
        (10, 10, 1, "Full, 1 school waits"),
        (10, 8, 2, "2 of 10 places free, 2 schools wait"),
    ],
)
def test_what_schools_read_of_free_places(limit, booked, waiting, words):
    assert rules.free_words(limit, booked, waiting) == words


def test_a_list_of_people_is_read_from_typing_and_from_a_sheet():
    text = "Ana Lee, TA, a.lee@ash.example\n\nBen Okoro\nCy Fox\tTeacher\nDi Roe; d@ash.example\n , ,\n"
    people, problems = rules.read_people(text)
    assert problems == []
    assert people == [
        Somebody("Ana Lee", "TA", "a.lee@ash.example"),
        Somebody("Ben Okoro"),
        Somebody("Cy Fox", "Teacher"),
        Somebody("Di Roe", "", "d@ash.example"),
    ]


@pytest.mark.parametrize("line", ["a.lee@ash.example", "Ana, TA, not an @ address", "x" * 121, "Ana," + "r" * 81])
def test_a_line_that_cannot_be_read_is_named_by_its_number(line):
    people, problems = rules.read_people(f"Good Name\n{line}")
    assert [one.name for one in people] == ["Good Name"]
    assert problems[0].startswith("Line 2: ")


def test_one_name_stands_on_a_list_once():
    new = rules.without_known([Somebody("ana  LEE"), Somebody("Ben"), Somebody("ben")], ["Ana Lee"])
    assert [one.name for one in new] == ["Ben"]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            rules.RequestFacts("asked", date(2026, 11, 17)),
            "With the service. Next: the coordinator answers, by Tuesday 17 November.",
        ),
        (
            rules.RequestFacts("offered", date(2026, 11, 17)),
            "The service offers dates. Next: the school chooses one, by Tuesday 17 November.",
        ),
        (
            rules.RequestFacts("booked", date(2026, 11, 24), "Tuesday 1 December, 3:30pm to 5pm", "Jo", False),
            "Booked for Tuesday 1 December, 3:30pm to 5pm, with Jo. Next: the school says who comes, "
            "by Tuesday 24 November.",
        ),
        (rules.RequestFacts("booked", None, "Tuesday", "Jo", True), "Booked for Tuesday, with Jo."),
        (rules.RequestFacts("held", None, "Tuesday"), "Held on Tuesday."),
        (rules.RequestFacts("withdrawn", date(2026, 11, 24)), "Withdrawn by the school."),
    ],
)
def test_the_status_line_says_where_who_and_by_when(facts, words):
    assert rules.status_line(facts).words(TODAY) == words


def test_every_status_has_its_line_and_its_tone():
    for status in rules.REQUEST_STATUSES:
        assert rules.status_line(rules.RequestFacts(status)).where
        assert rules.TONES[status]
