"""A date that has passed is no promise: whatever says who acts next says so."""

from datetime import date

import pytest

from portal.advice.rules.road import status_line as advice_line
from portal.cases.rules.road import ROAD, CaseFacts
from portal.cases.rules.support_line import SupportFacts, support_line
from portal.kernel.dates import by_when_words
from portal.referrals.rules.status_line import StatusFacts, status_line
from portal.training.rules.status_line import RequestFacts
from portal.training.rules.status_line import status_line as training_line

DUE, BEFORE, AFTER = date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 30)


@pytest.mark.parametrize("today", [BEFORE, DUE])
def test_until_its_day_it_is_a_promise(today):
    assert by_when_words(DUE, today) == ", by Tuesday 24 November."


def test_after_its_day_it_was_due():
    assert by_when_words(DUE, AFTER) == ". This was due on Tuesday 24 November."
    assert by_when_words(None, AFTER) == "."


@pytest.mark.parametrize(
    "line",
    [
        status_line(StatusFacts("submitted", DUE)).words(AFTER),
        training_line(RequestFacts("asked", DUE)).words(AFTER),
        f"Next: {advice_line('waiting', by_when=by_when_words(DUE, AFTER), worker='', is_school=True)}",
        support_line(SupportFacts("support", "Wren", planned_end_on=DUE), AFTER).next,
    ],
)
def test_no_line_promises_a_day_that_has_passed(line):
    assert "by Tuesday" not in line and "until Tuesday" not in line
    assert "on Tuesday 24 November." in line


def test_the_coordinator_is_not_told_that_only_the_coordinator_can():
    told = ROAD.problems("start_observation", "waiting", CaseFacts(True, True, may_waive=True))
    assert told and "coordinator" not in told[0]
    assert "Ask the coordinator" in ROAD.problems("start_observation", "waiting", CaseFacts(True, True))[0]
