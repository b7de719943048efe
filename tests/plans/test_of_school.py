"""Strategies of a whole school: worker and coordinator keep them, the school reads its own."""

import re

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.plans.models import SchoolStrategy
from portal.plans.rules import SchoolStrategyDraft, school_strategy_problems
from portal.policy import Role
from tests import builders_cases as cases
from tests import builders_voices as voices
from tests import hostile, people

USUAL_ENGINE = "sqlite"
FIELDS = {"place": "Lunch hall", "words": "A job in place of the queue", "owner": "Deputy", "advised_on": "2026-11-09"}


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        row = voices.school_strategy(actor_of(world.worker.id), world.ash)
        admin = people.person("Ann Admin", Role.ADMIN)
        names = ("senco", "other_senco", "worker", "coordinator")
        found = {name: getattr(world, name).id for name in names}
        return found | {"school": world.ash.id, "row": row.id, "admin": admin.id}

    return given(make)


@pytest.fixture
def here(ids):
    return f"/schools/{ids['school']}/strategies"


def stored(app):
    with app.app_context():
        rows = db.session.scalars(db.select(SchoolStrategy).order_by(SchoolStrategy.id))
        return [(row.place, row.words, row.implemented) for row in rows]


def test_a_worker_adds_changes_and_sets_one_and_the_school_reads_it(app, sign_in, ids, here):
    worker, senco = sign_in(ids["worker"]), sign_in(ids["senco"])
    assert worker.post(here, data=FIELDS).status_code == 303
    one = f"{here}/{ids['row']}"
    page = worker.get(one)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page.text)[1]
    changed = FIELDS | {"words": "Three doors", "implemented": "partly", "version": version}
    assert worker.post(one, data=changed).status_code == 303
    assert worker.post(f"{one}/state", data={"state": "yes", "version": int(version) + 1}).status_code == 303
    assert stored(app) == [
        ("Lunch hall", "Three doors", "yes"),
        ("Lunch hall", "A job in place of the queue", None),
    ]
    shown = senco.get(here).text
    assert "In practice: yes" in shown
    assert "Add a strategy" not in shown
    assert senco.get(f"/schools/{ids['school']}").text.count(f'hx-get="{here}"') == 1
    fragment = senco.get(here, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith(f'<div id="school-{ids["school"]}-strategies">')
    assert worker.post(f"{one}/removal", data={"version": int(version) + 2}).status_code == 303
    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"place": " "}, "Say where or when it applies."),
        ({"words": ""}, "Say what the strategy is."),
        ({"advised_on": "2026-11-11"}, "in the future"),
    ],
)
def test_a_gap_is_named_and_what_was_typed_stays(app, sign_in, ids, here, changes, words):
    page = sign_in(ids["worker"]).post(here, data=FIELDS | changes | {"owner": "Kept owner"})
    assert (page.status_code, words in page.text, "Kept owner" in page.text) == (422, True, True)
    assert len(stored(app)) == 1


@pytest.mark.both_engines
def test_two_editors_a_double_click_and_hostile_text(app, sign_in, ids, here):
    worker = sign_in(ids["coordinator"])
    data = FIELDS | {"submission_id": "d" * 32}
    assert [worker.post(here, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(stored(app)) == 2
    clash = worker.post(f"{here}/{ids['row']}", data=FIELDS | {"implemented": "no", "version": "7", "owner": "Mine"})
    assert (clash.status_code, "Mine" in clash.text) == (409, True)
    assert worker.post(f"{here}/{ids['row']}/state", data={"state": "yes", "version": "7"}).status_code == 409
    assert worker.post(f"{here}/{ids['row']}/removal", data={"version": "7"}).status_code == 409
    for words in hostile.STORED:
        assert worker.post(here, data=FIELDS | {"words": words, "place": words}).status_code == 303
    assert "<script>alert(1)" not in worker.get(here).text
    for words in hostile.REFUSED:
        for name in ("place", "words", "owner", "advised_on"):
            assert worker.post(here, data=FIELDS | {name: words}).status_code == 422, name


def test_another_school_finds_nothing_and_readers_may_not_write(sign_in, ids, here):
    other, senco, admin = sign_in(ids["other_senco"]), sign_in(ids["senco"]), sign_in(ids["admin"])
    assert other.get(here).status_code == 404
    assert (senco.post(here, data=FIELDS).status_code, admin.post(here, data=FIELDS).status_code) == (403, 403)
    assert senco.get(f"{here}/{ids['row']}").status_code == 403
    coordinator = sign_in(ids["coordinator"])
    elsewhere = here.replace(str(ids["school"]), str(ids["school"] + 1))
    assert coordinator.get(f"{elsewhere}/{ids['row']}").status_code == 404
    assert coordinator.get(f"{here}/99999").status_code == 404


def test_the_rules_name_the_place_first():
    from datetime import date

    day = date(2026, 11, 10)
    assert list(school_strategy_problems(SchoolStrategyDraft("", "", None), day)) == ["place", "words", "owner"]
    assert school_strategy_problems(SchoolStrategyDraft("W", "O", day, place="Hall"), day) == {}
