"""Addresses of referrals: lists and one referral, its form, its steps."""

from portal.referrals.views import autosave, evidence, form, kept, matches, prefill, referrals, returning, steps
from portal.referrals.views.blueprint import blueprint

__all__ = ["autosave", "blueprint", "evidence", "form", "kept", "matches", "prefill", "referrals", "returning", "steps"]
