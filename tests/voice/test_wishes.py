"""A wish to talk: the line on every page, the child's words, numbers, what was done, closing, and finding it again."""

import re
from typing import Any

import pytest

from portal.accounts.models import SignInSession
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel.alerts import alerts_of
from portal.kernel.audit import record
from portal.kernel.errors import OutOfReach, Refused
from portal.notices import rules as notices
from portal.notices.mail import Letter, Line, composed
from portal.notices.models import Message, Notice, Preference
from portal.policy import Role
from portal.voice.models import ChildView, TalkWish
from portal.voice.operations import reading, talking, wishes
from portal.voice.queries.talking import wish_for, wish_page, wishes_of_case
from portal.voice.rules.talking import closing_problems, deed_problems
from tests import people
from tests.builders_cases import case, contact, pupil, world
from tests.builders_voice import prepared, view
from tests.statements import statements

ANSWERS: tuple[dict[str, Any], ...] = ({"q": "wish", "state": "answered", "words": "Nobody <b>listens</b> to me"},)
ASKED = "A child wants to talk to someone. Asked Tuesday 10 November, 9:30am."


@pytest.fixture
def ids(given: Any) -> Any:
    def make() -> dict[str, Any]:
        a_world = world()
        child = pupil(a_world.ash)
        contact(child, "Rosa Khan", phone="01632 960 111")
        contact(child, "Omar Khan", do_not_contact=True, safe_channels="phone", phone="01632 960 999")
        a_case = case(a_world, child)
        a_world.ash.telephone, a_world.ash.dsl_name, a_world.ash.dsl_telephone = (
            "01632 960 001",
            "Di Lead",
            "01632 960 002",
        )
        record(None, "school changed", a_world.ash)
        a_world.worker.work_telephone = "01632 960 003"
        record(None, "number changed", a_world.worker)
        made = view(a_world, a_case, answers=ANSWERS)
        lead = people.person("Safe Lead", Role.SAFEGUARDING)
        wish = talking.ask_to_talk(made.place)
        names = ("coordinator", "worker", "colleague", "senco")
        own = {name: getattr(a_world, name).id for name in names}
        return {"ref": a_case.reference, "case": a_case.id, "view": made.id, "wish": wish.id, "lead": lead.id, **own}

    return given(make)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def version(app: Any) -> str:
    with app.app_context():
        return str(db.session.scalars(db.select(TalkWish.version)).one())


# The line on every page ------------------------------------------------------------


def test_the_first_page_says_once_that_a_child_wants_to_talk_and_names_the_child(ids: Any, sign_in: Any) -> None:
    for name in ("worker", "lead"):
        home = text(sign_in(ids[name]).get("/"))
        assert home.count("wants to talk to someone") == 1, name
        assert "Who is waiting to talk" in home and "nobody has read it yet" in home


def test_the_line_stands_on_every_page_of_those_it_concerns_and_names_nobody(ids: Any, sign_in: Any) -> None:
    worker, lead = sign_in(ids["worker"]), sign_in(ids["lead"])
    for person, addresses in (
        (worker, ("/", "/board/", "/visits/", "/me")),
        (lead, ("/", "/board/", "/schools/")),
    ):
        for address in addresses:
            answer = person.get(address, follow_redirects=True)
            line = text(answer).partition('id="alerts"')[2].partition('id="alert"')[0]
            assert ASKED in line and f'href="/voice/talk/{ids["wish"]}"' in line, address
            assert "Maya" not in line and "Ash" not in line
    missing = worker.get("/cases/C-1999-0001")
    assert missing.status_code == 404 and ASKED in missing.get_data(as_text=True)


def test_nobody_else_has_the_line(ids: Any, sign_in: Any) -> None:
    for name in ("colleague", "coordinator", "senco"):
        page = text(sign_in(ids[name]).get("/"))
        assert "A child wants to talk" not in page
        assert text(sign_in(ids[name]).get("/alerts")).strip() == ""
    assert 'id="alerts"' not in text(sign_in(ids["senco"]).get("/"))


