"""The demonstration's agreements: most are signed within days, two wait for head.ash, a few start without one."""

from datetime import date
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.accounts.queries import actor_of
from portal.agreements import operations as agreements
from portal.agreements.models import AgreementText
from portal.agreements.queries import Agreement
from portal.agreements.queries.one import newest_of
from portal.agreements.queries.texts import text_draft
from portal.agreements.rules import SignDraft, TextDraft
from portal.demo.timekeeper import Story, at
from portal.extensions import db
from portal.kernel import audit
from portal.schools.queries import calendar_of

if TYPE_CHECKING:
    from portal.demo.stories import Told

SECOND_TEXT_DAYS_AGO = 5
"""School days since the coordinator published the second text: what waits for head.ash was prepared after it"""

WAIVED = 47
"""Every so many pieces of work start without a signature"""

WHY_WAIVED = "The head teacher agreed by telephone and is away until after the holidays. The work cannot wait."
WHAT_CHANGED = "New: half a day of advice for the whole staff, and when we leave a visit that cannot take place."
NEW_PROMISES = {
    "service": "We give half a day of advice for the whole staff in each piece of work.",
    "stopping": "Where a visit cannot take place, we wait 15 minutes and then arrange another.",
}


def begin_texts(since: date) -> None:
    """The first text is as old as the demonstration's first work."""
    for text in db.session.scalars(select(AgreementText)):
        text.published_at = at(since, 9)
        audit.record(None, "agreement text dated", text)


def second_text(coordinator_id: int, line_id: int, today: date) -> Story:
    """The coordinator publishes a second version, with two promises more."""
    yield at(calendar_of(line_id).add_school_days(today, -SECOND_TEXT_DAYS_AGO), 9)
    coordinator = actor_of(coordinator_id)
    draft = agreements.start_draft(coordinator, "all")
    kept = text_draft(draft)
    words = {part: "\n".join(filter(None, (getattr(kept, part), NEW_PROMISES.get(part)))) for part in _PARTS}
    agreements.change_text(coordinator, draft, TextDraft(**words), opened_with=draft.version)
    db.session.flush()
    agreements.publish_text(coordinator, draft, WHAT_CHANGED, opened_with=draft.version)


_PARTS = ("school", "service", "sharing", "stopping")


def settle(told: "Told", day: date, starts_on: date) -> Story:
    """The head signs one to three school days after the case was opened, and before the first visit."""
    random = Random(told.plot.number)  # the same story every time
    if told.plot.number % WAIVED == WAIVED // 4:
        yield at(day, 16)
        waiting = _waiting(told)
        agreements.waive(told.coordinator, waiting, WHY_WAIVED, opened_with=waiting.version)
        return
    signs_on = min(told.school_day(day, random.randint(1, 3)), starts_on)
    yield at(signs_on, 8, random.randint(5, 50))
    waiting = _waiting(told)
    draft = SignDraft(told.head.name, "Head teacher", told.writer.name, agrees=True, digest=waiting.digest)
    agreements.sign(told.head, waiting, draft)


def leave_unsigned(told: "Told", day: date) -> Story:
    """Nobody signs: once it is late, the head is reminded and the coordinator asked."""
    yield at(told.school_day(day, 6), 8)
    agreements.remind(_waiting(told).id)


def _waiting(told: "Told") -> Agreement:
    found = newest_of(told.referral.id)
    if found is None:
        raise LookupError("the case was opened without an agreement")
    return found
