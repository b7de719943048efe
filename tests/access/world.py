"""Two schools with one record of every kind each, told apart by words that stand in private texts only."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.agreements import operations as agreements
from portal.agreements.queries.one import newest_of
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import clock, jobs, settings
from portal.kernel.audit import record
from portal.notices.models import Notice
from portal.notices.operations import tell
from portal.offer import operations as offer
from portal.offer import queries as offers
from portal.policy import Role
from portal.referrals.models import Referral
from portal.schools.models import Term
from portal.training.queries.programmes import programme_rows
from portal.voice.operations import questionnaires, reading, talking
from tests import (
    builders_accounts,
    builders_advice,
    builders_cases,
    builders_events,
    builders_families,
    builders_measures,
    builders_referrals,
    builders_training,
    builders_visits,
    builders_voice,
    builders_voices,
    people,
)
from tests.builders_cases import World
from tests.builders_measures import visits_of

OWN, OTHER = "own", "other"
SECRET = {OWN: "Ashsecret", OTHER: "Birchsecret"}
"""Stands in the names of the children of a school and in everything that was written about them"""
TRAINED = {OWN: "Ashtrained", OTHER: "Birchtrained"}
"""The same, for what a school asked and entered about training: workers give it to every school, so they read it"""
AT_PANEL = {OWN: "Ashpanel", OTHER: "Birchpanel"}
"""The same, for the child whose referral is at panel: panel members of any school read that one"""


@dataclass
class Side:
    """The ids and references of one school's records."""

    school_id: int
    pupil_id: int
    contact_id: int
    draft: str
    submitted: str
    at_panel: str
    accepted: str
    of_case: str
    case: str
    ended: str
    case_pupil_id: int
    worker_id: int
    visit_id: int
    reading_id: int
    goal_id: int
    strategy_id: int
    feedback_id: int
    invitation_id: int
    own_words_id: int
    view_id: int
    wish_id: int
    place_id: int
    school_strategy_id: int
    monitoring_id: int
    person_id: int
    role_id: int
    training_request: str
    training_session_id: int
    booking_id: int
    attendee_id: int
    topic_id: int
    agreement_id: int
    advice_id: int
    match_id: int
    file_id: int
    event_id: int


@dataclass
class Place:
    """All that the walk needs to know."""

    sides: dict[str, Side] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    line_id: int = 0
    calendar_id: int = 0
    term_id: int = 0
    measure_id: int = 0
    request_id: int = 0
    change_id: int = 0
    job_id: int = 0
    agreement_text_id: int = 0
    message_id: int = 0
    programme_id: int = 0
    questionnaire_id: int = 0
    notice_ids: dict[int, int] = field(default_factory=dict)
    """By the person who was told"""


def build() -> Place:
    """The whole world, in the current unit."""
    record(None, "panels switched on", settings.put("feature.panels", "on"))
    record(None, "languages switched on", settings.put("feature.languages", "on"))
    ash = builders_cases.world()
    birch = replace(
        ash,
        ash=ash.birch,
        birch=ash.ash,
        primary=ash.secondary,
        secondary=ash.primary,
        worker=ash.far_worker,
        senco=ash.other_senco,
    )
    place = Place(people=_people(ash))
    place.sides = {OWN: _side(ash, OWN), OTHER: _side(birch, OTHER)}
    calendar = ash.primary.calendar
    place.line_id, place.calendar_id, place.term_id = ash.primary.id, calendar.id, _first_term(calendar.id)
    place.measure_id = builders_measures.assessments.ensure_standard_measures() or 1
    place.request_id = builders_accounts.account_request().id
    place.change_id = builders_accounts.address_change(ash.senco, ash.coordinator).id
    job = jobs.enqueue("of_the_tests")
    job.failed_at = clock.now()
    _publish_policy(ash)
    text = agreements.start_draft(actor_of(ash.coordinator.id), "all")
    db.session.flush()
    place.job_id, place.agreement_text_id = job.id, text.id
    place.notice_ids = {side.person_id: _told(side.person_id) for side in place.sides.values()}
    place.programme_id = programme_rows()[0].id
    place.questionnaire_id = _questionnaire_with_draft(ash)
    place.message_id = _failed_message(ash.senco.id)
    return place


def _school_strategy(world: World, name: str) -> int:
    """It names no child: workers may read it, other schools may not."""
    coordinator = actor_of(world.coordinator.id)
    return builders_voices.school_strategy(coordinator, world.ash, f"{TRAINED[name]} school strategy").id


def _questionnaire_with_draft(world: World) -> int:
    found = builders_voice.asked().questionnaire
    questionnaires.draft_of(actor_of(world.coordinator.id), found)
    return found.id


def _publish_policy(world: World) -> None:
    opened = replace(offers.opened_policy(), review_on=clock.today() + timedelta(days=365))
    offer.publish_policy(actor_of(world.coordinator.id), opened, opened_with=opened.version)


def _told(person_id: int, key: str = "of-the-walk") -> int:
    tell("something_waits", [person_id], "/", key=key)
    return db.session.scalars(db.select(Notice.id).order_by(Notice.id.desc())).first() or 0


def _failed_message(person_id: int) -> int:
    notice = db.session.get_one(Notice, _told(person_id, key="that-failed"))
    notice.message.state = "failed"
    db.session.flush()
    return notice.message.id


