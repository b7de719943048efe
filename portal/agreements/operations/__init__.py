"""What people do with agreements: keep the texts, prepare and renew, sign, ask for a change, start without one."""

from portal.agreements.operations.preparing import lapse, prepare, renew
from portal.agreements.operations.reminders import remind
from portal.agreements.operations.signing import TextChanged, answer, ask_change, sign, sign_on_paper, waive
from portal.agreements.operations.texts import (
    change_text,
    discard_draft,
    ensure_default_agreement_text,
    publish_text,
    start_draft,
)

__all__ = [
    "TextChanged",
    "answer",
    "ask_change",
    "change_text",
    "discard_draft",
    "ensure_default_agreement_text",
    "lapse",
    "prepare",
    "publish_text",
    "remind",
    "renew",
    "sign",
    "sign_on_paper",
    "start_draft",
    "waive",
]
