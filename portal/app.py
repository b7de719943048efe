"""Builds the portal: settings, database, access, features. Everything the portal is made of is named here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import ImmutableDict
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import config as configuration
from portal.accounts import principal
from portal.accounts.operations.people import SCHOOL_TAKEN_INTO_USE
from portal.accounts.queries import demonstration_people_left
from portal.advice.rules.road import ROAD as ADVICE_ROAD
from portal.agreements.operations.signing import SETTLED
from portal.agreements.queries.events import agreement_events
from portal.agreements.rules.road import ROAD as AGREEMENT_ROAD
from portal.cases.operations.clocks import work_may_start_now
from portal.cases.queries import CaseSection, case_events, cases_of_pupils, stages_by_referral
from portal.cases.rules.road import ROAD as CASE_ROAD
from portal.exits.operations import refresh_awaited
from portal.exits.queries import open_monitoring_count
from portal.extensions import csrf, db, htmx, migrate
from portal.feedback.operations import AFTER_REMOVAL, after_contact_changed, before_contact_removed
from portal.feedback.queries import WORDS as FAMILY_WORDS
from portal.files import worker as files
from portal.kernel import (
    access,
    alerts,
    assets,
    audit,
    clock,
    conflicts,
    crypto,
    error_pages,
    gate,
    incoming,
    logs,
    private_files,
    settings,
    submissions,
    web,
)
from portal.kernel.database import engine_options, mode, prepare_engine, sqlite_path
from portal.kernel.forms import named_error
from portal.kernel.languages import CATALOGUES
from portal.kernel.settings import Feature
from portal.kernel.unit_of_work import run
from portal.notices.operations import tell
from portal.policy import Action, Role, may
from portal.referrals.queries import CASE_STAGES, CASES_OF_PUPILS, EVENTS
from portal.referrals.rules.decisions import DECIDED
from portal.referrals.rules.road import ROAD as REFERRAL_ROAD
from portal.schools.operations import take_into_use
from portal.schools.operations.contacts import CONTACT_CHANGED, CONTACT_REMOVED
from portal.training.rules.events import ROAD as EVENT_ROAD
from portal.training.rules.road import REQUEST_ROAD, SESSION_ROAD
from portal.visits.queries import visit_dates_of
from portal.visits.queries.for_referrals import visit_events
from portal.voice.queries.tablet import WORDS as TABLET_WORDS
from portal.voice.queries.talking import alerts_of_wishes

FEATURES: dict[str, Feature | None] = {
    "home": None,
    "accounts": None,
    "schools": None,
    "notices": None,
    "referrals": Feature.REFERRALS,
    "agreements": Feature.AGREEMENTS,
    "cases": None,
    "board": Feature.BOARD,
    "visits": Feature.VISITS,
    "assessments": Feature.ASSESSMENTS,
    "plans": None,
    "feedback": Feature.FEEDBACK,
    "voice": Feature.VOICE,
    "training": Feature.TRAINING,
    "advice": Feature.ADVICE,
    "exits": None,
    "impact": Feature.IMPACT,
    "offer": None,
    "languages": Feature.LANGUAGES,
}
"""Every feature with pages, by package; one with a switch has no menu entry and answers 404 while it is off."""

STAYS_OPEN = frozenset(
    {
        "feedback.read_words",
        "voice.deliver",
        "voice.read",
        "voice.hold",
        "voice.talk",
        "voice.talk_deed",
        "voice.talk_seen",
        "voice.talk_closing",
    }
)
"""What a child or a family has said already is read, and acted on, whatever is switched off since."""

KERNEL_TABLES = ("access", "audit", "history", "jobs", "languages", "rates", "references", "settings", "submissions")
"""Modules of the kernel that hold tables: migrations must know them whether or not a feature uses them."""


@dataclass(frozen=True)
class MenuEntry:
    label: str
    endpoint: str
    action: Action


_REFERRALS = MenuEntry("Referrals", "referrals.index", Action.READ_REFERRAL)
_PUPILS = MenuEntry("Pupils", "schools.pupils", Action.READ_PUPIL)
_SUPPORT = MenuEntry("Our support", "cases.index", Action.READ_SUPPORT)
_TRAINING = MenuEntry("Training", "training.index", Action.READ_TRAINING)
_ADVICE = MenuEntry("Advice", "advice.index", Action.READ_ADVICE)
_BOARD = MenuEntry("Board", "board.index", Action.READ_BOARD)
_WEEK = MenuEntry("My week", "visits.week", Action.LOG_VISIT)
_IMPACT = MenuEntry("Impact", "impact.index", Action.READ_CHART)
_SCHOOLS = MenuEntry("Schools", "schools.index", Action.READ_SCHOOL)
_PEOPLE = MenuEntry("People", "accounts.people", Action.READ_PEOPLE)
_SETTINGS = MenuEntry("Settings", "home.settings", Action.MANAGE_SETTINGS)
_AUDIT = MenuEntry("Audit", "home.audit", Action.READ_AUDIT)

MENU: Mapping[Role, tuple[MenuEntry, ...]] = {
    Role.COORDINATOR: (_REFERRALS, _BOARD, _TRAINING, _ADVICE, _IMPACT),
    Role.WORKER: (_BOARD, _WEEK, _TRAINING, _ADVICE, _IMPACT),
    Role.SCHOOL: (_REFERRALS, _PUPILS, _SUPPORT, _TRAINING, _ADVICE),
    Role.HEAD: (_REFERRALS, _PUPILS, _SUPPORT, _TRAINING, _ADVICE),
    Role.SAFEGUARDING: (_BOARD, _REFERRALS),
    Role.PANEL: (_REFERRALS,),
    Role.ADMIN: (_PEOPLE, _SCHOOLS, _SETTINGS, _AUDIT),
    Role.COMMISSIONER: (),
}
"""What each role's menu holds; who has several roles gets the first ``MOST_MENU_ENTRIES`` in this order of roles."""

