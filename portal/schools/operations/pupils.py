"""Adding and changing pupils."""

from dataclasses import replace
from datetime import date, timedelta

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure, people_on
from portal.kernel.dates import school_year_start
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools import queries, rules
from portal.schools.models import Enrolment, Pupil, PupilYear, School
from portal.schools.operations.problems import LooksKnown, raise_version, refuse_any

_DAY = timedelta(days=1)
_PLAIN = ("given_name", "family_name")
_OR_NONE = (
    "upn_unknown_reason",
    "gender",
    "ethnicity",
    "first_language",
    "sen_status",
    "sen_need",
    "diagnosis",
    "social_care",
    "address",
    "phone",
    "lone_visit_warning",
)


def add_pupil(actor: Actor, school_id: int, draft: rules.PupilDraft, *, knows_alike: bool = False) -> Pupil:
    """Enters a pupil for a school, enrolled there from today unless the draft says that there is no current school.

    Raises ``RefusedFields`` for a wrong entry, and ``LooksKnown`` when pupils of this school look alike and the person
    has not said (``knows_alike``) that it is another child.
    """
    ensure(actor, Action.WRITE_PUPIL, Scope(school_id=school_id))
    school = _open_school(school_id)
    today = clock.today()
    refuse_any(rules.pupil_problems(draft, today))
    if not knows_alike and (rows := queries.pupils_alike(school_id, draft)):
        raise LooksKnown(rows)
    pupil = Pupil(school_id=school_id)
    _put(pupil, draft)
    _put_year_group(pupil, draft.year_group, today)
    if draft.no_school_reason:
        _enrol(pupil, None, draft.no_school_reason, today)
    elif school.kind == "school":
        _enrol(pupil, school_id, "", today)
    audit.record(actor, "pupil added", pupil)
    return pupil


def change_pupil(actor: Actor, pupil: Pupil, draft: rules.PupilDraft, *, opened_with: int | None) -> Pupil:
    """Changes what is known of a pupil. A year group is kept for this school year; a new or dropped reason for being
    without a school holds from today.

    Raises ``EditConflict`` when somebody saved in between, ``RefusedFields`` for a wrong entry.
    """
    ensure(actor, Action.WRITE_PUPIL, _scope(pupil))
    check_version(pupil, opened_with)
    today = clock.today()
    problems = rules.pupil_problems(draft, today)
    if not draft.year_group and queries.year_group_of(pupil, today):
        problems.setdefault("year_group", "Choose the year group: one is recorded already.")
    refuse_any(problems)
    _put(pupil, draft)
    _put_year_group(pupil, draft.year_group, today)
    _follow_reason(pupil, draft.no_school_reason, today)
    raise_version(pupil)
    audit.record(actor, "pupil changed", pupil)
    return pupil


def _scope(pupil: Pupil) -> Scope:
    return replace(people_on("pupil", pupil.id), school_id=pupil.school_id)


def _open_school(school_id: int) -> School:
    school = db.session.get(School, school_id)
    if school is None:
        raise OutOfReach
    if school.status == "closed":
        raise Refused(f"{school.name} is closed. Choose another school.")
    return school


def _put(pupil: Pupil, draft: rules.PupilDraft) -> None:
    for name in _PLAIN:
        setattr(pupil, name, getattr(draft, name).strip())
    for name in _OR_NONE:
        setattr(pupil, name, getattr(draft, name).strip() or None)
    pupil.born_on = draft.born_on
    pupil.upn = rules.normalise_upn(draft.upn) or None
    pupil.looked_after = draft.looked_after
    pupil.interpreter_needed = bool(draft.interpreter_needed)


def _put_year_group(pupil: Pupil, year_group: str, today: date) -> None:
    if not year_group or year_group == queries.year_group_of(pupil, today):
        return
    school_year = school_year_start(today)
    for known in pupil.year_groups:
        if known.school_year == school_year:
            known.year_group = year_group
            return
    pupil.year_groups.append(PupilYear(school_year=school_year, year_group=year_group))


def _follow_reason(pupil: Pupil, reason: str, today: date) -> None:
    current = queries.current_enrolment(pupil)
    known = (current.no_school_reason or "") if current else ""
    if reason != known:
        _enrol(pupil, None if reason else pupil.school_id, reason, today)


def _last_enrolment(pupil: Pupil) -> Enrolment | None:
    return max(pupil.enrolments, key=lambda enrolment: enrolment.starts_on, default=None)


def _enrol(pupil: Pupil, school_id: int | None, reason: str, starts_on: date) -> None:
    """Ends the last enrolment the day before; one that would begin no earlier is corrected instead."""
    last = _last_enrolment(pupil)
    if last is not None and last.starts_on >= starts_on:
        last.school_id, last.no_school_reason = school_id, reason or None
        last.starts_on, last.ends_on = starts_on, None
        return
    if last is not None and (last.ends_on is None or last.ends_on >= starts_on):
        last.ends_on = starts_on - _DAY
    pupil.enrolments.append(Enrolment(school_id=school_id, no_school_reason=reason or None, starts_on=starts_on))
