"""The forms of a plan: a strategy of a case or a school, and the buttons that say whether it is in practice."""

from typing import Any

from portal.kernel.forms import ChoiceField, EditForm, LongTextField, NearDateField, PortalForm, RadioField, TextField
from portal.plans import rules

_STATES = [(state.value, label) for state, label in rules.IMPLEMENTED_LABELS.items()]


class _Strategy:
    """The fields of a strategy, whether it is new or changed."""

    words = LongTextField(
        "Strategy",
        required="Say what the strategy is.",
        longest=rules.LONGEST_WORDS,
        description="One thing the school does, in words the school would use",
    )
    owner = TextField(
        "Who at the school takes it on",
        required="Say who takes the strategy on.",
        longest=rules.LONGEST_OWNER,
        description="A name or a role, such as class teacher",
    )
    advised_on = NearDateField("Advised on")

    def draft(self: Any) -> rules.StrategyDraft:
        """The strategy as typed; a new one is not yet known to be in practice."""
        chosen = self.implemented.data if "implemented" in self else None
        return rules.StrategyDraft(
            words=self.words.data or "",
            owner=self.owner.data or "",
            advised_on=self.advised_on.data,
            implemented=rules.Implemented(chosen) if chosen else rules.Implemented.NOT_YET_KNOWN,
        )


class NewStrategyForm(_Strategy, PortalForm):
    """A strategy to be added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:  # on a case's page it stands beside forms of other features
            field.id = field.label.field_id = f"strategy-{field.id}"


class StrategyForm(_Strategy, EditForm):
    """A strategy to be changed."""

    implemented = RadioField("In practice at the school", _STATES, required="Say whether it is in practice.")


class StateForm(EditForm):
    """One button a state."""

    state = ChoiceField("In practice", _STATES, required="Choose one of the four buttons.")


class _SchoolStrategy(_Strategy):
    """The fields of a school's strategy."""

    place = TextField(
        "Where or when it applies",
        required="Say where or when it applies.",
        longest=rules.LONGEST_PLACE,
        description="A room, a time or a routine, such as the lunch hall or the start of the day",
    )

    def draft(self: Any) -> rules.SchoolStrategyDraft:
        of_case = _Strategy.draft(self)
        return rules.SchoolStrategyDraft(
            words=of_case.words,
            owner=of_case.owner,
            advised_on=of_case.advised_on,
            implemented=of_case.implemented,
            place=self.place.data or "",
        )


class NewSchoolStrategyForm(_SchoolStrategy, PortalForm):
    """A strategy to be added to a school."""


class SchoolStrategyForm(_SchoolStrategy, EditForm):
    """A school's strategy to be changed."""

    implemented = RadioField("In practice at the school", _STATES, required="Say whether it is in practice.")
