"""The administrator's page of messages, a person's choice, and where a message leads."""

import pytest

from portal.extensions import db
from portal.notices import operations
from portal.notices.models import Message
from portal.policy import Role
from tests import people, smtp
from tests.builders_notices import send_all, use_server
from tests.smtp import peer

ENGINES = ("sqlite",)


@pytest.fixture
def cast(given):
    def make():
        school = people.school()
        return {
            "admin": people.person("Ada Admin", Role.ADMIN).id,
            "school": people.person("Sam School", Role.SCHOOL, school_id=school.id).id,
            "other": people.person("Kim Kind", Role.SCHOOL, school_id=school.id).id,
        }

    return given(make)


def _tell(given, *person_ids, url="/referrals/R-2026-0007"):
    given(lambda: operations.tell("something_waits", person_ids, url, key=f"about-{url}"))


def _failed(app, given, cast):
    _tell(given, cast["school"], cast["other"])
    with app.app_context(), peer(lambda _to: smtp.REFUSE_RECIPIENT) as server:
        use_server(app, server.server)
        send_all()
        db.session.rollback()


def test_without_a_mail_server_the_page_says_so_and_shows_what_would_go(sign_in, given, cast):
    _tell(given, cast["school"])
    page = sign_in(cast["admin"]).get("/settings/messages").text
    assert "Not sent: no mail server is set" in page
    assert "Sam School (sam.school@demo.example)" in page
    assert "Something waits for you in the portal." in page


def test_what_failed_is_named_in_words_and_tried_again(app, sign_in, given, cast):
    _failed(app, given, cast)
    client = sign_in(cast["admin"])
    page = client.get("/settings/messages").text
    assert "there is no such address" in page
    assert "(550)" in page
    assert "2 <" not in page
    assert "messages could not be sent" in client.get("/").text
    with app.app_context():
        first = db.session.scalars(db.select(Message.id)).first()
    assert client.post(f"/settings/messages/{first}/steps/retry").status_code == 303
    assert client.post(f"/settings/messages/{first}/steps/retry").status_code == 404
    assert client.post("/settings/messages/steps/retry").status_code == 303
    with app.app_context(), peer() as server:
        use_server(app, server.server)
        assert send_all() == 2
        db.session.rollback()
    assert len(server.taken) == 2


def test_only_administrators_see_the_outbox(sign_in, cast):
    client = sign_in(cast["school"])
    assert client.get("/settings/messages").status_code == 403
    assert client.post("/settings/messages/steps/retry").status_code == 403
    assert client.post("/settings/messages/1/steps/retry").status_code == 403


def test_a_message_leads_its_person_to_the_page_and_nobody_else(app, sign_in, given, cast):
    _tell(given, cast["school"])
    with app.app_context():
        notice = db.session.scalars(db.select(Message)).one().notices[0].id
    answer = sign_in(cast["school"]).get(f"/messages/{notice}")
    assert (answer.status_code, answer.location) == (303, "/referrals/R-2026-0007")
    assert sign_in(cast["other"]).get(f"/messages/{notice}").status_code == 404
    assert sign_in(cast["school"]).get("/messages/2147483647").status_code == 404


def test_a_person_chooses_once_a_day(app, sign_in, given, cast):
    client = sign_in(cast["school"])
    assert "E-mail at once, or once a day" in client.get("/me").text
    assert 'value="at_once" checked' in client.get("/account/messages").text
    assert client.post("/account/messages", data={"when": "daily"}).status_code == 303
    assert 'value="daily" checked' in client.get("/account/messages").text
    _tell(given, cast["school"])
    with app.app_context():
        assert db.session.scalars(db.select(Message)).one().digest_on is not None


@pytest.mark.parametrize("sent", ["", "hourly", "da\x00ily", "x" * 100_000])
def test_another_choice_is_refused_with_the_way_out(sign_in, cast, sent):
    answer = sign_in(cast["school"]).post("/account/messages", data={"when": sent})
    assert answer.status_code == 422
    assert "Choose" in answer.text
