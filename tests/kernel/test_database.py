"""How the two engines are opened, and what a reading unit cannot do."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError

from portal.extensions import db
from portal.kernel.crypto import TextTooLong
from portal.kernel.database import FIXED_SQLITE, mode, sqlite_module
from portal.kernel.references import next_reference
from portal.kernel.unit_of_work import short_write
from portal.schools.models import Pupil
from tests import people


def test_sqlite_is_a_version_that_loses_no_commits():
    assert sqlite_module().sqlite_version_info >= FIXED_SQLITE


def test_sqlite_settings(lab, engine):
    if engine != "sqlite":
        pytest.skip("settings of SQLite")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "busy_timeout": 1000,
    }
    with lab.app_context():
        found = {name: db.session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
    assert found == wanted


def test_a_reading_unit_cannot_write(app):
    with app.app_context(), mode("read"), pytest.raises(DBAPIError):
        db.session.execute(text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
    with app.app_context():
        db.session.rollback()


def test_reading_does_not_leak_into_later_writers(app):
    for _ in range(30):
        with app.app_context(), mode("read"):
            db.session.execute(text("SELECT 1"))
            db.session.rollback()
        with app.app_context(), short_write() as connection:
            connection.execute(text("UPDATE counter SET value = value"))


def test_references_follow_each_other_within_a_year(unit):
    assert [next_reference("R", 2026) for _ in range(3)] == ["R-2026-0001", "R-2026-0002", "R-2026-0003"]
    assert next_reference("R", 2027) == "R-2027-0001"
    assert next_reference("C", 2026) == "C-2026-0001"


def test_free_text_is_encrypted_at_rest(unit):
    school = people.school()
    pupil = Pupil(school_id=school.id, given_name="Ada", family_name="Test", diagnosis="nobody may read this")
    people.record(None, "pupil added", pupil)
    db.session.commit()
    raw = db.session.execute(text("SELECT diagnosis FROM pupil")).scalar_one()
    assert "nobody" not in raw
    db.session.expire_all()
    assert db.session.scalars(select(Pupil.diagnosis)).one() == "nobody may read this"


def test_a_text_beyond_every_limit_never_reaches_the_database(unit):
    pupil = Pupil(given_name="Ada", family_name="Test", diagnosis="x" * 20_001)
    with pytest.raises((TextTooLong, StatementError)) as caught:
        people.record(None, "pupil added", pupil)
    assert TextTooLong in (type(caught.value), type(caught.value.__cause__))
    db.session.rollback()
