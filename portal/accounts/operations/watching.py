"""Others hear of what was done about an account, on their first page, until they say that they have seen it."""

from sqlalchemy import select

from portal.accounts.models import AccountNotice, Person
from portal.accounts.queries.people import people_with
from portal.accounts.rules.changes import Act
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record_act
from portal.kernel.errors import OutOfReach
from portal.policy import Actor, Role


def tell_others(actor: Actor, person: Person, act: Act) -> None:
    """Tells every coordinator and administrator, the heads of the person's schools, and the person; not who did it."""
    heads = [i for school_id in _schools_of(person) for i in people_with(Role.HEAD, school_id=school_id)]
    themself = [person.id] if person.was_here else []
    told = dict.fromkeys((*people_with(Role.COORDINATOR), *people_with(Role.ADMIN), *heads, *themself))
    now = clock.now()
    db.session.add_all(
        AccountNotice(viewer_id=viewer_id, about_id=person.id, by_id=actor.person_id, act=act.value, at=now)
        for viewer_id in told
        if viewer_id != actor.person_id
    )


def see(actor: Actor, notice_id: int) -> None:
    """The actor has read a notice of theirs. Raises ``OutOfReach`` for somebody else's."""
    mine = select(AccountNotice).where(AccountNotice.id == notice_id, AccountNotice.viewer_id == actor.person_id)
    notice = db.session.scalars(mine).one_or_none()
    if notice is None:
        raise OutOfReach
    notice.seen_at = notice.seen_at or clock.now()
    record_act(actor, "notice about an account seen", "person", notice.about_id)


def _schools_of(person: Person) -> list[int]:
    today = clock.today()
    holds = (role for role in person.roles if role.ends_on is None or role.ends_on >= today)
    return list(dict.fromkeys(role.school_id for role in holds if role.school_id is not None))
