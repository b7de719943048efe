"""The first page, statements, and what a monitor asks."""

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.home import operations, queries, rules
from portal.home.forms import GROUPS, FeaturesForm, SettingsForm, field_name
from portal.kernel import audit as audit_trail
from portal.kernel import clock, hx
from portal.kernel import settings as stored
from portal.kernel.access import actor, public, requires
from portal.kernel.alerts import alerts_of
from portal.kernel.dates import MONTHS
from portal.kernel.errors import OutOfReach
from portal.kernel.forms import clean_query
from portal.kernel.languages import ENGLISH, offered
from portal.kernel.settings import KNOWN, Feature
from portal.policy import Action

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires(Action.READ_TASKS)
def index() -> ResponseReturnValue:
    home = queries.home_for(actor(), clock.today())
    audit_trail.listed(actor(), "first page viewed", "first_page", home.keys)
    return hx.page("home/index.html", home=home)


@blueprint.get("/alerts")
@requires(Action.READ_TASKS)
def alerts() -> ResponseReturnValue:
    """What an open page asks for every little while: one statement, and it keeps nobody signed in."""
    return hx.page("macros/alerts.html", lines=alerts_of(actor()))


@blueprint.get("/reading")
@requires(Action.READ_SAME_DAY)
def reading() -> ResponseReturnValue:
    found = queries.reading_list(actor())
    audit_trail.listed(actor(), "new words viewed", "case_file", found.case_ids)
    return hx.page("home/reading.html", reading=found)


@blueprint.get("/our-school")
@requires(Action.READ_SUPPORT)
def our_school() -> ResponseReturnValue:
    if not actor().school_ids:
        raise OutOfReach
    found = queries.our_school(actor())
    audit_trail.listed(actor(), "results of own school viewed", "case_file", (row.case_id for row in found.results))
    return hx.page("home/our_school.html", fragment="home/_our_school.html", ours=found)


@blueprint.get("/brand.css")
@public("the service's colour and the font's address")
def brand() -> Response:
    response = make_response(render_template("brand.css"))
    response.headers["Content-Type"] = "text/css; charset=utf-8"
    return response


@blueprint.get("/accessibility")
@public("the accessibility statement")
def accessibility() -> ResponseReturnValue:
    prepared = rules.STATEMENT_PREPARED
    return hx.page(
        "home/accessibility.html",
        criteria=rules.FAILED,
        limits=rules.Limits(),
        prepared=f"{prepared.day} {MONTHS[prepared.month - 1]} {prepared.year}",
        languages=[language.name for language in offered() if language is not ENGLISH],
    )


@blueprint.get("/privacy")
@public("how the service uses personal data")
def privacy() -> ResponseReturnValue:
    return hx.page("home/privacy.html")


@blueprint.get("/healthz")
@public("a monitor asks whether the process answers; touches nothing")
def healthz() -> ResponseReturnValue:
    return "ok\n", 200, {"Content-Type": "text/plain"}


@blueprint.get("/readyz")
@public("a monitor asks whether the portal can work; names no record")
def readyz() -> ResponseReturnValue:
    problems = queries.readiness_problems()
    return ("\n".join(problems) or "ready") + "\n", 503 if problems else 200, {"Content-Type": "text/plain"}


@blueprint.route("/settings/", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def settings() -> ResponseReturnValue:
    now = stored.current()
    form = SettingsForm(data={field_name(key): now[key] for key in KNOWN})
    if request.method == "POST" and form.validate():
        try:
            operations.change_settings(actor(), form.values())
        except operations.RefusedSettings as refused:
            form.put_problems(refused.by_key)
        else:
            return hx.saved(url_for("home.settings"), "Settings saved.")
    status = 422 if request.method == "POST" else 200
    groups = [(heading, [field_name(key) for key in keys]) for heading, keys in GROUPS.items()]
    return hx.page("home/settings.html", form=form, groups=groups, status=status)


@blueprint.route("/settings/features", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def features() -> ResponseReturnValue:
    now = stored.current()
    form = FeaturesForm(data={"features": [feature.value for feature in Feature if now.is_on(feature)]})
    form.features.offer(operations.feature_choices())
    if request.method == "POST" and form.validate():
        operations.switch_features(actor(), frozenset(Feature(code) for code in form.features.data or ()))
        return hx.saved(url_for("home.features"), "Saved. What is off has no menu entry and no address.")
    status = 422 if request.method == "POST" else 200
    return hx.page("home/features.html", form=form, status=status)


@blueprint.get("/settings/jobs")
@requires(Action.MANAGE_SETTINGS)
def jobs() -> ResponseReturnValue:
    return hx.page("home/jobs.html", jobs=queries.jobs_page())


@blueprint.post("/settings/jobs/<id:job_id>/steps/retry")
@requires(Action.MANAGE_SETTINGS)
def retry_job(job_id: int) -> ResponseReturnValue:
    operations.retry_job(actor(), job_id)
    return hx.saved(url_for("home.jobs"), "It will be tried again within a minute.", event="jobs-changed")


@blueprint.get("/audit/")
@requires(Action.READ_AUDIT)
def audit() -> ResponseReturnValue:
    chosen = queries.AuditFilter.of(
        person=clean_query(request.args.get("person")),
        kind=clean_query(request.args.get("kind")),
        record=clean_query(request.args.get("record")),
        before=clean_query(request.args.get("before")),
    )
    return hx.page("home/audit.html", trail=queries.audit_trail(chosen), chosen=chosen, kinds=queries.audit_kinds())
