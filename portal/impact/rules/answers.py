"""What the records of a piece of work answer in each column; None where they are silent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from portal.assessments.rules import (
    Change,
    Direction,
    MeasureDefinition,
    MeasureKind,
    Reading,
    change_between,
    number_text,
)
from portal.exits.rules import (
    HOLDING,
    HOW_ENDED_LABELS,
    STILL_IN_PLACE_LABELS,
    HowEnded,
    Outcome,
    Persistence,
    PupilOutcome,
    StillInPlace,
    still_in_place,
)
from portal.feedback.rules import Feedback, Tone, that_counts, told, tone
from portal.impact.rules.cells import Cell, CellState, long_date, scheduled
from portal.impact.rules.facts import CHILD_VOICE_LABELS, ChildVoice, MonitoringVisit
from portal.plans.rules import IMPLEMENTED_SUMMARY_LABELS, Implemented, ImplementedSummary, implemented_summary

_TONE_STATES = {
    Tone.ALL_POSITIVE: CellState.MET,
    Tone.POSITIVE: CellState.MET,
    Tone.POSITIVE_EXCEPT: CellState.PARTLY,
    Tone.MIXED: CellState.PARTLY,
    Tone.NOT_POSITIVE: CellState.NOT_MET,
    # Nobody could be asked: that is neither praise nor blame.
    Tone.NOT_ABLE: CellState.NOT_APPLICABLE,
}
_SUMMARY_STATES = {
    ImplementedSummary.ALL: CellState.MET,
    ImplementedSummary.SOME: CellState.PARTLY,
    ImplementedSummary.NONE: CellState.NOT_MET,
}
_STILL_STATES = {
    StillInPlace.YES: CellState.MET,
    StillInPlace.SOME: CellState.PARTLY,
    StillInPlace.NO: CellState.NOT_MET,
}
_VOICE_STATES = {
    ChildVoice.HEARD_TWICE: CellState.MET,
    ChildVoice.HEARD_ONCE: CellState.PARTLY,
    ChildVoice.CHOSE_NOT_TO_SAY: CellState.NOT_APPLICABLE,
}


def placement_cell(pupils: Sequence[PupilOutcome]) -> Cell | None:
    """Outcomes of all pupils; met when every place was kept, in progress while one is held by continuing work."""
    if all(pupil.outcome is None for pupil in pupils):
        return None
    counted = Counter(pupil.words() for pupil in pupils)
    value = "; ".join(words if len(pupils) == 1 else f"{words} ({children_words(n)})" for words, n in counted.items())
    kept = sum(pupil.kept is True for pupil in pupils)
    return Cell(value, _placement_state(pupils), joined(pupil.note for pupil in pupils), number=Decimal(kept))


def _placement_state(pupils: Sequence[PupilOutcome]) -> CellState:
    continuing = any(pupil.outcome is Outcome.CONTINUING for pupil in pupils)
    kept = {pupil.kept for pupil in pupils}
    if None in kept:
        return CellState.IN_PROGRESS if continuing else CellState.AWAITED
    if kept == {True}:
        return CellState.IN_PROGRESS if continuing else CellState.MET
    return CellState.PARTLY if True in kept else CellState.NOT_MET


def how_ended_cell(how_ended: HowEnded | None) -> Cell | None:
    """How the work ended: completed is met, stopped is not."""
    if how_ended is None:
        return None
    state = CellState.MET if how_ended is HowEnded.COMPLETED else CellState.NOT_MET
    return Cell(HOW_ENDED_LABELS[how_ended], state)


def implemented_cell(strategies: Sequence[Implemented], stated: ImplementedSummary | None) -> Cell | None:
    """Whether the school put the advice into practice: its strategies decide, else the summary stated as such."""
    summary = implemented_summary(strategies)
    if summary is not ImplementedSummary.AWAITED:
        yes, partly = strategies.count(Implemented.YES), strategies.count(Implemented.PARTLY)
        note = f"{yes} of {len(strategies)} strategies" + (f", {partly} partly" if partly else "")
        return Cell(IMPLEMENTED_SUMMARY_LABELS[summary], _SUMMARY_STATES[summary], note)
    if stated is None or stated is ImplementedSummary.AWAITED:
        return None
    return Cell(IMPLEMENTED_SUMMARY_LABELS[stated], _SUMMARY_STATES[stated])


def change_cell(measure: MeasureDefinition, readings: Sequence[Reading]) -> Cell | None:
    """The change of every pupil who has one; the number is their mean, positive for better, in the measure's unit."""
    keys = dict.fromkeys(reading.pupil_key for reading in readings if reading.measure_code == measure.code)
    found = [change_between(measure, [row for row in readings if row.pupil_key == key]) for key in keys]
    changes = [change for change in found if change is not None]
    if not changes:
        return None
    note = "" if len(keys) == 1 else f"{len(changes)} of {len(keys)} pupils with a change"
    mean = sum((change.improvement for change in changes), Decimal(0)) / len(changes)
    return Cell("; ".join(map(_change_words, changes)), _change_state(changes), note, number=mean)


