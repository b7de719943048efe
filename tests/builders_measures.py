"""Readings, goals, feedback, strategies and endings for tests, with sensible defaults."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.accounts.queries import actor_of
from portal.assessments import operations as assessments
from portal.assessments.models import Goal, Reading
from portal.assessments.rules import GoalDraft, ReadingDraft
from portal.cases.models import Case
from portal.exits import operations as exits
from portal.exits import rules as exit_rules
from portal.exits.models import MonitoringVisit
from portal.extensions import db
from portal.feedback import operations as feedback
from portal.feedback import rules as feedback_rules
from portal.feedback.models import Feedback
from portal.kernel import clock
from portal.kernel.audit import record
from portal.plans.models import Strategy
from portal.policy import Actor
from tests.builders_cases import World

HIGH_4, LOW_3 = Decimal(12), Decimal(7)


def worker_of(world: World) -> Actor:
    return actor_of(world.worker.id)


def reading(
    world: World, case: Case, code: str = "behaviour_threshold", value: Any = HIGH_4, **changes: Any
) -> Reading:
    """A reading of the case's first pupil, taken today unless said otherwise."""
    facts = {"pupil_id": case.pupils[0].pupil_id, "value": None if value is None else Decimal(value)}
    draft = ReadingDraft(**({"taken_on": clock.today()} | facts | changes))
    return assessments.record_reading(worker_of(world), case, code, draft)


def threshold_pair(world: World, case: Case, first: Decimal = HIGH_4, last: Decimal = LOW_3, **changes: Any) -> None:
    """Two thresholds, six weeks apart: five steps better."""
    reading(world, case, value=first, taken_on=clock.today() - timedelta(weeks=6), **changes)
    reading(world, case, value=last, **changes)


def goal(world: World, case: Case, words: str = "I want to stay in class", **changes: Any) -> Goal:
    facts = {"pupil_id": case.pupils[0].pupil_id, "words": words, "set_by": "pupil", "taken_on": clock.today()}
    return assessments.set_goal(worker_of(world), case, GoalDraft(**(facts | changes)))


def said(source: str = "school", **changes: Any) -> feedback_rules.Feedback:
    facts = {
        "answers": {"heard": feedback_rules.Answer.GOOD, "length": feedback_rules.Answer.MIXED},
        "good_words": "Calm and practical",
        "given_on": clock.today(),
    }
    return feedback_rules.Feedback(feedback_rules.Source(source), **(facts | changes))


def feedback_given(world: World, case: Case, source: str = "school", **changes: Any) -> Feedback:
    return feedback.record_feedback(worker_of(world), case, said(source, **changes))


def strategy(case: Case, words: str = "Visual timetable on the desk", implemented: str | None = "yes") -> Strategy:
    """An advised strategy as a plain row."""
    row = Strategy(case_id=case.id, words=words, owner="Ms Hill", implemented=implemented, position=1)
    db.session.add(row)
    record(None, "strategy advised", row)
    return row


def ending(case: Case, **changes: Any) -> exit_rules.EndingDraft:
    outcomes = tuple(exit_rules.PupilOutcome(str(entry.pupil_id), exit_rules.Outcome.STAYED) for entry in case.pupils)
    facts = {"outcomes": outcomes, "how_ended": exit_rules.HowEnded.COMPLETED, "ended_on": clock.today()}
    return exit_rules.EndingDraft(**(facts | changes))


def ended(world: World, case: Case, **changes: Any) -> Case:
    """The case, ended today as completed, every pupil still in school."""
    exits.end_case(worker_of(world), case, ending(case, **changes), opened_with=case.version)
    return case


def visits_of(case: Case) -> list[MonitoringVisit]:
    """The monitoring visits in the order in which they are due."""
    statement = db.select(MonitoringVisit).where(MonitoringVisit.case_id == case.id).order_by(MonitoringVisit.due_on)
    return list(db.session.scalars(statement))


def found(visit_day: date, *strategies: Strategy, state: str = "still_in_place") -> exit_rules.MonitoringDraft:
    checks = {row.id: exit_rules.Persistence(state) for row in strategies}
    return exit_rules.MonitoringDraft(done_on=visit_day, checks=checks)
