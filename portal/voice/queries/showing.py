"""“You said, we did” as a child's tablet shows it, and the language in which it is read aloud."""

from dataclasses import dataclass

from portal.kernel.languages import Language, language_of
from portal.voice.models import ChildView, ViewReply
from portal.voice.rules.symbols import SYMBOLS


@dataclass(frozen=True)
class ShownSide:
    """One of the two sentences, under its heading in the tablet's words."""

    key: str
    words: str
    symbol: str


@dataclass(frozen=True)
class ShownReply:
    """Nothing in it names anybody; ``version`` says which words were seen."""

    sides: tuple[ShownSide, ShownSide]
    language: Language
    age: str
    version: int


def reply_shown(reply: ViewReply) -> ShownReply:
    """An answer as the child sees it."""
    return ShownReply(
        sides=(
            ShownSide("you_said", reply.you_said, _known(reply.said_symbol)),
            ShownSide("we_did", reply.we_did, _known(reply.did_symbol)),
        ),
        language=language_of_reply(reply.view),
        age=reply.view.place.age,
        version=reply.version,
    )


def language_of_reply(view: ChildView) -> Language:
    """The one in which the child was asked: workers are told to write in it, since a voice reads it out."""
    return language_of(view.place.asked.language)


def _known(symbol: str) -> str:
    return symbol if symbol in SYMBOLS else ""
