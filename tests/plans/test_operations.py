"""Advising, changing, ordering and taking out strategies."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.accounts.queries import actor_of
from portal.cases import operations as case_operations
from portal.exits.models import MonitoringVisit, StrategyCheck
from portal.extensions import db
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.plans import operations, queries
from portal.plans.models import Strategy
from portal.plans.rules import Implemented, StrategyDraft
from portal.schools.operations import RefusedFields
from tests import builders_cases
from tests.builders_visits import strategy

TODAY = date(2026, 11, 10)
NEW = StrategyDraft("Meet at the gate", "Teaching assistant", TODAY)


@pytest.fixture
def world(unit):
    return builders_cases.world()


@pytest.fixture
def case(world):
    return builders_cases.case(world)


def order(case):
    return [row.words for row in queries.strategies_of(case.id)]


def test_strategies_are_advised_in_order_and_recorded(world, case):
    strategy(case, world.worker, "First")
    made = strategy(case, world.worker, "Second")
    assert order(case) == ["First", "Second"]
    assert (made.owner, made.implemented, made.implemented_on, made.position) == ("Class teacher", None, None, 2)
    actions = db.session.scalars(select(AuditLine.action).where(AuditLine.kind == "strategy")).all()
    assert actions == ["strategy advised", "strategy advised"]
    db.session.commit()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": " "}, "words"),
        ({"words": "x" * 2_001}, "words"),
        ({"owner": ""}, "owner"),
        ({"owner": "x" * 121}, "owner"),
        ({"advised_on": date(2026, 11, 11)}, "advised_on"),
    ],
)
def test_what_cannot_be_advised_is_refused_by_field(world, case, changes, field):
    actor = actor_of(world.worker.id)
    with pytest.raises(RefusedFields) as refused:
        operations.advise(actor, case, replace(NEW, **changes))
    assert list(refused.value.by_field) == [field]
    made = strategy(case, world.worker)
    with pytest.raises(RefusedFields) as refused:
        operations.change_strategy(actor, made, replace(NEW, **changes), opened_with=made.version)
    assert list(refused.value.by_field) == [field]


def test_only_who_works_on_the_case_writes_its_plan(world, case):
    made = strategy(case, world.worker)
    for person, error in ((world.colleague, OutOfReach), (world.far_worker, OutOfReach), (world.senco, NotPermitted)):
        actor = actor_of(person.id)
        for act in (
            lambda actor=actor: operations.advise(actor, case, NEW),
            lambda actor=actor: operations.change_strategy(actor, made, NEW, opened_with=1),
            lambda actor=actor: operations.set_implemented(actor, made, Implemented.YES),
            lambda actor=actor: operations.move_strategy(actor, made, "up"),
            lambda actor=actor: operations.remove_strategy(actor, made, opened_with=1),
        ):
            with pytest.raises(error):
                act()
    case_operations.cover(actor_of(world.colleague.id), case, "Wren is ill", TODAY)
    operations.advise(actor_of(world.colleague.id), case, NEW)


def test_a_change_keeps_the_state_date_unless_the_state_changes(world, case, clock):
    made, actor = strategy(case, world.worker), actor_of(world.worker.id)
    operations.set_implemented(actor, made, Implemented.PARTLY)
    assert (made.implemented, made.implemented_on) == ("partly", TODAY)
    clock.forward(days=3)
    operations.change_strategy(actor, made, replace(NEW, implemented=Implemented.PARTLY), opened_with=made.version)
    assert (made.words, made.implemented_on) == ("Meet at the gate", TODAY)
    operations.change_strategy(actor, made, replace(NEW, implemented=Implemented.YES), opened_with=made.version)
    assert (made.implemented, made.implemented_on) == ("yes", date(2026, 11, 13))
    operations.set_implemented(actor, made, Implemented.NOT_YET_KNOWN)
    assert (made.implemented, made.implemented_on) == (None, None)
    db.session.commit()


def test_the_same_state_again_changes_nothing(world, case):
    made, actor = strategy(case, world.worker), actor_of(world.worker.id)
    operations.set_implemented(actor, made, Implemented.YES)
    version = made.version
    operations.set_implemented(actor, made, Implemented.YES)
    assert made.version == version


def test_the_second_of_two_editors_is_told(world, case):
    made, actor = strategy(case, world.worker), actor_of(world.worker.id)
    operations.change_strategy(actor, made, NEW, opened_with=1)
    for act in (
        lambda: operations.change_strategy(actor, made, NEW, opened_with=1),
        lambda: operations.set_implemented(actor, made, Implemented.NO, opened_with=1),
        lambda: operations.remove_strategy(actor, made, opened_with=1),
        lambda: operations.remove_strategy(actor, made, opened_with=None),
    ):
        with pytest.raises(EditConflict):
            act()
    assert made.implemented is None


def test_strategies_move_up_and_down_and_stop_at_the_ends(world, case):
    first, second, third = (strategy(case, world.worker, words) for words in ("One", "Two", "Three"))
    actor = actor_of(world.worker.id)
    operations.move_strategy(actor, third, "up")
    assert order(case) == ["One", "Three", "Two"]
    operations.move_strategy(actor, first, "up")
    operations.move_strategy(actor, second, "down")
    assert order(case) == ["One", "Three", "Two"]
    operations.move_strategy(actor, first, "down")
    assert order(case) == ["Three", "One", "Two"]
    with pytest.raises(OutOfReach):
        operations.move_strategy(actor, first, "sideways")
    db.session.commit()


def test_one_added_by_mistake_is_taken_out(world, case):
    made = strategy(case, world.worker)
    operations.remove_strategy(actor_of(world.worker.id), made, opened_with=made.version)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Strategy)) == 0
    assert "strategy removed" in db.session.scalars(select(AuditLine.action)).all()


def test_one_that_a_monitoring_visit_looked_at_stays(world, case):
    made = strategy(case, world.worker)
    look = MonitoringVisit(case_id=case.id, moment="weeks")
    look.checks = [StrategyCheck(strategy_id=made.id, state="still_in_place")]
    record(None, "monitoring visit made", look)
    db.session.commit()
    with pytest.raises(Refused, match="A monitoring visit has looked at this strategy"):
        operations.remove_strategy(actor_of(world.worker.id), made, opened_with=made.version)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Strategy)) == 1


def test_an_imported_strategy_has_a_state_and_nobodys_name(world, case):
    made = operations.import_strategy(case, "Advised actions", Implemented.NO)
    assert (made.implemented, made.owner, made.advised_on, made.position) == ("no", "", None, 1)
    db.session.commit()
