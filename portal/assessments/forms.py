"""Forms of measures: a reading of any measure, a goal, a measure of the service's own."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import Field

from portal.assessments import rules
from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    ManyField,
    NearDateField,
    NumberField,
    PortalForm,
    RadioField,
    TextField,
    TickField,
    WholeNumberField,
)

Kind = rules.MeasureKind
_LONGEST_NOTE = 2_000
_MOST_RADIOS = 6


class ReadingFields:
    """What every reading form answers, whichever fields its measure has."""

    definition: rules.MeasureDefinition

    def draft(self: Any) -> rules.ReadingDraft:
        return rules.ReadingDraft(
            pupil_id=int(self.pupil_id.data) if "pupil_id" in self and self.pupil_id.data else self.only_pupil_id,
            value=self._value(),
            increase=_decimal(self.increase.data) if "increase" in self else None,
            informant=(self.informant.data or "") if "informant" in self else "",
            edition=(self.edition.data or "") if "edition" in self else "",
            taken_on=self.taken_on.data,
            note=self.note.data or "",
        )

    def _value(self: Any) -> Decimal | None:
        if self.definition.kind is not Kind.ORDERED:
            return _decimal(self.value.data)
        return Decimal(self.definition.labels.index(self.value.data) + 1) if self.value.data else None


def _decimal(number: Decimal | int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def reading_form(
    definition: rules.MeasureDefinition, pupils: Sequence[tuple[str, str]], *, edit: bool = False
) -> type[Any]:
    """The form of one measure: only the fields that it needs. ``pupils`` are choices; a single one is not asked."""
    members: dict[str, Any] = {"definition": definition, "only_pupil_id": int(pupils[0][0]) if pupils else None}
    if len(pupils) > 1:
        members["pupil_id"] = RadioField("Pupil", pupils, required="Choose the pupil whom the reading is of.")
    members["value"] = _value_field(definition)
    if definition.change_alone:
        members["increase"] = _increase_field(definition)
    if definition.informants:
        offered = [(code, rules.INFORMANTS[code]) for code in definition.informants]
        members["informant"] = RadioField("Who it comes from", offered, required="Say who the reading comes from.")
    if definition.versions:
        members["edition"] = _edition_field(definition)
    members["taken_on"] = NearDateField("Date of the reading", required="Enter the date of the reading.")
    members["note"] = LongTextField("Note (optional)", longest=_LONGEST_NOTE)
    return type("ReadingForm", (ReadingFields, EditForm if edit else PortalForm), members)


def _value_field(definition: rules.MeasureDefinition) -> Field:
    alone = definition.change_alone
    required = None if alone else f"Enter the reading of {definition.name}."
    hint = definition.result_words
    if definition.kind is Kind.ORDERED:
        steps = [(label, label) for label in definition.labels]
        kind = RadioField if len(steps) <= _MOST_RADIOS else ChoiceField
        return kind("Reading", steps, required=required, description=hint)
    least, most = _range(definition)
    if definition.kind in rules.WHOLE_KINDS:
        return WholeNumberField("Reading", least=int(least), most=int(most), required=required, description=hint)
    label = "Reading, in per cent" if definition.kind is Kind.PERCENT else "Reading"
    return NumberField(label, least=float(least), most=float(most), required=required, description=hint)


def _range(definition: rules.MeasureDefinition) -> tuple[Decimal, Decimal]:
    low, high = definition.lowest(), definition.highest()
    return (Decimal(0) if low is None else low), (Decimal(1_000_000) if high is None else high)


def _increase_field(definition: rules.MeasureDefinition) -> Field:
    low, high = _range(definition)
    span = float(high - low)
    hint = "Only where the two readings are not to be had. Leave the reading empty then. A fall has a minus sign."
    return NumberField("Or the increase alone", least=-span, most=span, description=hint)


def _edition_field(definition: rules.MeasureDefinition) -> Field:
    offered = [(words, words) for words in definition.versions]
    over_time = set(definition.versions) <= set(rules.PERIODS)
    label = "Period that it covers" if over_time else "Version"
    required = "Choose the period that it covers." if over_time else "Choose the version."
    return RadioField(label, offered, required=required)


_SETTERS = tuple(rules.GOAL_SETTERS.items())


class GoalForm(PortalForm):
    """A new goal, with its first rating."""

    pupil_id = RadioField("Pupil", required="Choose the pupil whose goal it is.")
    words = LongTextField(
        "The goal, in the person's own words",
        required="Write the goal in the person's own words.",
        longest=rules.LONGEST_GOAL,
    )
    set_by = RadioField("Whose goal it is", _SETTERS, required="Say whose goal it is.")
    value = WholeNumberField(
        "How close today, 0 to 10 (optional)", least=0, most=10, description="0 is not at all, 10 is reached"
    )
    taken_on = NearDateField("Date of the rating", required="Enter the date of the rating.")

    def draft(self) -> rules.GoalDraft:
        return rules.GoalDraft(
            pupil_id=int(self.pupil_id.data) if self.pupil_id.data else None,
            words=self.words.data or "",
            set_by=self.set_by.data or "",
            value=self.value.data,
            taken_on=self.taken_on.data,
        )


class GoalWordsForm(EditForm):
    """A goal as the person says it now."""

    words = LongTextField(
        "The goal, in the person's own words",
        required="Write the goal in the person's own words.",
        longest=rules.LONGEST_GOAL,
    )
    set_by = RadioField("Whose goal it is", _SETTERS, required="Say whose goal it is.")


class MeasureForm(PortalForm):
    """A measure of the service's own."""

    name = TextField("Name", required="Enter the name of the measure.", longest=rules.LONGEST_NAME)
    kind = RadioField(
        "What it is",
        [(kind.value, words) for kind, words in rules.OWN_KINDS.items()],
        required="Choose an ordered scale or a count.",
    )
    better = RadioField(
        "What is better for the pupil",
        [("higher", "A higher step or number"), ("lower", "A lower step or number")],
        required="Say which way is better for the pupil.",
    )
    labels = LongTextField(
        "Steps of an ordered scale",
        longest=1_000,
        description=f"One on each line, the lowest first; from 2 to {rules.MOST_LABELS}. Empty for a count.",
    )
    unit = TextField(
        "What is counted",
        longest=rules.LONGEST_UNIT,
        description="One of it, such as “late arrival” or “incident a week”. Empty for an ordered scale.",
    )
    over_period = TickField("A count over a period: the period is asked with each reading")
    informants = ManyField("Who may give it (choose none where it does not matter)", rules.INFORMANTS.items())

    def draft(self) -> rules.MeasureDraft:
        lines = (self.labels.data or "").split("\n")
        return rules.MeasureDraft(
            name=self.name.data or "",
            kind=self.kind.data or "",
            higher_is_better={"higher": True, "lower": False}.get(self.better.data or ""),
            labels=tuple(line.strip() for line in lines if line.strip()),
            unit=self.unit.data or "",
            informants=tuple(self.informants.data or ()),
            over_period=bool(self.over_period.data),
        )
