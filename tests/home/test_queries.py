"""What the first page reads: each role its own, never another school's, in a handful of statements."""

from datetime import timedelta

import pytest

from portal.accounts.models import AccountRequest, RoleAssignment
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.home import queries
from portal.kernel import clock, jobs
from portal.kernel.access import Involvement
from portal.kernel.audit import record
from portal.policy import Role
from portal.tasks import operations as tasks
from portal.tasks import rules as due
from tests import builders_cases, people
from tests.statements import statements


@pytest.fixture
def world(unit):
    return builders_cases.world()


def home(person):
    return queries.home_for(actor_of(person.id), clock.today())


def task(rule, days, *, case=None, referral=None, **whom):
    key = f"case-{case.id}-{rule}" if case else f"referral-{referral.id}-{rule}"
    url = f"/cases/{case.reference}" if case else f"/referrals/{referral.reference}"
    due_on = clock.today() + timedelta(days=days)
    return tasks.ask(key, rule, due.RULES[rule], url, due_on, case_id=case.id if case else None, **whom)


def rows_of(found):
    return [(row.title, row.about) for group in found.groups for row in group.rows]


def test_a_worker_sees_own_tasks_with_pupil_and_school_and_own_cases(world):
    case = builders_cases.case(world)
    db.session.flush()
    found = home(world.worker)
    assert found.worker is not None
    assert [row.name for row in found.worker.cases] == ["Maya K."]
    assert found.worker.cases[0].school == "Ash Primary"
    assert found.worker.cases[0].reference == case.reference
    assert all(about == "Maya K., Ash Primary" for _, about in rows_of(found))
    assert rows_of(found)
    assert home(world.colleague).worker.cases == ()
    assert rows_of(home(world.colleague)) == []


def test_cases_stand_by_what_is_due_next(world):
    first = builders_cases.case(world, builders_cases.pupil(world.ash, "Ada", "Able"))
    second = builders_cases.case(world, builders_cases.pupil(world.ash, "Bo", "Best"))
    tasks.settle_all_of_case(first.id, None)
    tasks.settle_all_of_case(second.id, None)
    task(due.WEEK_SIX_REVIEW, 3, case=first, person_id=world.worker.id)
    task(due.WEEK_SIX_REVIEW, -3, case=second, person_id=world.worker.id)
    task(due.PLANNED_END, 30, case=second, person_id=world.worker.id)
    found = home(world.worker).worker.cases
    assert [row.name for row in found] == ["Bo B.", "Ada A."]
    assert found[0].due.title == "Week 6 review"


def test_a_task_of_a_case_out_of_reach_names_no_pupil(world):
    case = builders_cases.case(world)
    tasks.ask("odd", due.PLANNED_END, "Planned end", "/", clock.today(), person_id=world.colleague.id, case_id=case.id)
    assert rows_of(home(world.colleague)) == [("Planned end", "")]


def test_lateness_is_counted_in_school_days(world):
    case = builders_cases.case(world)
    task(due.CLOSING_REPORT, -7, case=case, person_id=world.worker.id, service_line_id=world.primary.id)
    late = [row for group in home(world.worker).groups for row in group.rows if row.tone == "problem"]
    assert late[0].words == "5 school days late"


def test_a_school_sees_its_own_referrals_and_support_and_no_other_schools(world):
    pupil = builders_cases.pupil(world.ash, "Ash", "Child")
    builders_cases.referral(world.ash, pupil, world.senco, world.primary, status="submitted", decision=None)
    builders_cases.case(world, builders_cases.pupil(world.ash, "Sup", "Ported"))
    other = builders_cases.pupil(world.birch, "Birch", "Secret")
    builders_cases.referral(world.birch, other, world.other_senco, world.primary, status="submitted", decision=None)
    ours, theirs = home(world.senco).school, home(world.other_senco).school
    assert [row.pupil for row in ours.referrals] == ["Ash Child"]
    assert [row.name for row in ours.support] == ["Sup P."]
    assert ours.referrals[0].line_words
    assert [name for name, _ in ours.cut_offs] == ["Primary outreach", "Secondary outreach"]
    assert [row.pupil for row in theirs.referrals] == ["Birch Secret"]
    assert theirs.support == ()


def test_the_coordinator_sees_what_the_service_owes(world):
    case = builders_cases.case(world)
    pupil = builders_cases.pupil(world.ash, "Wait", "Ing")
    referral = builders_cases.referral(world.ash, pupil, world.senco, world.primary, status="submitted", decision=None)
    referral.submitted_at = clock.now() - timedelta(days=7)
    record(None, "referral dated", referral)
    task(due.OPEN_CASE, 3, referral=referral, role=Role.COORDINATOR)
    tasks.settle_all_of_case(case.id, None)
    task(due.CLOSING_REPORT, -7, case=case, person_id=world.worker.id)
    task(due.AWAITED_CELL, -1, case=case, person_id=world.worker.id)
    record(
        None,
        "account asked for",
        AccountRequest(name="Nina New", school_name="Ash", email="n@ash.example", asked_at=clock.now()),
    )
    found = home(world.coordinator).service
    assert (found.to_screen, found.longest, found.awaiting, found.account_requests) == (1, "5 school days", 1, 1)
    assert [(row.name, row.number, row.words) for row in found.late] == [("Wren Okafor", 2, "5 school days late")]
    assert found.lead == "In the service 2 things are late, with 1 worker."


