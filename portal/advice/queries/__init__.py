"""Reading advice: lists for school and service, one thread with its talk, facts for the hints."""

from portal.advice.queries.lists import AdviceRow, Wanted, counts, own_threads, service_threads
from portal.advice.queries.threads import (
    MessageRow,
    OpenedThread,
    ThreadPage,
    came_from,
    default_minutes,
    hint_facts,
    thread_for,
    thread_page,
    words_for_training,
    written_of,
)

__all__ = [
    "AdviceRow",
    "MessageRow",
    "OpenedThread",
    "ThreadPage",
    "Wanted",
    "came_from",
    "counts",
    "default_minutes",
    "hint_facts",
    "own_threads",
    "service_threads",
    "thread_for",
    "thread_page",
    "words_for_training",
    "written_of",
]
