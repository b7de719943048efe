"""The feedback cells: a tone that is said, and the good and the bad part of what stands beside it."""

import re

from portal.feedback.rules import Feedback, Source, Tone
from portal.history.rules.texts import Unreadable, folded

_STOPPED = re.compile(r"work not able to continue|breakdown of relationships?\b.*")
_OPENING = re.compile(r"(positive|mixed|not positive)\b[ ,:;-]*(.*)", re.IGNORECASE | re.ASCII)
_BETTER = re.compile(r"\b(not|should|needed|more|longer|too)\b")
_GOOD = re.compile(r"\b(useful|helpful|helped|supported|pleased|happy|valued)\b")
_TONES = {"positive": Tone.POSITIVE, "mixed": Tone.MIXED, "not positive": Tone.NOT_POSITIVE}


def parse_feedback(text: str, source: Source) -> Feedback:
    """What school or family said, in their words as printed; raises Unreadable where no tone is said.

    After "Positive", a part that asks for something ("needed", "should", "not", "more") is what could be better, any
    other is what was good. Without an opening, only praise and the end of the relationship are understood.
    """
    if folded(text) == "positive for all aspects":
        return Feedback(source, overall=Tone.ALL_POSITIVE)
    found = _OPENING.fullmatch(text)
    if found is None:
        return _without_opening(text, source)
    good, better, stopped = _sorted_parts(found[2])
    tone = _TONES[found[1].lower()]
    if tone is Tone.POSITIVE and (better or stopped):
        tone = Tone.POSITIVE_EXCEPT
    return _feedback(source, tone, good, better, stopped)


def _without_opening(text: str, source: Source) -> Feedback:
    good, better, stopped = _sorted_parts(text)
    if better or not all(_GOOD.search(folded(part)) for part in good):
        raise Unreadable("does not begin with a tone: Positive for all aspects, Positive, Mixed or Not positive")
    if not good:
        return _feedback(source, Tone.NOT_ABLE, good, better, stopped)
    return _feedback(source, Tone.MIXED if stopped else Tone.POSITIVE, good, better, stopped)


def _sorted_parts(text: str) -> tuple[list[str], list[str], list[str]]:
    """The parts between commas and semicolons: what was good, what could be better, why the work stopped."""
    good: list[str] = []
    better: list[str] = []
    stopped: list[str] = []
    for part in filter(None, (part.strip() for part in re.split("[,;]", text))):
        if _STOPPED.fullmatch(folded(part)):
            stopped.append(part)
        else:
            (better if _BETTER.search(folded(part)) else good).append(part)
    return good, better, stopped


def _feedback(source: Source, tone: Tone, good: list[str], better: list[str], stopped: list[str]) -> Feedback:
    reasons = [part for part in stopped if folded(part) != "work not able to continue"]
    return Feedback(
        source,
        good_words=", ".join(good),
        better_words=", ".join(better),
        work_stopped=bool(stopped),
        stopped_words=", ".join(reasons),
        overall=tone,
    )
