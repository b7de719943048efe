"""Writing down what the service advises, for a case or a whole school, and whether it was put into practice."""

from portal.plans.operations.of_case import (
    DIRECTIONS,
    advise,
    change_strategy,
    import_strategy,
    move_strategy,
    remove_strategy,
    set_implemented,
)
from portal.plans.operations.of_school import (
    advise_school,
    change_school_strategy,
    remove_school_strategy,
    set_school_implemented,
)

__all__ = [
    "DIRECTIONS",
    "advise",
    "advise_school",
    "change_school_strategy",
    "change_strategy",
    "import_strategy",
    "move_strategy",
    "remove_school_strategy",
    "remove_strategy",
    "set_implemented",
    "set_school_implemented",
]
