"""For every rule of the URL map, the values it is asked with. A rule without an example fails the test."""

from collections.abc import Callable, Mapping

from portal.cases.rules import ROAD as CASE_ROAD
from portal.referrals.rules import ROAD as REFERRAL_ROAD
from tests.access.world import Place, Side

Values = dict[str, object]
Example = Callable[[Side, Place], Mapping[str, Values]]
"""What is asked, by a short name for the golden file."""


def one(**names: str) -> Example:
    """One way to ask; each value is an attribute of the side, or of the place."""

    def values(side: Side, place: Place) -> Mapping[str, Values]:
        return {"": {name: _value(side, place, source) for name, source in names.items()}}

    return values


def _value(side: Side, place: Place, source: str) -> object:
    if source.startswith("="):
        return source[1:]
    return getattr(side, source) if hasattr(side, source) else getattr(place, source)


def referral_at(*statuses: str) -> Example:
    return lambda side, place: {status: {"reference": getattr(side, status)} for status in statuses}


def referral_steps(side: Side, place: Place) -> Mapping[str, Values]:
    steps = {step.name: {"reference": side.submitted, "step": step.name} for step in REFERRAL_ROAD.steps}
    del steps["decide"], steps["return"]  # pages of their own
    return {
        **steps,
        "submit of a draft": {"reference": side.draft, "step": "submit"},
        "of no such name": {"reference": side.submitted, "step": "nonsense"},
    }


def referral_pages(side: Side, place: Place) -> Mapping[str, Values]:
    return {
        f"{page} {status}": {"reference": getattr(side, status), "page": page}
        for page in ("pupil", "concern", "referrer")
        for status in ("draft", "submitted")
    }


def case_steps(side: Side, place: Place) -> Mapping[str, Values]:
    return {step.name: {"reference": side.case, "step": step.name} for step in CASE_ROAD.steps}


def case_with(reference: str = "case", **names: str) -> Example:
    return one(reference=reference, **names)


def dates(**more: str) -> Example:
    def values(side: Side, place: Place) -> Mapping[str, Values]:
        found = {name: _value(side, place, source) for name, source in more.items()}
        return {"": {"calendar_id": place.calendar_id, "kind": "terms", **found}}

    return values


def person_steps(side: Side, place: Place) -> Mapping[str, Values]:
    return {
        step: {"person_id": side.person_id, "step": step}
        for step in ("link", "disable", "enable", "take-second-factor", "nonsense")
    }


def questionnaire_steps(side: Side, place: Place) -> Mapping[str, Values]:
    steps = ("begin", "publish", "discard", "on", "off", "nonsense")
    return {step: {"questionnaire_id": place.questionnaire_id, "step": step} for step in steps}


advice = one(thread_id="advice_id")
agreement = one(agreement_id="agreement_id")
agreement_text = one(text_id="agreement_text_id")
case = case_with()
person = one(person_id="person_id")
pupil = one(pupil_id="pupil_id")
questionnaire = one(questionnaire_id="questionnaire_id")
school = one(school_id="school_id")
request = one(request_id="request_id")
calendar = one(calendar_id="calendar_id")
training_request = one(reference="training_request")
training_session = one(session_id="training_session_id")
all_referrals = referral_at("draft", "submitted", "at_panel", "accepted", "of_case")

