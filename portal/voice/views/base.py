"""The blueprint, and the event by which sections load again."""

from flask import Blueprint

blueprint = Blueprint("voice", __name__)

EVENT = "voices-changed"
