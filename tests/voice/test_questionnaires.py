"""The builder: ready questionnaires, drafts, versions that freeze, and how a child will see them."""

import html
import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.audit import AuditLine
from portal.kernel.errors import Refused
from portal.kernel.languages import checked
from portal.voice.models import Questionnaire, QuestionnaireVersion
from portal.voice.operations.questionnaires import choose_language, draft_of, ensure_ready_questionnaires, publish
from portal.voice.queries.questionnaires import draft_for
from portal.voice.rules.questions import (
    MOST_FOR_INFANTS,
    OFFERED,
    ORDERED,
    Age,
    Moment,
    Question,
    advice_words,
    document_problems,
    from_json,
    has_retired,
    to_json,
)
from portal.voice.rules.ready import READY, START
from portal.voice.rules.symbols import ANIMALS
from tests import builders_cases as cases
from tests import builders_voice as voices
from tests.builders_families import offer_languages

USUAL_ENGINE = "sqlite"
LIST = "/voice/questionnaires/"


@pytest.fixture
def ids(given):
    def make():
        ensure_ready_questionnaires()
        world = cases.world()
        start = db.session.scalars(sa.select(Questionnaire).where(Questionnaire.moment == "start")).one()
        return {"coordinator": world.coordinator.id, "worker": world.worker.id, "start": start.id}

    return given(make)


@pytest.fixture
def coordinator(sign_in, ids):
    return sign_in(ids["coordinator"])


def versions(app, questionnaire_id):
    with app.app_context():
        rows = db.session.scalars(
            sa.select(QuestionnaireVersion)
            .where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
            .order_by(QuestionnaireVersion.number)
        )
        return [(row.number, row.published_at is not None, from_json(row.document)) for row in rows]


def draft_version(client, address):
    return re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"{address}/questions/new").text)[1]


def question(client, address, **changes):
    facts = {
        "juniors": "How is lunch?",
        "kind": "feelings",
        "symbol": "lunch",
        "version": draft_version(client, address),
    }
    return facts | changes


@pytest.mark.parametrize("ready", READY, ids=lambda ready: ready.moment.value)
def test_the_ready_questionnaires_can_be_published_and_are_of_the_right_length(ready):
    assert document_problems(ready.document) == []
    assert 5 <= len(ready.document.questions) <= 8
    assert advice_words(ready.document) == ""


def test_a_questionnaire_is_written_published_and_then_stands(app, coordinator):
    address = coordinator.post(f"{LIST}new", data={"title": "How is lunch?", "moment": "other"}).location
    questionnaire_id = int(address.rsplit("/", 1)[1])
    assert coordinator.get(address).text.count("Write the first question") == 1
    assert coordinator.post(f"{address}/steps/publish", data={"version": 1}).status_code == 422

    coordinator.post(f"{address}/questions/new", data=question(coordinator, address))
    pictures = {"kind": "pictures", "pictures": ["noise", "food"], "juniors": "What is hard?", "symbol": ""}
    coordinator.post(f"{address}/questions/new", data=question(coordinator, address, **pictures))
    coordinator.post(f"{address}/questions/2/up", data={"version": draft_version(coordinator, address)})
    written = versions(app, questionnaire_id)[0][2].questions
    assert [(one.symbol, one.pictures) for one in written] == [("", ("noise", "food")), ("lunch", ())]
    assert len({one.key for one in written}) == 2
    page = coordinator.get(f"{address}/questions/1").text
    assert re.search(r'value="food" checked', page) and "What is hard?" in page

    assert coordinator.post(f"{address}/steps/publish", data={"version": draft_version(coordinator, address)}).location
    assert versions(app, questionnaire_id) == [(1, True, versions(app, questionnaire_id)[0][2])]
    for dead in ("questions/new", "questions/1"):
        assert coordinator.get(f"{address}/{dead}").status_code == 404
    assert coordinator.post(f"{address}/questions/1/removal", data={"version": 9}).status_code == 404
    assert coordinator.post(f"{address}/steps/discard", data={"version": 9}).status_code == 404


