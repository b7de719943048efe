"""Bringing in the end of work of earlier years: records without tasks, dates or people."""

from collections.abc import Mapping, Sequence
from datetime import date

from portal.cases.models import Case
from portal.exits import rules
from portal.exits.models import MonitoringVisit, PupilOutcome
from portal.exits.operations.cells import state_cell
from portal.kernel import audit

IMPORTED = "imported"


def import_ending(
    case: Case,
    outcomes: Sequence[rules.PupilOutcome],
    *,
    monitoring: rules.StillInPlace | None = None,
    stated: Mapping[str, rules.Statement] | None = None,
) -> None:
    """The end of an imported case: an outcome for each of its pupils in their order, monitoring, and statements.

    The keys of ``outcomes`` are not read; one without an outcome is left out. When and how the work ended stands on
    the case. Raises ValueError unless there is one outcome for each pupil.
    """
    for entry, said in zip(case.pupils, outcomes, strict=True):
        if said.outcome is not None:
            row = PupilOutcome(
                case_id=case.id,
                pupil_id=entry.pupil_id,
                outcome=said.outcome.value,
                placement_holds=said.placement_holds,
                note=said.note or None,
            )
            audit.record(None, "outcome imported", row)
    if monitoring is not None:
        import_monitoring(case, monitoring)
    for column, statement in (stated or {}).items():
        state_cell(None, case, column, statement.state, statement.due_on, statement.note)


def import_monitoring(case: Case, answer: rules.StillInPlace, done_on: date | None = None) -> MonitoringVisit:
    """A monitoring visit of which only its answer is known."""
    visit = MonitoringVisit(case_id=case.id, moment=IMPORTED, answer=answer.value, done_on=done_on, checks=[])
    audit.record(None, "monitoring visit imported", visit)
    return visit
