"""What an administrator sets without a developer: name, contact details and colour, clocks, which features are on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import current_app, g
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel.audit import Audited
from portal.kernel.contact import TELEPHONE, WRONG_TELEPHONE, Contact
from portal.kernel.errors import Refused


class Feature(StrEnum):
    """What can be switched on and off as a whole: menu entry, questions, tasks and addresses."""

    REFERRALS = "referrals"
    BOARD = "board"
    VISITS = "visits"
    ASSESSMENTS = "assessments"
    FEEDBACK = "feedback"
    IMPACT = "impact"
    AGREEMENTS = "agreements"
    TRAINING = "training"
    ADVICE = "advice"
    PANELS = "panels"
    LANGUAGES = "languages"
    VOICE = "voice"


FEATURE_LABELS: Mapping[Feature, str] = {
    Feature.REFERRALS: "Referrals by schools",
    Feature.BOARD: "Case board",
    Feature.VISITS: "Visits and days",
    Feature.ASSESSMENTS: "Measures",
    Feature.FEEDBACK: "Feedback of schools and families",
    Feature.IMPACT: "Summary of Impact",
    Feature.AGREEMENTS: "Agreements with schools before work starts",
    Feature.TRAINING: "Training and events",
    Feature.ADVICE: "Advice to schools",
    Feature.PANELS: "Sending referrals to a panel",
    Feature.LANGUAGES: "Further languages for families and children",
    Feature.VOICE: "Children's voice: questionnaires and the tablet",
}

ON_AT_FIRST = frozenset(set(Feature) - {Feature.PANELS, Feature.LANGUAGES})


class Setting(Audited, Model):
    """One setting that was changed from its default."""

    __tablename__ = "setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[str] = mapped_column(String(500))


@dataclass(frozen=True)
class Known:
    """A setting that exists: how people read it, its default, its shape (a regular expression) and how to mend it."""

    label: str
    default: str
    shape: str
    mend: str
    hint: str = ""
    lines: int = 1


KNOWN: Mapping[str, Known] = {
    "service.name": Known("Name of the service", "Outreach portal", r".{3,60}", "Type a name of 3 to 60 characters."),
    "service.short_name": Known(
        "Short name",
        "Outreach",
        r".{2,20}",
        "Type a short name of 2 to 20 characters.",
        "Stands in the header on a phone, and in the browser's tab",
    ),
    "service.provider": Known(
        "Who provides the service",
        "",
        r".{0,120}",
        "Shorten this to 120 characters.",
        "A school or an authority; stands at the foot of every page",
    ),
    "service.help_line": Known(
        "Whom to call when a child is at risk of harm",
        "",
        r".{0,120}",
        "Shorten this to 120 characters.",
        "Name and number; stands at the top of the referral form and at the foot of every page",
    ),
    "contact.name": Known(
        "Name shown to families",
        "",
        r".{0,60}",
        "Shorten this to 60 characters.",
        "Leave blank if families know the service by its own name",
    ),
    "contact.address": Known(
        "Postal address",
        "",
        r"(?:[^\n]{0,80}\n){0,5}[^\n]{0,80}",
        "Enter the address in at most 6 lines of 80 characters.",
        "Goes on letters and on paper forms, so that they can be sent back",
        lines=4,
    ),
    "contact.telephone": Known("Telephone", "", f"(?:{TELEPHONE})?", WRONG_TELEPHONE),
    "contact.email": Known(
        "Email",
        "",
        r"(?:[^\s@<>]+@[^\s@<>]+\.[a-zA-Z]{2,})?",
        "Enter the whole email address, such as office@service.example.",
        "An address that someone reads every working day",
    ),
    "contact.hours": Known(
        "When you answer",
        "",
        r".{0,120}",
        "Shorten this to 120 characters.",
        "For example, Monday to Friday, 9am to 4pm, in term time",
    ),
    "service.brand": Known(
        "Colour of the service",
        "#0b4f6c",
        r"#[0-9a-f]{6}",
        "Type the colour as # and six figures or letters from a to f, such as #0b4f6c.",
        "Dark enough for white words on it, such as #0b4f6c",
    ),
    "service.tint": Known(
        "Light tint of the colour",
        "#eaf2f5",
        r"#[0-9a-f]{6}",
        "Type the tint as # and six figures or letters from a to f, such as #eaf2f5.",
        "The ground of boxes; light enough for words in the colour on it, such as #eaf2f5",
    ),
    "clock.day_minutes": Known(
        "Minutes in a working day",
        "390",
        r"[1-9][0-9]{1,2}",
        "Type a whole number from 10 to 999, such as 390 for six and a half hours.",
        "Visits are counted in days of this length",
    ),
    "access.days_after_close": Known(
        "Days workers can read a closed case",
        "30",
        r"0|[1-9][0-9]{0,2}",
        "Enter a whole number of days from 0 to 999.",
        "Counted from the day it closes. They can't change anything in it from that day on",
    ),
}


WANTED = (
    "service.provider",
    "service.help_line",
    "contact.address",
    "contact.telephone",
    "contact.email",
    "contact.hours",
)
"""What families and schools look for when they want to ask somebody; a service should not run without."""


class Settings:
    """The settings as they stand; reading one that does not exist raises KeyError."""

    def __init__(self, stored: Mapping[str, str]) -> None:
        self._stored = stored

    def __getitem__(self, key: str) -> str:
        return self._stored.get(key, KNOWN[key].default)

    def is_on(self, feature: Feature) -> bool:
        default = "on" if feature in ON_AT_FIRST else "off"
        return self._stored.get(f"feature.{feature}", default) == "on"

    @property
    def name(self) -> str:
        return self["service.name"]

    @property
    def short_name(self) -> str:
        return self["service.short_name"]

    @property
    def provider(self) -> str:
        return self["service.provider"]

    @property
    def help_line(self) -> str:
        return self["service.help_line"]

    @property
    def contact(self) -> Contact:
        """How to get in touch with the service."""
        return Contact(
            self["contact.name"] or self.name,
            self["contact.address"],
            self["contact.telephone"],
            self["contact.email"],
            self["contact.hours"],
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of what a service should have set and has not."""
        return tuple(KNOWN[key].label for key in WANTED if not self[key])

    @property
    def brand(self) -> str:
        return self["service.brand"]

    @property
    def tint(self) -> str:
        return self["service.tint"]

    @property
    def day_minutes(self) -> int:
        """Minutes that count as one working day."""
        return int(self["clock.day_minutes"])

    @property
    def days_after_close(self) -> int:
        """How long those who worked on a case may read it once it is closed."""
        return int(self["access.days_after_close"])