MOST_MENU_ENTRIES = 5


_AGREEMENT = CaseSection(
    "Agreement", "cases.agreement", Action.READ_AGREEMENT, "agreements-changed", Feature.AGREEMENTS
)

CASE_SECTIONS: tuple[CaseSection, ...] = (
    CaseSection("The child's own voice", "voice.of_case", Action.READ_VOICE, "voices-changed"),
    _AGREEMENT,
    CaseSection("Visits", "visits.of_case", Action.READ_VISITS, "visits-changed"),
    CaseSection("Readings", "assessments.of_case", Action.READ_READINGS, "readings-changed"),
    CaseSection("Plan", "plans.of_case", Action.READ_PLAN, "strategies-changed"),
    CaseSection("Feedback", "feedback.of_case", Action.READ_FEEDBACK, "feedback-changed"),
    CaseSection("End of the work and monitoring", "exits.of_case", Action.READ_CASE, "exits-changed"),
)
"""The sections of a case's page, each drawn by its own feature; one whose feature is not there is left out."""

SUPPORT_SECTIONS: tuple[CaseSection, ...] = (
    CaseSection("What the child lets you see", "voice.for_school", Action.READ_SUPPORT, "voices-changed"),
    _AGREEMENT,
    CaseSection("Agreed strategies", "plans.for_school", Action.READ_SUPPORT, "strategies-changed"),
    CaseSection("Visits", "visits.for_school", Action.READ_SUPPORT, "visits-changed"),
    CaseSection("What your school said", "feedback.for_school", Action.READ_SUPPORT, "feedback-changed"),
)
"""The same for the page on which a school reads of one piece of work."""


ROADS: Mapping[str, conflicts.KnownRoad] = {
    "referral": conflicts.KnownRoad(
        REFERRAL_ROAD, lambda one: f"/referrals/{one.reference}", lambda one: DECIDED.get(one.decision or "", "")
    ),
    "case_file": conflicts.KnownRoad(CASE_ROAD, lambda one: f"/cases/{one.reference}"),
    "agreement": conflicts.KnownRoad(AGREEMENT_ROAD, lambda one: f"/agreements/{one.id}"),
    "training_request": conflicts.KnownRoad(REQUEST_ROAD, lambda one: f"/training/requests/{one.reference}"),
    "training_session": conflicts.KnownRoad(SESSION_ROAD, lambda one: f"/training/sessions/{one.id}"),
    "training_event": conflicts.KnownRoad(EVENT_ROAD, lambda one: f"/training/events/{one.id}"),
    "advice_thread": conflicts.KnownRoad(ADVICE_ROAD, lambda one: f"/advice/{one.id}"),
}
"""How the page of a conflict speaks of each kind of record that walks a road."""


class Portal(Flask):
    """Flask, with one unit of work around every view."""

    request_class = incoming.Incoming
    default_config = ImmutableDict({**Flask.default_config, "PROVIDE_AUTOMATIC_OPTIONS": False})

    def dispatch_request(self) -> Response:
        return run(super().dispatch_request)

    def wsgi_app(self, environ: Any, start_response: Any) -> Any:
        with mode("read"):  # only the unit of work of an unsafe method may write
            return super().wsgi_app(environ, start_response)


def create_app(config: configuration.Config | None = None, *, now: clock.Clock = clock.system_clock) -> Portal:
    """The portal, ready to serve. Raises ``WrongSetting``, or RuntimeError for a view without declared access."""
    config = config or configuration.from_environment()
    app = Portal(
        "portal",
        root_path=str(configuration.ROOT),
        static_folder="static",
        template_folder="templates",
        instance_path=str(config.instance),
    )
    app.config.update(_flask_settings(config))
    app.extensions.update(config=config, clock=now, data_keys=crypto.ring(config.data_keys))
    logs.configure(as_json=not config.demonstration)
    _database(app)
    _web(app, config)
    _features(app)
    if missing := access.undeclared(app):
        raise RuntimeError(f"these views declare no access: {', '.join(missing)}")
    if not config.demonstration:
        _refuse_the_demonstration(app)
    return app


