"""The placement cell: what became of each child, out of words that services use for it."""

import re
from collections.abc import Mapping

from portal.exits.rules import OUTCOME_LABELS, Outcome, PupilOutcome, is_kept
from portal.history.rules.texts import Unreadable, folded, quoted

MOST_CHILDREN = 30
# Torbay's special school, which hosted the service; "moved to …" names a school, and only a known one says which kind.
SPECIALIST_PROVISIONS = frozenset({"chestnut"})

_PART = re.compile(r"(?:(?P<answer>yes|no)\b)?\s*(?:(?P<count>\d{1,3})\s+child(?:ren)?\b)?\s*(?P<detail>.*)")
_DETAILS: Mapping[str, Outcome] = {
    **{folded(words): outcome for outcome, words in OUTCOME_LABELS.items()},
    "stayed": Outcome.STAYED,
    "remained in school": Outcome.STAYED,
    "moved to specialist": Outcome.SPECIALIST,
    "alternative provision": Outcome.ALTERNATIVE,
    "dual registration": Outcome.ALTERNATIVE,
    "moved to another school": Outcome.MOVED_SCHOOL,
    "pex": Outcome.PERMANENTLY_EXCLUDED,
    "parent removed child": Outcome.PARENT_REMOVED,
    "ehe": Outcome.PARENT_REMOVED,
    "elective home education": Outcome.PARENT_REMOVED,
    "left area": Outcome.LEFT_AREA,
}
_HOLDS = {"yes": True, "no": False}
_CONTINUES = re.compile(r"\bto continue\b|\bwork continu")


def parse_placement(
    text: str, children: int | None, specialist: frozenset[str] = SPECIALIST_PROVISIONS
) -> tuple[PupilOutcome, ...]:
    """The outcome of every child, the cell's own text kept as the note; raises Unreadable.

    "Yes 2 children" speaks for both; parts with different outcomes are divided by a semicolon, each with its number.
    ``children`` is the number of the chart's own column, if it has one.
    """
    parts = [_parse_part(part.strip(), specialist) for part in folded(text).split(";")]
    counts = [count for count, _, _ in parts]
    if len(parts) == 1 and counts[0] is None:
        counts = [children]
    numbers = [1 if count is None else count for count in counts]
    total = sum(numbers)
    if not 1 <= total <= MOST_CHILDREN:
        raise Unreadable(f"speaks of {total} children; from 1 to {MOST_CHILDREN} are read")
    if children is not None and total != children:
        raise Unreadable(f"speaks of {total} of the row's {children} children")
    outcomes = [part[1:] for part, number in zip(parts, numbers, strict=True) for _ in range(number)]
    return tuple(PupilOutcome(f"child-{n}", *outcome, note=text) for n, outcome in enumerate(outcomes, start=1))


def unknown_outcomes(children: int | None) -> tuple[PupilOutcome, ...]:
    """Children of whom the chart does not say yet what became of them."""
    return tuple(PupilOutcome(f"child-{n}") for n in range(1, (children or 1) + 1))


def _parse_part(part: str, specialist: frozenset[str]) -> tuple[int | None, Outcome, bool | None]:
    found = _PART.fullmatch(part)
    if found is None:
        raise Unreadable("cannot be taken apart")
    count = int(found["count"]) if found["count"] else None
    detail = found["detail"].strip(" ()-:,")
    outcome = _outcome(found["answer"], detail, specialist)
    holds = _HOLDS.get(found["answer"]) if outcome is Outcome.CONTINUING else None
    if found["answer"] and is_kept(outcome, holds) is (found["answer"] == "no"):
        raise Unreadable(f"says {found['answer']}, but {quoted(detail)} says otherwise")
    return count, outcome, holds


def _outcome(answer: str | None, detail: str, specialist: frozenset[str]) -> Outcome:
    if not detail and answer == "yes":
        return Outcome.STAYED
    if not detail and answer == "no":
        raise Unreadable("does not say what became of the child, for example “No (permanently excluded)”")
    if detail in _DETAILS:
        return _DETAILS[detail]
    if _CONTINUES.search(detail):
        return Outcome.CONTINUING
    destination = detail.removeprefix("moved to ")
    if destination != detail and destination in {folded(name) for name in specialist}:
        return Outcome.SPECIALIST
    if destination.startswith(("specialist:", "specialist -", "specialist (", "specialist provision:")):
        return Outcome.SPECIALIST
    if destination != detail:
        raise Unreadable(
            f"does not say what {quoted(destination)} is; for a special school write “Moved to specialist: …”"
        )
    raise Unreadable("is not a placement that is known, such as “Yes”, “Moved to specialist” or “No (moved school)”")
