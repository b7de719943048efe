"""Signing in and out, one's own account, people and their roles, requests for an account, who may do what."""

from portal.accounts.views import (
    changes,
    own_account,
    passkeys,
    people,
    policy,
    requests,
    second_factor,
    signing_in,
    welcome,
    work_accounts,
)
from portal.accounts.views.base import blueprint

__all__ = [
    "blueprint",
    "changes",
    "own_account",
    "passkeys",
    "people",
    "policy",
    "requests",
    "second_factor",
    "signing_in",
    "welcome",
    "work_accounts",
]
