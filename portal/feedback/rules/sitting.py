"""What a family has typed so far, as the buffer between two pages keeps it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from portal.feedback.rules.family import (
    BETTER_WORDS,
    CHECK,
    GOOD_WORDS,
    MANAGER,
    QUOTE,
    FamilyAnswer,
    FamilyMoment,
    Point,
    after,
)


@dataclass(frozen=True)
class Sitting:
    """A draft, how it is to be shown, and the page where the family was last."""

    answer: FamilyAnswer = field(default_factory=FamilyAnswer)
    language: str = "en"
    large_print: bool = False
    at: str = ""

    def as_text(self) -> str:
        """For the buffer; ``sitting_of`` reads it."""
        kept = {
            "points": {code: point.value for code, point in self.answer.points.items()},
            "good": self.answer.good_words,
            "better": self.answer.better_words,
            "quote": self.answer.quote,
            "manager_only": self.answer.manager_only,
            "language": self.language,
            "large_print": self.large_print,
            "at": self.at,
        }
        return json.dumps(kept, ensure_ascii=False)


def sitting_of(text: str) -> Sitting:
    """What ``as_text`` made."""
    kept: Mapping[str, Any] = json.loads(text)
    answer = FamilyAnswer(
        points={code: Point(point) for code, point in kept["points"].items()},
        good_words=kept["good"],
        better_words=kept["better"],
        quote=kept["quote"],
        manager_only=kept["manager_only"],
    )
    return Sitting(answer, kept["language"], kept["large_print"], kept["at"])


def with_page(sitting: Sitting, page: str, typed: str | None) -> Sitting:
    """The draft with what one page said; nothing typed takes an answer back."""
    answer = sitting.answer
    if page == GOOD_WORDS:
        answer = replace(answer, good_words=typed or "")
    elif page == BETTER_WORDS:
        answer = replace(answer, better_words=typed or "")
    elif page == QUOTE:
        answer = replace(answer, quote=None if not typed else typed == "yes")
    elif page == MANAGER:
        answer = replace(answer, manager_only=typed == "yes")
    elif page != CHECK:
        points = {code: point for code, point in answer.points.items() if code != page}
        answer = replace(answer, points=points | ({page: Point(typed)} if typed else {}))
    if not answer.has_words:
        answer = replace(answer, quote=None)
    return replace(sitting, answer=answer)


def gone_on(sitting: Sitting, page: str, moment: FamilyMoment) -> Sitting:
    """The same, standing on the page after this one."""
    return replace(sitting, at=after(page, moment, sitting.answer))
