"""Jobs are done once each, put off with growing pauses, and given up in sight of an administrator."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.extensions import db
from portal.kernel import jobs
from portal.kernel.unit_of_work import writing

DONE: list[int] = []


@jobs.handles("test_note")
def _note(payload):
    DONE.append(payload["number"])


@jobs.handles("test_fail")
def _fail(_payload):
    raise ValueError("a text with a child's name that must not be kept")


@pytest.fixture(autouse=True)
def nothing_done():
    DONE.clear()


def _the_job():
    return db.session.scalars(select(jobs.Job)).one()


def test_jobs_are_done_in_order_and_once(app):
    with app.app_context():
        with writing():
            for number in (1, 2, 3):
                jobs.enqueue("test_note", {"number": number})
        while jobs.run_next():
            pass
        assert DONE == [1, 2, 3]


def test_a_job_of_later_waits(app, clock):
    with app.app_context():
        with writing():
            jobs.enqueue("test_note", {"number": 1}, run_at=clock() + timedelta(minutes=5))
        assert not jobs.run_next()
        clock.forward(minutes=5)
        assert jobs.run_next()


def test_a_failing_job_waits_longer_each_time_and_is_given_up_after_ten(app, clock):
    with app.app_context():
        with writing():
            jobs.enqueue("test_fail")
        pauses = []
        for _ in range(jobs.MOST_ATTEMPTS):
            assert jobs.run_next()
            pauses.append(_the_job().run_at - clock())
            db.session.rollback()
            clock.forward(hours=7)
        assert pauses[:3] == [timedelta(minutes=m) for m in (1, 2, 4)]
        assert not jobs.run_next()
        job = _the_job()
        assert job.failed_at is not None
        assert job.last_error == "ValueError"


def test_a_job_whose_worker_died_is_claimed_again_when_its_lease_ends(app, clock):
    with app.app_context():
        with writing():
            jobs.enqueue("test_note", {"number": 1})
        assert jobs._claim() is not None
        assert jobs._claim() is None
        clock.forward(minutes=6)
        assert jobs.run_next()
        assert DONE == [1]


def test_a_job_of_a_unit_that_was_rolled_back_never_was(app):
    with app.app_context():
        with pytest.raises(RuntimeError), writing():
            jobs.enqueue("test_note", {"number": 1})
            raise RuntimeError
        assert not jobs.run_next()
