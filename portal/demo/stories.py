"""What happens to one invented child, told through the portal's own operations, from referral to monitoring."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.cases import operations as cases
from portal.cases.models import Case
from portal.cases.rules import CaseDraft
from portal.demo import agreements, names, referral_forms, texts
from portal.demo.cast import OTHERS_DOMAIN, Cast
from portal.demo.timekeeper import Story, at
from portal.demo.work import Work
from portal.extensions import db
from portal.kernel.dates import school_year_start
from portal.policy import Actor
from portal.referrals import operations as referrals
from portal.referrals import queries as referral_queries
from portal.referrals import rules as referral_rules
from portal.referrals.models import Referral
from portal.schools.models import Pupil
from portal.schools.operations import add_pupil
from portal.schools.queries import calendar_of
from portal.schools.rules import PupilDraft, TermCalendar, upn_problems

STAYING = frozenset({"draft", "to_approve", "to_screen", "to_answer", "panel", "to_sign"})
"""Fates that leave the referral where somebody still has to act"""


@dataclass(frozen=True)
class Plot:
    """What will happen: fixed before the story is told, so that the seed alone decides."""

    number: int
    school_id: int
    line_id: int
    worker_id: int
    begins_on: date
    fate: str
    """declined, signposted, returned, accepted, or where it stays: one of ``STAYING``"""
    random: Random


@cache
def _actor(person_id: int) -> Actor:
    return actor_of(person_id)


@dataclass
class Told:
    """Where a story has come."""

    plot: Plot
    cast: Cast
    calendar: TermCalendar
    name: str = ""
    referral: Referral = field(init=False)
    case: Case = field(init=False)

    @property
    def writer(self) -> Actor:
        return _actor(self.cast.writers[self.plot.school_id])

    @property
    def head(self) -> Actor:
        return _actor(self.cast.heads[self.plot.school_id])

    @property
    def coordinator(self) -> Actor:
        return _actor(self.cast.coordinator)

    @property
    def worker(self) -> Actor:
        return _actor(self.plot.worker_id)

    def school_day(self, after: date, days: int) -> date:
        """The school day ``days`` after one; 0 is the same day or the next open one."""
        return self.calendar.add_school_days(after, days)


def story(plot: Plot, cast: Cast) -> Story:
    """One child's story from the day the school begins to write."""
    told = Told(plot, cast, calendar_of(plot.line_id))
    day = told.school_day(plot.begins_on, 0)
    yield at(day, 9 + plot.number % 6, 10)
    _begin_referral(told)
    if plot.fate == "draft":
        return
    yield at(told.school_day(day, 1), 12, 20)
    _fill_pages(told)
    yield at(told.school_day(day, 1), 15)
    _send(told)
    if plot.fate == "to_approve":
        return
    day = told.school_day(day, 2)
    yield at(day, 8, 40)
    _approve(told)
    yield from _screening(told, day)


def _begin_referral(told: Told) -> None:
    writer, plot = told.writer, told.plot
    told.referral = referrals.start_referral(writer, plot.school_id, plot.line_id)
    page = _pupil_page(told)
    told.name = page.given_name
    referrals.save_page(writer, told.referral, "pupil", page, opened_with=0, knows_alike=True)


def _pupil_page(told: Told) -> referral_rules.PupilPage:
    random, plot = told.plot.random, told.plot
    primary = plot.line_id == told.cast.primary_line
    year = random.choice(range(1, 6) if primary else range(7, 11))  # still there when the work goes on next year
    born_year = school_year_start(plot.begins_on) - year - 5
    born_on = date(born_year, 9, 1) + timedelta(days=random.randrange(364))
    page = referral_rules.PupilPage(
        given_name=random.choice(names.GIVEN_NAMES),
        family_name=random.choice(names.FAMILY_NAMES),
        born_on=born_on,
        year_group=str(year),
        at_school=True,
        upn=_upn(plot.number),
    )
    return _known_elsewhere(page, plot) if plot.fate == "to_screen" and primary else page


