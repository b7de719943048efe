"""What can go wrong in an operation, in words that the pages show."""

from collections.abc import Sequence


class PortalError(Exception):
    """The root of all errors that the portal itself raises."""


class NotPermitted(PortalError):
    """The person's roles do not hold the action (403)."""


class OutOfReach(PortalError):
    """The record is not there for this person (404); whether it exists is not said."""


class Refused(PortalError):
    """The operation cannot be done as asked (422). ``problems`` are sentences that help."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems: Sequence[str] = problems


class ReadingOnly(Refused):
    """The work is closed: those who did it can read it for a while, and change nothing (422)."""

    def __init__(self) -> None:
        super().__init__("This work is closed, so you can only read it. The coordinator can open it again.")


class EditConflict(PortalError):
    """Somebody else saved the record since this form was opened (409).

    With the ``record`` and the version that the form knew, the page can say which steps were taken meanwhile.
    """

    def __init__(self, record: object = None, opened_with: int | None = None) -> None:
        super().__init__()
        self.record, self.opened_with = record, opened_with


class Unavailable(PortalError):
    """The database cannot be reached or written just now (503)."""
