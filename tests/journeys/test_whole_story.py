"""A child's support from the first day of the work to the new row in the chart, with JavaScript and without.

What comes before, from the school's first word to the first day, is ``test_referral``.
"""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Walker
from tests.journeys.story import CHAPTERS, Story
from tests.journeys.work import begin_work
from tests.serving import Server

NAMES = {True: ("Noor", "Testwood"), False: ("Ellis", "Fernley")}


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_from_the_first_day_to_the_row_in_the_chart(
    walker: Callable[..., Walker], served: Server, javascript: bool
) -> None:
    story = Story(lambda: walker(javascript=javascript), *NAMES[javascript])
    begun = begin_work(served, *NAMES[javascript], starts_on=story.started)
    story.referral, story.case = begun.referral, begun.case

    for chapter in CHAPTERS:
        chapter(story)

    assert sum(len(one.checked) for one in story.walkers.values()) > 18
