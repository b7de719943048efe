"""The pages of cases, as each role meets them."""

import re
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from portal.cases.models import Allocation, Case, Cover
from portal.extensions import db
from portal.kernel.audit import AuditLine, record
from portal.policy import Role
from portal.referrals.models import Referral
from tests import builders_cases as build
from tests import people

USUAL_ENGINE = "sqlite"

HX = {"HX-Request": "true"}
HOSTILE = ["<script>alert(1)</script>", "=1+1", "🙂 \u202eabc", "x" * 100_000, "a\x00b"]


@dataclass
class Story:
    reference: str
    case_id: int
    child: int
    sibling: int
    accepted: str
    declined: str
    coordinator: int
    worker: int
    colleague: int
    far_worker: int
    senco: int
    other_senco: int
    safeguarding: int
    admin: int
    commissioner: int


@pytest.fixture
def story(given):
    def make():
        world = build.world()
        child = build.pupil(world.ash, lone_visit_warning="A dog <b>in</b> the house")
        sibling = build.pupil(world.ash, "Leo", "Stone")
        build.contact(child, "Rosa Khan")
        build.contact(child, "Omar Khan", do_not_contact=True, safe_channels="", phone="07700 900999")
        case = build.case(world, child)
        accepted = build.referral(world.ash, sibling, world.senco, world.primary)
        declined = build.referral(world.ash, sibling, world.senco, world.primary, decision="decline")
        extra = {r: people.person(f"Some {r.value}", r) for r in (Role.SAFEGUARDING, Role.ADMIN, Role.COMMISSIONER)}
        return Story(
            case.reference,
            case.id,
            child.id,
            sibling.id,
            accepted.reference,
            declined.reference,
            world.coordinator.id,
            world.worker.id,
            world.colleague.id,
            world.far_worker.id,
            world.senco.id,
            world.other_senco.id,
            extra[Role.SAFEGUARDING].id,
            extra[Role.ADMIN].id,
            extra[Role.COMMISSIONER].id,
        )

    return given(make)


@pytest.fixture
def ask(app):
    """Asks the database from outside."""

    def run(statement):
        with app.app_context():
            return db.session.scalar(statement)

    return run


def version_of(ask, story):
    return ask(sa.select(Case.version).where(Case.id == story.case_id))


def stage_of(ask, story):
    return ask(sa.select(Case.stage).where(Case.id == story.case_id))


def submission(answer):
    return re.search(r'name="submission_id"[^>]*value="([0-9a-f]{32})"|value="([0-9a-f]{32})"', answer.text)


# Who may open what ------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "page", "support", "new", "workers", "cover"),
    [
        ("worker", 200, 200, 403, 403, 200),
        ("colleague", 404, 404, 403, 403, 200),
        ("far_worker", 404, 404, 403, 403, 404),
        ("coordinator", 200, 200, 200, 200, 403),
        ("safeguarding", 200, 200, 403, 403, 403),
        ("senco", 302, 200, 403, 403, 403),
        ("other_senco", 404, 404, 403, 403, 403),
        ("admin", 403, 403, 403, 403, 403),
        ("commissioner", 403, 403, 403, 403, 403),
    ],
)
def test_each_role_opens_what_it_may(sign_in, story, who, page, support, new, workers, cover):
    client, base = sign_in(getattr(story, who)), f"/cases/{story.reference}"
    assert client.get(base).status_code == page
    assert client.get(f"{base}/support").status_code == support
    assert client.get(f"/cases/new?referral={story.accepted}").status_code == new
    assert client.get(f"{base}/workers").status_code == workers
    assert client.get(f"{base}/cover").status_code == cover


def test_a_decided_referral_leads_to_its_work(sign_in, story, ask):
    referral = ask(sa.select(Referral.reference).join(Case, Case.referral_id == Referral.id))
    for_school = sign_in(story.senco).get(f"/referrals/{referral}").text
    assert f'href="/cases/{story.reference}/support"' in for_school
    assert f'href="/cases/{story.reference}"' in sign_in(story.coordinator).get(f"/referrals/{referral}").text


def test_a_school_that_asks_for_the_case_is_led_to_its_support(sign_in, story):
    answer = sign_in(story.senco).get(f"/cases/{story.reference}")
    assert answer.location == f"/cases/{story.reference}/support"


