"""What people do with referrals: write them page by page, and take them along the road."""

from portal.referrals.operations.autosave import drop_typed, keep_typed
from portal.referrals.operations.evidence import add_file, remove_file
from portal.referrals.operations.form import choose_pupil, save_page, start_referral
from portal.referrals.operations.handing_over import hand_over
from portal.referrals.operations.matches import settle_match
from portal.referrals.operations.prefill import take_answers
from portal.referrals.operations.returning import answer_questions
from portal.referrals.operations.steps import ratify, take_step
from portal.referrals.operations.telling import tell_support_opened

__all__ = [
    "add_file",
    "drop_typed",
    "hand_over",
    "keep_typed",
    "remove_file",
    "take_answers",
    "answer_questions",
    "settle_match",
    "tell_support_opened",
    "choose_pupil",
    "ratify",
    "save_page",
    "start_referral",
    "take_step",
]
