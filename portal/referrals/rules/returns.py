"""What the service asks when it returns a referral: questions of the form by name, and its own."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_type_hints

from portal.referrals.rules.evidence import FILE_ITEMS, PLACE_OF_FILES
from portal.referrals.rules.pages import PAGE_BY_KEY

MOST_OWN = 3
"""Own questions of one return"""
ANSWER_PAGE = "answer"
"""The key under which what is typed on the page of answers is kept; it has no draft of its own."""
NOT_KNOWN = "We don't know"
"""What a school ticks, and what is read, where it cannot answer"""
BLANK = f"Answer this question, or tick “{NOT_KNOWN}”."
_FILES_ASKED: Mapping[tuple[str, str], str] = {(PLACE_OF_FILES, "plan"): FILE_ITEMS["plan"]}
"""Files that a return can ask for by name."""
Draft = TypeVar("Draft")


@dataclass(frozen=True)
class Asking:
    """What a return asks: ``named`` are (page, field) of the form, or (``PLACE_OF_FILES``, item) for a file; ``own``
    are the service's own questions; and why."""

    named: tuple[tuple[str, str], ...] = ()
    own: tuple[str, ...] = ()
    words: str = ""


def question_words(page: str, field: str) -> str:
    """The words of one question of the form, or of a file that is asked for. Raises KeyError for an unknown one."""
    if (page, field) in _FILES_ASKED:
        return _FILES_ASKED[page, field]
    return {question.field: question.label for question in PAGE_BY_KEY[page].questions}[field]


def askable(page: str, field: str) -> bool:
    """Whether the form has such a question, or such a file comes with it."""
    if (page, field) in _FILES_ASKED:
        return True
    return page in PAGE_BY_KEY and any(question.field == field for question in PAGE_BY_KEY[page].questions)


def asking_problems(asking: Asking) -> list[str]:
    """What must be mended before a referral is returned."""
    if not (asking.named or asking.own or asking.words.strip()):
        return ["Choose at least one question, or ask one in your own words."]
    if any(not askable(page, field) for page, field in asking.named):
        return ["Choose the questions from the list."]
    return []


def complete_asking(asking: Asking) -> Asking:
    """Ready to be kept: in the order of the form, each once; words alone become the one question."""
    wanted = set(asking.named)
    named = tuple(
        (page.key, q.field) for page in PAGE_BY_KEY.values() for q in page.questions if (page.key, q.field) in wanted
    )
    named += tuple(one for one in _FILES_ASKED if one in wanted)
    own = tuple(words for words in (text.strip() for text in asking.own) if words)
    words = asking.words.strip()
    if not named and not own:
        own = (words,)
    return Asking(named, own, words or _listed(named, own))


def _listed(named: Iterable[tuple[str, str]], own: Iterable[str]) -> str:
    return "\n".join([*(question_words(page, field) for page, field in named), *own])


def only_asked(saved: Draft, sent: Draft, asked: Collection[str]) -> Draft:
    """The saved page with the answers to the questions that were asked; whatever else was sent does not count."""
    hints = get_type_hints(type(saved))
    answers: dict[str, Any] = {name: getattr(sent, name) for name in asked if name in hints}
    # A yes or no that has no “not answered” stays what it was.
    given = {name: value for name, value in answers.items() if not (value is None and hints[name] is bool)}
    return replace(saved, **given)  # type: ignore[type-var]
