"""The worker against a real mail server: taken, refused, put off, stalled, dead."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.config import MailServer
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.unit_of_work import writing
from portal.notices import delivery, operations, rules
from portal.notices.models import Notice
from portal.policy import Role
from tests import people, smtp
from tests.builders_notices import messages, send_all, somebody, the_message, told, use_server, work_off
from tests.smtp import peer

ENGINES = ("sqlite",)


@pytest.fixture(autouse=True)
def in_context(app):
    with app.app_context():
        yield
        db.session.rollback()


def test_a_message_is_taken_once_and_says_nothing_about_anybody(app):
    sam = somebody()
    told(sam)
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 1
        assert send_all() == 0
        (mail,) = server.messages()
    assert server.recipients() == ["sam.school@demo.example"]
    assert the_message().state == "sent"
    assert mail["Message-ID"] == the_message().message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "Something waits for you"
    assert mail["Date"].datetime.year == 2026
    assert mail["List-Unsubscribe"] is None
    for part in ("plain", "html"):
        words = mail.get_body((part,)).get_content()
        assert "Something waits for you in the portal." in words
        assert f"/messages/{the_message().notices[0].id}" in words
        assert "R-2026-0007" not in words
        assert "Sam" not in words
        assert "src=" not in words


@pytest.mark.parametrize("plan", [smtp.REFUSE_NOW, smtp.STALL_BEFORE])
def test_a_message_that_was_put_off_goes_later_under_the_same_id(app, clock, plan):
    told(somebody())
    plans = iter([plan, plan, smtp.TAKE])
    with peer(lambda _to: next(plans), stall=1.0) as server:
        use_server(app, server.server, patience=0.3)
        pauses = []
        for _ in range(2):
            assert send_all() == 1
            pauses.append(the_message().due_at - clock())
            assert send_all() == 0  # not before its time
            clock.moment = the_message().due_at
        assert send_all() == 1
    assert pauses == [timedelta(minutes=1), timedelta(minutes=5)]
    assert len(server.taken) == 1
    assert the_message().state == "sent"
    assert (the_message().attempts, the_message().maybe_delivered) == (3, 0)
    assert the_message().last_error == ""
    assert {message_id for message_id, _ in server.seen} == {the_message().message_id}


@pytest.mark.parametrize(
    ("plan", "kind"), [(smtp.REFUSE, "message_refused 550"), (smtp.REFUSE_RECIPIENT, "recipient_refused 550")]
)
def test_a_refusal_for_good_fails_at_once_and_keeps_no_words_of_the_server(app, plan, kind):
    told(somebody())
    with peer(lambda _to: plan) as server:
        use_server(app, server.server)
        assert send_all() == 1
    assert (the_message().state, the_message().attempts) == ("failed", 1)
    assert the_message().last_error == kind


@pytest.mark.parametrize("plan", [smtp.DIE, smtp.STALL])
def test_a_server_that_dies_before_its_answer_may_have_it_twice_and_that_is_counted(app, clock, plan):
    told(somebody())
    plans = iter([plan, smtp.TAKE])
    with peer(lambda _to: next(plans), stall=1.0) as server:
        use_server(app, server.server, patience=0.3)
        work_off(clock)
    assert len(server.taken) == 2
    assert {mail["Message-ID"] for mail in server.messages()} == {the_message().message_id}
    assert (the_message().state, the_message().maybe_delivered) == ("sent", 1)


def test_with_a_dead_server_everything_waits_and_the_others_are_left_alone_for_a_minute(app, clock):
    sam, kim = somebody("Sam School"), somebody("Kim Kind")
    told(sam, kim)
    use_server(app, MailServer("127.0.0.1", smtp.free_port(), "none", "portal@example.org"))
    assert send_all() == 1
    first, second = messages()
    assert (first.attempts, first.last_error, second.attempts) == (1, "no_server", 0)
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 0
        clock.forward(minutes=1)
        assert send_all() == 2
    assert len(server.taken) == 2


def test_a_server_that_never_speaks_does_not_hold_the_worker(app):
    told(somebody())
    with smtp.mute_server() as port:
        use_server(app, MailServer("127.0.0.1", port, "none", "portal@example.org"), patience=0.2)
        assert send_all() == 1
    assert the_message().last_error == "no_server"


def test_after_ten_attempts_an_administrator_sees_it_and_may_have_it_tried_again(app, clock):
    told(somebody())
    with peer(lambda _to: smtp.REFUSE_NOW) as server:
        use_server(app, server.server)
        work_off(clock, step=timedelta(hours=6))
    assert (the_message().state, the_message().attempts) == ("failed", rules.MOST_ATTEMPTS)
    assert len(server.seen) == 10
    assert the_message().last_error == "not_now 451"


def test_a_message_whose_worker_died_is_sent_when_its_lease_ends(app, clock):
    told(somebody())
    with peer() as server:
        use_server(app, server.server)
        assert delivery._claim() is not None
        assert send_all() == 0
        clock.forward(minutes=6)
        assert send_all() == 1
    assert (the_message().state, the_message().maybe_delivered) == ("sent", 1)


def test_what_was_rolled_back_is_never_sent(app):
    sam = somebody()
    with pytest.raises(RuntimeError), writing():
        operations.tell("something_waits", [sam], "/", key="undone")
        raise RuntimeError
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 0
    assert messages() == []
    assert server.taken == []


def test_the_same_key_tells_the_same_person_once(app):
    sam, kim = somebody("Sam School"), somebody("Kim Kind")
    told(sam, sam, key="one")
    told(sam, kim, key="one")
    told(sam, key="two")
    assert [(n.recipient, n.key) for n in db.session.scalars(select(Notice).order_by(Notice.id))] == [
        (f"person-{sam}", "one"),
        (f"person-{kim}", "one"),
        (f"person-{sam}", "two"),
    ]


def test_a_daily_e_mail_gathers_the_day_and_is_not_sent_when_nothing_came_up(app, clock):
    sam = somebody()
    with writing():
        operations.choose(_actor(sam), daily=True)
    told(sam, key="one")
    clock.forward(hours=2)
    told(sam, key="two")
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 0
        clock.moment = clock.moment.replace(hour=16, minute=0)
        assert send_all() == 1
        told(sam, key="three")
        assert send_all() == 0
        clock.forward(days=1)
        assert send_all() == 1
        clock.forward(days=3)
        assert send_all() == 0
        first, second = server.messages()
    assert first["Subject"] == "2 things wait for you"
    assert second["Subject"] == "1 thing waits for you"
    assert first["Message-ID"] != second["Message-ID"]
    assert first.get_body(("plain",)).get_content().count("Sign in:") == 2


def test_how_somebody_signs_in_is_said_straight_away_whatever_they_chose(app):
    sam = somebody()
    with writing():
        operations.choose(_actor(sam), daily=True)
        operations.tell("sign_in_changed", [sam], "/me", key="changed")
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 1
        assert server.messages()[0]["Subject"] == "How you sign in was changed"


def test_a_daily_e_mail_that_was_put_off_keeps_its_id_and_takes_nothing_more_in(app, clock):
    sam = somebody()
    with writing():
        operations.choose(_actor(sam), daily=True)
    told(sam, key="one")
    clock.moment = clock.moment.replace(hour=16, minute=0)
    plans = iter([smtp.DIE, smtp.TAKE, smtp.TAKE])
    with peer(lambda _to: next(plans)) as server:
        use_server(app, server.server)
        assert send_all() == 1
        told(sam, key="two")
        work_off(clock, step=timedelta(hours=1))
    assert [mail["Subject"] for mail in server.messages()] == ["1 thing waits for you"] * 3
    ids = [mail["Message-ID"] for mail in server.messages()]
    assert ids[0] == ids[1] != ids[2]


def test_who_changes_back_to_at_once_gets_what_waits_for_the_evening_now(app):
    sam = somebody()
    with writing():
        operations.choose(_actor(sam), daily=True)
    told(sam, key="one")
    with writing():
        operations.choose(_actor(sam), daily=False)
    told(sam, key="two")
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 2


def test_what_the_evening_had_gathered_goes_now_with_all_its_lines(app):
    sam = somebody()
    with writing():
        operations.choose(_actor(sam), daily=True)
    for key in ("one", "two", "three"):
        told(sam, key=key)
    with writing():
        operations.choose(_actor(sam), daily=False)
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 1
        (mail,) = server.messages()
    assert mail["Subject"] == "3 things wait for you"
    for part in ("plain", "html"):
        words = mail.get_body((part,)).get_content()
        assert all(f"/messages/{notice.id}" in words for notice in the_message().notices)


def test_who_has_no_account_any_more_is_not_written_to(app, clock):
    sam = somebody()
    told(sam)
    with writing():
        _disable(sam, clock())
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 1
    assert server.taken == []
    assert the_message().state == "not_needed"


def test_what_waited_for_days_is_not_sent_by_itself_and_an_administrator_sees_it(app, clock):
    sam = somebody()
    told(sam, key="old")
    clock.forward(days=4)
    told(sam, key="new")
    with peer() as server:
        use_server(app, server.server)
        send_all()
        assert len(server.taken) == 1
        assert [message.state for message in messages()] == ["failed", "sent"]
        old = messages()[0]
        assert rules.ending_words(old.last_error).startswith("Nothing was sent for three days")
        with writing():
            admin = people.person("Ada Min", Role.ADMIN)
            operations.try_again(_actor(admin.id), old.id)
        assert send_all() == 1
    assert [message.state for message in messages()] == ["sent", "sent"]


def test_a_token_is_made_when_the_message_goes_and_stands_in_no_outbox(app, clock, monkeypatch):
    made: list[str] = []
    monkeypatch.setitem(
        rules.KINDS, "test_outside", rules.Kind("A question waits", "Somebody asks you something.", "Answer")
    )
    monkeypatch.setitem(
        operations.composers, "test_outside", lambda about: f"/f/token-{made.append('x') or len(made)}-{about['id']}"
    )
    with writing():
        operations.tell_outside("test_outside", "Parent@Example.org", key="invitation-7", about={"id": 7})
        operations.tell_outside("test_outside", "parent@example.org", key="invitation-7", about={"id": 7})
    plans = iter([smtp.REFUSE_NOW, smtp.TAKE])
    with peer(lambda _to: next(plans)) as server:
        use_server(app, server.server)
        work_off(clock)
        (mail,) = server.messages()
    for part in ("plain", "html"):  # nothing that only somebody with an account can do
        words = mail.get_body((part,)).get_content()
        assert "Answer" in words
        assert "Sign in" not in words
        assert "/account/" not in words
    assert server.recipients() == ["Parent@Example.org"]
    assert "/f/token-2-7" in mail.get_body(("plain",)).get_content()
    stored = db.session.scalar(text("SELECT address FROM message"))
    notice = db.session.scalars(select(Notice)).one()
    assert json.loads(notice.about) == {"id": 7}
    assert "arent" not in stored + notice.recipient + notice.url


def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(app, monkeypatch):
    monkeypatch.setitem(rules.KINDS, "test_broken", rules.Kind("A question waits", "Somebody asks you something."))
    with writing():
        operations.tell_outside("test_broken", "parent@example.org", key="one", about={})
    told(somebody())
    with peer() as server:
        use_server(app, server.server)
        assert send_all() == 2
    assert [message.state for message in messages()] == ["waiting", "sent"]
    assert messages()[0].last_error == "not_composed"


@pytest.mark.parametrize("url", ["https://elsewhere.example", "//elsewhere.example", "referrals"])
def test_a_message_leads_only_into_the_portal(url):
    with pytest.raises(ValueError, match="path"):
        operations.tell("something_waits", [1], url, key="x")


def test_an_unknown_kind_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="kind"):
        operations.tell("gossip", [1], "/", key="x")


def _actor(person_id):
    return actor_of(person_id)


def _disable(person_id, at):
    person = db.session.get_one(Person, person_id)
    person.disabled_at = at
    audit.record(None, "person disabled", person)
