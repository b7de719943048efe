"""The forms of advice: a question, a message, who answers it, what it becomes."""

from portal.advice import rules
from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    PortalForm,
    RadioField,
    TextField,
    WholeNumberField,
)

_HOW_SOON = [(code, words) for code, (words, _) in rules.HOW_SOON.items()]


class QuestionForm(PortalForm):
    """A school's question; the school is asked of people who have several."""

    school_id = ChoiceField("School", required="Choose the school that asks.")
    subject = TextField(
        "What is it about?",
        required="Say in a few words what it is about.",
        longest=rules.SUBJECT,
        description="A few words, such as “Calm starts after lunch”",
    )
    question = LongTextField(
        "Your question",
        required="Write your question.",
        longest=rules.LONGEST,
        description="What happens, how often, and what you want to be different. Say “a pupil in Year 4”, not a name.",
    )
    tried = LongTextField("What have you tried? (optional)", longest=rules.LONGEST)
    how_soon = RadioField("How soon do you need an answer?", _HOW_SOON, required="Choose how soon you need an answer.")

    def draft(self) -> rules.QuestionDraft:
        return rules.QuestionDraft(
            subject=self.subject.data or "",
            question=self.question.data or "",
            tried=self.tried.data or "",
            how_soon=self.how_soon.data or "",
        )


class MessageForm(EditForm):
    """What the school writes into the thread."""

    words = LongTextField("Write to the service", required="Write something before you send it.", longest=rules.LONGEST)

    def draft(self) -> rules.MessageDraft:
        return rules.MessageDraft(words=self.words.data or "")


class AnswerForm(EditForm):
    """What the service writes, and how long it took."""

    words = LongTextField("Write to the school", required="Write something before you send it.", longest=rules.LONGEST)
    minutes = WholeNumberField(
        "Minutes that it took",
        least=1,
        most=960,
        required="Enter the minutes that it took.",
        description="Counts as advice to this school. You can correct it afterwards.",
    )

    def draft(self) -> rules.MessageDraft:
        minutes = self.minutes.data if "minutes" in self else None
        return rules.MessageDraft(words=self.words.data or "", minutes=minutes)


class WorkerForm(EditForm):
    """Who answers."""

    person_id = ChoiceField("Who answers", blank="The coordinators")

    @property
    def chosen(self) -> int | None:
        return int(self.person_id.data) if self.person_id.data else None


class ReferralForm(EditForm):
    """For which service line a referral is begun."""

    line = RadioField("Service", required="Choose the service.")
