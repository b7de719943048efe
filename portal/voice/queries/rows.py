"""A child's view as screens show it: answers word for word, with their pictures. One statement, and one for answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import aliased, selectinload

from portal.accounts.models import Person
from portal.cases import rules as cases
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.languages import Language, language_of
from portal.schools.models import Pupil, School
from portal.voice.models import (
    ChildView,
    Questionnaire,
    QuestionnaireVersion,
    ViewAnswer,
    ViewReply,
    VoicePlace,
)
from portal.voice.operations.reading import SEEN_HOW
from portal.voice.rules.answers import (
    ENDED_EARLY,
    STATE_WORDS,
    AnswerState,
    Ended,
    Given,
    answer_words,
    drawing_path,
    strokes_from_json,
)
from portal.voice.rules.places import HOWS, How
from portal.voice.rules.questions import AGES, MOMENTS, Age, Document, Kind, Moment, Question, from_json
from portal.voice.rules.sharing import Audience, Standing, sharing_words
from portal.voice.rules.symbols import SYMBOLS


@dataclass(frozen=True)
class Pick:
    """Something that the child touched: a picture (or none) and its words."""

    symbol: str
    words: str


@dataclass(frozen=True)
class AnswerRow:
    """One question and what the child did with it. ``quiet`` holds the words of what was not answered."""

    key: str
    question: str
    language: Language
    """Of the question's words"""
    symbol: str
    picks: tuple[Pick, ...]
    words: str
    drawing: str
    """The ``d`` of an SVG path: whole numbers alone"""
    quiet: str


@dataclass(frozen=True)
class ReplyRow:
    """“You said, we did”, and whether the child has seen it."""

    you_said: str
    said_symbol: str
    we_did: str
    did_symbol: str
    seen: str
    version: int


@dataclass(frozen=True)
class ViewRow:
    """What one turn brought. Without answers where the child took it back and the reader is no safeguarding lead."""

    id: int
    case_id: int
    reference: str
    pupil_id: int
    child: str
    short: str
    school: str
    title: str
    moment: Moment
    moment_words: str
    when: str
    given_at: datetime
    arrived_at: datetime
    age: str
    how: str
    early: str
    """How it ended, where that was before its end"""
    answers: tuple[AnswerRow, ...]
    given: tuple[Given, ...]
    sharing: str
    standing: Standing
    read: str
    held: str
    taken_back: str
    """The sentence that says so; empty while the view stands"""
    has_words: bool
    reply: ReplyRow | None
    version: int

    @property
    def is_read(self) -> bool:
        return self.standing.read_at is not None

    @property
    def key(self) -> str:
        """Its place on a page."""
        return f"view-{self.id}"


