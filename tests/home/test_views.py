"""The first page, the statements, the settings, the audit trail, failed jobs, and what a monitor asks."""

import re
from datetime import timedelta

import pytest

from portal.config import ROOT
from portal.extensions import db
from portal.home import operations, queries
from portal.kernel import jobs, settings
from portal.kernel.audit import AuditLine, record
from portal.kernel.settings import KNOWN, Feature
from portal.policy import Role
from tests import builders_cases, people

USUAL_ENGINE = "sqlite"


@pytest.fixture
def admin(given, sign_in):
    return sign_in(given(lambda: people.person("Ann Admin", Role.ADMIN).id))


def _home(given, sign_in, role, **where):
    return sign_in(given(lambda: people.person("Some One", role, **where).id)).get("/").text


def test_every_role_has_a_home_that_says_what_will_be_here(given, sign_in):
    school_id = given(lambda: people.school().id)
    wanted = {
        Role.SCHOOL: ("Refer a pupil", "No referrals yet", "No support yet", "Next cut-off for referrals"),
        Role.WORKER: ("Log a visit", "Nothing waits for you", "No cases yet", "Nothing is logged this week"),
        Role.COORDINATOR: ("referrals to screen", "Nothing of any worker is late", "Service lines and term dates"),
        Role.PANEL: ("The panel is not in use",),
        Role.SAFEGUARDING: ("pieces of work on the board", "referrals under way"),
        Role.COMMISSIONER: ("No figures are published yet",),
        Role.ADMIN: ("jobs given up", "Audit trail", "people without a second factor"),
    }
    for role, words in wanted.items():

        def person(role=role):
            where = {"school_id": school_id} if role is Role.SCHOOL else {}
            return people.person(f"One {role}", role, **where).id

        page = sign_in(given(person)).get("/")
        assert page.status_code == 200
        for part in words:
            assert part in page.text, (role, part)
        assert page.text.count('class="govuk-button"') <= 1  # one primary button


def test_every_link_of_every_home_leads_somewhere(given, sign_in):
    made = {}

    def everybody():
        world = builders_cases.world()
        builders_cases.case(world)
        pupil = builders_cases.pupil(world.ash, "Wait", "Ing")
        builders_cases.referral(world.ash, pupil, world.senco, world.primary, status="at_panel", decision=None)
        settings.put("feature.panels", "on")
        record(None, "feature switched", settings.put("feature.panels", "on"))
        for role in (Role.PANEL, Role.SAFEGUARDING, Role.COMMISSIONER, Role.ADMIN):
            made[role] = people.person(f"One {role}", role).id
        made.update(coordinator=world.coordinator.id, worker=world.worker.id, senco=world.senco.id)

    given(everybody)
    for person_id in made.values():
        client = sign_in(person_id)
        page = client.get("/").text
        for address in sorted(set(re.findall(r'href="(/[^"#]*)"', page))):
            if not address.startswith("/static"):
                answer = client.get(address.replace("&amp;", "&"))
                assert answer.status_code == 200, (person_id, address)


def test_off_features_leave_no_trace_on_the_first_page(given, sign_in):
    for feature in (Feature.REFERRALS, Feature.VISITS, Feature.BOARD):
        given(lambda feature=feature: record(None, "off", settings.put(f"feature.{feature}", "off")))
    school_id = given(lambda: people.school().id)
    senco = sign_in(given(lambda: people.person("S", Role.SCHOOL, school_id=school_id).id)).get("/").text
    worker = sign_in(given(lambda: people.person("W", Role.WORKER).id)).get("/").text
    coordinator = sign_in(given(lambda: people.person("C", Role.COORDINATOR).id)).get("/").text
    for page in (senco, worker, coordinator):
        for gone in ("/referrals", "/visits", "/board", "Refer a pupil", "Log a visit"):
            assert gone not in page


