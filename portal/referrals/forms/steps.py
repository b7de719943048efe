"""Forms around a referral: starting one, choosing its pupil, taking a step, deciding."""

from wtforms import HiddenField

from portal.kernel.forms import ChoiceField, EditForm, LongTextField, PortalForm, RadioField
from portal.referrals import rules

_REASON = 4_000


class StartForm(PortalForm):
    school = ChoiceField("Which school do you write for?", required="Choose the school.")
    kind = RadioField("Whom is it for?", default="pupil")
    line = RadioField("Which service do you ask?", required="Choose the service.")

    def offer_kinds(self, group_limit: int) -> None:
        """A group has at least two pupils, and at most as many as the service lines allow."""
        words = {**rules.SCOPES, "group": f"A group of pupils, 2 to {group_limit}"}
        self.kind.offer(words.items())


class ChoosePupilForm(EditForm):
    pupil = ChoiceField("Pupil", required="Choose the pupil, or enter a new one.", blank="Choose a pupil")


class StepForm(EditForm):
    """A step, with the person's reason where one is asked."""

    note = LongTextField("Why?", longest=_REASON)


class CheckForm(StepForm):
    """The check before a referral is sent: it carries what stood on the page, so that nothing unseen is sent."""

    seen = HiddenField()


class ApproverForm(EditForm):
    """Who at the school is asked to approve."""

    approver = RadioField("Who approves it for your school?", required="Choose who approves it for your school.")


class DecisionForm(EditForm):
    decision = RadioField("What is decided?", required="Choose the decision.")
    signpost = ChoiceField("Where should the school turn?", rules.SIGNPOSTS.items())
    signpost_contact = LongTextField(
        "How to reach them", longest=300, description="A name, a number or an address, for the letter"
    )
    reason = LongTextField(
        "Reason",
        required="Give the reason: the school will read it.",
        longest=_REASON,
        description="The school reads it",
    )
    conditions = LongTextField("Conditions", longest=_REASON, description="What has to be in place first, if anything")
    route = RadioField("How was it decided?", required="Choose how the decision was made.")

    def offer(self, *, panels: bool, kind: str = "pupil") -> None:
        """Without panels nothing can be deferred to one, and no decision waits for one to ratify it."""
        hidden = set() if panels else {"defer", "panel", "emergency"}
        self.decision.offer([pair for pair in rules.decisions_for(kind).items() if pair[0] not in hidden])
        self.route.offer([pair for pair in rules.ROUTES.items() if pair[0] not in hidden])

    def draft(self) -> rules.Decision:
        decided = self.decision.data or ""
        return rules.Decision(
            decision=decided,
            reason=self.reason.data or "",
            conditions=self.conditions.data or "",
            route=self.route.data or "",
            signpost=(self.signpost.data or "") if decided == "signpost" else "",
            signpost_contact=(self.signpost_contact.data or "") if decided == "signpost" else "",
        )
