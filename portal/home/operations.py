"""Changing what the whole service shares: its name and colour, its clocks, its features."""

from collections.abc import Mapping

from portal.kernel import audit, jobs, settings
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.settings import FEATURE_LABELS, Feature
from portal.policy import Action, Actor

LEAST_CONTRAST = 4.5
"""White words stand on the brand colour, and brand words on the tint (WCAG 2.2 AA)."""


class RefusedSettings(Refused):
    """Settings that do not fit; ``by_key`` holds a sentence for each."""

    def __init__(self, by_key: Mapping[str, str]) -> None:
        super().__init__(*by_key.values())
        self.by_key = dict(by_key)


def change_settings(actor: Actor, values: Mapping[str, str]) -> None:
    """Stores the settings that differ. Raises ``RefusedSettings`` with every problem, and changes nothing then."""
    ensure(actor, Action.MANAGE_SETTINGS)
    if problems := _problems(values):
        raise RefusedSettings(problems)
    now = settings.current()
    for key, value in values.items():
        if now[key] != value:
            audit.record(actor, "setting changed", settings.put(key, value), fields=[key])


def _problems(values: Mapping[str, str]) -> dict[str, str]:
    problems = {key: found[0] for key, value in values.items() if (found := settings.problems(key, value))}
    if "service.brand" in problems or "service.tint" in problems:
        return problems
    brand, tint = values["service.brand"], values["service.tint"]
    if contrast(brand, "#ffffff") < LEAST_CONTRAST:
        problems["service.brand"] = "The colour is too light for white words on it. Choose a darker one."
    elif contrast(brand, tint) < LEAST_CONTRAST:
        problems["service.tint"] = "Words in the colour cannot be read on this tint. Choose a lighter tint."
    return problems


def switch_features(actor: Actor, on: frozenset[Feature]) -> None:
    """Switches exactly these features on and all others off; what they hold stays."""
    ensure(actor, Action.MANAGE_SETTINGS)
    now = settings.current()
    for feature in Feature:
        wanted = feature in on
        if now.is_on(feature) != wanted:
            row = settings.put(f"feature.{feature}", "on" if wanted else "off")
            audit.record(actor, f"feature switched {'on' if wanted else 'off'}", row, fields=[f"feature.{feature}"])


def retry_job(actor: Actor, job_id: int) -> None:
    """Lets a failed job be tried again. Raises ``OutOfReach`` when there is no such failed job."""
    ensure(actor, Action.MANAGE_SETTINGS)
    if not jobs.retry(job_id):
        raise OutOfReach
    audit.record_act(actor, "job tried again", "job", job_id)


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio (1 to 21) of two colours such as ``#0b4f6c``."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def feature_choices() -> list[tuple[str, str]]:
    return [(feature.value, FEATURE_LABELS[feature]) for feature in Feature]
