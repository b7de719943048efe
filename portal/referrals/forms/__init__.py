"""The forms of a referral: starting it, its pages, and its steps."""

from portal.referrals.forms.base import PageForm
from portal.referrals.forms.pages import form_of
from portal.referrals.forms.steps import ChoosePupilForm, DecisionForm, StartForm, StepForm

__all__ = ["ChoosePupilForm", "DecisionForm", "PageForm", "StartForm", "StepForm", "form_of"]
