"""What adults do with a child's view, page by page."""

import re
from typing import Any

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import settings
from portal.kernel.audit import AuditLine, record
from portal.policy import Role
from portal.voice.models import ChildView, TalkWish, ViewReply
from portal.voice.operations import reading, talking
from portal.voice.rules.sharing import Audience
from tests import people
from tests.builders_cases import case, world
from tests.builders_voice import view

USUAL_ENGINE = "sqlite"

WORDS = "I want <b>hx-get</b> a quiet place"
DRAWN = [[[0, 0], [1000, 1000]], [[5, 6]]]
ANSWERS: tuple[dict[str, Any], ...] = (
    {"q": "school", "state": "answered", "choices": ["feel_middle"]},
    {"q": "breaks", "state": "not_say"},
    {"q": "lessons", "state": "not_know"},
    {"q": "wish", "state": "answered", "words": WORDS},
)


@pytest.fixture
def ids(given: Any) -> Any:
    def make() -> dict[str, Any]:
        a_world = world()
        a_case = case(a_world)
        made = view(a_world, a_case, answers=ANSWERS, share=("school",), end="stopped")
        lead = people.person("Safe Lead", Role.SAFEGUARDING)
        wish = talking.ask_to_talk(made.place)
        names = ("coordinator", "worker", "colleague", "senco")
        return {
            "ref": a_case.reference,
            "referral": a_case.referral.reference if a_case.referral else "",
            "case": a_case.id,
            "view": made.id,
            "wish": wish.id,
            "lead": lead.id,
            **{name: getattr(a_world, name).id for name in names},
        }

    return given(make)


@pytest.fixture
def here(ids: Any) -> str:
    return f"/cases/{ids['ref']}/voice"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def version(app: Any, kind: Any = ChildView) -> int:
    with app.app_context():
        return int(db.session.scalars(db.select(kind.version)).one())


def test_the_page_shows_every_answer_word_for_word_and_is_noted(app: Any, ids: Any, here: str, sign_in: Any) -> None:
    page = text(sign_in(ids["worker"]).get(here))
    assert "I want &lt;b&gt;hx-get&lt;/b&gt; a quiet place" in page and "hx-ignore>I want" in page
    for words in (
        "In the middle",
        "Chose not to say",
        "do not know",
        "Not reached",
        "Stopped early",
        "Wren, the worker",
    ):
        assert words in page
    assert "Not yet read by an adult" in page and "The service and the school" in page
    assert "face-no-help.svg" in page
    with app.app_context():
        assert "child's views viewed" in set(db.session.scalars(db.select(AuditLine.action)))
    assert sign_in(ids["colleague"]).get(here).status_code == 404
    assert sign_in(ids["senco"]).get(here).status_code == 403


def test_a_drawing_is_a_path_of_numbers(given: Any, ids: Any, here: str, sign_in: Any) -> None:
    def draw() -> None:
        from portal.cases.models import Case
        from portal.voice.rules.questions import Moment
        from tests.builders_cases import World

        a_case = db.session.get_one(Case, ids["case"])
        worker = db.session.get_one(people.Person, ids["worker"])
        school, line = a_case.school, a_case.service_line
        a_world = World(school, school, line, line, worker, worker, worker, worker, worker, worker)
        view(a_world, a_case, Moment.HELP, answers=({"q": "draw", "state": "answered", "strokes": DRAWN},))

    given(draw)
    page = text(sign_in(ids["worker"]).get(here))
    assert 'role="img" aria-label="A drawing by the child"><path d="M0 0 L1000 1000 M5 6 L5 6"' in page
    assert 'viewBox="0 0 1000 700"' in page and 'transform="scale(1 0.7)"' in page  # the paper was 10 to 7


