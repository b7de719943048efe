"""Goals in a person's own words, rated from 0 to 10 and again later."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from portal.assessments import queries, rules
from portal.assessments.models import Goal, Reading
from portal.assessments.operations.readings import record_reading
from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor

MEASURE = "goal"


def set_goal(actor: Actor, case: Case, draft: rules.GoalDraft) -> Goal:
    """Keeps a goal of a pupil, with its first rating where there is one. Raises ``Refused``, also for a fourth goal."""
    ensure(actor, Action.RECORD_READING, scope_of(case))
    queries.measure_for(MEASURE)
    # Of two who set the third goal at once, the second waits here and is then told.
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    left = queries.goals_left(case)
    if draft.pupil_id is None or draft.pupil_id not in left:
        raise Refused("Choose the pupil whose goal it is.")
    others = rules.MOST_GOALS - left[draft.pupil_id]
    problems = rules.goal_problems(draft, others, clock.today())
    if problems:
        raise Refused(*problems.values())
    goal = Goal(
        case_id=case.id,
        pupil_id=draft.pupil_id,
        words=draft.words.strip(),
        set_by=draft.set_by,
        position=others + 1,
    )
    db.session.add(goal)
    audit.record(actor, "goal set", goal)
    if draft.value is not None:
        first = rules.ReadingDraft(value=Decimal(draft.value), informant=draft.set_by, taken_on=draft.taken_on)
        rate_goal(actor, case, goal, first)
    return goal


def rate_goal(actor: Actor, case: Case, goal: Goal, draft: rules.ReadingDraft) -> Reading:
    """Rates the goal from 0 to 10. Raises ``Refused`` with what is wrong with the rating."""
    return record_reading(actor, case, MEASURE, replace(draft, pupil_id=goal.pupil_id), goal=goal)


def change_goal(actor: Actor, case: Case, goal: Goal, words: str, set_by: str, *, opened_with: int | None) -> Goal:
    """Changes a goal's words, as the person says them now. Raises ``EditConflict`` or ``Refused``."""
    ensure(actor, Action.RECORD_READING, scope_of(case))
    check_version(goal, opened_with)
    problems = rules.goal_problems(rules.GoalDraft(goal.pupil_id, words, set_by), 0, clock.today())
    if problems:
        raise Refused(*problems.values())
    goal.words, goal.set_by = words.strip(), set_by
    audit.record(actor, "goal changed", goal)
    return goal
