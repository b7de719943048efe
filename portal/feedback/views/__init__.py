"""The pages of feedback: what the service wrote down of a case, and what a school says itself."""

from portal.feedback.views import by_school, of_case
from portal.feedback.views.base import blueprint

__all__ = ["blueprint", "by_school", "of_case"]
