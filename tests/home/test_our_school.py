"""A school's own page: only its own, in words, in a handful of statements."""

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.home import queries
from portal.kernel.audit import AuditLine
from portal.policy import Role
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import builders_voices as voices
from tests import people
from tests.statements import statements

USUAL_ENGINE = "sqlite"


@pytest.fixture
def world(unit):
    made = cases.world()
    made.head = people.person("Ruth Head", Role.HEAD, school_id=made.ash.id)
    return made


def ended_case(world):
    case = cases.case(world)
    build.strategy(case)
    return build.ended(world, case)


def test_results_say_days_outcome_and_what_is_in_practice(world):
    case = ended_case(world)
    case.minutes_used = 390 * 3 + 195
    build.record(None, "minutes counted", case)
    db.session.flush()
    (row,) = queries.our_school(actor_of(world.senco.id)).results
    assert (row.reference, row.name, row.outcome) == (case.reference, "Maya K.", "Stayed in school")
    assert row.words.startswith("3.5 days used, all agreed strategies in practice, ended ")
    assert queries.our_school(actor_of(world.other_senco.id)).results == ()


def test_people_and_strategies_are_those_of_the_school(world):
    voices.school_strategy(actor_of(world.worker.id), world.ash)
    world.head.roles.append(people.RoleAssignment(role="school", school_id=world.ash.id, starts_on=people.SINCE))
    gone = people.person("Gone Away", Role.SCHOOL, school_id=world.ash.id)
    gone.disabled_at = build.clock.now()
    build.record(None, "people changed", world.head)
    build.record(None, "people changed", gone)
    db.session.flush()
    found = queries.our_school(actor_of(world.senco.id))
    assert [(row.name, row.roles) for row in found.people] == [
        ("Ash Senco", "School"),
        ("Ruth Head", "Head teacher, School"),
    ]
    assert found.strategies == ((world.ash.id, "Ash Primary", 1),)


def test_it_takes_few_statements_however_much_there_is(world):
    for _ in range(4):
        ended_case(world)
    actor = actor_of(world.senco.id)
    queries.our_school(actor)
    db.session.expunge_all()
    with statements() as sent:
        queries.our_school(actor)
    assert len(sent) <= 8, "\n\n".join(sent)


def test_the_page_is_the_schools_alone_and_home_leads_there(given, sign_in):
    def make():
        world = cases.world()
        ended_case(world)
        return world.senco.id, world.other_senco.id, world.worker.id

    senco, other, worker = given(make)
    home = sign_in(senco).get("/").text
    assert 'hx-get="/our-school"' in home
    page = sign_in(senco).get("/our-school").text
    assert "Maya K." in page
    assert "Maya K." not in sign_in(other).get("/our-school").text
    assert "No support has ended yet" in sign_in(other).get("/our-school").text
    assert sign_in(worker).get("/our-school").status_code == 404


def test_each_case_that_is_shown_is_recorded(app, given, sign_in):
    def make():
        world = cases.world()
        return world.senco.id, {ended_case(world).id for _ in range(2)}

    senco, shown = given(make)
    sign_in(senco).get("/our-school")
    with app.app_context():
        wanted = db.select(AuditLine).where(AuditLine.action == "results of own school viewed")
        line = db.session.scalars(wanted).one()
        assert (line.kind, {int(key) for key in line.fields.split(",")}) == ("case_file", shown)