@pytest.mark.parametrize(("who", "status"), [("colleague", 404), ("senco", 403), ("safeguarding", 403), ("admin", 403)])
def test_nobody_else_changes_anything(sign_in, story, ask, who, status):
    client, base = sign_in(getattr(story, who)), f"/cases/{story.reference}"
    for address in ("steps/start_observation", "dates", "done/week_six_review"):
        assert client.post(f"{base}/{address}", data={"version": 1}).status_code == status
    for address in ("workers", f"workers/{story.worker}/end"):
        assert client.post(f"{base}/{address}", data={}).status_code == 403
    assert stage_of(ask, story) == "waiting"


# The page ------------------------------------------------------------


def test_the_page_shows_stage_people_warnings_and_is_recorded(sign_in, story, ask):
    answer = sign_in(story.worker).get(f"/cases/{story.reference}")
    assert "Maya K. (Year 5)" in answer.text
    assert "Step 1 of 7" in answer.text
    assert "A dog &lt;b&gt;in&lt;/b&gt; the house" in answer.text
    assert "Rosa Khan" in answer.text
    assert "Do not contact" in answer.text
    assert "900999" not in answer.text
    assert "0 of 12 days" in answer.text
    seen = sa.select(sa.func.count(AuditLine.id)).where(
        AuditLine.action == "case viewed", AuditLine.record_id == story.case_id
    )
    assert ask(seen) == 1


@pytest.mark.both_engines
def test_the_page_takes_few_statements(app, sign_in, story):
    """One of them is what every page asks: does a child want to talk to somebody?"""
    client = sign_in(story.worker)
    seen = []
    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", lambda *parts: seen.append(parts[2]))
    assert client.get(f"/cases/{story.reference}").status_code == 200
    statements = [words for words in seen if words.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "WITH"))]
    assert len(statements) <= 13, "\n".join(statements)


def test_a_section_is_a_link_without_scripts_and_loads_with_them(sign_in, story, app, monkeypatch):
    from portal.cases.queries import CaseSection
    from portal.policy import Action

    section = CaseSection("Visits", "cases.support", Action.READ_VISITS, "visits-changed")
    monkeypatch.setitem(app.extensions, "case_sections", (section,))
    text = sign_in(story.worker).get(f"/cases/{story.reference}").text
    address = f"/cases/{story.reference}/support"
    assert f'hx-get="{address}" hx-trigger="load, visits-changed from:body"' in text
    assert f'<a class="govuk-link" href="{address}">Visits</a>' in text


# Steps ------------------------------------------------------------


def test_a_step_is_taken_and_leads_back_to_the_case(sign_in, story, ask):
    answer = sign_in(story.worker).post(
        f"/cases/{story.reference}/steps/start_observation", data={"version": version_of(ask, story)}
    )
    assert (answer.status_code, answer.location) == (303, f"/cases/{story.reference}")
    assert stage_of(ask, story) == "observation"


def test_a_step_from_the_board_leads_back_to_the_same_board_and_nowhere_else(sign_in, story, ask):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/steps/start_observation"
    data = {"version": version_of(ask, story), "back": "/board/?line=1&q=a+b"}
    assert client.post(address, data=data).location == f"/board/?line=1&q=a+b#card-{story.case_id}"
    for bad in ("//evil.example/board/", "https://evil.example/board/", "/sign-out", "/board/\r\nX: y", "\\\\evil"):
        page = client.get(f"/cases/{story.reference}/steps/start_plan", query_string={"back": bad})
        assert page.status_code == 200
        assert "evil" not in page.text


def test_with_htmx_a_step_answers_a_fragment_and_an_event(sign_in, story, ask):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/steps/start_observation"
    answer = client.post(address, data={"version": version_of(ask, story)}, headers=HX)
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "cases-changed")
    assert "Moved to “Observation”: " in answer.text
    assert "<html" not in answer.text


def test_a_refused_step_says_why(sign_in, story, ask, given):
    given(lambda: _unstart(story.case_id))
    client, address = sign_in(story.worker), f"/cases/{story.reference}/steps/start_observation"
    for headers in ({}, HX):
        answer = client.post(address, data={"version": version_of(ask, story)}, headers=headers)
        assert answer.status_code == 422
        assert "Enter the day on which the work starts." in answer.text
        assert ("<html" in answer.text) == (not headers)
    assert stage_of(ask, story) == "waiting"


def _unstart(case_id):
    from portal.kernel.audit import record

    case = db.session.get_one(Case, case_id)
    case.starts_on = None
    record(None, "start removed", case)


