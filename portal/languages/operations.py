"""Writing and checking the texts of a language, and offering it to families and children."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.catalogues import problem_with
from portal.kernel.errors import Refused
from portal.kernel.languages import (
    CheckedLanguage,
    Translation,
    checked,
    english_digest,
    forget_written,
)
from portal.languages import queries
from portal.languages.queries import TextRow
from portal.languages.rules import exchange
from portal.languages.rules.texts import LONGEST_SPEAKER, TextState, Typed, name_of, why_not_offered
from portal.policy import Action, Actor

SPEAKER = "speaker"
_NAME_THE_SPEAKER = f"Enter the name of the person who checked the texts, in at most {LONGEST_SPEAKER} characters."
_CHANGED_SINCE = "Someone changed this text since you opened the page. Read what is saved now, and decide again."


class RefusedTexts(Refused):
    """Texts that cannot be saved; ``by_name`` holds a sentence for each, and for ``SPEAKER``."""

    def __init__(self, by_name: Mapping[str, str]) -> None:
        super().__init__(*by_name.values())
        self.by_name = dict(by_name)


@dataclass(frozen=True)
class Saved:
    """How many texts were written and checked, and whether the language was offered until now."""

    written: int
    checked: int
    ends_offer: bool


def write_texts(actor: Actor, code: str, typed: Iterable[Typed], speaker: str) -> Saved:
    """Saves what differs, and what the speaker says is right. A text that nobody checked ends the language's offer.

    Raises ``RefusedTexts`` with every problem, and changes nothing then; ``OutOfReach`` for what is no language.
    """
    ensure(actor, Action.MANAGE_SETTINGS)
    queries.language_for(code)
    language = _locked(code)
    now = {row.name: row for row in queries.texts_of(code)}
    wanted = [one for one in typed if one.name in now and _differs(one, now[one.name])]
    problems = {one.name: problem for one in wanted if (problem := _problem(one, now[one.name], code))}
    if any(one.is_right for one in wanted) and not _is_name(speaker):
        problems[SPEAKER] = _NAME_THE_SPEAKER
    if problems:
        raise RefusedTexts(problems)
    for one in wanted:
        _put(actor, language, one, now[one.name], speaker.strip())
    return _saved(actor, language, wanted, now)


def _locked(code: str) -> CheckedLanguage:
    """The language's row, which only one person at a time works on."""
    found = checked(for_change=True).get(code)
    return found or CheckedLanguage(code=code, speaker="", checked_on=clock.today(), is_on=False)


def _differs(one: Typed, row: TextRow) -> bool:
    if one.is_right and row.state is not TextState.CHECKED:
        return True
    return one.words != row.words and not (one.is_empty and not row.words)


def _problem(one: Typed, row: TextRow, code: str) -> str:
    if one.seen != row.mark:
        return _CHANGED_SINCE
    return problem_with(row.entry, one.words, code)


def _is_name(speaker: str) -> bool:
    name = speaker.strip()
    return 0 < len(name) <= LONGEST_SPEAKER and name.isprintable() and any(letter.isalpha() for letter in name)


def _put(actor: Actor, language: CheckedLanguage, one: Typed, before: TextRow, speaker: str) -> None:
    known = {name_of(row.catalogue, row.key): row for row in language.translations}
    row = known.get(one.name)
    if row is None:
        row = Translation(catalogue=one.catalogue, key=one.key)
        language.translations.append(row)
    row.english, row.words = list(before.entry.english), list(one.words)
    if one.words != before.words:
        row.written_by_id, row.written_at = actor.person_id, clock.now()
    row.speaker = speaker if one.is_right else ""
    row.checked_by_id = actor.person_id if one.is_right else None
    row.checked_at = clock.now() if one.is_right else None


def _saved(actor: Actor, language: CheckedLanguage, wanted: list[Typed], now: Mapping[str, TextRow]) -> Saved:
    right = sum(one.is_right for one in wanted)
    ends_offer = language.is_on and right < len(wanted)
    if wanted:
        language.is_on = language.is_on and not ends_offer
        audit.record(actor, "texts of a language written", language, fields=[one.name for one in wanted])
        forget_written()
    if ends_offer:
        audit.record(actor, "language switched off", language)
    return Saved(sum(one.words != now[one.name].words for one in wanted), right, ends_offer)


def take_file(actor: Actor, code: str, name: str, content: bytes, *, speaker: str, is_checked: bool) -> Saved:
    """Saves the texts of a file. Those that it marks as fuzzy are never checked, whatever is said of the whole.

    Raises ``Refused`` with a sentence for each line that is wrong, and changes nothing then.
    """
    ensure(actor, Action.MANAGE_SETTINGS)
    language, catalogue = queries.language_for(code), queries.catalogue_for(name)
    found = exchange.read(content, code, language.name, catalogue.entries)
    if found.problems:
        raise Refused(*found.problems)
    marks = {row.key: row.mark for row in queries.texts_of(code) if row.catalogue == name}
    typed = [
        Typed(name, one.key, one.words, marks[one.key], is_right=is_checked and not one.is_fuzzy) for one in found.texts
    ]
    return write_texts(actor, code, typed, speaker)


def offer(actor: Actor, code: str) -> None:
    """Families and children can choose the language from now on. Raises ``Refused`` while a text is not checked."""
    ensure(actor, Action.MANAGE_SETTINGS)
    language, row = queries.language_for(code), _locked(code)
    why_not = why_not_offered(language.name, (text.state for text in queries.texts_of(code)))
    if why_not:
        raise Refused(why_not)
    speakers = sorted({one.speaker for one in row.translations})
    row.speaker, row.checked_on = ", ".join(speakers)[:LONGEST_SPEAKER], clock.today()
    row.recorded_by_id, row.is_on, row.checked_for = actor.person_id, True, english_digest()
    audit.record(actor, "language switched on", row)


def withdraw(actor: Actor, code: str) -> None:
    """Nobody can choose the language from now on; its texts stay."""
    ensure(actor, Action.MANAGE_SETTINGS)
    queries.language_for(code)
    row = _locked(code)
    if row.is_on:
        row.is_on = False
        audit.record(actor, "language switched off", row)
