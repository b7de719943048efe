"""The pages of feedback: what the service wrote down of a case, and what school and family say themselves."""

from portal.feedback.views import asking_families, by_school, family, of_case, returns
from portal.feedback.views.base import blueprint

__all__ = ["asking_families", "blueprint", "by_school", "family", "of_case", "returns"]
