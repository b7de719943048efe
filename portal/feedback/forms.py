"""The form of a feedback: one compact row of choices for each aspect, then their words."""

from typing import Any

from portal.feedback import rules
from portal.kernel.forms import EditForm, LongTextField, NearDateField, PortalForm, RadioField, TickField

_ANSWERS = tuple((answer.value, label) for answer, label in rules.ANSWER_LABELS.items())
_PREFIX = "aspect_"


class FeedbackFields:
    """What every feedback form answers, whoever said it."""

    source: rules.Source

    @property
    def aspect_fields(self: Any) -> list[Any]:
        """The rows of choices, in the order of the rules."""
        return [self[_PREFIX + code] for code in rules.ASPECTS[self.source]]

    def draft(self: Any) -> rules.Feedback:
        chosen = {code: self[_PREFIX + code].data for code in rules.ASPECTS[self.source]}
        return rules.Feedback(
            source=self.source,
            answers={code: rules.Answer(answer) for code, answer in chosen.items() if answer},
            good_words=self.good.data or "",
            better_words=self.better.data or "",
            work_stopped=bool(self.work_stopped.data),
            stopped_words=self.stopped_words.data or "",
            given_on=self.given_on.data,
        )


def feedback_form(source: rules.Source, *, edit: bool = False) -> type[Any]:
    """The form of this source's aspects."""
    members: dict[str, Any] = {"source": source}
    for code, label in rules.ASPECTS[source].items():
        members[_PREFIX + code] = RadioField(label[:1].upper() + label[1:], _ANSWERS)
    longest = rules.LONGEST_WORDS
    members["good"] = LongTextField("What was good, in their words (optional)", longest=longest)
    members["better"] = LongTextField("What could be better, in their words (optional)", longest=longest)
    members["work_stopped"] = TickField("The work could not continue")
    members["stopped_words"] = LongTextField("Why it could not continue (optional)", longest=longest)
    members["given_on"] = NearDateField("Date on which they said it", required="Enter the date on which they said it.")
    return type("FeedbackForm", (FeedbackFields, EditForm if edit else PortalForm), members)
