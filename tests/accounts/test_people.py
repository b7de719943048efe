"""The list of people, invitations and links, roles, disabling: through the pages."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import AccountChange, OneTimeLink, Person, RoleAssignment, SignInSession
from portal.accounts.operations import links
from portal.accounts.operations import people as operations
from portal.accounts.queries import PeopleFilter, actor_of, people_page
from portal.accounts.rules import PersonDraft, RoleDraft
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.kernel.errors import NotPermitted, OutOfReach, Refused
from portal.kernel.submissions import new_id
from portal.policy import Role
from tests import people
from tests.builders_accounts import PASSWORD, second_manager, with_password, with_second_factor

USUAL_ENGINE = "sqlite"

NEW = {"name": "Nia New", "email": "nia.new@service.example", "role": "worker"}


@pytest.fixture
def admin(given):
    return given(lambda: people.person("Ada Admin", Role.ADMIN).id)


@pytest.fixture
def coordinator(given):
    return given(lambda: people.person("Cora Coordinator", Role.COORDINATOR).id)


@pytest.fixture
def worker(given):
    return given(lambda: with_password("Wilma Worker").id)


@pytest.fixture
def second(given):
    return given(lambda: second_manager().id)


def confirmed(app, client, second):
    """What the second person is shown once they have confirmed the newest change."""
    change_id = one(app, select(func.max(AccountChange.id)))
    page = client.get(f"/people/changes/{change_id}")
    assert "confirm" in page.text
    return client.post(f"/people/changes/{change_id}/confirmation")


def link_on(page):
    return re.search(r"http://localhost(/welcome/[\w-]+)", page)[1]


def one(app, statement):
    with app.app_context():
        return db.session.scalar(statement)


def actions(app):
    with app.app_context():
        return list(db.session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


def test_an_invitation_sets_the_first_password_once(app, coordinator, sign_in):
    answer = sign_in(coordinator).post("/people/invite", data=NEW)
    assert answer.status_code == 200
    link = link_on(answer.text)
    assert len(link.rsplit("/", 1)[1]) == 43, "256 bits"
    guest = app.test_client()
    page = guest.get(link)
    assert page.headers["Cache-Control"] == "no-store"
    assert "nia.new@service.example" in page.text
    assert guest.post(link, data={"name": "Nia", "password": "short"}).status_code == 422
    done = guest.post(link, data={"name": "Nia Newman", "password": PASSWORD})
    assert (done.status_code, done.location) == (303, "/sign-in")
    assert guest.post("/sign-in", data={"email": NEW["email"], "password": PASSWORD}).status_code == 303
    assert "Nia Newman" in guest.get("/me").text
    again = app.test_client().get(link)
    unknown = app.test_client().get("/welcome/" + "x" * 43)
    assert again.status_code == unknown.status_code == 404
    assert "This link does not open anything" in again.text
    assert {"person invited", "one-time link made", "password set", "one-time link used"} <= set(actions(app))


def test_a_link_opens_once_also_below_the_page(coordinator, unit):
    made = operations.invite(actor_of(coordinator), PersonDraft("Nia", NEW["email"]), RoleDraft(Role.WORKER))
    links.set_password(made.token, PASSWORD, "Nia")
    with pytest.raises(OutOfReach):
        links.set_password(made.token, "nine calm otters", "Nia")


def test_the_token_is_kept_nowhere(app, coordinator, sign_in):
    token = link_on(sign_in(coordinator).post("/people/invite", data=NEW).text).rsplit("/", 1)[1]
    with app.app_context():
        link = db.session.scalars(select(OneTimeLink)).one()
        assert token not in link.digest
        lines = db.session.scalars(select(AuditLine)).all()
        assert not any(token in f"{line.action}{line.fields}" for line in lines)


def test_opening_a_link_changes_nothing(app, coordinator, sign_in, clock):
    link = link_on(sign_in(coordinator).post("/people/invite", data=NEW).text)
    before = actions(app)
    for _ in range(3):
        app.test_client().get(link)
    assert actions(app) == before
    clock.forward(days=14, seconds=-1)
    assert app.test_client().get(link).status_code == 200
    clock.forward(seconds=1)
    assert app.test_client().get(link).status_code == 404
    assert app.test_client().post(link, data={"name": "X", "password": PASSWORD}).status_code == 404


def test_a_new_link_ends_the_old_one(app, coordinator, sign_in):
    client = sign_in(coordinator)
    old = link_on(client.post("/people/invite", data=NEW).text)
    person_id = one(app, select(Person.id).where(Person.email == NEW["email"]))
    new = link_on(client.post(f"/people/{person_id}/steps/link").text)
    assert app.test_client().get(old).status_code == 404
    assert app.test_client().get(new).status_code == 200


def test_a_reset_lasts_a_day_and_ends_sessions(app, coordinator, second, worker, sign_in, clock):
    theirs = sign_in(worker)
    asked = sign_in(coordinator).post(f"/people/{worker}/steps/link")
    assert (asked.status_code, "/welcome/" in asked.text) == (303, False), "who asks never sees it"
    link = link_on(confirmed(app, sign_in(second), second).text)
    assert theirs.get("/me").status_code == 200, "making the link ends nothing yet"
    guest = app.test_client()
    assert "Your name" not in guest.get(link).text
    assert guest.post(link, data={"password": "nine calm otters"}).status_code == 303
    assert theirs.get("/me").status_code == 302
    sign_in(coordinator).post(f"/people/{worker}/steps/link")
    late = link_on(confirmed(app, sign_in(second), second).text)
    clock.forward(hours=24)
    assert app.test_client().get(late).status_code == 404


def test_a_reset_leaves_the_second_factor(app, given, coordinator, second, sign_in):
    person_id = given(lambda: with_second_factor("Wim", email="wim@service.example").id)
    sign_in(coordinator).post(f"/people/{person_id}/steps/link")
    link = link_on(confirmed(app, sign_in(second), second).text)
    app.test_client().post(link, data={"password": "nine calm otters"})
    client = app.test_client()
    client.post("/sign-in", data={"email": "wim@service.example", "password": "nine calm otters"})
    assert client.get("/").location.startswith("/second-factor")


def test_the_demonstrations_password_is_refused(app, coordinator, sign_in):
    link = link_on(sign_in(coordinator).post("/people/invite", data=NEW).text)
    answer = app.test_client().post(link, data={"name": "Nia", "password": "demonstration only"})
    assert answer.status_code == 422
    assert "too easy to guess" in answer.text


@pytest.mark.both_engines
def test_sending_the_invitation_twice_makes_one_person(app, coordinator, sign_in):
    client, data = sign_in(coordinator), {**NEW, "submission_id": new_id()}
    assert client.post("/people/invite", data=data).status_code == 200
    person_id = one(app, select(Person.id).where(Person.email == NEW["email"]))
    again = client.post("/people/invite", data=data)
    assert (again.status_code, again.location) == (303, f"/people/{person_id}")
    assert one(app, select(func.count()).select_from(OneTimeLink)) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Type the name of the person."),
        ({"email": "nobody"}, "Type the whole e-mail address"),
        ({"email": "wilma.worker@demo.example"}, "has an account already"),
        ({"role": ""}, "Choose a role."),
        ({"role": "king"}, "Choose one from the list."),
        ({"role": "school"}, "Choose the school"),
        ({"role": "school", "school": "999"}, "Choose one from the list."),
        ({"name": "a\x00b"}, "characters that cannot be stored"),
        ({"name": "x" * 100_000}, "Shorten this"),
    ],
)
def test_a_wrong_invitation_keeps_what_was_typed(coordinator, worker, sign_in, changed, words):
    answer = sign_in(coordinator).post("/people/invite", data={**NEW, **changed})
    assert answer.status_code == 422
    assert words in answer.text
    if "name" not in changed:
        assert 'value="Nia New"' in answer.text


@pytest.mark.both_engines
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "=1+a", "Zoë 🦊 Ólafs"])
def test_hostile_names_are_shown_as_text(app, coordinator, sign_in, name):
    client = sign_in(coordinator)
    assert client.post("/people/invite", data={**NEW, "name": name}).status_code == 200
    page = client.get("/people/").text
    assert "<script>alert" not in page
    assert one(app, select(Person.name).where(Person.email == NEW["email"])) == name


@pytest.mark.parametrize("name", ["=1+1", "🦊", "\u202egnp.exe", "Zoë\u200b Ólafs"])
def test_what_is_no_name_is_refused(app, coordinator, sign_in, name):
    answer = sign_in(coordinator).post("/people/invite", data={**NEW, "name": name})
    assert answer.status_code == 422
    assert one(app, select(Person.id).where(Person.email == NEW["email"])) is None


def test_school_roles_belong_to_a_school_and_others_do_not(app, given, coordinator, sign_in):
    school = given(lambda: people.school().id)
    client = sign_in(coordinator)
    client.post("/people/invite", data={**NEW, "role": "school", "school": school})
    assert one(app, select(RoleAssignment.school_id).order_by(RoleAssignment.id.desc())) == school
    client.post("/people/invite", data={**NEW, "email": "other@service.example", "school": school})
    assert one(app, select(RoleAssignment.school_id).order_by(RoleAssignment.id.desc())) is None


@pytest.mark.parametrize("role", [Role.WORKER, Role.PANEL, Role.SAFEGUARDING, Role.COMMISSIONER])
def test_others_see_no_people(given, worker, sign_in, role):
    client = sign_in(given(lambda: people.person("Nosy", role).id))
    for address in ("/people/", "/people/invite", f"/people/{worker}", f"/people/{worker}/roles", "/people/requests"):
        assert client.get(address).status_code == 403, address
    for address in (f"/people/{worker}/steps/disable", "/people/invite", f"/people/{worker}/edit"):
        assert client.post(address).status_code == 403, address


def test_nobody_by_that_number_is_404(coordinator, sign_in):
    client = sign_in(coordinator)
    for address in ("/people/9999", "/people/99999999999", "/people/9999/edit", "/people/9999/roles/1/end"):
        assert client.get(address).status_code == 404
    assert client.post("/people/9999/steps/disable").status_code == 404


def test_a_step_that_is_not_there_is_404(coordinator, worker, sign_in):
    assert sign_in(coordinator).post(f"/people/{worker}/steps/promote").status_code == 404


def test_a_coordinator_does_not_touch_administrators(admin, coordinator, sign_in):
    client = sign_in(coordinator)
    page = client.get(f"/people/{admin}")
    assert "Only administrators can change this account." in page.text
    assert client.get(f"/people/{admin}/edit").status_code == 403
    for step in ("link", "disable", "enable", "take-second-factor"):
        assert client.post(f"/people/{admin}/steps/{step}").status_code == 403
    assert client.post("/people/invite", data={**NEW, "role": "admin"}).status_code == 422
    assert '<option value="admin"' not in client.get("/people/invite").text


def test_the_rule_holds_below_the_form(coordinator, worker, unit):
    with pytest.raises(NotPermitted):
        operations.add_role(actor_of(coordinator), worker, RoleDraft(Role.ADMIN))
    with pytest.raises(NotPermitted):
        operations.invite(actor_of(coordinator), PersonDraft("X", "x@y.example"), RoleDraft(Role.ADMIN))
    with pytest.raises(NotPermitted):
        operations.disable(actor_of(worker), coordinator)


def test_an_administrator_makes_another(app, admin, worker, sign_in):
    client = sign_in(admin)
    assert client.post(f"/people/{worker}/roles", data={"role": "admin"}).status_code == 303
    assert "Administrator" in client.get(f"/people/{worker}").text


def test_giving_a_role_ends_their_sessions_and_not_ones_own(app, coordinator, worker, sign_in):
    theirs, client = sign_in(worker), sign_in(coordinator)
    assert client.post(f"/people/{worker}/roles", data={"role": "safeguarding"}).status_code == 303
    assert theirs.get("/").status_code == 302
    assert client.get("/").status_code == 200
    assert "role given" in actions(app)
    twice = client.post(f"/people/{worker}/roles", data={"role": "safeguarding"})
    assert twice.status_code == 422
    assert "They hold this role already." in twice.text


def test_a_role_may_begin_later_and_end_by_itself(app, coordinator, worker, clock, sign_in):
    days = {"role": "panel", "starts_on": "2026-11-12", "ends_on": "2026-11-13"}
    sign_in(coordinator).post(f"/people/{worker}/roles", data=days)
    held = []
    for _ in range(5):
        with app.app_context():
            held.append(Role.PANEL in actor_of(worker).roles)
        clock.forward(days=1)
    assert held == [False, False, True, True, False]


def test_nobody_changes_their_own_roles(coordinator, sign_in, app):
    client = sign_in(coordinator)
    answer = client.post(f"/people/{coordinator}/roles", data={"role": "worker"})
    assert answer.status_code == 422
    assert "You cannot change your own roles." in answer.text


def test_ending_a_role_now(app, coordinator, worker, sign_in):
    role = one(app, select(RoleAssignment.id).where(RoleAssignment.person_id == worker))
    theirs, client = sign_in(worker), sign_in(coordinator)
    assert client.get(f"/people/{worker}/roles/{role}/end").status_code == 200
    past = client.post(f"/people/{worker}/roles/{role}/end", data={"last_day": "2026-11-01"})
    assert past.status_code == 422
    assert client.post(f"/people/{worker}/roles/{role}/end").status_code == 303
    assert theirs.get("/").status_code == 302
    with app.app_context():
        assert actor_of(worker).roles == frozenset()
    assert "No role at present" in client.get("/people/").text
    assert client.post(f"/people/{worker}/roles/{role}/end").status_code == 422


def test_a_role_of_somebody_else_is_not_theirs(app, given, coordinator, worker, sign_in):
    role = one(app, select(RoleAssignment.id).where(RoleAssignment.person_id == coordinator))
    assert sign_in(coordinator).post(f"/people/{worker}/roles/{role}/end").status_code == 404


def test_a_planned_end_holds_until_its_day(app, coordinator, worker, clock, sign_in):
    role = one(app, select(RoleAssignment.id).where(RoleAssignment.person_id == worker))
    sign_in(coordinator).post(f"/people/{worker}/roles/{role}/end", data={"last_day": "2026-11-11"})
    clock.forward(days=1)
    with app.app_context():
        assert actor_of(worker).roles == {Role.WORKER}
    clock.forward(days=1)
    with app.app_context():
        assert actor_of(worker).roles == frozenset()


def test_disabled_and_enabled(app, coordinator, second, worker, sign_in):
    theirs, client = sign_in(worker), sign_in(coordinator)
    client.post(f"/people/{worker}/steps/link")
    link = link_on(confirmed(app, sign_in(second), second).text)
    assert client.post(f"/people/{worker}/steps/disable").status_code == 303
    assert theirs.get("/").status_code == 302
    assert app.test_client().get(link).status_code == 404
    right = {"email": "wilma.worker@demo.example", "password": PASSWORD}
    assert app.test_client().post("/sign-in", data=right).status_code == 422
    assert client.post(f"/people/{worker}/steps/link").status_code == 422
    assert client.post(f"/people/{worker}/steps/disable").status_code == 422
    assert "Wilma Worker" not in client.get("/people/").text
    assert "Wilma Worker" in client.get("/people/?state=disabled").text
    assert client.post(f"/people/{worker}/steps/enable").status_code == 303
    assert app.test_client().post("/sign-in", data=right).status_code == 303


def test_nobody_disables_themselves_or_the_last_administrator(app, given, admin, sign_in):
    client = sign_in(admin)
    own = client.post(f"/people/{admin}/steps/disable")
    assert own.status_code == 422
    assert "your own account" in own.text
    second = given(lambda: people.person("Second Admin", Role.ADMIN).id)
    other = sign_in(second)
    role = one(app, select(RoleAssignment.id).where(RoleAssignment.person_id == second))
    assert client.post(f"/people/{second}/roles/{role}/end", data={"last_day": ""}).status_code == 303
    assert other.get("/people/").status_code == 302


def test_the_last_administrator_stays_even_for_an_actor_who_is_one_no_more(given, admin, unit):
    ghost = actor_of(people.person("Ghost", Role.ADMIN).id)
    operations.disable(actor_of(admin), ghost.person_id)
    with pytest.raises(Refused, match="last administrator"):
        operations.disable(ghost, admin)


def test_taking_a_second_factor_away(app, given, coordinator, second, sign_in):
    person_id = given(lambda: with_second_factor("Wim", email="wim@service.example").id)
    theirs, client = sign_in(person_id), sign_in(coordinator)
    assert client.post(f"/people/{person_id}/steps/take-second-factor").status_code == 303
    assert theirs.get("/").status_code == 200, "asking takes nothing yet"
    assert confirmed(app, sign_in(second), second).status_code == 303
    assert theirs.get("/").status_code == 302
    assert "second factor taken away" in actions(app)
    assert client.post(f"/people/{person_id}/steps/take-second-factor").status_code == 422


@pytest.mark.both_engines
def test_two_editors_of_one_person(app, coordinator, worker, sign_in):
    client = sign_in(coordinator)
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"/people/{worker}/edit").text)[1]
    first = {"name": "Wilma One", "email": "wilma.worker@demo.example", "version": version}
    assert client.post(f"/people/{worker}/edit", data=first).status_code == 303
    second = client.post(f"/people/{worker}/edit", data={**first, "name": "Wilma Two"})
    assert second.status_code == 409
    assert "Wilma One" in second.text
    assert "Wilma Two" in second.text
    assert one(app, select(Person.name).where(Person.id == worker)) == "Wilma One"


def test_a_new_address_ends_sessions_and_must_be_free(app, coordinator, second, worker, sign_in):
    theirs, client = sign_in(worker), sign_in(coordinator)
    version = one(app, select(Person.version).where(Person.id == worker))
    data = {"name": "Wilma", "email": "cora.coordinator@demo.example", "version": version}
    assert client.post(f"/people/{worker}/edit", data=data).status_code == 422
    data["email"] = "Wilma.New@demo.example"
    assert client.post(f"/people/{worker}/edit", data=data).status_code == 303
    assert one(app, select(Person.email).where(Person.id == worker)) == "wilma.worker@demo.example"
    assert theirs.get("/").status_code == 200, "asking changes nothing yet"
    assert confirmed(app, sign_in(second), second).status_code == 303
    assert theirs.get("/").status_code == 302
    assert one(app, select(Person.email).where(Person.id == worker)) == "wilma.new@demo.example"


def test_search_and_role_filter(coordinator, worker, sign_in):
    client = sign_in(coordinator)
    assert "Wilma Worker" in client.get("/people/?q=wilma").text
    assert "Cora Coordinator" not in client.get("/people/?q=WILMA.w").text.split("<main")[1]
    by_role = client.get("/people/?role=worker").text.split("<main")[1]
    assert "Wilma Worker" in by_role
    assert "Cora" not in by_role
    assert "Nobody fits" in client.get("/people/?q=%25").text
    for odd in ("role=king", "after=x", "after=-1", "after=99999999999999", "q=%00%61", "q=" + "a" * 5000, "state=x"):
        assert client.get(f"/people/?{odd}").status_code == 200, odd


@pytest.mark.both_engines
def test_long_lists_come_in_pages_by_name_with_one_statement(app, given, coordinator, sign_in):
    given(lambda: [people.person(f"Person {n:03}", Role.WORKER) for n in range(120)])
    client, seen, address = sign_in(coordinator), [], "/people/?q=person"
    while address:
        page = client.get(address).text
        seen += re.findall(r"Person \d{3}", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert sorted(set(seen)) == [f"Person {n:03}" for n in range(120)]
    statements = []
    with app.app_context():
        actor = actor_of(coordinator)
        db.event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        people_page(actor, PeopleFilter())
    assert len([s for s in statements if s.lstrip().upper().startswith("SELECT")]) == 1


def test_the_person_page_says_how_the_account_stands(app, coordinator, sign_in, clock):
    client = sign_in(coordinator)
    client.post("/people/invite", data=NEW)
    person_id = one(app, select(Person.id).where(Person.email == NEW["email"]))
    page = client.get(f"/people/{person_id}").text
    assert "Their link opens until Tuesday 24 November at 9:30am" in page
    clock.forward(days=15)
    client = sign_in(coordinator)
    assert "Their link no longer works" in client.get(f"/people/{person_id}").text
    assert timedelta(days=14)


def test_gets_change_no_row(app, given, coordinator, worker, sign_in):
    client = sign_in(coordinator)
    before = (actions(app), one(app, select(func.count()).select_from(SignInSession)))
    role = one(app, select(RoleAssignment.id).where(RoleAssignment.person_id == worker))
    for address in (
        "/people/", "/people/invite", f"/people/{worker}", f"/people/{worker}/edit", f"/people/{worker}/roles",
        f"/people/{worker}/roles/{role}/end", "/people/requests", "/me", "/me/name", "/me/password",
        "/second-factor/set-up", "/policy", "/sign-in", "/ask-for-an-account", "/ask-for-an-account/sent",
    ):  # fmt: skip
        assert client.get(address).status_code in (200, 302), address
    assert (actions(app), one(app, select(func.count()).select_from(SignInSession))) == before
