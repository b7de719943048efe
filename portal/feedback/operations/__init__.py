"""What people do with feedback: the service writes down a conversation; school and family are asked and answer."""

from portal.feedback.operations.answering import (
    Beginning,
    keep_page,
    send,
    start,
    type_in,
    words_key,
    words_read,
)
from portal.feedback.operations.asking import ask_school, task_key, withdraw_ask
from portal.feedback.operations.by_hand import (
    AFTER_REMOVAL,
    change_feedback,
    import_feedback,
    record_feedback,
    remove_family_feedback,
    remove_feedback,
)
from portal.feedback.operations.inviting import (
    Secrets,
    invite_family,
    new_secrets,
    remind_family,
    renew,
    revoke_invitation,
)
from portal.feedback.operations.lapsing import after_contact_changed, before_contact_removed
from portal.feedback.operations.own import give_beyond, give_own
from portal.feedback.operations.sending import path_of

__all__ = [
    "AFTER_REMOVAL",
    "Beginning",
    "Secrets",
    "after_contact_changed",
    "ask_school",
    "before_contact_removed",
    "change_feedback",
    "give_beyond",
    "give_own",
    "import_feedback",
    "invite_family",
    "keep_page",
    "new_secrets",
    "path_of",
    "record_feedback",
    "remind_family",
    "remove_family_feedback",
    "remove_feedback",
    "renew",
    "revoke_invitation",
    "send",
    "start",
    "task_key",
    "type_in",
    "withdraw_ask",
    "words_key",
    "words_read",
]
