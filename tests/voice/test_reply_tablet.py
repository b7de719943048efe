"""“You said, we did” on a tablet: the worker's session ends, the child sees one answer once, and it is recorded."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.models import SignInSession
from portal.accounts.operations.sessions import open_session, session_digest
from portal.accounts.queries import actor_of
from portal.app import Portal
from portal.extensions import db
from portal.kernel.audit import AuditLine, record
from portal.kernel.clock import now
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.policy import Role
from portal.tasks.models import Task
from portal.voice.models import ChildView, HandOver, TalkWish, ViewReply
from portal.voice.operations import places, reading, showing, talking, wishes
from portal.voice.operations.reading import ReplyDraft
from portal.voice.queries import places as lists
from tests import people
from tests.builders_cases import World, case, world
from tests.builders_voice import PIN, prepared, view, with_pin

USUAL_ENGINE = "sqlite"

SAID, DID = "It is <b>loud</b> at lunch", "You may eat in room 4"
TOLD = ReplyDraft(SAID, DID, "noise", "door")
Given = Callable[[Callable[[], object]], Any]


def answered(a_world: World) -> ChildView:
    """A child's view of a new case, with an answer that the child has not seen."""
    made = view(a_world, case(a_world))
    reading.read_view(actor_of(a_world.coordinator.id), made)
    reading.answer_child(actor_of(a_world.worker.id), made, TOLD, opened_with=0)
    return made


def shown(a_world: World, made: ChildView, *, secret: str = PIN, version: int = 1) -> str:
    token = open_session(a_world.worker, second_factor=True)
    session = db.session.scalars(select(SignInSession).where(SignInSession.digest == session_digest(token))).one()
    actor = actor_of(a_world.worker.id)
    return showing.show_reply(actor, session.id, secret, "127.0.0.1", made, opened_with=version)


def the_reply() -> ViewReply:
    return db.session.scalars(select(ViewReply)).one()