def test_the_case_says_it_at_its_top_and_keeps_it_when_it_is_closed(app: Any, ids: Any, sign_in: Any) -> None:
    worker, lead, url = sign_in(ids["worker"]), sign_in(ids["lead"]), f"/voice/talk/{ids['wish']}"
    page = text(worker.get(f"/cases/{ids['ref']}")).partition("<main")[2]
    assert page.index(ASKED) < page.index("app-stages")
    lead.post(f"{url}/seen", data={"words": str(ids["view"])})
    lead.post(f"{url}/closing", data={"done": "We talked at lunch.", "version": version(app)})
    assert ASKED not in text(worker.get(f"/cases/{ids['ref']}"))
    for person in (worker, lead):
        voice = text(person.get(f"/cases/{ids['ref']}/voice"))
        assert f'href="{url}"' in voice and "Closed Tuesday 10 November, 9:30am" in voice
        assert "We talked at lunch." in text(person.get(url))


def test_asking_for_new_lines_is_cheap_and_keeps_nobody_signed_in(app: Any, ids: Any, sign_in: Any, clock: Any) -> None:
    worker = sign_in(ids["worker"])
    worker.get("/")
    with app.app_context():
        before = db.session.scalars(db.select(SignInSession.seen_at)).first()
    for _ in range(29):
        clock.forward(minutes=1)
        answer = worker.get("/alerts", headers={"X-Poll": "1"})
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    with app.app_context():
        assert db.session.scalars(db.select(SignInSession.seen_at)).first() == before
        with statements() as sent:
            assert worker.get("/alerts", headers={"X-Poll": "1"}).status_code == 200
    assert len(sent) <= 3, sent  # the session, the settings, the wishes
    clock.forward(minutes=2)
    assert worker.get("/alerts", headers={"X-Poll": "1"}).status_code == 302


# Its page ------------------------------------------------------------


def test_its_page_has_the_childs_words_the_numbers_and_what_was_done(ids: Any, sign_in: Any) -> None:
    worker, url = sign_in(ids["worker"]), f"/voice/talk/{ids['wish']}"
    page = text(worker.get(url))
    assert "Nobody &lt;b&gt;listens&lt;/b&gt; to me" in page and "Not read yet" in page
    for number in ("01632960001", "01632960002", "01632960003", "01632960111"):
        assert f'href="tel:{number}"' in page
    assert "Di Lead" in page and "Omar Khan" in page and "960 999" not in page and "Do not contact" in page
    assert "Nothing has been recorded yet." in page
    assert worker.post(f"{url}/deeds", data={"words": " "}).status_code == 422
    assert worker.post(f"{url}/deeds", data={"words": "I rang the school at ten."}).status_code == 303
    page = text(sign_in(ids["lead"]).get(url))
    assert "I rang the school at ten." in page and "Wren Okafor</span>, Tuesday 10 November, 9:30am" in page
    assert sign_in(ids["colleague"]).post(f"{url}/deeds", data={"words": "x"}).status_code == 404


def test_numbers_that_are_missing_say_who_adds_them(given: Any, ids: Any, sign_in: Any) -> None:
    def forget() -> None:
        wish = db.session.get_one(TalkWish, ids["wish"])
        wish.case.school.dsl_telephone = ""
        record(None, "school changed", wish.case.school)

    given(forget)
    assert "No number recorded. A coordinator can add it on the school" in text(
        sign_in(ids["worker"]).get(f"/voice/talk/{ids['wish']}")
    )


@pytest.mark.both_engines
def test_nobody_closes_it_while_the_childs_words_are_unread(app: Any, ids: Any, sign_in: Any) -> None:
    lead, url = sign_in(ids["lead"]), f"/voice/talk/{ids['wish']}"
    closing = {"done": "We talked at lunch.", "version": version(app)}
    assert "You can close it once what the child said" in text(lead.get(url))
    refused = lead.post(f"{url}/closing", data=closing)
    assert refused.status_code == 422 and "Read what the child said in this turn first" in refused.get_data(
        as_text=True
    )
    assert sign_in(ids["worker"]).post(f"{url}/seen", data={"words": str(ids["view"])}).status_code == 303
    closing["version"] = version(app)
    assert lead.post(f"{url}/closing", data=closing).status_code == 422  # a worker is not who reads first
    assert lead.post(f"{url}/seen").status_code == 303  # a page without the words says nothing about them
    assert lead.post(f"{url}/closing", data=closing).status_code == 422
    assert lead.post(f"{url}/seen", data={"words": str(ids["view"])}).status_code == 303
    assert lead.post(f"{url}/closing", data=closing).status_code == 303
    assert lead.post(f"{url}/deeds", data={"words": "More"}).status_code == 422


