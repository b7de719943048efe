"""The road: what is offered, what a guard says, and what a wrong table is told."""

import pytest

from portal.kernel.workflow import Step, Workflow


def _locked(facts: bool) -> list[str]:
    return ["The door is locked."] if facts else []


def _dark(facts: bool) -> list[str]:
    return ["It is dark."] if facts else []


STATUSES = {"outside": "Outside", "inside": "Inside", "gone": "Gone"}
ENTER: Step[bool] = Step("enter", "Go in", frozenset({"outside"}), "inside", "ENTER", (_locked, _dark))
LEAVE: Step[bool] = Step("leave", "Go away", frozenset({"outside", "inside"}), "gone", "LEAVE", reason_asked=True)
HOUSE: Workflow[bool] = Workflow(STATUSES, (ENTER, LEAVE))


@pytest.mark.parametrize(("status", "steps"), [("outside", (ENTER, LEAVE)), ("inside", (LEAVE,)), ("gone", ())])
def test_available_steps_keep_the_order_of_the_table(status: str, steps: tuple[Step[bool], ...]) -> None:
    assert HOUSE.available(status) == steps


def test_a_step_without_an_objection_has_no_problems() -> None:
    assert HOUSE.problems("enter", "outside", False) == []


def test_every_guard_speaks() -> None:
    assert HOUSE.problems("enter", "outside", True) == ["The door is locked.", "It is dark."]


def test_a_step_from_elsewhere_says_where_the_record_is_and_asks_no_guard() -> None:
    assert HOUSE.problems("enter", "inside", True) == ["This is not possible while the record is “inside”."]


def test_an_unknown_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        HOUSE.problems("fly", "outside", False)


@pytest.mark.parametrize(
    "step",
    [
        Step[bool]("enter", "Go in", frozenset({"roof"}), "inside", "ENTER"),
        Step[bool]("enter", "Go in", frozenset({"outside"}), "cellar", "ENTER"),
    ],
)
def test_a_table_with_an_unknown_status_is_refused(step: Step[bool]) -> None:
    with pytest.raises(ValueError, match="step enter names unknown statuses"):
        Workflow(STATUSES, (step,))
