"""What a tablet shows: the turns of its session, and each question as the child sees it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest
from portal.kernel.languages import ENGLISH, Catalogue, Language, Text, language_of
from portal.voice.models import HandOver, SealingKey, VoicePlace
from portal.voice.operations.places import secret_of, session_digest
from portal.voice.rules.places import AFTER_EACH_TOUCH, How
from portal.voice.rules.questions import ORDERED, Age, Choice, Kind, Question, from_json
from portal.voice.rules.sharing import AUDIENCE_SYMBOLS, AUDIENCES
from portal.voice.rules.walk import Walk
from portal.voice.rules.walk import from_json as walk_from_json

WORDS = Catalogue("tablet", "The child's tablet", Path(__file__).parent.parent / "words")


@dataclass(frozen=True)
class AskedRow:
    """One question on its screen; ``number`` counts from 1."""

    at: int
    number: int
    total: int
    key: str
    kind: str
    words: str
    symbol: str
    choices: tuple["ChoiceRow", ...]

    @property
    def takes_one(self) -> bool:
        return self.kind in ORDERED


@dataclass(frozen=True)
class ChoiceRow:
    """One thing to touch, in the questionnaire's language where its words were translated."""

    code: str
    symbol: str
    words: Text


@dataclass(frozen=True)
class TurnRow:
    """One place: the animal that the child is, and its questions."""

    public_id: str
    animal: str
    animal_words: Text
    age: str
    is_alone: bool
    """Nobody helps, so nobody is said to write anything down"""
    language: Language
    questions: tuple[AskedRow, ...]
    audiences: tuple[tuple[str, str, Text], ...]
    """Code, symbol and words of who else may see it"""


@dataclass(frozen=True)
class CarriedTurn:
    """What a tablet needs beside the screens to answer without signal."""

    row: TurnRow
    carried: str
    """Ids, secret, key and times as JSON, for the script"""


def turn_row(place: VoicePlace) -> TurnRow:
    """A place as the tablet draws it."""
    document, age, language = from_json(place.asked.document), Age(place.age), language_of(place.asked.language)
    words, total = WORDS.words(language.code), len(document.questions)
    return TurnRow(
        place.public_id,
        place.animal,
        words(f"animal_{place.animal}"),
        age.value,
        place.how == How.ALONE,
        language,
        tuple(_asked(question, at, total, age, language) for at, question in enumerate(document.questions)),
        tuple((one.value, AUDIENCE_SYMBOLS[one], words(f"audience_{one.value}")) for one in AUDIENCES),
    )


def _asked(question: Question, at: int, total: int, age: Age, language: Language) -> AskedRow:
    choices = tuple(
        ChoiceRow(choice.code, choice.symbol, _choice_words(question.kind, choice, age, language))
        for choice in question.choices(age)
    )
    words = question.words(age)
    return AskedRow(at, at + 1, total, question.key, question.kind.value, words, question.symbol, choices)


def _choice_words(kind: Kind, choice: Choice, age: Age, language: Language) -> Text:
    """Numbers are read in every language."""
    if kind is Kind.STEPS:
        return Text(choice.words, language)
    key = picture_key(choice.code) if kind is Kind.PICTURES else choice_key(choice.code, age)
    return WORDS.words(language.code)(key)


def picture_key(symbol: str) -> str:
    """Where the catalogue holds what a picture means."""
    return f"picture_{symbol.replace('-', '_')}"


def choice_key(code: str, age: Age) -> str:
    """Where the catalogue holds the words of an answer; older children read some of them without faces."""
    older = f"choice_{code}_older"
    return older if age is Age.SECONDARY and older in WORDS.entries else f"choice_{code}"


def open_places(session: HandOver) -> list[VoicePlace]:
    """Whose turn is still to come."""
    return [place for place in session.places if place.settled_at is None]


def carried_turn(place: VoicePlace, session: HandOver) -> CarriedTurn:
    """A place with what the script keeps on the tablet; None of it is about the child."""
    key = db.session.scalars(select(SealingKey).order_by(SealingKey.id.desc()).limit(1)).one()
    alone = len(session.places) == 1
    facts = {
        "format": 1,
        "id": place.public_id,
        "secret": secret_of(place),
        "key": key.id,
        "publicKey": key.public_key,
        "handOver": keyed_digest("hand over", session.digest)[:16],
        "now": _seconds(clock.now()),
        "takenUntil": _seconds(place.taken_until),
        "lastsUntil": _seconds(session.lasts_until),
        "lastsFromTouch": int(AFTER_EACH_TOUCH.total_seconds()) if alone else 0,
        "slides": int(AFTER_EACH_TOUCH.total_seconds()),
    }
    return CarriedTurn(turn_row(place), json.dumps(facts))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def language_of_session(token: object) -> Language:
    """In which the screens speak that belong to no one turn: “Thank you”, “This tablet is finished”, the animals."""
    if not isinstance(token, str):
        return ENGLISH
    found = db.session.scalars(select(HandOver).where(HandOver.digest == session_digest(token))).one_or_none()
    if found is None:
        return ENGLISH
    turns = [found.reply.view.place] if found.reply is not None else found.places
    current = [place for place in turns if place.id == found.current_place_id]
    codes = {place.asked.language for place in current or turns}
    return language_of(codes.pop()) if len(codes) == 1 else ENGLISH


def walk_of(place: VoicePlace) -> Walk:
    """How far the child has come, where the server draws the screens."""
    return walk_from_json(place.walk)


def current_place(session: HandOver) -> VoicePlace | None:
    """Whose turn it is; None while the animals are shown."""
    return next((place for place in session.places if place.id == session.current_place_id), None)
