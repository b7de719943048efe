"""When a child's time has run out, what was answered is kept; at the end of the day, what came to nothing is shown."""

from collections.abc import Mapping
from typing import Any

from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.kernel.unit_of_work import writing
from portal.policy import Role
from portal.tasks import operations as tasks
from portal.tasks.rules import NOTHING_CAME_BACK, RULES
from portal.voice.models import HandOver
from portal.voice.operations.arriving import came_back_key, keep_turn
from portal.voice.operations.places import LOOK_AFTER_JOB, RUN_OUT_JOB
from portal.voice.rules.questions import from_json
from portal.voice.rules.walk import from_json as walk_from_json
from portal.voice.rules.walk import run_out


@jobs.handles(LOOK_AFTER_JOB)
def look_after(payload: Mapping[str, Any]) -> None:
    """One task for each place of this hand-over that is still open; it goes by itself when its answers arrive."""
    with writing():
        found = db.session.get(HandOver, int(payload["hand_over"]))
        if found is None:
            return
        for place in found.places:
            if clock.now() >= place.taken_until:
                tasks.settle(came_back_key(place), None)  # nothing can come any more
            elif place.settled_at is None:
                tasks.ask(
                    came_back_key(place),
                    NOTHING_CAME_BACK,
                    RULES[NOTHING_CAME_BACK],
                    "/voice/",
                    clock.today(),
                    role=Role.COORDINATOR,
                    case_id=place.case_id,
                )
        if found.ended_at is None and clock.now() >= found.lasts_until:
            found.ended_at = clock.now()
            audit.record(None, "tablet session ended", found)


@jobs.handles(RUN_OUT_JOB)
def time_ran_out(payload: Mapping[str, Any]) -> None:
    """Ends a session that nobody has touched for 45 minutes, and the turns in it that the server drew. A turn that the
    tablet carries ends there by the same rule, and arrives.
    """
    with writing():
        found = db.session.get(HandOver, int(payload["hand_over"]))
        if found is None or found.ended_at is not None:
            return
        if clock.now() < found.lasts_until:
            jobs.enqueue(RUN_OUT_JOB, payload, run_at=found.lasts_until)
            return
        for place in found.places:
            walk = walk_from_json(place.walk)
            if place.settled_at is None and walk.answers:
                keep_turn(place, run_out(walk, from_json(place.asked.document)))
