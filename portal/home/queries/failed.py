"""Work that was tried ten times and given up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.jobs import Job

SHOWN_JOBS = 50


@dataclass(frozen=True)
class JobRow:
    """One job that failed; times are of London."""

    id: int
    kind: str
    attempts: int
    failed_at: datetime
    error: str


@dataclass(frozen=True)
class JobsPage:
    """The failed jobs, the newest first, and how many wait or were done."""

    failed: tuple[JobRow, ...]
    failed_number: int
    waiting: int
    done: int


def jobs_page() -> JobsPage:
    """In two statements."""
    counted = db.session.execute(select(func.count(Job.failed_at), func.count(Job.done_at), func.count(Job.id))).one()
    failed, done, all_of_them = counted
    rows = db.session.scalars(
        select(Job).where(Job.failed_at.is_not(None)).order_by(Job.failed_at.desc(), Job.id.desc()).limit(SHOWN_JOBS)
    )
    return JobsPage(tuple(_row(job) for job in rows), failed, all_of_them - failed - done, done)


def _row(job: Job) -> JobRow:
    assert job.failed_at is not None  # noqa: S101  (asked for above)
    at = job.failed_at.astimezone(clock.LONDON)
    return JobRow(job.id, job.kind.replace("_", " ").capitalize(), job.attempts, at, job.last_error)
