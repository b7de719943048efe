"""What is on a worker's tray, what was handed over lately, and what there is to choose when a turn is prepared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.cases.queries import PupilRow, allocation_of, pupils_of
from portal.cases.queries.one import KIND
from portal.cases.rules import STAGES, card_name
from portal.extensions import db
from portal.kernel import access, clock, dates
from portal.policy import Action, Actor, bounds_of
from portal.schools.models import Pupil, School
from portal.schools.rules.year_groups import year_group_in
from portal.voice.models import HandOver, Questionnaire, QuestionnaireVersion, VoicePlace
from portal.voice.rules.places import HOWS, HOWS_AHEAD, PLACE_STATES, How, Outcome, PlaceState, place_state
from portal.voice.rules.questions import AGES, MOMENTS, Age, Moment, age_for, from_json
from portal.voice.rules.symbols import ANIMAL_WORDS

LATELY = timedelta(days=14)
_TONES = {
    PlaceState.NOTHING_CAME: "attention",
    PlaceState.HANDED_OVER: "brand",
    PlaceState.ANSWERED: "good",
    PlaceState.LAPSED: "problem",
}
_MISSED = frozenset({PlaceState.NOTHING_CAME, PlaceState.PREPARED})
_WITH_THE_END = frozenset({"exit", "monitoring", "closed"})
"""Stages of a case in which the questions of the end are asked"""


@dataclass(frozen=True)
class PlaceRow:
    """One child's turn, as the worker knows it."""

    id: int
    reference: str
    child: str
    school: str
    symbol: str
    animal: str
    questionnaire: str
    age: str
    how: str
    helper: str
    state: PlaceState
    handed: str
    """When it was handed over; empty while it is on the tray"""
    prepared: str
    """When it was prepared, where it is on a tray"""
    by: str
    """Who handed it over, or prepared it, where that was somebody else"""

    @property
    def state_words(self) -> str:
        return PLACE_STATES[self.state]

    @property
    def tone(self) -> str:
        return _TONES.get(self.state, "quiet")


def tray(actor: Actor) -> list[PlaceRow]:
    """What this person prepared and has not handed over, oldest first."""
    statement = _places(actor).where(
        VoicePlace.prepared_by_id == actor.person_id,
        VoicePlace.hand_over_id.is_(None),
        VoicePlace.settled_at.is_(None),
        VoicePlace.taken_until > clock.now(),
    )
    return _rows(actor, statement.order_by(VoicePlace.id))


def handed_lately(actor: Actor) -> list[PlaceRow]:
    """Turns of the last 14 days, a worker's own or everybody's for who reaches all; first those that are missed.

    Who reaches all also sees what was prepared on an earlier day and never reached a child.
    """
    since = clock.now() - LATELY
    if bounds_of(actor, Action.HAND_OVER).everything:
        wanted = or_(HandOver.handed_at > since, _left_on_a_tray(since))
    else:
        wanted = and_(HandOver.handed_at > since, HandOver.person_id == actor.person_id)
    order = func.coalesce(HandOver.handed_at, VoicePlace.prepared_at).desc()
    rows = _rows(actor, _places(actor).where(wanted).order_by(order, VoicePlace.id))
    return sorted(rows, key=lambda row: row.state not in _MISSED)


def _left_on_a_tray(since: datetime) -> ColumnElement[bool]:
    today = datetime.combine(clock.today(), time(), clock.LONDON)
    return and_(
        VoicePlace.hand_over_id.is_(None),
        VoicePlace.settled_at.is_(None),
        VoicePlace.prepared_at > since,
        VoicePlace.prepared_at < today,
    )


