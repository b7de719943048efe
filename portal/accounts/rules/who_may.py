"""The policy's table as the page “Who may do what” shows it: what people do, in groups, and how far each role may."""

from dataclasses import dataclass

from portal.policy import ROLE_LABELS, Action, Reach, Role, reach_of

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Accounts and the service", ("OWN_ACCOUNT", "READ_POLICY", "READ_TASKS", "READ_PEOPLE", "MANAGE_PEOPLE",
                                  "APPROVE_ACCOUNTS", "MANAGE_SETTINGS", "READ_AUDIT")),
    ("Schools and pupils", ("READ_SCHOOL", "MANAGE_SCHOOLS", "READ_PUPIL", "WRITE_PUPIL")),
    ("Referrals", ("READ_REFERRAL", "WRITE_REFERRAL", "APPROVE_REFERRAL", "WITHDRAW_REFERRAL", "SCREEN_REFERRAL")),
    ("Cases", ("READ_SUPPORT", "READ_BOARD", "OPEN_CASE", "COVER_CASE", "READ_CASE", "MOVE_CASE", "EXTEND_CASE",
               "CLOSE_CASE")),
    ("Visits, measures, plans and feedback", ("READ_VISITS", "LOG_VISIT", "READ_READINGS", "RECORD_READING",
                                              "READ_PLAN", "WRITE_PLAN", "READ_FEEDBACK", "RECORD_FEEDBACK",
                                              "READ_MANAGER_ONLY", "READ_SAME_DAY")),
    ("Endings and figures", ("END_CASE", "RECORD_MONITORING", "READ_CHART")),
)  # fmt: skip
OTHER = "Everything else"


@dataclass(frozen=True)
class Cell:
    """How far one role may go with one action; ``words`` is empty where it may not at all."""

    role: str
    words: str


@dataclass(frozen=True)
class ActionRow:
    """One line of the table."""

    what: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Actions that belong together."""

    title: str
    rows: tuple[ActionRow, ...]


def role_names() -> tuple[str, ...]:
    """The columns, in the order of the policy."""
    return tuple(ROLE_LABELS[role] for role in Role)


def groups() -> list[Group]:
    """The whole table; an action that no group names stands under ``OTHER``."""
    grouped = [(title, [Action[name] for name in names if name in Action.__members__]) for title, names in _GROUPS]
    named = {action for _, actions in grouped for action in actions}
    rest = [action for action in Action if action not in named]
    return [Group(title, tuple(map(_row, actions))) for title, actions in [*grouped, (OTHER, rest)] if actions]


def _row(action: Action) -> ActionRow:
    reaches = {role: reach_of(role, action) for role in Role}
    no_degrees = set(reaches.values()) <= {Reach.NOTHING, Reach.EVERYTHING}
    return ActionRow(
        action.value, tuple(Cell(ROLE_LABELS[role], _words(reach, no_degrees)) for role, reach in reaches.items())
    )


def _words(reach: Reach, no_degrees: bool) -> str:
    """“yes” where it is all or nothing for everybody: “everything” would promise more than there is."""
    if reach is Reach.NOTHING:
        return ""
    return "yes" if no_degrees else reach.value