def _known_elsewhere(page: referral_rules.PupilPage, plot: Plot) -> referral_rules.PupilPage:
    """A child of whom two schools write: the coordinator is shown a possible match."""
    born_on = date(school_year_start(plot.begins_on) - 8, 3, 14)
    family_name = "Hale-Moss" if plot.number % 4 < 2 else "Hale Moss"
    return replace(page, given_name="Rowan", family_name=family_name, born_on=born_on, year_group="4")


def _upn(number: int) -> str:
    """A number of the right shape with its right check letter; the authority part belongs to none."""
    digits = f"000{number:09d}"
    return next(letter + digits for letter in "ABCDEFGHJKLMNPQRTUVWXYZ" if not upn_problems(letter + digits))


def _fill_pages(told: Told) -> None:
    for key, page in _pages(told).items():
        referrals.save_page(told.writer, told.referral, key, page, opened_with=0)


def _parent(name: str, number: int) -> referral_rules.Parent:
    return referral_rules.Parent(
        name=name,
        relationship="father" if name.startswith("Mr ") else "mother",
        parental_responsibility=True,
        phone=f"07700 900{number % 1000:03d}",
        email=f"family{number}@{OTHERS_DOMAIN}",
        safe_channels=("text", "email"),
    )


def _pages(told: Told) -> dict[str, referral_rules.PageDraft]:
    random, name = told.plot.random, told.name
    day = told.school_day(told.plot.begins_on, 0)
    parent = f"{random.choice(('Ms', 'Mr', 'Mrs'))} {random.choice(names.FAMILY_NAMES)}"
    pages: dict[str, referral_rules.PageDraft] = {
        "family": referral_rules.FamilyPage(
            agrees=True,
            agrees_on=day,
            agrees_who=parent,
            shares=True,
            shares_on=day,
            shares_who=parent,
            shares_with="Early help, educational psychology",
            parents=(_parent(parent, told.plot.number),),
        ),
        "concern": referral_rules.ConcernPage(
            concern=random.choice(texts.CONCERNS).format(name=name), exclusion_risk=random.randint(5, 10)
        ),
        "needs": referral_rules.NeedsPage(sen_status="K", sen_need="SEMH", strengths="Kind to younger children."),
        "tried": referral_forms.tried(random, day, told.school_day),
        "attendance": referral_forms.attendance(random, day, told.school_day),
        "agencies": _agencies(random),
        "support": referral_rules.SupportPage(
            support_wanted=random.choice(texts.SUPPORT_WANTED), desired_change=random.choice(texts.DESIRED_CHANGES)
        ),
        "views": referral_forms.views(random, name, parent),
        "safety": _safety(random),
        "referrer": referral_rules.ReferrerPage(
            name=told.writer.name,
            role="SENCo",
            email=_email_of(told.writer),
            head_approves=True,
            head_name=told.head.name,
            head_approved_on=day,
        ),
    }
    return pages


def _agencies(random: Random) -> referral_rules.AgenciesPage:
    if random.random() < 0.06:
        return referral_rules.AgenciesPage(looked_after=True, social_care="looked_after")
    return referral_rules.AgenciesPage(looked_after=False, social_care="none")


@cache
def _email_of(writer: Actor) -> str:
    return db.session.get_one(Person, writer.person_id).email


def _safety(random: Random) -> referral_rules.SafetyPage:
    if random.random() < 0.08:
        return referral_rules.SafetyPage(not_alone=True, not_alone_reasons="A large dog is loose in the garden.")
    return referral_rules.SafetyPage(not_alone=False)


def _send(told: Told) -> None:
    if told.plot.line_id != told.cast.primary_line:
        referrals.take_step(told.writer, told.referral, "submit")
        return
    approver_id = told.cast.heads[told.plot.school_id]
    referrals.take_step(told.writer, told.referral, "send_for_approval", approver_id=approver_id)


