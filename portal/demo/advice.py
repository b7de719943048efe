"""Questions about practice as the demonstration tells them: eight over the year, at every stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from portal.accounts.queries import actor_of
from portal.advice import operations as advice
from portal.advice.models import AdviceThread
from portal.advice.rules import MessageDraft, QuestionDraft
from portal.demo.cast import Cast
from portal.demo.timekeeper import Story, at
from portal.policy import Actor
from portal.schools.queries import calendar_of
from portal.training.rules import RequestDraft


@dataclass(frozen=True)
class Talk:
    """One question, what was said to and fro, and what became of it.

    ``school`` is a place in the list of primary schools (secondary ones from 100 on), ``ago`` school days before today.
    ``turns`` are (who, words, minutes): s the school, w the worker, b the worker who asks back.
    """

    school: int
    ago: int
    subject: str
    question: str
    tried: str
    turns: tuple[tuple[str, str, int], ...]
    ending: str = ""
    how_soon: str = "usual"


TALKS = (
    Talk(
        0,
        150,
        "Calm starts after lunch",
        "Afternoons in one of our Year 4 classes begin loudly, and it takes twenty minutes until everybody works. What "
        "helps a whole class to settle?",
        "A story on the carpet, and a quiet bell.",
        (
            (
                "w",
                "Try the same three steps every day for two weeks: a greeting by name at the door, two minutes of slow "
                "breathing with the lights low, and a first task that everybody can do alone. Tell us how it went.",
                35,
            ),
            ("s", "Two weeks on it is down to eight minutes. Thank you, we keep it.", 0),
        ),
        "closed",
    ),
    Talk(
        3,
        9,
        "Staff after an incident",
        "After a hard incident our teaching assistants do not know what to say to the child, or to each other.",
        "A form to fill in.",
        (
            ("b", "Who talks with them afterwards at present, and how soon?", 10),
            ("s", "The deputy, mostly at the end of the day.", 0),
            (
                "w",
                "Begin with ten minutes on the same day, with three questions. I send you the sheet that we use.",
                25,
            ),
        ),
        "training",
    ),
    Talk(
        100,
        118,
        "Corridors at change of lessons",
        "Most of our incidents happen in two corridors between lessons. What have others changed?",
        "More staff on duty.",
        (
            (
                "w",
                "Draw where and when for two weeks first. Often it is three minutes and one corner: stagger those two "
                "year groups, and let adults stand still and greet.",
                40,
            ),
        ),
        "closed",
    ),
    Talk(
        1,
        95,
        "Leaving the room",
        "A pupil in Year 5 leaves the room several times a day. How do we agree on a way out that is safe and gets "
        "shorter?",
        "A time-out card, without a limit.",
        (
            (
                "w",
                "Name one place, one adult and five minutes, and practise it when all is calm. Count the times: if "
                "they do not fall in three weeks, think about a referral.",
                30,
            ),
            ("s", "We counted for three weeks. It is not less, and now others are hurt.", 0),
        ),
        "referral",
    ),
    Talk(
        5,
        70,
        "Sensory breaks for a small class",
        "We have one teaching assistant for 27 pupils. How can sensory breaks work without taking her away each time?",
        "",
        (("w", "Make them part of the day for everybody: three short ones, led from the front. Here is a plan.", 20),),
        "closed",
    ),
    Talk(
        101,
        40,
        "Reports that parents can read",
        "Our behaviour reports sound like charges. How can we write so that families work with us?",
        "A new template.",
        (
            (
                "w",
                "Say first what went well, then what happened, then what you will do. May I show it to a year team?",
                25,
            ),
        ),
        "answered",
    ),
    Talk(
        0,
        6,
        "Lining up",
        "Lining up after break ends in pushing every day, in three classes. Is there a better way in?",
        "A seating order on the playground.",
        (("b", "How many adults are outside when the whistle goes, and where do they stand?", 10),),
        "asked_back",
    ),
    Talk(
        100,
        2,
        "Detentions that nobody learns from",
        "The same twelve pupils sit in detention each week. What could take its place that a head of year can run?",
        "A longer detention.",
        (),
        "waiting",
    ),
)


def talks(cast: Cast, today: date) -> Iterator[Story]:
    """A story for each question, played beside those of the referrals."""
    for number, talk in enumerate(TALKS):
        yield _talk(talk, number, cast, today)


def _talk(talk: Talk, number: int, cast: Cast, today: date) -> Story:
    calendar = calendar_of(cast.primary_line)
    schools, place = (cast.secondary, talk.school - 100) if talk.school >= 100 else (cast.primary, talk.school)
    school_id, worker = schools[place], _actor(cast.workers[number % 2])
    writer, coordinator = _actor(cast.writers[school_id]), _actor(cast.coordinator)
    day = calendar.add_school_days(today, -talk.ago)
    yield at(day, 10, 15)
    draft = QuestionDraft(talk.subject, talk.question, talk.tried, talk.how_soon)
    thread = advice.ask_advice(writer, school_id, draft)
    if talk.ending == "waiting":
        return
    yield at(day, 13)
    advice.assign(coordinator, thread, worker.person_id, opened_with=thread.version)
    for who, words, minutes in talk.turns:
        day = calendar.add_school_days(day, 15 if who == "s" and minutes == 0 and "weeks" in words else 2)
        yield at(day, 15, 40)
        _say(thread, writer if who == "s" else worker, who, words, minutes)
    yield at(day + timedelta(days=1), 8, 30)
    _end(thread, writer, cast, talk.ending, calendar.add_school_days(day, 30))


def _say(thread: AdviceThread, actor: Actor, who: str, words: str, minutes: int) -> None:
    draft = MessageDraft(words, minutes or None)
    operation = {"s": advice.write_again, "w": advice.answer, "b": advice.ask_back}[who]
    operation(actor, thread, draft, opened_with=thread.version)


def _end(thread: AdviceThread, writer: Actor, cast: Cast, ending: str, wished: date) -> None:
    if ending == "closed":
        advice.close(writer, thread, opened_with=thread.version)
    elif ending == "referral":
        line = cast.primary_line if thread.school_id in cast.primary else cast.secondary_line
        advice.become_referral(writer, thread, line, opened_with=thread.version)
    elif ending == "training":
        request = RequestDraft(
            own_words=thread.subject,
            who="All teaching assistants",
            how_many=9,
            dates=(wished,),
            difference="Nobody goes home alone with a hard day, and the child hears the same words from everybody.",
        )
        advice.become_training(writer, thread, request)


@cache
def _actor(person_id: int) -> Actor:
    return actor_of(person_id)
