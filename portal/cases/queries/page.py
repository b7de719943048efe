"""The parts of a case's page: people, steps, timeline, and the sections that other features give it."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy.orm import joinedload

from portal.agreements.queries import work_may_start
from portal.cases import rules
from portal.cases.models import Case, Cover
from portal.cases.queries.one import KIND
from portal.extensions import db
from portal.kernel import access, clock, gate, history, settings
from portal.kernel.dates import day_words
from portal.kernel.settings import Feature
from portal.policy import Action, Actor, Scope, may
from portal.schools import rules as schools
from portal.schools.models import Contact
from portal.tasks.queries import TaskRow


@dataclass(frozen=True)
class CaseSection:
    """A section of the case page that another feature draws; ``event`` makes it load again."""

    label: str
    endpoint: str
    action: Action
    event: str
    feature: Feature | None = None
    """Where the endpoint's own feature is always there, the one that must be switched on"""


@dataclass(frozen=True)
class WorkerRow:
    """Somebody who works on the case, or covers it."""

    person_id: int | None
    name: str
    words: str
    is_current: bool
    may_end: bool
    """An allocation whose last day is not chosen yet"""


@dataclass(frozen=True)
class ContactRow:
    """A person around a pupil; without any way to reach them where nobody may."""

    name: str
    about: str
    ways: tuple[tuple[str, str, str | None], ...]
    """What it is, the number or address, and a link where the device can open one"""
    do_not_contact: bool
    is_alike: bool = False
    """It may be somebody else who is on record; somebody has to say"""


@dataclass(frozen=True)
class StepRow:
    """A step that the page offers; ``problems`` say why it cannot be taken yet."""

    name: str
    label: str
    target: str
    problems: tuple[str, ...]
    reason_asked: bool
    is_next: bool


@dataclass(frozen=True)
class TimelineRow:
    """One line of the story of a case."""

    when: str
    what: str
    who: str | None
    note: str | None


def sections_of(actor: Actor) -> list[CaseSection]:
    """The sections whose feature is there and switched on, and whose action the actor holds."""
    declared: tuple[CaseSection, ...] = current_app.extensions.get("case_sections", ())
    return _open_sections(actor, declared)


def support_sections_of(actor: Actor) -> list[CaseSection]:
    """The same for the school's view of a piece of work."""
    declared: tuple[CaseSection, ...] = current_app.extensions.get("support_sections", ())
    return _open_sections(actor, declared)


def _open_sections(actor: Actor, declared: tuple[CaseSection, ...]) -> list[CaseSection]:
    known = current_app.view_functions
    offered = [s for s in declared if s.endpoint in known and gate.is_open(s.endpoint) and may(actor, s.action)]
    return [s for s in offered if s.feature is None or settings.is_on(s.feature)]


def facts_of(case: Case, actor: Actor | None = None) -> rules.CaseFacts:
    """What the road must know of a case; facts of features above come through ``case_facts``.

    ``actor`` is who reads what stands in the way.
    """
    today = clock.today()
    visits_matter = case.stage in ("exit", "monitoring")
    open_monitoring = current_app.extensions.get("case_facts", {}).get("open_monitoring") if visits_matter else None
    return rules.CaseFacts(
        has_worker=any(a.ends_on is None or a.ends_on >= today for a in case.allocations),
        has_start_date=case.starts_on is not None,
        work_ended=case.ended_on is not None and case.how_ended is not None,
        monitoring_settled=open_monitoring is None or open_monitoring(case.id) == 0,
        agreement_signed_or_waived=work_may_start(case.referral_id, is_new=case.stage == "waiting"),
        may_waive=actor is not None and may(actor, Action.PREPARE_AGREEMENT),
    )


def steps_offered(actor: Actor, case: Case, scope: Scope) -> list[StepRow]:
    """The steps from where the case stands that the actor may take, the one to the next stage first."""
    facts = facts_of(case, actor)
    following = rules.next_step(case.stage)
    rows = [
        StepRow(
            name=step.name,
            label=step.label,
            target=rules.STAGES[step.target],
            problems=tuple(rules.ROAD.problems(step.name, case.stage, facts)),
            reason_asked=step.reason_asked,
            is_next=following is not None and step.name == following.name,
        )
        for step in rules.ROAD.available(case.stage)
        if access.allows(actor, step.needs, scope)
    ]
    return sorted(rows, key=lambda row: not row.is_next)


def lead_of(case: Case, due: list[TaskRow], until: date | None = None) -> str:
    """The first line of a case's page: since when it stands where it stands, and what is next.

    ``until`` is the last day on which the reader, whose work is closed, can read it.
    """
    today = clock.today()
    since = case.stage_since.astimezone(clock.LONDON).date()
    where = f"{rules.STAGES[case.stage]} since {'today' if since >= today else day_words(since, today)}."
    if until is not None:
        return f"{where} You can read this until {day_words(until, today)}, and change nothing."
    if not due:
        return where
    return f"{where} Next: {due[0].title[:1].lower()}{due[0].title[1:]}, {due[0].words}."


