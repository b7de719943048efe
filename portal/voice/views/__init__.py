"""The pages of the child's voice: the worker's, the coordinator's, and the tablet's own."""

from portal.voice.views.base import blueprint

__all__ = ["blueprint"]
