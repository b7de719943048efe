"""Messages go through a mail server that refuses, stalls and dies: none is lost, and each has one Message-ID.

``make trial`` sends 1,000 messages on each engine; ``make test`` thirty.
"""

import random
from collections import Counter
from datetime import timedelta

import pytest

from portal.extensions import db
from portal.kernel.unit_of_work import writing
from portal.notices import operations
from portal.policy import Role
from tests import people, smtp
from tests.builders_notices import messages, use_server, work_off
from tests.smtp import peer

SHORT, FULL = 30, 1_000
SEED = 20261110
NAMES = ("Aaliyah", "Benedict", "Chukwuemeka", "Delphine")

MOODS = {smtp.TAKE: 55, smtp.REFUSE_NOW: 20, smtp.DIE: 13, smtp.STALL_BEFORE: 6, smtp.STALL: 6}
"""In a hundred messages, what the server does"""


class Moody:
    """Chooses by seed; nobody is met with more than six bad tries, or the tenth would be the last."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)
        self.met: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def __call__(self, recipient: str) -> str:
        self.met[recipient] += 1
        plan = smtp.TAKE
        if self.met[recipient] <= 6:
            plan = self.chance.choices(list(MOODS), weights=list(MOODS.values()))[0]
        self.done[plan] += 1
        return plan


@pytest.fixture
def number(request: pytest.FixtureRequest) -> int:
    return FULL if request.config.getoption("--trial") else SHORT


def test_none_is_lost_and_each_has_one_id(app, clock, number):
    moody = Moody()
    with app.app_context(), peer(moody, stall=0.5) as server:
        use_server(app, server.server, patience=0.15)
        _tell_everybody(number)
        work_off(clock, step=timedelta(minutes=20), most=2_000)
        kept = messages()
        _say(number, moody, kept, server)
        assert {message.state for message in kept} == {"sent"}
        assert len(kept) == number
        _each_arrived_under_one_id(kept, server)
        _twice_only_where_it_was_counted(kept, server)
        _no_name_in_any(server)
        db.session.rollback()


def _tell_everybody(number: int) -> None:
    """One message to each person, who bears the name of a child, about a referral."""
    with writing():
        for i in range(number):
            name = f"{NAMES[i % len(NAMES)]} Number{i}"
            person = people.person(name, Role.WORKER, email=f"p{i}@demo.example")
            operations.tell("something_waits", [person.id], f"/referrals/R-2026-{i:04}", key=f"referral-{i}-decided")


def _each_arrived_under_one_id(kept, server) -> None:
    arrived: dict[str, set[str]] = {}
    for recipient, mail in zip(server.recipients(), server.messages(), strict=True):
        arrived.setdefault(recipient, set()).add(mail["Message-ID"])
    assert len(arrived) == len(kept)
    assert all(len(ids) == 1 for ids in arrived.values())
    assert {one for ids in arrived.values() for one in ids} == {message.message_id for message in kept}
    tried = {message_id for message_id, _plan in server.seen}
    assert tried == {message.message_id for message in kept}


def _twice_only_where_it_was_counted(kept, server) -> None:
    counted = {message.message_id: message.maybe_delivered for message in kept if message.maybe_delivered}
    arrivals = Counter(mail["Message-ID"] for mail in server.messages())
    again = {message_id: times - 1 for message_id, times in arrivals.items() if times > 1}
    assert again == counted


def _no_name_in_any(server) -> None:
    for mail in server.messages():
        text = "".join(mail.get_body((kind,)).get_content() for kind in ("plain", "html")) + str(mail.items())
        assert not any(name in text for name in NAMES)
        assert "R-2026" not in text


def _say(number, moody, kept, server) -> None:
    twice = sum(message.maybe_delivered for message in kept)
    tries = sum(message.attempts for message in kept)
    print(f"\n{number} messages, {tries} tries, {len(server.taken)} arrivals, {twice} of them second ones, all counted")
    for plan, times in moody.done.most_common():
        print(f"  {times:5}  the server {plan}")
