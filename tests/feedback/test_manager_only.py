"""What a family says to the manager alone: for everybody else it looks as if nobody had answered."""

import re

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.feedback import operations, queries
from portal.feedback.models import FamilyInvitation, Feedback
from portal.feedback.operations import lapsing, sending
from portal.files.documents import DocumentsUnavailable
from portal.kernel import audit
from portal.kernel.access import Involvement
from portal.notices.models import Notice
from portal.policy import Role
from portal.tasks.models import Task
from tests import builders_cases as cases
from tests import builders_families as build
from tests import builders_measures as measures
from tests import people

USUAL_ENGINE = "sqlite"
WORDS = "She never came on time"
QUESTION = "/feedback/family/{row}"


@pytest.fixture
def ids(given):
    """Two ended pieces of work alike, of which each family has begun to answer by now."""

    def make():
        world = cases.world()
        made = {name: getattr(world, name).id for name in ("coordinator", "worker")}
        for name in ("wrote", "silent"):
            case = cases.case(world, cases.pupil(world.ash))
            link = build.linked(world, case, build.parent(case))
            cookie = operations.start(queries.invitation_by_token(link.token), build.BEGIN, held="")
            operations.keep_page(cookie, "good", WORDS)
            measures.ended(world, case)
            db.session.flush()
            row = db.session.scalars(db.select(FamilyInvitation).filter_by(case_id=case.id)).one()
            made[name] = {"ref": case.reference, "case": case.id, "row": row.id, "cookie": cookie}
        return made

    return given(make)


def unavailable(*_, **__):
    raise DocumentsUnavailable


def writes(given, ids, name="wrote"):
    given(lambda: operations.send(ids[name]["cookie"], manager_only=True) and None)


def pages(client, one):
    """The pages that show how a question stands, without what is made anew each time."""
    here = f"/cases/{one['ref']}"
    question = f"{here}/feedback/family/{one['row']}"
    more = (f"{here}/feedback", f"{here}/feedback/family/new", f"{here}/exit", question, f"{question}/paper")
    found = {}
    for path in ("/", "/feedback/returns", here, *more):
        answer = client.get(path)
        assert answer.status_code == 200, path
        found[path] = re.sub(
            r'<input[^>]*name="(csrf_token|submission_id)"[^>]*>|"X-CSRFToken": "[^"]*"', "", answer.text
        )
    return found


def main_of(client, path, one):
    """What a page says, without what names one of two pieces of work alike: references, numbers, the mark."""
    page = client.get(path.format(ref=one["ref"], row=one["row"])).text
    inside = page[page.index("<main") : page.index("</main>")].replace(queries.paper_mark(one["row"]), "MARK")
    return re.sub(r"[0-9]+", "N", re.sub(r'value="[0-9a-f]{32}"|name="csrf_token"[^>]*', "", inside))


def test_a_worker_sees_the_same_before_and_after(given, sign_in, ids):
    worker, manager = sign_in(ids["worker"]), sign_in(ids["coordinator"])
    before, truth = pages(worker, ids["wrote"]), pages(manager, ids["wrote"])
    writes(given, ids)
    after = pages(worker, ids["wrote"])
    assert [path for path in before if before[path] != after[path]] == []
    assert "Still awaited for the chart: what the family says" in after["/"]
    assert "Type in what came on paper" in "".join(after.values())
    assert "0 of 2" in after["/feedback/returns"]
    now = pages(manager, ids["wrote"])
    assert WORDS in now[f"/cases/{ids['wrote']['ref']}/feedback"]
    assert "1 of 2" in now["/feedback/returns"]
    assert WORDS not in "".join(truth.values()) + "".join(after.values())


