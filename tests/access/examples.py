"""For every rule of the URL map, the values it is asked with. A rule without an example fails the test."""

from collections.abc import Callable, Mapping

from portal.cases.rules import ROAD as CASE_ROAD
from portal.referrals.rules import ROAD as REFERRAL_ROAD
from tests.access.world import Place, Side

Values = dict[str, object]
Example = Callable[[Side, Place], Mapping[str, Values]]
"""What is asked, by a short name for the golden file."""


def one(**names: str) -> Example:
    """One way to ask; each value is an attribute of the side, or of the place."""

    def values(side: Side, place: Place) -> Mapping[str, Values]:
        return {"": {name: _value(side, place, source) for name, source in names.items()}}

    return values


def _value(side: Side, place: Place, source: str) -> object:
    if source.startswith("="):
        return source[1:]
    return getattr(side, source) if hasattr(side, source) else getattr(place, source)


def referral_at(*statuses: str) -> Example:
    return lambda side, place: {status: {"reference": getattr(side, status)} for status in statuses}


def referral_steps(side: Side, place: Place) -> Mapping[str, Values]:
    steps = {step.name: {"reference": side.submitted, "step": step.name} for step in REFERRAL_ROAD.steps}
    del steps["decide"]  # a page of its own
    return {
        **steps,
        "submit of a draft": {"reference": side.draft, "step": "submit"},
        "return from panel": {"reference": side.at_panel, "step": "return"},
        "of no such name": {"reference": side.submitted, "step": "nonsense"},
    }


def referral_pages(side: Side, place: Place) -> Mapping[str, Values]:
    return {
        f"{page} {status}": {"reference": getattr(side, status), "page": page}
        for page in ("pupil", "concern", "referrer")
        for status in ("draft", "submitted")
    }


def case_steps(side: Side, place: Place) -> Mapping[str, Values]:
    return {step.name: {"reference": side.case, "step": step.name} for step in CASE_ROAD.steps}


def case_with(reference: str = "case", **names: str) -> Example:
    return one(reference=reference, **names)


def dates(**more: str) -> Example:
    def values(side: Side, place: Place) -> Mapping[str, Values]:
        found = {name: _value(side, place, source) for name, source in more.items()}
        return {"": {"calendar_id": place.calendar_id, "kind": "terms", **found}}

    return values


def person_steps(side: Side, place: Place) -> Mapping[str, Values]:
    return {
        step: {"person_id": side.person_id, "step": step}
        for step in ("link", "disable", "enable", "take-second-factor", "nonsense")
    }


case = case_with()
person = one(person_id="person_id")
pupil = one(pupil_id="pupil_id")
school = one(school_id="school_id")
request = one(request_id="request_id")
calendar = one(calendar_id="calendar_id")
all_referrals = referral_at("draft", "submitted", "at_panel", "accepted", "of_case")

EXAMPLES: Mapping[str, Example] = {
    "accounts.account_request": request,
    "accounts.add_role": person,
    "accounts.approve_request": request,
    "accounts.close_request": request,
    "accounts.decline_request": request,
    "accounts.edit_person": person,
    "accounts.end_role": one(person_id="person_id", role_id="role_id"),
    "accounts.person": person,
    "accounts.person_step": person_steps,
    "accounts.sign_in_as": person,
    "accounts.welcome": one(token="=no-such-token"),
    "assessments.add_reading": case_with(code="=behaviour_threshold"),
    "assessments.change_goal": case_with(goal_id="goal_id"),
    "assessments.change_reading": case_with(reading_id="reading_id"),
    "assessments.choose_measure": case,
    "assessments.of_case": case,
    "assessments.rate_goal": case_with(goal_id="goal_id"),
    "assessments.remove_reading": case_with(reading_id="reading_id"),
    "assessments.set_goal": case,
    "assessments.switch_measure": one(measure_id="measure_id", step="=switch_off"),
    "cases.cover": case,
    "cases.dates": case,
    "cases.done": case_with(rule="=week_six_review"),
    "cases.end_worker": case_with(person_id="worker_id"),
    "cases.show": case,
    "cases.step": case_steps,
    "cases.support": case,
    "cases.workers": case,
    "exits.change_ending": case_with("ended"),
    "exits.change_outcome": case_with("ended", pupil_id="case_pupil_id"),
    "exits.of_case": lambda side, place: {
        "running": {"reference": side.case},
        "ended": {"reference": side.ended},
    },
    "exits.record_monitoring": case_with("ended", visit_id="monitoring_id"),
    "exits.report_written": case_with("ended"),
    "exits.schedule_monitoring": case_with("ended", visit_id="monitoring_id"),
    "exits.skip_monitoring": case_with("ended", visit_id="monitoring_id"),
    "exits.state_column": case_with("ended", column="=thrive"),
    "exits.take_back": case_with("ended"),
    "feedback.add": case_with(source="=family"),
    "feedback.change": case_with(feedback_id="feedback_id"),
    "feedback.of_case": case,
    "feedback.remove": case_with(feedback_id="feedback_id"),
    "home.retry_job": one(job_id="job_id"),
    "plans.change": case_with(strategy_id="strategy_id"),
    "plans.for_school": case,
    "plans.of_case": case,
    "plans.set_state": case_with(strategy_id="strategy_id"),
    "plans.step": lambda side, place: {
        step: {"reference": side.case, "strategy_id": side.strategy_id, "step": step}
        for step in ("remove", "up", "nonsense")
    },
    "referrals.check": referral_at("draft", "submitted"),
    "referrals.decide": referral_at("draft", "submitted", "at_panel"),
    "referrals.form": referral_at("draft", "submitted"),
    "referrals.page": referral_pages,
    "referrals.pupil": referral_at("draft", "submitted"),
    "referrals.show": all_referrals,
    "referrals.step": referral_steps,
    "schools.add_contact": pupil,
    "schools.add_dates": dates(),
    "schools.calendar": calendar,
    "schools.change_contact": one(pupil_id="pupil_id", contact_id="contact_id"),
    "schools.change_dates": dates(dates_id="term_id"),
    "schools.change_pupil": pupil,
    "schools.change_school": school,
    "schools.close_school": school,
    "schools.contacts": pupil,
    "schools.line": one(line_id="line_id"),
    "schools.move_pupil": pupil,
    "schools.pupil": pupil,
    "schools.remove_contact": one(pupil_id="pupil_id", contact_id="contact_id"),
    "schools.remove_dates": dates(dates_id="term_id"),
    "schools.rename_calendar": calendar,
    "schools.reopen_school": school,
    "schools.school": school,
    "static": one(filename="=css/app.css"),
    "visits.for_school": case,
    "visits.of_case": case,
    "visits.one": one(visit_id="visit_id"),
    "visits.put_back": one(visit_id="visit_id"),
    "visits.remove": one(visit_id="visit_id"),
}

QUERIES: Mapping[str, Example] = {
    # What stands in the query string decides which record is meant.
    "cases.new": lambda side, place: {"": {"referral": side.accepted}},
    "visits.week": lambda side, place: {"": {"about": f"case-{side.case}"}},
}

OF_NO_SCHOOL = frozenset(
    {
        "accounts.account_request",
        "accounts.approve_request",
        "accounts.close_request",
        "accounts.decline_request",
        "accounts.welcome",
        "assessments.switch_measure",
        "home.retry_job",
        "schools.add_dates",
        "schools.calendar",
        "schools.change_dates",
        "schools.line",
        "schools.remove_dates",
        "schools.rename_calendar",
        "static",
    }
)
"""Rules whose records belong to the whole service: asked once, not once a school."""
