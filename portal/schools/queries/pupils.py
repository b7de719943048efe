"""Reading pupils: within reach, by school, and those who look like one that is being entered."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import allows, people_on, reach_filter
from portal.kernel.dates import MONTHS, school_year_start
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, bounds_of
from portal.schools import rules
from portal.schools.models import Enrolment, Pupil, PupilYear, School
from portal.schools.queries.paging import Page, keyed, page_of

FEWEST_LETTERS = 2


@dataclass(frozen=True)
class PupilRow:
    """A pupil as lists and headings show them."""

    id: int
    name: str
    born_on: date | None
    age: int | None
    year_group: str
    """In words, for this school year"""
    school_id: int | None
    school: str


@dataclass(frozen=True)
class AlikeRow:
    """A pupil of the same school who may be the child that is being entered, and why."""

    pupil_id: int
    name: str
    why: str
    born_on: date | None = None


@dataclass(frozen=True)
class EnrolmentRow:
    """Where the pupil went to school from day to day; ``words`` names the school or says why there is none."""

    words: str
    starts_on: date
    ends_on: date | None
    is_current: bool
    without_school: bool


@dataclass(frozen=True)
class PupilFilter:
    """What a list of pupils is narrowed by."""

    search: str = ""
    school_id: int | None = None

    @property
    def in_use(self) -> int:
        return sum(bool(part) for part in (self.search, self.school_id))

    @property
    def is_too_short(self) -> bool:
        return 0 < len(self.search) < FEWEST_LETTERS


@dataclass(frozen=True)
class OpenedPupil(rules.PupilDraft):
    """A pupil as its form opens it."""

    version: int = 0


def reach(actor: Actor, action: Action) -> ColumnElement[bool]:
    """The actor's pupils, as a condition."""
    return reach_filter(actor, action, school=Pupil.school_id, kind="pupil", record=Pupil.id)


def pupil_for(actor: Actor, pupil_id: int, action: Action = Action.READ_PUPIL) -> Pupil:
    """The pupil within the actor's reach. Raises ``OutOfReach``."""
    pupil = db.session.scalars(
        select(Pupil)
        .where(Pupil.id == pupil_id, reach(actor, action))
        .options(
            joinedload(Pupil.school),
            selectinload(Pupil.year_groups),
            selectinload(Pupil.contacts),
            selectinload(Pupil.enrolments).joinedload(Enrolment.school),
        )
    ).one_or_none()
    if pupil is None:
        raise OutOfReach
    return pupil


def may_change(actor: Actor, pupil: Pupil) -> bool:
    """Whether to draw the buttons that change this pupil."""
    scope = replace(people_on("pupil", pupil.id), school_id=pupil.school_id)
    return allows(actor, Action.WRITE_PUPIL, scope)


def name_of(given_name: str, family_name: str) -> str:
    """First and family name; imported work may have none."""
    return f"{given_name} {family_name}".strip() or "Name not recorded"


def pupil_row(pupil: Pupil) -> PupilRow:
    """The pupil in words, as of today."""
    known = {year.school_year: year.year_group for year in pupil.year_groups}
    school = pupil.school.name if pupil.school else ""
    return _row(
        pupil.id, pupil.given_name, pupil.family_name, pupil.born_on, pupil.school_id, school, known, clock.today()
    )


def _row(
    pupil_id: int,
    given_name: str,
    family_name: str,
    born_on: date | None,
    school_id: int | None,
    school: str,
    known: dict[int, str],
    today: date,
) -> PupilRow:
    return PupilRow(
        id=pupil_id,
        name=name_of(given_name, family_name),
        born_on=born_on,
        age=rules.age_on(born_on, today) if born_on else None,
        year_group=rules.year_group_words(known, school_year_start(today)),
        school_id=school_id,
        school=school,
    )


def year_group_of(pupil: Pupil, day: date) -> str | None:
    """The code of the year group (``"5"``, ``"R"``) in the school year of ``day``; None when it is not known."""
    known = {year.school_year: year.year_group for year in pupil.year_groups}
    return rules.year_group_in(known, school_year_start(day))


_TEXTS = (
    *("given_name", "family_name", "upn", "upn_unknown_reason", "gender", "ethnicity", "first_language"),
    *("sen_status", "sen_need", "diagnosis", "social_care", "address", "phone", "lone_visit_warning"),
)


def pupil_draft(pupil: Pupil) -> OpenedPupil:
    """What the form of a pupil is opened with: attributes as its fields, and the version."""
    enrolment = current_enrolment(pupil)
    return OpenedPupil(
        born_on=pupil.born_on,
        year_group=year_group_of(pupil, clock.today()) or "",
        no_school_reason=(enrolment.no_school_reason or "") if enrolment else "",
        looked_after=pupil.looked_after,
        interpreter_needed=pupil.interpreter_needed,
        version=pupil.version,
        **{name: getattr(pupil, name) or "" for name in _TEXTS},
    )


def current_enrolment(pupil: Pupil) -> Enrolment | None:
    """Where the pupil is today; None when nothing is recorded."""
    today = clock.today()
    held = [e for e in pupil.enrolments if e.starts_on <= today and (e.ends_on is None or e.ends_on >= today)]
    return held[-1] if held else None


def enrolments_seen_by(actor: Actor, pupil: Pupil) -> list[EnrolmentRow]:
    """The enrolments, the newest first. A school sees its own dates, never where the pupil went or came from."""
    bounds = bounds_of(actor, Action.READ_PUPIL)
    staff_scope = people_on("pupil", pupil.id)
    sees_all = bounds.everything or bounds.admits(staff_scope)
    seen = [e for e in pupil.enrolments if sees_all or e.school_id is None or e.school_id in bounds.school_ids]
    current = current_enrolment(pupil)
    newest_first = sorted(seen, key=lambda e: (e.starts_on, e.id), reverse=True)
    return [_enrolment_row(enrolment, enrolment is current) for enrolment in newest_first]


