"""The behaviour threshold: four levels of three bands, twelve steps; lower is better."""

BANDS: tuple[str, ...] = ("low", "mid", "high")
LEVELS = 4


def threshold_ordinal(level: int, band: str) -> int:
    """The step 1..12 of a behaviour threshold: three to a level. Raises ValueError outside level 1–4, low/mid/high."""
    if not 1 <= level <= LEVELS or band.lower() not in BANDS:
        raise ValueError(f"no behaviour threshold {band} {level}")
    return len(BANDS) * (level - 1) + BANDS.index(band.lower()) + 1


def threshold_label(ordinal: int) -> str:
    """The step 1..12 in words, "High 4". Raises ValueError outside the scale."""
    if not 1 <= ordinal <= LEVELS * len(BANDS):
        raise ValueError(f"no behaviour threshold {ordinal}")
    level, band = divmod(ordinal - 1, len(BANDS))
    return f"{BANDS[band].capitalize()} {level + 1}"


def parse_threshold(text: str) -> int | None:
    """The step that "High 4" or "low 3" names, whatever its capitals and spaces; None when it names none."""
    words = text.lower().split()
    if len(words) != 2 or words[0] not in BANDS or words[1] not in {"1", "2", "3", "4"}:
        return None
    return threshold_ordinal(int(words[1]), words[0])
