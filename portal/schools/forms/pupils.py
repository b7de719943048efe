"""Forms of pupils and the people around them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    KnownDateField,
    LongTextField,
    ManyField,
    PortalForm,
    RadioField,
    TextField,
    TickField,
    YesNoField,
)
from portal.schools import rules

_TEXTS = (
    *("given_name", "family_name", "year_group", "upn", "upn_unknown_reason", "sen_status", "sen_need"),
    *("social_care", "gender", "ethnicity", "first_language", "address", "phone", "diagnosis", "lone_visit_warning"),
)


class BirthField(KnownDateField):
    """A date of birth that also draws itself when it comes back empty."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(valuelist)
        finally:
            # The drawing wants three parts. A date that lacks its day is wrong, not empty: the first part stays true.
            day, month, year = [*(self.raw_data or ()), "", "", ""][:3]
            self.raw_data = [day or (" " if month or year else ""), month, year]


class _PupilFields:
    given_name = TextField("First name", required="Enter the pupil's first name.", longest=80)
    family_name = TextField("Family name", required="Enter the pupil's family name.", longest=80)
    born_on = BirthField("Date of birth", required="Enter the date of birth.", description="For example, 3 5 2016")
    year_group = ChoiceField("Year group", rules.YEAR_GROUPS.items(), blank="Not known")
    upn = TextField(
        "Unique pupil number (UPN)",
        longest=40,
        description="A letter and twelve more characters. A temporary number is accepted.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    upn_unknown_reason = ChoiceField(
        "If the UPN is not known: why", rules.UPN_UNKNOWN_REASONS.items(), blank="Choose if it is not known"
    )
    sen_status = RadioField("SEN status", rules.SEN_PROVISION.items())
    sen_need = ChoiceField("Main need", rules.SEN_NEED.items(), blank="None", description="With SEN support or a plan")
    diagnosis = LongTextField("Diagnosis", longest=4000)
    looked_after = YesNoField("Looked after by a local authority")
    social_care = ChoiceField("Social care", rules.SOCIAL_CARE.items(), blank="Not said")
    gender = ChoiceField("Gender", rules.GENDERS.items(), blank="Not said")
    ethnicity = TextField("Ethnicity", longest=80)
    first_language = TextField("First language", longest=80)
    interpreter_needed = YesNoField("The family needs an interpreter")
    address = LongTextField("Home address", longest=500)
    phone = TextField("Home phone", longest=30, render_kw={"inputmode": "tel"})
    lone_visit_warning = LongTextField(
        "Reasons a home visit should not be made alone",
        longest=1000,
        description="Shown as a warning wherever a visit is planned or logged.",
    )

    def _filled(self, base: rules.PupilDraft) -> rules.PupilDraft:
        form: Any = self
        texts = {name: getattr(form, name).data or "" for name in _TEXTS}
        return replace(
            base,
            born_on=form.born_on.data,
            looked_after=form.looked_after.answer,
            interpreter_needed=form.interpreter_needed.answer,
            **texts,
        )


class NewPupilForm(_PupilFields, PortalForm):
    """A pupil who is not there yet; the school is asked of people who have several."""

    school_id = ChoiceField("School", required="Choose the school that keeps this record.")
    no_school_reason = ChoiceField(
        "If there is no current school: why", rules.NO_SCHOOL_REASONS.items(), blank="The pupil goes to this school"
    )

    def draft(self) -> rules.PupilDraft:
        return replace(self._filled(rules.PupilDraft()), no_school_reason=self.no_school_reason.data or "")


class ChangePupilForm(_PupilFields, EditForm):
    """A pupil who is there. Where they go to school is not asked here."""

    def draft(self, opened: rules.PupilDraft) -> rules.PupilDraft:
        """What was typed; all that this form does not ask stays as it was opened."""
        return self._filled(opened)


class ChannelsField(ManyField):
    """The safe ways to reach somebody: a text with commas outside, checkboxes inside."""

    def process_data(self, value: Any) -> None:
        super().process_data(sorted(rules.channels_of(value or "")))


class _ContactFields:
    name = TextField("Name", required="Enter the person's name.", longest=120)
    relationship_code = ChoiceField(
        "Who they are to the pupil",
        rules.RELATIONSHIPS.items(),
        required="Choose how this person is related to the pupil.",
    )
    parental_responsibility = YesNoField("Parental responsibility")
    do_not_contact = TickField("Do not contact this person")
    do_not_contact_reason = LongTextField(
        "Why not", longest=1000, description="For example a court order. Shown to everyone who may see the pupil."
    )
    phone = TextField("Phone", longest=30, render_kw={"inputmode": "tel"})
    email = TextField("E-mail address", longest=254, render_kw={"inputmode": "email", "spellcheck": "false"})
    address = LongTextField("Postal address", longest=500)
    safe_channels = ChannelsField(
        "Safe ways to reach them",
        rules.CONTACT_CHANNELS.items(),
        description="Only what is ticked is offered. Ask the family: a shared phone or an open letter can be unsafe.",
    )
    language = TextField("Language they like best", longest=80)

    def draft(self) -> rules.ContactDraft:
        form: Any = self
        names = ("name", "relationship_code", "do_not_contact_reason", "phone", "email", "address", "language")
        texts: dict[str, Any] = {name: getattr(form, name).data or "" for name in names}
        return rules.ContactDraft(
            parental_responsibility=form.parental_responsibility.answer,
            safe_channels=rules.channels_text(form.safe_channels.data or ()),
            do_not_contact=bool(form.do_not_contact.data),
            **texts,
        )


class NewContactForm(_ContactFields, PortalForm):
    """A person who is not there yet."""


class ContactForm(_ContactFields, EditForm):
    """A person who is there."""
