"""What the school says itself, signed in, on two pages; it may change its answer until it is asked the next time."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import queries, rules
from portal.feedback.models import BeyondChange, Feedback, FeedbackAspect
from portal.feedback.operations.asking import own_row, task_key
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import EditConflict, OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.tasks import operations as tasks


def give_own(
    actor: Actor, case: Case, moment: rules.Moment, own: rules.OwnAnswer, *, opened_with: int | None
) -> Feedback:
    """Keeps the first page: how far the school agrees, and its words. ``opened_with`` is 0 for the first answer.

    Raises ``OutOfReach`` when nobody asked, ``Refused`` with what is missing or once it is too late to change it,
    ``EditConflict`` for the second of two.
    """
    _ensure_open(actor, case, moment)
    problems = rules.own_problems(own)
    if problems:
        raise Refused(*problems)
    row = _opened(case, moment, opened_with)
    first = row is None
    if row is None:
        row = Feedback(case_id=case.id, source=rules.Source.SCHOOL.value, moment=moment.value, aspects=[], beyond=[])
    _stamp(actor, row)
    row.could_not_continue, row.stopped_words = own.work_stopped, own.stopped_words.strip() or None
    row.good, row.better = own.good_words.strip() or None, own.better_words.strip() or None
    _put_aspects(row, own)
    audit.record(actor, "school's own feedback given" if first else "school's own feedback changed", row)
    tasks.settle(f"case-{case.id}-awaited-{rules.Source.SCHOOL}_feedback", actor)
    return row


def give_beyond(
    actor: Actor,
    case: Case,
    moment: rules.Moment,
    answers: Mapping[str, rules.BeyondAnswer],
    *,
    opened_with: int | None,
) -> Feedback:
    """Keeps the second page, what changed beyond the child, and takes the question off the school's list.

    Raises ``OutOfReach`` before the first page is answered, else as ``give_own``.
    """
    _ensure_open(actor, case, moment)
    problems = rules.beyond_problems(answers)
    if problems:
        raise Refused(*problems)
    row = _opened(case, moment, opened_with)
    if row is None:
        raise OutOfReach(moment)
    _stamp(actor, row)
    _put_beyond(row, answers)
    audit.record(actor, "change beyond the child said", row)
    tasks.settle(task_key(case.id, moment), actor)
    return row


def _ensure_open(actor: Actor, case: Case, moment: rules.Moment) -> None:
    ensure(actor, Action.GIVE_SCHOOL_FEEDBACK, Scope(school_id=case.school_id, line_id=case.service_line_id))
    asked = queries.asks_of(case.id)
    if moment not in asked:
        raise OutOfReach(moment)
    if not queries.may_still_answer(moment, asked):
        raise Refused("You were asked again since, so this answer stands as it is.")


def _opened(case: Case, moment: rules.Moment, opened_with: int | None) -> Feedback | None:
    # Of two first answers at once, the second waits here and then finds the first.
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    row = own_row(case.id, moment)
    if row is None and opened_with == 0:
        return None
    if row is None:
        raise EditConflict
    check_version(row, opened_with)
    return row


def _stamp(actor: Actor, row: Feedback) -> None:
    row.given_by_id, row.given_on, row.recorded_at = actor.person_id, clock.today(), clock.now()
    if row.id is not None:
        flag_modified(row, "recorded_at")  # a new version also where only a part changed


def _put_aspects(row: Feedback, own: rules.OwnAnswer) -> None:
    known = {aspect.aspect: aspect for aspect in row.aspects}
    for code in rules.ASPECTS[rules.Source.SCHOOL]:
        scale, words = own.scales.get(code), own.aspect_words.get(code, "").strip()
        part = known.get(code)
        if part is None and (scale or words):
            part = FeedbackAspect(aspect=code)
            row.aspects.append(part)
        if part is not None:
            part.answer = (rules.answer_of(scale) if scale else rules.Answer.NOT_ASKED).value
            part.scale, part.words = scale.value if scale else None, words or None


def _put_beyond(row: Feedback, answers: Mapping[str, rules.BeyondAnswer]) -> None:
    known = {part.area: part for part in row.beyond}
    for area in rules.AREAS:
        answer = answers.get(area, rules.BeyondAnswer())
        part = known.get(area)
        if part is None and (answer.change or answer.words.strip()):
            part = BeyondChange(area=area)
            row.beyond.append(part)
        if part is not None:
            part.change = answer.change.value if answer.change else None
            part.words = answer.words.strip() or None
