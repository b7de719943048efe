"""The coordinator's questionnaires: three that are there from the first day, drafts, and versions that freeze."""

import secrets
from dataclasses import replace

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.languages import offered_beside
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.voice.models import Questionnaire, QuestionnaireVersion, VoicePlace
from portal.voice.rules.questions import (
    Document,
    Moment,
    Question,
    document_problems,
    from_json,
    question_problems,
    to_json,
)
from portal.voice.rules.ready import READY, is_earlier

LONGEST_TITLE = 120


def ensure_ready_questionnaires() -> None:
    """The three that every portal begins with; where there are any, a new version of what is still as it was before."""
    if db.session.scalar(select(func.count(Questionnaire.id))):
        _renew_ready_questionnaires()
        return
    for ready in READY:
        made = Questionnaire(title=ready.title, moment=ready.moment.value, is_active=True)
        made.versions = [
            QuestionnaireVersion(number=1, language="en", document=to_json(ready.document), published_at=clock.now())
        ]
        audit.record(None, "questionnaire added", made)


def _renew_ready_questionnaires() -> None:
    """What the service wrote itself, and what it has a draft of, is left alone."""
    ready = {one.moment.value: one for one in READY}
    for found in db.session.scalars(select(Questionnaire).where(Questionnaire.moment.in_(ready))):
        newest = found.versions[-1]
        if newest.published_at is None or newest.language != "en" or not is_earlier(newest.document):
            continue
        document = to_json(ready[found.moment].document)
        made = QuestionnaireVersion(number=newest.number + 1, language="en", document=document)
        made.published_at = clock.now()
        found.versions.append(made)
        audit.record(None, "questionnaire published", found)


def add_questionnaire(
    actor: Actor, title: str, moment: Moment, *, like: QuestionnaireVersion | None = None
) -> Questionnaire:
    """A new one with a draft: empty, or with those of ``like``, which stay the same items, so that change shows.

    Raises ``Refused`` for a title that is empty or too long.
    """
    ensure(actor, Action.WRITE_QUESTIONNAIRES)
    made = Questionnaire(title=_title(title), moment=moment.value, is_active=True)
    language, document = (like.language, like.document) if like else ("en", to_json(Document()))
    made.versions = [QuestionnaireVersion(number=1, language=language, document=document)]
    audit.record(actor, "questionnaire added", made)
    return made


def rename(actor: Actor, questionnaire: Questionnaire, title: str, moment: Moment, *, opened_with: int | None) -> None:
    """Another title or moment. Raises ``Refused`` or ``EditConflict``."""
    ensure(actor, Action.WRITE_QUESTIONNAIRES)
    check_version(questionnaire, opened_with)
    if questionnaire.moment != moment.value and _was_used(questionnaire):
        raise Refused("Children have answered this questionnaire, so its moment stays. Write a new one instead.")
    questionnaire.title, questionnaire.moment = _title(title), moment.value
    audit.record(actor, "questionnaire renamed", questionnaire)


def _was_used(questionnaire: Questionnaire) -> bool:
    ids = [version.id for version in questionnaire.versions]
    return db.session.scalar(select(VoicePlace.id).where(VoicePlace.version_id.in_(ids)).limit(1)) is not None


def switch(actor: Actor, questionnaire: Questionnaire, *, on: bool, opened_with: int | None) -> None:
    """Offers it for new turns, or not any more; what was answered stays."""
    ensure(actor, Action.WRITE_QUESTIONNAIRES)
    check_version(questionnaire, opened_with)
    questionnaire.is_active = on
    audit.record(actor, "questionnaire switched on" if on else "questionnaire switched off", questionnaire)


