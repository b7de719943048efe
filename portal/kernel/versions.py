"""Every edit form carries the version it was opened with; the second of two editors is told, and loses nothing."""

import re
from typing import Any

from flask import request

from portal.kernel.errors import EditConflict


def version_sent() -> int | None:
    """The version that a one-button form was drawn with; None when it did not say."""
    text = request.form.get("version", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def check_version(record: Any, opened_with: int | None) -> None:
    """Raises ``EditConflict`` unless ``record`` is still at the version (1, 2, …) that the form was opened with."""
    if opened_with is None or record.version != opened_with:
        raise EditConflict(record, opened_with)