def _approve(told: Told) -> None:
    if told.referral.status == "awaiting_approval":
        referrals.take_step(told.head, told.referral, "approve")


def _screening(told: Told, day: date) -> Story:
    plot = told.plot
    if plot.fate == "to_screen":
        return
    day = told.school_day(day, 2 if plot.fate in STAYING else 2 + plot.random.randint(0, 6))
    if plot.fate in ("returned", "to_answer"):
        yield at(day, 11)
        referrals.take_step(told.coordinator, told.referral, "return", asking=_ASKED)
        if plot.fate == "to_answer":
            return
        day = told.school_day(day, 4)
        yield at(day, 16)
        _answer(told)
        referrals.take_step(told.writer, told.referral, "resubmit")
        day = told.school_day(day, 3)
    elif plot.fate == "panel" or plot.number % 9 == 0:
        yield at(day, 11)
        referrals.take_step(told.coordinator, told.referral, "send_to_panel")
        if plot.fate == "panel":
            return
        day = told.school_day(day, 7)
    yield at(day, 11, 30)
    decision = _decision(told)
    referrals.take_step(told.coordinator, told.referral, "decide", decision=decision)
    if decision.decision == "outreach":
        day = told.school_day(day, 1 + plot.random.randint(0, 3))
        yield at(day, 9, 30)
        yield from _support(told, day)


_ASKED = referral_rules.Asking((("tried", "strategies"),), (texts.OWN_QUESTION,), texts.RETURN_REASON)


def _answer(told: Told) -> None:
    referral = told.referral
    questions = referral_queries.questions_of(referral)
    tried = referral_queries.page_answers(referral)["tried"]
    if isinstance(tried, referral_rules.TriedPage):
        strategies = tuple(replace(one, effect="helped_a_little") for one in tried.strategies)
        tried = replace(tried, strategies=strategies)
    referrals.answer_questions(
        told.writer,
        referral,
        {"tried": tried},
        {question.id: texts.OWN_ANSWER for question in questions if not question.page},
        details={},
        opened_with=referral_queries.answers_version(referral, questions),
    )


def _decision(told: Told) -> referral_rules.Decision:
    route = "panel" if told.referral.status == "at_panel" else "direct"
    decision, reason = {
        "declined": ("decline", texts.DECLINE_REASON),
        "signposted": ("signpost", texts.SIGNPOST_REASON),
    }.get(told.plot.fate, ("outreach", texts.ACCEPT_REASON))
    signpost = "early_help" if decision == "signpost" else ""
    return referral_rules.Decision(decision=decision, reason=reason, route=route, signpost=signpost)


def _support(told: Told, day: date) -> Story:
    plot, referral = told.plot, told.referral
    starts_on = told.school_day(day, plot.random.randint(3, 9))
    pupil_ids = [referral.pupil_id] if referral.pupil_id else []
    if plot.number % 17 == 5:
        pupil_ids.append(_second_pupil(told).id)
    draft = CaseDraft(
        service_line_id=plot.line_id,
        pupil_ids=tuple(pupil_ids),
        worker_ids=(plot.worker_id,),
        planned_half_days=plot.random.choice((10, 12, 12, 14, 16, 20)),
        starts_on=starts_on,
    )
    told.case = cases.open_case(told.coordinator, referral, draft)
    if plot.fate == "to_sign":
        yield from agreements.leave_unsigned(told, day)
        return
    yield from agreements.settle(told, day, starts_on)
    yield from Work(told, starts_on).play()


def _second_pupil(told: Told) -> Pupil:
    """A brother or sister who is helped in the same piece of work."""
    first = told.referral.pupil
    draft = PupilDraft(
        given_name=told.plot.random.choice(names.GIVEN_NAMES),
        family_name=first.family_name,
        born_on=first.born_on - timedelta(days=500),
        upn_unknown_reason="new_to_school",
    )
    return add_pupil(told.writer, told.plot.school_id, draft, knows_alike=True)
