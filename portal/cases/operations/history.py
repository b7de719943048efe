"""Bringing in work of earlier years as a case."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from portal.cases.models import Allocation, Case, CasePupil
from portal.extensions import db
from portal.kernel import audit, references
from portal.kernel.dates import school_year_days
from portal.policy import Actor
from portal.schools.models import Pupil, PupilYear, School, ServiceLine


def import_case(
    actor: Actor | None,
    *,
    school: School,
    service_line: ServiceLine,
    imported_year: int,
    imported_key: str,
    pupil_years: Sequence[str | None],
    worker_labels: Sequence[str] = (),
    planned_half_days: int = 0,
    opened_on: date | None = None,
    starts_on: date | None = None,
    ended_on: date | None = None,
    how_ended: str | None = None,
) -> Case:
    """A closed case of an earlier year: unnamed pupils (one for each year group, None where unknown), worker labels.

    ``imported_year`` is 2016 for 2016/17; ``imported_key`` must be new. Its minutes come from its visits.
    """
    last_day = ended_on or school_year_days(imported_year)[1]
    case = Case(
        reference=references.next_reference("C", imported_year),
        school=school,
        service_line=service_line,
        stage="closed",
        stage_since=datetime.combine(last_day, time(12), UTC),
        planned_half_days=planned_half_days,
        opened_on=opened_on,
        starts_on=starts_on,
        ended_on=ended_on,
        how_ended=how_ended,
        closed_on=ended_on,
        imported_year=imported_year,
        imported_key=imported_key,
    )
    pupils = [_unnamed_pupil(actor, school, imported_year, group) for group in pupil_years]
    case.pupils = [CasePupil(pupil=pupil, position=place) for place, pupil in enumerate(pupils, start=1)]
    case.allocations = [Allocation(worker_label=label) for label in worker_labels]
    audit.record(actor, "case imported", case)
    return case


def _unnamed_pupil(actor: Actor | None, school: School, year: int, group: str | None) -> Pupil:
    pupil = Pupil(school=school)
    if group is not None:
        pupil.year_groups = [PupilYear(school_year=year, year_group=group)]
    db.session.add(pupil)
    audit.record(actor, "pupil imported", pupil)
    return pupil
