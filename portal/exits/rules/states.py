"""How far each column of the Summary of Impact is answered for one piece of work.

The chart itself stands above this feature; a test keeps the two of one mind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from portal.assessments.rules import THRESHOLD, THRIVE, Direction, MeasureDefinition, Reading, change_between
from portal.exits.rules.endings import (
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
from portal.plans.rules import IMPLEMENTED_SUMMARY_LABELS, Implemented, ImplementedSummary, implemented_summary
from portal.voice.rules.heard import HEARD_WORDS, Heard


class ColumnState(StrEnum):
    """What kind of answer a column holds; the last four are answers too."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    IN_PROGRESS = "in_progress"
    AWAITED = "awaited"
    SCHEDULED = "scheduled"


STATE_LABELS: dict[ColumnState, str] = {
    ColumnState.MET: "Met",
    ColumnState.PARTLY: "Partly",
    ColumnState.NOT_MET: "Not met",
    ColumnState.NOT_APPLICABLE: "Not applicable",
    ColumnState.IN_PROGRESS: "In progress",
    ColumnState.AWAITED: "Awaited",
    ColumnState.SCHEDULED: "Scheduled",
}
STATABLE: tuple[ColumnState, ...] = (ColumnState.NOT_APPLICABLE, ColumnState.AWAITED, ColumnState.SCHEDULED)
"""What a person may say of a column; results come from records."""

COLUMNS: dict[str, str] = {
    "placement": "Place at school",
    "how_it_ended": "How the work ended",
    "actions_implemented": "Actions implemented by the school",
    "threshold": "Behaviour threshold",
    "thrive": "Thrive",
    "still_in_place": "Actions still in place",
    "school_feedback": "School feedback",
    "family_feedback": "Family feedback",
    "child_voice": "Child voice",
}
"""The columns that can be met or awaited, in the chart's order."""

_CHILD_COLUMNS = frozenset({"placement", "threshold", "thrive", "family_feedback", "child_voice"})
_SUMMARY_STATES = {
    ImplementedSummary.ALL: ColumnState.MET,
    ImplementedSummary.SOME: ColumnState.PARTLY,
    ImplementedSummary.NONE: ColumnState.NOT_MET,
}
_STILL_STATES = {
    StillInPlace.YES: ColumnState.MET,
    StillInPlace.SOME: ColumnState.PARTLY,
    StillInPlace.NO: ColumnState.NOT_MET,
}
_TONE_STATES = {
    Tone.ALL_POSITIVE: ColumnState.MET,
    Tone.POSITIVE: ColumnState.MET,
    Tone.POSITIVE_EXCEPT: ColumnState.PARTLY,
    Tone.MIXED: ColumnState.PARTLY,
    Tone.NOT_POSITIVE: ColumnState.NOT_MET,
    Tone.NOT_ABLE: ColumnState.NOT_APPLICABLE,
}
_VOICE_STATES = {
    Heard.HEARD_TWICE: ColumnState.MET,
    Heard.HEARD_ONCE: ColumnState.PARTLY,
    Heard.CHOSE_NOT_TO_SAY: ColumnState.NOT_APPLICABLE,
}


@dataclass(frozen=True)
class VisitFound:
    """A monitoring visit that took place."""

    visited_on: date | None = None
    checks: tuple[Persistence, ...] = ()
    answer: StillInPlace | None = None


@dataclass(frozen=True)
class Statement:
    """What somebody, or an earlier chart, said of a column."""

    state: ColumnState
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """A column's state, and the result in words where there is one; ``stated`` when it is only a statement."""

    state: ColumnState
    words: str = ""
    due_on: date | None = None
    stated: bool = False


@dataclass(frozen=True)
class Records:
    """Everything recorded of one piece of work that the columns are made of."""

    outcomes: tuple[PupilOutcome, ...]
    ended: bool
    how_ended: HowEnded | None = None
    strategies: tuple[Implemented, ...] = ()
    readings: tuple[Reading, ...] = ()
    visits: tuple[VisitFound, ...] = ()
    booked_on: date | None = None
    school_feedback: tuple[Feedback, ...] = ()
    family_feedback: tuple[Feedback, ...] = ()
    child_voice: Heard | None = None
    stated: Mapping[str, Statement] = field(default_factory=dict)
    threshold: MeasureDefinition = THRESHOLD
    thrive: MeasureDefinition = THRIVE


