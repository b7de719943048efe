"""Addresses of advice: lists, asking, one question, what it becomes."""

from portal.advice.views import becoming, lists, threads
from portal.advice.views.base import blueprint

__all__ = ["becoming", "blueprint", "lists", "threads"]