def _enrolment_row(enrolment: Enrolment, is_current: bool) -> EnrolmentRow:
    reason = rules.NO_SCHOOL_REASONS.get(enrolment.no_school_reason or "", "reason not recorded")
    words = enrolment.school.name if enrolment.school else f"No current school: {reason[:1].lower()}{reason[1:]}"
    return EnrolmentRow(words, enrolment.starts_on, enrolment.ends_on, is_current, enrolment.school is None)


def pupil_choices(actor: Actor, school_id: int) -> list[tuple[str, str]]:
    """The pupils of one school that the actor may see, by name, for a form."""
    rows = db.session.execute(
        select(Pupil.id, Pupil.given_name, Pupil.family_name, Pupil.born_on)
        .where(Pupil.school_id == school_id, reach(actor, Action.READ_PUPIL))
        .order_by(Pupil.family_name, Pupil.given_name, Pupil.id)
    )
    return [(str(row.id), _choice_words(row)) for row in rows]


def _choice_words(row: Any) -> str:
    name = name_of(row.given_name, row.family_name)
    born = row.born_on
    return f"{name}, born {born.day} {MONTHS[born.month - 1]} {born.year}" if born else name


def pupil_count(actor: Actor, school_id: int) -> int:
    """How many pupils of the school the actor may see."""
    counted = select(func.count(Pupil.id)).where(Pupil.school_id == school_id, reach(actor, Action.READ_PUPIL))
    return db.session.scalar(counted) or 0


def pupils_page(
    actor: Actor, wanted: PupilFilter, *, after: int | None = None, before: int | None = None
) -> Page[PupilRow]:
    """The pupils in reach, by family name, one page, in one statement."""
    statement = select(Pupil.id, Pupil.given_name, Pupil.family_name, Pupil.born_on, Pupil.school_id)
    statement = statement.where(reach(actor, Action.READ_PUPIL), *_conditions(wanted))
    names = ["family_name", "given_name"]
    page = keyed(statement, Pupil, names, after, before).subquery()
    order = [page.c.family_name, page.c.given_name, page.c.id]
    rows = db.session.execute(
        select(page, School.name.label("school"), PupilYear.school_year, PupilYear.year_group)
        .outerjoin(School, School.id == page.c.school_id)
        .outerjoin(PupilYear, PupilYear.pupil_id == page.c.id)
        .order_by(*([column.desc() for column in order] if before is not None else order))
    )
    return page_of(_gathered(rows), after, before, _row_of, lambda pair: pair[0].id)


def _gathered(rows: Any) -> list[tuple[Any, dict[int, str]]]:
    """One pair a pupil: its first row, and its year groups by school year."""
    found: dict[int, tuple[Any, dict[int, str]]] = {}
    for row in rows:
        _, known = found.setdefault(row.id, (row, {}))
        if row.school_year is not None:
            known[row.school_year] = row.year_group
    return list(found.values())


def _row_of(pair: tuple[Any, dict[int, str]]) -> PupilRow:
    row, known = pair
    return _row(
        row.id, row.given_name, row.family_name, row.born_on, row.school_id, row.school or "", known, clock.today()
    )


def _conditions(wanted: PupilFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.search and not wanted.is_too_short:
        # Every word must be found in one of the two names, so that "maya k" finds Maya Khan.
        for word in wanted.search.split():
            conditions.append(
                or_(
                    Pupil.given_name.icontains(word, autoescape=True),
                    Pupil.family_name.icontains(word, autoescape=True),
                )
            )
    if wanted.school_id is not None:
        conditions.append(Pupil.school_id == wanted.school_id)
    return conditions


def pupils_alike(school_id: int, draft: rules.PupilDraft, but_not: int | None = None) -> list[AlikeRow]:
    """Pupils of the same school, and of no other, who look like the one being entered (``rules.looks_like``)."""
    columns = (Pupil.id, Pupil.given_name, Pupil.family_name, Pupil.born_on, Pupil.upn)
    statement = select(*columns).where(Pupil.school_id == school_id, _perhaps_alike(draft))
    rows = db.session.execute(statement.order_by(Pupil.family_name, Pupil.given_name, Pupil.id))
    reasons = ((row, rules.looks_like(draft, row)) for row in rows if row.id != but_not)
    return [AlikeRow(row.id, name_of(row.given_name, row.family_name), why, row.born_on) for row, why in reasons if why]


def _perhaps_alike(draft: rules.PupilDraft) -> ColumnElement[bool]:
    """Wide enough for every reason of ``looks_like``: names are compared in Python, where accents are understood."""
    upn = rules.normalise_upn(draft.upn)
    same_upn = [Pupil.upn == upn] if upn else []
    if draft.born_on is None:
        return or_(Pupil.given_name != "", *same_upn)
    return or_(Pupil.born_on.is_(None), Pupil.born_on.in_(_dates_near(draft.born_on)), *same_upn)


def _dates_near(day: date) -> list[date]:
    """The date itself and those that one slip makes of it: another day, month or year, or day and month swapped."""
    parts = [(day.year, day.month, number) for number in range(1, 32)]
    parts += [(day.year, number, day.day) for number in range(1, 13)]
    parts += [(number, day.month, day.day) for number in range(day.year - 20, day.year + 21)]
    parts.append((day.year, day.day, day.month))
    return sorted({found for part in parts if (found := _date_or_none(*part))})


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
