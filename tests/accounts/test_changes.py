"""Nobody makes another person's sign-in alone: it takes that person's own address, or a second person."""

import re

import pytest
from sqlalchemy import func, select

from portal.accounts.models import AccountChange, AccountNotice, OneTimeLink, Person
from portal.accounts.operations import people as operations
from portal.accounts.queries import actor_of
from portal.accounts.rules.changes import Act
from portal.extensions import db
from portal.kernel.audit import record
from portal.kernel.errors import Refused
from portal.policy import Role
from portal.tasks.models import Task
from tests import people
from tests.builders_accounts import PASSWORD, second_manager, with_password, with_second_factor
from tests.builders_notices import send_all, use_server
from tests.smtp import peer

USUAL_ENGINE = "sqlite"
HEAD, EVIL = "helen.head@ash.example", "evil@elsewhere.example"


@pytest.fixture
def ids(given):
    """A coordinator who means harm, a head, a second coordinator, an administrator, another head of the school."""

    def make():
        ash = people.school().id
        head = with_second_factor("Helen Head", Role.HEAD, school_id=ash, email=HEAD)
        return {
            "cora": people.person("Cora Coordinator", Role.COORDINATOR).id,
            "head": head.id,
            "kit": second_manager().id,
            "ada": second_manager("Ada Admin", Role.ADMIN).id,
            "other": people.person("Hugo Head", Role.HEAD, school_id=ash).id,
        }

    return given(make)


@pytest.fixture
def mail(app):
    with peer() as server:
        use_server(app, server.server)
        yield server


def sent(app, mail):
    """The newest e-mail to each address, once the worker has sent what is due."""
    with app.app_context():
        send_all()
    return {
        to: one.get_body(("plain",)).get_content() for to, one in zip(mail.recipients(), mail.messages(), strict=True)
    }


def path_in(words):
    return re.search(r"https?://[^/\s]+(/[\w/-]+)", words)[1]


def one(app, statement):
    with app.app_context():
        return db.session.scalar(statement)


def email_of(app, person_id):
    return one(app, select(Person.email).where(Person.id == person_id))


def edited(client, app, ids, email=EVIL):
    version = one(app, select(Person.version).where(Person.id == ids["head"]))
    return client.post(
        f"/people/{ids['head']}/edit", data={"name": "Helen Head", "email": email, "version": str(version)}
    )


@pytest.mark.both_engines
def test_a_coordinator_alone_cannot_become_a_head(app, ids, mail, sign_in):
    """The road that was open: another address, a link, a password, and sign as the head."""
    client = sign_in(ids["cora"])
    assert edited(client, app, ids).status_code == 303
    assert email_of(app, ids["head"]) == HEAD
    inbox = sent(app, mail)
    assert "change the email address you sign in with" in inbox[HEAD]
    stolen = path_in(inbox[EVIL])
    assert stolen.startswith("/new-address/")
    for anybody in (app.test_client(), client):
        assert "Use this address" not in anybody.get(stolen).text
        assert anybody.post(stolen).status_code == 422
    assert email_of(app, ids["head"]) == HEAD
    link = client.post(f"/people/{ids['head']}/steps/link", follow_redirects=True)
    assert "/welcome/" not in link.text
    assert "/welcome/" in sent(app, mail)[HEAD]
    assert "/welcome/" not in sent(app, mail)[EVIL]
    client.post(f"/people/{ids['head']}/steps/take-second-factor")
    assert "/second-step/" in sent(app, mail)[HEAD]
    assert "/second-step/" not in sent(app, mail)[EVIL]
    for change_id in range(1, 4):
        assert client.post(f"/people/changes/{change_id}/confirmation").status_code in (404, 422)
    with app.app_context():
        head = db.session.get(Person, ids["head"])
        assert (head.email, head.has_app) == (HEAD, True)


