"""The forms of feedback: what the service writes down, and the two pages that a school fills in itself."""

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
