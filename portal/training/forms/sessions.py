"""Forms around a session: planning, changing, moving, booking, saying who comes, the register."""

from typing import Any

from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    ManyField,
    NearDateField,
    PortalForm,
    RadioField,
    TextField,
    TimeField,
    WholeNumberField,
)
from portal.training import rules

_REASON = 2_000
_LONGEST_LIST = 20_000


class _Named:
    topic = ChoiceField(
        "Topic (optional)", blank="No topic of the catalogue", description="Who came counts for its programmes"
    )
    title = TextField(
        "Title", longest=160, required="Give the session a title.", description="Name no pupil: it stands in calendars"
    )
    place = TextField("Where", longest=200, required="Say where it is held.")
    places = WholeNumberField("Places (optional)", least=1, most=rules.MOST_PEOPLE, description="Empty is no limit")
    trainers = ManyField("Given by", required="Choose who gives it.")
    clash = RadioField("Keep it all the same?", [("keep", "Yes, keep it")])

    @property
    def topic_id(self: Any) -> int | None:
        return int(self.topic.data) if self.topic.data else None

    @property
    def trainer_ids(self: Any) -> tuple[int, ...]:
        return tuple(int(value) for value in self.trainers.data)


class SessionForm(_Named, PortalForm):
    """A new shared session."""

    on = NearDateField("Date", required="Enter the date.")
    at = TimeField("Starts at")
    minutes = WholeNumberField(
        "Length in minutes", least=rules.SHORTEST, most=rules.LONGEST, required="Enter the length in minutes."
    )
    school = ChoiceField("Held at a school (optional)", blank="Not at a school")

    def draft(self) -> rules.SessionDraft:
        return rules.SessionDraft(
            topic_id=self.topic_id,
            title=self.title.data or "",
            on=self.on.data,
            at=self.at.data,
            minutes=self.minutes.data,
            place=self.place.data or "",
            school_id=int(self.school.data) if self.school.data else None,
            places=self.places.data,
            trainer_ids=self.trainer_ids,
        )


class ChangeSessionForm(_Named, EditForm):
    """What can change without a reason."""

    def draft(self, start: Any, minutes: int) -> rules.SessionDraft:
        """``start`` and ``minutes`` are the session's own: they only move with a reason."""
        return rules.SessionDraft(
            topic_id=self.topic_id,
            title=self.title.data or "",
            on=start.date(),
            at=start.time(),
            minutes=minutes,
            place=self.place.data or "",
            places=self.places.data,
            trainer_ids=self.trainer_ids,
        )


class MoveForm(EditForm):
    on = NearDateField("New date", required="Enter the new date.")
    at = TimeField("Starts at")
    minutes = WholeNumberField(
        "Length in minutes", least=rules.SHORTEST, most=rules.LONGEST, required="Enter the length in minutes."
    )
    place = TextField("Where", longest=200, required="Say where it is held.")
    note = LongTextField("Why is it moved?", longest=_REASON, required="Say why, in a few words. All are told.")
    clash = RadioField("Keep it all the same?", [("keep", "Yes, keep it")])

    def draft(self) -> rules.DateDraft:
        return rules.DateDraft(self.on.data, self.at.data, self.minutes.data, self.place.data or "")


class BookForm(PortalForm):
    school = ChoiceField("For which school?", required="Choose the school.", blank="Choose the school")
    places = WholeNumberField(
        "How many places?", least=1, most=rules.MOST_PEOPLE, required="Enter how many places you need."
    )


class ChangePlacesForm(EditForm):
    places = WholeNumberField(
        "How many places?", least=1, most=rules.MOST_PEOPLE, required="Enter how many places you need."
    )


class PeopleForm(PortalForm):
    school = ChoiceField("For which school?", required="Choose the school.", blank="Choose the school")
    people = LongTextField(
        "Who comes? One person a line",
        longest=_LONGEST_LIST,
        required="Enter at least one person.",
        description="Name, role, e-mail. Role and e-mail may be left out. A list copied from a spreadsheet works too",
    )

    def people_read(self) -> list[rules.Somebody]:
        """The people; what could not be read is put under the field."""
        people, problems = rules.read_people(self.people.data or "")
        if problems:
            self.put_errors({"people": " ".join(problems[:5])})
        return people


class RegisterForm(EditForm):
    present = ManyField("Who is here?")
    door_name = TextField("Name", longest=rules.LONGEST_NAME)
    door_role = TextField("Role (optional)", longest=rules.LONGEST_ROLE)
    door_school = ChoiceField("School", blank="Choose the school")

    def at_the_door(self) -> rules.Somebody | None:
        """Who came unannounced; None when nobody did."""
        if not self.door_name.data and not self.door_role.data:
            return None
        return rules.Somebody(self.door_name.data or "", self.door_role.data or "")
