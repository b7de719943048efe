"""What the children of a case said: their views, start and end side by side, and the figures of many cases."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select

from portal.cases.models import Case
from portal.cases.queries import pupils_of
from portal.extensions import db
from portal.kernel.errors import OutOfReach
from portal.kernel.languages import Language, language_of
from portal.policy import Action, Actor, may
from portal.voice.models import ChildView, Questionnaire, QuestionnaireVersion, ViewAnswer, ViewReply, VoicePlace
from portal.voice.queries.rows import (
    AnswerRow,
    ReplyRow,
    ViewRow,
    answer_row,
    document_of,
    reply_row,
    view_rows,
    words_of_day,
)
from portal.voice.rules.answers import CHANGES, AnswerState, Change, Given, item_change
from portal.voice.rules.heard import SAYS, Heard, TurnTaken, heard
from portal.voice.rules.places import Outcome
from portal.voice.rules.questions import Age, Kind, Moment, Question


@dataclass(frozen=True)
class ComparedRow:
    """One question at the start and at the end, and how it changed; ``change`` is "" where that cannot be said."""

    question: str
    first: AnswerRow
    last: AnswerRow
    change: str
    change_words: str


@dataclass(frozen=True)
class Compared:
    """Start and end side by side."""

    first_when: str
    last_when: str
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True)
class ChildVoice:
    """Everything that one child of the case said."""

    pupil_id: int
    name: str
    views: tuple[ViewRow, ...]
    compared: Compared | None


def sees_taken_back(actor: Actor) -> bool:
    """Only a safeguarding lead reads what a child took back."""
    return may(actor, Action.CLOSE_TALK)


def case_voices(actor: Actor, case: Case) -> list[ChildVoice]:
    """What each child of the case said, the newest first; a child without a view has an empty list."""
    views = view_rows(ChildView.case_id == case.id, sees_taken_back=sees_taken_back(actor))
    compared = compared_of(case.id)
    children = {pupil.id: pupil.name for pupil in pupils_of(case)}
    children |= {view.pupil_id: view.child for view in views if view.pupil_id not in children}
    return [
        ChildVoice(
            pupil_id=pupil_id,
            name=name,
            views=tuple(view for view in views if view.pupil_id == pupil_id),
            compared=compared.get(pupil_id),
        )
        for pupil_id, name in children.items()
    ]


@dataclass(frozen=True)
class _Turn:
    """One kept view as it is compared."""

    case_id: int
    pupil_id: int
    moment: Moment
    when: str
    age: Age
    language: Language
    questions: Mapping[str, Question]
    given: Mapping[str, Given]


def _turns(cases: Collection[int] | Select[int]) -> list[_Turn]:
    """The kept views of start and end, the oldest first, without words of the child's own. Two statements."""
    found = db.session.execute(
        select(ChildView.id, ChildView.case_id, ChildView.pupil_id, ChildView.given_at, VoicePlace.age)
        .add_columns(Questionnaire.moment, QuestionnaireVersion.document, QuestionnaireVersion.language)
        .join(VoicePlace, VoicePlace.id == ChildView.place_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == VoicePlace.version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(*_kept_pairs(cases))
        .order_by(ChildView.given_at, ChildView.id)
    ).all()
    given = _given_by_view(cases) if found else {}
    return [
        _Turn(
            row.case_id,
            row.pupil_id,
            Moment(row.moment),
            words_of_day(row.given_at),
            Age(row.age),
            language_of(row.language),
            {question.key: question for question in document_of(row.document).questions},
            given.get(row.id, {}),
        )
        for row in found
    ]


def _kept_pairs(cases: Collection[int] | Select[int]) -> tuple[Any, ...]:
    return (
        ChildView.case_id.in_(cases),
        ChildView.taken_back_at.is_(None),
        Questionnaire.moment.in_([Moment.START.value, Moment.END.value]),
    )


def _given_by_view(cases: Collection[int] | Select[int]) -> dict[int, dict[str, Given]]:
    found: dict[int, dict[str, Given]] = defaultdict(dict)
    rows = db.session.execute(
        select(ViewAnswer.view_id, ViewAnswer.question, ViewAnswer.state, ViewAnswer.choices)
        .join(ChildView, ChildView.id == ViewAnswer.view_id)
        .where(ChildView.case_id.in_(cases), ChildView.taken_back_at.is_(None))
    )
    for view_id, question, state, choices in rows:
        codes = tuple(code for code in choices.split(",") if code)
        found[view_id][question] = Given(question, AnswerState(state), codes)
    return found


def _pairs(turns: Iterable[_Turn]) -> dict[tuple[int, int], tuple[_Turn, _Turn]]:
    """The latest start and the latest end of each child in each case, where there are both."""
    latest: dict[tuple[int, int], dict[Moment, _Turn]] = defaultdict(dict)
    for turn in turns:
        latest[turn.case_id, turn.pupil_id][turn.moment] = turn
    return {of_child: (both[Moment.START], both[Moment.END]) for of_child, both in latest.items() if len(both) == 2}


def _same_items(first: _Turn, last: _Turn) -> list[tuple[Question, Question]]:
    """The questions that stand in both with the same key and kind; words and drawings cannot be compared."""
    pairs = [(question, last.questions.get(key)) for key, question in first.questions.items()]
    return [
        (before, after)
        for before, after in pairs
        if after is not None and after.kind is before.kind and after.kind not in (Kind.WORDS, Kind.DRAWING)
    ]


def compared_of(case_id: int) -> dict[int, Compared]:
    """Start and end of each child of one case, by pupil."""
    return {
        pupil_id: Compared(
            first.when,
            last.when,
            tuple(_compared_row(before, after, first, last) for before, after in _same_items(first, last)),
        )
        for (_, pupil_id), (first, last) in _pairs(_turns([case_id])).items()
    }


def _compared_row(before: Question, after: Question, first: _Turn, last: _Turn) -> ComparedRow:
    unreached = Given(after.key, AnswerState.NOT_REACHED)
    was, now = first.given.get(before.key, unreached), last.given.get(after.key, unreached)
    change = item_change(after, was, now)
    return ComparedRow(
        question=after.words(last.age),
        first=answer_row(before, was, first.age, first.language),
        last=answer_row(after, now, last.age, last.language),
        change=change.value if change else "",
        change_words=CHANGES[change] if change else "",
    )


def changes_of(cases: Collection[int] | Select[int]) -> list[tuple[int, str, Change]]:
    """(case, key of the item, change) of every child with both, for the service's figures. Two statements."""
    found = []
    for (case_id, _), (first, last) in _pairs(_turns(cases)).items():
        for before, after in _same_items(first, last):
            change = item_change(after, first.given.get(before.key), last.given.get(after.key))
            if change is not None:
                found.append((case_id, after.key, change))
    return found


def turns_of(cases: Collection[int] | Select[int]) -> dict[int, list[TurnTaken]]:
    """The turns that came back, by case. One statement."""
    says = exists().where(ViewAnswer.view_id == ChildView.id, ViewAnswer.state.in_([state.value for state in SAYS]))
    rows = db.session.execute(
        select(VoicePlace.case_id, VoicePlace.pupil_id, Questionnaire.moment, ChildView.taken_back_at)
        .add_columns(ChildView.id.label("view_id"), says.label("says"))
        .join(QuestionnaireVersion, QuestionnaireVersion.id == VoicePlace.version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .outerjoin(ChildView, ChildView.place_id == VoicePlace.id)
        .where(
            VoicePlace.case_id.in_(cases),
            VoicePlace.outcome.in_([Outcome.ANSWERED.value, Outcome.KEPT_NOTHING.value]),
        )
    )
    found: dict[int, list[TurnTaken]] = defaultdict(list)
    for row in rows:
        is_kept = row.view_id is not None and row.taken_back_at is None
        found[row.case_id].append(TurnTaken(row.pupil_id, Moment(row.moment), is_kept and bool(row.says)))
    return dict(found)


def voices_of(cases: Collection[int] | Select[int]) -> dict[int, Heard]:
    """How far the children of these cases were heard, by case id; one without any turn is left out. One statement."""
    states = {case_id: heard(turns) for case_id, turns in turns_of(cases).items()}
    return {case_id: state for case_id, state in states.items() if state is not None}


def view_for(case: Case, view_id: int) -> ChildView:
    """One view of this case, as a record. Raises ``OutOfReach``."""
    view = db.session.scalars(
        select(ChildView).where(ChildView.id == view_id, ChildView.case_id == case.id)
    ).one_or_none()
    if view is None:
        raise OutOfReach(view_id)
    return view


def view_to_read(actor: Actor, case: Case, view_id: int) -> ChildView:
    """The same for who reads it first. Raises ``OutOfReach`` also for what only a safeguarding lead still reads."""
    view = view_for(case, view_id)
    if view.taken_back_at is not None and not sees_taken_back(actor):
        raise OutOfReach(view_id)
    return view


def view_row(actor: Actor, case: Case, view_id: int) -> ViewRow:
    """One view of this case as screens show it. Raises ``OutOfReach``."""
    found = view_rows(ChildView.id == view_id, ChildView.case_id == case.id, sees_taken_back=sees_taken_back(actor))
    if not found:
        raise OutOfReach(view_id)
    return found[0]


def reply_of(case: Case, view_id: int) -> ReplyRow:
    """The answer to a view that the child did not take back. Raises ``OutOfReach`` while there is none."""
    reply = db.session.scalars(
        select(ViewReply)
        .join(ChildView, ChildView.id == ViewReply.view_id)
        .where(ChildView.id == view_id, ChildView.case_id == case.id, ChildView.taken_back_at.is_(None))
    ).one_or_none()
    if reply is None:
        raise OutOfReach(view_id)
    return reply_row(reply)