@pytest.mark.parametrize("days", [8, 22])
def test_it_stays_alike_when_time_passes(app, given, sign_in, ids, clock, days):
    writes(given, ids)
    clock.forward(days=days)
    both = (ids["wrote"], ids["silent"])
    with app.app_context():
        for one in both:
            sending._remind({"invitation": one["row"]})
            lapsing._lapse({"invitation": one["row"]})
    worker = sign_in(ids["worker"])
    with app.app_context():
        for path in ("", "/feedback", "/feedback/family/new", "/exit", QUESTION, f"{QUESTION}/paper"):
            wrote, silent = (main_of(worker, f"/cases/{{ref}}{path}", one) for one in both)
            assert wrote == silent, path
        assert waiting("remind_family") == ([one["case"] for one in both] if days == 8 else [])


def test_what_a_worker_does_then_goes_as_usual(app, given, sign_in, ids):
    writes(given, ids)
    worker, outcomes = sign_in(ids["worker"]), []
    for one in (ids["wrote"], ids["silent"]):
        at = f"/cases/{one['ref']}/feedback/family/{one['row']}"
        message = worker.post(f"{at}/message")
        link = re.search(r"/f/[\w-]{32}", message.text)[0]
        statuses = (message.status_code, worker.post(f"{at}/steps/revoke").status_code)
        outcomes.append((statuses, "Taken back" in worker.get(at).text.split("<main")[1].split("</main>")[0]))
        assert app.test_client().get(link).status_code == 404
    assert outcomes == [((200, 303), True)] * 2
    wrote = f"/cases/{ids['wrote']['ref']}/feedback"
    manager = sign_in(ids["coordinator"])
    assert "Answered" in manager.get(wrote).text
    assert WORDS in manager.get(wrote).text
    assert "1 of 1" in manager.get("/feedback/returns").text


def test_an_answer_that_is_taken_away_shows_no_gap(app, given, sign_in, ids):
    writes(given, ids)
    worker, manager = sign_in(ids["worker"]), sign_in(ids["coordinator"])
    before = pages(worker, ids["wrote"])
    with app.app_context():
        said = db.session.scalars(db.select(Feedback)).one()
        number, version = said.id, said.version
    gone = f"/cases/{ids['wrote']['ref']}/feedback/{number}/family-removal"
    assert manager.post(gone, data={"version": str(version)}).status_code == 303
    assert pages(worker, ids["wrote"]) == before


def test_paper_for_the_manager_is_typed_in_by_who_reads_it(app, sign_in, ids):
    at = f"/cases/{ids['silent']['ref']}/feedback/family/{ids['silent']['row']}/paper"
    worker, manager = sign_in(ids["worker"]), sign_in(ids["coordinator"])
    typed = {"aspect_heard": "worst", "good": WORDS, "manager_only": "y"}
    assert "give the paper to the coordinator unread" in worker.get(at).text
    assert "unread" not in manager.get(at).text
    refused = worker.post(at, data=typed)
    assert refused.status_code == 422
    assert "give it to the coordinator, who types it in" in refused.text
    assert WORDS in refused.text
    with app.app_context():
        assert db.session.scalars(db.select(Feedback)).all() == []
    assert manager.post(at, data=typed).status_code == 303
    again = worker.post(at, data={"aspect_heard": "good", "good": "Something else"})
    assert again.status_code == 422
    assert "Nothing more can be typed in for this question. Give the paper to the coordinator." in again.text
    assert "Something else" in again.text


def test_paper_says_where_words_for_the_manager_go_and_which_question_it_is(app, monkeypatch, sign_in, ids):
    monkeypatch.setattr("portal.feedback.views.asking_families.pdf", unavailable)
    worker, marks = sign_in(ids["worker"]), set()
    for name in ("wrote", "silent"):
        one = ids[name]
        here = f"/cases/{one['ref']}/feedback"
        links = re.findall(r'href="([^"]*paper\.pdf[^"]*)"', worker.get(here).text)
        assert [link.replace("&amp;", "&").split("?")[1] for link in links] == [
            f"question={one['row']}&large=0",
            f"question={one['row']}&large=1",
        ]
        usual, large = (worker.get(link.replace("&amp;", "&")).text for link in links)
        assert ("doc-large" in usual, "doc-large" in large) == (False, True)
        assert "Ticked? Put it in an envelope addressed to the manager." in usual
        mark = re.search(r'class="doc-mark"><bdi dir="ltr">([A-Z0-9]{4})<', usual)[1]
        assert f"this question has {mark}." in worker.get(f"{here}/family/{one['row']}/paper").text
        marks.add(mark)
    assert len(marks) == 2
    elsewhere = f"/cases/{ids['wrote']['ref']}/feedback/family/paper.pdf?question={ids['silent']['row']}"
    assert worker.get(elsewhere).status_code == 404