def dates_of(case: Case) -> list[tuple[str, str]]:
    """The dates of a case in words, those that are known."""
    today = clock.today()
    begins = "Starts" if case.starts_on and case.starts_on > today else "Started"
    is_past = case.planned_end_on is not None and case.planned_end_on < today
    until = "Was planned until" if is_past else "Planned until"
    known = ((begins, case.starts_on), (until, case.planned_end_on), ("Ended", case.ended_on))
    return [(what, day_words(day, today)) for what, day in known if day is not None]


def workers_of(case: Case, covers: list[Cover]) -> list[WorkerRow]:
    """Everybody who works or worked on the case, and who covers it today."""
    today = clock.today()
    rows = [
        WorkerRow(
            person_id=a.person_id,
            name=a.person.name if a.person else a.worker_label or "Unnamed worker",
            words=_period_words(a.starts_on, a.ends_on, today),
            is_current=a.ends_on is None or a.ends_on >= today,
            may_end=a.ends_on is None and a.person_id is not None,
        )
        for a in case.allocations
    ]
    rows += [
        WorkerRow(c.person_id, c.person.name, f"Covers until {day_words(c.ends_on, today)}", True, False)
        for c in covers
        if c.ends_on >= today
    ]
    return sorted(rows, key=lambda row: not row.is_current)


def covers_of(case: Case) -> list[Cover]:
    """Every cover of the case, the earliest first."""
    return list(
        db.session.scalars(
            db.select(Cover).where(Cover.case_id == case.id).options(joinedload(Cover.person)).order_by(Cover.id)
        )
    )


def _period_words(starts_on: date | None, ends_on: date | None, today: date) -> str:
    since = f"Since {day_words(starts_on, today)}" if starts_on else ""
    if ends_on is None:
        return since or "Works on it"
    return f"Until {day_words(ends_on, today)}"


def contacts_of(case: Case, only_pupil_id: int | None = None) -> list[ContactRow]:
    """The people around the pupils (or around one of them), with the safe ways to reach them and nothing else."""
    wanted = (entry for entry in case.pupils if only_pupil_id in (None, entry.pupil_id))
    pupils = {entry.pupil_id: entry.pupil for entry in wanted}
    several = len(pupils) > 1
    contacts = db.session.scalars(
        db.select(Contact).where(Contact.pupil_id.in_(pupils)).order_by(Contact.pupil_id, Contact.id)
    )
    return [_contact_row(c, pupils[c.pupil_id].given_name if several else "") for c in contacts]


def _contact_row(contact: Contact, of: str) -> ContactRow:
    relation = schools.RELATIONSHIPS.get(contact.relationship_code, "Contact")
    about = f"{relation} of {of}" if of else relation
    if contact.do_not_contact:
        return ContactRow(contact.name, about, (), True)
    details = {"text": contact.phone, "phone": contact.phone, "email": contact.email, "post": contact.address}
    ways = tuple(
        (label, details[code] or "", _href(code, details[code] or ""))
        for code, label in schools.CONTACT_CHANNELS.items()
        if schools.may_reach(contact, code) and details[code]
    )
    return ContactRow(contact.name, about, ways, False, is_alike=contact.alike_id is not None)


def _href(channel: str, detail: str) -> str | None:
    number = "".join(letter for letter in detail if letter in "+0123456789")
    return {"text": f"sms:{number}", "phone": f"tel:{number}", "email": f"mailto:{detail}"}.get(channel)


def timeline_of(case: Case, covers: list[Cover]) -> list[TimelineRow]:
    """The steps and covers of the case, the newest first."""
    today = clock.today()
    steps = [
        (step.at, _step_words(step), step.person_name or None, step.note) for step in history.steps_of(KIND, case.id)
    ]
    covered = [(_morning(c.starts_on), _cover_words(c, today), c.person.name, c.reason) for c in covers]
    rows = sorted([*steps, *covered], key=lambda row: row[0], reverse=True)
    return [
        TimelineRow(day_words(at.astimezone(clock.LONDON).date(), today), what, who, note)
        for at, what, who, note in rows
    ]


def _cover_words(cover: Cover, today: date) -> str:
    ended_at_once = cover.ends_on < cover.starts_on
    return "Cover, ended the same day" if ended_at_once else f"Cover until {day_words(cover.ends_on, today)}"


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.LONDON)


def _step_words(step: history.StepTaken) -> str:
    if step.step == "open":
        return "Opened"
    own_words = {"close": "Closed", "back_to_monitoring": "Opened again", "stop_early": "Ended early"}
    if step.step in own_words:
        return own_words[step.step]
    moved = "Moved back to" if step.step.startswith("back_") else "Moved to"
    return f"{moved} “{rules.STAGES.get(step.target, step.target)}”"