def column_answers(records: Records) -> dict[str, Answer]:
    """Every column of ``COLUMNS``: the record's answer, else what was stated, else in progress or awaited."""
    return {column: _answer(records, column) for column in COLUMNS}


def _answer(records: Records, column: str) -> Answer:
    recorded = _RECORDED[column](records)
    if recorded is not None:
        return recorded
    if column in records.stated:
        said = records.stated[column]
        return Answer(said.state, "", said.due_on, stated=True)
    if not records.outcomes and column in _CHILD_COLUMNS:
        return Answer(ColumnState.NOT_APPLICABLE)
    return Answer(ColumnState.AWAITED if records.ended else ColumnState.IN_PROGRESS)


def _placement(records: Records) -> Answer | None:
    pupils = records.outcomes
    if all(pupil.outcome is None for pupil in pupils):
        return None
    continuing = any(pupil.outcome is Outcome.CONTINUING for pupil in pupils)
    kept = {pupil.kept for pupil in pupils}
    if None in kept:
        state = ColumnState.IN_PROGRESS if continuing else ColumnState.AWAITED
    elif kept == {True}:
        state = ColumnState.IN_PROGRESS if continuing else ColumnState.MET
    else:
        state = ColumnState.PARTLY if True in kept else ColumnState.NOT_MET
    return Answer(state, _joined(pupil.words() for pupil in pupils))


def _how_it_ended(records: Records) -> Answer | None:
    if records.how_ended is None:
        return None
    met = records.how_ended is HowEnded.COMPLETED
    return Answer(ColumnState.MET if met else ColumnState.NOT_MET, HOW_ENDED_LABELS[records.how_ended])


def _actions_implemented(records: Records) -> Answer | None:
    summary = implemented_summary(records.strategies)
    if summary is ImplementedSummary.AWAITED:
        return None
    return Answer(_SUMMARY_STATES[summary], IMPLEMENTED_SUMMARY_LABELS[summary])


def _change(measure: MeasureDefinition, readings: Sequence[Reading]) -> Answer | None:
    keys = dict.fromkeys(row.pupil_key for row in readings if row.measure_code == measure.code)
    found = [change_between(measure, [row for row in readings if row.pupil_key == key]) for key in keys]
    changes = [change for change in found if change is not None]
    if not changes:
        return None
    better = [change.direction is Direction.BETTER for change in changes]
    state = ColumnState.MET if all(better) else ColumnState.PARTLY if any(better) else ColumnState.NOT_MET
    return Answer(state, _joined(change.words() for change in changes))


def _still_in_place(records: Records) -> Answer | None:
    found = [(visit.visited_on or date.min, visit_answer(visit)) for visit in records.visits]
    answered = [(day, answer) for day, answer in found if answer]
    if not answered:
        return Answer(ColumnState.SCHEDULED, due_on=records.booked_on) if records.booked_on else None
    # max keeps the first of equals, so the visits are read from the end.
    _, answer = max(reversed(answered), key=lambda pair: pair[0])
    return Answer(_STILL_STATES[answer], STILL_IN_PLACE_LABELS[answer])


def visit_answer(visit: VisitFound) -> StillInPlace | None:
    """What one visit found: strategy by strategy, else as stated."""
    return still_in_place(visit.checks) or visit.answer


def _feedback(said: Sequence[Feedback]) -> Answer | None:
    states = {_TONE_STATES[word] for feedback in that_counts(said) if (word := tone(feedback))}
    if not states:
        return None
    opinions = states - {ColumnState.NOT_APPLICABLE} or states
    state = next(iter(opinions)) if len(opinions) == 1 else ColumnState.PARTLY
    return Answer(state, _joined(told(said)))


def _voice(voice: Heard | None) -> Answer | None:
    return None if voice is None else Answer(_VOICE_STATES[voice], HEARD_WORDS[voice])


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


_RECORDED: dict[str, Callable[[Records], Answer | None]] = {
    "placement": _placement,
    "how_it_ended": _how_it_ended,
    "actions_implemented": _actions_implemented,
    "threshold": lambda records: _change(records.threshold, records.readings),
    "thrive": lambda records: _change(records.thrive, records.readings),
    "still_in_place": _still_in_place,
    "school_feedback": lambda records: _feedback(records.school_feedback),
    "family_feedback": lambda records: _feedback(records.family_feedback),
    "child_voice": lambda records: _voice(records.child_voice),
}
