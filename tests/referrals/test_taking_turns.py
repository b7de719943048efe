"""One saves while another sends: the version that is kept holds what was saved, and nothing changes after it.

On PostgreSQL alone: SQLite lets one unit write at a time, from its first statement on.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from portal.extensions import db
from portal.files.intake import check
from portal.kernel.database import mode
from portal.kernel.errors import Refused
from portal.policy import Role
from portal.referrals import operations, queries, rules
from tests import builders_referrals as build
from tests import people

ENGINES = ("postgres",)
NEEDS = build.PAGES["needs"]


@pytest.fixture
def world(unit):
    ash = people.school()
    senco = people.person("Sam Ash", Role.SCHOOL, school_id=ash.id)
    people.commit()
    referral = build.written(senco, build.service_line())
    stored = operations.add_file(build.actor_of(senco.id), referral, "plan", check("plan.pdf", build.PLAN))
    made = SimpleNamespace(senco=senco.id, reference=referral.reference, file=stored.id)
    db.session.commit()
    return made


def read(world):
    """The actor and the referral with its pages, as a unit has them before it writes."""
    actor = build.actor_of(world.senco)
    referral = queries.referral_for(actor, world.reference)
    assert queries.page_answers(referral)
    assert queries.files_of_referral(referral)
    return actor, referral


def meanwhile(app, world, act):
    """Another unit reads, writes and commits."""

    def work():
        with app.app_context(), mode("write"):
            act(*read(world))
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result(20)


def save(actor, referral):
    changed = replace(NEEDS, strengths="Saved just before")
    operations.save_page(actor, referral, "needs", changed, opened_with=1)


def test_the_version_holds_what_was_saved_before_it_was_sent(app, world):
    actor, referral = read(world)
    meanwhile(app, world, save)
    operations.take_step(actor, referral, "submit")
    db.session.commit()
    said = [one.words for _, part in queries.version_page(referral, 1).parts for one in part]
    assert "Saved just before" in said


@pytest.mark.parametrize(
    "late",
    [
        save,
        lambda actor, referral: operations.take_answers(actor, referral, OFFERED, ["support"], "last"),
        lambda actor, referral: operations.add_file(actor, referral, "other", check("more.pdf", build.PLAN)),
        lambda actor, referral: operations.remove_file(actor, referral, referral.files[0].file_id),
    ],
)
def test_nothing_is_changed_once_it_is_over(app, world, late):
    actor, referral = read(world)
    meanwhile(app, world, sent_and_withdrawn)
    with pytest.raises(Refused, match="cannot be changed now"):
        late(actor, referral)


def sent_and_withdrawn(actor, referral):
    operations.take_step(actor, referral, "submit")
    operations.take_step(actor, referral, "withdraw", note="The family moves away.")


def test_what_comes_after_sending_is_an_addition_with_a_version_of_its_own(app, world):
    actor, referral = read(world)
    meanwhile(app, world, lambda actor, referral: operations.take_step(actor, referral, "submit"))
    save(actor, referral)
    db.session.commit()
    added = queries.additions_of(referral)
    assert [(change.label, change.what) for change in added.changes] == [("Strengths and interests", "Added")]


OFFERED = {"support": rules.SupportPage(desired_change="Calm lunchtimes")}
