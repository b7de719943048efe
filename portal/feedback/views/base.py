"""The blueprint, and the event by which sections load again."""

from datetime import date

from flask import Blueprint

from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.languages import ENGLISH, Language

blueprint = Blueprint("feedback", __name__)

EVENT = "feedback-changed"


def day_in(day: date, language: Language) -> str:
    """In English words, else in figures: a sentence of another language holds no English name of a month."""
    return day_words(day, clock.today()) if language is ENGLISH else f"{day.day}/{day.month}/{day.year}"
