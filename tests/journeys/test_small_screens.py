"""The main pages of each role on a narrow phone: nothing sticks out, and axe finds nothing."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Walker
from tests.journeys.story import sign_in
from tests.journeys.work import Work

SCHOOL = ("/", "/referrals/", "/referrals/{draft}/form", "/referrals/{draft}/form/family", "/cases/{case}/support")
WORKER = ("/", "/board/", "/board/?stage=support", "/cases/{case}", "/cases/{case}/exit", "/visits/", "/impact/")
COORDINATOR = ("/", "/referrals/", "/board/", "/cases/{case}", "/impact/")
PAGES = {
    "Priya Raman": SCHOOL,
    "Ruth Adeyinka": ("/", "/referrals/", "/cases/"),
    "Jo Ferris": WORKER,
    "Alex Moran": COORDINATOR,
    "Grace Oduya": ("/", "/referrals/"),
    "Lin Hargreaves": ("/", "/board/", "/cases/{case}"),
    "Martin Cope": ("/",),
    "Ivy Sandhu": ("/", "/people/", "/settings/", "/audit/"),
}


@pytest.mark.parametrize("name", PAGES)
def test_fits_a_narrow_phone(walker: Callable[..., Walker], work: Work, name: str) -> None:
    one = walker(width=320, height=640)
    sign_in(one, name)

    for path in PAGES[name]:
        answer = one.page.goto(one.address + path.format(draft=work.draft, case=work.case))
        assert answer and answer.ok, path
        one.page.wait_for_load_state("networkidle")
        one.look()