@pytest.mark.both_engines
def test_a_hostile_name_is_only_text(given, sign_in):
    def make():
        world = builders_cases.world()
        pupil = builders_cases.pupil(world.ash, "<script>alert(1)</script>", '"><img src=x>')
        builders_cases.case(world, pupil)
        return world.worker.id

    page = sign_in(given(make)).get("/").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("address", ["/privacy", "/accessibility"])
def test_statements_open_without_signing_in_and_invent_no_contact(app, address):
    page = app.test_client().get(address)
    assert page.status_code == 200
    main = page.text.split("<main")[1].split("</main>")[0]
    assert len(re.sub(r"<[^>]+>", " ", main).split()) > 250
    assert "@" not in main
    assert not re.search(r"0\d{3}", main)
    for word in {"/privacy": ("public task", "31 years", "Information Commissioner"), "/accessibility": ("2.2", "axe")}[
        address
    ]:
        assert word in main


def test_statements_name_the_provider_once_it_is_set(app, given):
    given(lambda: record(None, "set", settings.put("service.provider", "Harbour School <Trust>")))
    assert "Harbour School &lt;Trust&gt;" in app.test_client().get("/privacy").text


# Settings ---------------------------------------------------------------------------------------------------------


def _form(**changes):
    return {key.replace(".", "_"): changes.get(key, known.default) for key, known in KNOWN.items()}


def test_settings_are_kept_and_recorded_by_name_only(app, admin):
    values = _form(**{"service.name": "Harbour Outreach", "service.brand": "#0B4F6C", "clock.day_minutes": "420"})
    assert admin.post("/settings/", data=values).status_code == 303
    assert "Harbour Outreach" in admin.get("/").text
    with app.app_context():
        assert settings.current().day_minutes == 420
        lines = db.session.scalars(db.select(AuditLine).where(AuditLine.action == "setting changed")).all()
        assert sorted(line.fields.replace(",", " ").split()[-1] for line in lines)
        assert "Harbour" not in "".join(line.fields for line in lines)
        assert len(lines) == 2  # the colour in capitals is the same colour


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("service.name", "ab", "Type a name of 3 to 60 characters."),
        ("service.name", "", "Type a name of 3 to 60 characters."),
        ("service.name", "x" * 100_000, "Shorten this to 120 characters or fewer."),
        ("service.name", "abc\0def", "cannot be stored"),
        ("service.brand", "red", "such as #0b4f6c"),
        ("service.brand", "#0b4f6c;}*{display:none", "such as #0b4f6c"),
        ("service.brand", "#ffff00", "too light for white words"),
        ("service.tint", "#0b4f6c", "cannot be read on this tint"),
        ("contact.telephone", "ask for Jo", "Enter a telephone number"),
        ("contact.email", "office at demo", "Enter the whole email address"),
        ("contact.address", "\n".join("abcdefg"), "at most 6 lines"),
        ("contact.hours", "x" * 121, "Shorten this to 120 characters or fewer."),
        ("clock.day_minutes", "0", "from 10 to 999"),
        ("clock.day_minutes", "٤٢٠", "from 10 to 999"),
        ("service.provider", "x" * 121, "Shorten this to 120 characters or fewer."),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_under_its_field_and_nothing_typed_is_lost(
    app, admin, key, value, sentence
):
    page = admin.post("/settings/", data=_form(**{"service.help_line": "Typed meanwhile", key: value}))
    assert page.status_code == 422
    assert sentence in page.text
    assert "Typed meanwhile" in page.text
    field = key.replace(".", "_")
    assert f'href="#{field}"' in page.text
    assert f'id="{field}"' in page.text
    with app.app_context():
        assert settings.current()[key] == KNOWN[key].default
        assert settings.current().help_line == ""


