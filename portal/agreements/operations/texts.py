"""Keeping the texts: drafts are written and thrown away, a published version stays as it is for good."""

from sqlalchemy import func, select

from portal.agreements import rules
from portal.agreements.models import DRAFT, AgreementText
from portal.agreements.queries.texts import ALL, draft_of, newest_text, series_choices, text_draft
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools.operations import RefusedFields


def start_draft(actor: Actor, series: str) -> AgreementText:
    """Opens a draft of the next version, with the words of the newest one; an open draft is answered as it is.

    ``series`` is "all" or "line-3". Raises ``Refused`` for any other.
    """
    ensure(actor, Action.MANAGE_AGREEMENT_TEXTS)
    if series not in {value for value, _ in series_choices()}:
        raise Refused("Choose for which service lines the text is.")
    existing = draft_of(series)
    if existing is not None:
        return existing
    line_id = None if series == ALL else int(series.removeprefix("line-"))
    newest = newest_text(line_id)
    words = text_draft(newest) if newest is not None else rules.DEFAULT_TEXT
    text = _new_text(series, line_id, words)
    audit.record(actor, "agreement text begun", text)
    return text


def _new_text(series: str, line_id: int | None, words: rules.TextDraft) -> AgreementText:
    text = AgreementText(series=series, service_line_id=line_id, number=DRAFT, what_changed="", published_by="")
    _put(text, words)
    return text


def _put(text: AgreementText, words: rules.TextDraft) -> None:
    text.school, text.service = words.school.strip(), words.service.strip()
    text.sharing, text.stopping = words.sharing.strip(), words.stopping.strip()


def change_text(actor: Actor, text: AgreementText, words: rules.TextDraft, *, opened_with: int | None) -> None:
    """Writes a draft. Raises ``EditConflict``, ``RefusedFields`` by part, ``Refused`` for a published one."""
    ensure(actor, Action.MANAGE_AGREEMENT_TEXTS)
    _must_be_draft(text)
    check_version(text, opened_with)
    if problems := rules.text_problems(words):
        raise RefusedFields(problems)
    _put(text, words)
    audit.record(actor, "agreement text changed", text)


def publish_text(actor: Actor, text: AgreementText, what_changed: str, *, opened_with: int | None) -> None:
    """The draft becomes the newest version: the next agreements are made from it, those that stand are not touched.

    Raises ``EditConflict``, ``RefusedFields`` without a word on what changed, ``Refused`` for a published one.
    """
    ensure(actor, Action.MANAGE_AGREEMENT_TEXTS)
    _must_be_draft(text)
    check_version(text, opened_with)
    problems = rules.text_problems(text_draft(text))
    if not what_changed.strip():
        problems["what_changed"] = "Say in a few words what changed. Schools read it before they sign."
    if problems:
        raise RefusedFields(problems)
    _publish(text, actor.name, what_changed.strip())
    audit.record(actor, "agreement text published", text)


def _publish(text: AgreementText, by: str, what_changed: str) -> None:
    newest = db.session.scalar(select(func.max(AgreementText.number)).where(AgreementText.series == text.series))
    text.number = (newest or 0) + 1
    text.published_at, text.published_by, text.what_changed = clock.now(), by, what_changed


def discard_draft(actor: Actor, text: AgreementText, *, opened_with: int | None) -> None:
    """Throws a draft away. Raises ``EditConflict``, ``Refused`` for a published one."""
    ensure(actor, Action.MANAGE_AGREEMENT_TEXTS)
    _must_be_draft(text)
    check_version(text, opened_with)
    audit.record(actor, "agreement text discarded", text)
    db.session.delete(text)


def _must_be_draft(text: AgreementText) -> None:
    if text.number != DRAFT:
        raise Refused("This version is published and stays as it is. Begin a new version to change the words.")


def ensure_default_agreement_text() -> bool:
    """Publishes the default text where no text is published at all. Whether it was needed."""
    if newest_text(None) is not None:
        return False
    text = _new_text(ALL, None, rules.DEFAULT_TEXT)
    _publish(text, "", "")
    audit.record(None, "agreement text published", text)
    return True