def test_the_school_sees_it_once_it_was_read_and_never_while_it_is_held(ids: Any, here: str, sign_in: Any) -> None:
    coordinator, senco = sign_in(ids["coordinator"]), sign_in(ids["senco"])
    support, referral = f"/cases/{ids['ref']}/support/voice", f"/referrals/{ids['referral']}/voice"

    def school_sees() -> list[bool]:
        return ["a quiet place" in text(senco.get(url)) for url in (support, referral)]

    assert school_sees() == [False, False] and "Nothing has been shared" in text(senco.get(support))
    assert "Wren" in text(coordinator.get("/reading"))
    assert coordinator.post(f"{here}/{ids['view']}/read", data={"back": "reading"}).location == "/reading"
    assert "Everything has been read" in text(coordinator.get("/reading"))
    assert school_sees() == [True, True]
    worried = coordinator.post(f"{here}/{ids['view']}/hold", data={"worries": ""})
    assert worried.status_code == 422 and "Write in a few words what worries you." in worried.get_data(as_text=True)
    assert coordinator.post(f"{here}/{ids['view']}/hold", data={"worries": "Odd words"}).status_code == 303
    assert school_sees() == [False, False]
    page = text(coordinator.get(here))
    assert "Held back" in page and "Odd words" in page
    held = int(re.findall(r'release".*?name="version" value="(\d+)"', page)[0])
    assert coordinator.post(f"{here}/{ids['view']}/release", data={"version": held}).status_code == 303
    assert school_sees() == [True, True]
    assert sign_in(ids["worker"]).post(f"{here}/{ids['view']}/read").status_code == 403


def test_who_else_may_see_it_follows_the_child_and_two_editors_are_told(
    app: Any, ids: Any, here: str, sign_in: Any
) -> None:
    worker = sign_in(ids["worker"])
    form = text(worker.get(f"{here}/{ids['view']}/shares"))
    assert re.search(r'value="school"[^>]*checked', form)
    old = version(app)
    data = {"audiences": ["family", "meeting"], "version": str(old)}
    assert worker.post(f"{here}/{ids['view']}/shares", data=data).status_code == 303
    assert "The service, the family and a meeting" in text(worker.get(here))
    assert worker.post(f"{here}/{ids['view']}/shares", data=data).status_code == 409


def test_taken_back_leaves_a_sentence_and_the_lead_reads_on(app: Any, ids: Any, here: str, sign_in: Any) -> None:
    worker, sentence = sign_in(ids["worker"]), "The child took back what they said on Tuesday 10 November."
    assert worker.post(f"{here}/{ids['view']}/take-back", data={"version": version(app)}).status_code == 303
    page, for_lead = text(worker.get(here)), text(sign_in(ids["lead"]).get(here))
    assert sentence in page and "a quiet place" not in page and "In the middle" not in page
    assert sentence in for_lead and "a quiet place" in for_lead
    for part in ("reply", "shares"):
        assert worker.get(f"{here}/{ids['view']}/{part}").status_code == 404
    coordinator = sign_in(ids["coordinator"])
    assert "A safeguarding lead reads it." in text(coordinator.get("/reading"))
    assert coordinator.post(f"{here}/{ids['view']}/read").status_code == 404


def test_you_said_we_did_is_written_shown_without_a_name_and_seen(app: Any, ids: Any, here: str, sign_in: Any) -> None:
    worker, url = sign_in(ids["worker"]), f"{here}/{ids['view']}/reply"
    assert worker.get(f"{url}/print").status_code == 404
    empty = worker.get(url).text
    assert re.findall(r"<textarea[^>]*>([^<]*)</textarea>", empty) == ["", ""]  # nothing is put into the child's mouth
    assert " selected" not in empty.replace('<option value="" selected', "")
    draft = {"you_said": "It is loud", "we_did": "", "said_symbol": "noise", "did_symbol": "door", "version": "0"}
    assert worker.post(url, data=draft).status_code == 422
    draft["we_did"] = "You may sit outside"
    assert worker.post(url, data=draft | {"did_symbol": "not-a-picture"}).status_code == 422
    assert worker.post(url, data=draft).status_code == 303
    assert worker.post(url, data=draft).status_code == 409
    shown = text(worker.get(f"{url}/print"))
    assert "It is loud" in shown and "You may sit outside" in shown and "noise.svg" in shown
    assert "Maya" not in shown and "Khan" not in shown and "Wren" not in shown
    seen = {"how": "printed", "version": str(version(app, ViewReply))}
    for how in ("telepathy", "tablet"):  # a tablet records itself what it showed
        assert worker.post(f"{url}/seen", data=seen | {"how": how}).status_code == 404
    assert worker.post(f"{url}/seen", data=seen).status_code == 303
    assert "The child has seen it" in text(worker.get(here))