def test_a_step_opens_without_an_error_and_says_what_is_needed_first(sign_in, story, given):
    given(lambda: _unstart(story.case_id))
    address = f"/cases/{story.reference}/steps/start_observation"
    page = sign_in(story.worker).get(address)
    assert page.status_code == 200
    assert "There is a problem" not in page.text and 'role="alert"' not in page.text.split("<main")[1]
    assert "Before you can do this:" in page.text
    assert "Enter the day on which the work starts." in page.text
    assert f'<form class="app-form" method="post" action="{address}"' not in page.text  # it could only be refused


def test_undo_on_the_board_gives_the_reason_and_is_offered_for_plain_moves_alone(sign_in, story, ask):
    client = sign_in(story.worker)
    moved = client.post(
        f"/cases/{story.reference}/steps/start_observation",
        data={"version": version_of(ask, story), "back": "/board/"},
        headers=HX,
    )
    assert f'action="/cases/{story.reference}/steps/back_to_waiting"' in moved.text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', moved.text))
    taken = client.post(f"/cases/{story.reference}/steps/back_to_waiting", data=fields, headers=HX)
    assert taken.status_code == 200 and "Waiting to start" in taken.text and "Undo" not in taken.text
    assert stage_of(ask, story) == "waiting"
    assert "Moved on the board by mistake." in client.get(f"/cases/{story.reference}").text


def test_a_reason_is_asked_kept_and_stored(sign_in, story, ask):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/steps/stop_early"
    assert "The reason stays on the record" in client.get(address).text
    assert client.post(address, data={"version": version_of(ask, story), "note": " "}).status_code == 422
    data = {"version": version_of(ask, story), "note": "The family moved <b>away</b>"}
    assert client.post(address, data=data).status_code == 303
    assert "The family moved &lt;b&gt;away&lt;/b&gt;" in client.get(f"/cases/{story.reference}").text


@pytest.mark.both_engines
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_reasons_are_text_or_refused(sign_in, story, ask, text):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/steps/stop_early"
    answer = client.post(address, data={"version": version_of(ask, story), "note": text})
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in client.get(f"/cases/{story.reference}").text
    if answer.status_code == 422:
        assert stage_of(ask, story) == "waiting"


def test_the_second_of_two_movers_gets_409(sign_in, story, ask):
    seen = version_of(ask, story)
    base = f"/cases/{story.reference}/steps"
    assert sign_in(story.worker).post(f"{base}/start_observation", data={"version": seen}).status_code == 303
    late = sign_in(story.coordinator)
    assert late.post(f"{base}/start_plan", data={"version": seen}).status_code == 409
    answer = late.post(f"{base}/start_plan", data={"version": seen}, headers=HX)
    assert (answer.status_code, "<html" in answer.text) == (409, False)
    assert "Somebody else changed this" in answer.text
    assert answer.headers["HX-Trigger"] == "cases-changed"
    assert stage_of(ask, story) == "observation"


