"""A step that was taken meanwhile: the page of the second says what was decided and by whom, and offers nothing that
must fail."""

import re
from typing import Any

import pytest

from portal.accounts.queries import actor_of
from portal.app import ROADS
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.history import steps_since
from portal.policy import Role
from portal.referrals import operations as referrals
from portal.referrals.models import Referral
from portal.referrals.rules import Decision
from tests import builders_cases as build
from tests import people

USUAL_ENGINE = "sqlite"
pytestmark = pytest.mark.both_engines


@pytest.fixture
def ids(given: Any) -> Any:
    def make() -> dict[str, Any]:
        world = build.world()
        case = build.case(world)
        waiting = build.referral(
            world.ash,
            build.pupil(world.ash, "Leo", "Stone"),
            world.senco,
            world.primary,
            status="submitted",
            decision=None,
        )
        other = people.person("Otto Second", Role.COORDINATOR)
        return {
            "case": case.id,
            "reference": case.reference,
            "referral": waiting.id,
            "R": waiting.reference,
            "coordinator": world.coordinator.id,
            "other": other.id,
            "worker": world.worker.id,
        }

    return given(make)


def main_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.search(r"<main.*</main>", answer.get_data(as_text=True), re.S).group(0))  # type: ignore[union-attr]


def test_a_decision_says_what_was_decided_and_by_whom(app: Any, ids: Any, given: Any, sign_in: Any) -> None:
    page = sign_in(ids["coordinator"]).get(f"/referrals/{ids['R']}/steps/decide").get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page) or re.search(
        r'value="(\d+)"[^>]*name="version"', page
    )
    assert version

    def decided() -> None:
        record = db.session.get_one(Referral, ids["referral"])
        decision = Decision(decision="decline", reason="Too early, try two cycles first.")
        referrals.take_step(actor_of(ids["other"]), record, "decide", decision=decision, opened_with=record.version)

    given(decided)
    sent = {"decision": "outreach", "reason": "My own long reasons", "route": "direct", "version": version.group(1)}
    answer = sign_in(ids["coordinator"]).post(f"/referrals/{ids['R']}/steps/decide", data=sent)
    assert answer.status_code == 409
    page = main_of(answer)
    assert "Someone else decided this first" in page
    assert "Otto Second</span>, Tuesday 10 November, 9:30am" in page
    assert "My own long reasons" in page  # what was typed can be copied
    for wrong in ("It holds now", "Save mine over it", "Compare the two", "<form"):
        assert wrong not in page
    assert f'href="/referrals/{ids["R"]}"' in page


def test_a_step_of_a_case_says_it_too(app: Any, ids: Any, given: Any, sign_in: Any) -> None:
    opened = {}

    def moved() -> None:
        case = db.session.get_one(Case, ids["case"])
        opened["version"] = case.version
        cases.move(actor_of(ids["other"]), case, "start_observation", opened_with=case.version)

    given(moved)
    client = sign_in(ids["worker"])
    answer = client.post(f"/cases/{ids['reference']}/steps/start_observation", data={"version": str(opened["version"])})
    assert answer.status_code == 409
    page = main_of(answer)
    assert "Otto Second" in page and "“Start observation”" in page and "It is now “Observation”." in page
    assert "<form" not in page and "Save mine" not in page
    on_board = client.post(
        f"/cases/{ids['reference']}/steps/start_observation",
        data={"version": str(opened["version"])},
        headers={"HX-Request": "true"},
    )
    assert on_board.status_code == 409
    assert "is now in “Observation”" in on_board.get_data(as_text=True)
    assert "stays at" not in on_board.get_data(as_text=True)


def test_an_edit_meanwhile_can_still_be_compared(app: Any, ids: Any, given: Any, sign_in: Any) -> None:
    def edited() -> int:
        case = db.session.get_one(Case, ids["case"])
        before = int(case.version)
        cases.change_plan(
            actor_of(ids["other"]),
            case,
            planned_half_days=20,
            starts_on=case.starts_on,
            planned_end_on=case.planned_end_on,
            opened_with=before,
        )
        return before

    sent = {"version": str(given(edited)), "planned_days": "7"}
    answer = sign_in(ids["coordinator"]).post(f"/cases/{ids['reference']}/dates", data=sent)
    assert answer.status_code == 409
    assert "Save mine over it" in main_of(answer)


def test_every_road_is_known_to_the_page(app: Any) -> None:
    with app.app_context():
        walked = {mapper.class_ for mapper in db.Model.registry.mappers if hasattr(mapper.class_, "status_attribute")}
    assert {model.__tablename__ for model in walked} == set(ROADS)


def test_a_step_knows_the_version_it_made(app: Any, ids: Any, given: Any) -> None:
    def moved() -> tuple[int, int]:
        case = db.session.get_one(Case, ids["case"])
        before = case.version
        cases.move(actor_of(ids["other"]), case, "start_observation", opened_with=before)
        db.session.flush()
        return len(steps_since(case, before)), len(steps_since(case, case.version))

    assert given(moved) == (1, 0)
