"""The forms of events."""

from typing import Any

from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    ManyField,
    NearDateField,
    PortalForm,
    TextField,
    TimeField,
    WholeNumberField,
    YesNoField,
)
from portal.training.rules import to_utc
from portal.training.rules.events import KINDS, LONGEST, MOST_PEOPLE, SHORTEST, EventDraft


class _Event:
    kind = ChoiceField("What kind of event is it?", KINDS.items(), required="Choose what kind of event it is.")
    title = TextField("Title", required="Enter a title, such as “SENDCo network, autumn term”.", longest=160)
    about = LongTextField("What it is about (optional)", longest=2_000)
    on = NearDateField("Date", required="Enter the date.")
    at = TimeField("Starts at", required="Enter the time at which it starts.")
    minutes = WholeNumberField("Length in minutes", least=SHORTEST, most=LONGEST, required="Enter the length.")
    place = TextField("Where", required="Enter where it takes place.", longest=200)

    def draft(self: Any) -> EventDraft:
        starts_at = to_utc(self.on.data, self.at.data) if self.on.data and self.at.data else None
        return EventDraft(
            kind=self.kind.data or "",
            title=self.title.data or "",
            about=self.about.data or "",
            starts_at=starts_at,
            minutes=self.minutes.data,
            place=self.place.data or "",
        )


class EventForm(_Event, PortalForm):
    """A new event."""


class ChangeEventForm(_Event, EditForm):
    """An event that was there."""


class InviteForm(PortalForm):
    """Schools to invite."""

    schools = ManyField("Schools to invite", required="Choose at least one school.")


class InvitationForm(PortalForm):
    """A school's answer."""

    comes = YesNoField("Does your school come?", required="Say whether your school comes.")
    people = WholeNumberField("If yes, how many people?", least=1, most=MOST_PEOPLE)


class SharedForm(EditForm):
    """What was shared at the event."""

    shared = LongTextField(
        "What was shared",
        longest=8_000,
        description="Main points, agreed actions, where to find papers. Name no child: every invited school reads it.",
    )


class CancelForm(EditForm):
    """Why an event is not held."""

    note = LongTextField("Why is it cancelled?", required="Say why, in a few words. Everybody invited reads it.")
