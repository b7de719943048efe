"""Measuring and reporting: pairs in rotated order, CPU time of this process, the median of the rounds."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROUNDS = 9
QUIET = (0.9, 1.1)
"""An A/A pair outside these says that the machine was too noisy for a verdict."""
PACKAGES = ("flask", "sqlalchemy", "jinja2", "werkzeug", "defusedxml", "psycopg")


@dataclass
class Figure:
    """One line of the table. ``at_most`` is what was promised, None where nothing is."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""
    rounds: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if "too noisy" in self.note:
            return "?"
        if self.at_most is not None:
            return "ok" if self.value <= self.at_most else "MISSED"
        if self.at_least is not None:
            return "ok" if self.value >= self.at_least else "MISSED"
        return ""


@dataclass
class Report:
    """What a run found."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, **more: Any) -> Figure:
        figure = Figure(name, round(value, 4), unit, **more)
        self.figures.append(figure)
        return figure

    def table(self) -> str:
        rows = [("figure", "value", "promised", "", "")]
        for one in self.figures:
            promised = f"≤ {one.at_most:g}" if one.at_most is not None else ""
            promised = promised or (f"≥ {one.at_least:g}" if one.at_least is not None else "")
            rows.append((one.name, f"{one.value:g} {one.unit}", promised, one.verdict, one.note))
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"bench-{time.strftime('%Y%m%d-%H%M%S')}.json"
        content = {
            "made": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "machine": {"python": platform.python_version(), "cpus": os.cpu_count(), "load": os.getloadavg()},
            "versions": {name: version(name) for name in PACKAGES},
            "figures": [{**asdict(one), "verdict": one.verdict} for one in self.figures],
        }
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False))
        return path


def cpu(act: Callable[[], object]) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of one call."""
    wall, used = time.perf_counter(), time.process_time()
    act()
    return time.process_time() - used, time.perf_counter() - wall


def pairs(acts: Mapping[str, Callable[[], object]], *, rounds: int = ROUNDS, times: int = 1) -> dict[str, list[float]]:
    """CPU seconds of each act in each round, in rotated order; ``times`` calls make one measurement."""
    names = list(acts)
    found: dict[str, list[float]] = {name: [] for name in names}
    for name in names:
        acts[name]()  # once for free: caches, imports
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            found[name].append(cpu(lambda act=acts[name]: [act() for _ in range(times)])[0])  # type: ignore[misc]
    return found


def ratio(over: list[float], under: list[float]) -> float:
    """The median over the rounds of one act's time by the other's."""
    return statistics.median(one / other for one, other in zip(over, under, strict=True))


def noise(found: dict[str, list[float]], first: str, same: str) -> str:
    """A note when two measurements of the same thing differ too much."""
    between = ratio(found[first], found[same])
    return "" if QUIET[0] <= between <= QUIET[1] else f"too noisy: A/A {between:.2f}"
