"""A question becomes a referral or a request for training: what was written goes with it, and both know each other."""

from portal.advice import rules
from portal.advice.models import AdviceThread
from portal.advice.operations import due
from portal.advice.queries import written_of
from portal.kernel import audit
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.history import advance
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.referrals import operations as referrals
from portal.referrals.models import Referral
from portal.referrals.rules import ConcernPage, StrategyTried, TriedPage
from portal.training import operations as training
from portal.training.models import TrainingRequest
from portal.training.rules import RequestDraft


def become_referral(actor: Actor, thread: AdviceThread, line_id: int, *, opened_with: int | None) -> Referral:
    """Begins a referral of the same school with what was asked, tried and advised; the pupil is entered there.

    Raises ``EditConflict``, ``Refused`` when there is one already, and as ``start_referral`` does.
    """
    ensure(actor, Action.WRITE_REFERRAL, thread.scope)
    check_version(thread, opened_with)
    if thread.referral_id is not None:
        raise Refused("A referral was begun from this question already.")
    referral = referrals.start_referral(actor, thread.school_id, line_id)
    written = written_of(thread)
    concern = ConcernPage(concern=rules.concern_words(thread.subject, written))
    referrals.save_page(actor, referral, "concern", concern, opened_with=0)
    if tried := rules.tried_words(thread.tried or "", written):
        strategies = tuple(StrategyTried(strategy=words) for words in tried)
        referrals.save_page(actor, referral, "tried", TriedPage(strategies=strategies), opened_with=0)
    thread.referral = referral
    _became(actor, thread, "referral begun from advice")
    return referral


def become_training(actor: Actor, thread: AdviceThread, draft: RequestDraft) -> TrainingRequest:
    """Asks for training on what was asked. Raises ``Refused`` when it was asked for already, and ``RefusedFields`` of
    the request."""
    ensure(actor, Action.REQUEST_TRAINING, thread.scope)
    if thread.training_request_id is not None:
        raise Refused("Training was asked for from this question already.")
    request = training.ask_for_training(actor, thread.school_id, draft)
    thread.training_request_id = request.id
    _became(actor, thread, "training asked for from advice")
    return request


def _became(actor: Actor, thread: AdviceThread, action: str) -> None:
    """What comes of it is the answer: the question closes, until somebody writes again."""
    if thread.status == "closed":
        audit.record(actor, action, thread)
    else:
        advance(actor, thread, rules.ROAD, "become", rules.Facts(), audit_as=action)
    due.settle_answer(actor, thread)
    due.settle_question(actor, thread)
