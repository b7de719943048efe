"""Reading the texts: what is published, what is a draft, and how a draft reads for a real piece of work."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.agreements import rules
from portal.agreements.models import DRAFT, Agreement, AgreementText
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.access import ensure
from portal.kernel.dates import short_day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.schools.queries import line_choices

ALL = "all"


@dataclass(frozen=True)
class TextRow:
    """One version of a text; ``parts`` are title and lines."""

    id: int
    name: str
    lines_words: str
    is_draft: bool
    is_newest: bool
    published_words: str
    what_changed: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    version: int


@dataclass(frozen=True)
class SeriesRow:
    """The versions for one service line, or for all: the newest first, a draft before them."""

    series: str
    label: str
    draft: TextRow | None
    published: tuple[TextRow, ...]


def series_of(line_id: int | None) -> str:
    return ALL if line_id is None else f"line-{line_id}"


def newest_text(line_id: int | None) -> AgreementText | None:
    """What the next agreement of a service line is made from: its own newest text, else the one for all lines."""
    for series in dict.fromkeys((series_of(line_id), ALL)):
        found: AgreementText | None = db.session.scalars(
            select(AgreementText)
            .where(AgreementText.series == series, AgreementText.number > DRAFT)
            .order_by(AgreementText.number.desc())
            .limit(1)
        ).one_or_none()
        if found is not None:
            return found
    return None


def draft_of(series: str) -> AgreementText | None:
    """The open draft of a series; None without one."""
    found: AgreementText | None = db.session.scalars(
        select(AgreementText).where(AgreementText.series == series, AgreementText.number == DRAFT)
    ).one_or_none()
    return found


def text_for(actor: Actor, text_id: int) -> AgreementText:
    """One version of a text. Raises ``OutOfReach``."""
    ensure(actor, Action.MANAGE_AGREEMENT_TEXTS)
    found = db.session.get(AgreementText, text_id)
    if found is None:
        raise OutOfReach(text_id)
    return found


def text_draft(text: AgreementText) -> rules.TextDraft:
    """The words of a text."""
    return rules.TextDraft(text.school, text.service, text.sharing, text.stopping)


def series_list(actor: Actor) -> list[SeriesRow]:
    """Every series with its versions: the text for all lines first."""
    ensure(actor, Action.MANAGE_AGREEMENT_TEXTS)
    found: dict[str, list[AgreementText]] = {}
    statement = select(AgreementText).options(joinedload(AgreementText.service_line))
    for text in db.session.scalars(statement.order_by(AgreementText.service_line_id, AgreementText.number.desc())):
        found.setdefault(text.series, []).append(text)
    return [_series(series, texts) for series, texts in sorted(found.items(), key=lambda pair: pair[0] != ALL)]


def _series(series: str, texts: list[AgreementText]) -> SeriesRow:
    published = [text for text in texts if text.number > DRAFT]
    newest = published[0].id if published else None
    draft = next((text_row(text) for text in texts if text.number == DRAFT), None)
    rows = tuple(text_row(text, is_newest=text.id == newest) for text in published)
    return SeriesRow(series, _lines_words(texts[0]), draft, rows)


def _lines_words(text: AgreementText) -> str:
    return "All service lines" if text.service_line is None else str(text.service_line.name)


def text_row(text: AgreementText, *, is_newest: bool = False) -> TextRow:
    """One version as pages show it."""
    draft = text_draft(text)
    is_draft = text.number == DRAFT
    return TextRow(
        id=text.id,
        name="Draft" if is_draft else f"Text {text.number}",
        lines_words=_lines_words(text),
        is_draft=is_draft,
        is_newest=is_newest,
        published_words=_published_words(text),
        what_changed=text.what_changed,
        parts=tuple(
            (title, tuple(line for line in getattr(draft, part).splitlines() if line.strip()))
            for part, title in rules.SECTIONS.items()
        ),
        version=text.version,
    )


def _published_words(text: AgreementText) -> str:
    if text.published_at is None:
        return "Not published yet"
    day = short_day_words(text.published_at.astimezone(clock.LONDON).date(), clock.today())
    return f"Published {day} by {text.published_by}" if text.published_by else f"Published {day}"


def series_choices() -> list[tuple[str, str]]:
    """What a text may be for."""
    return [(ALL, "All service lines"), *((f"line-{value}", name) for value, name in line_choices())]


def preview_of(text: AgreementText) -> tuple[str, int | None]:
    """The text merged with the particulars of the newest agreement, and its id; invented ones before there is any."""
    newest = select(Agreement.id, Agreement.particulars).order_by(Agreement.id.desc()).limit(1)
    if text.service_line_id is not None:
        newest = newest.where(Agreement.service_line_id == text.service_line_id)
    row = db.session.execute(newest).one_or_none()
    particulars = rules.from_json(row.particulars) if row else rules.EXAMPLE
    number = text.number or _next_number(text.series)
    merged = rules.merge(text_draft(text), number, particulars, settings.current().name)
    return merged, row.id if row else None


def _next_number(series: str) -> int:
    return (db.session.scalar(select(db.func.max(AgreementText.number)).where(AgreementText.series == series)) or 0) + 1