def _change_words(change: Change) -> str:
    """The column is headed "Increase", so a rise in per cent stands there as the bare figure, as services print it."""
    if change.definition.kind is MeasureKind.PERCENT and change.direction is Direction.BETTER:
        return f"{number_text(change.improvement)}%"
    return change.words()


def _change_state(changes: Sequence[Change]) -> CellState:
    better = [change.direction is Direction.BETTER for change in changes]
    if all(better):
        return CellState.MET
    return CellState.PARTLY if any(better) else CellState.NOT_MET


def monitoring_cell(visits: Iterable[MonitoringVisit], booked_on: date | None) -> Cell | None:
    """What the last answered monitoring visit found, else the day that one is booked for."""
    found = [(visit, answer) for visit in visits if (answer := visit_answer(visit))]
    if not found:
        return scheduled(booked_on) if booked_on else None
    # max keeps the first of equals, so the visits are read from the end; one without a date came before the portal.
    last, answer = max(reversed(found), key=lambda pair: pair[0].visited_on or date.min)
    return Cell(STILL_IN_PLACE_LABELS[answer], _STILL_STATES[answer], joined(_visit_notes(last, booked_on)))


def visit_answer(visit: MonitoringVisit) -> StillInPlace | None:
    """What one visit found: strategy by strategy, else as stated."""
    return still_in_place(visit.checks) or visit.answer


def _visit_notes(visit: MonitoringVisit, booked_on: date | None) -> Iterable[str]:
    seen = [check for check in visit.checks if check is not Persistence.NOT_SEEN]
    if seen:
        yield f"{sum(check in HOLDING for check in seen)} of {len(seen)} strategies seen"
    if visit.visited_on:
        yield f"visited on {long_date(visit.visited_on)}"
    if booked_on and (visit.visited_on is None or booked_on > visit.visited_on):
        yield f"next visit booked for {long_date(booked_on)}"


def feedback_cell(feedbacks: Sequence[Feedback]) -> Cell | None:
    """The tone of what counts of one side's feedback; the note keeps the words of all of it."""
    states = {_TONE_STATES[spoken] for feedback in that_counts(feedbacks) if (spoken := tone(feedback))}
    if not states:
        return None
    # Somebody who could not be asked does not change what the others said.
    opinions = states - {CellState.NOT_APPLICABLE} or states
    state = opinions.pop() if len(opinions) == 1 else CellState.PARTLY
    return Cell(joined(told(feedbacks)), state, joined(row.note() for row in feedbacks if tone(row)))


def voice_cell(voice: ChildVoice | None) -> Cell | None:
    """How far the children were heard."""
    return None if voice is None else Cell(CHILD_VOICE_LABELS[voice], _VOICE_STATES[voice])


def children_words(count: int) -> str:
    """A number of children: "1 child", "2 children"."""
    return "1 child" if count == 1 else f"{count} children"


def joined(parts: Iterable[str]) -> str:
    """Different texts in a line, each once and in order, empty ones left out."""
    return "; ".join(dict.fromkeys(part for part in parts if part))
