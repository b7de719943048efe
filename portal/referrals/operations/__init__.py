"""What people do with referrals: write them page by page, and take them along the road."""

from portal.referrals.operations.form import choose_pupil, save_page, start_referral
from portal.referrals.operations.steps import ratify, take_step

__all__ = ["choose_pupil", "ratify", "save_page", "start_referral", "take_step"]
