"""The builder: ready questionnaires, drafts, versions that freeze, and how a child will see them."""

import re

import pytest
import sqlalchemy as sa

from portal.extensions import db
from portal.voice.models import Questionnaire, QuestionnaireVersion
from portal.voice.operations.questionnaires import ensure_ready_questionnaires
from portal.voice.rules.questions import advice_words, document_problems, from_json
from portal.voice.rules.ready import READY
from tests import builders_cases as cases

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
        "kind": "feeling",
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
    assert [(one.key, one.symbol, one.pictures) for one in written] == [
        ("own-2", "", ("noise", "food")),
        ("own-1", "lunch", ()),
    ]
    page = coordinator.get(f"{address}/questions/1").text
    assert re.search(r'value="food" checked', page) and "What is hard?" in page

    assert coordinator.post(f"{address}/steps/publish", data={"version": draft_version(coordinator, address)}).location
    assert versions(app, questionnaire_id) == [(1, True, versions(app, questionnaire_id)[0][2])]
    for dead in ("questions/new", "questions/1"):
        assert coordinator.get(f"{address}/{dead}").status_code == 404
    assert coordinator.post(f"{address}/questions/1/removal", data={"version": 9}).status_code == 404
    assert coordinator.post(f"{address}/steps/discard", data={"version": 9}).status_code == 404


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
    assert "How do you feel at school?" in infants and "face-happy.svg" in infants and "tablet--portrait" in infants
    assert "face-happy.svg" not in coordinator.get(f"{address}/preview?version=1&age=secondary").text
    assert coordinator.get(f"{address}/preview?version=7").status_code == 404
    assert coordinator.get(f"{address}/preview?version=x&age=x&shape=x").status_code == 200


def test_only_a_coordinator_writes_questionnaires(sign_in, ids):
    worker = sign_in(ids["worker"])
    for address in (LIST, f"{LIST}new", f"{LIST}{ids['start']}", f"{LIST}{ids['start']}/preview"):
        assert worker.get(address).status_code == 403
    assert worker.post(f"{LIST}{ids['start']}/steps/begin").status_code == 403


@pytest.mark.both_engines
def test_the_database_itself_refuses_to_change_what_was_published(app, ids):
    with app.app_context(), db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text("UPDATE questionnaire_version SET document = '[]' WHERE published_at IS NOT NULL"))
