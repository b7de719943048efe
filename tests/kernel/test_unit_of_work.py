"""One request is one unit: kept below 400, undone otherwise; what cannot be kept is said, and nothing typed is lost."""

import re
import threading
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy import event, select, text

from portal.extensions import db
from portal.kernel import unit_of_work
from portal.kernel.audit import AuditLine
from portal.kernel.database import sqlite_module
from portal.schools.models import School
from tests.kernel import lab as lab_views

NOTE = {"name": "Typed Primary", "words": "Nobody may lose this.", "postcode": "TQ1 1AA", "password": "hunter2 hunter2"}


@pytest.fixture
def app(lab):
    return lab


def test_below_400_is_kept(client, names):
    answer = client.post("/lab/notes", data=NOTE)
    assert (answer.status_code, answer.location) == (303, "/lab/")
    assert names() == ["Typed Primary"]


@pytest.mark.parametrize("answer", ["422", "refused"])
def test_from_400_on_nothing_is_kept(client, names, answer):
    got = client.post("/lab/notes", data=NOTE | {"answer": answer})
    assert got.status_code == 422
    assert "Nobody may lose this." in got.text
    assert "hunter2" not in got.text
    assert lab_views.RUNS == ["Typed Primary"]
    assert names() == []


def test_an_exception_undoes_all_and_shows_what_was_typed(app, client, names):
    app.testing = False
    got = client.post("/lab/notes", data=NOTE | {"answer": "raise"})
    assert got.status_code == 500
    assert "Nobody may lose this." in got.text
    assert "nobody may see" not in got.text
    assert names() == []


def test_get_cannot_write_and_that_is_a_defect_not_a_busy_database(app, client, names):
    app.testing = False
    assert client.get("/lab/writes").status_code == 500
    assert names() == []
    assert client.post("/lab/notes", data=NOTE).status_code == 303  # nothing leaked into the next writer


def test_the_cookie_of_a_failed_unit_is_as_it_was(app, client):
    app.testing = False
    with client.session_transaction() as before:
        token = before["token"]
        before["_flashes"] = [("notice", "kept")]
    client.post("/lab/notes", data=NOTE | {"answer": "raise"})
    with client.session_transaction() as after:
        assert after["token"] == token


def _town(app, school_id):
    with app.app_context():
        return db.session.scalar(select(School.town).where(School.id == school_id))


def test_who_is_overtaken_is_run_again_on_what_the_other_saved(app, client, school_id):
    answer = client.post(f"/lab/stale/{school_id}/1")
    assert answer.status_code == 303
    assert lab_views.RUNS == ["stale", "stale"]
    assert _town(app, school_id) == "Mine"
    with client.session_transaction() as session:
        assert len(session["_flashes"]) == 1


def test_who_is_overtaken_every_time_is_told_of_a_conflict(app, client, school_id):
    answer = client.post(f"/lab/stale/{school_id}/99", data={"town": "Mine"})
    assert answer.status_code == 409
    assert lab_views.RUNS == ["stale"] * unit_of_work.TRIES
    assert "Mine" in answer.text
    assert _town(app, school_id) == ""


@contextmanager
def _lock_held(app, table="school"):
    """Another connection writes, and does not end."""
    with app.app_context():
        url = db.engine.url
    engine = sa.create_engine(url, module=sqlite_module()) if url.drivername == "sqlite" else sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()
    engine.dispose()


def _assert_unavailable(answer):
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Nobody may lose this." in answer.text
    assert "TQ1 1AA" in answer.text
    assert "hunter2" not in answer.text
    assert 'action="/lab/notes"' in answer.text


def test_a_lock_held_by_another_answers_503_with_what_was_typed(app, client, names):
    with _lock_held(app):
        answer = client.post("/lab/notes", data=NOTE)
    _assert_unavailable(answer)
    assert names() == []


def test_what_stands_on_the_503_page_can_be_sent_again_once_the_lock_is_gone(app, client, names):
    sent = NOTE | {"submission_id": "a" * 32}
    with _lock_held(app):
        page = client.post("/lab/notes", data=sent)
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert form["submission_id"] == "a" * 32
    again = client.post("/lab/notes", data=form | {"password": "hunter2 hunter2"})
    assert again.status_code == 303
    assert names() == ["Typed Primary"]


def test_a_lock_that_ends_in_time_only_delays(app, client, names):
    with _lock_held(app):
        # The lock ends while the request waits for it.
        answers = []
        thread = threading.Thread(target=lambda: answers.append(client.post("/lab/notes", data=NOTE)))
        thread.start()
        thread.join(0.3)
        assert not answers
    thread.join(10)
    assert answers[0].status_code == 303
    assert names() == ["Typed Primary"]


