"""The blueprint, and how a refusal gets into a form."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from portal.kernel.errors import Refused
from portal.schools.operations import RefusedFields

blueprint = Blueprint("plans", __name__)


def tried(form: Any, act: Callable[[], object]) -> bool:
    """Does it, or puts the sentences of a refusal into the form."""
    try:
        act()
    except RefusedFields as refused:
        form.put_errors(refused.by_field)
    except Refused as refused:
        form.refuse(refused.problems)
    else:
        return True
    return False
