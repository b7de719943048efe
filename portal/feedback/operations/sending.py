"""What the worker process does for families: the link of an e-mail when it goes, and the one reminder."""

from collections.abc import Mapping
from typing import Any

from portal.extensions import db
from portal.feedback import queries, rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.operations import inviting
from portal.feedback.rules import Channel
from portal.kernel import audit, clock, jobs, settings
from portal.kernel.languages import offered_or_english
from portal.kernel.settings import Feature
from portal.kernel.unit_of_work import writing
from portal.notices.operations import OwnWords, composes

_ASKS = ("mail.asked", "mail.takes")
_REMINDS = ("mail.reminder", "mail.takes", "mail.last")


@composes(inviting.ASKED)
def _asked(about: Mapping[str, int | str]) -> OwnWords | None:
    return _message(about, _ASKS)


@composes(inviting.REMINDER)
def _reminder(about: Mapping[str, int | str]) -> OwnWords | None:
    return _message(about, _REMINDS)


def _message(about: Mapping[str, int | str], sentences: tuple[str, ...]) -> OwnWords | None:
    """In the language of the invitation while that is offered; it names nobody, and says nothing of the work."""
    row = db.session.get(FamilyInvitation, int(about["invitation"]))
    path = _address(row, about)
    if row is None or path is None:
        return None
    language = offered_or_english(row.language)
    words = queries.WORDS.words(language.code)
    said = tuple(words(key) for key in sentences)
    return OwnWords(path, language, words("mail.subject"), said, words("mail.link"), words("mail.no_reply"))


def _address(row: FamilyInvitation | None, about: Mapping[str, int | str]) -> str | None:
    """The path with a token made now; None once this person is not to be written to any more."""
    if row is None or row.contact is None or not settings.is_on(Feature.FEEDBACK):
        return None
    same_address = queries.address_digest(row.contact.email or "") == about["address"]
    if not same_address or not rules.may_send(queries.facts_of_invitation(row), clock.now()):
        return None
    made = inviting.new_secrets()
    row.digest = queries.token_digest(made.token)
    if row.sent_at is None:
        row.sent_at = clock.now()
    audit.record(None, "family's link made", row)
    return path_of(made.token)


def path_of(token: str) -> str:
    """Where a family's link leads."""
    return f"/f/{token}"


@jobs.handles(inviting.REMIND_JOB)
def _remind(payload: Mapping[str, Any]) -> None:
    """Nobody is reminded while the feature is off: the link would open nothing, and the chance passes in silence."""
    with writing():
        if not settings.is_on(Feature.FEEDBACK):
            return
        row = db.session.get(FamilyInvitation, int(payload["invitation"]))
        if row is None or not rules.may_remind(queries.facts_seen_by(None, row), clock.now()):
            return
        if row.channel == Channel.EMAIL:
            inviting.remind_by_email(None, row)
        elif row.case.stage != "closed":
            inviting.ask_to_remind(row)