def test_a_lock_met_before_the_view_is_503_too(app, clock, client):
    """The session's “last seen” is written before the view runs."""
    app.testing = False
    clock.forward(minutes=5)
    with _lock_held(app, "sign_in_session"):
        answer = client.post("/lab/notes", data=NOTE)
    _assert_unavailable(answer)


def _disk_full(connection, _record):
    """No further page may be added to the file by this connection."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_answers_503_with_what_was_typed_and_the_portal_can_still_be_read(app, client, engine, names):
    if engine != "sqlite":
        pytest.skip("PostgreSQL says 53100, which test_errors_of_postgres covers")
    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", _disk_full)
    words = {"words": "Nobody may lose this. " + "x" * 4_000, "name": "Typed Primary" + "x" * 100}
    for number in range(60):
        answer = client.post("/lab/notes", data=NOTE | words | {"submission_id": f"{number:032x}"})
        if answer.status_code != 303:
            break
    _assert_unavailable(answer)
    assert client.get("/lab/").status_code == 200
    assert len(names()) == number


class _Original(Exception):
    sqlstate: str | None = None

    def __init__(self, words, sqlstate=None):
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "unavailable"),
    [
        ("53100", True),  # disk full
        ("53300", True),  # too many connections
        ("55P03", True),  # lock timeout
        ("57P01", True),  # the server is stopping
        ("08006", True),  # connection failure
        ("23505", False),  # a doubled key
        ("22P05", False),  # a text that cannot be stored
        ("42P01", False),  # a table that is not there
    ],
)
def test_errors_of_postgres(sqlstate, unavailable):
    error = sa.exc.OperationalError("…", {}, _Original("…", sqlstate))
    assert unit_of_work.is_unavailable(error) is unavailable


@pytest.mark.parametrize(
    ("words", "unavailable"),
    [
        ("database is locked", True),
        ("database or disk is full", True),
        ("unable to open database file", True),
        ("attempt to write a readonly database", True),
        ("no such table: school", False),
    ],
)
def test_errors_of_sqlite(words, unavailable):
    error = sa.exc.OperationalError("…", {}, _Original(words))
    assert unit_of_work.is_unavailable(error) is unavailable
    assert not unit_of_work.is_unavailable(sa.exc.IntegrityError("…", {}, _Original(words)))


def test_a_missing_table_is_our_fault_and_says_500(app, client):
    app.testing = False
    answer = client.get("/lab/missing")
    assert answer.status_code == 500
    assert "no_such_table" not in answer.text
    assert "Reference to quote" in answer.text


def test_a_database_that_is_gone_answers_503(app, client, engine, database_url, request):
    app.testing = False
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        before = db.engine.url
    with app.app_context():
        gone = before.set(database="/nowhere/at/all.db") if engine == "sqlite" else before.set(database="not_there")
        db.engine.pool._creator = _creator(gone)
    answer = client.post("/lab/notes", data=NOTE)
    _assert_unavailable(answer)


def _creator(url):
    engine = sa.create_engine(url, module=sqlite_module()) if url.drivername == "sqlite" else sa.create_engine(url)
    return lambda *_: engine.raw_connection().dbapi_connection


def test_what_was_seen_is_recorded_before_it_is_shown(app, client, worker_id):
    answer = client.get("/lab/child")
    assert answer.text == lab_views.CHILDS_TEXT
    with app.app_context():
        line = db.session.scalars(select(AuditLine).where(AuditLine.action == "case viewed")).one()
        assert (line.person_id, line.kind, line.record_id) == (worker_id, "case_file", 7)
        assert line.request_id == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_the_access_record_no_childs_text_leaves(app, client, method):
    with _lock_held(app, "audit_line"):
        answer = getattr(client, method)("/lab/child")
    assert answer.status_code == 503
    assert lab_views.CHILDS_TEXT not in answer.text


def test_a_pool_without_a_free_connection_is_503(app, client):
    from sqlalchemy.exc import TimeoutError as NoConnectionFree

    assert unit_of_work.is_unavailable(NoConnectionFree("QueuePool limit"))


def test_writing_outside_a_request_is_undone_on_an_error(app, names):
    with app.app_context():
        with pytest.raises(RuntimeError), unit_of_work.writing():
            db.session.execute(text("UPDATE counter SET value = value"))
            raise RuntimeError
        with unit_of_work.writing():
            db.session.execute(text("UPDATE counter SET value = value"))
    assert names() == []