def test_only_questions_from_the_same_place_are_the_same_item(app, coordinator, ids):
    first = coordinator.post(f"{LIST}new", data={"title": "Start", "moment": "start"}).location
    coordinator.post(f"{first}/questions/new", data=question(coordinator, first))
    coordinator.post(f"{first}/steps/publish", data={"version": draft_version(coordinator, first)})
    (_, _, start) = versions(app, int(first.rsplit("/", 1)[1]))[0]

    page = coordinator.get(f"{LIST}new").text
    (like,) = re.findall(r'<option value="(\d+)">Start</option>', page)
    copied = coordinator.post(f"{LIST}new", data={"title": "End", "moment": "end", "like": like}).location
    coordinator.post(f"{copied}/questions/new", data=question(coordinator, copied))
    (_, is_published, end) = versions(app, int(copied.rsplit("/", 1)[1]))[0]

    assert not is_published
    assert end.questions[0] == start.questions[0]
    assert end.questions[1].key != start.questions[0].key
    assert coordinator.post(f"{LIST}new", data={"title": "X", "moment": "end", "like": "9999"}).status_code == 422


def test_a_new_version_leaves_the_published_one_and_can_be_thrown_away(app, coordinator, ids):
    address = f"{LIST}{ids['start']}"
    for _ in range(2):  # pressing twice begins one
        coordinator.post(f"{address}/steps/begin")
    coordinator.post(f"{address}/questions/1/removal", data={"version": draft_version(coordinator, address)})
    (_, _, published), (number, is_published, draft) = versions(app, ids["start"])
    assert (number, is_published, len(draft.questions)) == (2, False, len(published.questions) - 1)

    coordinator.post(f"{address}/steps/discard", data={"version": draft_version(coordinator, address)})
    assert versions(app, ids["start"]) == [(1, True, published)]


def test_the_second_of_two_editors_is_told_and_loses_nothing(coordinator, ids):
    address = f"{LIST}{ids['start']}"
    coordinator.post(f"{address}/steps/begin")
    sent = question(coordinator, address, juniors="Mine")
    assert coordinator.post(f"{address}/questions/1", data=sent).status_code == 303
    again = coordinator.post(f"{address}/questions/1", data=sent | {"juniors": "Yours"})
    assert again.status_code == 409 and "Yours" in again.text and "Mine" in again.text
    assert coordinator.post(f"{address}/questions/1/down", data={"version": sent["version"]}).status_code == 409
    assert coordinator.post(f"{address}/questions/1/down").status_code == 409


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"juniors": ""}, "Write the question for at least one age."),
        ({"juniors": "a" * 161}, "160 characters"),
        ({"kind": "pictures", "pictures": ["noise"]}, "Choose 2 to 8 pictures."),
        ({"kind": ""}, "Choose how the child answers."),
        ({"symbol": "talk"}, "Choose one from the list."),
    ],
)
def test_a_question_is_refused_with_a_sentence(coordinator, ids, change, words):
    address = f"{LIST}{ids['start']}"
    coordinator.post(f"{address}/steps/begin")
    answer = coordinator.post(f"{address}/questions/new", data=question(coordinator, address, **change))
    assert answer.status_code == 422 and words in answer.text


def test_switching_off_and_renaming_carry_the_version(coordinator, ids):
    address = f"{LIST}{ids['start']}"
    assert coordinator.post(f"{address}/steps/off").status_code == 409
    assert coordinator.post(f"{address}/steps/off", data={"version": 1}).status_code == 303
    assert "Switched off" in coordinator.get(LIST).text
    renamed = {"title": "School and me", "moment": "start", "version": 2}
    assert coordinator.post(f"{address}/title", data=renamed).status_code == 303
    assert coordinator.post(f"{address}/title", data=renamed | {"title": "Other"}).status_code == 409
    assert "School and me" in coordinator.get(LIST).text


def test_the_preview_speaks_to_the_age_and_shows_the_version(coordinator, ids):
    address = f"{LIST}{ids['start']}"
    coordinator.post(f"{address}/steps/begin")
    coordinator.post(f"{address}/questions/1", data=question(coordinator, address, juniors="Newly worded"))
    assert "Newly worded" in coordinator.get(f"{address}/preview").text
    assert "Newly worded" not in coordinator.get(f"{address}/preview?version=1").text
    infants = coordinator.get(f"{address}/preview?version=1&age=infants&shape=portrait").text
    assert "How do you feel at school?" in infants and "shown__tablet--portrait" in infants
    with_face, without = (
        screens(coordinator.get(f"{address}/preview?version=1&age={age}").text)[1] for age in ("infants", "secondary")
    )
    assert ">Happy<" in with_face and "tablet__body--secondary" not in with_face
    assert ">Happy<" not in without and "tablet__body--secondary" in without
    assert coordinator.get(f"{address}/preview?version=7").status_code == 404
    assert coordinator.get(f"{address}/preview?version=x&age=x&shape=x").status_code == 200


