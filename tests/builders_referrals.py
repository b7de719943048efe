"""Referrals for tests: plain functions with sensible defaults."""

import json
from datetime import date, time, timedelta

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.files.operations import keep
from portal.kernel import clock
from portal.kernel.audit import record
from portal.referrals import operations, queries, rules
from portal.referrals.models import (
    Referral,
    ReferralFile,
    ReferralLetter,
    ReferralMatch,
    ReferralVersion,
    ReferralVersionPage,
)
from portal.schools.models import ServiceLine

PLAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"

PAGES: dict[str, rules.PageDraft] = {
    "pupil": rules.PupilPage(
        given_name="Maya", family_name="Okafor", born_on=date(2017, 3, 5), year_group="5", at_school=True
    ),
    "family": rules.FamilyPage(
        agrees=True, agrees_on=date(2026, 11, 2), agrees_who="Mrs Okafor", shares=False, shares_why_not="Not asked yet"
    ),
    "concern": rules.ConcernPage(
        concern="Leaves the classroom most mornings.",
        concerns=(rules.Concern("Runs out of lessons", "daily", 7),),
        exclusion_risk=6,
    ),
    "needs": rules.NeedsPage(sen_status="K", sen_need="SEMH", diagnosis="Waiting for an assessment"),
    "agencies": rules.AgenciesPage(looked_after=False, social_care="early_help"),
    "support": rules.SupportPage(support_wanted="A worker in school twice a week."),
    "referrer": rules.ReferrerPage(
        name="Sam Ash",
        role="SENDCo",
        email="sam@demo.example",
        head_approves=True,
        head_name="Jo Head",
        head_approved_on=date(2026, 11, 3),
    ),
}
"""All that is needed before sending; a line that asks the head in the portal ignores the last three."""


def service_line(name: str = "Primary outreach", *, asks_head: bool = False) -> ServiceLine:
    """A line of this name, made when it is not there; its cut-off is Tuesday at noon."""
    known = db.session.scalars(db.select(ServiceLine).where(ServiceLine.name == name)).one_or_none()
    line = known or ServiceLine(
        name=name,
        phase="primary",
        route="direct",
        cut_off_weekday=1,
        cut_off_time=time(12),
        observation_weeks=2,
        review_week=6,
        length_weeks=12,
        longest_weeks=14,
        closing_report_weeks=2,
        monitoring_weeks=6,
        group_limit=4,
        planned_half_days=24,
        is_active=True,
    )
    line.asks_head = asks_head
    record(None, "service line kept", line)
    return line


def draft(writer: Person, line: ServiceLine, *, school_id: int | None = None) -> Referral:
    """A referral just begun by this person, for their first school."""
    actor = actor_of(writer.id)
    return operations.start_referral(actor, school_id or min(actor.school_ids), line.id)


def written(writer: Person, line: ServiceLine, **pages: rules.PageDraft) -> Referral:
    """A draft with every needed page; a page given by its key replaces the usual one."""
    referral = draft(writer, line)
    for key, page in (PAGES | pages).items():
        operations.save_page(actor_of(writer.id), referral, key, page, opened_with=0, knows_alike=True)
    return referral


def submitted(writer: Person, line: ServiceLine, **pages: rules.PageDraft) -> Referral:
    """A referral that reached the service, on a line that does not ask the head here."""
    return operations.take_step(actor_of(writer.id), written(writer, line, **pages), "submit")


def answered(writer: Person, referral: Referral, words: str = "Answered.") -> None:
    """The service's own questions have an answer, and what is blank in the form is not known; it is not sent yet."""
    questions = queries.questions_of(referral)
    own = {question.id: words for question in questions if not question.page}
    seen = queries.answers_version(referral, questions)
    of_form = {question.id for question in questions if question.page}
    operations.answer_questions(actor_of(writer.id), referral, {}, own, details={}, opened_with=seen, unknown=of_form)


def role_ended(person: Person) -> None:
    """The person left yesterday."""
    for role in person.roles:
        role.ends_on = clock.today() - timedelta(days=1)
    record(None, "role ended", person)
    db.session.commit()


def decided(writer: Person, line: ServiceLine, coordinator: Person, decision: str = "outreach") -> Referral:
    """A referral that the coordinator decided directly."""
    made = rules.Decision(decision, "Fits the offer.", "", "direct", "camhs" if decision == "signpost" else "")
    return operations.take_step(actor_of(coordinator.id), submitted(writer, line), "decide", decision=made)


def kept_of(submitted: str, accepted: str, words: str) -> int:
    """A version, a letter and a possible match with these words, as if they had been made; answers the match's id."""
    one, other = (
        db.session.scalars(db.select(Referral).where(Referral.reference == r)).one() for r in (submitted, accepted)
    )
    for referral in (one, other):
        page = ReferralVersionPage(page="concern", answers=json.dumps({"concern": words}))
        version = ReferralVersion(
            referral=referral, number=1, step="submit", made_at=clock.now(), made_by_name=words, pages=[page]
        )
        text = rules.to_kept(rules.Letter("A letter", words, words, referral.reference, "", "", "", ()))
        letter = ReferralLetter(
            referral=referral, number=1, title="A letter", made_at=clock.now(), text=json.dumps(text)
        )
        db.session.add_all([version, letter])
    match = ReferralMatch(
        referral=one, pupil_id=one.pupil_id, why=rules.SAME_RECORD, state="possible", found_at=clock.now()
    )
    record(None, "possible match found", match)
    record(None, "version kept", one)
    record(None, "version kept", other)
    return match.id


def file_of(reference: str) -> int:
    """A small plan that came with the referral, as if it had been added; answers the file's id."""
    referral = db.session.scalars(db.select(Referral).where(Referral.reference == reference)).one()
    stored = keep(None, "plan.pdf", PLAN, kind="referral", record_id=referral.id)
    db.session.flush()
    referral.files.append(ReferralFile(file_id=stored.id, item="plan"))
    record(None, "file added to referral", referral)
    return stored.id
