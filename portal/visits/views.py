"""My week, the visits of a case, mending an entry, and days by worker and school."""

import re
from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.queries import actor_of
from portal.cases import queries as cases
from portal.kernel import access, audit, clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.dates import monday_of, school_year_from_label, school_year_start
from portal.kernel.errors import Refused
from portal.kernel.forms import EditForm, clean_query
from portal.policy import Action
from portal.schools import queries as schools
from portal.schools.operations import RefusedFields
from portal.tasks.queries import waiting_for
from portal.visits import operations, queries
from portal.visits.forms import CorrectionForm, QuickForm, RemovalForm, school_choice

blueprint = Blueprint("visits", __name__)

IN_SECTION = 5
TASKS_SHOWN = 6


@blueprint.route("/visits/", methods=["GET", "POST"])
@requires(Action.LOG_VISIT)
def week() -> ResponseReturnValue:
    whose, name = queries.whose_week(actor(), clean_query(request.args.get("person")))
    day = _day(clean_query(request.args.get("week")))
    own = cases.open_case_choices(actor_of(whose))
    form = _week_form(own, day)
    if request.method == "POST" and form.validate() and _logged(form, whose):
        url = url_for("visits.week", week=monday_of(form.on_date.data or day).isoformat(), person=_other(whose))
        return hx.saved(url, "Visit logged.", event="visits-changed")
    return _week_page(form, whose, name, day, [reference for reference, _ in own])


def _week_form(own: list[tuple[str, str]], day: date) -> QuickForm:
    today = clock.today()
    first = today if monday_of(day) == monday_of(today) else None
    form = QuickForm(data={"on_date": first, "about": clean_query(request.args.get("about")) or None})
    picked = _picked(form)
    form.about.offer([*own, *(school_choice(*school) for school in schools.school_choices(also=picked))])
    if picked and request.method == "GET":
        form.about.data = f"school-{picked}"
    del form.person_id
    return form


def _picked(form: QuickForm) -> str | None:
    """A school beyond the list that a search found, or that was sent with the form."""
    if request.method == "POST":
        return str(form.school_id) if form.school_id else None
    return clean_query(request.args.get("school"), 10) or None


def _logged(form: QuickForm, whose: int) -> bool:
    case = cases.case_for(actor(), form.reference, Action.LOG_VISIT) if form.reference else None
    return _tried(form, lambda: operations.log_visit(actor(), form.draft(), case, form.school_id, whose))


def _tried(form: Any, act: Any) -> bool:
    """Does it, or puts the sentences of a refusal into the form."""
    try:
        act()
    except RefusedFields as refused:
        put = getattr(form, "put_problems", form.put_errors)
        put(refused.by_field)
    except Refused as refused:
        form.refuse(refused.problems)
    else:
        return True
    return False


def _week_page(form: QuickForm, whose: int, name: str, day: date, offered: list[str]) -> ResponseReturnValue:
    warnings = queries.lone_visit_warnings(offered)
    is_own = whose == actor().person_id
    tasks = waiting_for(actor(), clock.today())[:TASKS_SHOWN] if is_own else []
    week = queries.week_of(actor(), whose, day)
    names = queries.card_names(actor(), [task.case_id for task in tasks if task.case_id is not None])
    shown = [row.reference for day in week.days for row in day.rows]
    audit.listed(actor(), "week viewed", "case_file", [*shown, *offered, *names])
    return hx.page(
        "visits/week.html",
        fragment="visits/_week.html",
        status=422 if request.method == "POST" else 200,
        form=form,
        week=week,
        warnings=warnings,
        chosen=[(warning.name, warning.reason) for warning in warnings if warning.reference == form.about.data],
        tasks=tasks,
        names=names,
        is_own=is_own,
        name=name,
        whose=_other(whose),
        people=queries.people_offered(actor()),
        found=schools.find_schools(clean_query(request.args.get("find"), 60)),
    )


def _other(whose: int) -> int | None:
    return None if whose == actor().person_id else whose


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            return clock.today()
        if 1901 <= found.year <= 2099:
            return found
    return clock.today()


@blueprint.route("/cases/<ref:reference>/visits", methods=["GET", "POST"])
@requires(Action.READ_VISITS, change=Action.LOG_VISIT)
def of_case(reference: str) -> ResponseReturnValue:
    action = Action.LOG_VISIT if request.method == "POST" else Action.READ_VISITS
    case = cases.case_for(actor(), reference, action)
    form = _case_form(case)
    if form is not None and request.method == "POST" and form.validate():
        whose = int(form.person_id.data) if form.person_id else actor().person_id
        if _tried(form, lambda: operations.log_visit(actor(), form.draft(), case, person_id=whose)):
            return _case_saved(case)
    return hx.page(
        "visits/of_case.html",
        fragment=_section(),
        status=422 if request.method == "POST" else 200,
        **_case_context(case, form),
    )


def _case_form(case: Any) -> QuickForm | None:
    if not access.allows(actor(), Action.LOG_VISIT, cases.scope_of(case)) or case.imported_year is not None:
        return None
    return _bound(QuickForm(data=_case_defaults(case)), case)