_SEEN = "settings_seen"
_all_settings = select(Setting.key, Setting.value)


def current() -> Settings:
    """The settings of this request or job, read once."""
    if "settings" not in g:
        g.settings = Settings({row.key: row.value for row in db.session.execute(_all_settings)})
        current_app.extensions[_SEEN] = g.settings
    settings: Settings = g.settings
    return settings


def ask_no_database() -> None:
    """For error pages that must not ask the database: the settings as this process last read them."""
    g.settings = current_app.extensions.get(_SEEN) or Settings({})


def is_on(feature: Feature) -> bool:
    return current().is_on(feature)


def problems(key: str, value: str) -> list[str]:
    """Why a value does not fit its setting; empty when it does."""
    known = KNOWN[key]
    return [] if re.fullmatch(known.shape, value) else [known.mend]


def put(key: str, value: str) -> Setting:
    """Stores a setting and answers its row, for the caller to record. Raises ``Refused`` for a value out of shape."""
    if key in KNOWN and (found := problems(key, value)):
        raise Refused(*found)
    setting: Setting | None = db.session.scalars(select(Setting).where(Setting.key == key)).one_or_none()
    if setting is None:
        setting = Setting(key=key, value=value)
        db.session.add(setting)
    setting.value = value
    g.pop("settings", None)
    return setting
