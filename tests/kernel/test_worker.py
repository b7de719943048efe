"""The worker does what is due and seals the trail, and ends gently when it is told to."""

import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from portal.config import ROOT
from portal.extensions import db
from portal.kernel import jobs, seals
from portal.kernel.audit import AuditLine, AuditSeal
from portal.kernel.unit_of_work import writing
from tests import people
from tests.conftest import KEY, SECRET
from tests.kernel.test_jobs import DONE  # noqa: F401  (registers the handlers of the tests)

PATIENCE = 30


def _unsealed():
    sealed = sa.select(AuditSeal.line_id)
    return db.session.scalar(sa.select(sa.func.count(AuditLine.id)).where(AuditLine.id.not_in(sealed)))


def test_once_does_what_is_due_seals_every_line_and_ends(app, given):
    given(lambda: [people.school(f"School {number}").id for number in range(5)])
    given(lambda: jobs.enqueue("test_note", {"number": 1}) and None)
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        assert _unsealed() == 0
        assert seals.verify() == []
        assert db.session.scalars(sa.select(jobs.Job)).one().done_at is not None


def test_a_failing_job_does_not_stop_the_worker(app, given):
    given(lambda: jobs.enqueue("test_fail") and None)
    given(lambda: jobs.enqueue("test_note", {"number": 1}) and None)
    assert app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code == 0
    with app.app_context():
        done = db.session.scalars(sa.select(jobs.Job).order_by(jobs.Job.id)).all()
        assert [job.done_at is not None for job in done] == [False, True]


def test_a_job_of_a_kind_that_nobody_does_is_put_off_not_lost(app, given):
    given(lambda: jobs.enqueue("of_a_feature_that_is_gone") and None)
    assert app.test_cli_runner().invoke(args=["worker", "--once"]).exit_code == 0
    with app.app_context():
        job = db.session.scalars(sa.select(jobs.Job)).one()
        assert (job.attempts, job.last_error, job.done_at) == (1, "KeyError", None)


@pytest.fixture
def environment(database_url, tmp_path):
    url = database_url.replace("postgresql+psycopg", "postgresql")
    return os.environ | {
        "PORTAL_MODE": "demonstration",
        "DATABASE_URL": url,
        "INSTANCE_FOLDER": str(tmp_path),
        "SECRET_KEY": SECRET,
        "DATA_KEYS": KEY,
    }


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_within_seconds_and_what_was_begun_is_finished(app, given, environment, how):
    given(lambda: [people.school(f"School {number}").id for number in range(5)])
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_until(app, lambda: _unsealed() == 0)
        worker.send_signal(how)
        _, said = worker.communicate(timeout=PATIENCE)
    finally:
        worker.kill()
        worker.wait()
    assert worker.returncode == 0, said.decode()
    assert b"Traceback" not in said
    with app.app_context():
        assert seals.verify() == []


def test_a_locked_database_does_not_end_the_worker(app, given, monkeypatch):
    """It waits and tries again."""
    from portal import cli

    calls = []

    def locked_once():
        calls.append(1)
        if len(calls) == 1:
            import sqlite3

            raise sa.exc.OperationalError("", {}, sqlite3.OperationalError("database is locked"))
        return False

    monkeypatch.setattr(cli.jobs, "run_next", locked_once)
    monkeypatch.setattr(cli.time, "sleep", lambda _seconds: None)
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 0, result.output
    assert len(calls) >= 2


def _wait_until(app, holds):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with app.app_context():
            if holds():
                return
            with writing():
                pass
        time.sleep(0.2)
    raise AssertionError("not within the time")