def test_drafts_of_schools_do_not_count_for_the_coordinator(world):
    pupil = builders_cases.pupil(world.ash)
    draft = builders_cases.referral(world.ash, pupil, world.senco, world.primary, status="draft", decision=None)
    draft.submitted_at = None
    record(None, "referral begun", draft)
    assert home(world.coordinator).service.to_screen == 0


def with_password(*persons):
    for person in persons:
        person.password_hash = "set"
        record(None, "password set", person)
    db.session.flush()


def test_an_administrator_sees_who_lacks_a_second_factor_and_what_failed(world):
    admin = people.person("Ann Admin", Role.ADMIN)
    jobs.enqueue("send_mail").failed_at = clock.now()
    with_password(admin, world.worker)
    found = home(admin).admin
    names = [name for _, name in found.without_second_factor]
    assert names == sorted(names)
    assert "Ann Admin" in names  # sees no child's record, but decides who does
    assert found.without_number == 2  # who was invited and has no password yet cannot sign in
    assert found.failed_jobs == 1


def test_who_sees_no_record_needs_no_second_factor(world):
    first, second = people.person("Ann Admin", Role.ADMIN), people.person("Ada Admin", Role.ADMIN)
    with_password(first)
    before = home(first).admin.without_number
    with_password(people.person("Comm Issioner", Role.COMMISSIONER), second)
    assert home(first).admin.without_number == before + 1


def test_who_has_a_second_factor_or_no_account_any_more_is_not_listed(world):
    admin = people.person("Ann Admin", Role.ADMIN)
    world.worker.totp_confirmed_at = clock.now()
    world.colleague.disabled_at = clock.now()
    world.far_worker.roles[0].ends_on = clock.today() - timedelta(days=1)
    with_password(admin, world.worker, world.colleague, world.far_worker)
    names = [name for _, name in home(admin).admin.without_second_factor]
    assert not {"Wren Okafor", "Jo Bright", "Sam Far"} & set(names)


def test_safeguarding_sees_how_much_there_is(world):
    builders_cases.case(world)
    lead = people.person("Dee Safe", Role.SAFEGUARDING)
    found = home(lead).safeguarding
    assert (found.open_cases, found.open_referrals) == (1, 0)


def test_a_panel_member_sees_only_what_is_at_panel(world):
    member = people.person("Pat Panel", Role.PANEL)
    for status in ("submitted", "at_panel"):
        pupil = builders_cases.pupil(world.ash, status, "Child")
        builders_cases.referral(world.ash, pupil, world.senco, world.primary, status=status, decision=None)
    assert [row.pupil for row in home(member).panel] == ["at_panel Child"]


def test_who_holds_several_roles_gets_every_part(world):
    world.worker.roles.append(RoleAssignment(role="head", school_id=world.ash.id, starts_on=people.SINCE))
    record(None, "role given", world.worker)
    found = home(world.worker)
    assert found.worker is not None
    assert found.school is not None
    assert found.service is None


def test_a_case_that_was_covered_until_yesterday_is_gone(world):
    case = builders_cases.case(world)
    for involvement in db.session.scalars(db.select(Involvement).where(Involvement.person_id == world.worker.id)):
        involvement.ends_on = clock.today() - timedelta(days=1)
        record(None, "access ended", involvement)
    tasks.settle_all_of_case(case.id, None)
    assert home(world.worker).worker.cases == ()


@pytest.mark.parametrize("who", ["senco", "worker", "coordinator", "panel", "safeguarding", "commissioner", "admin"])
def test_a_home_takes_few_statements_however_much_there_is(world, who):
    """With the session and the settings, which every request reads, at most eight."""
    for number in range(6):
        pupil = builders_cases.pupil(world.ash, f"Given{number}", "Family")
        builders_cases.case(world, pupil)
        other = builders_cases.pupil(world.ash, f"Other{number}", "Family")
        line = (world.primary, world.secondary)[number % 2]
        builders_cases.referral(world.ash, other, world.senco, line, status="submitted", decision=None)
    actor = actor_of((getattr(world, who, None) or people.person("Some One", Role(who))).id)
    db.session.flush()
    from flask import g

    g.pop("term_calendars", None)
    g.pop("settings", None)
    db.session.expunge_all()
    with statements() as sent:
        queries.home_for(actor, clock.today())
    from_settings = [s for s in sent if "FROM setting" in s]
    assert len(sent) - len(from_settings) <= 7, "\n\n".join(sent)
