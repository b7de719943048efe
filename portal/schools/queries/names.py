"""Names of pupils as facts for a rule that looks for names in a text; nobody is shown them."""

from sqlalchemy import select

from portal.extensions import db
from portal.kernel.access import reach_filter
from portal.policy import Action, Actor
from portal.schools.models import Pupil


def names_of_pupils(actor: Actor, school_id: int) -> frozenset[str]:
    """Given and family names of the school's pupils, as far as this person may read their records."""
    rows = db.session.execute(
        select(Pupil.given_name, Pupil.family_name).where(
            Pupil.school_id == school_id,
            reach_filter(actor, Action.READ_PUPIL, school=Pupil.school_id, kind="pupil", record=Pupil.id),
        )
    )
    return frozenset(name for row in rows for name in row if name)
