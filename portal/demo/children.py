"""What children say in the demonstration: at the start, at the end, about the help; and what adults do with it."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.accounts.queries import actor_of, people_with
from portal.cases.models import Allocation, Case
from portal.cases.operations.clocks import first_worker_id
from portal.demo.cast import Cast
from portal.demo.timekeeper import Story, at
from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.policy import Actor, Role
from portal.schools.queries import calendar_of
from portal.voice.models import ChildView, HandOver, Questionnaire, QuestionnaireVersion, VoicePlace
from portal.voice.operations import arriving, places, reading, talking, wishes
from portal.voice.operations.places import PlaceDraft
from portal.voice.operations.questionnaires import ensure_ready_questionnaires
from portal.voice.operations.reading import ReplyDraft
from portal.voice.rules.answers import AnswerState, Ended, Given, Stroke, Turn, complete
from portal.voice.rules.places import How, session_until
from portal.voice.rules.questions import Age, Document, Kind, Moment, Question, age_for, from_json
from portal.voice.rules.sharing import Audience

if TYPE_CHECKING:
    from portal.demo.stories import Told

START_SHARE, END_SHARE = 0.7, 0.6
"""How many of the children are heard at the start, and at the end of what ended"""
ANSWERED = 0.98
"""The share of views that are answered, and of answers that the child has seen"""

_Reply = tuple[str, str, str, str]
"""“You said”, its picture, “we did”, its picture"""

_START_WORDS: Mapping[str, _Reply] = {
    "I want a place where it is quiet.": (
        *("You want a place where it is quiet.", "quiet-place"),
        *("You can go to the library corner at any time.", "door"),
    ),
    "That people wait until I have finished talking.": (
        *("You want people to let you finish.", "me"),
        *("Your group has a talking stone now. Whoever holds it finishes.", "group-work"),
    ),
    "Not so much writing. I can say it better.": (
        *("You want less writing.", "writing"),
        *("You can say it, and an adult writes it down.", "getting-help"),
    ),
    "I want to sit near the door.": (
        *("You want to sit near the door.", "door"),
        *("Your place is the table by the door.", "classroom"),
    ),
    "That somebody plays with me at lunch.": (
        *("You want someone to play with at lunch.", "lunch"),
        *("Lunch club starts on Monday, and you are in it.", "friend"),
    ),
    "I wish the mornings were slower.": (
        *("Mornings are too fast for you.", "morning"),
        *("You start with Miss Bell, ten minutes later.", "clock"),
    ),
    "I get shouted at for things I did not do.": (
        *("You get shouted at for things you did not do.", "noise"),
        *("Your teacher asks you first now, in a quiet voice.", "teacher"),
    ),
    "Nothing. It is fine.": (
        *("You said that it is fine.", "face-happy"),
        *("We changed nothing. You can tell us if that changes.", "same"),
    ),
    "More football and a job I am good at.": (
        *("You want more football and a job you are good at.", "sport"),
        *("You look after the PE cupboard on Fridays.", "tidy"),
    ),
    "I do not want to be pulled out in front of everybody.": (
        *("You do not want to be called out in front of others.", "classroom"),
        *("We use the card on your table.", "letter"),
    ),
}
_SAD_WORDS: Mapping[str, _Reply] = {
    "I feel sick before school on Mondays.": (
        *("You feel sick before school on Mondays.", "morning"),
        *("On Mondays you come in by the side door, and Miss Bell meets you.", "door"),
    ),
    "Nobody picks me for anything.": (
        *("You said that nobody picks you.", "me"),
        *("Your teacher makes the groups now.", "group-work"),
    ),
    "I think the teachers would like it better without me.": (
        *("You think the teachers would like it better without you.", "teacher"),
        *("Mr Hale told us that he is glad you are there. He wants to tell you himself.", "face-happy"),
    ),
}
_END_WORDS: Mapping[str, _Reply] = {
    "I know who to go to now.": (
        *("You know who to go to now.", "grown-up-i-trust"),
        *("Miss Bell stays your person next term.", "same"),
    ),
    "I have my own corner and I use it.": (
        *("You use your own corner.", "quiet-place"),
        *("The corner stays yours.", "same"),
    ),
    "They ask me first before they say no.": (
        *("They ask you first now.", "teacher"),
        *("We told your teachers that it helps.", "letter"),
    ),
    "It is the same as before, but I worry less.": (
        *("It is the same, but you worry less.", "same"),
        *("Your teacher has a plan to go on with it.", "plan"),
    ),
    "Lunch is still too loud.": (
        *("Lunch is still too loud.", "noise"),
        *("You and a friend can eat in the small room.", "lunch"),
    ),
    "I have got two friends.": (
        *("You have two friends now.", "friend"),
        *("You three sit together next term.", "classroom"),
    ),
    "The corridor is better. Maths is not.": (
        *("The corridor is better. Maths is not.", "corridor"),
        *("You get ten minutes of help before maths.", "numbers"),
    ),
}
_HELP_WORDS: Mapping[str, _Reply] = {
    "Come on another day, not in art.": (
        *("You want us to come on another day, not in art.", "art"),
        *("We come on Tuesdays now.", "clock"),
    ),
    "It was good when we made the plan together.": (
        *("You liked making the plan together.", "plan"),
        *("We make the next one with you, too.", "the-team"),
    ),
    "Do not talk about me with the door open.": (
        *("You do not want us to talk about you with the door open.", "door"),
        *("We are sorry. We shut it now.", "safe"),
    ),
    "You could stay longer.": (
        *("You want us to stay longer.", "clock"),
        *("We cannot stay longer. We come twice in the last week.", "the-team"),
    ),
    "I liked the walking and talking.": (
        *("You liked the walking and talking.", "moving-about"),
        *("Miss Bell walks with you on Thursdays.", "grown-up-i-trust"),
    ),
}
WORDS: Mapping[Moment, Mapping[str, _Reply]] = {
    Moment.START: {**_START_WORDS, **_SAD_WORDS},
    Moment.END: _END_WORDS,
    Moment.HELP: _HELP_WORDS,
}
HARD: Mapping[str, _Reply] = {
    "noise": ("Noise is hard for you.", "noise", "You have headphones in your tray.", "quiet-place"),
    "writing": ("Writing is hard for you.", "writing", "You can use the computer for long texts.", "computer"),
    "group-work": ("Working in a group is hard for you.", "group-work", "You work with one partner first.", "friend"),
    "corridor": ("The corridor is hard for you.", "corridor", "You leave two minutes before the others.", "clock"),
    "lunch": ("Lunch is hard for you.", "lunch", "You and a friend can eat in the small room.", "friend"),
    "morning": ("Mornings are hard for you.", "morning", "You start with Miss Bell, ten minutes later.", "clock"),
    "rules": ("Rules are hard for you.", "rules", "Your rules are on a card with pictures.", "letter"),
    "getting-help": ("Getting help is hard for you.", "getting-help", "You turn over your red card.", "letter"),
}
"""For those who touched pictures and wrote nothing"""
NO_WORDS: _Reply = (
    *("You touched your answers and wrote nothing.", "me"),
    *("We read them. We ask you again at the end of term.", "the-team"),
)
_HOWS = (How.ALONE, How.READ_ALOUD, How.READ_ALOUD, How.READ_ALOUD, How.POINTED)
_SHARES = (
    frozenset[Audience](),
    frozenset[Audience](),
    frozenset({Audience.SCHOOL}),
    frozenset({Audience.SCHOOL}),
    frozenset({Audience.SCHOOL, Audience.MEETING}),
    frozenset({Audience.FAMILY}),
    frozenset({Audience.MEETING}),
)
_DRAWINGS: tuple[tuple[Stroke, ...], ...] = (
    (
        ((200, 800), (200, 450), (500, 220), (800, 450), (800, 800), (200, 800)),
        ((440, 800), (440, 600), (560, 600), (560, 800)),
        ((300, 520), (380, 520), (380, 600), (300, 600), (300, 520)),
    ),
    (
        ((500, 300), (430, 250), (430, 170), (500, 120), (570, 170), (570, 250), (500, 300)),
        ((500, 300), (500, 620)),
        ((320, 420), (500, 400), (680, 420)),
        ((500, 620), (380, 860)),
        ((500, 620), (620, 860)),
        ((460, 230), (500, 255), (545, 225)),
    ),
    (((150, 500), (300, 300), (450, 560), (600, 280), (750, 540), (880, 330)),),
)


@cache
def _version(moment: Moment) -> tuple[int, Document]:
    """The published questionnaire of a moment: its id and its questions."""
    found = db.session.scalars(
        select(QuestionnaireVersion)
        .join(Questionnaire)
        .where(Questionnaire.moment == moment.value, QuestionnaireVersion.published_at.is_not(None))
        .order_by(QuestionnaireVersion.id.desc())
        .limit(1)
    ).one()
    return found.id, from_json(found.document)


def begin_questionnaires() -> None:
    """The three that every portal begins with; what an earlier demonstration in this process knew is forgotten."""
    ensure_ready_questionnaires()
    _version.cache_clear()


def says(told: "Told", *moments: Moment) -> list[ChildView]:
    """Each child of the work answers these questionnaires, and somebody reads it; what waits for an answer comes back.

    About seven of ten are asked at the start, six of ten at the end.
    """
    random = _random_of(told, moments[0].value)
    if random.random() > (START_SHARE if Moment.START in moments else END_SHARE):
        return []
    stands = []
    for pupil in told.case.pupils:
        for moment in moments:
            place = _prepared(told, random, pupil.pupil_id, moment)
            view = arriving.keep_turn(place, _turn(random, moment, Age(place.age)))
            if view is not None and _read(told, random, view):
                stands.append(view)
    return stands


def _random_of(told: "Told", what: str) -> Random:
    """Chance of its own, so that the rest of the story stays as it was."""
    return Random(f"voice {told.plot.number} {what}")


def _prepared(told: "Told", random: Random, pupil_id: int, moment: Moment) -> VoicePlace:
    how = random.choice(_HOWS)
    draft = PlaceDraft(
        pupil_id=pupil_id,
        version_id=_version(moment)[0],
        age=_age_of(told.case, pupil_id),
        how=how,
        helper="" if how is How.ALONE else random.choice(("the worker", "the worker", "a teaching assistant")),
        named_adult_id=told.plot.worker_id,
    )
    return places.prepare(told.worker, told.case, draft)


def _age_of(case: Case, pupil_id: int) -> Age:
    """The wording that fits the child's latest year group."""
    entry = next(pupil for pupil in case.pupils if pupil.pupil_id == pupil_id)
    groups = {row.school_year: row.year_group for row in entry.pupil.year_groups}
    return age_for(groups[max(groups)] if groups else None)


