"""Forms of schools and other organisations that refer."""

from typing import Any

from portal.kernel.forms import ChoiceField, EditForm, NearDateField, PortalForm, RadioField, TextField
from portal.schools import rules

_STATUSES = [(code, words) for code, words in rules.SCHOOL_STATUS.items() if code != "closed"]


class _SchoolFields:
    name = TextField("Name", required="Enter the name.", longest=200)
    kind = RadioField("What it is", rules.ORGANISATION_KINDS.items(), required="Choose school or local authority.")
    phase = ChoiceField("Phase of education", rules.SCHOOL_PHASES.items(), description="Not asked of an authority")
    status = ChoiceField("Status", _STATUSES, required="Choose whether the school is open.")
    urn = TextField(
        "URN", longest=20, description="Six digits, from Get Information about Schools. Leave empty if there is none."
    )
    address = TextField("Street", longest=300)
    town = TextField("Town", longest=80)
    postcode = TextField("Postcode", longest=10)
    telephone = TextField("Telephone", longest=30)
    dsl_name = TextField("Name of the safeguarding lead", longest=120)
    dsl_telephone = TextField(
        "Telephone of the safeguarding lead",
        longest=30,
        description="The direct line, shown when a child asks to talk to someone",
    )

    def draft(self) -> rules.SchoolDraft:
        """What was typed; a closed school has no status field and stays closed."""
        names = rules.SchoolDraft.__dataclass_fields__
        status: Any = getattr(self, "status", None)
        texts = {name: getattr(self, name).data or "" for name in names if name != "status"}
        return rules.SchoolDraft(**texts, status=(status.data or "") if status is not None else "closed")


class NewSchoolForm(_SchoolFields, PortalForm):
    """A school that is not there yet."""


class SchoolForm(_SchoolFields, EditForm):
    """A school that is there."""


class CloseSchoolForm(EditForm):
    """When a school closed, and who takes over."""

    closed_on = NearDateField("Date on which it closed", required="Enter the date on which it closed.")
    successor_id = ChoiceField("School that takes over", blank="None, or not known")

    @property
    def successor(self) -> int | None:
        return int(self.successor_id.data) if self.successor_id.data else None