def screens(page):
    """The documents within a preview, as the browser reads them."""
    return [html.unescape(one) for one in re.findall(r'<iframe [^>]*srcdoc="([^"]*)"', page)]


def card(document):
    """A screen's own markup, without its token, and without how a page holds the lines of its pictures."""
    found = re.search('<section class="tablet__card.*?</section>', document, re.DOTALL)[0]
    bare = re.sub(r'<svg (class="[^"]*").*?</svg>', r"<svg \1>", found, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r'name="csrf_token" value="[^"]*"', "", bare))


def test_the_preview_shows_the_very_screens_of_a_tablet(app, given, sign_in):
    def hand_over():
        world = cases.world()
        place = voices.prepared(world, cases.case(world))
        place.animal = ANIMALS[0]
        voices.record(None, "turn prepared", place)
        return world.coordinator.id, place.asked.questionnaire_id, voices.handed_over(world)

    coordinator_id, questionnaire_id, token = given(hand_over)
    child = app.test_client()
    with child.session_transaction() as session:
        session["child"] = token
    carried = re.search(
        r"<script type=\"text/plain\" data-turn.*?</script>", child.get("/voice/tablet").text, re.DOTALL
    )[0]
    real = [card(one) for one in re.findall(r"<section.*?</section>", carried, re.DOTALL)]
    page = sign_in(coordinator_id).get(f"{LIST}{questionnaire_id}/preview").text
    seen = [card(one) for one in screens(page)]
    assert len(seen) == 2 + 8
    assert [one for one in real if one in seen] == seen


def test_nothing_in_the_preview_can_be_sent_and_no_id_stands_twice(coordinator, ids):
    page = coordinator.get(f"{LIST}{ids['start']}/preview").text
    frames = re.findall(r"<iframe [^>]*>", page)
    assert frames and all('sandbox="allow-same-origin"' in one and 'tabindex="0"' in one for one in frames)
    for document in screens(page):
        assert re.search(r"<body [^>]*\binert>", document) and "<script" not in document
        assert len(set(re.findall(r'\bid="([^"]*)"', document))) == len(re.findall(r'\bid="', document))
    outside = re.sub(r'srcdoc="[^"]*"', "", page)
    assert 'id="q"' not in outside and '/voice/tablet"' not in outside
    assert outside.count("How do you feel about school most days?") == 1  # also for who does not see the drawing


@pytest.fixture
def languages(given):
    return lambda *codes: given(lambda: offer_languages(*codes))


def language_form(client, address, code):
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"{address}/language").text)[1]
    return {"language": code, "version": version}


def languages_of(app, questionnaire_id):
    with app.app_context():
        found = sa.select(QuestionnaireVersion.language).where(
            QuestionnaireVersion.questionnaire_id == questionnaire_id
        )
        return list(db.session.scalars(found.order_by(QuestionnaireVersion.number)))


def test_the_language_of_the_words_is_chosen_shown_and_kept_by_the_next_version(app, coordinator, ids, languages):
    address = f"{LIST}{ids['start']}"
    languages("ur", "pl")
    coordinator.post(f"{address}/steps/begin")
    form = coordinator.get(f"{address}/language").text
    assert re.findall(r'name="language" type="radio" value="(\w+)"', form) == ["en", "pl", "ur"]

    sent = language_form(coordinator, address, "ur")
    assert coordinator.post(f"{address}/language", data=sent).location.endswith(address)
    assert languages_of(app, ids["start"]) == ["en", "ur"]
    assert "Language of the words: Urdu." in coordinator.get(address).text
    written = re.search(r'<textarea[^>]*name="juniors"[^>]*>', coordinator.get(f"{address}/questions/1").text)[0]
    assert 'lang="ur-PK"' in written and 'dir="rtl"' in written
    with app.app_context():
        assert db.session.scalars(sa.select(AuditLine).where(AuditLine.action == "questionnaire language chosen")).one()

    coordinator.post(f"{address}/steps/publish", data={"version": draft_version(coordinator, address)})
    coordinator.post(f"{address}/steps/begin")
    assert languages_of(app, ids["start"]) == ["en", "ur", "ur"]