def _turn(random: Random, moment: Moment, age: Age) -> Turn:
    if random.random() < 0.04:
        return Turn(Ended.STOPPED, False)
    document = _version(moment)[1]
    is_stopped = random.random() < 0.06
    asked = document.questions[: random.randint(2, 4)] if is_stopped else document.questions
    answers = [_given(random, question, moment, age) for question in asked]
    ended = Ended.STOPPED if is_stopped else Ended.FINISHED
    return Turn(ended, True, complete(document, answers), random.choice(_SHARES))


def _given(random: Random, question: Question, moment: Moment, age: Age) -> Given:
    chance = random.random()
    if chance < 0.07:
        return Given(question.key, AnswerState.NOT_SAY)
    if chance < 0.12:
        return Given(question.key, AnswerState.NOT_KNOW)
    if question.kind is Kind.WORDS:
        return _in_words(random, question, moment)
    if question.kind is Kind.DRAWING:
        if random.random() < 0.5:
            return Given(question.key, AnswerState.NOT_SAY)
        return Given(question.key, AnswerState.ANSWERED, strokes=random.choice(_DRAWINGS))
    codes = [choice.code for choice in question.choices(age)]
    if question.kind is Kind.PICTURES:
        chosen = random.sample(codes, min(len(codes), random.randint(1, 3)))
        return Given(question.key, AnswerState.ANSWERED, tuple(code for code in codes if code in chosen))
    return Given(question.key, AnswerState.ANSWERED, (random.choices(codes, _weights(question.kind, moment))[0],))


