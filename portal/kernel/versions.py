"""Every edit form carries the version it was opened with; the second of two editors is told, and loses nothing."""

from typing import Any

from portal.kernel.errors import EditConflict


def check_version(record: Any, opened_with: int | None) -> None:
    """Raises ``EditConflict`` unless ``record`` is still at the version (1, 2, …) that the form was opened with."""
    if opened_with is None or record.version != opened_with:
        raise EditConflict
