"""What a case's card on the board says."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


def card_name(given_name: str, family_name: str) -> str:
    """A pupil's name on a card: first name and initial, "Maya K."; "Unnamed pupil" when neither is known."""
    given = " ".join(given_name.split())
    initial = next((letter.upper() for letter in family_name if letter.isalpha()), "")
    if not given:
        return f"Pupil {initial}." if initial else "Unnamed pupil"
    return f"{given} {initial}." if initial else given


def group_name(names: tuple[str, ...]) -> str:
    """The card's name of a case with several pupils: "Maya K. and 2 more"."""
    if len(names) < 2:
        return names[0] if names else "Unnamed pupil"
    return f"{names[0]} and {names[1]}" if len(names) == 2 else f"{names[0]} and {len(names) - 1} more"


@dataclass(frozen=True)
class Bar:
    """Days used of days planned: words, the filled share in whole percent (0 to 100), and whether more was used."""

    words: str
    percent: int
    is_over: bool


def bar(days_used: Decimal, days_planned: Decimal) -> Bar:
    """The bar of a card, "12 of 24 days", in half days; with nothing planned it stays empty and says "12 days"."""
    used = to_half_days(days_used)
    if days_planned <= 0:
        return Bar(days_words(used), 0, False)
    percent = min(100, int((days_used * 100 / days_planned).to_integral_value(ROUND_HALF_UP)))
    return Bar(f"{_number_words(used)} of {days_words(days_planned)}", max(0, percent), used > days_planned)


def to_half_days(days: Decimal) -> Decimal:
    """Days rounded to half a day; a quarter rounds up."""
    return (days * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2


def days_words(days: Decimal) -> str:
    """Days in words, to half a day: "1 day", "12.5 days", "0 days"."""
    rounded = to_half_days(days)
    return f"{_number_words(rounded)} {'day' if rounded == 1 else 'days'}"


def stage_words(since: date, today: date) -> str:
    """How long a case has stood in its stage: "since today", "6 days", "5 weeks", later "8 months"."""
    days = (today - since).days
    if days < 1:
        return "since today"
    if days < 14:
        return f"{days} {'day' if days == 1 else 'days'}"
    return f"{days // 7} weeks" if days < 26 * 7 else f"{round(days * 12 / 365)} months"


def _number_words(days: Decimal) -> str:
    return f"{days:.1f}".removesuffix(".0")
