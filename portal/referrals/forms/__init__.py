"""The forms of a referral: starting it, its pages, and its steps."""

from portal.referrals.forms.base import PageForm
from portal.referrals.forms.handing import CtfChoiceForm, CtfForm, HandOverForm, TakeForm
from portal.referrals.forms.pages import form_of
from portal.referrals.forms.returning import AnswerForm, AskForm, answer_form, ask_form, details_of, part_of, shown_on
from portal.referrals.forms.steps import ApproverForm, CheckForm, ChoosePupilForm, DecisionForm, StartForm, StepForm

__all__ = [
    "AnswerForm",
    "ApproverForm",
    "AskForm",
    "CheckForm",
    "answer_form",
    "ask_form",
    "details_of",
    "part_of",
    "shown_on",
    "CtfChoiceForm",
    "CtfForm",
    "HandOverForm",
    "TakeForm",
    "ChoosePupilForm",
    "DecisionForm",
    "PageForm",
    "StartForm",
    "StepForm",
    "form_of",
]
