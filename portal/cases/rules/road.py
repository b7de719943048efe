"""The road of a case, from waiting to start until it is closed, with a way back from each stage."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.workflow import Step, Workflow
from portal.policy import Action

STAGES: Mapping[str, str] = {
    "waiting": "Waiting to start",
    "observation": "Observation",
    "plan": "Plan",
    "support": "Support",
    "exit": "Exit",
    "monitoring": "Monitoring",
    "closed": "Closed",
}

ON_BOARD = tuple(stage for stage in STAGES if stage != "closed")
"""The columns of the board; closed cases are listed beside them."""


@dataclass(frozen=True)
class CaseFacts:
    """What the road must know of a case.

    ``work_ended`` says that the outcome and the end of the work are recorded; ``monitoring_settled`` that each
    monitoring visit took place, or that somebody said why it will not; ``agreement_signed_or_waived`` that nothing of
    the agreement with the school holds the work back.
    """

    has_worker: bool = False
    has_start_date: bool = False
    work_ended: bool = False
    monitoring_settled: bool = False
    agreement_signed_or_waived: bool = False
    may_waive: bool = False
    """The reader is who can let the work start without it"""


def _has_worker(facts: CaseFacts) -> list[str]:
    return [] if facts.has_worker else ["Choose a worker first."]


def _has_start_date(facts: CaseFacts) -> list[str]:
    return [] if facts.has_start_date else ["Enter the day on which the work starts."]


def _agreement_stands(facts: CaseFacts) -> list[str]:
    if facts.agreement_signed_or_waived:
        return []
    if facts.may_waive:
        return [
            "The agreement with the school isn't signed. Let the work start without it on the agreement's page, "
            "with a reason, or wait for the school."
        ]
    return ["The agreement with the school isn't signed. Ask the coordinator if the work has to start without it."]


def _work_has_ended(facts: CaseFacts) -> list[str]:
    return [] if facts.work_ended else ["Record first what became of each pupil and how the work ended."]


def _work_goes_on(facts: CaseFacts) -> list[str]:
    return ["The end of the work is recorded. Take it back before support goes on."] if facts.work_ended else []


def _monitoring_is_settled(facts: CaseFacts) -> list[str]:
    if facts.monitoring_settled:
        return []
    return ["A monitoring visit is still to come. Record it, or say why it will not take place."]


def _from(*stages: str) -> frozenset[str]:
    return frozenset(stages)


ROAD: Workflow[CaseFacts] = Workflow(
    STAGES,
    (
        Step(
            "start_observation",
            "Start observation",
            _from("waiting"),
            "observation",
            Action.MOVE_CASE,
            (_has_worker, _has_start_date, _agreement_stands),
        ),
        Step("start_plan", "Start the plan", _from("observation"), "plan", Action.MOVE_CASE),
        Step("start_support", "Start support", _from("plan"), "support", Action.MOVE_CASE),
        Step("begin_exit", "Begin exit", _from("support"), "exit", Action.MOVE_CASE),
        Step("start_monitoring", "Start monitoring", _from("exit"), "monitoring", Action.MOVE_CASE, (_work_has_ended,)),
        Step(
            "close",
            "Close",
            _from("exit", "monitoring"),
            "closed",
            Action.CLOSE_CASE,
            (_work_has_ended, _monitoring_is_settled),
        ),
        Step(
            "stop_early",
            "End early",
            _from("waiting", "observation", "plan"),
            "exit",
            Action.MOVE_CASE,
            reason_asked=True,
        ),
        Step(
            "back_to_waiting",
            "Back to waiting",
            _from("observation"),
            "waiting",
            Action.MOVE_CASE,
            reason_asked=True,
        ),
        Step(
            "back_to_observation",
            "Back to observation",
            _from("plan"),
            "observation",
            Action.MOVE_CASE,
            reason_asked=True,
        ),
        Step("back_to_plan", "Back to the plan", _from("support"), "plan", Action.MOVE_CASE, reason_asked=True),
        Step(
            "back_to_support",
            "Back to support",
            _from("exit"),
            "support",
            Action.MOVE_CASE,
            (_work_goes_on, _agreement_stands),
            reason_asked=True,
        ),
        Step("back_to_exit", "Back to exit", _from("monitoring"), "exit", Action.MOVE_CASE, reason_asked=True),
        Step("back_to_monitoring", "Open again", _from("closed"), "monitoring", Action.CLOSE_CASE, reason_asked=True),
    ),
)

_ORDER = tuple(STAGES)


def next_step(stage: str) -> Step[CaseFacts] | None:
    """The step to the next stage (the card's *Move on*); None once closed. Raises KeyError for an unknown stage."""
    return _step_to(stage, 1)


def previous_step(stage: str) -> Step[CaseFacts] | None:
    """The step to the stage before; None while waiting. Raises KeyError for an unknown stage."""
    return _step_to(stage, -1)


def _step_to(stage: str, direction: int) -> Step[CaseFacts] | None:
    if stage not in STAGES:
        raise KeyError(stage)
    position = _ORDER.index(stage) + direction
    if not 0 <= position < len(_ORDER):
        return None
    return next(step for step in ROAD.available(stage) if step.target == _ORDER[position])


MOVED_BY_MISTAKE = "Moved on the board by mistake."


def undo_of(step: str) -> Step[CaseFacts] | None:
    """The step that takes a move on the board back; None for what is no plain move to the next stage."""
    taken = ROAD.by_name[step]
    back = previous_step(taken.target)
    return back if back and back.target in taken.sources and not taken.reason_asked else None