EXAMPLES: Mapping[str, Example] = {
    "accounts.account_request": request,
    "accounts.add_role": person,
    "accounts.approve_request": request,
    "accounts.close_request": request,
    "accounts.decline_request": request,
    "accounts.edit_person": person,
    "accounts.end_role": one(person_id="person_id", role_id="role_id"),
    "accounts.account_change": one(change_id="change_id"),
    "accounts.confirm_change": one(change_id="change_id"),
    "accounts.new_address": one(token="=no-such-token"),
    "accounts.notice_seen": one(notice_id="request_id"),
    "accounts.person": person,
    "accounts.second_step": one(token="=no-such-token"),
    "accounts.stop_change": one(change_id="change_id"),
    "accounts.stop_own_change": one(change_id="change_id"),
    "accounts.person_step": person_steps,
    "accounts.sign_in_as": person,
    "accounts.link_work_account": one(provider="=microsoft"),
    "accounts.remove_passkey": one(passkey_id="person_id"),
    "accounts.unlink_persons_work_account": one(person_id="person_id", identity_id="person_id"),
    "accounts.unlink_work_account": one(identity_id="person_id"),
    "accounts.welcome": one(token="=no-such-token"),
    "accounts.work_callback": one(provider="=microsoft"),
    "accounts.work_sign_in": one(provider="=microsoft"),
    "accounts.work_welcome": one(token="=no-such-token", provider="=microsoft"),
    "advice.answer": advice,
    "advice.close": advice,
    "advice.finish": advice,
    "advice.refer": advice,
    "advice.reply": advice,
    "advice.show": advice,
    "advice.train": advice,
    "advice.worker": advice,
    "agreements.answer": agreement,
    "agreements.discard_text": agreement_text,
    "agreements.edit_text": agreement_text,
    "agreements.not_yet": agreement,
    "agreements.paper": agreement,
    "agreements.preview_text": agreement_text,
    "agreements.print_out": agreement,
    "agreements.publish_text": agreement_text,
    "agreements.show": agreement,
    "agreements.sign": agreement,
    "agreements.text": agreement_text,
    "agreements.waiver": agreement,
    "assessments.add_reading": case_with(code="=behaviour_threshold"),
    "assessments.change_goal": case_with(goal_id="goal_id"),
    "assessments.change_reading": case_with(reading_id="reading_id"),
    "assessments.choose_measure": case,
    "assessments.of_case": case,
    "assessments.rate_goal": case_with(goal_id="goal_id"),
    "assessments.remove_reading": case_with(reading_id="reading_id"),
    "assessments.set_goal": case,
    "assessments.switch_measure": one(measure_id="measure_id", step="=switch_off"),
    "cases.agreement": case,
    "cases.cover": case,
    "cases.dates": case,
    "cases.done": case_with(rule="=week_six_review"),
    "cases.end_cover": case_with(cover_id="=999999"),
    "cases.end_worker": case_with(person_id="worker_id"),
    "cases.show": case,
    "cases.step": case_steps,
    "cases.support": case,
    "cases.workers": case,
    "exits.change_ending": case_with("ended"),
    "exits.change_outcome": case_with("ended", pupil_id="case_pupil_id"),
    "exits.of_case": lambda side, place: {
        "running": {"reference": side.case},
        "ended": {"reference": side.ended},
    },
    "exits.record_monitoring": case_with("ended", visit_id="monitoring_id"),
    "exits.report_written": case_with("ended"),
    "exits.schedule_monitoring": case_with("ended", visit_id="monitoring_id"),
    "exits.skip_monitoring": case_with("ended", visit_id="monitoring_id"),
    "exits.state_column": case_with("ended", column="=thrive"),
    "exits.take_back": case_with("ended"),
    "feedback.add": case_with(source="=family"),
    "feedback.for_school": case_with("ended"),
    "feedback.give": case_with("ended", moment="=end"),
    "feedback.give_beyond": case_with("ended", moment="=end"),
    "feedback.change": case_with(feedback_id="feedback_id"),
    "feedback.of_case": case,
    "feedback.remove": case_with(feedback_id="feedback_id"),
    "feedback.ask_family": case,
    "feedback.blank_paper": case,
    "feedback.family_invitation": case_with(invitation_id="invitation_id"),
    "feedback.family_letter": case_with(invitation_id="invitation_id"),
    "feedback.family_link": one(token="=no-such-token"),
    "feedback.family_message": case_with(invitation_id="invitation_id"),
    "feedback.family_page": one(question="=heard"),
    "feedback.family_step": case_with(invitation_id="invitation_id", step="=revoke"),
    "feedback.read_words": case_with(feedback_id="own_words_id"),
    "feedback.remove_family": case_with(feedback_id="own_words_id"),
    "feedback.type_in_paper": case_with(invitation_id="invitation_id"),
    "home.retry_job": one(job_id="job_id"),
    "languages.export": one(code="=pl", name="=families"),
    "languages.switch": one(code="=pl"),
    "languages.take_file": one(code="=pl", name="=families"),
    "languages.texts": one(code="=pl"),
    "notices.follow": lambda side, place: {"": {"notice_id": place.notice_ids[side.person_id]}},
    "notices.retry": one(message_id="message_id"),
    "offer.change_text": one(key="=who"),
    "offer.policy_version": one(number="=1"),
    "plans.change": case_with(strategy_id="strategy_id"),
    "plans.change_of_school": one(school_id="school_id", strategy_id="school_strategy_id"),
    "plans.of_school": school,
    "plans.remove_of_school": one(school_id="school_id", strategy_id="school_strategy_id"),
    "plans.set_state_of_school": one(school_id="school_id", strategy_id="school_strategy_id"),
    "plans.for_school": case,
    "plans.of_case": case,
    "plans.set_state": case_with(strategy_id="strategy_id"),
    "plans.step": lambda side, place: {
        step: {"reference": side.case, "strategy_id": side.strategy_id, "step": step}
        for step in ("remove", "up", "nonsense")
    },
    "referrals.add_files": lambda side, place: {
        status: {"reference": getattr(side, status), "item": "plan"} for status in ("draft", "submitted")
    },
    "referrals.answer": referral_at("draft", "submitted"),
    "referrals.ask": referral_at("draft", "submitted", "at_panel"),
    "referrals.check": referral_at("draft", "submitted"),
    "referrals.ctf": referral_at("draft", "submitted"),
    "referrals.ctf_choose": referral_at("draft", "submitted"),
    "referrals.decide": referral_at("draft", "submitted", "at_panel"),
    "referrals.drop": referral_pages,
    "referrals.evidence": referral_at("draft", "submitted"),
    "referrals.file": one(reference="submitted", file_id="file_id"),
    "referrals.form": referral_at("draft", "submitted"),
    "referrals.hand_over": referral_at("draft", "submitted"),
    "referrals.keep": referral_pages,
    "referrals.last": referral_at("draft", "submitted"),
    "referrals.letter": referral_at("draft", "submitted", "accepted"),
    "referrals.letter_pdf": referral_at("draft", "accepted"),
    "referrals.page": referral_pages,
    "referrals.pupil": referral_at("draft", "submitted"),
    "referrals.remove_file": one(reference="submitted", file_id="file_id"),
    "referrals.settle": one(reference="submitted", match_id="match_id"),
    "referrals.add": referral_at("draft", "submitted"),
    "referrals.show": all_referrals,
    "referrals.step": referral_steps,
    "referrals.take": lambda side, place: {
        source: {"reference": side.draft, "source": source} for source in ("ctf", "last", "nonsense")
    },
    "referrals.versions": referral_at("draft", "submitted"),
    "schools.add_contact": pupil,
    "schools.add_dates": dates(),
    "schools.calendar": calendar,
    "schools.change_contact": one(pupil_id="pupil_id", contact_id="contact_id"),
    "schools.change_dates": dates(dates_id="term_id"),
    "schools.change_pupil": pupil,
    "schools.change_school": school,
    "schools.close_school": school,
    "schools.contacts": pupil,
    "schools.line": one(line_id="line_id"),
    "schools.pupil": pupil,
    "schools.settle_alike": one(pupil_id="pupil_id", contact_id="contact_id"),
    "schools.remove_contact": one(pupil_id="pupil_id", contact_id="contact_id"),
    "schools.remove_dates": dates(dates_id="term_id"),
    "schools.rename_calendar": calendar,
    "schools.reopen_school": school,
    "schools.school": school,
    "schools.step": lambda side, place: {
        step: {"school_id": side.school_id, "step": step} for step in ("work-with", "leave", "nonsense")
    },
    "static": one(filename="=css/app.css"),
    "training.offer": training_request,
    "training.give_places": training_request,
    "training.choose": training_request,
    "training.show_request": training_request,
    "training.book": training_session,
    "training.calendar": training_session,
    "training.cancel_session": training_session,
    "training.change_session": training_session,
    "training.move_session": training_session,
    "training.people": training_session,
    "training.register": training_session,
    "training.session": training_session,
    "training.show_certificates": training_session,
    "training.cancel_booking": one(session_id="training_session_id", booking_id="booking_id"),
    "training.change_booking": one(session_id="training_session_id", booking_id="booking_id"),
    "training.certificate_pdf": one(session_id="training_session_id", attendee_id="attendee_id"),
    "training.show_certificate": one(session_id="training_session_id", attendee_id="attendee_id"),
    "training.school_pdf": one(session_id="training_session_id", school_id="school_id"),
    "training.take_out": one(session_id="training_session_id", attendee_id="attendee_id"),
    "training.request_step": lambda side, place: {
        step: {"reference": side.training_request, "step": step}
        for step in ("ask_others", "decline", "withdraw", "nonsense")
    },
    "training.topic": one(topic_id="topic_id"),
    "training.answer_invitation": one(event_id="event_id", school_id="school_id"),
    "training.attendance": one(event_id="event_id"),
    "training.cancel_event": one(event_id="event_id"),
    "training.change_event": one(event_id="event_id"),
    "training.evaluate": one(token="=no-such-token"),
    "training.evaluations": one(session_id="training_session_id"),
    "training.event": one(event_id="event_id"),
    "training.event_file": one(event_id="event_id"),
    "training.invite": one(event_id="event_id"),
    "training.make_link": one(session_id="training_session_id", moment="=after"),
    "training.programme": one(programme_id="programme_id"),
    "training.say_staff": one(school_id="school_id"),
    "training.share": one(event_id="event_id"),
    "visits.for_school": case,
    "voice.for_family": case,
    "voice.for_school": case,
    "voice.hold": case_with(view_id="view_id"),
    "voice.of_case": case,
    "voice.of_referral": referral_at("of_case", "submitted"),
    "voice.prepare": case,
    "voice.preview": questionnaire,
    "voice.question": one(questionnaire_id="questionnaire_id", place="=1"),
    "voice.question_step": one(questionnaire_id="questionnaire_id", place="=1", step="=down"),
    "voice.questionnaire": questionnaire,
    "voice.questionnaire_language": questionnaire,
    "voice.questionnaire_step": questionnaire_steps,
    "voice.new_question": questionnaire,
    "voice.rename_questionnaire": questionnaire,
    "voice.withdraw": one(place_id="place_id"),
    "voice.read": case_with(view_id="view_id"),
    "voice.release": case_with(view_id="view_id"),
    "voice.reply": case_with(view_id="view_id"),
    "voice.reply_print": case_with(view_id="view_id"),
    "voice.reply_seen": case_with(view_id="view_id"),
    "voice.shares": case_with(view_id="view_id"),
    "voice.show_reply": case_with(view_id="view_id"),
    "voice.take_back": case_with(view_id="view_id"),
    "voice.talk": one(wish_id="wish_id"),
    "voice.talk_deed": one(wish_id="wish_id"),
    "voice.talk_closing": one(wish_id="wish_id"),
    "voice.talk_seen": one(wish_id="wish_id"),
    "visits.of_case": case,
    "visits.one": one(visit_id="visit_id"),
    "visits.put_back": one(visit_id="visit_id"),
    "visits.remove": one(visit_id="visit_id"),
}

