"""Three questionnaires in the service's own words, ready from the first day. No licensed instrument."""

from dataclasses import dataclass

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
        Kind.FEELING,
        "classroom",
        "How do you feel at school?",
        "How do you feel about school most days?",
        "How is school for you most days?",
    ),
    _asked(
        "lessons",
        Kind.CIRCLES,
        "learning",
        "Can you do your work?",
        "Can you do the work in lessons?",
        "How often can you get on with your work in lessons?",
    ),
    _asked(
        "breaks",
        Kind.FEELING,
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
        "Do you have a friend to play with?",
        "Do you have somebody to be with?",
        "How often do you have people to be with?",
    ),
    _asked(
        "calm",
        Kind.STEPS,
        "face-calm",
        "How calm is your day? Ten is very calm.",
        "How calm is a school day for you? Ten is very calm.",
        "From one to ten, how manageable is a school day? Ten is the best.",
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
                "What should change so that school works better for you?",
                "What should change so that school works better for you?",
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
                "What has changed since we began?",
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
                "help", Kind.HELP, "the-team", "How was our help?", "How was our help?", "How much did our help do?"
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
                Kind.HELP,
                "art",
                "How was the time with us?",
                "How was the time with us?",
                "How useful was the time with us?",
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
                "Draw what was best or what was not good.",
                "Draw what was best or what was not good.",
                "Draw or scribble how it was.",
            ),
            _asked(
                "tell_us",
                Kind.WORDS,
                "writing",
                "What should we do another time?",
                "What should we do differently?",
                "What should we do differently?",
            ),
        )
    ),
)

READY = (START, END, HELP)
