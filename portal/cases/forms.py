"""Forms of a case: opening, steps with a reason, workers, cover, days and dates."""

from decimal import Decimal
from typing import Any

from wtforms import ValidationError

from portal.cases import rules
from portal.kernel.forms import (
    LONG,
    MEDIUM,
    ChoiceField,
    EditForm,
    LongTextField,
    ManyField,
    NearDateField,
    NumberField,
    PortalForm,
)

_MOST_DAYS = rules.MOST_HALF_DAYS // 2


def _half_days(days: Decimal | None) -> int | None:
    return None if days is None else int(days * 2)


def _in_half_days(_form: Any, field: Any) -> None:
    if isinstance(field.data, Decimal) and field.data * 2 % 1:
        raise ValidationError("Count in half days, such as 12 or 12.5.")


def _planned_days() -> NumberField:
    return NumberField(
        "Planned days",
        least=0.5,
        most=_MOST_DAYS,
        required="Enter the planned days.",
        description="In half days, such as 12 or 12.5",
        name="planned_days",
    )


class OpenForm(PortalForm):
    """A case from an accepted referral."""

    service_line_id = ChoiceField("Service line", required="Choose the service line.")
    pupil_ids = ManyField(
        "Other pupils of the same school", description="For group work, or where the work is with several"
    )
    worker_ids = ManyField("Workers", description="May be chosen later: the work then waits to start")
    starts_on = NearDateField("First day", description="Leave it empty while it is not agreed")
    planned_end_on = NearDateField("Planned last day", description="Left empty, the usual length is taken")
    planned_days = _planned_days()
    extension_reason = LongTextField(
        "Why it needs longer than usual",
        longest=MEDIUM,
        description="Only where the support is planned beyond the longest length",
    )

    validate_planned_days = staticmethod(_in_half_days)

    def draft(self, first_pupil_id: int | None) -> rules.CaseDraft:
        """What was entered, after ``validate``; the referral's pupil gives the case its name."""
        first = () if first_pupil_id is None else (first_pupil_id,)
        pupils = (*first, *(int(value) for value in self.pupil_ids.data or ()))
        return rules.CaseDraft(
            service_line_id=int(self.service_line_id.data) if self.service_line_id.data else None,
            pupil_ids=pupils,
            worker_ids=tuple(int(value) for value in self.worker_ids.data or ()),
            is_group=len(pupils) > 1,
            planned_half_days=_half_days(self.planned_days.data),
            starts_on=self.starts_on.data,
            planned_end_on=self.planned_end_on.data,
        )

    def put_draft_errors(self, problems: dict[str, str]) -> None:
        """Puts the rules' sentences under the fields as this form names them."""
        self.put_errors({{"planned_half_days": "planned_days"}.get(k, k): words for k, words in problems.items()})


class StepForm(EditForm):
    """A step; its reason where the road asks for one."""

    note = LongTextField("Why", longest=LONG, description="The reason stays on the record")


class MoveForm(EditForm):
    """A step without words."""


class DoneForm(PortalForm):
    """Something due was done."""


class CoverForm(PortalForm):
    """A colleague stands in."""

    reason = LongTextField("Why you cover this", required="Say why you cover this case.", longest=MEDIUM)
    ends_on = NearDateField("Last day of your cover", required="Choose the last day of your cover.")


class WorkerForm(PortalForm):
    """One more worker."""

    person_id = ChoiceField("Worker", required="Choose the worker.")


class PlanForm(EditForm):
    """Planned days and dates."""

    planned_days = _planned_days()
    starts_on = NearDateField("First day")
    planned_end_on = NearDateField("Planned last day", description="Left empty, the usual length is taken")
    extension_reason = LongTextField(
        "Why it needs longer than usual",
        longest=MEDIUM,
        description="Only where the support is planned beyond the longest length",
    )

    validate_planned_days = staticmethod(_in_half_days)

    @property
    def planned_half_days(self) -> int | None:
        return _half_days(self.planned_days.data)
