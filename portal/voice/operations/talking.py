"""“I want to talk to someone”: told straight away, and told further after two working hours."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from portal.accounts.queries import people_with
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.kernel.access import involved_today
from portal.kernel.crypto import keyed_digest
from portal.kernel.unit_of_work import writing
from portal.notices.operations import tell
from portal.policy import Role
from portal.tasks import operations as tasks
from portal.tasks.rules import RULES, TALK_WISH
from portal.voice.models import TalkWish, VoicePlace
from portal.voice.rules.talking import deputies_at

DEPUTIES_JOB = "voice_tell_deputies"


def ask_to_talk(place: VoicePlace, *, press: str | None = None) -> TalkWish:
    """Puts the child at the top of the lists of the named adult and the safeguarding leads, and writes to them.

    Pressing again changes nothing while the wish is open; once it was closed, another one begins. ``press`` is what
    ``press_of`` makes of a sealed wish: the same one, delivered twice, is one press.
    """
    db.session.execute(select(VoicePlace.id).where(VoicePlace.id == place.id).with_for_update())
    known = db.session.scalars(select(TalkWish).where(TalkWish.place_id == place.id).order_by(TalkWish.id)).all()
    same = (wish for wish in known if wish.closed_at is None or (press is not None and wish.press == press))
    return next(same, None) or _new_wish(place, press)


def press_of(sealed_wish: str) -> str:
    """A press on a tablet: each is sealed anew, so no two are alike."""
    return keyed_digest("press to talk", sealed_wish)


def _new_wish(place: VoicePlace, press: str | None) -> TalkWish:
    wish = TalkWish(
        place=place,
        press=press,
        case_id=place.case_id,
        pupil_id=place.pupil_id,
        named_adult_id=place.named_adult_id,
        asked_at=clock.now(),
    )
    audit.record(None, "a child wants to talk", wish)
    _tell_all(wish)
    return wish


def _tell_all(wish: TalkWish) -> None:
    """Where the named adult has left the work, the deputies hear at once."""
    _put_on_lists(wish, [wish.named_adult_id], to_leads=True)
    _write_to(wish, [wish.named_adult_id, *people_with(Role.SAFEGUARDING)])
    works_on_it = wish.named_adult_id in involved_today(Case.__tablename__, wish.case_id)
    told_from = deputies_at(wish.asked_at) if works_on_it else wish.asked_at
    jobs.enqueue(DEPUTIES_JOB, {"wish": wish.id}, run_at=told_from)


def _put_on_lists(wish: TalkWish, person_ids: Iterable[int], *, to_leads: bool) -> None:
    url, today, what = f"/voice/talk/{wish.id}", clock.today(), RULES[TALK_WISH]
    for person_id in person_ids:
        key = f"{key_of(wish)}-person-{person_id}"
        tasks.ask(key, TALK_WISH, what, url, today, person_id=person_id, case_id=wish.case_id)
    if to_leads:
        key = f"{key_of(wish)}-leads"
        tasks.ask(key, TALK_WISH, what, url, today, role=Role.SAFEGUARDING, case_id=wish.case_id)


def key_of(wish: TalkWish) -> str:
    """How the keys of its tasks and messages begin."""
    return f"talk-{wish.id}"


def _write_to(wish: TalkWish, person_ids: Iterable[int]) -> None:
    tell("sign_in_now", person_ids, f"/voice/talk/{wish.id}", key=key_of(wish), at_once=True)


@jobs.handles(DEPUTIES_JOB)
def _tell_deputies(payload: Mapping[str, Any]) -> None:
    """Unread after two working hours: the coordinators hear of it too."""
    with writing():
        wish = db.session.get(TalkWish, int(payload["wish"]))
        if wish is None or wish.seen_at is not None or wish.closed_at is not None:
            return
        deputies = people_with(Role.COORDINATOR)
        wish.deputies_told_at = clock.now()
        audit.record(None, "deputies told that a child wants to talk", wish)
        _put_on_lists(wish, deputies, to_leads=False)
        _write_to(wish, deputies)
