"""The forms of feedback: what the service writes down, and the two pages that a school fills in itself."""

from collections.abc import Iterable
from typing import Any

from portal.feedback import rules
from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    NearDateField,
    PortalForm,
    RadioField,
    TextField,
    TickField,
)
from portal.kernel.languages import Words

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


_SCALE = tuple((scale.value, label) for scale, label in rules.SCALE_LABELS.items())
_CHANGES = tuple((change.value, label) for change, label in rules.CHANGE_LABELS.items())
_WORDS = "words_"
_AREA = "area_"


class _OwnFields:
    """The first page: a scale and room for words for each sentence, then what was good and what could be better."""

    @property
    def rows(self: Any) -> list[tuple[Any, Any]]:
        """(scale, words) of each sentence, in the order of the rules."""
        return [(self[_PREFIX + code], self[_WORDS + code]) for code in rules.SENTENCES]

    def draft(self: Any) -> rules.OwnAnswer:
        scales = {code: self[_PREFIX + code].data for code in rules.SENTENCES}
        words = {code: self[_WORDS + code].data or "" for code in rules.SENTENCES}
        return rules.OwnAnswer(
            scales={code: rules.Scale(scale) for code, scale in scales.items() if scale},
            aspect_words={code: text for code, text in words.items() if text},
            good_words=self.good.data or "",
            better_words=self.better.data or "",
            work_stopped=bool(self.work_stopped.data),
            stopped_words=self.stopped_words.data or "",
        )


class _BeyondFields:
    """The second page: an answer and room for words for each area."""

    @property
    def rows(self: Any) -> list[tuple[Any, Any]]:
        """(answer, words) of each area, in the order of the rules."""
        return [(self[_AREA + area], self[_WORDS + area]) for area in rules.AREAS]

    def draft(self: Any) -> dict[str, rules.BeyondAnswer]:
        found = {area: (self[_AREA + area].data, self[_WORDS + area].data or "") for area in rules.AREAS}
        return {
            area: rules.BeyondAnswer(rules.Change(change) if change else None, words)
            for area, (change, words) in found.items()
            if change or words
        }


def _own_form() -> type[Any]:
    members: dict[str, Any] = {}
    for code, sentence in rules.SENTENCES.items():
        members[_PREFIX + code] = RadioField(sentence, _SCALE)
        members[_WORDS + code] = LongTextField("In your words (optional)", longest=rules.LONGEST_ASPECT_WORDS)
    members["good"] = LongTextField("What was good? (optional)", longest=rules.LONGEST_WORDS)
    members["better"] = LongTextField("What could be better? (optional)", longest=rules.LONGEST_WORDS)
    members["work_stopped"] = TickField("The work could not continue")
    members["stopped_words"] = LongTextField("Why could it not continue? (optional)", longest=rules.LONGEST_WORDS)
    return type("OwnForm", (_OwnFields, EditForm), members)


def _beyond_form() -> type[Any]:
    members: dict[str, Any] = {}
    for area, sentence in rules.AREAS.items():
        members[_AREA + area] = RadioField(sentence, _CHANGES)
        members[_WORDS + area] = LongTextField("In your words (optional)", longest=rules.LONGEST_BEYOND_WORDS)
    return type("BeyondForm", (_BeyondFields, EditForm), members)


OwnForm = _own_form()
BeyondForm = _beyond_form()


class CodeForm(PortalForm):
    """The code of a letter, however it is typed."""

    code = TextField("", longest=40)


class PageForm(PortalForm):
    """One page of a family's questions: a choice, or words."""

    answer = TextField("", longest=20)
    words = LongTextField("", longest=rules.LONGEST_FAMILY_WORDS)

    @property
    def problem(self) -> str:
        """The key of the words that say what is wrong with what was typed; empty when nothing is."""
        said = [str(error) for field in (self.answer, self.words) for error in field.errors]
        if not said:
            return ""
        return "problem.too_long" if any("Shorten" in one for one in said) else "problem.characters"


_FAMILY_MOMENTS = tuple((moment.value, label) for moment, label in rules.FAMILY_MOMENTS.items())
_CHANNELS = tuple((channel.value, label) for channel, label in rules.CHANNELS.items())


class InviteForm(PortalForm):
    """Whom of the family to ask, when, how, and in which language."""

    contact = RadioField("Who is asked?", required="Choose who is asked.")
    moment = RadioField("When?", _FAMILY_MOMENTS, required="Choose the moment.")
    channel = RadioField("How does it reach them?", _CHANNELS, required="Choose how it reaches them.")
    language = ChoiceField("Language", required="Choose the language.", blank=None)
    large_print = TickField("Large print")

    def offering(self, people: Iterable[tuple[str, str]], languages: Iterable[tuple[str, str]]) -> "InviteForm":
        self.contact.offer(people)
        self.language.offer(languages)
        return self

    def draft(self) -> rules.Asking:
        return rules.Asking(
            contact_id=int(self.contact.data or 0),
            moment=rules.FamilyMoment(self.moment.data),
            channel=rules.Channel(self.channel.data),
            language=self.language.data or "en",
            large_print=bool(self.large_print.data),
        )


class _PaperFields:
    """What came back on paper, in the order of its questions."""

    moment: rules.FamilyMoment

    @property
    def aspect_fields(self: Any) -> list[Any]:
        return [self[_PREFIX + code] for code in rules.family_aspects(self.moment)]

    def draft(self: Any) -> rules.FamilyAnswer:
        chosen = {code: self[_PREFIX + code].data for code in rules.family_aspects(self.moment)}
        quote = {"yes": True, "no": False}.get(self.quote.data or "")
        return rules.FamilyAnswer(
            points={code: rules.Point(point) for code, point in chosen.items() if point},
            good_words=self.good.data or "",
            better_words=self.better.data or "",
            quote=quote,
            manager_only=bool(self.manager_only.data),
        )


def paper_form(moment: rules.FamilyMoment, words: Words) -> type[Any]:
    """The form of one moment's questions, in the words that the paper has."""
    members: dict[str, Any] = {"moment": moment}
    for code in rules.family_aspects(moment):
        choices = tuple((point.value, words(rules.point_key(code, point)).words) for point in rules.points_of(code))
        members[_PREFIX + code] = RadioField(words(f"ask.{code}").words, choices)
    longest = rules.LONGEST_FAMILY_WORDS
    members["good"] = LongTextField("What was good, word for word (optional)", longest=longest)
    members["better"] = LongTextField("What could be better, word for word (optional)", longest=longest)
    members["quote"] = RadioField("May we quote them, without a name?", (("yes", "Yes"), ("no", "No")))
    members["manager_only"] = TickField("“Only the manager reads my words” is ticked")
    return type("PaperForm", (_PaperFields, PortalForm), members)