def test_the_words_of_another_language_say_so_wherever_they_stand(coordinator, ids, languages):
    address = f"{LIST}{ids['start']}"
    languages("ur")
    coordinator.post(f"{address}/steps/begin")
    coordinator.post(f"{address}/language", data=language_form(coordinator, address, "ur"))
    marked = '<span lang="ur-PK" dir="rtl">How do you feel about school most days?</span>'
    assert marked in coordinator.get(address).text
    page = coordinator.get(f"{address}/preview").text
    assert marked in page
    assert all(re.match(r'<!doctype html>\s*<html lang="ur-PK" dir="rtl"', one) for one in screens(page))
    before = coordinator.get(f"{address}/preview?version=1").text
    assert 'lang="ur-PK"' not in before and all('<html lang="en-GB" dir="ltr"' in one for one in screens(before))


def test_the_questions_of_an_answer_say_their_language_too(given, sign_in):
    def ask_at_both_ends():
        offer_languages("ur")
        world = cases.world()
        coordinator, case = actor_of(world.coordinator.id), cases.case(world)
        start = voices.asked().questionnaire
        draft = draft_of(coordinator, start)
        db.session.flush()
        choose_language(coordinator, draft, "ur", opened_with=draft.version)
        db.session.flush()
        publish(coordinator, draft, opened_with=draft.version)
        voices.view(world, case)
        voices.view(world, case, Moment.END)
        return world.worker.id, case.reference

    worker_id, reference = given(ask_at_both_ends)
    page = sign_in(worker_id).get(f"/cases/{reference}/voice").text
    asked = "How do you feel about school most days?"
    assert page.count(f'<dt lang="ur-PK" dir="rtl">{asked}</dt>') == 1
    assert page.count(f"<dt>{asked}</dt>") == 1  # at the end, in English
    assert f'<th scope="row"><span>{asked}</span></th>' in page  # side by side in the words of the end


def test_where_english_alone_is_offered_the_page_says_so_without_a_choice(coordinator, ids):
    address = f"{LIST}{ids['start']}"
    coordinator.post(f"{address}/steps/begin")
    page = coordinator.get(address).text
    assert "Language of the words: English." in page and f"{address}/language" not in page
    sent = {"language": "pl", "version": draft_version(coordinator, address)}
    answer = coordinator.post(f"{address}/language", data=sent)
    assert answer.status_code == 422 and "Choose one from the list." in answer.text


def test_a_language_that_was_switched_off_stays_with_its_draft(app, given, coordinator, ids, languages):
    address = f"{LIST}{ids['start']}"
    languages("pl", "ur")
    coordinator.post(f"{address}/steps/begin")
    coordinator.post(f"{address}/language", data=language_form(coordinator, address, "pl"))

    def switch_off():
        for row in checked().values():
            row.is_on = False
            voices.record(None, "language switched off", row)

    given(switch_off)
    offered = re.findall(r'type="radio" value="(\w+)"', coordinator.get(f"{address}/language").text)
    assert offered == ["en", "pl"]
    sent = language_form(coordinator, address, "ur")
    assert coordinator.post(f"{address}/language", data=sent).status_code == 422
    assert coordinator.post(f"{address}/language", data=sent | {"language": "pl"}).status_code == 303


def test_the_second_to_choose_a_language_is_told(app, coordinator, ids, languages):
    address = f"{LIST}{ids['start']}"
    languages("pl", "ur")
    coordinator.post(f"{address}/steps/begin")
    sent = language_form(coordinator, address, "pl")
    assert coordinator.post(f"{address}/language", data=sent).status_code == 303
    assert coordinator.post(f"{address}/language", data=sent | {"language": "ur"}).status_code == 409
    assert languages_of(app, ids["start"]) == ["en", "pl"]


def test_a_published_version_keeps_its_language(unit, ids):
    offer_languages("pl")
    found = db.session.get_one(Questionnaire, ids["start"])
    published, actor = found.versions[-1], actor_of(ids["coordinator"])
    with pytest.raises(Refused, match="published and never changes"):
        choose_language(actor, published, "pl", opened_with=published.version)
    assert published.language == "en"


def test_a_language_that_is_not_on_offer_is_refused(unit, coordinator, ids):
    coordinator.post(f"{LIST}{ids['start']}/steps/begin")
    draft = draft_for(ids["start"])
    with pytest.raises(Refused, match="Choose a language from the list"):
        choose_language(actor_of(ids["coordinator"]), draft, "pl", opened_with=draft.version)


def test_there_is_no_choice_for_what_is_published(coordinator, ids, languages):
    languages("pl")
    address = f"{LIST}{ids['start']}"
    assert f"{address}/language" not in coordinator.get(address).text
    assert coordinator.get(f"{address}/language").status_code == 404
    assert coordinator.post(f"{address}/language", data={"language": "pl", "version": 1}).status_code == 404


