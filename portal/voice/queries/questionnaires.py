"""Reading questionnaires: the coordinator's list, one with its versions and its questions, and a turn for a preview."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from portal.extensions import db
from portal.kernel import clock, dates
from portal.kernel.errors import OutOfReach
from portal.kernel.languages import Language, language_of, offered_beside
from portal.voice.models import Questionnaire, QuestionnaireVersion, VoicePlace
from portal.voice.queries.tablet import TurnRow, turn_row
from portal.voice.rules.places import Outcome
from portal.voice.rules.questions import (
    AGES,
    KINDS,
    MOMENTS,
    Age,
    Kind,
    Moment,
    Question,
    advice_words,
    document_problems,
    from_json,
    has_retired,
)
from portal.voice.rules.symbols import ANIMALS, SYMBOLS


@dataclass(frozen=True)
class QuestionnaireRow:
    """One line of the coordinator's list."""

    id: int
    title: str
    moment: str
    is_active: bool
    published: str
    """“Version 2, published 3 November”; empty before the first"""
    has_draft: bool
    used: int


def questionnaire_rows() -> list[QuestionnaireRow]:
    """All questionnaires: by moment, those that are switched off last."""
    used = _used()
    found = db.session.scalars(select(Questionnaire).options(selectinload(Questionnaire.versions)))
    order = list(Moment)
    rows = sorted(found, key=lambda row: (not row.is_active, order.index(Moment(row.moment)), row.title, row.id))
    return [_row(row, used.get(row.id, 0)) for row in rows]


def published_versions() -> list[QuestionnaireVersion]:
    """The newest published version of each, by moment and title."""
    found = db.session.scalars(
        select(QuestionnaireVersion)
        .join(Questionnaire)
        .where(QuestionnaireVersion.published_at.is_not(None))
        .options(selectinload(QuestionnaireVersion.questionnaire))
        .order_by(Questionnaire.title, Questionnaire.id, QuestionnaireVersion.number)
    )
    newest = {version.questionnaire_id: version for version in found}
    order = list(Moment)
    return sorted(newest.values(), key=lambda version: order.index(Moment(version.questionnaire.moment)))


def _used() -> dict[int, int]:
    """How many turns children were given, by questionnaire."""
    rows = db.session.execute(
        select(QuestionnaireVersion.questionnaire_id, func.count(VoicePlace.id))
        .join(VoicePlace, VoicePlace.version_id == QuestionnaireVersion.id)
        .where(or_(VoicePlace.hand_over_id.is_not(None), VoicePlace.outcome != Outcome.WITHDRAWN.value))
        .group_by(QuestionnaireVersion.questionnaire_id)
    )
    return {row[0]: row[1] for row in rows}


def _row(row: Questionnaire, used: int) -> QuestionnaireRow:
    published = [one for one in row.versions if one.published_at is not None]
    return QuestionnaireRow(
        id=row.id,
        title=row.title,
        moment=MOMENTS[Moment(row.moment)],
        is_active=row.is_active,
        published=_version_words(published[-1]) if published else "",
        has_draft=row.versions[-1].published_at is None,
        used=used,
    )


def _version_words(version: QuestionnaireVersion) -> str:
    if version.published_at is None:
        return f"Version {version.number}, a draft"
    return f"Version {version.number}, published {_day_words(version.published_at)}"


def _day_words(moment: datetime) -> str:
    return dates.short_day_words(moment.astimezone(clock.LONDON).date(), clock.today())


@dataclass(frozen=True)
class QuestionRow:
    """One question, with its three wordings side by side."""

    place: int
    kind: str
    symbol: str
    symbol_words: str
    wordings: tuple[tuple[str, str], ...]
    """Age in words, and the wording; empty where a younger age's is used"""
    pictures: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """How the question is called on buttons."""
        return next((words for _, words in self.wordings if words), f"question {self.place}")


@dataclass(frozen=True)
class QuestionnairePage:
    """One questionnaire as the coordinator sees it: the draft where there is one, else what is published."""

    id: int
    title: str
    moment: str
    is_active: bool
    version: int
    shown_words: str
    number: int
    draft_version: int | None
    """The draft's own version for its forms; None while there is no draft"""
    may_discard: bool
    language: Language
    """In which the words are written"""
    languages: tuple[Language, ...]
    """What may be chosen instead, and the present one"""
    questions: tuple[QuestionRow, ...]
    advice: str
    has_retired: bool
    """A scale in it is no longer offered"""
    problems: tuple[str, ...]
    versions: tuple[tuple[int, str], ...]
    used: int

    @property
    def has_draft(self) -> bool:
        return self.draft_version is not None

    @property
    def has_other_language(self) -> bool:
        return self.has_draft and len(self.languages) > 1


def questionnaire_for(questionnaire_id: int) -> Questionnaire:
    """Raises ``OutOfReach`` when there is none."""
    found = db.session.get(Questionnaire, questionnaire_id)
    if found is None:
        raise OutOfReach(questionnaire_id)
    return found


def draft_for(questionnaire_id: int) -> QuestionnaireVersion:
    """The draft of a questionnaire. Raises ``OutOfReach`` when there is none."""
    newest = questionnaire_for(questionnaire_id).versions[-1]
    if newest.published_at is not None:
        raise OutOfReach(questionnaire_id)
    return newest


def questionnaire_page(questionnaire: Questionnaire) -> QuestionnairePage:
    """What the coordinator sees of one questionnaire."""
    shown = questionnaire.versions[-1]
    is_draft = shown.published_at is None
    document = from_json(shown.document)
    return QuestionnairePage(
        id=questionnaire.id,
        title=questionnaire.title,
        moment=MOMENTS[Moment(questionnaire.moment)],
        is_active=questionnaire.is_active,
        version=questionnaire.version,
        shown_words=_version_words(shown),
        number=shown.number,
        draft_version=shown.version if is_draft else None,
        may_discard=is_draft and shown.number > 1,
        language=language_of(shown.language),
        languages=offered_beside(shown.language),
        questions=tuple(_question(place, one) for place, one in enumerate(document.questions, start=1)),
        advice=advice_words(document),
        has_retired=has_retired(document),
        problems=tuple(document_problems(document)) if is_draft and document.questions else (),
        versions=tuple((one.number, _version_words(one)) for one in reversed(questionnaire.versions)),
        used=_used().get(questionnaire.id, 0),
    )


def _question(place: int, question: Question) -> QuestionRow:
    return QuestionRow(
        place=place,
        kind=KINDS[question.kind],
        symbol=question.symbol,
        symbol_words=SYMBOLS.get(question.symbol, ""),
        wordings=tuple((words, question.wording.get(age, "")) for age, words in AGES.items()),
        pictures=tuple((choice.symbol, choice.words) for choice in question.choices(Age.JUNIORS))
        if question.kind is Kind.PICTURES
        else (),
    )


def opened_question(draft: QuestionnaireVersion, place: int) -> Question:
    """A question of a draft, counted from 1. Raises ``OutOfReach`` past the last one."""
    questions = from_json(draft.document).questions
    if not 1 <= place <= len(questions):
        raise OutOfReach(place)
    return questions[place - 1]


def seen_turn(questionnaire: Questionnaire, number: int, age: Age) -> TurnRow:
    """One version as the tablet of a child of this age would draw it. Raises ``OutOfReach`` for no such version.

    The turn is nobody's and is kept nowhere; it goes the way of a real one, so that both look the same.
    """
    version = next((one for one in questionnaire.versions if one.number == number), None)
    if version is None:
        raise OutOfReach(number)
    return turn_row(VoicePlace(public_id="", animal=ANIMALS[0], age=age.value, asked=version))
