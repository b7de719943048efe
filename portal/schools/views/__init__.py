"""The pages of schools, pupils and the people around them, service lines and term dates."""

from portal.schools.views import calendars, contacts, lines, pupils, schools
from portal.schools.views.common import blueprint

__all__ = ["blueprint", "calendars", "contacts", "lines", "pupils", "schools"]
