"""The settings of the whole service."""

from collections.abc import Mapping

from portal.kernel.forms import LongTextField, ManyField, PortalForm, TextField
from portal.kernel.settings import KNOWN

COLOURS = frozenset({"service.brand", "service.tint"})
GROUPS: Mapping[str, tuple[str, ...]] = {
    "The service": ("service.name", "service.short_name", "service.provider", "service.help_line"),
    "How to contact the service": (
        "contact.name",
        "contact.address",
        "contact.telephone",
        "contact.email",
        "contact.hours",
    ),
    "Its colour": ("service.brand", "service.tint"),
    "Counting time": ("clock.day_minutes",),
    "Access": ("access.days_after_close",),
}
"""The settings under their headings."""


def field_name(key: str) -> str:
    """``service.help_line`` → ``service_help_line``."""
    return key.replace(".", "_")


class SettingsForm(PortalForm):
    """One field a setting; the rules of each are in ``kernel.settings.KNOWN``."""

    def values(self) -> dict[str, str]:
        typed = {key: self._fields[field_name(key)].data or "" for key in KNOWN}
        return {key: value.lower() if key in COLOURS else value for key, value in typed.items()}

    def put_problems(self, by_key: Mapping[str, str]) -> None:
        """Puts each sentence under its field."""
        self.put_errors({field_name(key): words for key, words in by_key.items()})


for _key, _known in KNOWN.items():
    _field, _longest = (LongTextField, 500) if _known.lines > 1 else (TextField, 120)
    setattr(SettingsForm, field_name(_key), _field(_known.label, description=_known.hint, longest=_longest))


class FeaturesForm(PortalForm):
    features = ManyField("Features that are on", description="Unticked features are off for everybody")
