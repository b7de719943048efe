"""No script stands between a person and a plain submit: pages save where every script throws, and in older browsers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from portal.accounts.queries import actor_of
from portal.app import create_app
from portal.cases.models import Case
from portal.cases.operations.clocks import first_worker_id
from portal.config import from_environment
from portal.extensions import db
from portal.feedback import operations as feedback
from portal.feedback import rules as feedback_rules
from portal.kernel.database import mode
from portal.referrals import operations as referrals
from portal.referrals import rules
from portal.schools.models import Pupil
from tests import builders_families as families
from tests.builders_cases import line, referral
from tests.builders_files import PDF
from tests.journeys.conftest import Walker
from tests.journeys.story import ASH, WORKER, follow, menu, press, sign_in, titled, told
from tests.journeys.work import Work, actor, begin_work, person
from tests.serving import Server, environment

OWN_QUESTION = "Who sees the pupil first?"
OLD_BROWSER = "delete AbortSignal.timeout; delete HTMLFormElement.prototype.requestSubmit"
"""What Safari before 16 lacks"""


def _throw(route: Route) -> None:
    route.fulfill(body="throw new Error('this script is broken')", content_type="text/javascript")


def _nonsense(route: Route) -> None:
    route.fulfill(body="<!doctype html><title>Sign in to the wireless network</title>", content_type="text/html")


def _throws(page: Page) -> None:
    page.route(re.compile(r"/static/.*\.js"), _throw)


def _lacks(page: Page) -> None:
    page.add_init_script(OLD_BROWSER)


def _hears_nonsense(page: Page) -> None:
    page.route(re.compile(r"/autosave$"), _nonsense)


BROKEN = pytest.mark.parametrize("broken", [_throws, _lacks], ids=["throws", "older browser"])
BROKEN_SAVING = pytest.mark.parametrize(
    "broken", [_throws, _lacks, _hears_nonsense], ids=["throws", "older browser", "nonsense"]
)


def in_portal(server: Server, make: Callable[[], object]) -> object:
    app = create_app(from_environment(environment(server.folder)))
    with app.app_context(), mode("write"):
        made = make()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return made


@pytest.fixture(scope="module")
def own(served: Server) -> Work:
    return begin_work(served, "Pim", "Arden")


@BROKEN_SAVING
def test_a_page_of_a_referral(walker: Callable[..., Walker], own: Work, broken: Callable[[Page], None]) -> None:
    page = _signed_in(walker, ASH, broken)
    page.goto(f"{page.url.rstrip('/')}/referrals/{own.draft}/form/support")
    words = f"Somebody to watch two lessons ({broken.__name__})"
    page.get_by_label("What support do you want?").fill(words)
    press(page, "Save and go back to the list")
    titled(page, "Your referral")
    follow(page, "The support you want")
    expect(page.get_by_label("What support do you want?")).to_have_value(words)


def _signed_in(walker: Callable[..., Walker], name: str, broken: Callable[[Page], None]) -> Page:
    one = walker()
    sign_in(one, name)
    broken(one.page)
    return one.page


def _returned(pupil_id: int) -> str:
    senco, coordinator = person("senco.ash"), person("coordinator")
    child = db.session.get_one(Pupil, pupil_id)
    made = referral(child.school, child, senco, line(), status="submitted", decision=None)
    db.session.flush()
    referrals.take_step(actor(coordinator), made, "return", asking=rules.Asking(own=(OWN_QUESTION,)))
    return made.reference


@BROKEN_SAVING
def test_the_answers_to_a_return(
    walker: Callable[..., Walker], served: Server, own: Work, broken: Callable[[Page], None]
) -> None:
    reference = in_portal(served, lambda: _returned(own.pupil_id))
    page = _signed_in(walker, ASH, broken)
    page.goto(f"{page.url.rstrip('/')}/referrals/{reference}/answer")
    page.get_by_role("textbox", name=OWN_QUESTION).fill("The teaching assistant.")
    page.get_by_role("button", name="Keep and send later").last.click()
    told(page, "Your answers are kept.")


@BROKEN
def test_an_upload(walker: Callable[..., Walker], own: Work, broken: Callable[[Page], None]) -> None:
    page = _signed_in(walker, ASH, broken)
    page.goto(f"{page.url.rstrip('/')}/referrals/{own.draft}/evidence")
    name = f"{broken.__name__}.pdf"
    page.get_by_label("Add files: Plan or provision map").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": PDF}
    )
    button = page.get_by_role("button", name="Add files: Plan or provision map")
    if button.is_visible():
        button.click()
    expect(page.get_by_role("link", name=name)).to_be_visible()


@BROKEN
def test_a_visit(walker: Callable[..., Walker], own: Work, broken: Callable[[Page], None]) -> None:
    page = _signed_in(walker, WORKER, broken)
    page.goto(f"{page.url.rstrip('/')}/cases/{own.case}/visits")
    page.get_by_label("Kind of work").select_option(label="Observation")
    page.get_by_label("1 hour", exact=True).check()
    page.get_by_label("Note").fill(f"At the back {broken.__name__}")
    press(page, "Log visit")
    told(page, "Visit logged.")
    expect(page.get_by_text(f"At the back {broken.__name__}")).to_be_visible()


@BROKEN
def test_a_move_on_the_board(walker: Callable[..., Walker], served: Server, broken: Callable[[Page], None]) -> None:
    moved = begin_work(served, "Tilda" if broken is _throws else "Ottis", "Marlow")
    page = _signed_in(walker, WORKER, broken)
    menu(page, "Board")
    press(page, f"Move on {moved.short_name} to Observation")
    column = page.get_by_role("region", name=re.compile("^Observation "))
    expect(column.get_by_role("link", name=moved.short_name, exact=True)).to_be_visible()


def _link(reference: str) -> str:
    case = db.session.scalars(db.select(Case).where(Case.reference == reference)).one()
    worker = actor_of(first_worker_id(case) or 0)
    parent = families.parent(case, "Rosa Arden").id
    asking = feedback_rules.Asking(parent, feedback_rules.FamilyMoment.END, feedback_rules.Channel.TEXT)
    made = feedback.new_secrets()
    feedback.renew(worker, case, feedback.invite_family(worker, case, asking), made)
    return made.token


@BROKEN
def test_the_answer_of_a_family(walker: Callable[..., Walker], served: Server, broken: Callable[[Page], None]) -> None:
    family = begin_work(served, "Wim" if broken is _throws else "Nell", "Farrow")
    token = in_portal(served, lambda: _link(family.case))
    one = walker()
    broken(one.page)
    one.go(f"/f/{token}")
    for _ in range(12):
        button = one.page.get_by_role("button", name=re.compile("^(Start|Next|Send my answers)$"))
        if not button.count():
            break
        choices = one.page.locator("label:has(input[type=radio]), .family__choice label")
        if choices.count():
            choices.first.click()
        button.last.click()
        one.page.wait_for_load_state()
    titled(one.page, "Thank you")
