"""Returning a referral with its questions, and the school's answers to just those."""

from collections.abc import Collection, Mapping

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import EditConflict, Refused
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralQuestion
from portal.referrals.operations.autosave import put_away
from portal.referrals.operations.form import lock, save_page
from portal.referrals.queries.form import page_answers, saved_page
from portal.referrals.queries.returned import answers_version, blank_questions, fields_asked, questions_of
from portal.schools.operations import RefusedFields

LONGEST_ANSWER = 4_000


def keep_questions(referral: Referral, asking: rules.Asking) -> tuple[str, ...]:
    """The questions of this return, for good; answers their words. ``asking`` is complete."""
    earlier = questions_of(referral)
    this_round = earlier[0].round + 1 if earlier else 1
    rows = [
        ReferralQuestion(page=page, field=field, words=rules.question_words(page, field))
        for page, field in asking.named
    ]
    rows += [ReferralQuestion(words=words) for words in asking.own]
    for row in rows:
        row.referral, row.round = referral, this_round
        db.session.add(row)
    return tuple(row.words for row in rows)


def answer_questions(
    actor: Actor,
    referral: Referral,
    pages: Mapping[str, rules.PageDraft],
    own: Mapping[int, str],
    *,
    details: Mapping[str, frozenset[str]],
    opened_with: int | None,
    unknown: Collection[int] = (),
    all_needed: bool = False,
    sitting: str = "",
) -> None:
    """Keeps the answers to the questions of the latest return, and to nothing else.

    ``unknown`` are the ids of questions that the school cannot answer; an answer that is there counts more. With
    ``all_needed`` a question that is left blank is refused.

    What the person typed there in this ``sitting`` and had not saved is then no longer kept beside them.

    ``pages`` holds by page key what was typed, ``own`` answers by question id; ``details`` by page the fields that
    belong to an asked question (the date of an agreement). A field that was neither asked nor is a detail keeps its
    answer, whatever was sent. ``opened_with`` is ``answers_version``. Raises ``RefusedFields`` (fields named
    ``page-field``), ``EditConflict`` and, once the referral is not with the school, ``Refused``.
    """
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    questions = questions_of(referral)
    if opened_with != answers_version(referral, questions):
        raise EditConflict
    if referral.status != "returned":
        raise Refused("This referral is not with your school now, so there is nothing to answer.")
    for key, fields in fields_asked(questions).items():
        if key in pages:
            _answer_page(actor, referral, key, pages[key], {*fields, *details.get(key, frozenset())})
    for question in questions:
        if not question.page and question.id in own:
            _answer(question, own[question.id])
    _note_unknown(referral, questions, unknown)
    if all_needed and (blank := blank_questions(referral)):
        raise RefusedFields({_place(question): rules.BLANK for question in blank})
    audit.record(actor, "questions answered", referral)
    put_away(actor, referral, rules.ANSWER_PAGE, sitting)


def _answer_page(actor: Actor, referral: Referral, key: str, sent: rules.PageDraft, asked: set[str]) -> None:
    row = saved_page(referral, key)
    known = page_answers(referral).get(key) or rules.PAGE_BY_KEY[key].draft()
    draft = rules.only_asked(known, sent, asked)
    try:
        save_page(actor, referral, key, draft, opened_with=row.version if row else 0, knows_alike=True)
    except RefusedFields as error:
        raise RefusedFields({f"{key}-{name}": words for name, words in error.by_field.items()}) from None


def _note_unknown(referral: Referral, questions: list[ReferralQuestion], unknown: Collection[int]) -> None:
    for question in questions:
        question.unknown = False
    for question in blank_questions(referral):
        question.unknown = question.id in unknown
        question.answered_at = clock.now() if question.unknown else None


def _place(question: ReferralQuestion) -> str:
    """The field of the answer page where the question is answered."""
    if not question.page:
        return f"own_{question.id}"
    is_file = question.page == rules.PLACE_OF_FILES
    return f"unknown_{question.id}" if is_file else f"{question.page}-{question.field}"


def _answer(question: ReferralQuestion, words: str) -> None:
    text = words.strip()
    if len(text) > LONGEST_ANSWER:
        raise Refused(f"Shorten the answer to {LONGEST_ANSWER:,} characters or fewer.")
    question.answer, question.answered_at = text, clock.now() if text else None
