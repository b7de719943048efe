"""What changed in the school beyond this child, asked at the end of the work and again after monitoring."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

LONGEST_WORDS = 1_000


class Change(StrEnum):
    """The school's answer about one part of its life."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    TOO_EARLY = "too_early"


CHANGE_LABELS: dict[Change, str] = {
    Change.YES: "Yes",
    Change.PARTLY: "Partly",
    Change.NO: "No",
    Change.TOO_EARLY: "Too early to say",
}

AREAS: dict[str, str] = {
    "other_children": "We use the strategies for other children too",
    "unstructured": "Breaks, lunch and other unstructured times are calmer",
    "behaviour_plans": "Our behaviour-for-learning plans are better",
    "communication": "Communication with other schools is better",
    "parents": "Parents and carers are more engaged",
    "transitions": "Moves between classes, key stages or schools go better",
}
"""What the service also works for, as the school is asked about it."""

SHORT_AREAS: dict[str, str] = {
    "other_children": "Strategies used for other children",
    "unstructured": "Calmer unstructured times",
    "behaviour_plans": "Better behaviour-for-learning plans",
    "communication": "Communication across schools",
    "parents": "Parent engagement",
    "transitions": "Transitions",
}


@dataclass(frozen=True)
class BeyondAnswer:
    """One area: the answer (None where only words were given) and the school's words."""

    change: Change | None = None
    words: str = ""


@dataclass(frozen=True)
class AreaCount:
    """One line of a table: how many pieces of work gave each answer, of ``number`` that gave one."""

    area: str
    label: str
    counts: Mapping[Change, int]
    number: int


def beyond_problems(answers: Mapping[str, BeyondAnswer]) -> list[str]:
    """What keeps the page from being kept, as sentences; an empty page is an answer too."""
    problems = []
    if set(answers) - set(AREAS):
        problems.append("Answer only the questions on this form.")
    if any(len(answer.words) > LONGEST_WORDS for answer in answers.values()):
        problems.append(f"Shorten each of your answers to {LONGEST_WORDS:,} characters or fewer.")
    return problems


def area_counts(answers: Iterable[tuple[str, Change]]) -> list[AreaCount]:
    """Every area with its counts, in the order of the form; empty when nobody answered anything."""
    found: dict[str, dict[Change, int]] = {area: dict.fromkeys(Change, 0) for area in AREAS}
    for area, change in answers:
        found[area][change] += 1
    if not any(sum(counts.values()) for counts in found.values()):
        return []
    return [AreaCount(area, SHORT_AREAS[area], counts, sum(counts.values())) for area, counts in found.items()]
