"""Reading for the first page, a school's page, the audit trail, failed jobs, and whether the portal can work."""

from portal.home.queries.failed import JobRow, JobsPage, jobs_page
from portal.home.queries.first_page import Home, home_for
from portal.home.queries.our_school import OurSchool, our_school
from portal.home.queries.readiness import readiness_problems
from portal.home.queries.reading import ReadingList, reading_list
from portal.home.queries.trail import AuditFilter, AuditRow, AuditTrail, audit_kinds, audit_trail

__all__ = [
    "AuditFilter",
    "AuditRow",
    "AuditTrail",
    "Home",
    "JobRow",
    "JobsPage",
    "OurSchool",
    "ReadingList",
    "audit_kinds",
    "audit_trail",
    "home_for",
    "jobs_page",
    "our_school",
    "readiness_problems",
    "reading_list",
]
