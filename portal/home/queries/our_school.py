"""A school's own page: agreements, training, advice, what became of its pieces of work, strategies, and its people."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ScalarSelect, String, case, cast, func, or_, select

from portal.accounts.models import Person, RoleAssignment
from portal.advice import queries as advice
from portal.advice.queries import AdviceRow
from portal.agreements import queries as agreements
from portal.agreements.queries import AgreementRow
from portal.cases import queries as cases
from portal.cases.models import Case
from portal.cases.rules import days_words
from portal.exits.models import PupilOutcome
from portal.exits.rules import Outcome
from portal.exits.rules import PupilOutcome as SaidOutcome
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.access import reach_filter
from portal.kernel.dates import short_day_words
from portal.kernel.settings import Feature, is_on
from portal.plans.models import SchoolStrategy, Strategy
from portal.plans.queries import state_of
from portal.plans.rules import ImplementedSummary, implemented_summary
from portal.policy import ROLE_LABELS, SCHOOL_ROLES, Action, Actor, Role
from portal.schools.models import School
from portal.training import queries as training
from portal.training.queries import RequestRow, SessionRow

SHOWN = 5
SHOWN_SIGNED = 2
_SEPARATOR = ","
_LOST = "!"

_ACTIONS: Mapping[ImplementedSummary, str] = {
    ImplementedSummary.ALL: "all agreed strategies in practice",
    ImplementedSummary.SOME: "some agreed strategies in practice",
    ImplementedSummary.NONE: "agreed strategies not in practice",
    ImplementedSummary.AWAITED: "",
}


@dataclass(frozen=True)
class ResultRow:
    """What became of one piece of work, in words."""

    case_id: int
    reference: str
    name: str
    outcome: str
    words: str
    """Days used, what is in practice, and when it ended"""


@dataclass(frozen=True)
class PersonRow:
    """Somebody with an account at the school."""

    name: str
    roles: str
    school: str


@dataclass(frozen=True)
class OurSchool:
    """What a school finds beside its referrals and its support; None where a feature is off."""

    agreements: tuple[AgreementRow, ...] | None
    training: tuple[SessionRow, ...] | None
    requests: tuple[RequestRow, ...]
    advice: tuple[AdviceRow, ...] | None
    results: tuple[ResultRow, ...]
    strategies: tuple[tuple[int, str, int], ...]
    """(id, name, number of strategies) of each school"""
    people: tuple[PersonRow, ...]


def our_school(actor: Actor) -> OurSchool:
    """Everything of the page, one statement for each part (a test counts)."""
    with_training = is_on(Feature.TRAINING)
    return OurSchool(
        agreements=_agreements(actor) if is_on(Feature.AGREEMENTS) else None,
        training=training.sessions_page(actor, own=True, size=SHOWN).rows if with_training else None,
        requests=training.requests_page(actor, size=SHOWN).rows if with_training else (),
        advice=tuple(advice.own_threads(actor, closed=False).rows[:SHOWN]) if is_on(Feature.ADVICE) else None,
        results=results(actor),
        strategies=_strategies(actor),
        people=people(actor),
    )


def _agreements(actor: Actor) -> tuple[AgreementRow, ...]:
    """All that wait, and when none does the last ones that were signed."""
    newest = agreements.agreement_list(actor, ("waiting", "signed")).rows
    waiting = tuple(row for row in newest if row.is_waiting)
    return waiting or newest[:SHOWN_SIGNED]


def results(actor: Actor) -> tuple[ResultRow, ...]:
    """The school's pieces of work that ended, the last first. One statement."""
    rows = db.session.execute(
        select(
            Case.id,
            Case.reference,
            Case.ended_on,
            Case.minutes_used,
            cases.pack_names().label("names"),
            _outcomes().label("outcomes"),
            _states().label("states"),
        )
        .where(
            reach_filter(actor, Action.READ_SUPPORT, school=Case.school_id),
            Case.school_id.in_(sorted(actor.school_ids)),
            Case.imported_year.is_(None),
            Case.ended_on.is_not(None),
        )
        .order_by(Case.ended_on.desc(), Case.id.desc())
        .limit(SHOWN)
    )
    return tuple(_result(row) for row in rows)


def _outcomes() -> ScalarSelect[str]:
    """A column: the outcomes of a case in one text; a mark says that a placement was lost since."""
    said = PupilOutcome.outcome + case((PupilOutcome.placement_holds.is_(False), _LOST), else_="")
    packed = select(func.aggregate_strings(said, _SEPARATOR)).where(PupilOutcome.case_id == Case.id)
    return packed.correlate(Case).scalar_subquery()


def _states() -> ScalarSelect[str]:
    """A column: how far each agreed strategy is in practice, in one text."""
    state = func.coalesce(cast(Strategy.implemented, String), "-")
    packed = select(func.aggregate_strings(state, _SEPARATOR)).where(Strategy.case_id == Case.id)
    return packed.correlate(Case).scalar_subquery()


def _result(row: Any) -> ResultRow:
    said = [_outcome_words(one) for one in (row.outcomes or "").split(_SEPARATOR) if one]
    states = [state_of(None if one == "-" else one) for one in (row.states or "").split(_SEPARATOR) if one]
    days = days_words(Decimal(row.minutes_used) / settings.current().day_minutes)
    ended = f"ended {short_day_words(row.ended_on, clock.today())}"
    parts = [f"{days} used", _ACTIONS[implemented_summary(states)], ended]
    return ResultRow(
        row.id,
        row.reference,
        cases.listed_name(row.names),
        ", ".join(dict.fromkeys(said)) or "Not recorded",
        ", ".join(part for part in parts if part),
    )


def _outcome_words(packed: str) -> str:
    lost = packed.endswith(_LOST)
    return SaidOutcome("", Outcome(packed.removesuffix(_LOST)), placement_holds=False if lost else None).words()


def _strategies(actor: Actor) -> tuple[tuple[int, str, int], ...]:
    rows = db.session.execute(
        select(School.id, School.name, func.count(SchoolStrategy.id))
        .outerjoin(SchoolStrategy, SchoolStrategy.school_id == School.id)
        .where(School.id.in_(sorted(actor.school_ids)))
        .group_by(School.id, School.name)
        .order_by(School.name, School.id)
    )
    return tuple((school_id, name, number) for school_id, name, number in rows)


def people(actor: Actor) -> tuple[PersonRow, ...]:
    """Who has an account at the actor's schools today, by name. One statement."""
    today = clock.today()
    rows = db.session.execute(
        select(Person.id, Person.name, RoleAssignment.role, School.name.label("school"))
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .join(School, School.id == RoleAssignment.school_id)
        .where(
            RoleAssignment.school_id.in_(sorted(actor.school_ids)),
            RoleAssignment.role.in_(sorted(role.value for role in SCHOOL_ROLES)),
            RoleAssignment.starts_on <= today,
            or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.id, RoleAssignment.role)
    )
    found: dict[tuple[int, str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.id, row.name, row.school), []).append(ROLE_LABELS[Role(row.role)])
    return tuple(
        PersonRow(name, ", ".join(dict.fromkeys(roles)), school if len(actor.school_ids) > 1 else "")
        for (_, name, school), roles in found.items()
    )
