"""Three questionnaires in the service's own words, ready from the first day. No licensed instrument."""

from dataclasses import dataclass
from hashlib import sha256

from portal.voice.rules.questions import Age, Document, Kind, Moment, Question


@dataclass(frozen=True)
class Ready:
    """A questionnaire that every portal begins with."""

    title: str
    moment: Moment
    document: Document


def _asked(key: str, kind: Kind, symbol: str, infants: str, juniors: str, secondary: str, *pictures: str) -> Question:
    wording = {Age.INFANTS: infants, Age.JUNIORS: juniors, Age.SECONDARY: secondary}
    return Question(key, kind, wording, symbol, pictures)


_ITEMS = (
    _asked(
        "school",
        Kind.FEELINGS,
        "classroom",
        "How do you feel at school?",
        "How do you feel about school most days?",
        "How is school for you most days?",
    ),
    _asked(
        "lessons",
        Kind.CIRCLES,
        "learning",
        "How often can you do your work?",
        "How often can you do the work in lessons?",
        "How often can you get on with your work in lessons?",
    ),
    _asked(
        "breaks",
        Kind.FEELINGS,
        "playground",
        "How is playtime?",
        "How are break and lunch for you?",
        "How are break and lunch for you?",
    ),
    _asked(
        "adult",
        Kind.YES_MAYBE_NO,
        "grown-up-i-trust",
        "Is there a grown-up at school who helps you?",
        "Is there an adult at school you can go to?",
        "Is there an adult at school you can go to when it gets hard?",
    ),
    _asked(
        "friends",
        Kind.CIRCLES,
        "friend",
        "How often do you have a friend to play with?",
        "How often do you have someone to be with?",
        "How often do you have someone to be with?",
    ),
    _asked(
        "calm",
        Kind.HOW_MUCH,
        "face-calm",
        "How calm is your day?",
        "How calm is your school day?",
        "How manageable is a school day for you?",
    ),
)

START = Ready(
    "What is school like for me?",
    Moment.START,
    Document(
        (
            *_ITEMS,
            _asked(
                "hard",
                Kind.PICTURES,
                "",
                "What is hard for you?",
                "Which of these are hard for you?",
                "Which of these are hard for you?",
                "noise",
                "writing",
                "group-work",
                "corridor",
                "lunch",
                "morning",
                "rules",
                "getting-help",
            ),
            _asked(
                "wish",
                Kind.WORDS,
                "writing",
                "What do you wish for?",
                "What would make school better for you?",
                "What would make school better for you?",
            ),
        )
    ),
)
END = Ready(
    "What is school like for me now?",
    Moment.END,
    Document(
        (
            *_ITEMS,
            _asked(
                "better",
                Kind.WORDS,
                "changed",
                "What is different now?",
                "What is different now?",
                "What has changed since we started?",
            ),
        )
    ),
)
HELP = Ready(
    "About our help",
    Moment.HELP,
    Document(
        (
            _asked(
                "help",
                Kind.HELPED,
                "the-team",
                "What was our help like?",
                "What was our help like?",
                "What was our help like?",
            ),
            _asked(
                "listened",
                Kind.YES_MAYBE_NO,
                "getting-help",
                "Did we listen to you?",
                "Did we listen to you?",
                "Did we listen to you?",
            ),
            _asked(
                "fun",
                Kind.HELPED,
                "art",
                "What was it like being with us?",
                "What was it like being with us?",
                "What was it like working with us?",
            ),
            _asked(
                "again",
                Kind.YES_MAYBE_NO,
                "the-team",
                "Would you like us to come again?",
                "Would you want our help again?",
                "Would you want our help again?",
            ),
            _asked(
                "draw",
                Kind.DRAWING,
                "art",
                "Draw the best bit, or a bit that was not good.",
                "Draw the best bit, or a bit that was not good.",
                "Draw or scribble how it was.",
            ),
            _asked(
                "tell_us",
                Kind.WORDS,
                "writing",
                "What should we do next time?",
                "What should we do differently?",
                "What should we do differently?",
            ),
        )
    ),
)

READY = (START, END, HELP)

_EARLIER = frozenset(
    {
        "0963355e223ead2a00955f85974cd5188639ddc53f99e8b83ba448ed96c51437",
        "231d5c030164b9437a57266559b554f904d6efaecb3e17059ef83d92b34d5007",
        "5e7fce9c7888ee8205aa4c28c79d0f52cff9268f21b608de64a2a0757514d18c",
    }
)
"""Digests of what these three asked before: with scales that leant to one side, and steps from one to ten."""


def is_earlier(document: str) -> bool:
    """Is this, as it is stored, one of the three as they were before, and nobody's own wording?"""
    return sha256(document.encode()).hexdigest() in _EARLIER