def test_a_new_address_is_taken_by_the_person_and_the_old_one_is_told(app, ids, mail, sign_in, clock):
    theirs = sign_in(ids["head"])
    edited(sign_in(ids["cora"]), app, ids, "helen@new.example")
    link = path_in(sent(app, mail)["helen@new.example"])
    assert "Sign in as you do now" in app.test_client().get(link).text
    assert "Use this address" in theirs.get(link).text
    assert theirs.post(link).location == "/sign-in"
    assert email_of(app, ids["head"]) == "helen@new.example"
    assert "no longer opens your account" in sent(app, mail)[HEAD]
    assert theirs.get("/me").status_code == 302
    assert sign_in(ids["head"]).post(link).status_code == 404, "it opens once"


def test_a_new_address_that_nobody_confirmed_is_forgotten(app, ids, mail, sign_in, clock):
    edited(sign_in(ids["cora"]), app, ids, "helen@new.example")
    link = path_in(sent(app, mail)["helen@new.example"])
    clock.forward(days=7)
    assert sign_in(ids["head"]).post(link).status_code == 404
    assert email_of(app, ids["head"]) == HEAD


def test_the_person_stops_what_was_asked_for(app, ids, mail, sign_in):
    edited(sign_in(ids["cora"]), app, ids)
    link = path_in(sent(app, mail)[EVIL])
    theirs = sign_in(ids["head"])
    change_id = one(app, select(AccountChange.id))
    assert "Cora Coordinator" in theirs.get("/me").text
    assert sign_in(ids["other"]).post(f"/me/changes/{change_id}/stop").status_code == 403
    assert theirs.post(f"/me/changes/{change_id}/stop").status_code == 303
    assert theirs.get(link).status_code == 404


def test_a_second_person_confirms_and_then_the_new_address_does(app, ids, mail, sign_in):
    """For somebody who has lost the old address and the password with it."""
    edited(sign_in(ids["cora"]), app, ids, "helen@new.example")
    link = path_in(sent(app, mail)["helen@new.example"])
    change_id = one(app, select(AccountChange.id))
    assert sign_in(ids["kit"]).post(f"/people/changes/{change_id}/confirmation").status_code == 303
    assert email_of(app, ids["head"]) == HEAD, "the new address has not been heard of yet"
    assert app.test_client().post(link).location == "/sign-in"
    assert email_of(app, ids["head"]) == "helen@new.example"


def test_the_second_step_goes_from_ones_own_address(app, ids, mail, sign_in):
    theirs = sign_in(ids["head"])
    sign_in(ids["cora"]).post(f"/people/{ids['head']}/steps/take-second-factor")
    assert theirs.get("/me").status_code == 200
    link = path_in(sent(app, mail)[HEAD])
    assert app.test_client().get(link).status_code == 200, "opening it changes nothing"
    with app.app_context():
        assert db.session.get(Person, ids["head"]).has_app
    assert app.test_client().post(link).location == "/sign-in"
    with app.app_context():
        assert not db.session.get(Person, ids["head"]).has_app
    assert theirs.get("/me").status_code == 302
    assert app.test_client().post(link).status_code == 404


def test_an_invitation_is_emailed_where_there_is_a_mail_server(app, ids, mail, sign_in):
    new = {"name": "Nia New", "email": "nia@service.example", "role": "worker"}
    answer = sign_in(ids["cora"]).post("/people/invite", data=new, follow_redirects=True)
    assert "/welcome/" not in answer.text
    link = path_in(sent(app, mail)["nia@service.example"])
    assert app.test_client().post(link, data={"name": "Nia", "password": PASSWORD}).status_code == 303


def test_an_invitation_goes_nowhere_once_the_address_is_another(app, given, ids, mail, sign_in):
    client = sign_in(ids["cora"])
    client.post("/people/invite", data={"name": "Nia", "email": "nia@service.example", "role": "worker"})
    person_id = one(app, select(Person.id).where(Person.email == "nia@service.example"))
    version = one(app, select(Person.version).where(Person.id == person_id))
    client.post(f"/people/{person_id}/edit", data={"name": "Nia", "email": "nia.n@service.example", "version": version})
    assert sent(app, mail) == {}
    assert one(app, select(func.count()).select_from(OneTimeLink)) == 0


