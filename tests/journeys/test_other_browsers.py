"""The journeys of tablet, family and referral, a visit and a move on the board, in Firefox and WebKit: short forms.

What is found by its name or its part of the page stays when words change. Chromium walks them at length.
"""

import re
import time
from collections.abc import Iterator

import pytest

from portal.accounts.queries import actor_of
from portal.app import create_app
from portal.cases.models import Case
from portal.cases.operations.clocks import first_worker_id
from portal.config import DEMONSTRATION_PASSWORD, from_environment
from portal.demo.cast import CAST_DOMAIN
from portal.extensions import db
from portal.feedback import operations, rules
from portal.kernel.database import mode
from tests import builders_families as families
from tests.builders_voice import PIN
from tests.journeys.work import Work
from tests.other_browsers import NAMES, Visitor, missing, must_be_there, started
from tests.serving import Server, environment
from tests.tablets import BOUNCE, Tablets, tablets

CONCERN = "Leaves lessons, and cannot say why."
GOOD = "You came back when you said you would."
SAVE = ".govuk-button-group [type=submit]"


@pytest.fixture(scope="module", params=NAMES)
def visitor(request: pytest.FixtureRequest, served: Server) -> Iterator[Visitor]:
    """One browser for all its journeys: starting it is the longest part."""
    lacking = missing(request.param)
    if lacking:
        words = f"{request.param} is not tried: this machine lacks {', '.join(lacking)}"
        (pytest.fail if must_be_there() else pytest.skip)(words)
    with started(request.param) as driver:
        yield Visitor(driver, served.address)


def sign_in(visitor: Visitor, name: str) -> None:
    visitor.go("/healthz")
    visitor.driver.delete_all_cookies()
    visitor.go("/sign-in")
    visitor.fill("[name=email]", f"{name}@{CAST_DOMAIN}")
    visitor.fill("[name=password]", DEMONSTRATION_PASSWORD)
    visitor.leave(SAVE)
    visitor.see("h1")


# ---- a school refers


def test_a_referral_is_typed_kept_saved_and_checked(visitor: Visitor, work: Work) -> None:
    visitor.size(1280, 900)
    sign_in(visitor, "senco.ash")
    page = f"/referrals/{work.draft}/form/concern"
    visitor.go(page)
    concern = f"{CONCERN} {visitor.name}"
    visitor.fill("textarea[name=concern]", concern)
    visitor.see("[data-autosave-said]", "Saved")
    visitor.reload()
    assert visitor.value("textarea[name=concern]") == concern
    visitor.leave("[data-autosave] [name=then]")
    visitor.see("h1")
    visitor.go(page)
    assert visitor.value("textarea[name=concern]") == concern
    visitor.go(f"/referrals/{work.draft}/check")
    visitor.see("main", concern)
    visitor.see("main", "Still needed")


# ---- a family answers


@pytest.fixture(scope="module")
def links(served: Server, work: Work) -> list[str]:
    """One a browser."""
    app = create_app(from_environment(environment(served.folder)))
    with app.app_context(), mode("write"):
        case = db.session.scalars(db.select(Case).where(Case.reference == reference(work))).one()
        worker = actor_of(first_worker_id(case) or 0)
        families.offer_languages("pl")
        tokens = []
        for name in ("Rosa Bell", "Ali Bell"):
            asking = rules.Asking(families.parent(case, name).id, rules.FamilyMoment.END, rules.Channel.TEXT)
            made = operations.new_secrets()
            operations.renew(worker, case, operations.invite_family(worker, case, asking), made)
            tokens.append(made.token)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return tokens


def reference(work: Work) -> str:
    return re.sub(r".*(C-[0-9-]+).*", r"\1", work.case)


BENEATH_THE_TITLE = """
const [legend, title] = ['legend', 'legend h1'].map((one) => document.querySelector(`.family__question ${one}`))
return legend.getBoundingClientRect().bottom - title.getBoundingClientRect().bottom
"""
"""WebKit drops a heading's margin within a legend"""


