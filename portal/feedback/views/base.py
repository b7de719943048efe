"""The blueprint, and the event by which sections load again."""

from flask import Blueprint

blueprint = Blueprint("feedback", __name__)

EVENT = "feedback-changed"