QUERIES: Mapping[str, Example] = {
    # What stands in the query string decides which record is meant.
    "cases.new": lambda side, place: {"": {"referral": side.accepted}},
    "visits.week": lambda side, place: {"": {"about": f"case-{side.case}"}},
}

OF_NO_SCHOOL = frozenset(
    {
        "accounts.account_change",
        "accounts.account_request",
        "accounts.approve_request",
        "accounts.confirm_change",
        "accounts.new_address",
        "accounts.notice_seen",
        "accounts.second_step",
        "accounts.stop_change",
        "accounts.stop_own_change",
        "accounts.close_request",
        "accounts.decline_request",
        "accounts.link_work_account",
        "accounts.remove_passkey",
        "accounts.unlink_work_account",
        "accounts.welcome",
        "accounts.work_callback",
        "accounts.work_sign_in",
        "accounts.work_welcome",
        "agreements.discard_text",
        "agreements.edit_text",
        "agreements.preview_text",
        "agreements.publish_text",
        "agreements.text",
        "assessments.switch_measure",
        "home.retry_job",
        "notices.retry",
        "offer.change_text",
        "offer.policy_version",
        "schools.add_dates",
        "schools.calendar",
        "schools.change_dates",
        "schools.line",
        "schools.remove_dates",
        "schools.rename_calendar",
        "static",
        "training.topic",
        "voice.new_question",
        "voice.preview",
        "voice.question",
        "voice.question_step",
        "voice.questionnaire",
        "voice.questionnaire_language",
        "voice.questionnaire_step",
        "voice.rename_questionnaire",
    }
)
"""Rules whose records belong to the whole service: asked once, not once a school."""
