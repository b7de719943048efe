"""Which tasks the lists show while a feature is switched off."""

import pytest

from portal.accounts.queries import actor_of
from portal.kernel import audit, clock, settings
from portal.policy import Role
from portal.tasks import operations
from portal.tasks.queries import waiting_for
from portal.tasks.rules import ANSWER_CHILD, ASK_FAMILY, READ_WORDS, RULES, TALK_WISH
from tests import people

FEATURES = ("voice", "feedback")


@pytest.mark.parametrize(
    ("rule", "url", "stays"),
    [
        (TALK_WISH, "/voice/talk/1", True),
        (READ_WORDS, "/reading", True),
        (ANSWER_CHILD, "/cases/C-2026-0001/voice/1/reply", False),
        (ASK_FAMILY, "/cases/C-2026-0001/feedback/family/new", False),
    ],
)
def test_what_was_said_already_waits_on_while_its_feature_is_off(unit, rule, url, stays):
    lead = people.person("Safe Lead", Role.SAFEGUARDING)
    operations.ask("one", rule, RULES[rule], url, clock.today(), person_id=lead.id)

    def waits():
        return [row.rule for row in waiting_for(actor_of(lead.id), clock.today())] == [rule]

    assert waits()
    for feature in FEATURES:
        audit.record(None, "feature switched off", settings.put(f"feature.{feature}", "off"))
    assert waits() is stays
