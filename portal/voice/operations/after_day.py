"""At the end of the day: places from which nothing came back are shown to the coordinator."""

from collections.abc import Mapping
from typing import Any

from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.kernel.unit_of_work import writing
from portal.policy import Role
from portal.tasks import operations as tasks
from portal.tasks.rules import NOTHING_CAME_BACK, RULES
from portal.voice.models import HandOver
from portal.voice.operations.arriving import came_back_key
from portal.voice.operations.places import LOOK_AFTER_JOB


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