def test_contact_details_are_kept_with_their_lines(app, admin):
    details = {
        "contact.address": "3 Invented Quay\r\nHarbourmouth",
        "contact.telephone": "01632 960 100",
        "contact.email": "office@demo.example",
        "contact.hours": "Monday to Friday, 9am to 4pm",
    }
    assert admin.post("/settings/", data=_form(**details)).status_code == 303
    with app.app_context():
        contact = settings.current().contact
    assert contact.address_lines == ("3 Invented Quay", "Harbourmouth")
    assert contact.ways == "call 01632 960 100 or email office@demo.example"
    assert contact.name == settings.KNOWN["service.name"].default  # families know it by its own name


@pytest.mark.both_engines
def test_a_hostile_setting_is_text_everywhere(admin):
    admin.post(
        "/settings/", data=_form(**{"service.name": "<script>alert(1)</script>", "service.provider": "=1+1 😀 \u202e"})
    )
    for address in ("/", "/settings/", "/privacy", "/nothing"):
        assert "<script>alert" not in admin.get(address).text


def test_features_are_switched_and_recorded(app, admin):
    on = [feature.value for feature in Feature if feature is not Feature.VISITS]
    assert admin.post("/settings/features", data={"features": on}).status_code == 303
    with app.app_context():
        assert not settings.is_on(Feature.VISITS)
        actions = db.session.scalars(db.select(AuditLine.action).where(AuditLine.action.startswith("feature"))).all()
        assert sorted(actions) == ["feature switched off", *["feature switched on"] * 2]
    assert admin.post("/settings/features", data={"features": ["nonsense"]}).status_code == 422


def test_every_switch_is_read_somewhere_else_than_where_it_is_declared():
    """A switch without effect promises what the portal does not do."""
    declared = ROOT / "portal" / "kernel" / "settings.py"
    code = [path for path in (ROOT / "portal").rglob("*.py") if path != declared]
    texts = [path.read_text() for path in (*code, *(ROOT / "templates").rglob("*.html"))]
    for feature in Feature:
        used = (f"Feature.{feature.name}", f"feature_on('{feature}')")
        assert any(one in text for text in texts for one in used), feature


def test_everything_may_be_switched_off_and_the_portal_still_stands(app, admin):
    assert admin.post("/settings/features", data={"submission_id": "a" * 32}).status_code == 303
    assert admin.get("/").status_code == 200
    with app.app_context():
        assert not any(settings.is_on(feature) for feature in Feature)


@pytest.mark.parametrize("address", ["/settings/", "/settings/features", "/settings/jobs", "/audit/"])
def test_administration_is_closed_to_others(given, sign_in, address):
    for role in (Role.WORKER, Role.PANEL, Role.COMMISSIONER, Role.SAFEGUARDING):
        person_id = given(lambda role=role: people.person(f"One {role}", role).id)
        assert sign_in(person_id).get(address).status_code == 403


def test_contrast_is_counted_as_wcag_does():
    assert operations.contrast("#ffffff", "#000000") == pytest.approx(21)
    assert operations.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert operations.contrast("#0b4f6c", "#ffffff") > 7


@pytest.mark.both_engines
def test_double_click_on_settings_is_one_change(app, admin):
    values = _form(**{"service.name": "Harbour Outreach"}) | {"submission_id": "a" * 32}
    assert [admin.post("/settings/", data=values).status_code for _ in range(2)] == [303, 303]
    with app.app_context():
        found = db.session.scalars(db.select(AuditLine).where(AuditLine.action == "setting changed")).all()
        assert len(found) == 1


# Audit trail ---------------------------------------------------------------------------------------------------------


def test_the_trail_is_paged_and_narrowed(given, admin):
    def fill():
        from portal.kernel.audit import record_act

        for number in range(queries.trail.AUDIT_PAGE + 20):
            record_act(None, f"act {number}", "thing", number)

    given(fill)
    first = admin.get("/audit/?kind=thing").text
    assert "Act 119" in first
    assert "Act 19<" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert "kind=thing" in older
    second = admin.get(older).text
    assert "Act 19<" in second
    assert "Act 119" not in second
    assert admin.get("/audit/?kind=thing&record=7").text.count("Act ") == 1


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "query", ["person=x", "record=-1", "before=99999999999999", "kind=%00", "person=²", "record=1e9"]
)
def test_a_hostile_filter_of_the_trail_is_no_filter(admin, query):
    assert admin.get(f"/audit/?{query}").status_code == 200


