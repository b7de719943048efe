"""What messages say, when they go, and how often a refused one is tried again.

A message names no child, no school and no piece of work: it only says that something waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum


@dataclass(frozen=True)
class Kind:
    """One kind of message: the subject of the e-mail, its one sentence, and what the link after it is called."""

    subject: str
    sentence: str
    link: str = "Sign in"
    can_wait: bool = True
    """False for what somebody must hear of straight away, whatever they chose"""


KINDS: Mapping[str, Kind] = {
    "sign_in_now": Kind(
        "A child wants to talk to someone",
        "A child has asked to talk to someone, and you are the person we tell first: please sign in now.",
        can_wait=False,
    ),
    "case_covered": Kind(
        "A colleague is covering a case",
        "A colleague has opened a case to cover it. Sign in to see who it is and why.",
        can_wait=False,
    ),
    "training_evaluation_after": Kind(
        "Three questions about your training",
        "You came to a training session. Three questions wait for you.",
        "Answer without signing in",
    ),
    "training_evaluation_later": Kind(
        "What do you do differently?",
        "A term ago you came to a training session. Three questions wait for you.",
        "Answer without signing in",
    ),
    "event_invitation": Kind("An invitation", "Your school is invited to an event. Say whether you come."),
    "event_changed": Kind("An event has changed", "An event has another date, time or place."),
    "event_cancelled": Kind("An event is cancelled", "An event is cancelled. The reason is in the portal."),
    "event_shared": Kind("From an event", "What was shared at an event is there to read."),
    "training_asked": Kind(
        "A request for training", "A request for training has come, or was sent back for other dates."
    ),
    "training_dates_offered": Kind("Dates for training", "Dates for the training that was asked for are offered."),
    "training_booked": Kind("Training booked", "A training session is booked. The date is in the portal."),
    "training_not_yours": Kind(
        "Training that you do not give any more", "You are no longer named as a trainer of a session."
    ),
    "training_moved": Kind("Training moved", "A training session has changed. What is new is in the portal."),
    "training_cancelled": Kind("Training cancelled", "A training session is cancelled. The reason is in the portal."),
    "training_declined": Kind(
        "Training cannot be given", "Training that was asked for cannot be given. The reason is in the portal."
    ),
    "training_withdrawn": Kind("Training withdrawn", "A school no longer needs training that was asked for or booked."),
    "training_place_free": Kind("Places for you", "Places in a training session became free and are booked for you."),
    "training_register": Kind("A register waits", "The register of a training session waits for you."),
    "training_certificates": Kind("Certificates are ready", "The certificates of a training session are ready."),
    "school_feedback_asked": Kind(
        "The service asks how it went",
        "The service asks how a piece of support went. It takes five minutes.",
    ),
    "family_feedback_asked": Kind("How was it for you?", "Somebody of a family is asked how our help was."),
    "family_feedback_reminder": Kind("How was it for you?", "Somebody of a family is reminded once."),
    "advice_asked": Kind("A question from a school", "A school has asked about practice, or written again."),
    "advice_assigned": Kind("A question for you", "A question about practice is yours to answer."),
    "advice_answered": Kind("An answer for you", "The service has answered a question about practice."),
    "advice_asked_back": Kind("The service asks back", "The service asks something about your question."),
    "draft_handed_over": Kind(
        "A colleague handed something to you",
        "A colleague of yours began something in the portal and asks you to go on with it.",
    ),
    "something_waits": Kind("Something waits for you", "Something waits for you in the portal."),
    "agreement_waits": Kind("An agreement waits for you", "An agreement waits for your signature. Sign in to read it."),
    "agreement_renewed": Kind(
        "An agreement that waits for you has changed",
        "What is planned has changed, so a newer version of an agreement waits for your signature. Sign in to read it.",
    ),
    "agreement_overdue": Kind(
        "An agreement still waits for you",
        "An agreement has waited for your signature for more than five school days. Sign in to read it.",
    ),
    "agreement_answered": Kind(
        "An agreement was answered", "The service has answered what you asked about an agreement. Sign in to read it."
    ),
    "agreement_change_asked": Kind(
        "A change of an agreement is asked",
        "Somebody asks for a change before they sign an agreement. Sign in to answer.",
    ),
    "agreement_signed": Kind(
        "An agreement is signed", "An agreement that you waited for is signed. Sign in to see it."
    ),
    "approval_asked": Kind("Your approval is asked for", "A referral waits for your approval."),
    "sent_back": Kind("A referral came back to you", "Your head teacher sent a referral back to you with a word."),
    "referral_arrived": Kind("A new referral", "A new referral waits to be read."),
    "referral_returned": Kind("A question about a referral", "The service asks something about a referral."),
    "referral_answered": Kind("A referral was answered", "A school has answered what the service asked."),
    "referral_added": Kind("More for a referral", "A school has added to a referral it sent. Sign in to read it."),
    "referral_decided": Kind("News of a referral", "There is news of a referral: a letter waits for you."),
    "referral_withdrawn": Kind(
        "A referral was withdrawn", "A referral was withdrawn, so nothing waits there any more."
    ),
    "referral_arranged": Kind(
        "What was agreed is arranged", "What the service agreed with your school on a referral is arranged."
    ),
    "decision_ratified": Kind("A decision was ratified", "The panel has ratified a decision on a referral."),
    "support_opened": Kind("Support is being set up", "A piece of work that you asked for is being set up."),
    "file_refused": Kind(
        "A file was refused",
        "A file that you added was found to be harmful and was deleted. Look at it, and add a clean copy.",
    ),
    "invitation_link": Kind(
        "Your account",
        "An account was made for you. This link opens once, and for 14 days.",
        "Set your password",
    ),
    "password_link": Kind(
        "Set a new password",
        "Someone who looks after accounts asked us to send you a link to set a new password. It opens once, and for "
        "24 hours. If you did not ask them for it, do not use it, and tell your service.",
        "Set a new password",
    ),
    "address_link": Kind(
        "Confirm your new email address",
        "This address was entered as the new one for signing in. Open the link to confirm it. If this is not for "
        "you, ignore it.",
        "Confirm the address",
    ),
    "address_asked": Kind(
        "Your email address for signing in",
        "Someone asked to change the email address you sign in with. Until the change is confirmed, nothing changes. "
        "If you did not ask for it, sign in and stop it in your account, and tell your service.",
    ),
    "address_left": Kind(
        "Your email address for signing in has changed",
        "This address no longer opens your account: another one has replaced it. If you did not ask for that, tell "
        "your service straight away.",
        "The portal",
    ),
    "second_step_link": Kind(
        "Remove the second step",
        "Someone who looks after accounts asked for the second step to be removed from your account, for a lost "
        "phone. Open the link to remove it. If you did not ask them for it, do not use it, and tell your service.",
        "Remove the second step",
    ),
    "sign_in_changed": Kind(
        "How you sign in was changed",
        "Something changed in how you sign in. Look at it in your account. If you know nothing of it, tell the person "
        "who runs the service.",
        can_wait=False,
    ),
}
"""Every kind, by the word that ``tell`` is called with; a family reads the words of its language instead of these."""


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    NOT_NEEDED = "not_needed"


STATES: Mapping[State, str] = {
    State.WAITING: "Waits",
    State.SENT: "Sent",
    State.FAILED: "Failed",
    State.NOT_NEEDED: "Not needed any more",
}

DIGEST_AT = time(16, 0)
"""When the one e-mail of the day goes, in London."""

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1440, 1440))
"""After the first, second … attempt; a mail server that is away from Friday to Monday loses nothing."""

MOST_ATTEMPTS = len(PAUSES) + 1

STALE_AFTER = timedelta(days=3)
"""A message that was never tried (no worker, no mail server) is not sent by itself any more after this."""


def next_digest(now: datetime, zone: tzinfo) -> tuple[date, datetime]:
    """The day and the moment of the next daily e-mail after ``now``."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < DIGEST_AT else local.date() + timedelta(days=1)
    return day, datetime.combine(day, DIGEST_AT, zone)


