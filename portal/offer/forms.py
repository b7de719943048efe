"""The forms that keep “Our offer”."""

from typing import Any

from portal.kernel.forms import EditForm, LongTextField, NearDateField, TextField
from portal.offer import rules

_MARKS = "A blank line begins a new paragraph. A line that begins with “- ” is an item of a list."


class TextForm(EditForm):
    """One text of the page."""

    text = LongTextField("Text", required="Say at least one sentence.", longest=rules.LONGEST_TEXT, description=_MARKS)


class PolicyForm(EditForm):
    """The next version of the policy."""

    title = TextField("Title", required="Give the policy a title.", longest=rules.LONGEST_TITLE)
    text = LongTextField(
        "The policy",
        required="Write the policy.",
        longest=rules.LONGEST_POLICY,
        description=_MARKS + " “## ” begins a heading.",
    )
    what_changed = LongTextField(
        "What changed since the last version",
        longest=rules.LONGEST_CHANGE,
        description="Everybody can read it beside the version",
    )
    review_on = NearDateField("When it will be reviewed")

    def draft(self: Any) -> rules.PolicyDraft:
        return rules.PolicyDraft(
            title=self.title.data or "",
            text=self.text.data or "",
            what_changed=self.what_changed.data or "",
            review_on=self.review_on.data,
        )
