"""Forms around the draft: handing it to a colleague, files, and what another source offers."""

from wtforms import FileField, HiddenField

from portal.kernel.forms import EditForm, FileInput, LongTextField, ManyField, PortalForm, RadioField, TextField


class ChooseFileField(FileField):
    """One file, chosen or dragged."""

    widget = FileInput()


class HandOverForm(EditForm):
    """Who goes on writing."""

    person = RadioField("Who goes on with it?", required="Choose the colleague.")
    note = LongTextField(
        "A word for them", longest=500, description="They read it on the referral. Leave it empty if you like."
    )


class CtfForm(PortalForm):
    """A file, and whom to look for in it. It changes nothing, so it carries no submission id."""

    submission_id = None  # type: ignore[assignment]
    file = ChooseFileField("CTF from your school's system", description="A file ending in .xml, at most 25 MB")
    who = TextField(
        "Which pupil?",
        longest=200,
        description="A name, a date of birth or the UPN. Not needed when the file holds one pupil.",
    )


class CtfChoiceForm(PortalForm):
    """Several pupils fit: which one. Each is sealed, so that nothing of the file is kept here."""

    submission_id = None  # type: ignore[assignment]
    sealed = RadioField("Which of these pupils?", required="Choose the pupil.")


class TakeForm(PortalForm):
    """What was found, page by page: what is taken of it."""

    sealed = HiddenField()
    pages = ManyField("Take", required="Tick at least one page, or go back.")