def _case_defaults(case: Any) -> dict[str, Any]:
    return {"on_date": clock.today(), "person_id": queries.usual_worker(actor(), case)}


def _bound(form: QuickForm, case: Any) -> QuickForm:
    del form.about
    if queries.logs_for_everybody(actor()):
        form.person_id.offer(queries.people_offered(actor()))
    else:
        del form.person_id
    return form


def _case_saved(case: Any) -> ResponseReturnValue:
    url = url_for("visits.of_case", reference=case.reference)
    fresh = _bound(QuickForm(formdata=None, data=_case_defaults(case)), case)
    context = _case_context(case, fresh)
    return hx.saved(url, "Visit logged.", fragment=_section(), event="visits-changed", **context)


def _section() -> str | None:
    """The part of a case's page, unless the form stands on the page of the visits alone."""
    return None if request.args.get("whole") else "visits/_section.html"


def _case_context(case: Any, form: QuickForm | None) -> dict[str, Any]:
    audit.viewed(actor(), "visits viewed", "case_file", case.id)
    before = clean_query(request.args.get("before"))
    older_than = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    is_section = request.headers.get("HX-Request") == "true" and _section() is not None
    size = IN_SECTION if is_section else queries.PAGE
    return {
        "head": cases.case_head(case),
        "ledger": queries.ledger_of(actor(), case, older_than=older_than, size=size),
        "form": form,
        "is_first_page": older_than is None,
    }


@blueprint.get("/cases/<ref:reference>/visits/dates")
@requires(Action.READ_SUPPORT)
def for_school(reference: str) -> ResponseReturnValue:
    case = cases.case_for(actor(), reference, Action.READ_SUPPORT)
    audit.viewed(actor(), "visit dates viewed", "case_file", case.id)
    return hx.page(
        "visits/for_school.html",
        fragment="visits/_for_school.html",
        head=cases.case_head(case),
        rows=queries.visit_dates_for_school(case),
    )


@blueprint.route("/visits/<id:visit_id>", methods=["GET", "POST"])
@requires(Action.LOG_VISIT)
def one(visit_id: int) -> ResponseReturnValue:
    visit = queries.visit_for(actor(), visit_id)
    form = CorrectionForm(obj=queries.draft_of(visit))
    if request.method == "POST" and form.validate():
        draft, reason = form.draft(), form.reason.data or ""
        opened = form.opened_with
        if _tried(form, lambda: operations.correct_visit(actor(), visit, draft, reason, opened_with=opened)):
            return hx.saved(_place_of(visit), "Entry corrected. What it said before stays beside it.")
    return _entry_page("visits/one.html", visit, form)


@blueprint.route("/visits/<id:visit_id>/steps/remove", methods=["GET", "POST"])
@requires(Action.LOG_VISIT)
def remove(visit_id: int) -> ResponseReturnValue:
    visit = queries.visit_for(actor(), visit_id)
    form = RemovalForm(obj=queries.draft_of(visit))
    if request.method == "POST" and form.validate():
        opened, reason = form.opened_with, form.reason.data or ""
        if _tried(form, lambda: operations.remove_visit(actor(), visit, reason, opened_with=opened)):
            return hx.saved(_place_of(visit), "Entry taken out. It stays in the list, struck through.")
    return _entry_page("visits/remove.html", visit, form)


@blueprint.post("/visits/<id:visit_id>/steps/put-back")
@requires(Action.LOG_VISIT)
def put_back(visit_id: int) -> ResponseReturnValue:
    visit = queries.visit_for(actor(), visit_id)
    form = EditForm(obj=queries.draft_of(visit))
    operations.put_back(actor(), visit, opened_with=form.opened_with)
    return hx.saved(_place_of(visit), "Entry put back. It counts again.")


def _entry_page(template: str, visit: Any, form: Any) -> ResponseReturnValue:
    case = visit.case
    audit.viewed(actor(), "visit viewed", "visit", visit.id)
    return hx.page(
        template,
        status=422 if request.method == "POST" else 200,
        form=form,
        row=queries.row_of(visit, actor(), queries.scope_of(case, visit.person_id)),
        head=cases.case_head(case) if case is not None else None,
        school_name=visit.school.name,
        back=_place_of(visit),
    )


def _place_of(visit: Any) -> str:
    """Where an entry is listed: its case, else the week of who made it."""
    if visit.case is not None:
        return url_for("visits.of_case", reference=visit.case.reference)
    week_asked = monday_of(visit.on_date).isoformat() if visit.on_date else None
    return url_for("visits.week", week=week_asked, person=_other(visit.person_id))


@blueprint.get("/visits/days")
@requires(Action.LOG_VISIT)
def days() -> ResponseReturnValue:
    years = queries.years_offered(actor())
    table = queries.days_table(actor(), _school_year(clean_query(request.args.get("year"))))
    return hx.page("visits/days.html", table=table, years=years)


def _school_year(text: str) -> int:
    try:
        year = school_year_from_label(text)
    except ValueError:
        return school_year_start(clock.today())
    return year if 1901 <= year <= 2099 else school_year_start(clock.today())
