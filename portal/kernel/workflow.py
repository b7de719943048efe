"""The road: which steps a record may take from where it stands, and what must hold before each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Facts = TypeVar("Facts")
Guard = Callable[[Facts], list[str]]


@dataclass(frozen=True)
class Step(Generic[Facts]):
    """One step of a road.

    ``needs`` is the policy action (a plain value, so that the road does not lean on the policy) that a person must
    hold; each guard looks at the facts and answers sentences that say what stands in the way and how to mend it.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str
    needs: Any
    guards: tuple[Guard[Facts], ...] = ()
    reason_asked: bool = False


@dataclass(frozen=True)
class Workflow(Generic[Facts]):
    """All steps of one kind of record, in the order in which its buttons stand."""

    statuses: Mapping[str, str]
    steps: tuple[Step[Facts], ...]
    by_name: Mapping[str, Step[Facts]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {step.name: step for step in self.steps})
        for step in self.steps:
            unknown = (step.sources | {step.target}) - set(self.statuses)
            if unknown:
                raise ValueError(f"step {step.name} names unknown statuses {sorted(unknown)}")

    def label(self, step: str) -> str:
        """What the step's button says; its name for a step that the road no longer has."""
        return self.by_name[step].label if step in self.by_name else step.replace("_", " ")

    def available(self, status: str) -> tuple[Step[Facts], ...]:
        """The steps whose sources hold ``status``; guards are not asked."""
        return tuple(step for step in self.steps if status in step.sources)

    def problems(self, name: str, status: str, facts: Facts) -> list[str]:
        """Why the step cannot be taken now, as sentences; empty when it can. Raises KeyError for an unknown step."""
        step = self.by_name[name]
        if status not in step.sources:
            return [f"This is not possible while the record is “{self.statuses[status].lower()}”."]
        return [problem for guard in step.guards for problem in guard(facts)]
