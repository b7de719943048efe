"""The school is asked and answers itself: who is told, until when it may change, what the chart makes of it."""

import pytest

from portal.accounts.queries import actor_of
from portal.exits import operations as exits
from portal.exits.queries import chart_states
from portal.exits.rules import ColumnState
from portal.extensions import db
from portal.feedback import operations, queries, rules
from portal.feedback.models import Feedback, FeedbackAsk
from portal.feedback.operations import task_key
from portal.kernel import settings
from portal.kernel.audit import record
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.notices.models import Notice
from portal.policy import Role
from portal.tasks.models import Task
from portal.tasks.queries import waiting_for
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import builders_voices as voices
from tests import people

pytestmark = pytest.mark.usefixtures("unit")
USUAL_ENGINE = "sqlite"

END, MONITORING = rules.Moment.END, rules.Moment.MONITORING


@pytest.fixture
def world():
    made = cases.world()
    made.head = people.person("Ruth Head", Role.HEAD, school_id=made.ash.id)
    made.second = people.person("Ash Second", Role.SCHOOL, school_id=made.ash.id)
    return made


@pytest.fixture
def case(world):
    return cases.case(world)


def open_task(case, moment=END):
    key = task_key(case.id, moment)
    return db.session.scalars(db.select(Task).where(Task.key == key, Task.done_at.is_(None))).one_or_none()


def told():
    kind = "school_feedback_asked"
    return list(db.session.scalars(db.select(Notice.recipient).where(Notice.kind == kind).order_by(Notice.id)))


def test_an_end_asks_the_school_once_and_tells_the_writer_and_the_head(world, case):
    build.ended(world, case)
    task = open_task(case)
    assert (task.role, task.school_id, task.due_on.isoformat()) == ("school", world.ash.id, "2026-11-24")
    assert task.case_id is None  # not a thing of the worker's: it stands on no board and outlives the closing
    assert task.url == f"/feedback/school/{case.reference}/end"
    assert told() == [f"person-{world.senco.id}", f"person-{world.head.id}"]
    assert operations.ask_school(None, case, END) is None
    assert [row.key for row in waiting_for(actor_of(world.second.id), build.clock.today())] == [task.key]
    assert waiting_for(actor_of(world.other_senco.id), build.clock.today()) == []


def test_without_the_writer_everybody_who_acts_for_the_school_is_told(world, case):
    world.senco.disabled_at = build.clock.now()
    record(None, "person disabled", world.senco)
    build.ended(world, case)
    assert told() == [f"person-{world.second.id}", f"person-{world.head.id}"]


def test_switched_off_nobody_is_asked(world, case):
    record(None, "feature switched", settings.put("feature.feedback", "off"))
    build.ended(world, case)
    assert (open_task(case), told()) == (None, [])
    assert db.session.scalar(db.select(db.func.count()).select_from(FeedbackAsk)) == 0


def test_taking_the_end_back_takes_the_question_back_and_a_new_end_asks_again(world, case):
    build.ended(world, case)
    voices.own_given(world, case)
    exits.take_back_ending(build.worker_of(world), case, "The work goes on", opened_with=case.version)
    assert open_task(case) is None
    assert queries.asks_of(case.id) == {}
    with pytest.raises(OutOfReach):
        voices.own_given(world, case)
    build.ended(world, case)
    assert open_task(case) is not None
    (row,) = queries.own_answers(case)
    assert (row.is_answered, row.is_open) == (True, True)  # what the school said stays its own


def test_two_pages_settle_the_question_and_the_cell_is_answered(world, case):
    build.ended(world, case)
    awaited = f"case-{case.id}-awaited-school_feedback"
    waiting = db.select(Task.key).where(Task.done_at.is_(None))
    assert awaited in set(db.session.scalars(waiting))
    row = voices.own_given(world, case)
    assert awaited not in set(db.session.scalars(waiting))
    assert open_task(case) is not None
    changes = voices.beyond(parents=rules.Change.PARTLY)
    operations.give_beyond(voices.senco_of(world), case, END, changes, opened_with=row.version)
    assert open_task(case) is None
    db.session.commit()
    assert chart_states(case)["school_feedback"] is ColumnState.PARTLY
    (shown,) = queries.own_answers(case)
    assert shown.summary == "Positive, except length"
    assert [(line.answer, line.words) for line in shown.lines] == [
        ("Strongly agree", ""),
        ("Disagree", "A term would be better"),
        ("Agree", ""),
    ]
    assert [(line.sentence, line.answer) for line in shown.beyond] == [("Parent engagement", "Partly")]
    assert (shown.by, shown.is_open) == ("Ash Senco", True)


