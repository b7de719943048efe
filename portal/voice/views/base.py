"""The blueprint, and the event by which sections load again."""

from flask import Blueprint

blueprint = Blueprint("voice", __name__)

EVENT = "voices-changed"

CHILD = "child"
"""Where the cookie holds the child's token; once a tablet is handed over it holds nothing else"""