def test_a_family_answers_in_its_language_and_comes_back(visitor: Visitor, links: list[str]) -> None:
    visitor.size(500, 844)
    visitor.driver.delete_all_cookies()
    token = links.pop()
    visitor.go(f"/f/{token}")
    visitor.leave(".family__languages [value=pl]")
    assert visitor.script("return document.documentElement.lang") == "pl-PL"
    visitor.leave("form[action$='/start'] .family__button")
    while "/f/form/good" not in visitor.driver.current_url:
        assert visitor.script(BENEATH_THE_TITLE) >= 8
        visitor.press(".family__choice")
        visitor.leave(".family__button")
    visitor.fill("textarea", GOOD)
    visitor.leave(".family__button")
    visitor.driver.back()
    assert visitor.value("textarea") == GOOD
    visitor.go("/f/form/check")
    visitor.see("main", GOOD)
    visitor.leave("form[action$='/send'] button")
    visitor.see("h1")
    visitor.driver.back()
    visitor.gone("main", GOOD)
    visitor.go(f"/f/{token}")
    visitor.see("h1")
    assert GOOD not in visitor.see("body").text


# ---- a worker works


def test_a_visit_is_logged(visitor: Visitor, work: Work) -> None:
    visitor.size(500, 844)
    sign_in(visitor, "worker.one")
    visitor.go(f"/cases/{reference(work)}/visits")
    visitor.choose_option("[name=kind]", "observation")
    visitor.choose("quick", "60")
    visitor.fill("[name=note]", "Sat at the back.")
    visitor.leave(f"#visit-form {SAVE}")
    visitor.see("main", "Sat at the back.")


def test_a_card_is_moved_on_the_board(visitor: Visitor, work: Work) -> None:
    visitor.size(1280, 900)
    sign_in(visitor, "worker.one")
    visitor.go("/board/")
    card = f"a[href$='{reference(work)}']"

    def stage() -> str:
        found = "return document.querySelector(arguments[0]).closest('section').getAttribute('aria-labelledby')"
        return str(visitor.script(found, card))

    before = stage()
    visitor.press(f"#{card_id(visitor, card)} form button")
    visitor.until(lambda: stage() != before, "the card stays in its column")
    visitor.see("[role=status]", "Moved")


def card_id(visitor: Visitor, link: str) -> str:
    return str(visitor.script("return document.querySelector(arguments[0]).closest('li').id", link))


# ---- a child answers on a tablet


@pytest.fixture(scope="module")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    with tablets(tmp_path_factory.mktemp("tablets")) as portal:
        yield portal


@pytest.fixture
def child(visitor: Visitor, tablet: Tablets) -> Iterator[Visitor]:
    """In front of the first screen of a tablet that a worker has just handed over."""
    one = Visitor(visitor.driver, tablet.address)
    one.size(768, 954)
    one.driver.delete_all_cookies()
    tablet.staff(one)
    one.go("/voice/hand-over")
    one.fill("[name=tablet_pin]", PIN)
    one.leave(SAVE)
    one.see("[data-ready=offline] [data-screen=welcome]")
    yield one
    one.driver.delete_all_cookies()


def test_a_child_answers_without_signal_and_it_arrives_once(child: Visitor, tablet: Tablets) -> None:
    before = tablet.views()
    child.press("[data-act=start] button")
    answer(child, at=0)
    with tablet.signal.lost():
        child.reload()
        answer(child, at=1)
        while child.see("section[data-screen]").get_attribute("data-screen") == "question":
            pass_over(child)
        child.press("[data-screen=share] [value=share]:not(.tablet__enter)")
        child.see("[data-screen=end]")
        assert tablet.views() == before
    child.script("window.dispatchEvent(new Event('online'))")
    child.until(lambda: tablet.views() == before + 1, "the answers do not arrive")
    child.reload()
    child.see("[data-screen=over]")
    assert tablet.views() == before + 1


def test_a_child_wants_to_talk_to_someone(child: Visitor, tablet: Tablets) -> None:
    before = tablet.wishes()
    child.press("[data-act=start] button")
    child.see("[data-screen=question]")
    child.press("[data-act=talk] button")
    child.press("[data-screen=tell] [data-act=tell] button")
    child.see("[data-screen=talk]")
    child.until(lambda: tablet.wishes() == before + 1, "the wish does not arrive")
    child.press("[data-act=back] button")
    child.see("[data-screen=question]")


def answer(child: Visitor, at: int) -> None:
    """Gives the last answer, which must be as easy to reach as the first: touched, and touched again."""
    question = f"[data-screen=question][data-at='{at}']"
    child.press(f"{question} .tablet__choice:last-child")
    time.sleep(BOUNCE / 1000)
    child.press(f"{question} .tablet__choice:last-child")
    child.gone(question)


def pass_over(child: Visitor) -> None:
    here = child.see("[data-screen=question]").get_attribute("data-at")
    child.press(f"[data-at='{here}'] [value=not_know]")
    child.gone(f"[data-at='{here}']")
