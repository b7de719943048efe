"""Forms of schools, pupils and the people around them, service lines and term dates."""

from portal.schools.forms.pupils import ChangePupilForm, ContactForm, NewContactForm, NewPupilForm
from portal.schools.forms.schools import CloseSchoolForm, NewSchoolForm, SchoolForm
from portal.schools.forms.settings import CalendarForm, DatesForm, LineForm, NewCalendarForm, NewLineForm

__all__ = [
    "CalendarForm",
    "ChangePupilForm",
    "CloseSchoolForm",
    "ContactForm",
    "DatesForm",
    "LineForm",
    "NewCalendarForm",
    "NewContactForm",
    "NewLineForm",
    "NewPupilForm",
    "NewSchoolForm",
    "SchoolForm",
]
