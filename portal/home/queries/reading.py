"""New words of children and families that somebody answerable reads the same day."""

from dataclasses import dataclass

from portal.feedback.queries import WordsToRead, words_to_read
from portal.kernel.settings import Feature, is_on
from portal.policy import Actor
from portal.voice.queries.to_read import ToRead, views_to_read


@dataclass(frozen=True)
class ReadingList:
    """What waits: of children first, then of families."""

    children: tuple[ToRead, ...]
    families: tuple[WordsToRead, ...]
    has_feedback: bool
    """Whether the feedback of a case has a page just now"""

    @property
    def lead(self) -> str:
        number = len(self.children) + len(self.families)
        if not number:
            return ""
        things = "1 answer waits" if number == 1 else f"{number} answers wait"
        return f"{things} to be read today. Nothing of a child's is shown to anybody outside the service before that."

    @property
    def case_ids(self) -> list[int]:
        """The cases whose records the page shows."""
        return sorted({row.view.case_id for row in self.children} | {row.case_id for row in self.families})


def reading_list(actor: Actor) -> ReadingList:
    """Everything that this person reads for the service, also of a feature that is off: what was said is read."""
    return ReadingList(
        children=tuple(views_to_read(actor)),
        families=tuple(words_to_read(actor)),
        has_feedback=is_on(Feature.FEEDBACK),
    )
