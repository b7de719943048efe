"""The letter to the school: what was decided, why, on what conditions, what happens next, and whom to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from portal.kernel.contact import Contact
from portal.referrals.rules.decisions import ACCEPTING, DECIDED, leads_to_case


@dataclass(frozen=True)
class LetterFacts:
    """What a letter is made of, in words. ``decision`` is a code, or “take_back” when a decision is taken back.

    ``telephone`` is the work number of who decided, ``contact`` the service's own details as they are today;
    ``by`` is a date in words (by when the coordinator, or with “return” the school, acts); ``asked`` are questions.
    """

    reference: str
    about: str
    school: str
    service: str
    line: str
    decided_by: str
    dated: str
    decision: str
    reason: str
    kind: str = "pupil"
    conditions: str = ""
    signpost: str = ""
    signpost_contact: str = ""
    to_be_ratified: bool = False
    by: str = ""
    asked: tuple[str, ...] = ()
    telephone: str = ""
    contact: Contact | None = None


@dataclass(frozen=True)
class Block:
    """One part of a letter: a heading, paragraphs, and a list."""

    heading: str
    words: tuple[str, ...]
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """A letter as it was written."""

    title: str
    to: str
    about: str
    reference: str
    dated: str
    sender: str
    service: str
    blocks: tuple[Block, ...]
    from_lines: tuple[str, ...] = ()
    """Who sends it: address, telephone and email of the service on the day it was written"""


_TITLES: Mapping[str, str] = {
    **DECIDED,
    "return": "More information is needed",
    "defer": "Deferred to the next panel",
    "take_back": "The decision was taken back",
}

_OPENINGS: Mapping[str, str] = {
    "outreach": "We accept this referral: outreach support for {about}.",
    "whole_school": "We accept this referral for support of your school as a whole, or of its staff.",
    "training": "We offer your school training.",
    "consultation": "We offer your school a consultation: a conversation about what could help.",
    "signpost": "We do not take this referral on ourselves. Another service fits better: {signpost}.",
    "placement": "We accept this referral for a short-term or dual-registered placement.",
    "managed_move": "A managed move was agreed.",
    "decline": "We do not take this referral on.",
    "return": "Before anything is decided we need to know more.",
    "defer": "Nothing is decided yet. The referral stays on the agenda of the next panel.",
    "take_back": "The decision in our last letter no longer holds. The referral is with us again.",
}

_NEXT: Mapping[str, str] = {
    "training": "We write to you with dates.",
    "consultation": "We get in touch to find a time.",
    "signpost": "Turn to the service named here. Tell us if they cannot help: then we look at it again.",
    "managed_move": "We arrange it with you, the family and the other school.",
    "decline": "Nothing more happens with this referral. Refer again if things change.",
    "return": "Open the referral in the portal, answer the questions{by}, and send it again. Nothing else is asked.",
    "defer": "You need not do anything. We write to you after the panel.",
    "take_back": "You need not do anything. A new letter tells you what is decided.",
}


def letter(facts: LetterFacts) -> Letter:
    """The letter, in plain words. Raises KeyError for an unknown decision."""
    blocks = [
        Block("What was decided", (_opening(facts),)),
        Block("What we ask" if facts.asked else "Why", (facts.reason,) if facts.reason else (), facts.asked),
        _only("Conditions", facts.conditions),
        Block("What happens next", (_next(facts),)),
        _only("Where to turn", _turn_to(facts)),
        _only("To be ratified", _RATIFY if facts.to_be_ratified else ""),
        Block("If you have a question", (_ask(facts),)),
    ]
    return Letter(
        title=_TITLES[facts.decision],
        to=facts.school,
        about=facts.about,
        reference=facts.reference,
        dated=facts.dated,
        sender=facts.decided_by,
        service=facts.service,
        blocks=tuple(block for block in blocks if block is not None),
        from_lines=_from_lines(facts.contact),
    )


def _from_lines(contact: Contact | None) -> tuple[str, ...]:
    if contact is None:
        return ()
    return tuple(line for line in (*contact.address_lines, contact.telephone, contact.email) if line)


def _ask(facts: LetterFacts) -> str:
    """Whom to talk to and how; without any number or address, only whom."""
    who = f"Talk to {facts.decided_by}, {facts.service}, and give the reference {facts.reference}."
    own = f"Call {facts.telephone}." if facts.telephone else ""
    ways = facts.contact.ways if facts.contact else ""
    hours = f" ({facts.contact.hours})" if facts.contact and facts.contact.hours else ""
    general = f"{'You can also ' if own else ''}{ways if own else ways[:1].upper() + ways[1:]}{hours}." if ways else ""
    return " ".join(filter(None, (who, own, general)))


_RATIFY = "This was decided between panels because it could not wait. The next panel is asked to ratify it."


def _only(heading: str, words: str) -> Block | None:
    return Block(heading, (words,)) if words else None


def _opening(facts: LetterFacts) -> str:
    return _OPENINGS[facts.decision].format(about=facts.about, signpost=facts.signpost or "see below")


def _next(facts: LetterFacts) -> str:
    by = f" by {facts.by}" if facts.by else ""
    if leads_to_case(facts.decision, facts.kind):
        return (
            f"The coordinator sets up the work{by}: a worker, a first day, and what your school and the service "
            "promise each other. You see each step on the page of this referral."
        )
    if facts.decision in ACCEPTING:
        return "We get in touch to plan it with you."
    return _NEXT[facts.decision].format(by=by)


def _turn_to(facts: LetterFacts) -> str:
    return "\n".join(part for part in (facts.signpost, facts.signpost_contact) if part)


def to_kept(made: Letter) -> dict[str, Any]:
    """The letter as plain values for JSON."""
    return asdict(made)


def from_kept(kept: Mapping[str, Any]) -> Letter:
    """The letter from what ``to_kept`` made."""
    blocks: Sequence[Mapping[str, Any]] = kept["blocks"]
    return Letter(
        **{name: value for name, value in kept.items() if name not in ("blocks", "from_lines")},
        blocks=tuple(Block(block["heading"], tuple(block["words"]), tuple(block["items"])) for block in blocks),
        from_lines=tuple(kept.get("from_lines", ())),
    )