def test_paper_asks_what_fits_the_moment_in_the_language_of_the_question(app, given, monkeypatch, sign_in, ids):
    def put():
        row = db.session.get(FamilyInvitation, ids["silent"]["row"])
        row.moment, row.language, row.large_print = "midway", "pl", True
        build.offer_languages("pl")
        audit.record(None, "changed", row)

    given(put)
    monkeypatch.setattr("portal.feedback.views.asking_families.pdf", unavailable)
    one = ids["silent"]
    page = sign_in(ids["worker"]).get(f"/cases/{one['ref']}/feedback/family/paper.pdf?question={one['row']}").text
    assert 'lang="pl-PL"' in page
    assert "doc-large" in page
    assert page.count('<section class="doc-keep">') == 4 + 3  # without the end and the length of the work


def test_who_works_on_the_case_leaves_the_words_to_another_manager(given, sign_in, ids):
    writes(given, ids)
    here = f"/cases/{ids['wrote']['ref']}/feedback"

    def joins():
        facts = {"kind": "case_file", "record_id": ids["wrote"]["case"], "starts_on": build.clock.today()}
        audit.record(None, "involved", Involvement(person_id=ids["coordinator"], **facts))

    manager = sign_in(ids["coordinator"])
    given(joins)
    assert WORDS in manager.get(here).text  # nobody else could read them
    other = given(lambda: people.person("Second Manager", Role.COORDINATOR).id)
    second = sign_in(other)
    for path in (here, "/reading", f"/cases/{ids['wrote']['ref']}/exit"):
        page = manager.get(path).text
        assert WORDS not in page, path
        assert "Only for the manager" not in page, path
    assert "Opened, not answered yet" in manager.get(here).text
    assert "0 of 2" in manager.get("/feedback/returns").text
    assert WORDS in second.get(here).text
    assert WORDS in second.get("/reading").text


def test_an_email_reminder_to_who_wrote_to_the_manager_is_left_out_in_silence(unit, clock):
    world = cases.world()
    case = cases.case(world)
    row = build.invited(world, case, build.parent(case), "email")
    path = sending._message({"invitation": row.id, "address": queries.address_digest(build.ALL_WAYS["email"])}, ())
    token = path.path.removeprefix("/f/")
    build.answered(operations.Secrets(token, ""), good=WORDS, manager_only=True)
    operations.remind_family(actor_of(world.worker.id), case, row)
    kinds = list(db.session.scalars(db.select(Notice.kind).where(Notice.kind.startswith("family_"))))
    assert kinds == ["family_feedback_asked"]
    (seen,), (true,) = (
        queries.invitations_of(actor_of(person.id), case) for person in (world.worker, world.coordinator)
    )
    assert (seen.state, bool(seen.reminded), seen.may_remind) == ("Opened, not answered yet", True, False)
    assert (true.state, true.reminded) == ("Answered", "")


def test_an_end_after_such_an_answer_waits_for_the_family_as_usual(unit):
    world = cases.world()
    case = cases.case(world)
    build.answered(build.linked(world, case, build.parent(case)), good=WORDS, manager_only=True)
    measures.ended(world, case)
    key = f"case-{case.id}-awaited-family_feedback"
    assert db.session.scalars(db.select(Task.done_at).where(Task.key == key)).all() == [None]


def waiting(rule):
    found = db.select(Task.case_id).where(Task.rule == rule, Task.done_at.is_(None)).order_by(Task.case_id)
    return list(db.session.scalars(found))
