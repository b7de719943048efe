"""The page “Our offer”: its named texts, the tiny marks they may hold, and the versions of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST_TEXT = 6_000
LONGEST_POLICY = 30_000
LONGEST_TITLE = 120
LONGEST_CHANGE = 500
REVIEW_NEAR = timedelta(weeks=4)
"""How long before its review date the policy is put on the coordinator's list"""


@dataclass(frozen=True)
class Section:
    """A named text of the page; one with a feature is shown only while that is on."""

    title: str
    text: str
    feature: str | None = None
    """The name of the switch that hides it"""


SECTIONS: Mapping[str, Section] = {
    "who": Section(
        "Who we are",
        "We are a small outreach team. We go into schools to help pupils who are at risk of losing their place, "
        "their families, and the staff who work with them.\n\nOur aim is that children stay in their own school and "
        "do well there.",
    ),
    "for_whom": Section(
        "Who it is for",
        "- pupils with social, emotional and mental health needs whose place in school is at risk\n"
        "- families of these pupils, together with the school\n"
        "- teachers, teaching assistants, lunchtime staff and leaders\n"
        "- whole schools that want to change a routine, a room or a policy",
    ),
    "support": Section(
        "What we offer",
        "A piece of support usually lasts twelve school weeks. We begin with an observation, agree strategies with "
        "you, and work alongside staff in class.\n\n"
        "- observation, and a report within two weeks\n"
        "- direct work with the pupil, and with small groups of up to four\n"
        "- modelling with staff in lessons\n"
        "- sessions with the family\n"
        "- a review in week six, and a closing report\n"
        "- two follow-up visits after the end, to see whether the changes hold",
    ),
    "training": Section(
        "Training",
        "We train staff of one school, or of several schools together. Choose a topic or tell us what you need; we "
        "agree the date, the length and what should be different afterwards.",
        "training",
    ),
    "advice": Section(
        "Advice",
        "Any school may ask us about practice, without naming a child. We answer in writing, and tell you when a "
        "referral or training would help more.",
        "advice",
    ),
    "how_to_refer": Section(
        "How to refer",
        "Talk with the family first: they need to know about the referral and agree with it.\n\n"
        "- sign in, and write the referral; the first questions take about ten minutes\n"
        "- add what you have tried: two cycles of assess, plan, do and review\n"
        "- your head teacher approves it\n"
        "- we look at it after the next cut-off, and you see in the portal where it stands and who acts next\n\n"
        "This is not the way to report that a child is at risk of harm. Follow your safeguarding procedure for that.",
        "referrals",
    ),
    "contact": Section(
        "Talk to us first",
        "You are welcome to talk a pupil through with us before you refer. If your school has no account yet, ask "
        "for one on the sign-in page.",
    ),
}
"""The texts of the page in their order, as a new service finds them"""

DEFAULT_POLICY_TITLE = "Referral and support policy"
DEFAULT_POLICY = (
    "## Who may refer\n\n"
    "Schools of the area refer their own pupils. An officer of the authority refers a child who is educated at home "
    "or between schools.\n\n"
    "## What we expect before a referral\n\n"
    "- the family knows and agrees, or the school says why not\n"
    "- two cycles of the graduated response, with dates and what they changed\n"
    "- the pupil's own view\n"
    "- the approval of the head teacher\n\n"
    "## How we decide\n\n"
    "We look at how likely it is that the pupil loses the place, what has been tried, and whether outreach is the "
    "right help. Every decision has a reason that the school can read. When another service fits better we say "
    "which.\n\n"
    "## What the school does\n\n"
    "- names one person as our contact\n"
    "- gives staff time to work with us\n"
    "- puts the agreed strategies into practice\n"
    "- welcomes the follow-up visits\n\n"
    "## How long it lasts\n\n"
    "Twelve school weeks, and at most fourteen unless the service allows longer with a reason.\n\n"
    "## If you disagree\n\n"
    "Tell the coordinator within ten school days. Somebody who did not take part in the decision looks at it again."
)


class PolicyStatus(StrEnum):
    """Where a version of the policy stands; a published one is never changed."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True)
class PolicyDraft:
    """The next version of the policy as it is written."""

    title: str
    text: str
    what_changed: str
    review_on: date | None


@dataclass(frozen=True)
class Block:
    """A piece of a text: ``kind`` is heading, paragraph or list; ``lines`` its lines or items."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> list[Block]:
    """The text in blocks: a blank line parts paragraphs, "- " begins an item, "## " a heading. Nothing else is read."""
    found: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        gathered: list[str] = []
        kind = ""
        for line in filter(None, (line.strip() for line in part.split("\n"))):
            here = _kind(line)
            if here != kind or here == "heading":
                _close(found, kind, gathered)
                gathered, kind = [], here
            gathered.append(line[2:].strip() if here == "list" else line[3:].strip() if here == "heading" else line)
        _close(found, kind, gathered)
    return found


def _kind(line: str) -> str:
    if line.startswith("- "):
        return "list"
    return "heading" if line.startswith("## ") else "paragraph"


def _close(found: list[Block], kind: str, lines: list[str]) -> None:
    if lines:
        found.append(Block(kind, tuple(lines)))


def text_problems(text: str) -> list[str]:
    """What keeps a text of the page from being saved."""
    if len(text) > LONGEST_TEXT:
        return [f"Shorten the text to {LONGEST_TEXT:,} characters or fewer."]
    return [] if text.strip() else ["Say at least one sentence."]


def policy_problems(draft: PolicyDraft) -> dict[str, str]:
    """What keeps a draft of the policy from being saved: a sentence by field."""
    problems = {}
    if not draft.title.strip() or len(draft.title) > LONGEST_TITLE:
        problems["title"] = f"Give the policy a title of {LONGEST_TITLE} characters or fewer."
    if not draft.text.strip() or len(draft.text) > LONGEST_POLICY:
        problems["text"] = f"Write the policy, in {LONGEST_POLICY:,} characters or fewer."
    if len(draft.what_changed) > LONGEST_CHANGE:
        problems["what_changed"] = f"Shorten this to {LONGEST_CHANGE} characters or fewer."
    return problems


def publishing_problems(draft: PolicyDraft, today: date, *, is_first: bool) -> dict[str, str]:
    """The same for publishing it: a later version says what changed, and every one when it is looked at again."""
    problems = policy_problems(draft)
    if not is_first and not draft.what_changed.strip():
        problems.setdefault("what_changed", "Say what changed since the last version.")
    if draft.review_on is None:
        problems["review_on"] = "Say when the policy will be reviewed."
    elif draft.review_on <= today:
        problems["review_on"] = "The review must be on a day to come."
    return problems


def review_words(review_on: date, today: date, words: str) -> str:
    """When the policy is reviewed; ``words`` are the day's."""
    return f"The review was due on {words}." if review_on < today else f"Review: {words}"
