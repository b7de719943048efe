"""What can go wrong when schools and pupils are written, in sentences for the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.extensions import db
from portal.kernel import audit
from portal.kernel.errors import Refused
from portal.policy import Actor
from portal.schools.queries import AlikeRow


class RefusedFields(Refused):
    """Refused, with a sentence for each field that must be mended."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        super().__init__(*by_field.values())
        self.by_field = dict(by_field)


class LooksKnown(Refused):
    """Nothing was saved, because pupils of the same school look alike; ``rows`` say who, and why."""

    def __init__(self, rows: Sequence[AlikeRow]) -> None:
        super().__init__("A pupil who looks like this one is already known to the school. Say whether it is the same.")
        self.rows = tuple(rows)


def refuse_any(by_field: Mapping[str, str]) -> None:
    """Raises ``RefusedFields`` when there is anything to mend."""
    if by_field:
        raise RefusedFields(by_field)


def record_unique(actor: Actor | None, action: str, subject: Any, *, column: str, words: str) -> None:
    """``audit.record``; when another row already holds the value of ``column``, raises ``RefusedFields`` instead."""
    try:
        audit.record(actor, action, subject)
    except IntegrityError as error:
        db.session.rollback()
        if column not in str(error.orig):
            raise
        raise RefusedFields({column: words}) from None


def raise_version(whole: Any) -> None:
    """Counts a change of a part as a change of its whole, so that the second of two editors is told."""
    whole.version += 1