def test_the_trail_of_a_person_who_is_gone_still_reads(given, admin):
    from portal.kernel.audit import record_act
    from portal.policy import Actor

    given(lambda: record_act(Actor(999, "Gone", ()), "case viewed", "case_file", 3))
    assert "Person 999" in admin.get("/audit/").text


def test_the_trail_names_cases_and_referrals_by_reference(given, admin):
    def make():
        case = builders_cases.case(builders_cases.world())
        return case.reference, case.referral.reference, case.id

    case, referral, case_id = given(make)
    text = admin.get("/audit/").text
    assert f">{case}</a>" in text
    assert f">{referral}</a>" in text
    assert f"case file {case_id}" not in text
    assert 'data-label="Record"' in text


# Failed jobs ---------------------------------------------------------------------------------------------------------


def _failed(given):
    def make():
        job = jobs.enqueue("send_reminder")
        job.attempts, job.failed_at, job.last_error = jobs.MOST_ATTEMPTS, job.run_at, "ConnectionRefusedError"
        db.session.flush()
        return job.id

    return given(make)


def test_a_failed_job_is_shown_and_tried_again(app, given, admin):
    job_id = _failed(given)
    page = admin.get("/settings/jobs").text
    assert "Send reminder" in page
    assert "ConnectionRefusedError" in page
    assert admin.post(f"/settings/jobs/{job_id}/steps/retry").status_code == 303
    with app.app_context():
        job = db.session.get(jobs.Job, job_id)
        assert (job.failed_at, job.attempts) == (None, 0)
        assert db.session.scalars(db.select(AuditLine).where(AuditLine.action == "job tried again")).one().record_id
    assert "No job has failed" in admin.get("/settings/jobs").text
    assert admin.post(f"/settings/jobs/{job_id}/steps/retry").status_code == 404


def test_a_job_that_is_not_there_is_404(admin):
    assert admin.post("/settings/jobs/999/steps/retry").status_code == 404


# Monitor -------------------------------------------------------------------------------------------------------------


def test_healthz_touches_nothing(app, monkeypatch):
    from portal.kernel import settings as stored

    monkeypatch.setattr(stored, "current", lambda: 1 / 0)
    assert app.test_client().get("/healthz").text == "ok\n"


def test_readyz_is_ready(app):
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_readyz_sees_work_that_waits_too_long(app, given, clock):
    given(lambda: jobs.enqueue("send_reminder") and None)
    client = app.test_client()
    clock.forward(minutes=15)
    assert client.get("/readyz").status_code == 200
    clock.forward(minutes=1)
    assert client.get("/readyz").status_code == 503
    assert "worker" in client.get("/readyz").text


def test_readyz_counts_neither_what_is_done_nor_what_is_given_up_nor_what_is_not_due(app, given, clock):
    _failed(given)

    def others():
        jobs.enqueue("done").done_at = clock()
        jobs.enqueue("later", run_at=clock() + timedelta(days=2))

    given(others)
    clock.forward(hours=5)
    assert app.test_client().get("/readyz").status_code == 200


def test_readyz_sees_a_missing_migration(app, given):
    given(lambda: db.session.execute(db.text("UPDATE alembic_version SET version_num = '0001'")) and None)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "migration" in answer.text


def test_readyz_sees_a_full_disk(app, monkeypatch):
    monkeypatch.setattr(queries.readiness, "LEAST_FREE_BYTES", 10**18)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "disk" in answer.text


def test_readyz_leaves_nothing_behind(app):
    with app.app_context():
        before = db.session.execute(db.text("SELECT count(*) FROM counter")).scalar()
    app.test_client().get("/readyz")
    with app.app_context():
        assert db.session.execute(db.text("SELECT count(*) FROM counter")).scalar() == before
