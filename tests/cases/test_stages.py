"""What a school is told of the work that followed its referral."""

from portal.cases.queries import stages_by_referral
from tests import builders_cases


def test_the_stage_the_workers_and_what_is_due_are_told_by_referral(unit):
    case = builders_cases.case(builders_cases.world())
    told = stages_by_referral([case.referral_id])[case.referral_id]
    assert told.stage == "Waiting to start"
    assert told.workers
    assert told.reference == case.reference


def test_no_referral_no_question(unit):
    assert stages_by_referral([]) == {}
