"""What waits is put under headings of urgency, and the sentence on top counts it."""

from datetime import date, timedelta

import pytest

from portal.home import rules
from portal.home.rules import WaitingRow
from portal.tasks.rules import due_state

TODAY = date(2026, 11, 10)  # a Tuesday


def waiting(*days):
    return [
        WaitingRow(f"key-{day}", "Title", "", "/", due_state(TODAY + timedelta(days=day), TODAY), "", "quiet")
        for day in days
    ]


def titles(*days):
    return [(group.title, [row.key for row in group.rows]) for group in rules.groups_of(waiting(*days))]


def test_groups_stand_in_order_of_urgency_and_empty_ones_are_left_out():
    assert titles(-9, -1, 0, 1, 2, 5, 6, 90) == [
        ("Overdue", ["key--9", "key--1"]),
        ("Today and tomorrow", ["key-0", "key-1"]),
        ("This week", ["key-2", "key-5"]),
        ("Later", ["key-6", "key-90"]),
    ]
    assert titles(3) == [("This week", ["key-3"])]
    assert titles() == []


def test_nothing_is_lost_between_the_groups():
    days = range(-30, 60)
    assert sum(len(rows) for _, rows in titles(*days)) == len(days)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([], ""),
        ([9], "Nothing is late, and nothing is due today or tomorrow."),
        ([0], "Nothing is late; 1 is due today or tomorrow."),
        ([-1], "1 thing is late, and nothing is due today or tomorrow."),
        ([-3, -1, 0, 1], "2 things are late, and 2 are due today or tomorrow."),
    ],
)
def test_the_lead_counts(days, words):
    assert rules.lead(waiting(*days)) == words


@pytest.mark.parametrize(
    ("number", "workers", "words"),
    [
        (0, 0, "Nothing is late in the service."),
        (1, 1, "In the service 1 thing is late, with 1 worker."),
        (12, 3, "In the service 12 things are late, with 3 workers."),
    ],
)
def test_the_lead_of_the_service(number, workers, words):
    assert rules.service_lead(number, workers) == words
