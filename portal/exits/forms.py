"""Forms of the end: ending, outcomes, monitoring, and what is said of a column."""

from collections.abc import Sequence
from typing import Any

from portal.exits import rules
from portal.exits.queries import StrategyRow
from portal.kernel.forms import EditForm, LongTextField, NearDateField, RadioField, TextField

_LONGEST_NOTE = 2_000
_LONGEST_REASON = 500
_OUTCOME, _STRATEGY, _NOTE = "outcome_", "strategy_", "note_"
_HOW_ENDED = tuple((how.value, label) for how, label in rules.HOW_ENDED_LABELS.items())
_PERSISTENCE = tuple((found.value, label) for found, label in rules.PERSISTENCE_LABELS.items())
_STILL = tuple((answer.value, label) for answer, label in rules.STILL_IN_PLACE_LABELS.items())
WITHDRAWN = "withdrawn"


def _how_ended() -> RadioField:
    return RadioField("How the work ended", _HOW_ENDED, required="Say how the work ended.")


def _ended_on() -> NearDateField:
    return NearDateField("Last day of the work", required="Enter the date on which the work ended.")


class EndingFields:
    """What the form of an ending answers: one outcome for each pupil."""

    pupils: tuple[tuple[int, str], ...]

    @property
    def outcome_fields(self: Any) -> list[Any]:
        return [self[f"{_OUTCOME}{pupil_id}"] for pupil_id, _ in self.pupils]

    def draft(self: Any) -> rules.EndingDraft:
        return rules.EndingDraft(
            outcomes=tuple(
                rules.outcome_of_choice(pupil_id, self[f"{_OUTCOME}{pupil_id}"].data or "")
                for pupil_id, _ in self.pupils
            ),
            how_ended=rules.HowEnded(self.how_ended.data) if self.how_ended.data else None,
            ended_on=self.ended_on.data,
        )


def ending_form(pupils: Sequence[tuple[int, str]]) -> type[Any]:
    """The form that ends a piece of work with these pupils (id and name)."""
    members: dict[str, Any] = {"pupils": tuple(pupils)}
    for pupil_id, name in pupils:
        members[f"{_OUTCOME}{pupil_id}"] = RadioField(
            f"What became of {name}", rules.OUTCOME_CHOICES, required=f"Choose what became of {name}."
        )
    members["how_ended"], members["ended_on"] = _how_ended(), _ended_on()
    return type("EndingForm", (EndingFields, EditForm), members)


class ChangeEndingForm(EditForm):
    """How and when the work ended."""

    how_ended = _how_ended()
    ended_on = _ended_on()


class OutcomeForm(EditForm):
    """What became of one pupil."""

    outcome = RadioField("What became of the pupil", rules.OUTCOME_CHOICES, required="Choose what became of the pupil.")
    note = LongTextField("Note (optional)", longest=_LONGEST_NOTE)


class ReasonForm(EditForm):
    """A reason that stays on the record."""

    reason = LongTextField("Why", required="Say why, in a few words.", longest=_LONGEST_REASON)


class BookingForm(EditForm):
    """The day that a monitoring visit is booked for."""

    scheduled_for = NearDateField("Day of the visit", required="Enter the day that the visit is booked for.")


class MonitoringFields:
    """What the form of a monitoring visit answers, strategy by strategy."""

    strategies: tuple[StrategyRow, ...]

    @property
    def strategy_fields(self: Any) -> list[tuple[Any, Any]]:
        """For each strategy its choices and its note."""
        return [(self[f"{_STRATEGY}{row.id}"], self[f"{_NOTE}{row.id}"]) for row in self.strategies]

    def draft(self: Any) -> rules.MonitoringDraft:
        found = {row.id: self[f"{_STRATEGY}{row.id}"].data for row in self.strategies}
        answer = self.answer.data if "answer" in self else None
        return rules.MonitoringDraft(
            done_on=self.done_on.data,
            checks={strategy_id: rules.Persistence(state) for strategy_id, state in found.items() if state},
            notes={row.id: self[f"{_NOTE}{row.id}"].data or "" for row in self.strategies},
            answer=rules.StillInPlace(answer) if answer else None,
            note=self.note.data or "",
        )


def monitoring_form(strategies: Sequence[StrategyRow]) -> type[Any]:
    """The form of a monitoring visit; without strategies it asks whether what was agreed is still in place."""
    members: dict[str, Any] = {"strategies": tuple(strategies)}
    members["done_on"] = NearDateField("Date of the visit", required="Enter the date of the visit.")
    for row in strategies:
        members[f"{_STRATEGY}{row.id}"] = RadioField(
            row.words, _PERSISTENCE, required="Say what you saw of every strategy."
        )
        members[f"{_NOTE}{row.id}"] = TextField("Note on this strategy (optional)", longest=_LONGEST_REASON)
    if not strategies:
        words = "Say whether what was agreed is still in place."
        members["answer"] = RadioField("Is what was agreed still in place", _STILL, required=words)
    members["note"] = LongTextField("Note on the visit (optional)", longest=_LONGEST_NOTE)
    return type("MonitoringForm", (MonitoringFields, EditForm), members)


class StatementForm(EditForm):
    """What somebody says of one column of the chart."""

    state = RadioField(
        "What to show in the chart",
        [
            *((state.value, rules.STATE_LABELS[state]) for state in rules.STATABLE),
            (WITHDRAWN, "Nothing of its own: follow the records"),
        ],
        required="Choose what to show in the chart.",
    )
    due_on = NearDateField("Day it is scheduled for")
    note = LongTextField("Note for the chart (optional)", longest=_LONGEST_REASON)