def _people(world: World) -> dict[str, int]:
    made = {
        "school": world.senco,
        "head": people.person("Ash Head", Role.HEAD, school_id=world.ash.id),
        "worker": world.worker,
        "coordinator": world.coordinator,
        "panel": people.person("Pat Panel", Role.PANEL),
        "safeguarding": people.person("Dee Safe", Role.SAFEGUARDING),
        "commissioner": people.person("Lee Authority", Role.COMMISSIONER),
        "admin": people.person("Ann Admin", Role.ADMIN),
        "no_role": people.person("Noa Role", None),
    }
    return {name: person.id for name, person in made.items()}


def _first_term(calendar_id: int) -> int:
    return db.session.scalars(db.select(Term.id).where(Term.calendar_id == calendar_id).order_by(Term.id)).first() or 0


def _side(world: World, name: str) -> Side:
    secret = SECRET[name]
    child = builders_cases.pupil(world.ash, secret, "Kit", diagnosis=f"{secret} diagnosis")
    carer = builders_cases.contact(child, f"Rosa {secret}", address=f"{secret} Street 1")
    running = builders_cases.case(world, child)
    running.stage = "support"
    record(None, "case moved", running)
    ended = builders_cases.case(world, builders_cases.pupil(world.ash, secret, "Len"))
    visit = builders_visits.visit(running, world.worker, note=f"{secret} visit note")
    reading = builders_measures.reading(world, running, note=f"{secret} reading note")
    goal = builders_measures.goal(world, running, f"{secret} goal")
    strategy = builders_measures.strategy(running, f"{secret} strategy")
    feedback = builders_measures.feedback_given(world, running, good_words=f"{secret} feedback")
    asked = builders_families.invited(world, running, builders_families.parent(running, f"Ali {secret}"), "letter")
    sent = builders_families.linked(world, running, builders_families.parent(running, f"Kim {secret}"))
    own_words = builders_families.answered(sent, good=f"{secret} family words")
    builders_measures.ended(world, ended)
    builders_voices.own_given(world, ended, good_words=f"{secret} own words")
    at_panel = builders_cases.pupil(world.ash, AT_PANEL[name], "Pia")
    submitted = _referral(world, child, "submitted")
    accepted = _referral(world, child, "decided", "outreach")
    return Side(
        school_id=world.ash.id,
        pupil_id=child.id,
        contact_id=carer.id,
        draft=_referral(world, child, "draft"),
        submitted=submitted,
        at_panel=_referral(world, at_panel, "at_panel"),
        accepted=accepted,
        of_case=running.referral.reference,
        case=running.reference,
        ended=ended.reference,
        case_pupil_id=ended.pupils[0].pupil_id,
        worker_id=world.worker.id,
        visit_id=visit.id,
        reading_id=reading.id,
        goal_id=goal.id,
        strategy_id=strategy.id,
        feedback_id=feedback.id,
        invitation_id=asked.id,
        own_words_id=own_words.id,
        **_voice(world, running, secret),
        place_id=builders_voice.prepared(world, running).id,
        school_strategy_id=_school_strategy(world, name),
        monitoring_id=visits_of(ended)[0].id,
        person_id=world.senco.id,
        role_id=_role(world.senco),
        **_training(world, name),
        event_id=builders_events.event(world, title=f"{TRAINED[name]} network").id,
        agreement_id=_agreement(world, secret),
        advice_id=builders_advice.asked(world).id,
        match_id=builders_referrals.kept_of(submitted, accepted, secret),
        file_id=builders_referrals.file_of(submitted),
    )


def _voice(world: World, case: Case, secret: str) -> dict[str, int]:
    """A child's view that the school may not see, with an answer to the child; and a wish to talk."""
    answers = ({"q": "wish", "state": "answered", "words": f"{secret} view"},)
    view = builders_voice.view(world, case, answers=answers)
    worker = actor_of(world.worker.id)
    reading.answer_child(worker, view, reading.ReplyDraft(f"{secret} said", f"{secret} did"), opened_with=0)
    return {"view_id": view.id, "wish_id": talking.ask_to_talk(view.place).id}


def _agreement(world: World, secret: str) -> int:
    """One that waits, of a piece of work of its own."""
    child = builders_cases.pupil(world.ash, secret, "Mo")
    waiting = newest_of(builders_cases.case(world, child, agreed=False).referral_id or 0)
    return waiting.id if waiting else 0


def _training(world: World, name: str) -> dict[str, Any]:
    """A request of the school that was booked: a session of its own, with somebody who comes."""
    on = builders_training.soon(21 if name == OWN else 22)
    request = builders_training.booked(world, on=on)
    request.difference = f"{TRAINED[name]} difference"
    record(None, "training request worded", request)
    session = request.session
    builders_training.people(world, session, f"Ana {TRAINED[name]}")
    return {
        "training_request": request.reference,
        "training_session_id": session.id,
        "booking_id": session.bookings[0].id,
        "attendee_id": session.attendees[0].id,
        "topic_id": request.topic_id,
    }


def _role(person: Person) -> int:
    return person.roles[0].id


def _referral(world: World, child: object, status: str, decision: str | None = None) -> str:
    made: Referral = builders_cases.referral(  # type: ignore[arg-type]
        world.ash, child, world.senco, world.primary, status=status, decision=decision
    )
    if status == "draft":
        made.submitted_at = None
    else:
        made.submitted_at = clock.now() - timedelta(days=3)
    record(None, "referral dated", made)
    return made.reference
