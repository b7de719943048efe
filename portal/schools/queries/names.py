"""Names of pupils as facts for a rule that looks for names in a text; nobody is shown them."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import settings
from portal.kernel.access import reach_filter
from portal.policy import Action, Actor
from portal.schools.models import Pupil, School


@dataclass(frozen=True)
class HintFacts:
    """What a text is weighed with: names of pupils, and words that are no names here."""

    names: frozenset[str]
    fine: tuple[str, ...]


def hint_facts(actor: Actor, school_id: int | None, fine: tuple[str, ...] = ()) -> HintFacts:
    """The facts for what this person writes about a school, or (without one) for several schools.

    ``fine`` are further words that are no names here.
    """
    service = settings.current()
    usual = [service.name, service.short_name, service.provider, actor.name]
    school = db.session.get(School, school_id) if school_id is not None else None
    if school is not None:
        usual += [school.name, school.town or ""]
    return HintFacts(names_of_pupils(actor, school_id), (*usual, *fine))


def names_of_pupils(actor: Actor, school_id: int | None) -> frozenset[str]:
    """Given and family names of the school's pupils (None: of every school's), as far as this person may read their
    records."""
    statement = select(Pupil.given_name, Pupil.family_name).where(
        reach_filter(actor, Action.READ_PUPIL, school=Pupil.school_id, kind="pupil", record=Pupil.id)
    )
    if school_id is not None:
        statement = statement.where(Pupil.school_id == school_id)
    rows = db.session.execute(statement)
    return frozenset(name for row in rows for name in row if name)
