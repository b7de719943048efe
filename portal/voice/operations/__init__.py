"""What people do with a child's voice: ask, hand over, take what came back, read it, answer it."""

from portal.voice.operations import after_day, talking

__all__ = ["after_day", "talking"]  # the worker knows their jobs
