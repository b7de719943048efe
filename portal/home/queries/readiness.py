"""Whether the portal can work, for a monitor."""

import shutil
from datetime import timedelta
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.config import ROOT
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.database import mode
from portal.kernel.jobs import Job
from portal.notices.queries import is_stuck

LONGEST_WAIT = timedelta(minutes=15)
"""A job that is due for longer says that no worker is at work."""
LEAST_FREE_BYTES = 100 * 1024 * 1024


def readiness_problems() -> list[str]:
    """What keeps the portal from working, as sentences: disk, a rolled-back write, migration head, age of jobs."""
    try:
        return [*_disk_problems(), *_write_problems(), *_migration_problems(), *_job_problems()]
    except SQLAlchemyError:
        return ["The database cannot be reached or written."]


def _disk_problems() -> list[str]:
    free = shutil.disk_usage(Path(current_app.instance_path)).free
    return ["The disk is almost full."] if free < LEAST_FREE_BYTES else []


def _write_problems() -> list[str]:
    with mode("write"), db.engine.connect() as connection:
        connection.execute(text("UPDATE counter SET value = value WHERE name = ''"))
        connection.rollback()
    return []


def _migration_problems() -> list[str]:
    script = ScriptDirectory.from_config(_alembic_config())
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return [] if found == script.get_current_head() else ["The database waits for a migration."]


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def _job_problems() -> list[str]:
    oldest = db.session.scalar(select(func.min(Job.run_at)).where(Job.done_at.is_(None), Job.failed_at.is_(None)))
    late = oldest is not None and clock.now() - oldest > LONGEST_WAIT
    if current_app.extensions["config"].mail is not None:
        late = late or is_stuck(clock.now() - LONGEST_WAIT)
    return ["Work has waited for more than 15 minutes: see whether the worker runs."] if late else []
