"""Truth tables of what people type about measures, and of the small pictures."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.assessments.rules import (
    HEIGHT,
    MEASURES,
    PERIODS,
    THRESHOLD,
    THRIVE,
    WIDTH,
    GoalDraft,
    MeasureDraft,
    MeasureKind,
    goal_problems,
    measure_problems,
    own_definition,
    picture,
)

TODAY = date(2026, 11, 10)
GOAL = GoalDraft(1, "Stay in class", "pupil", 3, TODAY)
SCALE = MeasureDraft("Playtime", "ordered", True, ("Alone", "With one", "With many"))


@pytest.mark.parametrize(
    ("changes", "others", "field"),
    [
        ({}, 2, None),
        ({}, 3, ""),
        ({"words": "  "}, 0, "words"),
        ({"words": "x" * 501}, 0, "words"),
        ({"set_by": "worker"}, 0, "set_by"),
        ({"taken_on": date(2026, 11, 11)}, 0, "taken_on"),
        ({"taken_on": None}, 0, "taken_on"),
        ({"taken_on": None, "value": None}, 0, None),
    ],
)
def test_a_goal_is_in_somebodys_words_and_there_are_three(changes, others, field):
    assert list(goal_problems(replace(GOAL, **changes), others, TODAY)) == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"name": ""}, "name"),
        ({"name": "Our Outcomes Star"}, "name"),
        ({"name": "CORS total"}, "name"),
        ({"name": "Doors held open"}, None),
        ({"kind": "score"}, "kind"),
        ({"higher_is_better": None}, "higher_is_better"),
        ({"labels": ("Only one",)}, "labels"),
        ({"labels": ("Same", "same")}, "labels"),
        ({"labels": ("x" * 41, "y")}, "labels"),
        ({"kind": "count", "labels": ()}, None),
    ],
)
def test_an_own_measure_is_a_scale_or_a_count_and_no_instrument_that_may_not_be_kept(changes, field):
    assert list(measure_problems(replace(SCALE, **changes))) == ([] if field is None else [field])


def test_an_own_measure_becomes_a_definition():
    scale = own_definition("own_1", SCALE)
    assert (scale.kind, scale.highest(), scale.value_words(Decimal(2))) == (MeasureKind.ORDERED, 3, "With one")
    count = own_definition("own_2", MeasureDraft("Late", "count", False, unit="late arrival", over_period=True))
    assert (count.kind, count.versions, count.units(Decimal(2))) == (MeasureKind.COUNT, PERIODS, "late arrivals")


@pytest.mark.parametrize("definition", MEASURES, ids=lambda d: d.code)
def test_up_is_better_in_every_picture_and_no_point_leaves_it(definition):
    low, high = definition.lowest(), definition.highest()
    drawn = picture(definition, [low, (low + high) // 2, high])
    first, last = drawn.points[0], drawn.points[-1]
    assert (last.y < first.y) is definition.higher_is_better
    assert all(0 < point.x < WIDTH and 0 < point.y < HEIGHT for point in drawn.points)


def test_a_picture_needs_two_readings_and_labels_the_ends():
    assert picture(THRIVE, [Decimal(40)]) is None
    drawn = picture(THRESHOLD, [Decimal(12), Decimal(7)])
    assert (drawn.first_label, drawn.last_label) == ("High 4", "Low 3")
    assert drawn.line.count(",") == 2


def test_readings_that_do_not_change_are_a_level_line():
    drawn = picture(replace(THRIVE, kind=MeasureKind.COUNT, maximum=None), [Decimal(0), Decimal(0)])
    assert drawn.points[0].y == drawn.points[1].y
