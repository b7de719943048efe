"""Preparing a turn, and handing the tablet over."""

from collections.abc import Iterable

from portal.accounts.forms import SecretForm
from portal.kernel.forms import EditForm, PortalForm, RadioField, SecretField, TextField
from portal.voice.rules.places import HOWS_AHEAD, How
from portal.voice.rules.questions import AGES, Age

LONGEST_HELPER = 120
Pairs = Iterable[tuple[str, str]]


class PrepareForm(PortalForm):
    """One turn for one child."""

    pupil = RadioField("Which child is it for?", required="Choose the child.")
    questionnaire = RadioField("What do we ask?", required="Choose a questionnaire.")
    age = RadioField("In which words?", AGES.items(), required="Choose for which age the words are.")
    how = RadioField("How will the child answer?", HOWS_AHEAD.items(), required="Choose how the child will answer.")
    helper = TextField(
        "Who helps?",
        longest=LONGEST_HELPER,
        description="A name or a role, such as “Ms Bell, teaching assistant”. Leave this empty when nobody helps.",
        render_kw={"autocomplete": "off"},
    )
    adult = RadioField(
        "Who is told when the child wants to talk?",
        required="Choose an adult.",
        description="Somebody who can speak with the child the same day. The safeguarding leads are told too.",
    )

    def offer(self, pupils: Pairs, questionnaires: Pairs, adults: Pairs) -> None:
        """Hands in what only the view knows."""
        self.pupil.offer(pupils)
        self.questionnaire.offer(questionnaires)
        self.adult.offer(adults)

    @property
    def chosen_age(self) -> Age:
        return Age(self.age.data)

    @property
    def chosen_how(self) -> How:
        return How(self.how.data)


class HandOverForm(SecretForm):
    """Proof that it is the worker who hands over."""

    tablet_pin = SecretField(
        "Your password or tablet PIN",
        required="Type your password or your tablet PIN.",
        render_kw={"autocomplete": "current-password"},
    )


class ShowReplyForm(HandOverForm, EditForm):
    """The same, for the words that the worker sees."""
