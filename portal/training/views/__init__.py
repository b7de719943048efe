"""Addresses of training: the first page, the catalogue, requests, sessions, places, register, certificates."""

from portal.training.views import bookings, evaluations, events, index, programmes, register, requests, sessions, topics
from portal.training.views.blueprint import blueprint

__all__ = [
    "blueprint",
    "bookings",
    "evaluations",
    "events",
    "index",
    "programmes",
    "register",
    "requests",
    "sessions",
    "topics",
]