def test_what_was_taken_back_is_read_by_a_lead_alone(unit: Any) -> None:
    a_world = world()
    made = view(a_world, case(a_world), answers=ANSWERS)
    wish = talking.ask_to_talk(made.place)
    reading.take_back(actor_of(a_world.worker.id), made, opened_with=made.version)
    db.session.flush()
    lead = people.person("Safe Lead", Role.SAFEGUARDING)
    seen_by = {one.id: wish_page(actor_of(one.id), wish.id) for one in (a_world.worker, lead)}
    assert not seen_by[a_world.worker.id].words.answers
    assert "took back" in seen_by[a_world.worker.id].no_words
    assert seen_by[lead.id].words.answers and not seen_by[lead.id].no_words
    wishes.see_wish(actor_of(lead.id), wish, words_shown=made.id)
    wishes.close_wish(actor_of(lead.id), wish, "We talked.", opened_with=wish.version)


def test_a_turn_without_words_says_why_and_can_be_closed(unit: Any) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    wish = talking.ask_to_talk(place)
    lead = actor_of(people.person("Safe Lead", Role.SAFEGUARDING).id)
    assert "may still be answering" in wish_page(lead, wish.id).no_words
    wishes.close_wish(lead, wish, "We talked.", opened_with=wish.version)
    with pytest.raises(Refused, match="already been closed"):
        wishes.close_wish(lead, wish, "Again", opened_with=wish.version)


def test_those_whose_list_it_was_on_find_it_again(unit: Any) -> None:
    a_world = world()
    a_case = case(a_world)
    wish = talking.ask_to_talk(view(a_world, a_case, answers=ANSWERS).place)
    lead = actor_of(people.person("Safe Lead", Role.SAFEGUARDING).id)
    wish.deputies_told_at = None
    made = db.session.scalars(db.select(ChildView)).one()
    wishes.see_wish(lead, wish, words_shown=made.id)
    wishes.close_wish(lead, wish, "We talked.", opened_with=wish.version)
    db.session.flush()
    worker = actor_of(a_world.worker.id)
    assert [one.is_open for one in wishes_of_case(worker, a_case.id)] == [False]
    assert wishes_of_case(actor_of(a_world.colleague.id), a_case.id) == []
    with pytest.raises(OutOfReach):
        wish_for(actor_of(a_world.colleague.id), wish.id)
    assert alerts_of(worker) == []


@pytest.mark.parametrize(("words", "wrong"), [("", True), (" \n", True), ("Talked.", False), ("x" * 2_001, True)])
def test_what_was_done_is_said_in_words(words: str, wrong: bool) -> None:
    assert bool(deed_problems(words)) is wrong
    assert bool(closing_problems(words, words_unread=False)) is wrong
    assert len(closing_problems(words, words_unread=True)) == 1 + wrong


# Its email ------------------------------------------------------------


def test_its_email_says_one_sentence_and_one_address(app: Any, ids: Any) -> None:
    with app.test_request_context():
        letter = Letter("<a@b>", "w@x.example", [Line("sign_in_now", "/messages/5")], False, app.extensions["clock"]())
        sent = composed(letter, "portal@x.example").decode()
    plain = sent.partition("text/plain")[2].partition("text/html")[0].replace("=\r\n", "")
    assert "A child has asked to talk to someone, and you are the person we tell first: please sign in now." in plain
    assert len(re.findall(r"https?://", plain)) == 1
    assert "Choose how you are told" not in sent


def test_it_is_not_put_off_to_the_daily_email(unit: Any) -> None:
    a_world = world()
    record(None, "way chosen", Preference(person_id=a_world.worker.id, daily=True))
    talking.ask_to_talk(view(a_world, case(a_world), answers=ANSWERS).place)
    found = db.session.scalars(
        db.select(Message).join(Notice, Notice.message_id == Message.id).where(Notice.kind == "sign_in_now")
    ).all()
    assert found and all(message.digest_on is None for message in found)
    assert not notices.KINDS["sign_in_now"].can_wait
