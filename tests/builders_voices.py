"""What schools say themselves, for tests: asked pieces of work and answers with sensible defaults."""

from typing import Any

from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.feedback import operations, rules
from portal.feedback.models import Feedback
from portal.kernel import clock
from portal.plans import operations as plans
from portal.plans.models import SchoolStrategy
from portal.plans.rules import SchoolStrategyDraft
from portal.policy import Actor
from portal.schools.models import School
from tests.builders_cases import World
from tests.builders_measures import ended

END, MONITORING = rules.Moment.END, rules.Moment.MONITORING


def senco_of(world: World) -> Actor:
    return actor_of(world.senco.id)


def asked(world: World, case: Case, moment: rules.Moment = END) -> Case:
    """The case, ended today, and its school asked; with MONITORING asked a second time."""
    ended(world, case)
    if moment is MONITORING:
        operations.ask_school(None, case, MONITORING)
    return case


def own(**changes: Any) -> rules.OwnAnswer:
    facts = {
        "scales": {"heard": rules.Scale.STRONGLY_AGREE, "again": rules.Scale.AGREE, "length": rules.Scale.DISAGREE},
        "aspect_words": {"length": "A term would be better"},
        "good_words": "Staff use the script",
    }
    return rules.OwnAnswer(**(facts | changes))


def own_given(world: World, case: Case, moment: rules.Moment = END, **changes: Any) -> Feedback:
    return operations.give_own(senco_of(world), case, moment, own(**changes), opened_with=0)


def beyond(**answers: rules.Change) -> dict[str, rules.BeyondAnswer]:
    return {area: rules.BeyondAnswer(change, "") for area, change in answers.items()}


def school_strategy(actor: Actor, school: School, words: str = "Two doors in place of one queue") -> SchoolStrategy:
    return plans.advise_school(actor, school, SchoolStrategyDraft(words, "Deputy", clock.today(), place="Lunch hall"))
