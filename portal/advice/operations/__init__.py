"""What people do with advice: ask, answer, ask back, close, take it on, and carry it over."""

from portal.advice.operations.becoming import become_referral, become_training
from portal.advice.operations.threads import answer, ask_advice, ask_back, assign, close, write_again

__all__ = [
    "answer",
    "ask_advice",
    "ask_back",
    "assign",
    "become_referral",
    "become_training",
    "close",
    "write_again",
]
