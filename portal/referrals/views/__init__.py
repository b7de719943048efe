"""Addresses of referrals: lists and one referral, its form, its steps."""

from portal.referrals.views import form, referrals, steps
from portal.referrals.views.blueprint import blueprint

__all__ = ["blueprint", "form", "referrals", "steps"]
