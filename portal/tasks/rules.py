"""When a task is due, in words, and the rules that tasks come from."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from portal.kernel.dates import day_words, monday_of

SCREEN_REFERRAL = "screen_referral"
APPROVE_REFERRAL = "approve_referral"
ANSWER_RETURN = "answer_return"
RATIFY_DECISION = "ratify_decision"
OPEN_CASE = "open_case"
ARRANGE_AGREED = "arrange_agreed"
DECIDE_AT_PANEL = "decide_at_panel"
CHOOSE_WORKER = "choose_worker"
OBSERVATION_REPORT = "observation_report"
WEEK_SIX_REVIEW = "week_six_review"
PLANNED_END = "planned_end"
CLOSING_REPORT = "closing_report"
MONITORING_VISIT = "monitoring_visit"
AWAITED_CELL = "awaited_cell"
ANSWER_INVITATION = "answer_invitation"
RECORD_EVENT = "record_event"
ACCOUNT_REQUEST = "account_request"
CONFIRM_ACCOUNT = "confirm_account"
SIGN_AGREEMENT = "sign_agreement"
ANSWER_AGREEMENT = "answer_agreement"
CHASE_AGREEMENT = "chase_agreement"
GIVE_SCHOOL_FEEDBACK = "give_school_feedback"
ASK_FAMILY = "ask_family"
SEND_FAMILY = "send_family"
REMIND_FAMILY = "remind_family"
READ_WORDS = "read_words"
REVIEW_POLICY = "review_policy"
ANSWER_TRAINING = "answer_training"
CHOOSE_TRAINING_DATE = "choose_training_date"
ENTER_ATTENDEES = "enter_attendees"
FILL_REGISTER = "fill_register"
GIVE_EVALUATION_LINK = "give_evaluation_link"
MOVE_PEOPLE = "move_people"
ANSWER_ADVICE = "answer_advice"
ADVICE_ASKED_BACK = "advice_asked_back"
TALK_WISH = "talk_wish"
ANSWER_CHILD = "answer_child"
NOTHING_CAME_BACK = "nothing_came_back"

RULES: Mapping[str, str] = {
    TALK_WISH: "A child wants to talk to someone",
    ANSWER_CHILD: "Tell the child what was done",
    NOTHING_CAME_BACK: "Nothing came back from a tablet",
    ANSWER_ADVICE: "Answer a question about practice",
    ADVICE_ASKED_BACK: "Answer what the service asks",
    SCREEN_REFERRAL: "Screen the referral",
    APPROVE_REFERRAL: "Approve the referral",
    ANSWER_RETURN: "Answer the service's question",
    RATIFY_DECISION: "Ratify the emergency decision",
    OPEN_CASE: "Open the case",
    ARRANGE_AGREED: "Arrange what was agreed",
    DECIDE_AT_PANEL: "Decide at the panel",
    CHOOSE_WORKER: "Choose a worker and a first day",
    OBSERVATION_REPORT: "Observation report",
    WEEK_SIX_REVIEW: "Week 6 review",
    PLANNED_END: "Planned end of support",
    CLOSING_REPORT: "Closing report",
    MONITORING_VISIT: "Monitoring visit",
    ANSWER_INVITATION: "Answer an invitation to an event",
    RECORD_EVENT: "Record who came to an event",
    AWAITED_CELL: "Still awaited for the chart",
    ACCOUNT_REQUEST: "Answer a request for an account",
    CONFIRM_ACCOUNT: "Confirm a change to how someone signs in",
    SIGN_AGREEMENT: "Sign the agreement",
    ANSWER_AGREEMENT: "Answer the school about the agreement",
    CHASE_AGREEMENT: "Ask why the agreement is not signed",
    GIVE_SCHOOL_FEEDBACK: "Say how the support went",
    ASK_FAMILY: "Ask the family how it went",
    SEND_FAMILY: "Send the message you began",
    REMIND_FAMILY: "Remind a family once",
    READ_WORDS: "New words to read today",
    REVIEW_POLICY: "Review the policy on “Our offer”",
    ANSWER_TRAINING: "Answer a request for training",
    CHOOSE_TRAINING_DATE: "Choose a date for training",
    ENTER_ATTENDEES: "Say who comes to the training",
    FILL_REGISTER: "Fill in the register",
    GIVE_EVALUATION_LINK: "Give a link to questions about training",
    MOVE_PEOPLE: "Move the people of a school that closed",
}


PROTECTING = frozenset({TALK_WISH, READ_WORDS, NOTHING_CAME_BACK})
"""What a child waits for: closing the work does not settle it, and only those it is addressed to see a wish to talk."""

STAYING = frozenset({TALK_WISH, READ_WORDS})
"""What a child or a family has said already: switching a feature off neither settles nor hides it."""


class DueState(StrEnum):
    """How near a due date is."""

    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    LATER = "later"


def due_state(due_on: date, today: date) -> DueState:
    """How near the date is; "this week" runs from Monday to Sunday, and a date on its last day is overdue tomorrow."""
    if due_on < today:
        return DueState.OVERDUE
    if due_on == today:
        return DueState.TODAY
    if due_on == today + timedelta(days=1):
        return DueState.TOMORROW
    return DueState.THIS_WEEK if monday_of(due_on) == monday_of(today) else DueState.LATER


def due_words(due_on: date, today: date, school_days_late: int | None = None) -> str:
    """The due date as people say it: "due tomorrow", "4 school days late", "due Tuesday 5 December".

    ``school_days_late`` comes from the term calendar. Nought (the days since were all holidays) or None (no calendar
    at hand) says "was due Friday 1 December" instead.
    """
    state = due_state(due_on, today)
    if state is DueState.OVERDUE:
        return _late_words(due_on, today, school_days_late or 0)
    if state in (DueState.TODAY, DueState.TOMORROW):
        return f"due {state.value}"
    return f"due {day_words(due_on, today)}"


def _late_words(due_on: date, today: date, school_days_late: int) -> str:
    if school_days_late < 1:
        return f"was due {day_words(due_on, today)}"
    return f"{school_days_late} school {'day' if school_days_late == 1 else 'days'} late"
