"""Reading strategies: in order, in words, in one statement."""

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel.errors import OutOfReach
from portal.plans import operations, queries
from portal.plans.rules import Implemented, ImplementedSummary
from tests import builders_cases
from tests.builders_visits import strategy
from tests.visits.test_queries import statements


@pytest.fixture
def world(unit):
    return builders_cases.world()


@pytest.fixture
def case(world):
    return builders_cases.case(world)


def test_rows_are_in_order_and_say_their_state(world, case):
    first, _ = strategy(case, world.worker, "One"), strategy(case, world.worker, "Two")
    operations.set_implemented(actor_of(world.worker.id), first, Implemented.YES)
    one, two = queries.strategies_of(case.id)
    assert (one.words, one.owner, one.advised) == ("One", "Class teacher", "Tuesday 3 November")
    assert (one.state, one.tone, one.since) == (Implemented.YES, "good", "Tuesday 10 November")
    assert (two.state, two.state_words, two.since) == (Implemented.NOT_YET_KNOWN, "Not yet known", "")
    assert [(row.is_first, row.is_last) for row in (one, two)] == [(True, False), (False, True)]
    db.session.flush()
    assert statements(lambda: queries.strategies_of(case.id)) == 1


def test_the_summary_of_one_case_and_the_states_of_many(world, case):
    other = builders_cases.case(world, builders_cases.pupil(world.ash, "Leo", "Sands"))
    actor = actor_of(world.worker.id)
    assert queries.summary(case.id) is ImplementedSummary.AWAITED
    first, second = strategy(case, world.worker), strategy(case, world.worker)
    operations.set_implemented(actor, first, Implemented.YES)
    assert queries.summary(case.id) is ImplementedSummary.SOME
    operations.set_implemented(actor, second, Implemented.YES)
    assert queries.summary(case.id) is ImplementedSummary.ALL
    strategy(other, world.worker)
    assert queries.states_by_case([case.id, other.id]) == {
        case.id: (Implemented.YES, Implemented.YES),
        other.id: (Implemented.NOT_YET_KNOWN,),
    }
    assert statements(lambda: queries.states_by_case([case.id, other.id])) == 1


def test_a_strategy_of_another_case_is_not_found(world, case):
    other = builders_cases.case(world, builders_cases.pupil(world.ash, "Leo", "Sands"))
    made = strategy(case, world.worker)
    assert queries.strategy_for(case, made.id) is made
    with pytest.raises(OutOfReach):
        queries.strategy_for(other, made.id)
