"""The tablet without scripts, and its doors: what a child's session reaches, and what it does not."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient

from portal.app import Portal
from portal.extensions import db
from portal.kernel import audit, jobs, settings
from portal.voice.models import ChildView, TalkWish, VoicePlace
from portal.voice.operations.places import secret_of
from portal.voice.queries.tablet import WORDS, choice_key, picture_key
from portal.voice.rules.places import How
from portal.voice.rules.questions import ORDERED, Age, Kind, Moment, Question
from portal.voice.rules.sharing import AUDIENCES
from portal.voice.rules.symbols import ANIMALS, PICTURES, SYMBOLS
from tests.builders_cases import case, world
from tests.builders_voice import handed_over, prepared, sealed

USUAL_ENGINE = "sqlite"
Given = Callable[[Callable[[], object]], Any]


def child(app: Portal, given: Given, *moments: Moment) -> FlaskClient:
    """A browser that was handed over with these questionnaires, each for another child."""

    def make() -> str:
        people = world()
        for moment in moments or (Moment.HELP,):
            prepared(people, case(people), moment)
        return handed_over(people)

    token = given(make)
    client = app.test_client()
    with client.session_transaction() as session:
        session["child"] = token
    return client


def touch(client: FlaskClient, act: str, **fields: object) -> Any:
    return client.post("/voice/tablet", data={"act": act, **fields})


def outcome(given: Given) -> str | None:
    return given(lambda: db.session.scalars(db.select(VoicePlace)).one().outcome)


def test_a_whole_turn_without_scripts(app: Portal, given: Given) -> None:
    client = child(app, given)

    assert "What was our help like?" not in client.get("/voice/tablet").text.split("<template")[0]
    touch(client, "start")
    assert "What was our help like?" in client.get("/voice/tablet").text.split("<template")[0]
    touch(client, "answer", at=0, choice="help_not_at_all")
    touch(client, "not_say", at=1)
    touch(client, "not_say", at=1)  # pressed twice: changes nothing
    touch(client, "answer", at=2, choice="help_very_good")
    touch(client, "back")
    touch(client, "answer", at=2, choice="help_not_good")
    touch(client, "not_know", at=3)
    touch(client, "not_say", at=4)
    assert touch(client, "answer", at=5, words=" ").status_code == 422
    touch(client, "answer", at=5, words="Come again")
    answer = touch(client, "share", share=["school", "nonsense"])

    assert answer.headers["Location"] == "/voice/tablet/ended?kept=yes"
    last = client.get(answer.headers["Location"]).text
    assert "Thank you" in last and re.search(r"data-kept>We will read .* two school weeks, someone will tell you", last)
    kept = given(
        lambda: [
            (row.question, row.state, row.choices, row.words)
            for row in db.session.scalars(db.select(ChildView)).one().answers
        ]
    )
    assert kept == [
        ("help", "answered", "help_not_at_all", None),
        ("listened", "not_say", "", None),
        ("fun", "answered", "help_not_good", None),
        ("again", "not_know", "", None),
        ("draw", "not_say", "", None),
        ("tell_us", "answered", "", "Come again"),
    ]
    assert given(lambda: [s.audience for s in db.session.scalars(db.select(ChildView)).one().shares]) == ["school"]
    assert "Time to give the tablet back" in client.get("/voice/tablet").text


@pytest.mark.parametrize(("act", "expected"), [("keep", "answered"), ("throw_away", "kept_nothing")])
def test_stop_keeps_only_what_the_child_says(app: Portal, given: Given, act: str, expected: str) -> None:
    client = child(app, given)
    touch(client, "start")
    touch(client, "answer", at=0, choice="help_good")
    touch(client, "stop")
    touch(client, act)
    if act == "keep":
        touch(client, "share")

    assert outcome(given) == expected
    assert given(lambda: db.session.scalar(db.select(db.func.count(ChildView.id)))) == (expected == "answered")
    assert given(lambda: db.session.scalars(db.select(VoicePlace)).one().walk) is None


def test_a_wish_to_talk_is_told_before_anything_is_answered(app: Portal, given: Given) -> None:
    client = child(app, given)
    touch(client, "talk")
    touch(client, "tell")
    touch(client, "tell")

    assert "We have told your helper" in seen(client)
    assert given(lambda: db.session.scalar(db.select(db.func.count(TalkWish.id)))) == 1
    assert outcome(given) is None


def test_several_children_choose_their_animal(app: Portal, given: Given) -> None:
    client = child(app, given, Moment.HELP, Moment.START)
    page = client.get("/voice/tablet").text.split("<template")[0]
    assert "Which animal are you?" in page and "Fox" in page and "Owl" in page
    ids = given(lambda: list(db.session.scalars(db.select(VoicePlace.public_id).order_by(VoicePlace.id))))

    touch(client, "choose", place=ids[1])

    touch(client, "start")
    assert "How do you feel about school" in client.get("/voice/tablet").text.split("<template")[0]
    assert touch(client, "choose", place="no-such-place").status_code == 404


def seen(client: FlaskClient, address: str = "/voice/tablet") -> str:
    """The screen in sight, without those that the script carries."""
    return client.get(address).text.split("</main>")[0]


def test_whoever_touched_the_wrong_animal_goes_back_and_its_turn_stays_open(app: Portal, given: Given) -> None:
    client = child(app, given, Moment.HELP, Moment.START)
    first, second = given(lambda: [Turn(one.id, one.public_id) for one in db.session.scalars(in_order)])
    touch(client, "choose", place=second.public_id)
    touch(client, "start")
    touch(client, "back")
    assert 'value="another"' in seen(client)

    touch(client, "another")

    assert "Which animal are you?" in seen(client)
    assert given(lambda: [one.outcome for one in db.session.scalars(in_order)]) == [None, None]
    touch(client, "choose", place=second.public_id)
    touch(client, "start")
    touch(client, "not_say", at=0)
    touch(client, "back")
    touch(client, "back")
    assert "Hello" in seen(client) and 'value="another"' not in seen(client)
    touch(client, "another")  # from an old page: something is answered, so it is this child's turn
    assert "Hello" in seen(client)


def test_the_last_open_turn_has_no_way_to_the_animals(app: Portal, given: Given) -> None:
    client = child(app, given)
    assert "Hello" in seen(client) and 'value="another"' not in seen(client)


def test_stop_then_talk_then_back_leads_to_the_question(app: Portal, given: Given) -> None:
    client = child(app, given)
    touch(client, "start")
    touch(client, "not_say", at=0)
    for act in ("stop", "talk", "tell", "back"):
        touch(client, act)
    assert 'data-at="1"' in seen(client)
    for act in ("stop", "keep", "talk", "tell", "back", "back"):
        touch(client, act)
    assert "You have stopped" in seen(client)
    touch(client, "back")  # “Carry on with the questions”
    assert 'data-at="1"' in seen(client)


def test_what_was_chosen_before_not_saying_is_not_chosen_any_more(app: Portal, given: Given) -> None:
    client = child(app, given)
    touch(client, "start")
    touch(client, "answer", at=0, choice="help_good")
    touch(client, "back")
    assert " checked>" in seen(client)
    touch(client, "not_say", at=0)
    touch(client, "back")
    assert 'data-at="0"' in seen(client) and " checked>" not in seen(client)


def test_no_by_mistake_tells_nobody_and_leads_back_to_where_it_was_pressed(app: Portal, given: Given) -> None:
    client = child(app, given)
    touch(client, "start")
    for acts, sight in ((("talk",), 'data-at="0"'), (("stop", "talk"), "You have stopped")):
        for act in acts:
            touch(client, act)
        asked = seen(client)
        assert "Shall we tell" in asked and "No, by mistake" in asked and "Stop" not in asked
        touch(client, "back")
        assert sight in seen(client)
    assert wishes(given) == []


def test_the_question_before_is_reached_from_stop(app: Portal, given: Given) -> None:
    client = child(app, given)
    touch(client, "start")
    touch(client, "answer", at=0, choice="help_good")
    touch(client, "before")  # from no other screen
    assert 'data-at="1"' in seen(client)
    for act in ("stop", "before"):
        touch(client, act)
    assert 'data-at="0"' in seen(client) and " checked>" in seen(client)
    for act in ("stop", "before"):
        touch(client, act)
    assert "Hello" in seen(client)


def test_who_answers_alone_is_not_told_that_somebody_writes(app: Portal, given: Given) -> None:
    def alone() -> None:
        place = db.session.scalars(db.select(VoicePlace)).one()
        place.how, place.helper = How.ALONE.value, None
        audit.record(None, "questionnaire prepared for a child", place)

    client = child(app, given)
    assert "the grown-up will write it down" in client.get("/voice/tablet").text
    given(alone)
    page = client.get("/voice/tablet").text
    assert "will write it down" not in page and "Write what you want to say." in page


def test_no_name_stands_on_any_screen(app: Portal, given: Given) -> None:
    client = child(app, given)
    text = client.get("/voice/tablet").text

    for secret in ("Maya", "Khan", "Ash Primary", "C-2026", "Wren"):
        assert secret not in text
    assert "Child" not in client.get("/voice/tablet/shell").text


@pytest.mark.parametrize("path", ["/", "/board/", "/cases/", "/voice/", "/voice/hand-over", "/me", "/reading"])
def test_the_childs_session_opens_no_page_of_the_staff(app: Portal, given: Given, path: str) -> None:
    client = child(app, given)

    answer = client.get(path)

    assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")


def test_opening_a_tablet_page_writes_nothing(app: Portal, given: Given) -> None:
    client = child(app, given)
    before = given(lambda: db.session.scalars(db.select(VoicePlace)).one().version)

    client.get("/voice/tablet")
    client.get("/voice/tablet/shell")
    client.head("/voice/tablet")

    assert given(lambda: db.session.scalars(db.select(VoicePlace)).one().version) == before
    assert given(lambda: db.session.scalars(db.select(VoicePlace)).one().hand_over.touched_at) is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"secret": "wrong"}, 404),
        ({"place": "no-such-place"}, 404),
        ({"kind": "nonsense"}, 422),
        ({"format": 2}, 422),
        ({"parts": ["x"]}, 422),
        ({"parts": "x"}, 422),
        ({"key": 99}, 422),
        ({"key": True}, 422),
    ],
)
@pytest.mark.both_engines
def test_a_delivery_needs_no_cookie_but_its_secret(
    app: Portal, given: Given, change: dict[str, object], status: int
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    child(app, given)

    def facts() -> dict[str, object]:
        place = db.session.scalars(db.select(VoicePlace)).one()
        key, parts = sealed(place, {"end": "finished", "keep": True})
        secret = secret_of(place)
        return {"format": 1, "place": place.public_id, "secret": secret, "kind": "turn", "key": key, "parts": parts}

    body = {**given(facts), **change}
    stranger = app.test_client()

    answers = [stranger.post("/voice/deliver", json=body).status_code for _ in range(2)]

    assert answers == [status, status]
    assert outcome(given) == ("answered" if status == 200 else None)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"format": 1}', json.dumps({"format": 1, "place": []}).encode()]
)
def test_a_damaged_delivery_is_refused(app: Portal, given: Given, body: bytes) -> None:
    child(app, given)

    answer = app.test_client().post("/voice/deliver", data=body, content_type="application/json")

    assert answer.status_code in (404, 422)


def wishes(given: Given) -> list[int]:
    return given(lambda: list(db.session.scalars(db.select(TalkWish.place_id).order_by(TalkWish.id))))


class Turn(NamedTuple):
    id: int
    public_id: str


in_order = db.select(VoicePlace).order_by(VoicePlace.id)


def ended_turn(client: FlaskClient) -> tuple[str, str]:
    """The address of the last screen of a turn that was thrown away, and its page."""
    touch(client, "start")
    touch(client, "stop")
    address = touch(client, "throw_away").headers["Location"]
    return address, client.get(address).text


def test_the_wish_to_talk_is_on_the_last_screen_too(app: Portal, given: Given) -> None:
    client = child(app, given)
    _, page = ended_turn(client)
    [asks_as] = re.findall(r'name="from" value="([^"]+)"', page)

    told = touch(client, "tell", **{"from": asks_as}).headers["Location"]

    assert "We have told your helper" in client.get(told).text
    assert len(wishes(given)) == 1
    assert outcome(given) == "kept_nothing"


def test_nothing_kept_is_still_said_after_a_wish_to_talk(app: Portal, given: Given) -> None:
    client = child(app, given)
    _, page = ended_turn(client)
    [asks_as] = re.findall(r'name="from" value="([^"]+)"', page)
    asked = seen(client, touch(client, "talk", **{"from": asks_as}).headers["Location"])
    assert f'name="from" value="{asks_as}"' in asked and "Shall we tell" in asked and wishes(given) == []
    told = seen(client, touch(client, "tell", **{"from": asks_as}).headers["Location"])
    assert f'name="from" value="{asks_as}"' in told and "Until they come, tell a grown-up you trust." in told

    back = seen(client, touch(client, "back", **{"from": asks_as}).headers["Location"])

    assert re.search(r"data-kept-nothing>\s*We did not keep anything", back)
    assert len(wishes(given)) == 1


def test_the_last_screen_lets_nobody_ask_once_its_minutes_are_over(app: Portal, given: Given, clock: Any) -> None:
    client = child(app, given)
    address, page = ended_turn(client)
    [asks_as] = re.findall(r'name="from" value="([^"]+)"', page)
    clock.forward(minutes=46)

    assert "I want to talk to someone" not in client.get(address).text
    touch(client, "tell", **{"from": asks_as})
    assert wishes(given) == []
    assert "Tell a grown-up you trust" in client.get("/voice/tablet").text


def test_an_old_last_screen_asks_for_its_own_child(app: Portal, given: Given) -> None:
    client = child(app, given, Moment.HELP, Moment.START)
    first, second = given(lambda: [Turn(one.id, one.public_id) for one in db.session.scalars(in_order)])
    touch(client, "choose", place=first.public_id)
    ended_turn(client)
    touch(client, "another")
    touch(client, "choose", place=second.public_id)

    touch(client, "tell", **{"from": second.public_id})  # whose turn is not over
    assert wishes(given) == []
    touch(client, "tell", **{"from": first.public_id})
    assert wishes(given) == [first.id]


def test_among_the_animals_a_wish_asks_whose_it_is(app: Portal, given: Given) -> None:
    client = child(app, given, Moment.HELP, Moment.START)
    first, second = given(lambda: [Turn(one.id, one.public_id) for one in db.session.scalars(in_order)])
    touch(client, "choose", place=first.public_id)
    ended_turn(client)
    assert "I want to talk to someone" in client.get("/voice/tablet").text

    whose = touch(client, "talk").headers["Location"]
    assert wishes(given) == [] and "So we know who wants to talk" in client.get(whose).text
    asked = seen(client, touch(client, "choose_to_talk", place=second.public_id).headers["Location"])
    assert wishes(given) == [] and f'name="place" value="{second.public_id}"' in asked
    told = touch(client, "tell", place=second.public_id).headers["Location"]

    assert wishes(given) == [second.id]
    assert "We have told your helper" in client.get(told).text
    back = client.get(touch(client, "back").headers["Location"]).text.split("<template")[0]
    assert "Which animal are you?" in back
    for act in ("choose_to_talk", "tell"):
        assert touch(client, act, place=first.public_id).status_code == 404  # its turn is over


def test_what_waits_on_a_tablet_still_arrives_with_the_feature_off(app: Portal, given: Given) -> None:
    client = child(app, given)

    def switch_off() -> tuple[str, str, int, list[str], list[str]]:
        place = db.session.scalars(db.select(VoicePlace)).one()
        audit.record(None, "feature switched off", settings.put("feature.voice", "off"))
        key, turn = sealed(place, {"end": "stopped", "keep": False})
        return place.public_id, secret_of(place), key, turn, sealed(place, {"talk": True})[1]

    public_id, secret, key, turn, wish = given(switch_off)
    sent = {"format": 1, "place": public_id, "secret": secret, "key": key}

    assert client.get("/voice/tablet").status_code == 404
    assert client.post("/voice/deliver", json=sent | {"kind": "talk", "parts": wish}).status_code == 200
    assert client.post("/voice/deliver", json=sent | {"kind": "turn", "parts": turn}).status_code == 200
    assert outcome(given) == "kept_nothing" and len(wishes(given)) == 1


def test_what_is_touched_says_in_english_what_the_rules_say() -> None:
    words = WORDS.words("en")
    for kind in ORDERED - {Kind.STEPS}:
        question = Question("q", kind, {})
        for age in Age:
            for choice in question.choices(age):
                assert str(words(choice_key(choice.code, age))) == choice.words
    assert {one: str(words(f"audience_{one}")) for one in AUDIENCES} == AUDIENCES
    assert {one: str(words(picture_key(one))) for one in PICTURES} == {one: SYMBOLS[one] for one in PICTURES}
    assert {one: str(words(f"animal_{one}")) for one in ANIMALS} == {one: SYMBOLS[one] for one in ANIMALS}


def test_answers_are_read_in_the_questionnaires_language_where_it_has_them(app: Portal, given: Given) -> None:
    def in_polish() -> None:
        version = db.session.scalars(db.select(VoicePlace)).one().asked
        version.language = "pl"
        audit.record(None, "questionnaire language chosen", version)

    client = child(app, given, Moment.START)
    given(in_polish)
    touch(client, "start")
    touch(client, "not_know", at=0)

    page = seen(client)
    assert '<span class="tablet__says">Czasami</span>' in page


def test_listen_speaks_the_language_that_the_words_are_in(app: Portal, given: Given) -> None:
    """Polish has words for “Hello”, and none for the title of Stop: those are read as English."""

    def in_polish() -> None:
        version = db.session.scalars(db.select(VoicePlace)).one().asked
        version.language = "pl"
        audit.record(None, "questionnaire language chosen", version)

    client = child(app, given, Moment.START)
    given(in_polish)
    assert 'data-text="Cześć" data-lang="pl-PL"' in seen(client)

    touch(client, "stop")

    assert 'data-text="You have stopped" data-lang="en-GB"' in seen(client)


def test_every_screen_at_the_end_can_be_heard(app: Portal, given: Given) -> None:
    client = child(app, given)
    address, _ = ended_turn(client)
    assert 'data-text="Thank you"' in seen(client, address)
    assert 'data-text="Time to give the tablet back"' in seen(client)


def kept_of(given: Given) -> tuple[str, list[tuple[str, str]], int] | None:
    """How the one view ended, what was answered, and how many others may see it; None while there is none."""

    def read() -> tuple[str, list[tuple[str, str]], int] | None:
        view = db.session.scalars(db.select(ChildView)).one_or_none()
        if view is None:
            return None
        answers = [(one.question, one.choices) for one in view.answers if one.state == "answered"]
        return view.ended, answers, len(view.shares)

    return given(read)  # type: ignore[no-any-return]


def jobs_run() -> None:
    while jobs.run_next():
        pass


def test_the_minutes_begin_anew_with_each_answer(app: Portal, given: Given, clock: Any) -> None:
    client = child(app, given)
    touch(client, "start")
    for at in range(4):
        clock.forward(minutes=40)
        touch(client, "not_know", at=at)
    assert 'data-at="4"' in seen(client)
    clock.forward(minutes=40)
    client.post("/voice/tablet/first-touch")  # “I am still here”
    clock.forward(minutes=40)
    assert 'data-at="4"' in seen(client)
    clock.forward(minutes=6)
    assert "Time to give the tablet back" in seen(client)


@pytest.mark.both_engines
def test_what_was_answered_is_kept_when_the_time_runs_out_and_nobody_else_sees_it(
    app: Portal, given: Given, clock: Any
) -> None:
    client = child(app, given)
    touch(client, "start")
    touch(client, "answer", at=0, choice="help_good")
    clock.forward(minutes=46)
    with app.app_context():
        jobs_run()  # of the first touch: the session had slid
    touch(client, "answer", at=1, choice="yes")
    assert "is kept for your team" in seen(client) and "data-ran-out>" in seen(client)
    clock.forward(minutes=2)
    with app.app_context():
        jobs_run()

    assert kept_of(given) == ("unfinished", [("help", "help_good")], 0)
    assert outcome(given) == "answered"
    assert "data-ran-out>" in seen(client)


def test_nothing_is_kept_of_who_stood_at_stop_when_the_time_ran_out(app: Portal, given: Given, clock: Any) -> None:
    client = child(app, given)
    touch(client, "start")
    touch(client, "answer", at=0, choice="help_good")
    for act in ("stop", "talk"):
        touch(client, act)
    clock.forward(minutes=47)
    with app.app_context():
        jobs_run()

    assert kept_of(given) is None and outcome(given) == "unfinished"
    assert "data-ran-out hidden" in seen(client)
