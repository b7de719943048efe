"""Forms around a request: asking, offering dates, choosing one, giving places, saying why."""

from collections.abc import Iterable

from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    NearDateField,
    PortalForm,
    RadioField,
    TextField,
    TimeField,
    WholeNumberField,
)
from portal.training import rules

OWN = "own"
_REASON = 2_000


class RequestForm(PortalForm):
    """What a school asks for, in two minutes."""

    school = ChoiceField("Which school do you write for?", required="Choose the school.", blank="Choose the school")
    topic = ChoiceField("Topic", blank="Choose a topic")
    own_words = TextField(
        "If no topic fits: what should it be about?",
        longest=160,
        description="A few words. Name no pupil: this becomes the title in calendars",
    )
    who = TextField("Who should come?", longest=200, description="Such as “all teaching assistants”")
    how_many = WholeNumberField("How many people, about?", least=1, most=rules.MOST_PEOPLE)
    date_1 = NearDateField("First choice")
    date_2 = NearDateField("Second choice")
    date_3 = NearDateField("Third choice")
    dates_words = LongTextField(
        "Days and times that suit you",
        longest=500,
        description="Such as “Wednesdays after school, or the INSET day in January”",
    )
    difference = LongTextField(
        "What should be different afterwards?", longest=2_000, description="For pupils or for staff. Name no pupil"
    )

    def offer_topics(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.topic.offer([*pairs, (OWN, "Something else, in your own words")])

    def draft(self) -> rules.RequestDraft:
        chosen = self.topic.data or ""
        return rules.RequestDraft(
            topic_id=int(chosen) if chosen and chosen != OWN else None,
            own_words=self.own_words.data or "",
            who=self.who.data or "",
            how_many=self.how_many.data,
            dates=tuple(field.data for field in (self.date_1, self.date_2, self.date_3) if field.data),
            dates_words=self.dates_words.data or "",
            difference=self.difference.data or "",
        )


class OfferForm(EditForm):
    """One to three dates with their trainers; length and place are the same for all."""

    minutes = WholeNumberField("Length in minutes", least=rules.SHORTEST, most=rules.LONGEST)
    place = TextField("Where", longest=200)
    date_1_on = NearDateField("Date")
    date_1_at = TimeField("Starts at")
    date_1_trainer = ChoiceField("Given by", blank="Choose the trainer")
    date_2_on = NearDateField("Date")
    date_2_at = TimeField("Starts at")
    date_2_trainer = ChoiceField("Given by", blank="Choose the trainer")
    date_3_on = NearDateField("Date")
    date_3_at = TimeField("Starts at")
    date_3_trainer = ChoiceField("Given by", blank="Choose the trainer")
    clash = RadioField("Keep it all the same?", [("keep", "Yes, keep it")])

    def offer_trainers(self, pairs: Iterable[tuple[str, str]]) -> None:
        listed = list(pairs)
        for number in range(1, rules.MOST_DATES + 1):
            self[f"date_{number}_trainer"].offer(listed)

    def drafts(self) -> list[rules.DateDraft]:
        """The dates that were filled in, at least in part; the first one always."""
        found = []
        for number in range(1, rules.MOST_DATES + 1):
            on, at, trainer = (self[f"date_{number}_{part}"].data for part in ("on", "at", "trainer"))
            if on or at or number == 1:
                trainer_id = int(trainer) if trainer else None
                found.append(rules.DateDraft(on, at, self.minutes.data, self.place.data or "", trainer_id))
        return found

    def put_errors(self, by_field: dict[str, str]) -> None:
        """Length and place stand once in the form, and their sentences too."""
        renamed = {}
        for name, words in by_field.items():
            last = name.split("_", 2)[-1]
            renamed[last if last in ("minutes", "place") else name.removesuffix("_id")] = words
        super().put_errors(renamed)


class ChooseForm(EditForm):
    offer = RadioField("Which date suits you?", required="Choose one of the dates, or ask for others.")


class PlacesForm(EditForm):
    session = ChoiceField("Session", required="Choose the session.", blank="Choose a session")
    places = WholeNumberField(
        "Places for the school", least=1, most=rules.MOST_PEOPLE, required="Enter how many places the school gets."
    )


class ReasonForm(EditForm):
    note = LongTextField("Why?", longest=_REASON)
