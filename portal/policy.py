"""Who may do what: one table, read as a check on a record (``Bounds.admits``) and as a row filter (``kernel.access``).

Pure: no Flask, no SQLAlchemy, no clock. Roles are dated assignments; whoever builds an ``Actor`` passes only those
that hold today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    SCHOOL = "school"
    HEAD = "head"
    WORKER = "worker"
    COORDINATOR = "coordinator"
    PANEL = "panel"
    SAFEGUARDING = "safeguarding"
    COMMISSIONER = "commissioner"
    ADMIN = "admin"


ROLE_LABELS: Mapping[Role, str] = {
    Role.SCHOOL: "School",
    Role.HEAD: "Head teacher",
    Role.WORKER: "Outreach worker",
    Role.COORDINATOR: "Coordinator",
    Role.PANEL: "Panel member",
    Role.SAFEGUARDING: "Safeguarding lead",
    Role.COMMISSIONER: "Local authority",
    Role.ADMIN: "Administrator",
}

SCHOOL_ROLES = frozenset({Role.SCHOOL, Role.HEAD})
"""Roles that belong to one school or other referring organisation."""

RECORD_ROLES = frozenset(set(Role) - {Role.COMMISSIONER})
"""Roles that see children's records, or (administrators) decide who does: outside the demonstration they need a second
factor."""


class Action(StrEnum):
    """What people do; the value is how the page “Who may do what” says it."""

    OWN_ACCOUNT = "Keep their own account"
    READ_POLICY = "See who may do what"
    READ_TASKS = "See what waits for them"
    READ_PEOPLE = "See who has an account"
    MANAGE_PEOPLE = "Invite people, change roles, end accounts"
    APPROVE_ACCOUNTS = "Answer requests for an account"
    MANAGE_SETTINGS = "Change settings and service lines"
    READ_AUDIT = "Read the audit trail"
    READ_SCHOOL = "See a school"
    MANAGE_SCHOOLS = "Add, change and close schools"
    READ_PUPIL = "See a pupil and the people around them"
    WRITE_PUPIL = "Add and change a pupil and the people around them"
    READ_REFERRAL = "Read a referral"
    WRITE_REFERRAL = "Write and send a referral"
    APPROVE_REFERRAL = "Approve a referral for the school"
    SCREEN_REFERRAL = "Screen and decide a referral"
    WITHDRAW_REFERRAL = "Withdraw a referral"
    READ_SUPPORT = "See where a piece of work stands, its plan and visit dates"
    READ_BOARD = "See the case board"
    OPEN_CASE = "Open a case and choose its workers"
    COVER_CASE = "Cover a colleague's case, with a reason"
    READ_CASE = "Read a case and its notes"
    MOVE_CASE = "Move a case along"
    EXTEND_CASE = "Allow longer support"
    CLOSE_CASE = "Close a case"
    READ_VISITS = "Read the visits of a case"
    LOG_VISIT = "Log and correct visits"
    READ_READINGS = "Read measures"
    RECORD_READING = "Record measures"
    READ_PLAN = "Read advised strategies"
    WRITE_PLAN = "Write advised strategies"
    READ_FEEDBACK = "Read feedback"
    RECORD_FEEDBACK = "Record feedback"
    READ_MANAGER_ONLY = "Read what a family says to the manager alone"
    READ_SAME_DAY = "Read new words of children and families the same day"
    END_CASE = "End a piece of work"
    RECORD_MONITORING = "Record monitoring visits"
    READ_CHART = "See the Summary of Impact"
    READ_AGREEMENT = "Read an agreement between school and service"
    PREPARE_AGREEMENT = "Prepare an agreement, or let work start without one"
    SIGN_AGREEMENT = "Sign an agreement for the school"
    MANAGE_AGREEMENT_TEXTS = "Write the texts of agreements"
    READ_TRAINING = "See training that was asked for or offered"
    REQUEST_TRAINING = "Ask for training and choose its date"
    MANAGE_TRAINING = "Plan training and events, and keep the catalogue"
    RUN_TRAINING = "Keep the register of training that they give"
    READ_ADVICE = "Read questions about practice"
    ASK_ADVICE = "Ask the service about practice"
    ANSWER_ADVICE = "Answer questions about practice"
    GIVE_SCHOOL_FEEDBACK = "Say for the school how the work went"
    WRITE_SCHOOL_STRATEGY = "Write strategies for a whole school"
    MANAGE_OFFER = "Write the page “Our offer”"
    READ_OUTBOX = "See messages that could not be sent"
    READ_VOICE = "Read what a child says"
    HAND_OVER = "Hand a tablet to a child, and answer the child"
    WRITE_QUESTIONNAIRES = "Write questionnaires for children"
    CLOSE_TALK = "Close a child's wish to talk"


LOOKS = frozenset(action for action in Action if action.name.startswith("READ_"))
"""What only reads: whoever worked on a record that was closed keeps these for a while, and nothing else."""


class Reach(StrEnum):
    """How far a grant reaches; the value is how the page “Who may do what” says it."""

    NOTHING = "–"
    OWN_SCHOOL = "own school"
    ALLOCATED = "own or covered cases"
    OWN_LINES = "own service lines"
    ON_AGENDA = "on a panel's agenda"
    HANDED_IN = "all that schools have sent"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Assignment:
    """One role that holds today; ``school_id`` for school roles, ``line_id`` None means every service line."""

    role: Role
    school_id: int | None = None
    line_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """A person who acts, with the roles that hold today."""

    person_id: int
    name: str
    assignments: tuple[Assignment, ...]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(assignment.role for assignment in self.assignments)

    @property
    def school_ids(self) -> frozenset[int]:
        """Schools that the person refers or approves for."""
        return frozenset(a.school_id for a in self.assignments if a.role in SCHOOL_ROLES and a.school_id is not None)


@dataclass(frozen=True)
class Scope:
    """What the policy knows of a record: whose it is, and how far it has come."""

    school_id: int | None = None
    line_id: int | None = None
    involved: frozenset[int] = frozenset()
    """Ids of the people allocated to it, or covering, today."""
    looking: frozenset[int] = frozenset()
    """Ids of those whose work on it is closed, and who may still read it."""
    handed_in: bool = True
    on_agenda: bool = False


@dataclass(frozen=True)
class Bounds:
    """How far one actor may go with one action, over all their assignments."""

    everything: bool = False
    handed_in: bool = False
    on_agenda: bool = False
    school_ids: frozenset[int] = frozenset()
    line_ids: frozenset[int | None] = frozenset()
    involved_id: int | None = None
    looks: bool = False
    """The action only reads."""

    @property
    def nothing(self) -> bool:
        return replace(self, looks=False) == NO_BOUNDS

    def admits(self, scope: Scope) -> bool:
        """The first reading of the table: may this record be touched?"""
        return (
            self.everything
            or (self.handed_in and scope.handed_in)
            or (self.on_agenda and scope.on_agenda)
            or (scope.school_id is not None and scope.school_id in self.school_ids)
            or (bool(self.line_ids) and (None in self.line_ids or scope.line_id in self.line_ids))
            or self.involved_id in scope.involved
            or (self.looks and self.involved_id in scope.looking)
        )


NO_BOUNDS = Bounds()

_A, _R = Action, Reach

EVERYONE: Mapping[Action, Reach] = {
    _A.OWN_ACCOUNT: _R.EVERYTHING,
    _A.READ_POLICY: _R.EVERYTHING,
    _A.READ_TASKS: _R.EVERYTHING,
}

_SCHOOL: Mapping[Action, Reach] = {
    _A.READ_SCHOOL: _R.OWN_SCHOOL,
    _A.READ_PUPIL: _R.OWN_SCHOOL,
    _A.WRITE_PUPIL: _R.OWN_SCHOOL,
    _A.READ_REFERRAL: _R.OWN_SCHOOL,
    _A.WRITE_REFERRAL: _R.OWN_SCHOOL,
    _A.WITHDRAW_REFERRAL: _R.OWN_SCHOOL,
    _A.READ_SUPPORT: _R.OWN_SCHOOL,
    _A.READ_AGREEMENT: _R.OWN_SCHOOL,
    _A.READ_TRAINING: _R.OWN_SCHOOL,
    _A.REQUEST_TRAINING: _R.OWN_SCHOOL,
    _A.READ_ADVICE: _R.OWN_SCHOOL,
    _A.ASK_ADVICE: _R.OWN_SCHOOL,
    _A.GIVE_SCHOOL_FEEDBACK: _R.OWN_SCHOOL,
}

GRANTS: Mapping[Role, Mapping[Action, Reach]] = {
    Role.SCHOOL: {**EVERYONE, **_SCHOOL},
    Role.HEAD: {
        **EVERYONE,
        **_SCHOOL,
        _A.APPROVE_REFERRAL: _R.OWN_SCHOOL,
        _A.SIGN_AGREEMENT: _R.OWN_SCHOOL,
    },
    Role.WORKER: {
        **EVERYONE,
        _A.READ_SCHOOL: _R.EVERYTHING,
        _A.READ_PUPIL: _R.ALLOCATED,
        _A.WRITE_PUPIL: _R.ALLOCATED,
        _A.READ_REFERRAL: _R.ALLOCATED,
        _A.READ_BOARD: _R.OWN_LINES,
        _A.COVER_CASE: _R.OWN_LINES,
        _A.READ_SUPPORT: _R.ALLOCATED,
        _A.READ_CASE: _R.ALLOCATED,
        _A.MOVE_CASE: _R.ALLOCATED,
        _A.READ_VISITS: _R.ALLOCATED,
        _A.LOG_VISIT: _R.ALLOCATED,
        _A.READ_READINGS: _R.ALLOCATED,
        _A.RECORD_READING: _R.ALLOCATED,
        _A.READ_PLAN: _R.ALLOCATED,
        _A.WRITE_PLAN: _R.ALLOCATED,
        _A.READ_FEEDBACK: _R.ALLOCATED,
        _A.RECORD_FEEDBACK: _R.ALLOCATED,
        _A.READ_VOICE: _R.ALLOCATED,
        _A.HAND_OVER: _R.ALLOCATED,
        _A.END_CASE: _R.ALLOCATED,
        _A.RECORD_MONITORING: _R.ALLOCATED,
        _A.CLOSE_CASE: _R.ALLOCATED,
        _A.READ_CHART: _R.ALLOCATED,
        _A.READ_AGREEMENT: _R.ALLOCATED,
        _A.READ_TRAINING: _R.EVERYTHING,
        _A.RUN_TRAINING: _R.ALLOCATED,
        _A.READ_ADVICE: _R.EVERYTHING,
        _A.ANSWER_ADVICE: _R.EVERYTHING,
        _A.WRITE_SCHOOL_STRATEGY: _R.EVERYTHING,
    },
    Role.COORDINATOR: {
        **EVERYONE,
        _A.READ_PEOPLE: _R.EVERYTHING,
        _A.MANAGE_PEOPLE: _R.EVERYTHING,
        _A.APPROVE_ACCOUNTS: _R.EVERYTHING,
        _A.MANAGE_SETTINGS: _R.EVERYTHING,
        _A.READ_SCHOOL: _R.EVERYTHING,
        _A.MANAGE_SCHOOLS: _R.EVERYTHING,
        _A.READ_PUPIL: _R.EVERYTHING,
        _A.WRITE_PUPIL: _R.EVERYTHING,
        _A.READ_REFERRAL: _R.HANDED_IN,
        _A.SCREEN_REFERRAL: _R.HANDED_IN,
        _A.WITHDRAW_REFERRAL: _R.HANDED_IN,
        _A.READ_SUPPORT: _R.EVERYTHING,
        _A.READ_BOARD: _R.EVERYTHING,
        _A.OPEN_CASE: _R.EVERYTHING,
        _A.READ_CASE: _R.EVERYTHING,
        _A.MOVE_CASE: _R.EVERYTHING,
        _A.EXTEND_CASE: _R.EVERYTHING,
        _A.CLOSE_CASE: _R.EVERYTHING,
        _A.READ_VISITS: _R.EVERYTHING,
        _A.LOG_VISIT: _R.EVERYTHING,
        _A.READ_READINGS: _R.EVERYTHING,
        _A.RECORD_READING: _R.EVERYTHING,
        _A.READ_PLAN: _R.EVERYTHING,
        _A.WRITE_PLAN: _R.EVERYTHING,
        _A.READ_FEEDBACK: _R.EVERYTHING,
        _A.RECORD_FEEDBACK: _R.EVERYTHING,
        _A.READ_VOICE: _R.EVERYTHING,
        _A.HAND_OVER: _R.EVERYTHING,
        _A.WRITE_QUESTIONNAIRES: _R.EVERYTHING,
        _A.READ_MANAGER_ONLY: _R.EVERYTHING,
        _A.READ_SAME_DAY: _R.EVERYTHING,
        _A.END_CASE: _R.EVERYTHING,
        _A.RECORD_MONITORING: _R.EVERYTHING,
        _A.READ_CHART: _R.EVERYTHING,
        _A.READ_AGREEMENT: _R.EVERYTHING,
        _A.PREPARE_AGREEMENT: _R.EVERYTHING,
        _A.MANAGE_AGREEMENT_TEXTS: _R.EVERYTHING,
        _A.READ_TRAINING: _R.EVERYTHING,
        _A.REQUEST_TRAINING: _R.EVERYTHING,
        _A.MANAGE_TRAINING: _R.EVERYTHING,
        _A.RUN_TRAINING: _R.EVERYTHING,
        _A.READ_ADVICE: _R.EVERYTHING,
        _A.ANSWER_ADVICE: _R.EVERYTHING,
        _A.WRITE_SCHOOL_STRATEGY: _R.EVERYTHING,
        _A.MANAGE_OFFER: _R.EVERYTHING,
    },
    Role.PANEL: {**EVERYONE, _A.READ_REFERRAL: _R.ON_AGENDA},
    Role.SAFEGUARDING: {
        **EVERYONE,
        _A.READ_SCHOOL: _R.EVERYTHING,
        _A.READ_PUPIL: _R.EVERYTHING,
        _A.READ_REFERRAL: _R.HANDED_IN,
        _A.READ_SUPPORT: _R.EVERYTHING,
        _A.READ_BOARD: _R.EVERYTHING,
        _A.READ_CASE: _R.EVERYTHING,
        _A.READ_VISITS: _R.EVERYTHING,
        _A.READ_READINGS: _R.EVERYTHING,
        _A.READ_PLAN: _R.EVERYTHING,
        _A.READ_FEEDBACK: _R.EVERYTHING,
        _A.READ_SAME_DAY: _R.EVERYTHING,
        _A.READ_VOICE: _R.EVERYTHING,
        _A.CLOSE_TALK: _R.EVERYTHING,
        _A.READ_AGREEMENT: _R.EVERYTHING,
        _A.READ_ADVICE: _R.EVERYTHING,
    },
    Role.COMMISSIONER: {**EVERYONE},
    Role.ADMIN: {
        **EVERYONE,
        _A.READ_PEOPLE: _R.EVERYTHING,
        _A.MANAGE_PEOPLE: _R.EVERYTHING,
        _A.APPROVE_ACCOUNTS: _R.EVERYTHING,
        _A.MANAGE_SETTINGS: _R.EVERYTHING,
        _A.READ_AUDIT: _R.EVERYTHING,
        _A.READ_OUTBOX: _R.EVERYTHING,
        _A.READ_SCHOOL: _R.EVERYTHING,
        _A.MANAGE_SCHOOLS: _R.EVERYTHING,
    },
}


def reach_of(role: Role, action: Action) -> Reach:
    """What the table grants one role; NOTHING where it is silent."""
    return GRANTS[role].get(action, Reach.NOTHING)


def bounds_of(actor: Actor, action: Action) -> Bounds:
    """The union of what the actor's assignments grant for this action."""
    reaches = [(a, reach_of(a.role, action)) for a in actor.assignments]
    granted = {reach for _, reach in reaches}
    return Bounds(
        everything=Reach.EVERYTHING in granted,
        handed_in=Reach.HANDED_IN in granted,
        on_agenda=Reach.ON_AGENDA in granted,
        school_ids=frozenset(
            a.school_id for a, reach in reaches if reach is Reach.OWN_SCHOOL and a.school_id is not None
        ),
        line_ids=frozenset(a.line_id for a, reach in reaches if reach is Reach.OWN_LINES),
        involved_id=actor.person_id if Reach.ALLOCATED in granted else None,
        looks=action in LOOKS,
    )


def may(actor: Actor, action: Action) -> bool:
    """Does any role of the actor hold the action at all (on some record)?"""
    return any(reach_of(a.role, action) is not Reach.NOTHING for a in actor.assignments)
