"""The form of a topic."""

from typing import Any

from portal.kernel.forms import EditForm, LongTextField, PortalForm, TextField, TickField, WholeNumberField
from portal.training import rules


class _Topic:
    title = TextField("Title", required="Give the topic a title.")
    minutes = WholeNumberField(
        "Length in minutes", least=rules.SHORTEST, most=rules.LONGEST, required="Enter the length in minutes."
    )
    audience = TextField("For whom", required="Say for whom it is, such as “all staff”.", longest=200)
    summary = LongTextField("What it is about", required="Say in a sentence or two what it is about.", longest=1_000)
    is_active = TickField("Schools can ask for it")

    def draft(self: Any) -> rules.TopicDraft:
        return rules.TopicDraft(
            title=self.title.data,
            minutes=self.minutes.data,
            audience=self.audience.data,
            summary=self.summary.data,
            is_active=bool(self.is_active.data),
        )


class TopicForm(_Topic, PortalForm):
    """A new topic."""


class ChangeTopicForm(_Topic, EditForm):
    """A topic that was there."""
