"""A questionnaire's title, and one question in three wordings."""

from collections.abc import Iterable
from typing import Any

from portal.kernel.forms import ChoiceField, EditForm, LongTextField, ManyField, PortalForm, RadioField, TextField
from portal.kernel.languages import Language
from portal.voice.rules.questions import AGES, LONGEST_WORDING, MOMENTS, OFFERED, Age, Kind, Moment, Question
from portal.voice.rules.symbols import PICTURES, SYMBOLS

LONGEST_TITLE = 120
_PAIRS = tuple((name, SYMBOLS[name]) for name in PICTURES)


class _Titled:
    title = TextField(
        "Title",
        required="Give the questionnaire a title.",
        longest=LONGEST_TITLE,
        description="As a child would say it, such as “What is school like for me?”",
    )
    moment = RadioField("When is it asked?", MOMENTS.items(), required="Choose when it is asked.")

    @property
    def chosen_moment(self: Any) -> Moment:
        return Moment(self.moment.data)


class QuestionnaireForm(_Titled, PortalForm):
    """A new questionnaire."""

    like = ChoiceField(
        "Begin with the questions of another",
        blank="No, with none",
        description="What a child said at the start and at the end is compared only for questions that come from the "
        "same place. So write the end from the start.",
    )


class RenameForm(_Titled, EditForm):
    """One that was there."""


class LanguageForm(EditForm):
    """In which language the words of a draft are written."""

    language = RadioField(
        "Language of the words",
        required="Choose the language of the words.",
        description="The tablet reads the questions aloud in this language. "
        "Answers such as “Happy” and the names of pictures follow where they are translated.",
    )

    def offer(self, languages: Iterable[Language]) -> None:
        self.language.offer((language.code, language.name) for language in languages)


class QuestionForm(EditForm):
    """One question of a draft; it carries the draft's version, also where the question is new."""

    infants = LongTextField(AGES[Age.INFANTS], longest=LONGEST_WORDING)
    juniors = LongTextField(AGES[Age.JUNIORS], longest=LONGEST_WORDING)
    secondary = LongTextField(AGES[Age.SECONDARY], longest=LONGEST_WORDING)
    kind = RadioField("How does the child answer?", OFFERED.items(), required="Choose how the child answers.")
    pictures = ManyField("Pictures to choose from", _PAIRS)
    symbol = RadioField("Symbol beside the question", (("", "No symbol"), *_PAIRS))

    def draft(self) -> Question:
        kind = Kind(self.kind.data)
        return Question(
            key="",
            kind=kind,
            wording={age: words for age in Age if (words := _one_line(self[age.value].data))},
            symbol=self.symbol.data or "",
            pictures=tuple(self.pictures.data or ()) if kind is Kind.PICTURES else (),
        )


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def opened(question: Question, version: int) -> dict[str, Any]:
    """What the form of a question begins with."""
    return {
        **{age.value: question.wording.get(age, "") for age in Age},
        "kind": question.kind.value,
        "pictures": question.pictures,
        "symbol": question.symbol,
        "version": version,
    }
