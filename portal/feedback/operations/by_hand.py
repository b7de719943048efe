"""What somebody of the service writes down of a conversation with a school or a family."""

from collections.abc import Mapping
from dataclasses import replace

from flask import current_app
from sqlalchemy.orm.attributes import flag_modified

from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation, Feedback, FeedbackAspect
from portal.feedback.operations.answering import words_key
from portal.feedback.operations.inviting import settle_asking
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.tasks import operations as tasks

AFTER_REMOVAL = "after_feedback_removal"
"""The name under which the feature above hands in what asks again for an answer that is missing now."""

_ITS_OWN = "The school wrote this itself, so only the school can change it."
_FAMILYS_OWN = "The family wrote this itself. It stands as it is."


def record_feedback(actor: Actor, case: Case, said: rules.Feedback) -> Feedback:
    """Keeps what the school or the family said. Raises ``Refused`` when it says nothing, or lies in the future."""
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    _check(said)
    row = Feedback(case=case, source=said.source.value, recorded_by_id=actor.person_id, recorded_at=clock.now())
    _put(row, said)
    audit.record(actor, "feedback recorded", row)
    tasks.settle(f"case-{case.id}-awaited-{said.source}_feedback", actor)
    if said.source is rules.Source.FAMILY:
        settle_asking(case.id, actor)
    return row


def change_feedback(
    actor: Actor, case: Case, row: Feedback, said: rules.Feedback, *, opened_with: int | None
) -> Feedback:
    """Corrects a feedback; whose it is stays. Raises ``EditConflict``, or ``Refused`` also for a school's own words."""
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    _refuse_own(row)
    check_version(row, opened_with)
    kept = rules.Tone(row.overall) if row.overall else None
    said = replace(said, source=rules.Source(row.source), overall=kept)
    _check(said)
    _put(row, said)
    row.recorded_at = clock.now()
    flag_modified(row, "recorded_at")  # a new version also where only an aspect changed
    audit.record(actor, "feedback corrected", row)
    return row


def remove_feedback(actor: Actor, case: Case, row: Feedback, *, opened_with: int | None) -> None:
    """Takes away a feedback that was entered by mistake; what the chart then awaits is asked for again.

    Raises ``EditConflict`` if it was corrected meanwhile, ``Refused`` for what the school wrote itself.
    """
    ensure(actor, Action.RECORD_FEEDBACK, scope_of(case))
    _refuse_own(row)
    check_version(row, opened_with)
    _take_away(actor, case, row, "feedback removed")


def _take_away(actor: Actor, case: Case, row: Feedback, words: str) -> None:
    audit.record(actor, words, row)
    for aspect in row.aspects:
        aspect.feedback = row  # loaded before it goes, so that the audit net sees what covers it
    db.session.delete(row)
    ask_again = current_app.extensions.get(AFTER_REMOVAL)
    if ask_again is not None:
        ask_again(actor, case)


def remove_family_feedback(actor: Actor, case: Case, row: Feedback, *, opened_with: int | None) -> None:
    """Takes away what a family gave itself, where it asks for that or somebody else answered in its place.

    Only for who reads everything a family says. Raises ``EditConflict``, or ``OutOfReach`` for any other feedback.
    """
    ensure(actor, Action.READ_MANAGER_ONLY, scope_of(case))
    if row.way is None:
        raise OutOfReach(row.id)
    check_version(row, opened_with)
    _close_its_question(actor, row)
    tasks.settle(words_key(row.id), actor)
    _take_away(actor, case, row, "family's own feedback removed")


def _close_its_question(actor: Actor, row: Feedback) -> None:
    """Without an answer to be read its question would look open. One to the manager alone stays as it looked before."""
    question = db.session.get(FamilyInvitation, row.invitation_id) if row.invitation_id else None
    if question is not None and not row.manager_only and question.revoked_at is None:
        question.revoked_at = clock.now()
        audit.record(actor, "question to the family closed", question)


def _refuse_own(row: Feedback) -> None:
    if row.moment is not None:
        raise Refused(_ITS_OWN)
    if row.way is not None:
        raise Refused(_FAMILYS_OWN)


def import_feedback(case: Case, said: rules.Feedback) -> Feedback:
    """Feedback of an earlier chart or of the demonstration; only a tone may be known (``said.overall``)."""
    row = Feedback(case=case, source=said.source.value, recorded_at=clock.now())
    _put(row, said)
    audit.record(None, "feedback imported", row)
    return row


def _check(said: rules.Feedback) -> None:
    problems = rules.feedback_problems(said, clock.today())
    if problems:
        raise Refused(*problems)


def _put(row: Feedback, said: rules.Feedback) -> None:
    row.given_on = said.given_on
    row.could_not_continue = said.work_stopped
    row.stopped_words = said.stopped_words.strip() or None
    row.good, row.better = said.good_words.strip() or None, said.better_words.strip() or None
    row.overall = said.overall.value if said.overall else None
    _put_aspects(row, said.asked())


def _put_aspects(row: Feedback, answers: Mapping[str, rules.Answer]) -> None:
    known = {aspect.aspect: aspect for aspect in row.aspects}
    for code in rules.ASPECTS[rules.Source(row.source)]:
        answer = answers.get(code, rules.Answer.NOT_ASKED).value
        if code in known:
            known[code].answer = answer
        elif code in answers:
            row.aspects.append(FeedbackAspect(aspect=code, answer=answer))
