"""Signing in and out, one's own account, people and their roles, requests for an account, who may do what."""

from portal.accounts.views import own_account, people, policy, requests, second_factor, signing_in, welcome
from portal.accounts.views.base import blueprint

__all__ = ["blueprint", "own_account", "people", "policy", "requests", "second_factor", "signing_in", "welcome"]
