"""Files for translators' own tools: a language's texts as PO, and what such a file says when it comes back."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from portal.kernel.catalogues import Entry, Forms, counting, forms, problem_with
from portal.languages.rules.texts import TextState

LARGEST = 1024 * 1024
MOST_PROBLEMS = 20
_LINE = re.compile(rb'\s*|#.*|\s*(?:msg[a-z_]+(?:\[\d\])?\s+)?"(?:[^"\\]|\\.)*"\s*')


@dataclass(frozen=True)
class ReadText:
    """One text of a file; a fuzzy one is not sure."""

    key: str
    words: Forms
    is_fuzzy: bool


@dataclass(frozen=True)
class ReadFile:
    """What a file says: its texts, what is wrong with it, and how many texts belong to nothing of now."""

    texts: tuple[ReadText, ...] = ()
    problems: tuple[str, ...] = ()
    passed_over: int = 0


def written(code: str, name: str, texts: Iterable[tuple[Entry, Forms, TextState]]) -> bytes:
    """A file with every text of a catalogue; what nobody checked is marked as fuzzy."""
    catalog = Catalog(locale=code, project=name, version="1", fuzzy=False, header_comment=f"# {name}, {code}")
    for entry, words, state in texts:
        english = entry.english if entry.counts else entry.english[0]
        own = words or ("",) * (counting(code).number if entry.counts else 1)
        flags = ("fuzzy",) if words and state is not TextState.CHECKED else ()
        notes = (entry.note,) if entry.note else ()
        catalog.add(english, own if entry.counts else own[0], context=entry.key, flags=flags, auto_comments=notes)
    out = BytesIO()
    write_po(out, catalog, width=100)
    return out.getvalue()


def read(content: bytes, code: str, language: str, entries: Mapping[str, Entry]) -> ReadFile:
    """What a file holds for these entries. Each problem names its line."""
    if len(content) > LARGEST:
        return ReadFile(problems=("This file is larger than 1MB. Choose the file of this language alone.",))
    if line := _broken_line(content):
        return ReadFile(problems=(f"Line {line} is not as a PO file has it. Save the file again as PO.",))
    try:
        found = read_po(BytesIO(content), locale=code, abort_invalid=True)
    except PoFileError as error:
        return ReadFile(problems=(f"Line {error.lineno + 1} is not as a PO file has it. Save the file again as PO.",))
    except (LookupError, UnicodeError):
        return ReadFile(problems=("The letters in this file can't be read. Save it as PO in UTF-8.",))
    except (ValueError, TypeError, AttributeError):
        return ReadFile(problems=("This is not a PO file, or its first lines are damaged. Save it again as PO.",))
    return _read(found, code, language, entries)


def _broken_line(content: bytes) -> int:
    """The first line that is none of a PO file, counted from 1. The library takes some of them, and loses letters."""
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return next((number for number, line in enumerate(lines, start=1) if not _LINE.fullmatch(line)), 0)


def _read(found: Catalog, code: str, language: str, entries: Mapping[str, Entry]) -> ReadFile:
    if str(found.locale_identifier or code).replace("-", "_").partition("_")[0].lower() != code:
        return ReadFile(problems=(f"This file is for another language. Choose the file for {language}.",))
    messages = [one for one in found if one.id and any(forms(one.string))]
    ours = [one for one in messages if _belongs(one, entries)]
    if not ours:
        return ReadFile(problems=("This file has no text that belongs here.",))
    problems = tuple(filter(None, (_problem(one, code, entries) for one in ours)))
    texts = tuple(ReadText(str(one.context), forms(one.string), one.fuzzy) for one in ours)
    return ReadFile(texts, problems[:MOST_PROBLEMS], len(messages) - len(ours))


def _belongs(message: Message, entries: Mapping[str, Entry]) -> bool:
    entry = entries.get(str(message.context))
    return entry is not None and entry.english == forms(message.id)


def _problem(message: Message, code: str, entries: Mapping[str, Entry]) -> str:
    problem = problem_with(entries[str(message.context)], forms(message.string), code)
    return f"Line {message.lineno}, {message.context}: {problem}" if problem else ""
