"""What is known of a pupil or a school, in words, as pairs for a page."""

from datetime import date

from portal.kernel.dates import MONTHS, day_words
from portal.schools import rules
from portal.schools.models import Pupil
from portal.schools.queries.calendars import calendar_of
from portal.schools.queries.lines import line_for_phase
from portal.schools.queries.schools import SchoolRow

Pairs = list[tuple[str, str | None]]


def birth_words(born_on: date | None) -> str | None:
    """A date of birth: always with its year."""
    return f"{born_on.day} {MONTHS[born_on.month - 1]} {born_on.year}" if born_on else None


def identity_of(pupil: Pupil, year_group: str) -> Pairs:
    """Who the pupil is."""
    return [
        ("Date of birth", birth_words(pupil.born_on)),
        ("Year group", year_group),
        ("UPN", _upn_words(pupil)),
        ("Gender", rules.GENDERS.get(pupil.gender or "")),
        ("Ethnicity", pupil.ethnicity),
        ("First language", pupil.first_language),
        ("Interpreter", "Needed" if pupil.interpreter_needed else "Not needed"),
    ]


def needs_of(pupil: Pupil) -> Pairs:
    """What the pupil needs, and who else looks after them."""
    return [
        ("SEN status", rules.SEN_PROVISION.get(pupil.sen_status or "")),
        ("Main need", rules.SEN_NEED.get(pupil.sen_need or "")),
        ("Diagnosis", pupil.diagnosis),
        ("Looked after", _yes_no(pupil.looked_after)),
        ("Social care", rules.SOCIAL_CARE.get(pupil.social_care or "")),
    ]


def home_of(pupil: Pupil) -> Pairs:
    """Where the pupil lives."""
    return [("Address", pupil.address), ("Phone", pupil.phone)]


def _upn_words(pupil: Pupil) -> str | None:
    if pupil.upn:
        return f"{pupil.upn} (temporary)" if rules.upn_warning(pupil.upn) else pupil.upn
    reason = rules.UPN_UNKNOWN_REASONS.get(pupil.upn_unknown_reason or "")
    return f"Not known: {reason[:1].lower()}{reason[1:]}" if reason else None


def _yes_no(answer: bool | None) -> str | None:
    return {True: "Yes", False: "No"}.get(answer) if answer is not None else None


_LINE_PHASES = {
    "nursery": "early_years",
    "primary": "primary",
    "middle_primary": "primary",
    "secondary": "secondary",
    "middle_secondary": "secondary",
    "sixteen_plus": "secondary",
}


def dates_of(school: SchoolRow, today: date) -> Pairs:
    """The term that runs or comes next, and the next days without school, by the calendar of the school's line."""
    line = line_for_phase(_LINE_PHASES.get(school.phase, "all"))
    calendar = calendar_of(line.id if line else None)
    term = calendar.term_of(today)
    coming = min((t for t in calendar.terms if t.starts_on > today), key=lambda t: t.starts_on, default=None)
    closed = min((c for c in calendar.closures if c.ends_on >= today), key=lambda c: c.starts_on, default=None)
    pairs: Pairs = []
    if term:
        pairs.append(("This term", f"{term.name}, until {day_words(term.ends_on, today)}"))
    if closed and (not term or closed.starts_on <= term.ends_on):
        pairs.append(("Next days without school", _closure_words(closed, today)))
    if coming:
        pairs.append(("Next term", f"{coming.name}, from {day_words(coming.starts_on, today)}"))
    return pairs


def _closure_words(closure: rules.Closure, today: date) -> str:
    first = day_words(closure.starts_on, today)
    if closure.ends_on == closure.starts_on:
        return f"{closure.label}, {first}"
    return f"{closure.label}, {first} to {day_words(closure.ends_on, today)}"
