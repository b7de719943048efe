"""A turn where the tablet asks the server for each screen: without scripts, or on a machine that is always on line."""

from collections.abc import Mapping

from portal.kernel import audit
from portal.voice.models import VoicePlace
from portal.voice.operations.arriving import keep_turn
from portal.voice.operations.talking import ask_to_talk
from portal.voice.rules import walk as rules
from portal.voice.rules.answers import LONGEST_WORDS, AnswerState, Given, fitting
from portal.voice.rules.questions import Document, from_json
from portal.voice.rules.sharing import Audience
from portal.voice.rules.walk import Screen, Walk


def go(place: VoicePlace, act: str, sent: Mapping[str, list[str]]) -> str:
    """One touch: takes it, and goes to the next screen. Answers the key of what is wrong, else "".

    A touch that belongs to another screen than the one in sight (pressed twice, an old page) changes nothing. The wish
    to talk is asked about once and told on every screen, also after the last one.
    """
    if act == "tell":
        ask_to_talk(place)
    if place.settled_at is not None:
        return ""
    document, walk = from_json(place.asked.document), rules.from_json(place.walk)
    after, problem = _after(walk, document, act, sent)
    if after == walk:
        return problem
    if after.screen is Screen.END:
        keep_turn(place, after.turn(document))
        return ""
    place.walk = rules.to_json(after)
    audit.record(None, "child's turn went on", place)
    return problem


def _after(walk: Walk, document: Document, act: str, sent: Mapping[str, list[str]]) -> tuple[Walk, str]:
    if act in ("answer", AnswerState.NOT_SAY, AnswerState.NOT_KNOW):
        return _answered(walk, document, act, sent)
    if act == "start" and walk.screen is Screen.WELCOME:
        return rules.begin(walk), ""
    if act == "back":
        return rules.back(walk), ""
    if act == "stop" and walk.screen in (Screen.QUESTION, Screen.WELCOME, Screen.SHARE):
        return rules.aside(walk, Screen.STOP), ""
    if act == "before":
        return rules.before(walk), ""
    if act in ("talk", "tell"):
        return rules.aside(walk, Screen.TELL if act == "talk" else Screen.TALK), ""
    if act in ("keep", "throw_away") and walk.screen is Screen.STOP:
        return rules.stop(walk, keep=act == "keep"), ""
    if act == "share" and walk.screen is Screen.SHARE:
        chosen = frozenset(Audience(one) for one in sent.get("share", []) if one in set(Audience))
        return rules.share(walk, frozenset() if "nobody" in sent else chosen), ""
    return walk, ""


def _answered(walk: Walk, document: Document, act: str, sent: Mapping[str, list[str]]) -> tuple[Walk, str]:
    if walk.screen is not Screen.QUESTION or sent.get("at") != [str(walk.at)]:
        return walk, ""
    question = document.questions[walk.at]
    if act != "answer":
        return rules.answer(walk, document, Given(question.key, AnswerState(act)))
    words = " ".join(sent.get("words", [])).replace("\r\n", "\n").strip()
    choices = tuple(dict.fromkeys(sent.get("choice", [])))
    if len(words) > LONGEST_WORDS:
        return walk, "too_long"
    given = fitting(question, Given(question.key, AnswerState.ANSWERED, choices, words))
    after, problem = rules.answer(walk, document, given)
    return after, "choose_one" if problem else ""
