"""What people do with feedback: the service writes down a conversation; the school is asked and answers itself."""

from portal.feedback.operations.asking import ask_school, task_key, withdraw_ask
from portal.feedback.operations.by_hand import (
    AFTER_REMOVAL,
    change_feedback,
    import_feedback,
    record_feedback,
    remove_feedback,
)
from portal.feedback.operations.own import give_beyond, give_own

__all__ = [
    "AFTER_REMOVAL",
    "ask_school",
    "change_feedback",
    "give_beyond",
    "give_own",
    "import_feedback",
    "record_feedback",
    "remove_feedback",
    "task_key",
    "withdraw_ask",
]