@pytest.mark.both_engines
@pytest.mark.usefixtures("unit")
class TestOperations:
    """What happens, on both engines."""

    def test_the_staff_session_ends_and_the_childs_lasts_45_minutes_from_the_moment_it_is_seen(
        self, clock: Any
    ) -> None:
        a_world = world()
        token = shown(a_world, answered(a_world))

        session = places.open_session_of(token)
        assert session is not None and session.places == [] and showing.shown_reply(session) is the_reply()
        assert all(row.ended_at is not None for row in db.session.scalars(select(SignInSession)))
        assert session.lasts_until == now() + timedelta(minutes=45)
        places.touch(session)
        clock.forward(minutes=46)
        assert places.open_session_of(token) is None and places.turn_just_ended(token) is None

    def test_a_wrong_pin_hands_nothing_over(self) -> None:
        a_world = world()
        made = answered(a_world)
        db.session.commit()
        before = db.session.scalar(select(db.func.count(HandOver.id)))

        with pytest.raises(Refused):
            shown(a_world, made, secret="592847")

        assert db.session.scalar(select(db.func.count(HandOver.id))) == before

    def test_done_records_it_once_for_who_handed_over_and_ends_the_session(self) -> None:
        a_world = world()
        made = answered(a_world)
        token = shown(a_world, made)

        assert showing.finish(token, seen_version=1) and showing.finish(token, seen_version=1)

        reply = the_reply()
        assert (reply.seen_how, reply.seen_by_id) == ("tablet", a_world.worker.id) and reply.seen_at is not None
        assert places.open_session_of(token) is None
        lines = list(db.session.scalars(select(AuditLine.action).where(AuditLine.kind == "view_reply")))
        assert lines.count("child has seen the answer") == 1 and "answer to a child handed over" in lines
        assert not db.session.scalars(select(Task).where(Task.rule == "answer_child", Task.done_at.is_(None))).all()
        with pytest.raises(Refused, match="has seen"):
            shown(a_world, made, version=reply.version)

    def test_words_that_have_changed_meanwhile_are_shown_before_they_count_as_seen(self) -> None:
        a_world = world()
        made = answered(a_world)
        token = shown(a_world, made)
        reading.answer_child(actor_of(a_world.coordinator.id), made, ReplyDraft("Loud", "Quiet"), opened_with=1)

        assert not showing.finish(token, seen_version=1) and the_reply().seen_at is None
        assert showing.finish(token, seen_version=2) and the_reply().seen_at is not None

    def test_what_is_taken_back_meanwhile_is_not_shown_and_not_seen(self) -> None:
        a_world = world()
        made = answered(a_world)
        token = shown(a_world, made)
        reading.take_back(actor_of(a_world.worker.id), made, opened_with=made.version)

        assert showing.shown_reply(places.open_session_of(token)) is None
        assert showing.finish(token, seen_version=1)
        assert the_reply().seen_at is None and places.open_session_of(token) is None

    def test_only_what_stands_and_is_new_and_as_it_was_read_is_handed_over(self) -> None:
        a_world = world()
        unanswered = view(a_world, case(a_world))
        with pytest.raises(OutOfReach):
            shown(a_world, unanswered)
        made = answered(a_world)
        with pytest.raises(EditConflict):
            shown(a_world, made, version=2)
        reading.take_back(actor_of(a_world.worker.id), made, opened_with=made.version)
        with pytest.raises(OutOfReach):
            shown(a_world, made)

    def test_a_colleague_without_the_case_hands_nothing_over(self) -> None:
        a_world = world()
        made = answered(a_world)
        a_world.colleague.tablet_pin_hash = a_world.worker.tablet_pin_hash
        with pytest.raises((NotPermitted, OutOfReach)):
            showing.show_reply(actor_of(a_world.colleague.id), 1, PIN, "127.0.0.1", made, opened_with=1)
        db.session.rollback()

    def test_it_leaves_the_tray_and_the_list_of_turns_as_they_were(self) -> None:
        a_world = world()
        made = answered(a_world)
        actor = actor_of(a_world.worker.id)
        waiting = prepared(a_world, case(a_world))
        lately = lists.handed_lately(actor)

        token = shown(a_world, made)
        showing.finish(token, seen_version=1)

        assert places.tray_of(actor) == [waiting] and waiting.hand_over_id is None
        assert [row.id for row in lists.handed_lately(actor)] == [row.id for row in lately]

    def test_two_presses_are_one_wish_and_a_later_one_is_heard(self) -> None:
        a_world = world()
        made = answered(a_world)
        token = shown(a_world, made)
        first = [places.turn_just_ended(token) for _ in range(2)]
        assert first[0] is made.place
        pressed = [talking.ask_to_talk(place) for place in first if place]
        assert pressed[0] is pressed[1]
        lead = actor_of(people.person("Safe Lead", Role.SAFEGUARDING).id)
        wishes.close_wish(lead, pressed[0], "We talked.", opened_with=pressed[0].version)

        showing.finish(token, seen_version=1)
        place = places.turn_just_ended(token, made.place.public_id)

        assert place is not None and talking.ask_to_talk(place) is not pressed[0]
        assert places.turn_just_ended(token, "another") is None


@pytest.fixture
def ids(given: Given) -> dict[str, Any]:
    def make() -> dict[str, Any]:
        a_world = world()
        with_pin(a_world)
        made = answered(a_world)
        names = ("coordinator", "worker", "colleague", "senco")
        facts = {"ref": made.case.reference, "view": made.id, "case": made.case_id}
        return facts | {name: getattr(a_world, name).id for name in names}

    made: dict[str, Any] = given(make)
    return made


@pytest.fixture
def url(ids: dict[str, Any]) -> str:
    return f"/cases/{ids['ref']}/voice/{ids['view']}/reply/tablet"


@pytest.fixture
def tablet(sign_in: Any, ids: dict[str, Any], url: str) -> FlaskClient:
    """A browser that was the worker's until it was handed over."""
    client: FlaskClient = sign_in(ids["worker"])
    answer = client.post(url, data={"tablet_pin": PIN, "version": "1"})
    assert answer.location == "/voice/tablet/reply?new=1", answer.text
    return client


