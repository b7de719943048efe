"""Reading service lines: who they are for, their route and their clocks."""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from sqlalchemy import select

from portal.extensions import db
from portal.kernel.errors import OutOfReach
from portal.kernel.settings import Feature, is_on
from portal.schools import rules
from portal.schools.models import ServiceLine


@dataclass(frozen=True)
class LineRow:
    """A service line. Weeks are school weeks; the names of the clocks are those that ``cases.rules.Clocks`` reads."""

    id: int
    name: str
    phase: str
    route: str
    calendar_id: int | None
    cut_off_weekday: int
    """Monday is 0"""
    cut_off_time: time
    asks_head: bool
    observation_weeks: int
    review_week: int
    length_weeks: int
    longest_weeks: int
    closing_report_weeks: int
    monitoring_weeks: int
    group_limit: int
    planned_half_days: int
    is_active: bool
    evidence_attendance: str
    evidence_suspensions: str
    evidence_plan: str
    evidence_cycles: str
    evidence_pupil_view: str
    evidence_family_view: str
    version: int

    @property
    def phase_words(self) -> str:
        return rules.LINE_PHASES.get(self.phase, self.phase)

    @property
    def route_words(self) -> str:
        return rules.ROUTES.get(self.route, self.route)

    @property
    def planned_days(self) -> Decimal:
        return Decimal(self.planned_half_days) / 2


def routes_to_choose(now: str = "") -> list[tuple[str, str]]:
    """Who can usually decide: a panel only while panels are switched on, or where the line says so already."""
    panels = is_on(Feature.PANELS) or now == "panel"
    return [(code, label) for code, label in rules.ROUTES.items() if code != "panel" or panels]


@dataclass(frozen=True)
class OpenedLine(rules.LineDraft):
    """A line as its form opens it."""

    version: int = 0


_columns = tuple(getattr(ServiceLine, name) for name in LineRow.__dataclass_fields__)


def lines() -> list[LineRow]:
    """Every service line, by name; also those that take no referrals any more (``is_active`` False)."""
    rows = db.session.execute(select(*_columns).order_by(ServiceLine.name, ServiceLine.id))
    return [LineRow(*row) for row in rows]


def line_of(line_id: int) -> LineRow:
    """Raises ``OutOfReach`` when there is no such line."""
    row = db.session.execute(select(*_columns).where(ServiceLine.id == line_id)).one_or_none()
    if row is None:
        raise OutOfReach
    return LineRow(*row)


def line_choices() -> list[tuple[str, str]]:
    """The active lines, by name, for a form."""
    return [(str(line.id), line.name) for line in lines() if line.is_active]


def line_for_phase(phase: str) -> LineRow | None:
    """The first active line for this phase (``rules.LINE_PHASES``), else one for all ages, else any active one."""
    active = [line for line in lines() if line.is_active]
    return next(
        (line for wanted in (phase, "all") for line in active if line.phase == wanted), next(iter(active), None)
    )


def line_draft(line: LineRow) -> OpenedLine:
    """What the form of a line is opened with."""
    names = rules.LineDraft.__dataclass_fields__
    return OpenedLine(**{name: getattr(line, name) for name in names}, version=line.version)
