"""Feedback that was there before schools answered themselves comes through the migration whole."""

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade

from portal.app import create_app
from portal.extensions import db
from tests.conftest import configuration

ENGINES = ("sqlite",)


OLD = (
    "INSERT INTO school (id, name, kind, phase, status, town, address, postcode, telephone, version)"
    " VALUES (1, 'Ash', 'school', 'Primary', 'Open', '', '', '', '', 1)",
    "INSERT INTO service_line (id, name, phase, route, cut_off_weekday, cut_off_time, asks_head, observation_weeks,"
    " review_week, length_weeks, longest_weeks, closing_report_weeks, monitoring_weeks, group_limit, planned_half_days,"
    " is_active, version) VALUES (1, 'Line', 'primary', 'direct', 1, '12:00:00', 0, 2, 6, 12, 14, 2, 6, 4, 24, 1, 1)",
    "INSERT INTO case_file (id, reference, school_id, service_line_id, stage, stage_since, planned_half_days,"
    " minutes_used, version) VALUES (1, 'C-2026-0001', 1, 1, 'support', '2026-11-10 09:30:00', 24, 0, 1)",
    "INSERT INTO feedback (id, case_id, source, could_not_continue, recorded_at, version)"
    " VALUES (1, 1, 'school', 0, '2026-11-10 09:30:00', 1), (2, 1, 'school', 0, '2026-11-10 09:30:00', 1)",
    "INSERT INTO feedback_aspect (id, feedback_id, aspect, answer)"
    " VALUES (1, 1, 'heard', 'good'), (2, 2, 'heard', 'good')",
)


@pytest.fixture
def portal(engine, tmp_path):
    app = create_app(configuration(f"sqlite:///{tmp_path / 'old.db'}", tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_rows_keys_and_indexes_survive(portal):
    upgrade(revision="0002")
    with db.engine.begin() as connection:
        for statement in OLD:
            connection.exec_driver_sql(statement)
    upgrade()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*), count(moment) FROM feedback").one() == (2, 0)
        assert connection.exec_driver_sql("SELECT count(*), count(scale) FROM feedback_aspect").one() == (2, 0)
        found = sa.inspect(connection)
        assert {"ix_feedback_case_id", "uq_feedback_own"} <= {index["name"] for index in found.get_indexes("feedback")}
        referred = {key["referred_table"] for key in found.get_foreign_keys("feedback")}
        assert referred == {"case_file", "person", "family_invitation"}
        unasked = connection.exec_driver_sql("SELECT count(*) FROM feedback WHERE manager_only = 0 AND way IS NULL")
        assert unasked.scalar_one() == 2
