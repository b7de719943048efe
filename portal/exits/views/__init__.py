"""The end of a case: ending it, monitoring what holds, and what the chart still awaits."""

from portal.exits.views import columns, endings, monitoring
from portal.exits.views.parts import blueprint

__all__ = ["blueprint", "columns", "endings", "monitoring"]
