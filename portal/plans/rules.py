"""Advised strategies: who takes each one on, and whether the school put it into practice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LONGEST_WORDS = 2_000
LONGEST_OWNER = 120
LONGEST_PLACE = 80


class Implemented(StrEnum):
    """Whether one strategy was put into practice."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_YET_KNOWN = "not_yet_known"


IMPLEMENTED_LABELS: dict[Implemented, str] = {
    Implemented.YES: "Yes",
    Implemented.PARTLY: "Partly",
    Implemented.NO: "No",
    Implemented.NOT_YET_KNOWN: "Not yet known",
}


class ImplementedSummary(StrEnum):
    """All strategies of a piece of work in a word."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    AWAITED = "awaited"


# The chart's column asks a question, so its words answer it.
IMPLEMENTED_SUMMARY_LABELS: dict[ImplementedSummary, str] = {
    ImplementedSummary.ALL: "Yes",
    ImplementedSummary.SOME: "Some",
    ImplementedSummary.NONE: "No",
    ImplementedSummary.AWAITED: "To come",
}


@dataclass(frozen=True)
class StrategyDraft:
    """A strategy as it is written down, before it is kept."""

    words: str
    owner: str
    advised_on: date | None
    implemented: Implemented = Implemented.NOT_YET_KNOWN


@dataclass(frozen=True)
class SchoolStrategyDraft(StrategyDraft):
    """A strategy of a whole school; ``place`` says where or when it applies."""

    place: str = ""


def stored_state(state: Implemented) -> str | None:
    """The state as the tables keep it: “not yet known” is left empty."""
    return None if state is Implemented.NOT_YET_KNOWN else state.value


def implemented_summary(states: Iterable[Implemented]) -> ImplementedSummary:
    """All, some or none of the strategies; awaited while what is known cannot decide it.

    One that is in practice is enough for "some"; "all" and "none" need every strategy to be known.
    """
    known = list(states)
    if not known:
        return ImplementedSummary.AWAITED
    if all(state is Implemented.YES for state in known):
        return ImplementedSummary.ALL
    if any(state in {Implemented.YES, Implemented.PARTLY} for state in known):
        return ImplementedSummary.SOME
    return ImplementedSummary.NONE if Implemented.NOT_YET_KNOWN not in known else ImplementedSummary.AWAITED


def strategy_problems(draft: StrategyDraft, today: date) -> dict[str, str]:
    """What keeps a strategy from being written down: a sentence by field, empty when all is well."""
    problems = {
        "words": _text_problem("Say what the strategy is.", "The strategy", draft.words, LONGEST_WORDS),
        "owner": _text_problem("Say who takes the strategy on.", "The owner's name", draft.owner, LONGEST_OWNER),
    }
    if draft.advised_on is not None and draft.advised_on > today:
        problems["advised_on"] = "A strategy cannot be advised on a date in the future."
    return {field: words for field, words in problems.items() if words}


def school_strategy_problems(draft: SchoolStrategyDraft, today: date) -> dict[str, str]:
    """The same for a strategy of a whole school."""
    place = _text_problem("Say where or when it applies.", "This", draft.place, LONGEST_PLACE)
    return {**({"place": place} if place else {}), **strategy_problems(draft, today)}


def _text_problem(missing: str, subject: str, text: str, longest: int) -> str:
    if not text.strip():
        return missing
    return f"{subject} must be {longest:,} characters or fewer." if len(text) > longest else ""
