"""Forms of service lines and term dates."""

from typing import Any

from portal.kernel.dates import WEEKDAYS
from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    NearDateField,
    NumberField,
    PortalForm,
    RadioField,
    TextField,
    TickField,
    TimeField,
    WholeNumberField,
)
from portal.schools import rules

_DAYS = [(str(number), day) for number, day in enumerate(WEEKDAYS[:5])]


def _weeks(label: str, hint: str = "") -> WholeNumberField:
    return WholeNumberField(label, least=1, most=52, required="Type a number of school weeks.", description=hint)


def _evidence(code: str) -> ChoiceField:
    return ChoiceField(
        rules.EVIDENCE[code],
        rules.EVIDENCE_LEVELS.items(),
        required="Choose whether this is needed, wished or not asked.",
        default="wished",
    )


class _LineFields:
    name = TextField("Name", required="Enter the name of the service line.")
    phase = RadioField("For which ages", rules.LINE_PHASES.items(), required="Choose the ages that this line is for.")
    route = RadioField(
        "Who usually decides about referrals",
        rules.ROUTES.items(),
        required="Choose who usually decides.",
        description="Schools read it in “Our offer”, and it is chosen already when a decision is recorded. "
        "Each decision can still be made another way.",
    )
    asks_head = TickField("A referral waits for the head's approval in the portal before it is sent")
    calendar_id = ChoiceField("Term dates", required="Choose the term dates.")
    cut_off_weekday = ChoiceField("Day of the weekly cut-off", _DAYS, required="Choose a day from Monday to Friday.")
    cut_off_time = TimeField("Time of the weekly cut-off")
    observation_weeks = _weeks("Observation report", "School weeks after allocation")
    review_week = _weeks("Review", "School weeks after the start")
    length_weeks = _weeks("Usual length of support", "School weeks")
    longest_weeks = _weeks("Longest without a named authoriser", "School weeks")
    closing_report_weeks = _weeks("Closing report", "School weeks after closing")
    monitoring_weeks = _weeks("First monitoring visit", "School weeks after the end; the second is one term after it")
    group_limit = WholeNumberField("Most pupils in a group", least=1, most=30, required="Type a whole number.")
    planned_days = NumberField("Days usually planned for a case", least=0, most=200, required="Type a number of days.")
    is_active = TickField("Schools can send referrals to this line")
    evidence_attendance = _evidence("attendance")
    evidence_suspensions = _evidence("suspensions")
    evidence_plan = _evidence("plan")
    evidence_cycles = _evidence("cycles")
    evidence_pupil_view = _evidence("pupil_view")
    evidence_family_view = _evidence("family_view")

    def draft(self) -> rules.LineDraft:
        form: Any = self
        whole = (
            *("observation_weeks", "review_week", "length_weeks", "longest_weeks", "closing_report_weeks"),
            *("monitoring_weeks", "group_limit"),
        )
        evidence: dict[str, Any] = {f"evidence_{code}": form[f"evidence_{code}"].data or "" for code in rules.EVIDENCE}
        return rules.LineDraft(
            name=form.name.data or "",
            phase=form.phase.data or "",
            route=form.route.data or "",
            calendar_id=int(form.calendar_id.data) if form.calendar_id.data else None,
            cut_off_weekday=int(form.cut_off_weekday.data),
            cut_off_time=form.cut_off_time.data,
            asks_head=bool(form.asks_head.data),
            planned_days=form.planned_days.data,
            is_active=bool(form.is_active.data),
            **evidence,
            **{name: getattr(form, name).data for name in whole},
        )


class NewLineForm(_LineFields, PortalForm):
    """A service line that is not there yet."""


class LineForm(_LineFields, EditForm):
    """A service line that is there."""


class NewCalendarForm(PortalForm):
    """A calendar that is not there yet."""

    name = TextField("Name", required="Enter the name of the calendar.")


class CalendarForm(EditForm):
    """The name of a calendar."""

    name = TextField("Name", required="Enter the name of the calendar.")


class DatesForm(EditForm):
    """A term or a closure; the version is the calendar's."""

    name = TextField("Name", required="Enter a name, such as Autumn term 2026 or INSET day.", longest=60)
    starts_on = NearDateField("First day", required="Enter the first day.")
    ends_on = NearDateField("Last day", required="Enter the last day. For a single day it is the same.")

    def draft(self) -> rules.Term:
        first, last = self.starts_on.data, self.ends_on.data
        if first is None or last is None:
            raise ValueError("a draft is made of a form that is valid")
        return rules.Term(self.name.data or "", first, last)
