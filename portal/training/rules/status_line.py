"""The one plain line that school and service see: where a request is, who acts next, by when."""

from dataclasses import dataclass
from datetime import date

from portal.kernel.dates import by_when_words


@dataclass(frozen=True)
class RequestFacts:
    """What the line is made of.

    ``when`` are the words of the session that answers the request, ``trainers`` who gives it; ``names_known`` says
    whether the school has entered who comes, ``due_on`` by when whoever acts next should have.
    """

    status: str
    due_on: date | None = None
    when: str = ""
    trainers: str = ""
    names_known: bool = False


@dataclass(frozen=True)
class StatusLine:
    """Where it is (a sentence), who acts next ("" for nobody), and by when if a date is set."""

    where: str
    who_acts: str = ""
    by_when: date | None = None

    def words(self, today: date) -> str:
        """The whole line: "With the service. Next: the coordinator answers, by Tuesday 17 November."."""
        if not self.who_acts:
            return self.where
        return f"{self.where} Next: {self.who_acts}{by_when_words(self.by_when, today)}"


def status_line(facts: RequestFacts) -> StatusLine:
    """The line of a request. Raises KeyError for an unknown status."""
    if facts.status == "booked":
        return _booked(facts)
    if facts.status == "held":
        return StatusLine(f"Held on {facts.when}." if facts.when else "Held.")
    where, who_acts = _LINES[facts.status]
    return StatusLine(where, who_acts, facts.due_on if who_acts else None)


_LINES = {
    "asked": ("With the service.", "the coordinator answers"),
    "offered": ("The service offers dates.", "the school chooses one"),
    "declined": ("Declined. The reason stands below.", ""),
    "cancelled": ("Cancelled. The reason stands below.", ""),
    "withdrawn": ("Withdrawn by the school.", ""),
}


def _booked(facts: RequestFacts) -> StatusLine:
    where = f"Booked for {facts.when}{f', with {facts.trainers}' if facts.trainers else ''}."
    if facts.names_known:
        return StatusLine(where)
    return StatusLine(where, "the school says who comes", facts.due_on)