FINISHED = "Time to give the tablet back"
CHILD = "/voice/tablet/reply"


def done(client: FlaskClient, act: str = "done", version: int = 1) -> Any:
    return client.post(CHILD, data={"act": act, "version": version})


def reply_facts(given: Given) -> Any:
    return given(lambda: (the_reply().seen_how, the_reply().seen_by_id))


def test_the_worker_is_offered_a_tablet_or_paper(sign_in: Any, ids: dict[str, Any], url: str) -> None:
    worker = sign_in(ids["worker"])
    for page in (f"/cases/{ids['ref']}/voice", url.removesuffix("/tablet")):
        text = worker.get(page).text
        assert f'href="{url}"' in text and "Show it on a tablet" in text and "Print it" in text
    assert '<option value="tablet">' not in worker.get(f"/cases/{ids['ref']}/voice").text
    assert "You are signed out on this tablet" in worker.get(url).text
    paper = worker.get(url.replace("/tablet", "/print")).text
    assert "Print this page" in paper and "show it as it is" not in paper


def test_after_the_hand_over_neither_cookie_opens_a_page_of_the_staff(
    app: Portal, sign_in: Any, ids: dict[str, Any], url: str
) -> None:
    worker, copied, name = sign_in(ids["worker"]), app.test_client(), app.config["SESSION_COOKIE_NAME"]
    worker.get(url)
    copied.set_cookie(name, worker.get_cookie(name).value)

    answer = worker.post(url, data={"tablet_pin": PIN, "version": "1"})

    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"cache"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert worker.get_cookie(name).value != copied.get_cookie(name).value
    for client in (worker, copied):
        for page in ("/", f"/cases/{ids['ref']}/voice", url, "/voice/"):
            assert client.get(page).status_code in (302, 303, 401), page
    assert FINISHED in copied.get(CHILD).text


def test_a_wrong_pin_shows_nothing_and_leaves_the_worker_signed_in(
    given: Given, sign_in: Any, ids: dict[str, Any], url: str
) -> None:
    worker = sign_in(ids["worker"])
    answer = worker.post(url, data={"tablet_pin": "592847", "version": "1"})
    assert answer.status_code == 422 and "592847" not in answer.text
    assert FINISHED in worker.get(CHILD).text
    assert worker.get(url).status_code == 200
    assert worker.post(url, data={"tablet_pin": PIN, "version": "7"}).status_code == 409
    assert given(lambda: db.session.scalars(select(HandOver).where(HandOver.reply_id.is_not(None))).all()) == []


def test_the_answer_is_there_for_that_cookie_alone_and_names_nobody(
    app: Portal, tablet: FlaskClient, ids: dict[str, Any]
) -> None:
    page = tablet.get(CHILD)
    assert page.headers["Cache-Control"] == "no-store"
    assert "It is &lt;b&gt;loud&lt;/b&gt; at lunch" in page.text and DID in page.text
    assert page.text.count("data-listen-also") == 2 and "<title>Your turn</title>" in page.text
    for word in ("Maya", "Khan", "Wren", "Okafor", ids["ref"], f"/{ids['view']}", "/cases"):
        assert word not in page.text
    assert tablet.get("/voice/tablet").location == "/voice/tablet/reply?new=1"
    assert FINISHED in app.test_client().get(CHILD).text


def test_the_words_are_marked_as_the_language_in_which_the_child_was_asked(
    given: Given, sign_in: Any, ids: dict[str, Any], url: str
) -> None:
    def in_urdu() -> None:
        asked = db.session.get_one(ChildView, ids["view"]).place.asked
        asked.language = "ur"
        record(None, "questionnaire language changed", asked)

    given(in_urdu)
    worker = sign_in(ids["worker"])
    assert "The questions were in Urdu. Write in Urdu too" in worker.get(url.removesuffix("/tablet")).text
    assert "reads this aloud in Urdu" in worker.get(url).text
    assert f'lang="ur-PK" dir="rtl">{DID}' in worker.get(url.replace("/tablet", "/print")).text
    worker.post(url, data={"tablet_pin": PIN, "version": "1"})
    assert '<html lang="ur-PK" dir="rtl" class="tablet">' in worker.get(CHILD).text


