"""The forms of the ledger: the quick entry, a correction, a removal."""

import re
from typing import Any

from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    NearDateField,
    PortalForm,
    RadioField,
    TextField,
    TimeField,
    WholeNumberField,
)
from portal.visits import rules

QUICK = (("30", "30 min"), ("60", "1 hour"), ("90", "1½ hours"))
MOST_MINUTES = 960
REASON_LENGTH = 500
_SCHOOL = re.compile(r"school-([1-9][0-9]{0,8})")


class QuickForm(PortalForm):
    """A visit in a few taps. The view offers what it can be about (not on a case's own page) and whose it is."""

    about = ChoiceField("Pupil, or whole school", required="Choose the pupil, or the school for whole-school work.")
    person_id = ChoiceField("Who did the work", required="Choose who did the work.")
    kind = ChoiceField("Kind of work", rules.KINDS.items(), required="Choose the kind of work.")
    quick = RadioField("How long", QUICK)
    minutes = WholeNumberField("Or minutes", least=1, most=MOST_MINUTES)
    on_date = NearDateField("Date", required="Enter the date of the visit.")
    starts_at = TimeField("Start, if known")
    note = LongTextField("Note", longest=rules.NOTE_LENGTH, description="What you did, and what comes next")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:  # on a case's page it stands beside forms of other features
            field.id = field.label.field_id = f"visit-{field.id}"

    @property
    def reference(self) -> str | None:
        """The case that was chosen; None for whole-school work."""
        chosen = self.about.data if "about" in self else None
        return None if chosen is None or _SCHOOL.fullmatch(chosen) else chosen

    @property
    def school_id(self) -> int | None:
        """The school that was chosen for whole-school work."""
        found = _SCHOOL.fullmatch((self.about.data or "") if "about" in self else "")
        return int(found[1]) if found else None

    def draft(self) -> rules.VisitDraft:
        """The entry as typed; typed minutes stand above the quick choice."""
        quick = int(self.quick.data) if self.quick.data else None
        return rules.VisitDraft(
            on_date=self.on_date.data,
            starts_at=self.starts_at.data,
            minutes=self.minutes.data or quick,
            kind=self.kind.data or "",
            person_id=int(self.person_id.data) if "person_id" in self and self.person_id.data else None,
            note=self.note.data or "",
        )

    def validate(self, extra_validators: object = None) -> bool:
        fits = bool(super().validate(extra_validators))
        if self.minutes.data is None and not self.minutes.errors and not self.quick.data:
            self.put_errors({"quick": "Choose how long it took, or type the minutes."})
            return False
        return fits

    def put_problems(self, by_field: dict[str, str]) -> None:
        """Puts what the operation refused under the fields of this form."""
        names = {"case_id": "about", "school_id": "about"}
        self.put_errors({names.get(field, field): words for field, words in by_field.items()})


def school_choice(school_id: str, name: str) -> tuple[str, str]:
    """Whole-school work as a choice among cases."""
    return f"school-{school_id}", f"Whole school: {name}"


class CorrectionForm(EditForm):
    """What an entry should have said, and why it is changed."""

    on_date = NearDateField("Date", required="Enter the date of the visit.")
    starts_at = TimeField("Start, if known")
    minutes = WholeNumberField("Minutes", least=1, most=MOST_MINUTES, required="Enter the minutes.")
    kind = ChoiceField("Kind of work", rules.KINDS.items(), required="Choose the kind of work.")
    note = LongTextField("Note", longest=rules.NOTE_LENGTH)
    reason = TextField(
        "Why you correct it",
        required="Say why you correct it, in a few words.",
        longest=REASON_LENGTH,
        description="Stays with the entry, beside what it said before",
    )

    def draft(self) -> rules.VisitDraft:
        return rules.VisitDraft(
            on_date=self.on_date.data,
            starts_at=self.starts_at.data,
            minutes=self.minutes.data,
            kind=self.kind.data or "",
            note=self.note.data or "",
        )


class RemovalForm(EditForm):
    """Why an entry is taken out."""

    reason = TextField(
        "Why you take it out", required="Say why you take it out, in a few words.", longest=REASON_LENGTH
    )
