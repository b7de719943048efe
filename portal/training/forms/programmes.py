"""The forms of programmes."""

from typing import Any

from portal.kernel.forms import EditForm, LongTextField, ManyField, PortalForm, TextField, TickField, WholeNumberField
from portal.training.rules.programmes import MOST_STAFF, ProgrammeDraft


class _Programme:
    name = TextField("Name", required="Give the programme a name.", longest=120)
    summary = LongTextField("What it is about", required="Say in a sentence or two what it is about.", longest=1_000)
    needed_percent = WholeNumberField(
        "Share of staff who must have come, in per cent", least=1, most=100, required="Enter the share of staff."
    )
    topics = ManyField("Topics that count", required="Choose at least one topic that counts.")
    is_active = TickField("Schools take part in it")

    def draft(self: Any) -> ProgrammeDraft:
        return ProgrammeDraft(
            name=self.name.data,
            summary=self.summary.data,
            needed_percent=self.needed_percent.data,
            topic_ids=tuple(int(value) for value in self.topics.data),
            is_active=bool(self.is_active.data),
        )


class ProgrammeForm(_Programme, PortalForm):
    """A new programme."""


class ChangeProgrammeForm(_Programme, EditForm):
    """A programme that was there."""


class StaffForm(PortalForm):
    """How many staff a school has."""

    staff = WholeNumberField(
        "How many staff work with pupils in your school?",
        least=1,
        most=MOST_STAFF,
        required="Enter how many staff work with pupils.",
        description="Teachers, teaching assistants, lunchtime and office staff: everybody who meets pupils",
    )