def test_after_monitoring_the_school_is_asked_again_and_its_later_answer_counts(world, case):
    strategy = build.strategy(case)
    build.ended(world, case)
    first = voices.own_given(world, case)
    visit = build.visits_of(case)[0]
    exits.record_monitoring(
        build.worker_of(world), case, visit, build.found(build.clock.today(), strategy), opened_with=visit.version
    )
    assert open_task(case, MONITORING) is not None
    assert open_task(case) is None
    with pytest.raises(Refused, match="asked again"):
        operations.give_own(voices.senco_of(world), case, END, voices.own(), opened_with=first.version)
    voices.own_given(world, case, MONITORING, scales=dict.fromkeys(rules.SENTENCES, rules.Scale.AGREE))
    assert chart_states(case)["school_feedback"] is ColumnState.MET
    exits.record_monitoring(
        build.worker_of(world), case, visit, build.found(build.clock.today(), strategy), opened_with=visit.version
    )
    assert len(told()) == 4  # twice two people, and not again for a correction


def test_of_each_case_the_latest_change_counts_once(world, case):
    voices.asked(world, case)
    row = voices.own_given(world, case)
    say = operations.give_beyond
    say(voices.senco_of(world), case, END, voices.beyond(parents=rules.Change.NO), opened_with=row.version)
    operations.ask_school(None, case, MONITORING)
    later = voices.own_given(world, case, MONITORING)
    assert queries.beyond_of([case.id]) == [(case.id, "parents", rules.Change.NO)]
    say(voices.senco_of(world), case, MONITORING, voices.beyond(parents=rules.Change.YES), opened_with=later.version)
    assert queries.beyond_of(db.select(Feedback.case_id)) == [(case.id, "parents", rules.Change.YES)]


@pytest.mark.both_engines
def test_the_second_of_two_colleagues_is_told_and_there_is_one_answer(world, case):
    voices.asked(world, case)
    row = voices.own_given(world, case)
    db.session.commit()
    with pytest.raises(EditConflict):
        operations.give_own(actor_of(world.second.id), case, END, voices.own(), opened_with=0)
    operations.give_own(actor_of(world.second.id), case, END, voices.own(good_words="Later"), opened_with=row.version)
    with pytest.raises(EditConflict):
        operations.give_beyond(voices.senco_of(world), case, END, {}, opened_with=1)
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count()).select_from(Feedback)) == 1


def test_reach_and_the_moment_are_asked_first(world, case):
    with pytest.raises(OutOfReach):
        voices.own_given(world, case)  # nobody asked
    voices.asked(world, case)
    with pytest.raises(OutOfReach):
        operations.give_own(actor_of(world.other_senco.id), case, END, voices.own(), opened_with=0)
    with pytest.raises(NotPermitted):
        operations.give_own(build.worker_of(world), case, END, voices.own(), opened_with=0)
    with pytest.raises(OutOfReach):
        operations.give_beyond(voices.senco_of(world), case, END, {}, opened_with=0)


def test_only_the_school_changes_its_own_words(world, case):
    voices.asked(world, case)
    row = voices.own_given(world, case)
    for act in (operations.remove_feedback, lambda *a, **k: operations.change_feedback(*a, build.said(), **k)):
        with pytest.raises(Refused, match="only the school"):
            act(build.worker_of(world), case, row, opened_with=row.version)
    with pytest.raises(OutOfReach):
        queries.feedback_for(case, row.id)


def test_removed_feedback_is_awaited_again(world, case):
    row = build.feedback_given(world, case)
    build.ended(world, case)
    key = f"case-{case.id}-awaited-school_feedback"
    waiting = db.select(Task.key).where(Task.done_at.is_(None))
    assert key not in set(db.session.scalars(waiting))
    operations.remove_feedback(build.worker_of(world), case, row, opened_with=row.version)
    assert key in set(db.session.scalars(waiting))
    db.session.commit()
