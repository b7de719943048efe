"""After a session: people are asked without an account, the standing follows the register, schools meet at events."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.kernel.submissions import Submission
from portal.notices.models import Message, Notice
from portal.notices.operations import composers
from portal.schools.operations import RefusedFields
from portal.tasks.models import Task
from portal.training import operations as training
from portal.training import rules as training_rules
from portal.training.models import Attendee, Evaluation, EvaluationLink, Programme, StaffCount
from portal.training.operations import evaluations, events, programmes
from portal.training.queries.evaluations import open_link, said_of
from portal.training.queries.events import event_for, event_page, event_rows
from portal.training.queries.programmes import standings_in
from portal.training.rules.evaluations import LASTS, Answer, Moment
from portal.training.views import evaluations as evaluation_views
from tests import builders_cases as cases
from tests import builders_training as build
from tests import people
from tests.builders_events import draft
from tests.builders_events import event as build_event

GOOD = Answer("very", "I will wait before I speak.", "")


@pytest.fixture
def world(unit):
    return cases.world()


@pytest.fixture
def coordinator(world):
    return actor_of(world.coordinator.id)


@pytest.fixture
def senco(world):
    return actor_of(world.senco.id)


@pytest.fixture
def session(world, clock):
    """A finished session in Ash Primary: two came, of whom one left an e-mail address."""
    topic = build.topic("Attachment awareness")
    made = build.shared(world, topic_id=topic.id, places=None)
    build.places(world, made)
    listed = [
        training_rules.Somebody("Ana Lee", "Teacher", "ana@school.example"),
        training_rules.Somebody("Ben Okoro", "Teaching assistant"),
    ]
    training.enter_people(actor_of(world.senco.id), made, world.ash.id, listed)
    clock.moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    return build.held(world, made)


def links():
    return db.session.scalars(select(EvaluationLink).order_by(EvaluationLink.id)).all()


def token_of(link) -> str:
    """The token that the worker makes when the message goes."""
    path = composers[evaluations.KINDS[Moment(link.moment)]]({"link": link.id})
    assert path is not None
    return path.rsplit("/", 1)[1]


def test_who_left_an_address_is_asked_when_the_register_is_finished(session):
    (link,) = links()
    assert link.attendee.name == "Ana Lee"
    assert db.session.scalar(select(func.count()).select_from(Message).where(Message.address.is_not(None))) == 1
    assert "ana" not in str([notice.about for notice in db.session.scalars(select(Notice))]).lower()


def test_one_answer_by_a_personal_link_and_no_way_back_to_the_person(session):
    token = token_of(links()[0])
    assert open_link(token).topic == "Attachment awareness"
    evaluations.answer(token, GOOD)
    assert open_link(token) is None
    with pytest.raises(OutOfReach):
        evaluations.answer(token, GOOD)
    assert {column.name for column in Evaluation.__table__.columns}.isdisjoint({"attendee_id", "link_id"})
    after, later = said_of(session.id)
    assert (after.asked, after.answered, later.answered) == (1, 1, 0)
    assert after.shares[0].words == "1 of 1"
    assert after.different == ("I will wait before I speak.",)


def test_a_new_token_ends_the_one_before(session):
    first, second = token_of(links()[0]), token_of(links()[0])
    assert open_link(first) is None
    assert open_link(second) is not None


def test_a_link_ends_after_four_weeks_and_is_then_not_sent(session, clock):
    token = token_of(links()[0])
    clock.forward(days=LASTS.days)
    assert open_link(token) is None
    assert composers[evaluations.KINDS[Moment.AFTER]]({"link": links()[0].id}) is None


def test_as_many_answer_by_the_room_link_as_came_without_a_link_of_their_own(session, coordinator):
    link = evaluations.make_room_link(coordinator, session, Moment.AFTER)
    token = link.token
    assert link.answers == 1
    evaluations.answer(token, GOOD)
    with pytest.raises(OutOfReach):
        evaluations.answer(token, GOOD)


def test_a_second_room_link_ends_the_first(session, coordinator):
    first = evaluations.make_room_link(coordinator, session, Moment.AFTER).token
    evaluations.make_room_link(coordinator, session, Moment.AFTER)
    assert open_link(first) is None


def test_only_who_gave_it_makes_a_room_link(session, senco, world):
    with pytest.raises(NotPermitted):
        evaluations.make_room_link(senco, session, Moment.AFTER)
    with pytest.raises(OutOfReach):
        evaluations.make_room_link(actor_of(world.far_worker.id), session, Moment.AFTER)


def test_there_is_no_link_before_the_register(world, coordinator):
    with pytest.raises(Refused, match="Finish the register"):
        evaluations.make_room_link(coordinator, build.shared(world), Moment.AFTER)


def test_after_a_term_they_are_asked_again_once(session, clock):
    evaluations._ask_later({"session": session.id})
    evaluations._ask_later({"session": session.id})
    assert [link.moment for link in links()] == ["after", "later"]


def test_the_standing_follows_the_register(session, senco, world):
    programme = db.session.scalars(select(Programme)).one()
    programmes.say_staff(senco, world.ash.id, 4)
    programmes.say_staff(senco, world.ash.id, 5)
    (found,) = standings_in(senco, programme.id, programme.needed_percent)
    assert (found.school, found.now.words) == ("Ash Primary", "2 of 5 staff, 40 %")
    assert db.session.scalar(select(func.count()).select_from(StaffCount)) == 1
    ana = db.session.scalars(select(Attendee).where(Attendee.name == "Ana Lee")).one()
    ben = db.session.scalars(select(Attendee).where(Attendee.name == "Ben Okoro")).one()
    training.save_register(
        actor_of(world.worker.id),
        session,
        training.Marks(present=frozenset({ana.id})),
        finish=True,
        opened_with=session.version,
    )
    assert ben.attended is False
    (found,) = standings_in(senco, programme.id, programme.needed_percent)
    assert found.now.words == "1 of 5 staff, 20 %"


def test_a_school_sees_its_own_standing_only(session, world):
    other = actor_of(world.other_senco.id)
    programme = db.session.scalars(select(Programme)).one()
    assert standings_in(other, programme.id, 80) == ()
    with pytest.raises(OutOfReach):
        programmes.say_staff(other, world.ash.id, 4)


def test_a_programme_is_kept_by_the_coordinator(coordinator, senco):
    topic = build.topic("De-escalation")
    draft = programmes.ProgrammeDraft("Calm schools", "Fewer conflicts.", 60, (topic.id,))
    made = programmes.add_programme(coordinator, draft)
    with pytest.raises(EditConflict):
        programmes.change_programme(coordinator, made, draft, opened_with=made.version + 1)
    with pytest.raises(RefusedFields, match="at least one topic"):
        programmes.change_programme(
            coordinator,
            made,
            programmes.ProgrammeDraft("Calm schools", "Fewer conflicts.", 60, (99_999,)),
            opened_with=made.version,
        )
    with pytest.raises(NotPermitted):
        programmes.add_programme(senco, draft)


def test_a_topic_that_no_longer_counts_leaves_the_programme(coordinator, world):
    kept, left = build.topic("De-escalation"), build.topic("Attachment awareness")
    draft = programmes.ProgrammeDraft("Calm schools", "Fewer conflicts.", 60, (kept.id, left.id))
    made = programmes.add_programme(coordinator, draft)
    db.session.commit()
    programmes.change_programme(coordinator, made, replace(draft, topic_ids=(kept.id,)), opened_with=made.version)
    db.session.commit()
    assert [one.topic_id for one in made.topics] == [kept.id]


# Events -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def event(coordinator, world):
    return build_event(world)


def open_rules():
    return set(db.session.scalars(select(Task.rule).where(Task.done_at.is_(None))))


def kinds_told():
    return list(db.session.scalars(select(Notice.kind).order_by(Notice.id)))


def test_an_invitation_waits_for_the_school_until_it_answers(event, senco, world):
    assert {"answer_invitation", "record_event"} <= open_rules()
    events.answer_invitation(senco, event, world.ash.id, comes=True, people=3)
    assert "answer_invitation" not in open_rules()
    page = event_page(senco, event)
    assert (page.coming, page.invitations[0].answer_words) == (3, "Coming")
    assert kinds_told() == ["event_invitation"]


def test_who_is_not_invited_sees_nothing_of_it(event, world):
    other = actor_of(world.other_senco.id)
    assert event_rows(other) == ()
    with pytest.raises(OutOfReach):
        event_for(other, event.id)
    with pytest.raises(OutOfReach):
        events.answer_invitation(other, event, world.birch.id, comes=True, people=1)


def test_a_school_sees_everybodys_number_and_its_own_answer_only(event, coordinator, senco, world):
    events.invite(coordinator, event, {world.birch.id})
    events.answer_invitation(actor_of(world.other_senco.id), event, world.birch.id, comes=True, people=4)
    page = event_page(senco, event)
    assert page.coming == 4
    assert [one.school for one in page.invitations] == ["Ash Primary"]


def test_coming_needs_a_number(event, senco, world):
    with pytest.raises(Refused, match="how many"):
        events.answer_invitation(senco, event, world.ash.id, comes=True, people=0)


def test_a_new_date_is_told_and_a_new_word_is_not(event, coordinator):
    events.change_event(coordinator, event, draft(about="Other words"), opened_with=event.version)
    assert "event_changed" not in kinds_told()
    later = datetime(2026, 11, 25, 14, tzinfo=UTC)
    events.change_event(coordinator, event, draft(starts_at=later), opened_with=event.version)
    assert kinds_told().count("event_changed") == 1


def test_who_came_and_what_was_shared(event, coordinator, world, clock):
    with pytest.raises(Refused, match="once the event has begun"):
        events.record_who_came(coordinator, event, {world.ash.id: 2}, opened_with=event.version)
    clock.moment = event.starts_at + timedelta(hours=2)
    events.record_who_came(coordinator, event, {world.ash.id: 2}, opened_with=event.version)
    events.share(coordinator, event, "We agreed three things.", opened_with=event.version)
    events.share(coordinator, event, "We agreed four things.", opened_with=event.version)
    assert event.status == "held"
    assert event_page(coordinator, event).came == 2
    assert kinds_told().count("event_shared") == 1
    assert not {"answer_invitation", "record_event"} & open_rules()


def test_a_cancelled_event_says_why_and_asks_nothing_more(event, coordinator, senco, world):
    with pytest.raises(Refused):
        events.cancel_event(coordinator, event, " ", opened_with=event.version)
    events.cancel_event(coordinator, event, "The hall is flooded.", opened_with=event.version)
    assert not {"answer_invitation", "record_event"} & open_rules()
    with pytest.raises(Refused):
        events.answer_invitation(senco, event, world.ash.id, comes=False, people=0)


def test_two_editors_of_an_event(event, coordinator):
    with pytest.raises(EditConflict):
        events.change_event(coordinator, event, draft(), opened_with=event.version + 1)


def test_the_pages(app, given, sign_in, clock):
    ids: dict[str, int] = {}

    def make() -> None:
        world = cases.world()
        head = people.person("Hedda Head", None)
        boss = actor_of(world.coordinator.id)
        programmes.ensure_default_programmes()
        made = events.plan_event(boss, draft(title="<script>alert(1)</script>"))
        events.invite(boss, made, {world.ash.id})
        ids.update(event=made.id, ash=world.ash.id, senco=world.senco.id, boss=boss.person_id, none=head.id)
        ids.update(other=world.other_senco.id, birch=world.birch.id, worker=world.worker.id)

    given(make)
    senco, boss, other = sign_in(ids["senco"]), sign_in(ids["boss"]), sign_in(ids["other"])
    address = f"/training/events/{ids['event']}"
    page = senco.get(address).text
    assert "<script>alert" not in page
    assert "Does your school come?" in page
    assert other.get(address).status_code == 404
    assert sign_in(ids["worker"]).get("/training/events/new").status_code == 403
    refused = senco.post(f"{address}/answers/{ids['ash']}", data={"comes": "yes"})
    assert refused.status_code == 422
    assert "how many will come" in refused.text
    sent = senco.post(f"{address}/answers/{ids['ash']}", data={"comes": "yes", "people": "2"})
    assert sent.status_code == 303
    assert other.post(f"{address}/answers/{ids['birch']}", data={"comes": "yes", "people": "2"}).status_code == 404
    assert "2 people coming" in boss.get(address).text
    assert b"BEGIN:VEVENT" in senco.get(f"{address}/calendar.ics").data
    for path in ("/training/events/", "/training/programmes/"):
        assert senco.get(path).status_code == boss.get(path).status_code == 200
    assert boss.get(f"{address}/attendance").status_code == 200
    odd = boss.post(f"{address}/attendance", data={"version": "3", f"came_{ids['ash']}": "many"})
    assert odd.status_code == 422
    assert "many" in odd.text
    assert senco.post(f"/training/programmes/staff/{ids['ash']}", data={"staff": "40"}).status_code == 303
    assert senco.get(f"/training/programmes/staff/{ids['birch']}").status_code == 404
    assert "<script>alert" not in boss.get(f"{address}/invite").text


def test_the_three_questions_open_without_an_account_and_keep_what_was_typed(app, given, clock):
    tokens: list[str] = []

    def make() -> None:
        world = cases.world()
        made = build.shared(world, places=None)
        build.places(world, made)
        build.people(world, made)
        clock.moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
        build.held(world, made)
        tokens.append(evaluations.make_room_link(actor_of(world.coordinator.id), made, Moment.AFTER).token)

    given(make)
    client, address = app.test_client(), f"/training/evaluate/{tokens[0]}"
    page = client.get(address)
    assert page.status_code == 200
    assert not re.search(r"Ana Lee|Ben Okoro|Ash Primary", page.text)
    refused = client.post(address, data={"different": "Wait & listen"})
    assert refused.status_code == 422
    assert "Wait &amp; listen" in refused.text
    assert client.post(address, data={"scale": "very", "different": "x\x00y"}).status_code == 422
    assert client.post(address, data={"scale": "very", "different": "Wait & listen"}).status_code == 303
    unknown, used = client.get("/training/evaluate/nonsense"), None
    client.post(address, data={"scale": "very"})
    used = client.get(address)
    assert (unknown.status_code, used.status_code) == (404, 404)
    assert "does not open anything" in used.text


# Without an account --------------------------------------------------------------------------------------------------


def audit_since(last):
    return db.session.execute(
        select(AuditLine.action, AuditLine.kind, AuditLine.record_id).where(AuditLine.id > last).order_by(AuditLine.id)
    ).all()


def test_the_audit_trail_leads_from_no_answer_to_its_link(session):
    token = token_of(links()[0])
    last = db.session.scalar(select(func.max(AuditLine.id)))
    evaluations.answer(token, GOOD)
    db.session.commit()  # the net has nothing to say
    assert [tuple(row) for row in audit_since(last)] == [("evaluation given", "training_session", session.id)]


def test_room_links_never_bring_more_answers_than_people_came(session, coordinator):
    evaluations.answer(evaluations.make_room_link(coordinator, session, Moment.AFTER).token, GOOD)
    with pytest.raises(Refused, match="nobody is left"):
        evaluations.make_room_link(coordinator, session, Moment.AFTER)
    evaluations.answer(token_of(links()[0]), GOOD)
    with pytest.raises(Refused, match="nobody is left"):
        evaluations.make_room_link(coordinator, session, Moment.AFTER)
    assert evaluations.make_room_link(coordinator, session, Moment.LATER).answers == 2


def test_a_title_in_own_words_is_not_shown_without_an_account(world, coordinator, clock):
    made = build.shared(world, topic_id=None, title="How we help Maya", places=None)
    build.places(world, made)
    build.people(world, made)
    clock.moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    build.held(world, made)
    token = evaluations.make_room_link(coordinator, made, Moment.AFTER).token
    assert open_link(token).topic == "Your training"


def test_a_term_later_the_trainers_give_a_link_to_who_left_no_address(session, coordinator, world):
    evaluations._ask_later({"session": session.id})
    (waits,) = db.session.scalars(select(Task).where(Task.rule == "give_evaluation_link", Task.done_at.is_(None)))
    assert waits.person_id == world.worker.id
    evaluations.make_room_link(coordinator, session, Moment.LATER)
    assert waits.done_at is not None


def test_a_corrected_register_asks_and_tells_who_is_new(world, clock):
    made = build.shared(world, places=None)
    build.places(world, made)
    build.people(world, made, "Ana Lee")
    build.places(world, made, 1, other=True)
    late = [training_rules.Somebody("Bo Late", "Teacher", "bo@school.example")]
    training.enter_people(actor_of(world.other_senco.id), made, world.birch.id, late)
    clock.moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    ana, bo = sorted(made.attendees, key=lambda one: one.id)
    build.held(world, made, ana.id)
    assert links() == []
    build.held(world, made, ana.id, bo.id)
    assert [(link.attendee_id, link.moment) for link in links()] == [(bo.id, "after")]
    told = db.session.scalars(select(Notice.recipient).where(Notice.kind == "training_certificates")).all()
    assert told == [f"person-{world.senco.id}", f"person-{world.other_senco.id}"]


@pytest.fixture
def room(given, clock):
    """A room link for two, with who made it."""

    def make():
        world = cases.world()
        made = build.shared(world, places=None)
        build.places(world, made)
        build.people(world, made)
        clock.moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
        build.held(world, made)
        token = evaluations.make_room_link(actor_of(world.coordinator.id), made, Moment.AFTER).token
        return {"token": token, "boss": world.coordinator.id, "session": made.id}

    return given(make)


ANSWERED = {"scale": "very", "different": "Wait & listen", "submission_id": "ab" * 16}


def test_an_answer_sent_twice_is_kept_once_and_its_token_nowhere(app, room):
    client, address = app.test_client(), f"/training/evaluate/{room['token']}"
    answers = [client.post(address, data=ANSWERED) for _ in range(2)]
    assert [(one.status_code, one.location) for one in answers] == [(303, "/training/evaluated")] * 2
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Evaluation)) == 1
        (kept,) = db.session.scalars(select(Submission))
        assert room["token"] not in f"{kept.endpoint} {kept.location}"
        assert len(kept.endpoint) <= 120


def test_a_whole_school_answers_from_one_address_and_nothing_typed_is_lost(app, room, monkeypatch):
    client, address = app.test_client(), f"/training/evaluate/{room['token']}"
    for _ in range(evaluation_views.MOST_UNKNOWN + 1):
        assert client.post(address, data={"different": "x"}).status_code == 422
    monkeypatch.setattr(evaluation_views, "MOST_OF_A_LINK", evaluation_views.MOST_UNKNOWN)
    refused = client.post(address, data=ANSWERED)
    assert refused.status_code == 429
    assert "Wait &amp; listen" in refused.text
    assert "Wait a few minutes" in refused.text
    for _ in range(evaluation_views.MOST_UNKNOWN):
        assert client.post("/training/evaluate/nonsense", data={}).status_code == 404
    assert client.post("/training/evaluate/nonsense", data={}).status_code == 429


def test_a_room_link_is_shown_once_and_reloading_leads_back(sign_in, room):
    client, here = sign_in(room["boss"]), f"/training/sessions/{room['session']}/evaluations"
    first = client.post(f"{here}/after", data={"submission_id": "cd" * 16})
    assert "/training/evaluate/" in first.text
    again = client.post(f"{here}/after", data={"submission_id": "cd" * 16})
    assert (again.status_code, again.location) == (303, here)