def _weights(kind: Kind, moment: Moment) -> list[int]:
    """How often each answer is given: more often good at the end, and never only good."""
    at_start = moment is Moment.START
    return {
        Kind.FEELINGS: [1, 3, 4, 4, 1] if at_start else [4, 5, 4, 2, 1],
        Kind.HELPED: [5, 5, 3, 1],
        Kind.CIRCLES: [1, 3, 4, 3, 1] if at_start else [3, 4, 3, 2, 1],
        Kind.HOW_MUCH: [1, 3, 5, 4, 2] if at_start else [3, 5, 4, 2, 1],
        Kind.YES_MAYBE_NO: [3, 3, 3] if at_start else [6, 3, 1],
    }[kind]


def _in_words(random: Random, question: Question, moment: Moment) -> Given:
    if random.random() < 0.35:
        return Given(question.key, AnswerState.NOT_SAY)
    return Given(question.key, AnswerState.ANSWERED, words=random.choice(list(WORDS[moment])))


def _read(told: "Told", random: Random, view: ChildView) -> bool:
    """The coordinator reads it the same day; few are held back, or taken back by the child. Says whether it stands."""
    worries = "Talked with the safeguarding lead the same day." if random.random() < 0.03 else ""
    reading.read_view(told.coordinator, view, worries=worries)
    if random.random() < 0.03:
        reading.take_back(told.worker, view, opened_with=view.version)
        return False
    return True


