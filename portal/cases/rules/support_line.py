"""The plain line that a school reads of a piece of work: where it is, who acts next, by when."""

from dataclasses import dataclass
from datetime import date

from portal.kernel.dates import day_words


@dataclass(frozen=True)
class SupportFacts:
    """What the line needs to know; ``worker`` is the name of the first worker, empty while there is none."""

    stage: str
    worker: str = ""
    starts_on: date | None = None
    planned_end_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class SupportLine:
    """A state in a few words, and a sentence that says what comes next and who does it."""

    state: str
    tone: str
    next: str


def support_line(facts: SupportFacts, today: date) -> SupportLine:
    """The line of one piece of work. Raises KeyError for an unknown stage."""
    who = facts.worker or "The service"
    lines = {
        "waiting": ("Waiting to start", "attention", _start_words(facts, today)),
        "observation": ("Observation", "brand", f"{who} observes in school and then writes the observation report."),
        "plan": ("Plan", "brand", f"{who} agrees the plan with the school and the family."),
        "support": ("Support", "good", _support_words(facts, who, today)),
        "exit": ("Coming to its end", "attention", f"{who} writes the closing report and agrees what goes on."),
        "monitoring": ("Support has ended", "quiet", f"{who} comes back to see what is still in place."),
        "closed": ("Finished", "quiet", _end_words(facts, today)),
    }
    return SupportLine(*lines[facts.stage])


def _start_words(facts: SupportFacts, today: date) -> str:
    if not facts.worker:
        return "The service chooses a worker, who then calls the school."
    if facts.starts_on is None:
        return f"{facts.worker} calls the school to arrange the first visit."
    if facts.starts_on < today:
        return f"{facts.worker} arranges the first visit with the school."
    return f"{facts.worker} starts on {day_words(facts.starts_on, today)}."


def _support_words(facts: SupportFacts, who: str, today: date) -> str:
    if facts.planned_end_on is None:
        return f"{who} works with the school."
    day = day_words(facts.planned_end_on, today)
    if facts.planned_end_on < today:
        return f"{who} works with the school. This was planned to end on {day}."
    return f"{who} works with the school, planned until {day}."


def _end_words(facts: SupportFacts, today: date) -> str:
    return f"The work ended on {day_words(facts.ended_on, today)}." if facts.ended_on else "The work has ended."
