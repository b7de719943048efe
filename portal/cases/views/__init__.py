"""The pages of cases: what a school sees of its support, one case, and what changes it."""

from portal.cases.views import agreement, changes, opening, pages, steps, support
from portal.cases.views.base import blueprint

__all__ = ["agreement", "blueprint", "changes", "opening", "pages", "steps", "support"]