def answer(told: "Told", views: list[ChildView]) -> None:
    """“You said, we did”, some days later; nearly every child sees it. The list is empty afterwards."""
    random = _random_of(told, "answers")
    for view in views:
        if random.random() < ANSWERED:
            _answer(told.worker, random, view)
    views.clear()


def _answer(worker: Actor, random: Random, view: ChildView) -> None:
    you_said, said_symbol, we_did, did_symbol = reply_to(view)
    draft = ReplyDraft(you_said, we_did, said_symbol, did_symbol)
    reply = reading.answer_child(worker, view, draft, opened_with=0)
    if random.random() < ANSWERED:
        reading.note_seen(worker, reply, random.choice(("tablet", "printed", "told")), worker.person_id)


def reply_to(view: ChildView) -> _Reply:
    """To the child's own words; else to the first picture of what is hard. Never to what the child did not say."""
    replies = {words: reply for of_moment in WORDS.values() for words, reply in of_moment.items()}
    said = next((replies[one.words] for one in view.answers if one.words in replies), None)
    touched = [code for one in view.answers if one.question == "hard" for code in one.choices.split(",")]
    return said or next((HARD[code] for code in touched if code in HARD), NO_WORDS)


def stories(cast: Cast, today: date) -> Iterator[Story]:
    """What stands open today: words that nobody has read, a wish to talk, a tablet from which nothing came back."""
    yield _talked(cast, today)
    yield _today(cast, today)


def _talked(cast: Cast, today: date) -> Story:
    """A child wanted to talk, and a safeguarding lead closed it on the next day."""
    day = calendar_of(cast.primary_line).add_school_days(today, -9)
    yield at(day, 13, 40)
    case = _open_cases(cast)[3]
    place = _prepared_by(case, Moment.OTHER)
    wish = talking.ask_to_talk(place)
    arriving.keep_turn(place, Turn(Ended.STOPPED, False))
    yield at(day, 14, 5)
    wishes.see_wish(_worker_of(case), wish)
    yield at(calendar_of(cast.primary_line).add_school_days(day, 1), 9, 30)
    lead = actor_of(people_with(Role.SAFEGUARDING)[0])
    wishes.close_wish(lead, wish, _DONE, opened_with=wish.version)


_DONE = "Talked for half an hour with the worker. It was about a falling-out on the bus; the school changed the seats."