def test_only_a_coordinator_writes_questionnaires(sign_in, ids):
    worker = sign_in(ids["worker"])
    for address in (
        LIST,
        f"{LIST}new",
        f"{LIST}{ids['start']}",
        f"{LIST}{ids['start']}/preview",
        f"{LIST}{ids['start']}/language",
    ):
        assert worker.get(address).status_code == 403
    assert worker.post(f"{LIST}{ids['start']}/steps/begin").status_code == 403


@pytest.mark.both_engines
def test_the_database_itself_refuses_to_change_what_was_published(app, ids):
    with app.app_context(), db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text("UPDATE questionnaire_version SET document = '[]' WHERE published_at IS NOT NULL"))


EARLIER = json.loads((Path(__file__).parent / "earlier_ready.json").read_text("utf-8"))
"""What the three ready questionnaires asked before their scales were changed, as it was stored"""


def earlier(questionnaire: Questionnaire, change: str = "") -> QuestionnaireVersion:
    """A version that asks what it asked before; ``change`` is a wording of the service's own."""
    version = QuestionnaireVersion(
        number=questionnaire.versions[-1].number + 1,
        language="en",
        document=EARLIER["start"].replace("How is playtime?", change or "How is playtime?"),
        published_at=clock.now(),
    )
    questionnaire.versions.append(version)
    audit.record(None, "questionnaire published", questionnaire)
    db.session.flush()
    return version


@pytest.fixture
def went_back(given, ids):
    return lambda change="": given(lambda: earlier(db.session.get_one(Questionnaire, ids["start"]), change).number)


def test_a_ready_questionnaire_gets_its_new_scales_as_a_new_version_once(app, given, ids, went_back):
    went_back()
    for _ in range(2):
        given(ensure_ready_questionnaires)

    _, (_, _, before), (number, is_published, after) = versions(app, ids["start"])
    assert (number, is_published) == (3, True) and to_json(before) == EARLIER["start"]
    assert after == START.document and not has_retired(after)


def test_what_the_service_worded_itself_or_has_a_draft_of_stays(app, given, ids, coordinator, went_back):
    went_back("How is outdoor play?")
    given(ensure_ready_questionnaires)
    assert len(versions(app, ids["start"])) == 2
    assert "no longer offered" in coordinator.get(f"{LIST}{ids['start']}").text

    went_back()
    coordinator.post(f"{LIST}{ids['start']}/steps/begin")
    given(ensure_ready_questionnaires)
    assert [is_published for _, is_published, _ in versions(app, ids["start"])] == [True, True, True, False]


def test_a_scale_that_leans_to_one_side_is_not_published_again(ids, coordinator, went_back):
    went_back()
    address = f"{LIST}{ids['start']}"
    coordinator.post(f"{address}/steps/begin")

    answer = coordinator.post(f"{address}/steps/publish", data={"version": draft_version(coordinator, address)})

    assert answer.status_code == 422
    assert answer.text.count("this scale is no longer offered. Choose another way to answer.") >= 3
    page = coordinator.get(f"{address}/questions/1").text
    assert 'value="feelings"' in page and 'value="feeling"' not in page and 'value="steps"' not in page


def test_infants_are_not_asked_with_ten_steps(given):
    def prepare() -> None:
        people = cases.world()
        earlier(voices.asked(Moment.START).questionnaire)
        made = cases.case(people)
        with pytest.raises(Refused, match="more than 5 steps for infants"):
            voices.prepared(people, made, age=Age.INFANTS)
        voices.prepared(people, made, age=Age.JUNIORS)

    given(prepare)


@pytest.mark.parametrize("kind", sorted(set(OFFERED) & ORDERED))
@pytest.mark.parametrize("age", Age)
def test_a_scale_that_is_offered_is_short_and_has_as_many_answers_on_either_side(kind, age):
    choices = Question("q", kind).choices(age)
    assert len(choices) <= MOST_FOR_INFANTS
    assert [choice.points for choice in choices] == list(range(len(choices)))[::-1]
    best, worst = choices[0].words, choices[-1].words
    assert (best, worst) in OPPOSITES, "its ends are each other's opposite"


OPPOSITES = {
    *(("Very happy", "Very sad"), ("Very good", "Very bad"), ("Very good", "Not good at all")),
    *(("Always", "Never"), ("Very", "Not at all"), ("Yes", "No")),
}
