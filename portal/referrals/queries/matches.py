"""The same child elsewhere: found for the coordinator, shown to nobody else."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select, union_all

from portal.extensions import db
from portal.kernel.access import allows
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralMatch, ReferralPupil
from portal.schools.models import Pupil, School

CASES_OF_PUPILS = "referrals.cases_of_pupils"
"""Where ``app`` puts the ``rules.CasesOfPupils`` of cases, among the application's extensions."""


@dataclass(frozen=True)
class WorkRow:
    """One referral or case of a pupil; ``kind`` is referral or case."""

    kind: str
    reference: str
    school: str
    words: str


@dataclass(frozen=True)
class MatchRow:
    """A pupil who may be the same child: why, and where there was work."""

    id: int
    why: str
    state: str
    state_words: str
    works: tuple[WorkRow, ...]


def pupil_ids_of(referral: Referral) -> list[int]:
    """The pupils of the referral: one, several of a group, or none."""
    further = [row.pupil_id for row in referral.further if row.pupil_id is not None]
    return [*([referral.pupil_id] if referral.pupil_id else []), *further]


def pupils_like(pupil_ids: Collection[int]) -> dict[int, str]:
    """Pupils anywhere who may be one of these, by id, and why; the same record too. Looks by UPN and birth alone."""
    columns = (Pupil.id, Pupil.given_name, Pupil.family_name, Pupil.born_on, Pupil.upn)
    own = db.session.execute(select(*columns).where(Pupil.id.in_(sorted(pupil_ids)))).all()
    if not own:
        return {}
    upns = sorted({row.upn for row in own if row.upn})
    births = sorted({row.born_on for row in own if row.born_on})
    found = db.session.execute(select(*columns).where(or_(Pupil.upn.in_(upns), Pupil.born_on.in_(births))))
    likes = {row.id: rules.SAME_RECORD for row in own}
    for other in found:
        if other.id not in likes and (why := next(filter(None, (rules.same_child(one, other) for one in own)), None)):
            likes[other.id] = why
    return likes


def works_of(pupil_ids: Collection[int], *, but_not: int) -> Mapping[int, Sequence[WorkRow]]:
    """Referrals that reached the service, and cases, by pupil; without the referral ``but_not``. Two statements."""
    if not pupil_ids:
        return {}
    found: dict[int, list[WorkRow]] = defaultdict(list)
    for row in _referrals_of(pupil_ids, but_not):
        found[row.pupil_id].append(WorkRow("referral", row.reference, row.school, _words(row)))
    provider: rules.CasesOfPupils | None = current_app.extensions.get(CASES_OF_PUPILS)
    for pupil_id, cases in (provider(pupil_ids) if provider else {}).items():
        others = (case for case in cases if case.referral_id != but_not)
        found[pupil_id] += [WorkRow("case", case.reference, case.school, case.stage) for case in others]
    return found


def _referrals_of(pupil_ids: Collection[int], but_not: int) -> Any:
    wanted = sorted(pupil_ids)
    of_pupil = union_all(
        select(Referral.id.label("referral_id"), Referral.pupil_id).where(Referral.pupil_id.in_(wanted)),
        select(ReferralPupil.referral_id, ReferralPupil.pupil_id).where(ReferralPupil.pupil_id.in_(wanted)),
    ).subquery()
    return db.session.execute(
        select(of_pupil.c.pupil_id, Referral.reference, Referral.status, Referral.decision, School.name.label("school"))
        .join(Referral, Referral.id == of_pupil.c.referral_id)
        .join(School, School.id == Referral.school_id)
        .where(Referral.id != but_not, Referral.submitted_at.is_not(None), Referral.status != "withdrawn")
        .order_by(Referral.id.desc())
    )


def _words(row: Any) -> str:
    return rules.DECIDED.get(row.decision or "", rules.STATUSES[row.status])


def matches_of(actor: Actor, referral: Referral) -> list[MatchRow]:
    """The possible matches of a referral, in both directions, for whoever screens it; for anybody else none, unread."""
    if referral.submitted_at is None or not allows(actor, Action.SCREEN_REFERRAL, referral.scope):
        return []
    own = pupil_ids_of(referral)
    rows = db.session.execute(
        select(ReferralMatch, Referral.pupil_id.label("of_pupil"))
        .join(Referral, Referral.id == ReferralMatch.referral_id)
        .where(
            or_(
                ReferralMatch.referral_id == referral.id,
                and_(ReferralMatch.pupil_id.in_(own), Referral.submitted_at.is_not(None)),
            )
        )
        .order_by(ReferralMatch.id)
    ).all()
    if not rows:
        return []
    others = {match.id: _other(match, of_pupil, referral) for match, of_pupil in rows}
    works = works_of({pupil_id for pupil_id in others.values() if pupil_id}, but_not=referral.id)
    shown = [_row(match, works.get(others[match.id] or 0, ())) for match, _ in rows]
    return _each_once([row for row in shown if row.works])


def _other(match: ReferralMatch, of_pupil: int | None, referral: Referral) -> int | None:
    return match.pupil_id if match.referral_id == referral.id else of_pupil


def _row(match: ReferralMatch, works: Sequence[WorkRow]) -> MatchRow:
    return MatchRow(match.id, match.why, match.state, rules.MATCH_STATES[match.state], tuple(works))


def _each_once(rows: Sequence[MatchRow]) -> list[MatchRow]:
    """Two rows that lead to the same work are one to the reader: the first, which is this referral's own."""
    seen: dict[tuple[WorkRow, ...], MatchRow] = {}
    for row in rows:
        seen.setdefault(row.works, row)
    return list(seen.values())


def match_for(actor: Actor, referral: Referral, match_id: int) -> ReferralMatch | None:
    """The match of this id, if it is one of the referral's."""
    if match_id not in {row.id for row in matches_of(actor, referral)}:
        return None
    return db.session.get(ReferralMatch, match_id)
