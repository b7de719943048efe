"""Work for later: a row is written in the same transaction as the change, and ``flask worker`` claims it with a lease.

A job may run twice (a worker can die after doing it and before saying so); its handler must bear that.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import clock
from portal.kernel.database import UtcDateTime
from portal.kernel.unit_of_work import writing

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 10

Handler = Callable[[Mapping[str, Any]], None]
_handlers: dict[str, Handler] = {}
_log = structlog.get_logger("portal.jobs")


class Job(Model):
    """One thing to do once ``run_at`` has come; ``payload`` holds ids only."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_open", "done_at", "failed_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    payload: Mapped[str] = mapped_column(Text, default="{}")
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(200), default="")
    """The kind of the last error, never its text: that could hold a name."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Marks the function that does jobs of one kind. It opens its own units of work."""

    def mark(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return mark


def enqueue(kind: str, payload: Mapping[str, Any] | None = None, *, run_at: datetime | None = None) -> Job:
    """Adds a job to the current unit of work."""
    job = Job(kind=kind, payload=json.dumps(dict(payload or {})), run_at=run_at or clock.now())
    db.session.add(job)
    return job


def retry(job_id: int) -> bool:
    """Lets a job that was given up be tried again, from the first attempt on; False when it has not failed."""
    job = db.session.get(Job, job_id)
    if job is None or job.failed_at is None:
        return False
    job.failed_at, job.attempts, job.run_at = None, 0, clock.now()
    return True


def run_next() -> bool:
    """Claims and does one job that is due; False when there is none."""
    claimed = _claim()
    if claimed is None:
        return False
    job_id, kind, payload = claimed
    try:
        _handlers[kind](payload)
    except Exception as error:
        db.session.rollback()
        _log.error("job failed", job=job_id, kind=kind, error=type(error).__name__)
        _put_off(job_id, type(error).__name__)
    else:
        _finish(job_id)
    return True


def _claim() -> tuple[int, str, Mapping[str, Any]] | None:
    with writing():
        now = clock.now()
        due = (
            select(Job)
            .where(Job.done_at.is_(None), Job.failed_at.is_(None), Job.run_at <= now)
            .where((Job.leased_until.is_(None)) | (Job.leased_until < now))
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        job = db.session.scalars(due).first()
        if job is None:
            return None
        job.leased_until = now + LEASE
        job.attempts += 1
        return job.id, job.kind, json.loads(job.payload)


def _finish(job_id: int) -> None:
    with writing():
        job = db.session.get_one(Job, job_id)
        job.done_at, job.leased_until, job.last_error = clock.now(), None, ""


def _put_off(job_id: int, error: str) -> None:
    """Growing pauses: 1, 2, 4 … minutes, at most six hours; after the tenth attempt an administrator sees it."""
    with writing():
        job = db.session.get_one(Job, job_id)
        job.last_error, job.leased_until = error[:200], None
        if job.attempts >= MOST_ATTEMPTS:
            job.failed_at = clock.now()
        else:
            job.run_at = clock.now() + min(timedelta(minutes=2 ** (job.attempts - 1)), timedelta(hours=6))