@pytest.mark.both_engines
def test_a_double_click_moves_once(sign_in, story, ask):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/steps/start_observation"
    data = {"version": version_of(ask, story), "submission_id": "a" * 32}
    first, second = client.post(address, data=data), client.post(address, data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert stage_of(ask, story) == "observation"


@pytest.mark.parametrize("step", ["vanish", "close", "back_to_exit"])
def test_steps_that_do_not_fit_are_refused(sign_in, story, ask, step):
    answer = sign_in(story.worker).post(
        f"/cases/{story.reference}/steps/{step}", data={"version": version_of(ask, story), "note": "x"}
    )
    assert answer.status_code == (404 if step == "vanish" else 422)


def test_what_is_due_is_marked_as_done(sign_in, story):
    client = sign_in(story.worker)
    assert "Week 6 review is done" in client.get(f"/cases/{story.reference}").text
    assert client.post(f"/cases/{story.reference}/done/week_six_review").status_code == 303
    assert "Week 6 review is done" not in client.get(f"/cases/{story.reference}").text
    assert client.post(f"/cases/{story.reference}/done/planned_end").status_code == 422


# Opening ------------------------------------------------------------


def opening(story, **changes):
    data = {
        "worker_ids": [story.worker],
        "starts_on": "2026-11-16",
        "planned_days": "12.5",
    }
    return data | changes


def test_the_coordinator_opens_a_case_from_the_referral(sign_in, story, ask):
    client = sign_in(story.coordinator)
    address = f"/cases/new?referral={story.accepted}"
    page = client.get(address)
    assert "Leo Stone" in page.text
    line = re.search(r'<option value="(\d+)" selected', page.text).group(1)
    answer = client.post(address, data=opening(story, service_line_id=line))
    assert answer.status_code == 303
    assert "Leo S." in client.get(answer.location).text
    assert ask(sa.select(Case.planned_half_days).where(Case.reference == answer.location[-11:])) == 25


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"planned_days": ""}, "Enter the planned days."),
        ({"planned_days": "12.3"}, "Count in half days"),
        ({"planned_days": "a\x00b"}, "Type a number"),
        ({"starts_on": "16/11/20266"}, "Type the date as day, month and year"),
        ({"starts_on": "2036-11-16"}, "years away"),
        ({"planned_end_on": "2026-11-01"}, "cannot end before it starts"),
        ({"planned_end_on": "2027-07-01"}, "say why"),
        ({"pupil_ids": ["999999"]}, "Choose from the list."),
        ({"worker_ids": ["x"]}, "Choose from the list."),
        ({"service_line_id": ""}, "Choose the service line."),
    ],
)
def test_gaps_come_back_with_what_was_typed(sign_in, story, ask, changes, words):
    client = sign_in(story.coordinator)
    address = f"/cases/new?referral={story.accepted}"
    line = re.search(r'<option value="(\d+)" selected', client.get(address).text).group(1)
    data = opening(story, service_line_id=line, extension_reason="") | changes
    answer = client.post(address, data=data)
    assert answer.status_code == 422
    assert words in answer.text
    if changes.get("planned_days") != "":
        assert f'value="{data["starts_on"]}"' in answer.text
    assert ask(sa.select(sa.func.count(Case.id))) == 1


def test_only_an_accepted_referral_opens_and_only_once(sign_in, story, ask):
    client = sign_in(story.coordinator)
    line = re.search(r'<option value="(\d+)" selected', client.get(f"/cases/new?referral={story.accepted}").text).group(
        1
    )
    declined = client.post(f"/cases/new?referral={story.declined}", data=opening(story, service_line_id=line))
    assert declined.status_code == 422
    assert "was not accepted" in declined.text
    for status in (303, 422):
        answer = client.post(f"/cases/new?referral={story.accepted}", data=opening(story, service_line_id=line))
        assert answer.status_code == status
    assert "already has a case" in answer.text
    for nothing in ("", "?referral=R-2026-9999", "?referral=%00", "?referral=C-2026-0001"):
        assert client.get(f"/cases/new{nothing}").status_code == 404
    assert ask(sa.select(sa.func.count(Case.id))) == 2


@pytest.mark.both_engines
def test_sending_the_opening_twice_opens_one(sign_in, story, ask):
    client = sign_in(story.coordinator)
    address = f"/cases/new?referral={story.accepted}"
    line = re.search(r'<option value="(\d+)" selected', client.get(address).text).group(1)
    data = opening(story, service_line_id=line, submission_id="b" * 32)
    assert [client.post(address, data=data).status_code for _ in range(2)] == [303, 303]
    assert ask(sa.select(sa.func.count(Case.id))) == 2


# Workers, cover, dates ------------------------------------------------------------


def test_a_worker_is_added_and_ended(sign_in, story, ask):
    client, base = sign_in(story.coordinator), f"/cases/{story.reference}/workers"
    assert client.post(base, data={"person_id": story.colleague}).status_code == 303
    again = client.post(base, data={"person_id": story.colleague})
    assert (again.status_code, "already on the case" in again.text) == (422, True)
    assert client.post(base, data={"person_id": story.far_worker}).status_code == 422
    assert client.post(f"{base}/{story.worker}/end").status_code == 303
    assert client.post(f"{base}/{story.worker}/end").status_code == 422
    ended = sa.select(sa.func.count(Allocation.id)).where(Allocation.ends_on.is_not(None))
    assert ask(ended) == 1


def test_a_colleague_covers_with_a_reason_and_then_reads(sign_in, story, ask):
    client, base = sign_in(story.colleague), f"/cases/{story.reference}"
    page = client.get(f"{base}/cover")
    assert "Maya K." in page.text
    assert "A dog" not in page.text
    kept = client.post(f"{base}/cover", data={"reason": "Wren is ill", "ends_on": "2027-11-12"})
    assert kept.status_code == 422
    assert "Wren is ill" in kept.text
    data = {"reason": "Wren is ill", "ends_on": "2026-11-12", "submission_id": "c" * 32}
    assert [client.post(f"{base}/cover", data=data).status_code for _ in range(2)] == [303, 303]
    assert ask(sa.select(sa.func.count(Cover.id))) == 1
    assert "Covers until Thursday 12 November" in client.get(base).text


