"""Forms for what follows a child's turn: what worries, who else may see it, the answer to the child, a closed wish."""

from collections.abc import Collection
from typing import Any

from portal.kernel.forms import ChoiceField, EditForm, LongTextField, ManyField, PortalForm
from portal.voice.rules.sharing import AUDIENCE_WORDS, Audience
from portal.voice.rules.symbols import PICTURES, SYMBOLS
from portal.voice.rules.talking import LONGEST_DONE

LONGEST_HELD, LONGEST_REPLY = 1_000, 300
"""As the operations hold them; a test keeps them alike."""

_AUDIENCES = tuple((one.value, AUDIENCE_WORDS[one][:1].upper() + AUDIENCE_WORDS[one][1:]) for one in Audience)
_PICTURES = tuple(sorted(((name, SYMBOLS[name]) for name in PICTURES), key=lambda pair: pair[1].casefold()))


class HoldForm(PortalForm):
    """What worries the adult who read a view."""

    worries = LongTextField("What worries you", required="Write in a few words what worries you.", longest=LONGEST_HELD)


class SharesForm(EditForm):
    """Who else may see a view, as the child says now."""

    audiences = ManyField("Who else may see it", _AUDIENCES)

    def chosen(self) -> Collection[Audience]:
        return frozenset(Audience(code) for code in self.audiences.data or ())


class ReplyForm(EditForm):
    """“You said, we did”: two short boxes, each with a picture or none."""

    you_said = LongTextField("You said", required="Write what the child said.", longest=LONGEST_REPLY)
    said_symbol = ChoiceField("Picture beside it", _PICTURES, blank="No picture")
    we_did = LongTextField("We did", required="Write what was done.", longest=LONGEST_REPLY)
    did_symbol = ChoiceField("Picture beside it", _PICTURES, blank="No picture")

    def texts(self) -> dict[str, Any]:
        """What the answer holds, by name."""
        return {
            "you_said": self.you_said.data or "",
            "we_did": self.we_did.data or "",
            "said_symbol": self.said_symbol.data or "",
            "did_symbol": self.did_symbol.data or "",
        }


class DeedForm(PortalForm):
    """What somebody did about a wish to talk."""

    words = LongTextField("What you did", required="Say what you did.", longest=LONGEST_DONE)


class ClosingForm(EditForm):
    """What was done when a child wanted to talk."""

    done = LongTextField("What was done in the end", required="Say what was done.", longest=LONGEST_DONE)