def _places(actor: Actor) -> Any:
    reach = access.reach_filter(
        actor, Action.HAND_OVER, school=Case.school_id, line=Case.service_line_id, kind=KIND, record=Case.id
    )
    return (
        select(
            VoicePlace.id,
            VoicePlace.animal,
            VoicePlace.age,
            VoicePlace.how,
            VoicePlace.helper,
            VoicePlace.outcome,
            VoicePlace.taken_until,
            Case.reference,
            Pupil.given_name,
            Pupil.family_name,
            School.name.label("school"),
            Questionnaire.title,
            HandOver.handed_at,
            HandOver.lasts_until,
            func.coalesce(HandOver.person_id, VoicePlace.prepared_by_id).label("person_id"),
            VoicePlace.prepared_at,
        )
        .join(Case, Case.id == VoicePlace.case_id)
        .join(School, School.id == Case.school_id)
        .join(Pupil, Pupil.id == VoicePlace.pupil_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == VoicePlace.version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .outerjoin(HandOver, HandOver.id == VoicePlace.hand_over_id)
        .where(reach)
    )


def _rows(actor: Actor, statement: Any) -> list[PlaceRow]:
    found = db.session.execute(statement).all()
    names = _names(row.person_id for row in found if row.person_id not in (None, actor.person_id))
    return [_row(row, names) for row in found]


def _row(row: Any, names: dict[int, str]) -> PlaceRow:
    outcome = Outcome(row.outcome) if row.outcome else None
    return PlaceRow(
        id=row.id,
        reference=row.reference,
        child=card_name(row.given_name, row.family_name) if row.given_name or row.family_name else "Unnamed pupil",
        school=row.school,
        symbol=row.animal,
        animal=ANIMAL_WORDS[row.animal],
        questionnaire=row.title,
        age=AGES[Age(row.age)],
        how=(HOWS if row.handed_at else HOWS_AHEAD)[How(row.how)],
        helper=row.helper or "",
        state=place_state(outcome, row.lasts_until, row.taken_until, clock.now()),
        handed=_moment_words(row.handed_at) if row.handed_at else "",
        prepared="" if row.handed_at else _moment_words(row.prepared_at),
        by=names.get(row.person_id, ""),
    )


def _names(person_ids: Iterable[int]) -> dict[int, str]:
    wanted = set(person_ids)
    if not wanted:
        return {}
    return {row.id: row.name for row in db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}


def _moment_words(moment: datetime) -> str:
    local = moment.astimezone(clock.LONDON)
    return f"{dates.day_words(local.date(), clock.today())} at {dates.clock_words(local.time())}"


@dataclass(frozen=True)
class Offer:
    """What a worker chooses from, and what is chosen already."""

    pupils: tuple[PupilRow, ...]
    questionnaires: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """By moment, in words; each with the version's id and its title"""
    adults: tuple[tuple[str, str], ...]
    pupil: str | None
    questionnaire: str | None
    age: str | None
    adult: str | None
    advice: str
    """Why this questionnaire is chosen; empty when none is"""


def offer_for(actor: Actor, case: Case, wanted: int | None = None) -> Offer:
    """What can be prepared for a case; ``wanted`` is the child whom the worker named already."""
    pupils = tuple(pupils_of(case))
    named = next((one.id for one in pupils if one.id == wanted), pupils[0].id if len(pupils) == 1 else None)
    groups = _published()
    wanted_ids = [one.id for one in pupils if named in (None, one.id)]
    moment, advice = _suggested(case, wanted_ids)
    adults = _adults(actor, case)
    return Offer(
        pupils=pupils,
        questionnaires=tuple((MOMENTS[one], tuple(offered)) for one, offered in groups.items()),
        adults=adults,
        pupil=str(named) if named else None,
        questionnaire=_likest(case, wanted_ids, moment, groups[moment]) if moment in groups else None,
        age=_age(case, named),
        adult=str(actor.person_id) if _stands_in_or_works(actor, case) else adults[0][0],
        advice=advice if moment in groups else "",
    )


def _published() -> dict[Moment, list[tuple[str, str]]]:
    """The newest published version of every questionnaire that is switched on."""
    rows = db.session.execute(
        select(QuestionnaireVersion.id, Questionnaire.id, Questionnaire.title, Questionnaire.moment)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(Questionnaire.is_active.is_(True), QuestionnaireVersion.published_at.is_not(None))
        .order_by(Questionnaire.title, Questionnaire.id, QuestionnaireVersion.number)
    )
    newest = {row[1]: (Moment(row.moment), str(row[0]), row.title) for row in rows}
    groups: dict[Moment, list[tuple[str, str]]] = {}
    for moment in Moment:
        if offered := [(version_id, title) for of, version_id, title in newest.values() if of is moment]:
            groups[moment] = offered
    return groups


def _suggested(case: Case, pupil_ids: Sequence[int]) -> tuple[Moment | None, str]:
    if case.stage in _WITH_THE_END:
        return Moment.END, f"The work is at “{STAGES[case.stage]}”, so the questions of the end are chosen."
    begun = set(
        db.session.scalars(
            select(VoicePlace.pupil_id)
            .join(QuestionnaireVersion, QuestionnaireVersion.id == VoicePlace.version_id)
            .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
            .where(
                VoicePlace.case_id == case.id,
                Questionnaire.moment == Moment.START.value,
                VoicePlace.outcome.is_(None) | (VoicePlace.outcome == Outcome.ANSWERED.value),
            )
        )
    )
    if set(pupil_ids) - begun:
        return Moment.START, "Nothing is asked at the start yet, so those questions are chosen."
    return None, ""


def _likest(case: Case, pupil_ids: Sequence[int], moment: Moment | None, offered: list[tuple[str, str]]) -> str:
    """Of several at the end, the one that asks most of what the child was asked at the start, so that change shows."""
    if moment is not Moment.END or len(offered) == 1:
        return offered[0][0]
    asked = _keys_at_start(case, pupil_ids)
    keys = {
        version_id: _keys_of(db.session.get_one(QuestionnaireVersion, int(version_id))) for version_id, _ in offered
    }
    return max((version_id for version_id, _ in offered), key=lambda version_id: len(asked & keys[version_id]))


def _keys_at_start(case: Case, pupil_ids: Sequence[int]) -> set[str]:
    versions = db.session.scalars(
        select(QuestionnaireVersion)
        .join(VoicePlace, VoicePlace.version_id == QuestionnaireVersion.id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(
            VoicePlace.case_id == case.id,
            VoicePlace.pupil_id.in_(pupil_ids),
            VoicePlace.outcome == Outcome.ANSWERED.value,
            Questionnaire.moment == Moment.START.value,
        )
    )
    return {key for version in versions for key in _keys_of(version)}


def _keys_of(version: QuestionnaireVersion) -> set[str]:
    return {question.key for question in from_json(version.document).questions}


def _age(case: Case, pupil_id: int | None) -> str | None:
    """Of the child, or of all children where their years agree."""
    year = dates.school_year_start(clock.today())
    groups = [
        year_group_in({record.school_year: record.year_group for record in entry.pupil.year_groups}, year)
        for entry in case.pupils
        if pupil_id in (None, entry.pupil_id)
    ]
    ages = {age_for(group) for group in groups}
    return ages.pop().value if len(ages) == 1 else None


def _adults(actor: Actor, case: Case) -> tuple[tuple[str, str], ...]:
    """Who works on the case today, and the person who asks."""
    found = {
        a.person_id: a.person.name
        for a in case.allocations
        if a.person is not None and a.person_id is not None and allocation_of(case, a.person_id, clock.today())
    }
    found.setdefault(actor.person_id, actor.name)
    return tuple((str(person_id), name) for person_id, name in found.items())


def _stands_in_or_works(actor: Actor, case: Case) -> bool:
    """Who stands in is there today, so the child's wish to talk goes to them and not to the one who is away."""
    return actor.person_id in access.involved_today(Case.__tablename__, case.id)
