"""Forms of agreements: texts, signing, asking for a change, answering, starting without."""

from wtforms import HiddenField

from portal.agreements import rules
from portal.kernel.forms import (
    LONG,
    MEDIUM,
    EditForm,
    LongTextField,
    NearDateField,
    PortalForm,
    RadioField,
    TextField,
    TickField,
)

_EACH_LINE = "One promise to a line"


class SeriesForm(PortalForm):
    """For which service lines a new version is."""

    series = RadioField("For which service lines?", required="Choose for which service lines the text is.")


class TextForm(EditForm):
    """A draft, part by part."""

    school = LongTextField(rules.SECTIONS["school"], longest=rules.LONGEST_SECTION, description=_EACH_LINE)
    service = LongTextField(rules.SECTIONS["service"], longest=rules.LONGEST_SECTION, description=_EACH_LINE)
    sharing = LongTextField(rules.SECTIONS["sharing"], longest=rules.LONGEST_SECTION, description=_EACH_LINE)
    stopping = LongTextField(rules.SECTIONS["stopping"], longest=rules.LONGEST_SECTION, description=_EACH_LINE)

    def draft(self) -> rules.TextDraft:
        parts = {part: self[part].data or "" for part in rules.SECTIONS}
        return rules.TextDraft(**parts)


class PublishForm(EditForm):
    """A word on what changed."""

    what_changed = LongTextField(
        "What changed?", longest=MEDIUM, description="Schools read it before they sign, beside the earlier words"
    )


class DiscardForm(EditForm):
    """Throws a draft away."""


class SignForm(PortalForm):
    """The head teacher signs what stands above. The digest tells which exact text was on the page."""

    digest = HiddenField()
    contact = TextField("Who is your contact person for this work?", description="Whom we turn to: name and role")
    name = TextField("Your name")
    role = TextField("Your role at the school", description="Such as head teacher")
    agrees = TickField("I have read this agreement and sign it for my school")

    def draft(self) -> rules.SignDraft:
        return rules.SignDraft(
            name=self.name.data or "",
            role=self.role.data or "",
            contact=self.contact.data or "",
            agrees=bool(self.agrees.data),
            digest=(self.digest.data or "")[:64],
        )


class PaperForm(PortalForm):
    """Somebody of the school signed a print; the coordinator records it."""

    digest = HiddenField()
    name = TextField("Who signed it?", description="The name as it stands on the paper")
    role = TextField("Their role at the school", description="Such as head teacher")
    contact = TextField("Who is the school's contact person?")
    signed_on = NearDateField("When was it signed?", required="Enter the day on which it was signed.")
    agrees = TickField("I have the signed paper, and its words are the words of this page")

    def draft(self) -> rules.SignDraft:
        return rules.SignDraft(
            name=self.name.data or "",
            role=self.role.data or "",
            contact=self.contact.data or "",
            agrees=bool(self.agrees.data),
            digest=(self.digest.data or "")[:64],
        )


class ChangeForm(EditForm):
    """“Not yet”: what would have to change."""

    words = LongTextField(
        "What would have to change before you sign?",
        required="Say what would have to change.",
        longest=LONG // 4,
        description="The coordinator reads it and answers. Name no other child",
    )


class AnswerForm(EditForm):
    """The coordinator answers, and may add what is also agreed."""

    words = LongTextField(
        "What should the school know?",
        required="Write what the school should know.",
        longest=LONG // 4,
        description="What you changed, or why it stays as it is",
    )
    also_agreed = LongTextField(
        "What is also agreed for this work (optional)",
        longest=rules.LONGEST_ALSO,
        description="Stands at the end of this one agreement. One promise to a line",
    )


class WaiverForm(EditForm):
    """Why work starts without a signature."""

    reason = LongTextField(
        "Why may the work start without it?",
        required="Say why. The reason is shown to the school.",
        longest=MEDIUM,
        description="The reason, your name and today's date stay on the record. The school sees them",
    )
