"""A child's support from the school's draft to the new row in the chart, by role, with JavaScript and without."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Walker
from tests.journeys.story import CHAPTERS, Story

NAMES = {True: ("Noor", "Testwood", ("14", "3", "2018")), False: ("Ellis", "Fernley", ("2", "11", "2017"))}


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_from_the_draft_to_the_row_in_the_chart(walker: Callable[..., Walker], javascript: bool) -> None:
    story = Story(lambda: walker(javascript=javascript), *NAMES[javascript])

    for chapter in CHAPTERS:
        chapter(story)

    assert sum(len(one.checked) for one in story.walkers.values()) > 35