def _today(cast: Cast, today: date) -> Story:
    this_morning = min(at(today, 7, 30), clock.now() - timedelta(minutes=40))  # also where it is made at night
    yesterday = calendar_of(cast.primary_line).add_school_days(today, -1)
    yield at(yesterday, 13, 30)
    _nothing_came(_open_cases(cast)[4])
    yield this_morning
    quiet, sad, drawn, *_ = _open_cases(cast)
    wanting = _prepared_by(quiet, Moment.START)
    arriving.keep_turn(
        wanting,
        _unread(Moment.START, ("feel_middle", "often", "feel_bad", "maybe", "sometimes", "much_middle"), _sad(1)),
    )
    talking.ask_to_talk(wanting)
    unhappy = _prepared_by(sad, Moment.START)
    answers = ("feel_very_bad", "rarely", "feel_very_bad", "no", "never", "much_not_very")
    arriving.keep_turn(unhappy, _unread(Moment.START, answers, _sad(2), frozenset({Audience.SCHOOL})))
    arriving.keep_turn(_prepared_by(drawn, Moment.HELP), _drawn())


def _sad(number: int) -> str:
    return list(_SAD_WORDS)[number]


def _unread(moment: Moment, codes: tuple[str, ...], words: str, audiences: frozenset[Audience] = frozenset()) -> Turn:
    """A turn with these answers to the items, and words to the question that asks for words."""
    document = _version(moment)[1]
    answers = [Given(q.key, AnswerState.ANSWERED, (code,)) for q, code in zip(document.questions, codes, strict=False)]
    asked = [question.key for question in document.questions if question.kind is Kind.WORDS]
    answers += [Given(key, AnswerState.ANSWERED, words=words) for key in asked]
    return Turn(Ended.FINISHED, True, complete(document, answers), audiences)


def _drawn() -> Turn:
    document = _version(Moment.HELP)[1]
    answers = [
        Given("help", AnswerState.ANSWERED, ("help_good",)),
        Given("listened", AnswerState.ANSWERED, ("yes",)),
        Given("again", AnswerState.NOT_KNOW),
        Given("draw", AnswerState.ANSWERED, strokes=_DRAWINGS[1]),
    ]
    return Turn(Ended.FINISHED, True, complete(document, answers), frozenset({Audience.FAMILY}))


def _nothing_came(case: Case) -> None:
    """Handed over in the afternoon; the tablet went back into the cupboard."""
    worker, now = _worker_of(case), clock.now()
    place = _prepared_by(case, Moment.START)
    made = HandOver(
        digest=places.session_digest(secrets.token_urlsafe(32)),
        person_id=worker.person_id,
        handed_at=now,
        lasts_until=session_until(now, touched_at=None, for_several=False),
        current_place_id=place.id,
        places=[place],
    )
    audit.record(worker, "tablet handed over", made)
    audit.record(worker, "questionnaire handed over", place)
    jobs.enqueue(places.LOOK_AFTER_JOB, {"hand_over": made.id}, run_at=made.lasts_until)


def _open_cases(cast: Cast) -> list[Case]:
    """Work that goes on, that of the cast's own first worker first."""
    mine = select(Allocation.id).where(Allocation.case_id == Case.id, Allocation.person_id == cast.workers[0])
    found = db.session.scalars(
        select(Case)
        .where(Case.stage.in_(["observation", "plan", "support"]))
        .order_by(mine.exists().desc(), Case.id.desc())
        .limit(5)
    )
    return list(found)


def _worker_of(case: Case) -> Actor:
    return actor_of(first_worker_id(case) or 0)


def _prepared_by(case: Case, moment: Moment) -> VoicePlace:
    worker = _worker_of(case)
    of_moment = Moment.START if moment is Moment.OTHER else moment
    draft = PlaceDraft(
        pupil_id=case.pupils[0].pupil_id,
        version_id=_version(of_moment)[0],
        age=_age_of(case, case.pupils[0].pupil_id),
        how=How.READ_ALOUD,
        helper="the worker",
        named_adult_id=worker.person_id,
    )
    return places.prepare(worker, case, draft)
