"""Reading “Our offer”: the page, its texts, the policy and its versions."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.dates import day_words
from portal.kernel.errors import OutOfReach
from portal.kernel.settings import Feature
from portal.offer import rules
from portal.offer.models import OfferText, Policy
from portal.referrals.rules import cut_off_words
from portal.schools.queries import lines
from portal.schools.queries.clocks import line_clocks
from portal.training.queries import topics


@dataclass(frozen=True)
class TextRow:
    """One text of the page; ``changed`` is the day in words."""

    key: str
    title: str
    blocks: tuple[rules.Block, ...]
    changed: str
    feature: str | None


@dataclass(frozen=True)
class LineRow:
    """One service line: whom it serves, who decides, and the next cut-off."""

    name: str
    phase: str
    route: str
    cut_off: str


@dataclass(frozen=True)
class PolicyRow:
    """One version of the policy, with its dates in words."""

    number: int
    title: str
    what_changed: str
    published: str
    review: str
    is_current: bool


@dataclass(frozen=True)
class PolicyPage:
    """A version to read, and every version."""

    row: PolicyRow
    blocks: tuple[rules.Block, ...]
    versions: tuple[PolicyRow, ...]


@dataclass(frozen=True)
class Offer:
    """The public page."""

    texts: tuple[TextRow, ...]
    lines: tuple[LineRow, ...]
    topics: tuple[tuple[str, str], ...]
    """Topics of training, each with its length and audience in words"""
    policy: PolicyRow | None


ROUTES = {
    "direct": "The coordinator decides after each cut-off.",
    "panel": "A panel of schools and agencies decides, as a rule once a month in term time. "
    "Its dates are not kept here yet: ask the service.",
    "partnership": "The weekly partnership meeting of the service and the authority decides.",
}


def offer() -> Offer:
    """The page as everybody reads it. Five statements."""
    versions = _versions()
    return Offer(
        texts=tuple(row for row in texts() if row.feature is None or settings.is_on(Feature(row.feature))),
        lines=_lines() if settings.is_on(Feature.REFERRALS) else (),
        topics=_topics() if settings.is_on(Feature.TRAINING) else (),
        policy=versions[0] if versions else None,
    )


def texts() -> list[TextRow]:
    """Every text, in the order of the page, also of features that are off. One statement."""
    stored = {row.key: row for row in db.session.scalars(select(OfferText))}
    today = clock.today()
    return [
        TextRow(
            key,
            section.title,
            tuple(rules.blocks(stored[key].text)),
            day_words(stored[key].changed_on, today),
            section.feature,
        )
        for key, section in rules.SECTIONS.items()
        if key in stored
    ]


def _topics() -> tuple[tuple[str, str], ...]:
    return tuple((row.title, ", ".join(part for part in (row.length, row.audience) if part)) for row in topics())


def _lines() -> tuple[LineRow, ...]:
    now = clock.local_now()
    cut_offs = {
        line.line_id: line.calendar.next_cut_off(now, line.cut_off_weekday, line.cut_off_time) for line in line_clocks()
    }
    return tuple(
        LineRow(
            line.name,
            line.phase_words,
            _who_decides(line.route),
            cut_off_words(cut_offs[line.id], now) if line.id in cut_offs else "",
        )
        for line in lines()
        if line.is_active
    )


def _who_decides(route: str) -> str:
    """While panels are switched off none decides, whatever the line was set to."""
    known = route if route != "panel" or settings.is_on(Feature.PANELS) else "direct"
    return ROUTES[known]


def text_for(key: str) -> OfferText:
    """One text, for its form. Raises ``OutOfReach``."""
    row = db.session.scalars(select(OfferText).where(OfferText.key == key)).one_or_none()
    if row is None or key not in rules.SECTIONS:
        raise OutOfReach(key)
    return row


def policy_page(number: int | None = None) -> PolicyPage:
    """A published version, the one in force unless another is asked for. Raises ``OutOfReach``."""
    versions = _versions()
    row = next((row for row in versions if number in (None, row.number)), None)
    if row is None:
        raise OutOfReach(number)
    text = db.session.scalars(select(Policy.text).where(Policy.number == row.number)).one()
    return PolicyPage(row, tuple(rules.blocks(text)), tuple(versions))


def _versions() -> list[PolicyRow]:
    """The published versions, the newest first. One statement."""
    found = db.session.execute(
        select(Policy.number, Policy.title, Policy.what_changed, Policy.published_on, Policy.review_on)
        .where(Policy.status == rules.PolicyStatus.PUBLISHED.value)
        .order_by(Policy.number.desc())
    ).all()
    return [
        PolicyRow(
            row.number,
            row.title,
            row.what_changed,
            _long(row.published_on),
            _review(row.review_on),
            row.number == found[0].number,
        )
        for row in found
    ]


def _review(day: date | None) -> str:
    return rules.review_words(day, clock.today(), _long(day)) if day else ""


def _long(day: date | None) -> str:
    """A date that is read for years: always with its year."""
    return f"{day.day} {day:%B %Y}" if day else ""


@dataclass(frozen=True)
class OpenedPolicy(rules.PolicyDraft):
    """The draft as its form opens it; version 0 where there is none yet."""

    version: int = 0
    number: int = 1


def opened_policy() -> OpenedPolicy:
    """The draft of the next version, else the one in force to begin from."""
    row = db.session.scalars(select(Policy).order_by(Policy.number.desc()).limit(1)).one_or_none()
    if row is None:
        return OpenedPolicy(rules.DEFAULT_POLICY_TITLE, rules.DEFAULT_POLICY, "", None)
    if row.status == rules.PolicyStatus.DRAFT:
        return OpenedPolicy(row.title, row.text, row.what_changed, row.review_on, row.version, row.number)
    return OpenedPolicy(row.title, row.text, "", None, 0, row.number + 1)
