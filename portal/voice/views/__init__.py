"""The pages of the child's voice: the worker's, the coordinator's, and the tablet's own."""

from portal.voice.views import of_case, places, questionnaires, reading, shared, showing, tablet, talking
from portal.voice.views.base import blueprint

__all__ = ["blueprint", "of_case", "places", "questionnaires", "reading", "shared", "showing", "tablet", "talking"]
