"""The pages of strategies: those of a case, and those of a whole school."""

from portal.plans.views import of_case, of_school
from portal.plans.views.base import blueprint

__all__ = ["blueprint", "of_case", "of_school"]
