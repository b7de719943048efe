"""“Our offer”: for everybody to read, kept by the coordinator, its policy in versions."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.extensions import db
from portal.kernel import jobs, settings
from portal.kernel.audit import record
from portal.offer import queries
from portal.offer.models import OfferText, Policy
from portal.offer.operations import ensure_default_offer
from portal.policy import Role
from portal.schools.models import ServiceLine
from portal.tasks.models import Task
from tests import hostile, people

USUAL_ENGINE = "sqlite"
DRAFT = {
    "title": "Our policy",
    "text": "## Who\n\nSchools refer.",
    "what_changed": "New dates",
    "review_on": "2027-11-10",
}


@pytest.fixture
def anew(given, sign_in):
    """Signs the coordinator in, also after a month."""
    person_id = given(lambda: people.person("Cora Ordinator", Role.COORDINATOR).id)
    return lambda: sign_in(person_id)


@pytest.fixture
def coordinator(anew):
    return anew()


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]


def publish(client, **changes):
    page = client.get("/offer/policy/draft")
    client.post("/offer/policy/draft", data=DRAFT | {"version": version_in(page)} | changes)
    return client.post(
        "/offer/policy/draft/publication", data={"version": version_in(client.get("/offer/policy/draft"))}
    )


def test_everybody_reads_it_and_a_browser_may_keep_it(app, coordinator):
    page = app.test_client().get("/offer/")
    assert page.status_code == 200
    for words in (
        "Who it is for",
        "How to refer",
        "Next cut-offs for referrals",
        "Primary outreach",
        "Ask for an account",
    ):
        assert words in page.text
    assert "not published its policy yet" in page.text
    assert "12 noon" in page.text
    assert page.headers["Cache-Control"] == "private, max-age=300"
    assert coordinator.get("/offer/").headers["Cache-Control"] == "no-store"
    assert "/offer/keep" not in page.text
    assert app.test_client().get("/offer/policy").status_code == 404
    assert 'href="/offer/"' in app.test_client().get("/sign-in").text


def test_who_usually_decides_is_read_in_the_offer_and_is_no_panel_while_there_are_none(app, given, coordinator):
    def put(on):
        line = db.session.scalars(select(ServiceLine).order_by(ServiceLine.id)).first()
        line.route = "panel"
        record(None, "service line changed", line)
        record(None, "panels switched", settings.put("feature.panels", "on" if on else "off"))

    client = app.test_client()
    given(lambda: put(on=True))
    assert "A panel of schools and agencies decides" in client.get("/offer/").text
    assert 'value="panel"' in coordinator.get("/settings/lines/new").text
    given(lambda: put(on=False))
    page = client.get("/offer/").text
    assert "A panel of schools" not in page and "The coordinator decides after each cut-off." in page
    assert 'value="panel"' not in coordinator.get("/settings/lines/new").text


def test_what_is_off_is_not_offered(app, given):
    for feature in ("referrals", "training", "advice"):
        given(lambda feature=feature: record(None, "off", settings.put(f"feature.{feature}", "off")))
    page = app.test_client().get("/offer/").text
    for gone in ("How to refer", "Next cut-offs", 'id="training"', 'id="advice"'):
        assert gone not in page


def test_a_text_is_changed_and_public_at_once(app, coordinator):
    page = coordinator.get("/offer/texts/who")
    words = "We are four people.\n\n- calm\n- on time"
    assert coordinator.post("/offer/texts/who", data={"text": words, "version": version_in(page)}).status_code == 303
    shown = app.test_client().get("/offer/").text
    assert "<li>calm</li><li>on time</li>" in shown
    assert coordinator.post("/offer/texts/who", data={"text": "Mine", "version": "1"}).status_code == 409
    empty = coordinator.post("/offer/texts/who", data={"text": " ", "version": "2"})
    assert (empty.status_code, "Say at least one sentence." in empty.text) == (422, True)
    assert coordinator.get("/offer/texts/nonsense").status_code == 404


def test_the_policy_goes_from_draft_to_version_and_earlier_ones_stay(app, coordinator, anew, clock):
    anybody = app.test_client()
    page = coordinator.get("/offer/policy/draft")
    assert coordinator.post("/offer/policy/draft", data=DRAFT | {"version": version_in(page)}).status_code == 303
    assert anybody.get("/offer/policy").status_code == 404  # a draft is nobody else's
    early = publish(coordinator, review_on="2026-11-10")
    assert (early.status_code, "a day to come" in early.text) == (422, True)
    assert publish(coordinator).headers["Location"] == "/offer/policy"
    clock.forward(days=30)
    coordinator = anew()
    assert publish(coordinator, title="Second", what_changed="").status_code == 422
    assert publish(coordinator, title="Second", review_on="2027-12-01").status_code == 303
    assert "Second" in anybody.get("/offer/policy").text
    old = anybody.get("/offer/policy/1").text
    assert "no longer in force" in old
    assert "Our policy" in old
    assert "Review: 1 December 2027" in anybody.get("/offer/").text
    assert anybody.get("/offer/policy/3").status_code == 404
    assert coordinator.post("/offer/policy/draft/removal", data={"version": "1"}).status_code == 404


def test_the_review_waits_for_the_coordinator_four_weeks_before(app, coordinator, anew, clock):
    publish(coordinator)
    task = db.select(Task.due_on).where(Task.rule == "review_policy", Task.done_at.is_(None))
    for days, wanted in ((330, []), (20, ["2027-11-10"])):
        clock.forward(days=days)
        with app.app_context():
            while jobs.run_next():
                pass
            assert [day.isoformat() for day in db.session.scalars(task)] == wanted
    publish(anew(), title="Again", review_on="2028-11-10")
    with app.app_context():
        assert list(db.session.scalars(task)) == []


def test_a_later_version_takes_the_place_of_an_earlier_review(app, coordinator, clock):
    publish(coordinator)
    publish(coordinator, title="Again", review_on="2029-11-10")
    clock.moment += timedelta(days=360)
    with app.app_context():
        while jobs.run_next():
            pass
        assert db.session.scalar(db.select(db.func.count()).select_from(Task).where(Task.rule == "review_policy")) == 0


@pytest.mark.both_engines
def test_two_editors_double_clicks_and_hostile_text(app, coordinator):
    version = version_in(coordinator.get("/offer/policy/draft"))
    assert coordinator.post("/offer/policy/draft", data=DRAFT | {"version": version}).status_code == 303
    data = {"version": int(version) + 1, "submission_id": "e" * 32}
    assert [coordinator.post("/offer/policy/draft/publication", data=data).status_code for _ in range(2)] == [303, 303]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Policy)) == 1
    first = coordinator.post("/offer/policy/draft", data=DRAFT | {"version": "0"})
    clash = coordinator.post("/offer/policy/draft", data=DRAFT | {"version": "0", "title": "Mine alone"})
    assert (first.status_code, clash.status_code, "Mine alone" in clash.text) == (303, 409, True)
    for words in hostile.STORED:
        at = version_in(coordinator.get("/offer/texts/contact"))
        assert coordinator.post("/offer/texts/contact", data={"text": words, "version": at}).status_code == 303
        assert "<script>alert(1)" not in app.test_client().get("/offer/").text
    for words in hostile.REFUSED:
        assert coordinator.post("/offer/texts/contact", data={"text": words, "version": "1"}).status_code == 422
        for name in ("title", "text", "what_changed", "review_on"):
            answer = coordinator.post("/offer/policy/draft", data=DRAFT | {"version": "1", name: words})
            assert answer.status_code == 422, name


def test_others_may_not_keep_it(given, sign_in):
    school_id = given(lambda: people.school().id)
    for role, where in ((Role.WORKER, {}), (Role.SCHOOL, {"school_id": school_id}), (Role.ADMIN, {})):
        client = sign_in(given(lambda role=role, where=where: people.person(f"One {role}", role, **where).id))
        for address in ("/offer/keep", "/offer/texts/who", "/offer/policy/draft"):
            assert client.get(address).status_code == 403
        assert client.post("/offer/policy/draft", data=DRAFT).status_code == 403
        assert client.post("/offer/policy/draft/publication", data={"version": "1"}).status_code == 403


def test_seeding_again_changes_nothing(unit):
    def found():
        texts = db.session.execute(db.select(OfferText.key, OfferText.text, OfferText.version)).all()
        return sorted(map(tuple, texts)), db.session.scalar(db.select(db.func.count()).select_from(Policy))

    before = found()
    ensure_default_offer()
    db.session.commit()
    assert found() == before
    assert [row.key for row in queries.texts()] == [row[0] for row in sorted(before[0], key=_place)]


def _place(row):
    from portal.offer.rules import SECTIONS

    return list(SECTIONS).index(row[0])
