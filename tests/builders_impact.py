"""Records behind a row of the chart, with sensible defaults, on a case that ``builders_cases`` made."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from portal.accounts.models import Person
from portal.assessments.operations import import_reading
from portal.assessments.rules import THRESHOLD, THRIVE
from portal.cases.models import Allocation, Case
from portal.exits.models import MonitoringVisit, PupilOutcome, StatedCell, StrategyCheck
from portal.extensions import db
from portal.feedback import rules as said
from portal.feedback.operations import import_feedback
from portal.kernel import clock
from portal.kernel.audit import record
from portal.plans.models import Strategy
from portal.plans.operations import import_strategy
from portal.plans.rules import Implemented
from portal.visits.models import Visit
from tests import builders_cases as cases


def visit(case: Case, worker: Person | None, minutes: int, *, cover: bool = False) -> Visit:
    """Time of a worker of the case; cover belongs to no allocation."""
    allocation = next((a for a in case.allocations if worker and a.person_id == worker.id), None)
    made = Visit(
        case=case,
        school_id=case.school_id,
        person_id=worker.id if worker else None,
        allocation_id=None if cover or allocation is None else allocation.id,
        kind="direct_work",
        on_date=clock.today() - timedelta(days=1),
        minutes=minutes,
        logged_at=clock.now(),
    )
    record(None, "visit logged", made)
    return made


def outcome(case: Case, code: str = "stayed", *, holds: bool = True, note: str | None = None) -> None:
    """The same outcome for every pupil of the case."""
    for entry in case.pupils:
        made = PupilOutcome(
            case=case,
            pupil_id=entry.pupil_id,
            outcome=code,
            placement_holds=holds,
            note=note,
            recorded_on=clock.today(),
        )
        record(None, "outcome recorded", made)


def ended(case: Case, on: date, how: str = "completed") -> None:
    """The work ended; monitoring follows."""
    case.ended_on, case.how_ended, case.stage = on, how, "monitoring"
    record(None, "case ended", case)


def threshold(case: Case, *steps: int) -> None:
    """Readings of the first pupil's behaviour threshold, in this order."""
    for order, step in enumerate(steps):
        import_reading(case, case.pupils[0].pupil, THRESHOLD.code, value=Decimal(step), order=order)


def thrive(case: Case, increase: int) -> None:
    import_reading(case, case.pupils[0].pupil, THRIVE.code, increase=Decimal(increase))


def strategies(case: Case, *states: Implemented) -> list[Strategy]:
    return [import_strategy(case, f"Strategy {place}", state) for place, state in enumerate(states, start=1)]


def monitoring(
    case: Case,
    found: Sequence[tuple[Strategy, str]] = (),
    *,
    moment: str = "weeks",
    done_on: date | None = None,
    scheduled_for: date | None = None,
    not_done: str | None = None,
) -> MonitoringVisit:
    made = MonitoringVisit(
        case=case, moment=moment, done_on=done_on, scheduled_for=scheduled_for, not_done_reason=not_done
    )
    made.checks = [StrategyCheck(strategy_id=strategy.id, state=state) for strategy, state in found]
    record(None, "monitoring visit recorded", made)
    return made


def feedback(case: Case, source: str, answers: dict[str, str], *, good: str = "", better: str = "") -> None:
    given = {aspect: said.Answer(answer) for aspect, answer in answers.items()}
    import_feedback(
        case,
        said.Feedback(said.Source(source), answers=given, good_words=good, better_words=better, given_on=clock.today()),
    )


def stated(case: Case, column: str, state: str, *, note: str | None = None, due_on: date | None = None) -> None:
    made = StatedCell(case=case, column=column, state=state, note=note, due_on=due_on, stated_at=clock.now())
    record(None, "cell stated", made)


def whole_case(world: cases.World, *, ended_on: date, steps: tuple[int, ...] = (12, 7), words: str = "Calm") -> Case:
    """A case of Maya's with everything that a row can show, ended on a day."""
    case = cases.case(world)
    visit(case, world.worker, 390 * 3)
    outcome(case)
    threshold(case, *steps)
    thrive(case, 12)
    plan = strategies(case, Implemented.YES, Implemented.PARTLY)
    monitoring(case, [(plan[0], "still_in_place"), (plan[1], "stopped")], done_on=ended_on)
    feedback(case, "school", {"heard": "good", "advice": "good", "length": "mixed"}, good=words)
    feedback(case, "family", {"heard": "good"})
    ended(case, ended_on)
    return case


def second_worker(world: cases.World, case: Case) -> Allocation:
    """The colleague joins the case."""
    made = Allocation(person=world.colleague, starts_on=clock.today())
    case.allocations.append(made)
    record(None, "worker allocated", case)
    db.session.flush()
    return made
