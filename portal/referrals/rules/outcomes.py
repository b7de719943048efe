"""A decision as somebody records it, and where the piece of work that followed stands now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Decision:
    """A coded decision; the school reads reason and conditions. ``signpost…`` is asked with “signpost elsewhere”."""

    decision: str = ""
    reason: str = ""
    conditions: str = ""
    route: str = "direct"
    signpost: str = ""
    signpost_contact: str = ""


@dataclass(frozen=True)
class CaseStage:
    """The work that a referral led to: the stage's label, who works on it, the next thing due, and its reference."""

    stage: str
    workers: tuple[str, ...] = ()
    due_on: date | None = None
    reference: str = ""


@dataclass(frozen=True)
class PupilCase:
    """A case that a pupil belongs to, for who looks for earlier work; ``stage`` is a label."""

    reference: str
    school: str
    stage: str
    referral_id: int | None


class CasesOfPupils(Protocol):
    """What cases tell of pupils (by pupil id): every case of theirs, the newest first; ``app`` plugs it in."""

    def __call__(self, pupil_ids: Collection[int]) -> Mapping[int, Sequence[PupilCase]]: ...


class CaseStages(Protocol):
    """What cases, which lie above, tell of the work that came from referrals (by referral id); ``app`` plugs it in."""

    def __call__(self, referral_ids: Collection[int]) -> Mapping[int, CaseStage]: ...