def subject_of(kinds: Sequence[str], *, is_digest: bool) -> str:
    """The subject of an e-mail that carries notices of these kinds."""
    if not is_digest and len(kinds) == 1:
        return KINDS[kinds[0]].subject
    return "1 thing waits for you" if len(kinds) == 1 else f"{len(kinds)} things wait for you"


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after that many attempts; None when it was the last one."""
    return PAUSES[attempts - 1] if attempts < MOST_ATTEMPTS else None


def is_stale(due_at: datetime, attempts: int, now: datetime) -> bool:
    """A message that was never tried while it still told something new."""
    return attempts == 0 and now - due_at > STALE_AFTER


class Ending(StrEnum):
    """How a try ended, other than well; kept as the kind of the last error."""

    NO_SERVER = "no_server"
    SIGN_IN_REFUSED = "sign_in_refused"
    SENDER_REFUSED = "sender_refused"
    RECIPIENT_REFUSED = "recipient_refused"
    MESSAGE_REFUSED = "message_refused"
    NOT_NOW = "not_now"
    WENT_AWAY = "went_away"
    UNANSWERED = "unanswered"
    NOT_COMPOSED = "not_composed"
    NEVER_TRIED = "never_tried"


ENDINGS: Mapping[Ending, str] = {
    Ending.NO_SERVER: "The mail server could not be reached. Look at SMTP_URL and at the server.",
    Ending.SIGN_IN_REFUSED: "The mail server refused the user name or password in SMTP_URL.",
    Ending.SENDER_REFUSED: "The mail server does not take messages from the address in MAIL_FROM.",
    Ending.RECIPIENT_REFUSED: "The mail server says that there is no such address. Correct it under People.",
    Ending.MESSAGE_REFUSED: "The mail server refused the message for good.",
    Ending.NOT_NOW: "The mail server said “not now”.",
    Ending.WENT_AWAY: "The mail server went away before it had the message.",
    Ending.UNANSWERED: "The mail server went away before it said whether it took the message; it may arrive twice.",
    Ending.NOT_COMPOSED: "The message could not be written. Tell whoever looks after the portal.",
    Ending.NEVER_TRIED: "Nothing was sent for three days: no worker, or no mail server. Try again if it is still news.",
}


def ending_words(last_error: str) -> str:
    """The kind of the last error in words, with the server's number; empty when there was none."""
    kind, _, code = last_error.partition(" ")
    words = ENDINGS[Ending(kind)] if kind in set(Ending) else ""
    return f"{words} ({code})" if words and code else words