@pytest.mark.both_engines
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_cover_reasons_are_text_or_refused(sign_in, story, text):
    client, base = sign_in(story.colleague), f"/cases/{story.reference}"
    answer = client.post(f"{base}/cover", data={"reason": text, "ends_on": "2026-11-12"})
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in answer.text
    if answer.status_code == 303:
        assert "<script>alert" not in client.get(base).text


def test_days_and_dates_are_changed_once(sign_in, story, ask):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/dates"
    seen = version_of(ask, story)
    data = {"planned_days": "15", "starts_on": "2026-11-16", "planned_end_on": "2027-02-01", "version": seen}
    assert client.post(address, data=data).status_code == 303
    late = sign_in(story.coordinator).post(address, data=data | {"planned_days": "20"})
    assert late.status_code == 409
    assert "20" in late.text
    assert ask(sa.select(Case.planned_half_days).where(Case.id == story.case_id)) == 30


def test_a_worker_cannot_lengthen_support_but_keeps_what_was_typed(sign_in, story, ask):
    client, address = sign_in(story.worker), f"/cases/{story.reference}/dates"
    assert "extension_reason" not in client.get(address).text
    data = {"planned_days": "15", "starts_on": "2026-11-16", "planned_end_on": "2027-07-01"}
    answer = client.post(address, data=data | {"version": version_of(ask, story)})
    assert answer.status_code == 422
    assert "the coordinator decides" in answer.text
    assert 'value="2027-07-01"' in answer.text


# The school ------------------------------------------------------------


def test_a_school_sees_its_support_in_plain_words(sign_in, story):
    client = sign_in(story.senco)
    page = client.get("/cases/")
    assert "Our support" in page.text
    assert "Maya K." in page.text
    assert "Waiting to start" in page.text
    one = client.get(f"/cases/{story.reference}/support")
    assert "12 days" in one.text
    for hidden in ("A dog", "Rosa Khan", "07700"):
        assert hidden not in one.text
    main = re.search(r"<main.*</main>", one.text, re.S).group(0)
    assert not re.search(r"\bcase\b", re.sub(r"<[^>]*>", " ", main), re.I)
    assert "Maya K." not in sign_in(story.other_senco).get("/cases/").text


def test_an_empty_list_says_how_to_begin(sign_in, story):
    text = sign_in(story.other_senco).get("/cases/").text
    assert "No support yet" in text


@pytest.mark.both_engines
@pytest.mark.parametrize("key", ["x", "-1", "99999999999999999999", "1%00", "٣", ""])
def test_hostile_keys_read_as_none(sign_in, story, key):
    assert sign_in(story.senco).get(f"/cases/?before={key}").status_code == 200


@pytest.mark.both_engines
def test_a_closed_case_says_until_when_it_is_read_and_offers_no_change(sign_in, story, given, ask):
    def close():
        from portal.accounts.queries import actor_of
        from portal.cases import operations

        case = db.session.get(Case, story.case_id)
        case.stage, case.how_ended, case.ended_on = "exit", "completed", case.starts_on
        record(None, "work ended", case)
        operations.move(actor_of(story.coordinator), case, "close", opened_with=case.version)

    given(close)
    worker = sign_in(story.worker)
    page = worker.get(f"/cases/{story.reference}")
    assert "You can read this until Thursday 10 December, and change nothing." in page.text
    assert "Open again" not in page.text
    assert "Open again" in sign_in(story.coordinator).get(f"/cases/{story.reference}").text
    for section in ("visits", "plan", "feedback", "exit", "voice", "assessments"):
        of_worker = worker.get(f"/cases/{story.reference}/{section}")
        assert of_worker.status_code == 200
        main = of_worker.text.partition("<main")[2].partition("</main>")[0]
        assert "<form" not in main, section
    refused = worker.post(f"/cases/{story.reference}/steps/back_to_monitoring", data={"note": "More to do"})
    assert refused.status_code == 422
    assert "only read it" in refused.text
    assert stage_of(ask, story) == "closed"
