"""When messages go and how long a refused one waits: truth tables."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.kernel.clock import LONDON
from portal.notices import rules


@pytest.mark.parametrize(
    ("now", "day", "due"),
    [
        (datetime(2026, 11, 10, 9, 30, tzinfo=UTC), date(2026, 11, 10), datetime(2026, 11, 10, 16, 0, tzinfo=UTC)),
        (datetime(2026, 11, 10, 16, 0, tzinfo=UTC), date(2026, 11, 11), datetime(2026, 11, 11, 16, 0, tzinfo=UTC)),
        (datetime(2026, 7, 10, 14, 59, tzinfo=UTC), date(2026, 7, 10), datetime(2026, 7, 10, 15, 0, tzinfo=UTC)),
        (datetime(2026, 7, 10, 23, 30, tzinfo=UTC), date(2026, 7, 11), datetime(2026, 7, 11, 15, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), date(2026, 10, 25), datetime(2026, 10, 25, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_daily_e_mail_goes_at_four_in_london(now, day, due):
    assert rules.next_digest(now, LONDON) == (day, due)


def test_pauses_grow_and_end_with_the_tenth_attempt():
    pauses = [rules.pause_after(attempt) for attempt in range(1, rules.MOST_ATTEMPTS + 1)]
    assert pauses[-1] is None
    assert rules.MOST_ATTEMPTS == 10
    grown = [pause for pause in pauses if pause is not None]
    assert grown == sorted(grown)
    assert sum(grown, timedelta()) > timedelta(days=2, hours=12)  # from Friday evening to Monday morning


@pytest.mark.parametrize(
    ("age", "attempts", "stale"),
    [(timedelta(days=4), 0, True), (timedelta(days=4), 1, False), (timedelta(1), 0, False)],
)
def test_only_what_was_never_tried_goes_stale(age, attempts, stale):
    now = datetime(2026, 11, 10, tzinfo=UTC)
    assert rules.is_stale(now - age, attempts, now) is stale


@pytest.mark.parametrize("kind", rules.KINDS)
def test_every_kind_is_one_line_without_markup(kind):
    words = rules.KINDS[kind]
    assert 5 < len(words.subject) <= 70
    assert "\n" not in words.subject + words.sentence
    assert words.sentence.endswith(".")
    assert not set("<>{}%") & set(words.subject + words.sentence)


def test_an_error_is_kept_as_its_kind_and_read_in_words():
    assert rules.ending_words("recipient_refused 550").endswith("(550)")
    assert "reached" in rules.ending_words("no_server")
    assert rules.ending_words("") == ""
    assert rules.ending_words("something of an older version") == ""