def _refuse_the_demonstration(app: Portal) -> None:
    """Production does not start while anybody could sign in with what everybody knows."""
    with app.app_context(), mode("read"):
        try:
            left = demonstration_people_left()
        except SQLAlchemyError:  # unreachable just now: every request says so by itself
            left = 0
        finally:
            db.session.remove()
            db.engine.dispose()  # a server may fork after this
    if left:
        raise configuration.WrongSetting(
            f"{left} people of the demonstration could sign in to this database. Set DATABASE_URL to one of its own, "
            "or disable them in demonstration mode first."
        )


def _flask_settings(config: configuration.Config) -> dict[str, Any]:
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(config.database_url, config.patience),
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": config.secure_cookies,
        "SESSION_COOKIE_NAME": "__Host-portal" if config.secure_cookies else "portal",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": incoming.MOST_FIELDS,
        "TRUSTED_HOSTS": list(config.trusted_hosts) or None,
    }


def _database(app: Portal) -> None:
    config: configuration.Config = app.extensions["config"]
    private_files.make_folder(config.instance)
    if path := sqlite_path(config.database_url):
        private_files.tighten(path)  # SQLite gives its -wal and -shm the rights of the database
    db.init_app(app)
    for name in ("tasks", "files", *FEATURES):
        _import_if_there(f"portal.{name}.models")
    for name in KERNEL_TABLES:
        import_module(f"portal.kernel.{name}")
    migrate.init_app(app, db, directory=str(configuration.ROOT / "migrations"), render_as_batch=True)
    audit.install_net()
    with app.app_context():
        prepare_engine(db.engine)


def _import_if_there(name: str) -> None:
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise


def _web(app: Portal, config: configuration.Config) -> None:
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    access.public("styles, scripts and fonts")(app.view_functions["static"])
    logs.watch_requests(app)
    incoming.install(app)
    web.install(app)
    csrf.init_app(app)
    htmx.init_app(app)
    principal.install(app)
    gate.install(app)
    error_pages.install(app)
    app.context_processor(_for_templates)
    found = app.extensions["assets"] = assets.Assets(Path(app.static_folder or "static"))
    app.jinja_env.globals.update(asset=found.address, drawn=found.drawn)
    app.jinja_env.globals.update(new_submission_id=submissions.new_id, named_error=named_error)


def _features(app: Portal) -> None:
    for name, feature in FEATURES.items():
        blueprint = import_module(f"portal.{name}.views").blueprint
        app.register_blueprint(blueprint)
        gate.switch(app, blueprint.name, feature)
    gate.keep_open(app, STAYS_OPEN)
    for view in app.view_functions.values():
        if getattr(view, "needs_no_token", False):
            csrf.exempt(view)
    app.extensions.update(case_sections=CASE_SECTIONS, support_sections=SUPPORT_SECTIONS)
    app.extensions["case_facts"] = {"open_monitoring": open_monitoring_count, "visit_dates": visit_dates_of}
    app.extensions[CASE_STAGES] = stages_by_referral
    app.extensions[CASES_OF_PUPILS] = cases_of_pupils
    app.extensions[EVENTS] = [agreement_events, case_events, visit_events]
    app.extensions[SCHOOL_TAKEN_INTO_USE] = take_into_use
    app.extensions[AFTER_REMOVAL] = refresh_awaited
    app.extensions[CONTACT_CHANGED], app.extensions[CONTACT_REMOVED] = after_contact_changed, before_contact_removed
    app.extensions[CATALOGUES] = (FAMILY_WORDS, TABLET_WORDS)
    app.extensions[files.TELL] = tell
    app.extensions[conflicts.ROADS] = ROADS
    app.extensions[SETTLED] = work_may_start_now
    app.extensions[alerts.SOURCE] = alerts.Source(Action.READ_VOICE, alerts_of_wishes)
    commands = import_module("portal.cli")
    commands.install(app)


def _for_templates() -> dict[str, Any]:
    person = current_user if current_user.is_authenticated else None
    return {
        "service": settings.current(),
        "person": person,
        "menu": _menu() if person else [],
        "alerts": _alerts,
        "demonstration": g.get("demonstration", False),
        "request_id": g.get("request_id", ""),
        "brand_css_url": url_for("home.brand"),
        "feature_on": lambda name: settings.is_on(Feature(name)),
        "may": lambda action: person is not None and access.page_offers(person.actor, Action[action]),
    }


def _alerts() -> dict[str, Any] | None:
    """The lines above every page, and where it asks for new ones; None for whoever never has any."""
    if not current_user.is_authenticated or current_user.must_use_second_factor:
        return None
    if not alerts.concern(current_user.actor):
        return None
    return {"lines": alerts.alerts_of(current_user.actor), "url": url_for("home.alerts")}


def _menu() -> list[dict[str, Any]]:
    if current_user.must_use_second_factor:
        return []
    roles = current_user.actor.roles
    entries = dict.fromkeys(entry for role, of_role in MENU.items() if role in roles for entry in of_role)
    shown = [entry for entry in entries if may(current_user.actor, entry.action) and gate.is_open(entry.endpoint)]
    return [
        {"label": entry.label, "url": url_for(entry.endpoint), "current": request.endpoint == entry.endpoint}
        for entry in shown[:MOST_MENU_ENTRIES]
        if entry.endpoint in current_app.view_functions
    ]