def test_a_wish_to_talk_stands_above_everything_until_a_lead_closes_it(app: Any, ids: Any, sign_in: Any) -> None:
    worker, lead, url = sign_in(ids["worker"]), sign_in(ids["lead"]), f"/voice/talk/{ids['wish']}"
    home = text(worker.get("/"))
    assert home.index("A child wants to talk to someone") < home.index("What waits for you")
    assert home.count(f'href="{url}"') == 2  # the line of every page and the child's name; not among the tasks
    assert "nobody has read it yet" in home
    assert "Nobody has said yet that they have read this" in text(worker.get(url))
    assert sign_in(ids["colleague"]).get(url).status_code == 404
    assert sign_in(ids["coordinator"]).get(url).status_code == 404
    assert sign_in(ids["senco"]).get(url).status_code == 403
    assert worker.post(f"{url}/seen").status_code == 303
    assert "Read by Wren Okafor" in text(worker.get("/"))
    closing = {"done": "We talked at lunch.", "version": str(version(app, TalkWish))}
    assert worker.post(f"{url}/closing", data=closing).status_code == 403
    assert lead.post(f"{url}/closing", data=closing | {"done": ""}).status_code == 422
    assert lead.post(f"{url}/seen", data={"words": str(ids["view"])}).status_code == 303
    assert lead.post(f"{url}/closing", data=closing).status_code == 303
    page = text(worker.get(url))
    assert "Closed by Safe Lead" in page and "We talked at lunch." in page
    assert "A child wants to talk" not in text(worker.get("/"))


def test_switched_off_only_what_a_child_has_said_already_is_there(
    app: Any, given: Any, ids: Any, here: str, sign_in: Any
) -> None:
    given(lambda: record(None, "setting changed", settings.put("feature.voice", "off")))
    worker, coordinator, lead = (sign_in(ids[name]) for name in ("worker", "coordinator", "lead"))
    assert worker.get(here).status_code == 404
    home, url = text(worker.get("/")), f"/voice/talk/{ids['wish']}"
    assert "A child wants to talk to someone" in home and f'href="{url}"' in home
    assert worker.get(url).status_code == worker.get(f"/cases/{ids['ref']}").status_code == 200
    assert worker.post(f"{url}/seen").status_code == 303
    assert worker.post(f"{url}/deeds", data={"words": "I rang the school."}).status_code == 303
    assert "New words to read today" in text(coordinator.get("/"))
    assert "a quiet place" in text(coordinator.get("/reading"))
    assert coordinator.get(f"{here}/{ids['view']}/hold?back=reading").status_code == 200
    assert coordinator.post(f"{here}/{ids['view']}/read", data={"back": "reading"}).location == "/reading"
    assert "Everything has been read" in text(coordinator.get("/reading"))
    assert "/voice" not in text(worker.get(f"/cases/{ids['ref']}")).replace(url, "")
    assert "impact-voices" not in text(coordinator.get("/impact/"))


def test_what_the_family_may_see_is_for_the_worker_to_read_with_them(
    given: Any, ids: Any, here: str, sign_in: Any
) -> None:
    worker = sign_in(ids["worker"])
    assert "Nothing has been shared" in text(worker.get(f"{here}/family"))

    def share_with_family() -> None:
        made = db.session.get_one(ChildView, ids["view"])
        reading.read_view(actor_of(ids["coordinator"]), made)
        reading.set_shares(actor_of(ids["worker"]), made, frozenset({Audience.FAMILY}), opened_with=made.version)

    given(share_with_family)
    assert "a quiet place" in text(worker.get(f"{here}/family"))
    assert f'href="{here}/family"' in text(worker.get(here))
    for other, status in (("senco", 403), ("colleague", 404)):
        assert sign_in(ids[other]).get(f"{here}/family").status_code == status


def test_the_figures_of_the_service_say_who_was_heard(given: Any, ids: Any, sign_in: Any) -> None:
    coordinator = sign_in(ids["coordinator"])
    assert "<strong>Heard at the start:</strong> 1 of 1" in text(coordinator.get("/impact/"))
    assert "Heard once" in text(coordinator.get("/impact/"))
    given(lambda: _read(ids))
    assert "Heard once" in text(coordinator.get(f"/cases/{ids['ref']}/exit"))


def _read(ids: Any) -> None:
    made = db.session.get_one(ChildView, ids["view"])
    reading.read_view(actor_of(ids["coordinator"]), made)
