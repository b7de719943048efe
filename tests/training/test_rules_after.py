"""What comes after a session: evaluations, standing in a programme, and events."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.training.rules import evaluations, events
from portal.training.rules.evaluations import Answer, Moment
from portal.training.rules.programmes import COUNTS_FOR, Counted, Trained, standing, standings

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 15), date(2026, 10, 6), date(2026, 11, 10)


@pytest.mark.parametrize(
    ("moment", "scale", "fields"),
    [
        (Moment.AFTER, "very", set()),
        (Moment.LATER, "often", set()),
        (Moment.AFTER, "often", {"scale"}),
        (Moment.LATER, "", {"scale"}),
    ],
)
def test_the_scale_belongs_to_its_moment(moment, scale, fields):
    assert set(evaluations.answer_problems(moment, Answer(scale))) == fields


def test_long_answers_are_named():
    long = "x" * (evaluations.LONGEST_ANSWER + 1)
    assert set(evaluations.answer_problems(Moment.AFTER, Answer("very", long, long))) == {"different", "more"}


def test_shares_print_their_denominator_and_the_empty_answers():
    found = evaluations.shares(Moment.AFTER, ["very", "very", "not"])
    assert [(share.label, share.words) for share in found] == [
        ("Very useful", "2 of 3"),
        ("Quite useful", "0 of 3"),
        ("A little useful", "0 of 3"),
        ("Not useful", "1 of 3"),
    ]
    assert evaluations.shares(Moment.AFTER, []) == ()


def test_one_person_who_came_twice_counts_once():
    came = [Trained("Ana Lee", SEPTEMBER), Trained("ana  lee", OCTOBER), Trained("Ben Okoro", OCTOBER)]
    found = standing(came, [Counted(SEPTEMBER, 4)], 50, NOVEMBER)
    assert (found.trained, found.staff, found.percent, found.is_reached) == (2, 4, 50, True)
    assert found.words == "2 of 4 staff, 50 %"


def test_a_standing_holds_for_its_day():
    came = [Trained("Ana", SEPTEMBER), Trained("Ben", NOVEMBER)]
    counts = [Counted(SEPTEMBER, 2), Counted(NOVEMBER, 3)]
    assert standing(came, counts, 80, OCTOBER).words == "1 of 2 staff, 50 %"
    assert standing(came, counts, 80, NOVEMBER).words == "2 of 3 staff, 66 %"
    assert standing(came, counts, 80, date(2026, 9, 1)).state_words == "Not begun"


def test_without_a_number_of_staff_no_share_is_made_up():
    found = standing([Trained("Ana", SEPTEMBER)], [], 80, NOVEMBER)
    assert found.percent is None
    assert not found.is_reached
    assert found.words == "1 person trained; number of staff not known"


def test_people_who_left_never_make_more_than_all():
    came = [Trained(name, SEPTEMBER) for name in "abcde"]
    assert standing(came, [Counted(SEPTEMBER, 4)], 80, OCTOBER).percent == 100


def test_the_steps_are_the_days_on_which_it_changed_newest_first():
    came = [Trained("Ana", SEPTEMBER), Trained("Ana", OCTOBER)]
    found = standings(came, [Counted(SEPTEMBER, 2)], 80, NOVEMBER)
    assert [step.on for step in found] == [SEPTEMBER]


def event(**changes):
    facts = {
        "kind": "network",
        "title": "SENDCo network",
        "about": "",
        "starts_at": datetime(2026, 11, 24, 14, tzinfo=UTC),
        "minutes": 90,
        "place": "Town hall",
    }
    return events.EventDraft(**(facts | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"title": " "}, "title"),
        ({"starts_at": None}, "on"),
        ({"starts_at": datetime(2026, 11, 9, 14, tzinfo=UTC)}, "on"),
        ({"starts_at": datetime(2026, 11, 24, 3, tzinfo=UTC)}, "at"),
        ({"minutes": 5}, "minutes"),
        ({"minutes": None}, "minutes"),
        ({"place": ""}, "place"),
    ],
)
def test_an_event_names_the_field_to_mend(changes, field):
    assert set(events.event_problems(event(**changes), NOVEMBER)) == {field}


def test_an_event_that_fits():
    assert events.event_problems(event(), NOVEMBER) == {}


def test_who_came_more_than_three_years_ago_counts_no_more():
    long_ago = SEPTEMBER - COUNTS_FOR
    came = [Trained("Ana", long_ago), Trained("Ben", long_ago + timedelta(days=1)), Trained("Cy", OCTOBER)]
    assert standing(came, [], 80, SEPTEMBER - timedelta(days=1)).trained == 2
    assert standing(came, [], 80, SEPTEMBER).trained == 1
    found = standings(came, [], 80, NOVEMBER)
    assert [(step.on, step.trained) for step in found[:2]] == [(OCTOBER, 1), (SEPTEMBER + timedelta(days=1), 0)]