def view_rows(*wanted: ColumnElement[bool], sees_taken_back: bool = False) -> list[ViewRow]:
    """The views that fit, the newest first. One statement, and one each for their answers and shares.

    Answers of what the child took back are there only with ``sees_taken_back``.
    """
    reader = aliased(Person)
    found = db.session.execute(
        select(ChildView, VoicePlace, QuestionnaireVersion.document, Questionnaire, Pupil, Case.reference)
        .add_columns(QuestionnaireVersion.language, School.name.label("school"), reader.name.label("reader"), ViewReply)
        .join(VoicePlace, VoicePlace.id == ChildView.place_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == VoicePlace.version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .join(Pupil, Pupil.id == ChildView.pupil_id)
        .join(Case, Case.id == ChildView.case_id)
        .join(School, School.id == Case.school_id)
        .outerjoin(reader, reader.id == ChildView.read_by_id)
        .outerjoin(ViewReply, ViewReply.view_id == ChildView.id)
        .where(*wanted)
        .options(selectinload(ChildView.answers), selectinload(ChildView.shares))
        .order_by(ChildView.given_at.desc(), ChildView.id.desc())
    )
    return [_row(row, sees_taken_back) for row in found]


def _row(found: Row[Any], sees_taken_back: bool) -> ViewRow:
    view, place, asked, pupil = found.ChildView, found.VoicePlace, found.Questionnaire, found.Pupil
    when = words_of_day(view.given_at)
    standing = standing_of(view)
    shown = sees_taken_back or not standing.taken_back
    age, document = Age(place.age), document_of(found.document)
    given = tuple(given_of(answer) for answer in view.answers) if shown else ()
    return ViewRow(
        id=view.id,
        case_id=view.case_id,
        reference=found.reference,
        pupil_id=view.pupil_id,
        child=f"{pupil.given_name} {pupil.family_name}".strip() or "Unnamed child",
        short=cases.card_name(pupil.given_name, pupil.family_name) or "Unnamed child",
        school=found.school,
        title=asked.title,
        moment=Moment(asked.moment),
        moment_words=MOMENTS[Moment(asked.moment)],
        when=when,
        given_at=view.given_at,
        arrived_at=view.arrived_at,
        age=AGES[age],
        how=_how_words(place) if shown else "",
        early=ENDED_EARLY.get(Ended(view.ended), ""),
        answers=tuple(answer_rows(document, given, age, language_of(found.language))),
        given=given,
        sharing=sharing_words(standing.audiences),
        standing=standing,
        read=f"Read by {found.reader}, {words_of_day(view.read_at)}" if view.read_at and found.reader else "",
        held=(view.held_words or "") if shown else "",
        taken_back=f"The child took back what they said on {when}." if standing.taken_back else "",
        has_words=view.has_words,
        reply=reply_row(found.ViewReply) if found.ViewReply and shown else None,
        version=view.version,
    )


def words_of_day(moment: datetime) -> str:
    return day_words(moment.astimezone(clock.LONDON).date(), clock.today())


def standing_of(view: ChildView) -> Standing:
    """What decides who sees it."""
    return Standing(
        audiences=frozenset(Audience(share.audience) for share in view.shares if share.ended_at is None),
        read_at=view.read_at,
        is_held=view.is_held,
        taken_back=view.taken_back_at is not None,
    )


@lru_cache(maxsize=64)
def document_of(text: str) -> Document:
    """A version's questions; a version never changes once it was used, so it is read once."""
    return from_json(text)


def given_of(answer: ViewAnswer) -> Given:
    return Given(
        key=answer.question,
        state=AnswerState(answer.state),
        choices=tuple(code for code in answer.choices.split(",") if code),
        words=answer.words or "",
        strokes=strokes_from_json(answer.strokes),
    )


def answer_rows(document: Document, given: Sequence[Given], age: Age, language: Language) -> list[AnswerRow]:
    """The answers beside their questions, in the order in which they were asked."""
    asked = ((document.question(one.key), one) for one in given)
    return [answer_row(question, one, age, language) for question, one in asked if question is not None]


def answer_row(question: Question, given: Given, age: Age, language: Language) -> AnswerRow:
    is_answered = given.state is AnswerState.ANSWERED
    return AnswerRow(
        key=question.key,
        question=question.words(age),
        language=language,
        symbol=question.symbol if question.symbol in SYMBOLS else "",
        picks=picks_of(question, given, age),
        words=given.words if is_answered else "",
        drawing=drawing_path(given.strokes) if is_answered else "",
        quiet="" if is_answered else STATE_WORDS[given.state],
    )


def picks_of(question: Question, given: Given, age: Age) -> tuple[Pick, ...]:
    """What the child touched, as it looked to the child."""
    if given.state is not AnswerState.ANSWERED or question.kind in (Kind.WORDS, Kind.DRAWING):
        return ()
    if question.kind is Kind.STEPS:
        return (Pick("", answer_words(question, given, age)),)
    offered = {choice.code: choice for choice in question.choices(age)}
    chosen = [(code, offered.get(code)) for code in given.choices]
    return tuple(Pick(choice.symbol, choice.words) if choice else Pick("", code) for code, choice in chosen)


def _how_words(place: VoicePlace) -> str:
    words = HOWS[How(place.how)]
    return f"{words}: {place.helper}" if place.helper else words


def reply_row(reply: ViewReply) -> ReplyRow:
    seen = ""
    if reply.seen_at is not None:
        seen = f"{SEEN_HOW.get(reply.seen_how or '', 'Seen')}, {words_of_day(reply.seen_at)}"
    return ReplyRow(reply.you_said, reply.said_symbol, reply.we_did, reply.did_symbol, seen, reply.version)