@pytest.mark.both_engines
def test_without_mail_a_second_person_passes_the_link_on(app, ids, sign_in):
    client = sign_in(ids["cora"])
    asked = client.post(f"/people/{ids['head']}/steps/link", follow_redirects=True)
    assert "Another coordinator or administrator needs to confirm this." in asked.text
    change_id = one(app, select(AccountChange.id))
    tasks = select(Task.person_id).where(Task.done_at.is_(None)).order_by(Task.person_id)
    with app.app_context():
        assert list(db.session.scalars(tasks)) == sorted((ids["kit"], ids["ada"]))
    own = client.post(f"/people/changes/{change_id}/confirmation")
    assert (own.status_code, "/welcome/" in own.text) == (422, False)
    second = sign_in(ids["ada"])
    page = second.post(f"/people/changes/{change_id}/confirmation")
    assert re.search(r"/welcome/[\w-]{43}", page.text)
    assert second.post(f"/people/changes/{change_id}/confirmation").status_code == 404
    with app.app_context():
        assert list(db.session.scalars(tasks)) == []


def test_an_account_made_for_the_purpose_is_no_second_person(app, ids, sign_in, clock):
    client = sign_in(ids["cora"])
    answer = client.post(
        "/people/invite", data={"name": "Puppet", "email": "puppet@elsewhere.example", "role": "coordinator"}
    )
    link = re.search(r"/welcome/[\w-]+", answer.text)[0]
    app.test_client().post(link, data={"name": "Puppet", "password": PASSWORD})
    puppet = one(app, select(Person.id).where(Person.name == "Puppet"))
    client.post(f"/people/{ids['head']}/steps/link")
    change_id = one(app, select(AccountChange.id))
    assert sign_in(puppet).post(f"/people/changes/{change_id}/confirmation").status_code == 422
    assert "invited Puppet to a role" in sign_in(ids["ada"]).get("/").text


def test_where_nobody_could_confirm_it_is_said_at_once(app, given, unit):
    cora = people.person("Cora", Role.COORDINATOR)
    worker = with_password("Wim")
    people.commit()
    with pytest.raises(Refused, match="No one else can confirm this"):
        operations.new_link(actor_of(cora.id), worker.id)


def test_who_lost_every_way_in_is_not_invited_anew(app, given, ids, sign_in):
    """A work account that is unlinked, or passkeys that go, leave somebody who was here."""

    def lose():
        head = db.session.get(Person, ids["head"])
        head.joined_at, head.password_hash = head.created_at, None
        record(None, "changed", head)

    given(lose)
    answer = sign_in(ids["cora"]).post(f"/people/{ids['head']}/steps/link", follow_redirects=True)
    assert "/welcome/" not in answer.text


def test_others_are_told_until_they_have_seen_it(app, ids, sign_in):
    sign_in(ids["cora"]).post(f"/people/{ids['head']}/steps/link")
    words = "Cora Coordinator asked for a link for Helen Head to set a new password."
    for who in ("kit", "ada", "other", "head"):
        assert words in sign_in(ids[who]).get("/").text, who
    assert words not in sign_in(ids["cora"]).get("/").text
    theirs = select(AccountNotice.id).where(AccountNotice.viewer_id == ids["other"])
    notice = one(app, theirs)
    assert sign_in(ids["kit"]).post(f"/me/notices/{notice}/seen").status_code == 404
    client = sign_in(ids["other"])
    assert client.post(f"/me/notices/{notice}/seen").location == "/"
    assert words not in client.get("/").text
    assert words in sign_in(ids["kit"]).get("/").text, "each sees it for themself"


@pytest.mark.parametrize("act", Act)
def test_each_act_says_who_and_whom(act):
    assert "Helen" in act.sentence("Cora", "Helen")
