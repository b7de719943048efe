"""Three questions, answered without an account."""

from portal.kernel.forms import LongTextField, PortalForm, RadioField
from portal.training.rules.evaluations import LONGEST_ANSWER, QUESTIONS, SCALES, Answer, Moment


class EvaluationForm(PortalForm):
    """The questions of one moment: ``asking`` puts their words in."""

    scale = RadioField("", required="Choose one of the answers to the first question.")
    different = LongTextField("", longest=LONGEST_ANSWER)
    more = LongTextField("", longest=LONGEST_ANSWER)

    def asking(self, moment: Moment) -> "EvaluationForm":
        first, second, third = QUESTIONS[moment]
        self.scale.label.text, self.different.label.text, self.more.label.text = (
            first,
            f"{second} (optional)",
            f"{third} (optional)",
        )
        self.scale.offer(SCALES[moment].items())
        return self

    def draft(self) -> Answer:
        return Answer(self.scale.data or "", self.different.data or "", self.more.data or "")