def draft_of(actor: Actor, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """The draft, made from the newest published version where there is none: a published one never changes."""
    ensure(actor, Action.WRITE_QUESTIONNAIRES)
    newest = questionnaire.versions[-1]
    if newest.published_at is None:
        return newest
    draft = QuestionnaireVersion(number=newest.number + 1, language=newest.language, document=newest.document)
    questionnaire.versions.append(draft)
    audit.record(actor, "questionnaire draft begun", questionnaire)
    return draft


def put_question(
    actor: Actor, draft: QuestionnaireVersion, question: Question, *, at: int | None, opened_with: int | None
) -> None:
    """Changes the question at a place (0, 1, …), or adds one at the end for None.

    Raises ``Refused`` with what is wrong, ``EditConflict`` for the second of two editors.
    """
    document = _opened(actor, draft, opened_with)
    if problems := question_problems(question):
        raise Refused(*(words[:1].upper() + words[1:] for words in problems))
    questions = list(document.questions)
    if at is None:
        questions.append(replace(question, key=_new_key()))
    else:
        questions[_place(document, at)] = replace(question, key=questions[_place(document, at)].key)
    _put(actor, draft, Document(tuple(questions)), "question written")


def move_question(actor: Actor, draft: QuestionnaireVersion, at: int, by: int, *, opened_with: int | None) -> None:
    """One place up (-1) or down (1); at the edge nothing happens."""
    document = _opened(actor, draft, opened_with)
    questions, place = list(document.questions), _place(document, at)
    target = min(max(place + by, 0), len(questions) - 1)
    questions.insert(target, questions.pop(place))
    _put(actor, draft, Document(tuple(questions)), "question moved")


def remove_question(actor: Actor, draft: QuestionnaireVersion, at: int, *, opened_with: int | None) -> None:
    """Takes a question out of the draft."""
    document = _opened(actor, draft, opened_with)
    place = _place(document, at)
    _put(actor, draft, Document(document.questions[:place] + document.questions[place + 1 :]), "question removed")


def choose_language(actor: Actor, draft: QuestionnaireVersion, code: str, *, opened_with: int | None) -> None:
    """Says in which language the draft's words are written; the tablet reads them aloud in it.

    Raises ``Refused`` for a language that is not on offer, ``EditConflict`` for the second of two editors.
    """
    _opened(actor, draft, opened_with)
    if all(language.code != code for language in offered_beside(draft.language)):
        raise Refused("Choose a language from the list.")
    draft.language = code
    audit.record(actor, "questionnaire language chosen", draft)


def publish(actor: Actor, draft: QuestionnaireVersion, *, opened_with: int | None) -> None:
    """From now on new turns ask this version, and it never changes. Raises ``Refused`` while something is missing."""
    document = _opened(actor, draft, opened_with)
    if problems := document_problems(document):
        raise Refused(*problems)
    draft.published_at, draft.published_by_id = clock.now(), actor.person_id
    audit.record(actor, "questionnaire published", draft)


def discard(actor: Actor, draft: QuestionnaireVersion, *, opened_with: int | None) -> None:
    """Throws a draft away; the published version before it stays. Raises ``Refused`` for the first one."""
    _opened(actor, draft, opened_with)
    if draft.number == 1:
        raise Refused("Nothing of this questionnaire is published yet. Switch it off if you do not want it.")
    audit.record(actor, "questionnaire draft thrown away", draft.questionnaire)
    db.session.delete(draft)


def _opened(actor: Actor, draft: QuestionnaireVersion, opened_with: int | None) -> Document:
    ensure(actor, Action.WRITE_QUESTIONNAIRES)
    if draft.published_at is not None:
        raise Refused("This version is published and never changes. Begin a new version.")
    check_version(draft, opened_with)
    return from_json(draft.document)


def _put(actor: Actor, draft: QuestionnaireVersion, document: Document, what: str) -> None:
    draft.document = to_json(document)
    audit.record(actor, what, draft)


def _place(document: Document, at: int) -> int:
    if not 0 <= at < len(document.questions):
        raise OutOfReach(at)
    return at


def _new_key() -> str:
    """Of no other question anywhere: start and end are compared where their keys are the same."""
    return f"own-{secrets.token_hex(8)}"


def _title(title: str) -> str:
    kept = title.strip()
    if not kept:
        raise Refused("Give the questionnaire a title.")
    if len(kept) > LONGEST_TITLE:
        raise Refused(f"Shorten the title to {LONGEST_TITLE} characters or fewer.")
    return kept
