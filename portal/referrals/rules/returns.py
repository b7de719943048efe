"""What the service asks when it returns a referral: questions of the form by name, and its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_type_hints

from portal.referrals.rules.pages import PAGE_BY_KEY

MOST_OWN = 3
"""Own questions of one return"""
Draft = TypeVar("Draft")


@dataclass(frozen=True)
class Asking:
    """What a return asks: ``named`` are (page, field) of the form, ``own`` the service's own questions; and why."""

    named: tuple[tuple[str, str], ...] = ()
    own: tuple[str, ...] = ()
    words: str = ""


def question_words(page: str, field: str) -> str:
    """The words of one question of the form. Raises KeyError for an unknown one."""
    return {question.field: question.label for question in PAGE_BY_KEY[page].questions}[field]


def askable(page: str, field: str) -> bool:
    """Whether the form has such a question."""
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
