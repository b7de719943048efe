"""What schools say in the demonstration: how the support went, what changed beyond the child; and Our offer."""

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from portal.accounts.queries import actor_of
from portal.demo import texts
from portal.demo.cast import Cast
from portal.demo.timekeeper import at, clock_at
from portal.extensions import db
from portal.feedback import operations as feedback
from portal.feedback import rules as said
from portal.kernel import clock
from portal.offer import operations as offer
from portal.offer import queries as offers
from portal.offer.rules import PolicyDraft
from portal.plans import operations as plans
from portal.plans.rules import Implemented, SchoolStrategyDraft
from portal.policy import Actor
from portal.schools.models import School

if TYPE_CHECKING:
    from portal.demo.stories import Told

SILENT = 0.1
"""The share of questions that a school leaves unanswered"""

_POINTS = (*[said.Scale.STRONGLY_AGREE] * 4, *[said.Scale.AGREE] * 5)
_LESSER = (said.Scale.NEITHER, said.Scale.DISAGREE, said.Scale.NEITHER, said.Scale.STRONGLY_DISAGREE)
_ASPECT_WORDS = {
    "staff": "Two of our teaching assistants now begin the day differently.",
    "length": "Another half term would have let it settle.",
    "how_often": "Twice a week was right for us.",
    "withdrawal": "We would have liked the visits to thin out more slowly.",
    "heard": "You asked what we had tried before you said anything.",
}
_CHANGES = {
    said.Moment.END: (*[said.Change.YES] * 3, *[said.Change.PARTLY] * 3, said.Change.NO, *[said.Change.TOO_EARLY] * 4),
    said.Moment.MONITORING: (*[said.Change.YES] * 4, *[said.Change.PARTLY] * 3, *[said.Change.NO] * 2),
}
_AREA_WORDS = {
    "other_children": "The now-and-next board hangs in three more classes.",
    "unstructured": "Lunch is calmer since two children have a job in the hall.",
    "parents": "Four families came to the coffee morning.",
}
_STRATEGIES = (
    ("The lunch hall", "Two doors in place of one queue, and a job for children who find waiting hard", "Deputy head"),
    ("The start of the day", "An adult at the gate who greets each child by name, every day", "Pastoral lead"),
    ("Corridors", "One script of three sentences that all adults use when it gets hard", "SENCo"),
)
_STATES = (Implemented.YES, Implemented.PARTLY, Implemented.NOT_YET_KNOWN)


def answer(told: "Told", moment: said.Moment) -> None:
    """The school answers both pages; some never do."""
    random = told.plot.random
    if random.random() < SILENT:
        return
    row = feedback.give_own(told.writer, told.case, moment, _own(random, moment), opened_with=0)
    feedback.give_beyond(told.writer, told.case, moment, _beyond(random, moment), opened_with=row.version)


def _own(random: Random, moment: said.Moment) -> said.OwnAnswer:
    scales = {code: random.choice(_POINTS) for code in said.SENTENCES}
    critical = random.random() < 0.4
    for code in random.sample(list(scales), random.randint(1, 2) if critical else 0):
        scales[code] = random.choice(_LESSER)
    if moment is said.Moment.END and random.random() < 0.6:
        scales["follow_up"] = said.Scale.DOES_NOT_APPLY
    spoken = random.sample(list(_ASPECT_WORDS), random.randint(0, 2))
    return said.OwnAnswer(
        scales=scales,
        aspect_words={code: _ASPECT_WORDS[code] for code in spoken},
        good_words=random.choice(texts.SCHOOL_GOOD),
        better_words=random.choice(texts.SCHOOL_BETTER) if critical else "",
    )


def _beyond(random: Random, moment: said.Moment) -> dict[str, said.BeyondAnswer]:
    asked = random.sample(list(said.AREAS), random.randint(4, len(said.AREAS)))
    found = {}
    for area in asked:
        change = random.choice(_CHANGES[moment])
        spoken = change is said.Change.YES and random.random() < 0.4
        found[area] = said.BeyondAnswer(change, _AREA_WORDS.get(area, "") if spoken else "")
    return found


def tell_schools(cast: Cast) -> None:
    """Strategies of both schools of the cast, and a policy that was published twice."""
    coordinator, today = actor_of(cast.coordinator), clock.today()
    for school_id in (cast.primary[0], cast.secondary[0]):
        school = db.session.get_one(School, school_id)
        for number, (place, words, owner) in enumerate(_STRATEGIES):
            advised_on = today - timedelta(days=200 - 60 * number)
            draft = SchoolStrategyDraft(words, owner, advised_on, _STATES[number], place)
            plans.advise_school(coordinator, school, draft)
    _publish(coordinator, today - timedelta(days=430), "")
    _publish(coordinator, today - timedelta(days=65), "The follow-up visits and the head's agreement are named.")


def _publish(coordinator: Actor, day: date, what_changed: str) -> None:
    with clock_at(at(day, 10)):
        opened = offers.opened_policy()
        draft = PolicyDraft(opened.title, opened.text, what_changed, day + timedelta(days=365))
        offer.publish_policy(coordinator, draft, opened_with=opened.version)
