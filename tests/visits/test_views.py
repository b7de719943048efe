"""The pages of the ledger, as people use them."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.visits import operations
from portal.visits.models import Visit
from tests import builders_cases
from tests.builders_visits import visit, whole_school

USUAL_ENGINE = "sqlite"

TODAY = date(2026, 11, 10)
ENTRY = {"kind": "meeting", "quick": "60", "on_date": "2026-11-10", "starts_at": "09:30", "note": "Met the SENDCo."}


@pytest.fixture
def ids(given):
    def make():
        world = builders_cases.world()
        pupil = builders_cases.pupil(world.ash, lone_visit_warning="Dog in the garden. <b>Ring first</b>")
        case = builders_cases.case(world, pupil)
        return {
            "case": case.id,
            "ref": case.reference,
            "ash": world.ash.id,
            "birch": world.birch.id,
            **{
                name: getattr(world, name).id for name in ("coordinator", "worker", "colleague", "senco", "other_senco")
            },
        }

    return given(make)


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


def logged(given, ids, **changes):
    from portal.accounts.models import Person

    def make():
        case = db.session.get_one(Case, ids["case"])
        return visit(case, db.session.get_one(Person, ids["worker"]), **changes).id

    return given(make)


def count(app, **conditions):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Visit).filter_by(**conditions))


def one(app, visit_id):
    with app.app_context():
        row = db.session.get_one(Visit, visit_id)
        db.session.expunge(row)
        return row


def minutes_used(app, ids):
    with app.app_context():
        return db.session.get_one(Case, ids["case"]).minutes_used


def version_in(page):
    return re.search(r'name="version"[^>]*value="(\d+)"', page.get_data(as_text=True))[1]


# My week


def test_my_week_shows_the_form_the_entries_and_the_warnings(worker, given, ids):
    logged(given, ids)
    page = worker.get("/visits/")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Maya K., Year 5, Ash Primary" in text
    assert "Whole school: Birch Academy" in text
    assert "Tuesday 10 November, today" in text
    assert "1 hour" in text
    assert "Week of Monday 9 November" in text
    assert "Maya K." in text.split('id="week-tasks"')[1].split("</section>")[0]
    assert "Dog in the garden. &lt;b&gt;Ring first&lt;/b&gt;" in text
    assert 'value="2026-11-10"' in text


def test_a_visit_is_logged_in_my_week(app, worker, ids):
    answer = worker.post("/visits/", data={"about": ids["ref"], **ENTRY})
    assert answer.status_code == 303
    assert answer.location == "/visits/?week=2026-11-09"
    assert "Visit logged." in worker.get(answer.location).get_data(as_text=True)
    assert count(app, case_id=ids["case"], person_id=ids["worker"], minutes=60) == 1
    assert minutes_used(app, ids) == 60


def test_typed_minutes_stand_above_the_quick_choice(app, worker, ids):
    worker.post("/visits/", data={"about": ids["ref"], **ENTRY, "minutes": "45"})
    assert count(app, minutes=45) == 1


def test_whole_school_work_is_logged_without_a_case(app, worker, ids):
    assert worker.post("/visits/", data={"about": f"school-{ids['birch']}", **ENTRY}).status_code == 303
    assert count(app, case_id=None, school_id=ids["birch"]) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"about": ""}, "Choose the pupil, or the school"),
        ({"about": "C-2026-9999"}, "Choose one from the list"),
        ({"about": "school-999999"}, "Choose one from the list"),
        ({"kind": ""}, "Choose the kind of work"),
        ({"quick": ""}, "Choose how long it took"),
        ({"minutes": "0"}, "Type a whole number from 1 to 960"),
        ({"minutes": "99999999999"}, "Type a whole number from 1 to 960"),
        ({"on_date": ""}, "Enter the date of the visit"),
        ({"on_date": "2026-11-11"}, "once it has happened"),
        ({"on_date": "2011-11-11"}, "Check the year"),
        ({"on_date": "soon"}, "Type the date as"),
        ({"starts_at": "25:00"}, "Type the time as"),
        ({"starts_at": "23:30"}, "after midnight"),
        ({"note": "a\x00b"}, "cannot be stored"),
        ({"note": "x" * 100_000}, "Shorten this to 10,000"),
    ],
)
def test_a_wrong_entry_is_refused_and_stays_on_the_page(app, worker, ids, changes, words):
    answer = worker.post("/visits/", data={"about": ids["ref"], **ENTRY, **changes})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert "There is a problem" in text
    if "note" not in changes:
        assert "Met the SENDCo." in text
    assert count(app) == 0


def test_direct_work_for_a_whole_school_is_refused_under_the_pupil(worker, ids):
    answer = worker.post("/visits/", data={**ENTRY, "about": f"school-{ids['ash']}", "kind": "direct_work"})
    assert answer.status_code == 422
    assert "not whole-school work" in answer.get_data(as_text=True)


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=1+1", "\U0001f600 \u202eabc", "-- '; drop table visit"]
)
def test_hostile_text_is_stored_and_shown_as_text(app, worker, ids, text):
    assert worker.post("/visits/", data={"about": ids["ref"], **ENTRY, "note": text}).status_code == 303
    shown = worker.get(f"/cases/{ids['ref']}/visits").get_data(as_text=True)
    assert "<script>alert" not in shown
    with app.app_context():
        assert db.session.scalars(select(Visit.note)).one() == text


@pytest.mark.both_engines
def test_a_double_submission_makes_one_visit(app, worker, ids):
    data = {"about": ids["ref"], **ENTRY, "submission_id": "a" * 32}
    first, second = worker.post("/visits/", data=data), worker.post("/visits/", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert count(app) == 1
    assert minutes_used(app, ids) == 60


@pytest.mark.parametrize(
    "week", ["2026-11-09", "2026-11-15", "1900-01-01", "9999-99-99", "x", "²", "2026-02-30", "0001-01-01"]
)
def test_any_week_can_be_asked_for(worker, week):
    assert worker.get("/visits/", query_string={"week": week}).status_code == 200


def test_the_week_before_holds_its_own_entries(worker, given, ids):
    logged(given, ids, on_date=TODAY - timedelta(days=7), kind="observation")
    assert "observation" not in worker.get("/visits/").get_data(as_text=True).split('id="week-heading"')[1]
    before = worker.get("/visits/?week=2026-11-02").get_data(as_text=True)
    assert "observation" in before.split('id="week-heading"')[1]
    assert "Week after" in before


def test_a_chosen_pupil_shows_the_warning_at_once(worker, ids):
    text = worker.get(f"/visits/?about={ids['ref']}", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in text
    box = text.split('id="lone-visit-warning"')[1].split("visit-kind")[0]
    assert "at home alone" in box
    assert "Home visits not to be made alone" in box
    assert "Dog in the garden" in box


def test_the_coordinator_logs_for_a_worker_in_the_workers_week(app, sign_in, ids):
    client = sign_in(ids["coordinator"])
    page = client.get(f"/visits/?person={ids['worker']}")
    assert "Week of Wren Okafor" in page.get_data(as_text=True)
    answer = client.post(f"/visits/?person={ids['worker']}", data={"about": ids["ref"], **ENTRY})
    assert answer.status_code == 303
    assert count(app, person_id=ids["worker"]) == 1


@pytest.mark.parametrize("person", ["999999", "x", "²", "-1", "99999999999999"])
def test_a_week_of_nobody_is_not_found(sign_in, ids, person):
    assert sign_in(ids["coordinator"]).get("/visits/", query_string={"person": person}).status_code == 404


def test_a_worker_sees_no_other_workers_week(worker, ids):
    assert worker.get(f"/visits/?person={ids['colleague']}").status_code == 404
    assert worker.get(f"/visits/?person={ids['worker']}").status_code == 200


def test_a_case_left_behind_is_named_no_more(sign_in, given, ids, clock):
    from portal.cases.operations import end_allocation

    logged(given, ids)
    given(lambda: end_allocation(actor_of(ids["coordinator"]), db.session.get_one(Case, ids["case"]), ids["worker"]))
    clock.forward(days=1)
    text = sign_in(ids["worker"]).get("/visits/").get_data(as_text=True)
    assert "A pupil, Ash Primary" in text
    assert "Maya" not in text


# A case's visits


def test_the_visits_of_a_case_with_sums_form_and_warning(worker, given, ids):
    logged(given, ids, minutes=195, starts_at=None)
    text = worker.get(f"/cases/{ids['ref']}/visits").get_data(as_text=True)
    assert "0.5 of 12 days" in text
    assert "at home alone" in text
    assert "Went well." in text
    assert "Just logged" in text
    assert 'name="person_id"' not in text


def test_the_section_is_a_fragment(worker, ids):
    text = worker.get(f"/cases/{ids['ref']}/visits", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in text
    assert text.lstrip().startswith(f'<div id="case-{ids["case"]}-visits">')
    assert "No visits yet" in text


def test_logging_from_the_section_answers_with_the_section(app, worker, ids):
    answer = worker.post(f"/cases/{ids['ref']}/visits", data=ENTRY, headers={"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "visits-changed"
    assert "Just logged" in text
    assert "Met the SENDCo." in text
    assert count(app, case_id=ids["case"]) == 1


def test_a_wrong_entry_opens_the_section_again(worker, ids):
    answer = worker.post(f"/cases/{ids['ref']}/visits", data={**ENTRY, "kind": ""}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert '<details class="govuk-details" open>' in answer.get_data(as_text=True)


def test_the_coordinator_says_who_did_the_work(app, sign_in, ids):
    client = sign_in(ids["coordinator"])
    page = client.get(f"/cases/{ids['ref']}/visits").get_data(as_text=True)
    assert re.search(rf'<option value="{ids["worker"]}"\s+selected', page)
    url = f"/cases/{ids['ref']}/visits"
    assert client.post(url, data={**ENTRY, "person_id": str(ids["worker"])}).status_code == 303
    assert client.post(url, data={**ENTRY, "person_id": "999999"}).status_code == 422
    assert client.post(url, data=ENTRY).status_code == 422
    assert count(app, person_id=ids["worker"]) == 1


def test_others_do_not_reach_the_visits_of_a_case(sign_in, ids):
    url = f"/cases/{ids['ref']}/visits"
    assert sign_in(ids["colleague"]).get(url).status_code == 404
    assert sign_in(ids["colleague"]).post(url, data=ENTRY).status_code == 404
    for name in ("senco", "other_senco"):
        client = sign_in(ids[name])
        assert client.get(url).status_code == 403
        assert client.post(url, data=ENTRY).status_code == 403
        assert client.get("/visits/").status_code == 403
    assert sign_in(ids["worker"]).get("/cases/C-2026-9999/visits").status_code == 404


def test_reading_a_cases_visits_is_recorded(app, worker, ids):
    worker.get(f"/cases/{ids['ref']}/visits")
    with app.app_context():
        line = db.session.scalars(select(AuditLine).where(AuditLine.action == "visits viewed")).one()
        assert (line.kind, line.record_id, line.person_id) == ("case_file", ids["case"], ids["worker"])


def test_earlier_visits_are_a_page_of_their_own(worker, given, ids):
    def make():
        from portal.accounts.models import Person

        case, by = db.session.get_one(Case, ids["case"]), db.session.get_one(Person, ids["worker"])
        for number in range(53):
            visit(
                case, by, minutes=5, starts_at=None, note=f"note {number};", on_date=TODAY - timedelta(days=number // 2)
            )

    given(make)
    first = worker.get(f"/cases/{ids['ref']}/visits").get_data(as_text=True)
    older = re.search(r"before=(\d+)", first)[1]
    second = worker.get(f"/cases/{ids['ref']}/visits?before={older}").get_data(as_text=True)
    seen = re.findall(r"note \d+;", first) + re.findall(r"note \d+;", second)
    assert len(seen) == len(set(seen)) == 53
    assert worker.get(f"/cases/{ids['ref']}/visits?before=²").status_code == 200


# Correcting and taking out


def test_a_correction_shows_both_what_it_says_and_what_it_said(app, worker, given, ids):
    visit_id = logged(given, ids)
    page = worker.get(f"/visits/{visit_id}")
    assert "at home alone" in page.get_data(as_text=True)
    data = {
        "version": version_in(page),
        "kind": "meeting",
        "minutes": "90",
        "on_date": "2026-11-10",
        "note": "New words.",
    }
    refused = worker.post(f"/visits/{visit_id}", data=data)
    assert refused.status_code == 422
    assert "Say why you correct it" in refused.get_data(as_text=True)
    assert "New words." in refused.get_data(as_text=True)
    answer = worker.post(f"/visits/{visit_id}", data={**data, "reason": "Was longer"})
    assert answer.location == f"/cases/{ids['ref']}/visits"
    shown = worker.get(answer.location).get_data(as_text=True)
    assert "<s>Tuesday 10 November, 9am · 1 hour · Direct work with a pupil</s>" in shown
    assert "<s>Went well.</s>" in shown
    assert "Was longer" in shown
    assert minutes_used(app, ids) == 90


@pytest.mark.both_engines
def test_two_editors_of_one_entry_lose_nothing(app, worker, sign_in, given, ids):
    visit_id = logged(given, ids)
    version = version_in(worker.get(f"/visits/{visit_id}"))
    data = {"version": version, "kind": "meeting", "minutes": "90", "on_date": "2026-11-10", "note": "Mine."}
    assert worker.post(f"/visits/{visit_id}", data={**data, "reason": "First"}).status_code == 303
    late = sign_in(ids["coordinator"]).post(
        f"/visits/{visit_id}", data={**data, "note": "Theirs.", "minutes": "30", "reason": "Second"}
    )
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Theirs." in text
    assert "Mine." in text
    assert one(app, visit_id).note == "Mine."
    assert minutes_used(app, ids) == 90


def test_an_entry_is_taken_out_struck_through_and_put_back(app, worker, given, ids):
    visit_id = logged(given, ids)
    page = worker.get(f"/visits/{visit_id}/steps/remove")
    version = version_in(page)
    assert worker.post(f"/visits/{visit_id}/steps/remove", data={"version": version}).status_code == 422
    answer = worker.post(f"/visits/{visit_id}/steps/remove", data={"version": version, "reason": "Twice <by> mistake"})
    assert answer.status_code == 303
    shown = worker.get(answer.location).get_data(as_text=True)
    assert "<s>Went well.</s>" in shown
    assert "Twice &lt;by&gt; mistake" in shown
    assert minutes_used(app, ids) == 0
    assert "Taken out" in worker.get("/visits/").get_data(as_text=True)
    again = version_in(worker.get(f"/visits/{visit_id}"))
    assert worker.post(f"/visits/{visit_id}/steps/put-back", data={"version": "1"}).status_code == 409
    assert worker.post(f"/visits/{visit_id}/steps/put-back", data={"version": again}).status_code == 303
    assert minutes_used(app, ids) == 60
    twice = worker.post(
        f"/visits/{visit_id}/steps/put-back", data={"version": version_in(worker.get(f"/visits/{visit_id}"))}
    )
    assert twice.status_code == 422


def test_others_do_not_reach_an_entry(sign_in, given, ids):
    visit_id = logged(given, ids)
    for path in (f"/visits/{visit_id}", f"/visits/{visit_id}/steps/remove"):
        assert sign_in(ids["colleague"]).get(path).status_code == 404
        assert sign_in(ids["colleague"]).post(path, data={"version": "1", "reason": "x"}).status_code == 404
        assert sign_in(ids["senco"]).get(path).status_code == 403
        assert sign_in(ids["senco"]).post(path, data={}).status_code == 403
    assert sign_in(ids["colleague"]).post(f"/visits/{visit_id}/steps/put-back").status_code == 404
    assert sign_in(ids["worker"]).get("/visits/999999").status_code == 404
    assert sign_in(ids["worker"]).get("/visits/99999999999").status_code == 404


def test_whole_school_work_is_corrected_from_the_week(app, worker, given, ids):
    from portal.accounts.models import Person

    visit_id = given(lambda: whole_school(ids["ash"], db.session.get_one(Person, ids["worker"])).id)
    page = worker.get(f"/visits/{visit_id}")
    assert "Whole school, Ash Primary" in page.get_data(as_text=True)
    data = {"version": version_in(page), "kind": "meeting", "minutes": "30", "on_date": "2026-11-10", "reason": "Kind"}
    assert worker.post(f"/visits/{visit_id}", data=data).location == "/visits/?week=2026-11-09"
    refused = worker.post(f"/visits/{visit_id}", data={**data, "version": "2", "kind": "direct_work"})
    assert refused.status_code == 422
    assert "not whole-school work" in refused.get_data(as_text=True)


def test_imported_days_are_marked_and_offer_no_correction(app, sign_in, given, ids):
    def make():
        from portal.cases import operations as case_operations
        from portal.schools.models import School, ServiceLine

        case = case_operations.import_case(
            None,
            school=db.session.get_one(School, ids["ash"]),
            service_line=db.session.scalars(select(ServiceLine).limit(1)).one(),
            imported_year=2016,
            imported_key="chart-1",
            pupil_years=["5"],
            worker_labels=["Worker 1"],
        )
        return case.reference, operations.import_days(case, case.allocations[0], 3900).id

    reference, visit_id = given(make)
    client = sign_in(ids["coordinator"])
    text = client.get(f"/cases/{reference}/visits").get_data(as_text=True)
    assert "From an earlier chart" in text
    assert "Correct" not in text
    assert "visit-form" not in text
    assert "cannot be corrected here" in client.get(f"/visits/{visit_id}").get_data(as_text=True)
    data = {"version": "1", "kind": "meeting", "minutes": "30", "on_date": "2026-11-10", "reason": "Kind"}
    assert client.post(f"/visits/{visit_id}", data=data).status_code == 422
    assert client.post(f"/cases/{reference}/visits", data=ENTRY).status_code == 422
    days = client.get("/visits/days?year=2016/17").get_data(as_text=True)
    assert "Worker 1" in days
    assert "10.00" in days


# Days by worker and school, and what a school sees


def test_days_by_worker_and_school(sign_in, worker, given, ids):
    logged(given, ids, minutes=390, starts_at=None)
    assert "1.00" in worker.get("/visits/days").get_data(as_text=True)
    text = sign_in(ids["coordinator"]).get("/visits/days").get_data(as_text=True)
    assert "Wren Okafor" in text
    assert "All workers, by school" in text
    assert "No time in 2026/27" in sign_in(ids["colleague"]).get("/visits/days").get_data(as_text=True)
    assert sign_in(ids["senco"]).get("/visits/days").status_code == 403
    for year in ("2015/16", "x", "9999/00", "0000/01", "²"):
        assert worker.get("/visits/days", query_string={"year": year}).status_code == 200


def test_a_school_sees_dates_and_minutes_and_never_notes(sign_in, given, ids):
    logged(given, ids)
    url = f"/cases/{ids['ref']}/visits/dates"
    text = sign_in(ids["senco"]).get(url).get_data(as_text=True)
    assert "Tuesday 10 November" in text
    assert "1 hour" in text
    assert "Went well." not in text
    assert "Direct work" not in text
    assert sign_in(ids["other_senco"]).get(url).status_code == 404


def test_the_addresses_are_gone_while_the_feature_is_off(worker, given, ids):
    from portal.home.operations import switch_features
    from portal.kernel.settings import Feature

    given(lambda: switch_features(actor_of(ids["coordinator"]), frozenset(set(Feature) - {Feature.VISITS})))
    assert worker.get("/visits/").status_code == 404
    assert worker.get(f"/cases/{ids['ref']}/visits").status_code == 404