def test_done_is_recorded_once_and_nothing_shows_the_answer_again(
    given: Given, tablet: FlaskClient, ids: dict[str, Any]
) -> None:
    before = tablet.get_cookie("portal").value
    answer = done(tablet)
    assert answer.location == "/voice/tablet/ended" and answer.headers["Clear-Site-Data"] == '"cache"'
    assert tablet.get_cookie("portal").value != before
    assert "Thank you" in tablet.get("/voice/tablet/ended").text
    assert done(tablet).location == "/voice/tablet/ended"
    for page in (CHILD, "/voice/tablet"):
        assert FINISHED in tablet.get(page).text
    assert reply_facts(given) == ("tablet", ids["worker"])


def test_nothing_but_done_counts_as_seen(given: Given, tablet: FlaskClient) -> None:
    for act, version in (("", 1), ("keep", 1), ("done", 9)):
        assert done(tablet, act, version).location == "/voice/tablet/reply?new=1"
    assert reply_facts(given) == (None, None) and DID in tablet.get(CHILD).text


def test_taken_back_meanwhile_shows_nothing(given: Given, tablet: FlaskClient, ids: dict[str, Any]) -> None:
    def take_back() -> None:
        made = db.session.get_one(ChildView, ids["view"])
        reading.take_back(actor_of(ids["worker"]), made, opened_with=made.version)

    given(take_back)
    page = tablet.get(CHILD).text
    assert FINISHED in page and DID not in page and "Done" not in page
    assert done(tablet).location == "/voice/tablet/ended" and reply_facts(given) == (None, None)


def test_a_wish_to_talk_is_heard_before_and_after_done(given: Given, tablet: FlaskClient) -> None:
    def wish(act: str, place: str) -> str:
        return str(tablet.post("/voice/tablet", data={"act": act, "from": place}).location)

    asked = tablet.get(done(tablet, "talk").location).text
    place = re.findall(r'name="from" value="([^"]+)"', asked)[0]
    assert "Shall we tell" in asked and given(lambda: db.session.scalars(select(TalkWish)).all()) == []
    for _ in range(2):
        assert "We have told someone" in tablet.get(wish("tell", place)).text
    assert wish("back", place) == "/voice/tablet"
    assert DID in tablet.get("/voice/tablet", follow_redirects=True).text
    done(tablet)
    last = tablet.get("/voice/tablet/ended").text
    assert "We will read what you said" in last and "data-kept hidden" in last  # it was an answer, not a question
    assert "Shall we tell" in tablet.get(wish("talk", re.findall(r'name="from" value="([^"]+)"', last)[0])).text
    assert "We have told someone" in tablet.get(wish("tell", place)).text
    assert given(lambda: len(db.session.scalars(select(TalkWish)).all())) == 1


def test_after_45_minutes_the_tablet_is_finished(given: Given, clock: Any, tablet: FlaskClient) -> None:
    clock.forward(minutes=46)
    assert FINISHED in tablet.get(CHILD).text
    for act in ("done", "talk"):
        assert done(tablet, act).location == "/voice/tablet"
    assert reply_facts(given) == (None, None)


def test_only_who_works_on_the_case_shows_it(sign_in: Any, ids: dict[str, Any], url: str) -> None:
    secret = {"tablet_pin": PIN, "version": "1"}
    for name, status in (("colleague", 404), ("senco", 403)):
        client = sign_in(ids[name])
        assert client.get(url).status_code == client.post(url, data=secret).status_code == status
    assert sign_in(ids["coordinator"]).get(url).status_code == 200
    other = url.replace(f"/{ids['view']}/", "/9999/")
    assert sign_in(ids["worker"]).get(other).status_code == 404
