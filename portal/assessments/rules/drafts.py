"""What people type: a reading, a goal, a measure of the service's own."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.assessments.rules.measures import INFORMANTS, PERIODS, MeasureDefinition, MeasureKind
from portal.assessments.rules.readings import Reading

MOST_GOALS = 3
LONGEST_GOAL = 500
LONGEST_NAME, LONGEST_LABEL, LONGEST_UNIT = 80, 40, 30
FEWEST_LABELS, MOST_LABELS = 2, 20
LARGEST_COUNT = 10_000

GOAL_SETTERS: dict[str, str] = {code: INFORMANTS[code] for code in ("pupil", "family", "school")}
"""Whose words a goal is in."""

OWN_KINDS: dict[MeasureKind, str] = {
    MeasureKind.ORDERED: "An ordered scale: a few steps, each with its words",
    MeasureKind.COUNT: "A count: how many, or how often",
}

# Their owners allow no copy, not even a grid for the scores.
_NOT_TO_BE_HOSTED = re.compile(
    r"\boutcomes? star\b|\bc?ors\b|\bc?srs\b|\b(outcome|session) rating scale\b", re.IGNORECASE
)


@dataclass(frozen=True)
class ReadingDraft:
    """A reading as it is typed; ``edition`` is the instrument's version or the count's period."""

    pupil_id: int | None = None
    value: Decimal | None = None
    increase: Decimal | None = None
    informant: str = ""
    edition: str = ""
    taken_on: date | None = None
    note: str = ""

    def reading(self, definition: MeasureDefinition) -> Reading:
        """The same as the rules compare it."""
        return Reading(
            measure_code=definition.code,
            pupil_key=None if self.pupil_id is None else str(self.pupil_id),
            informant=self.informant,
            version=self.edition,
            taken_on=self.taken_on,
            value=self.value,
            increase=self.increase,
        )


@dataclass(frozen=True)
class GoalDraft:
    """A goal in the person's own words; ``value`` is the first rating, where one was given."""

    pupil_id: int | None = None
    words: str = ""
    set_by: str = ""
    value: int | None = None
    taken_on: date | None = None


@dataclass(frozen=True)
class MeasureDraft:
    """A measure that the service adds itself; ``labels`` go from ordinal 1 up, ``unit`` is singular."""

    name: str = ""
    kind: str = ""
    higher_is_better: bool | None = None
    labels: tuple[str, ...] = ()
    unit: str = ""
    informants: tuple[str, ...] = ()
    over_period: bool = False


def goal_problems(draft: GoalDraft, others: int, today: date) -> dict[str, str]:
    """What keeps a goal from being kept, by field; ``others`` is how many goals the pupil has already."""
    problems = {}
    if others >= MOST_GOALS:
        problems[""] = f"There are {MOST_GOALS} goals already. Change one of them instead."
    if not draft.words.strip():
        problems["words"] = "Write the goal in the person's own words."
    elif len(draft.words) > LONGEST_GOAL:
        problems["words"] = f"Shorten the goal to {LONGEST_GOAL} characters or fewer."
    if draft.set_by not in GOAL_SETTERS:
        problems["set_by"] = "Say whose goal it is."
    if draft.taken_on and draft.taken_on > today:
        problems["taken_on"] = "The date of the rating is in the future."
    if draft.value is not None and draft.taken_on is None:
        problems["taken_on"] = "Enter the date of the rating."
    return problems


def measure_problems(draft: MeasureDraft) -> dict[str, str]:
    """What must be mended before an own measure can be added, by field."""
    problems = {}
    if not draft.name.strip():
        problems["name"] = "Enter the name of the measure."
    elif _NOT_TO_BE_HOSTED.search(draft.name):
        problems["name"] = "The owners of this instrument do not allow it to be kept here, not even its scores."
    if draft.kind not in {kind.value for kind in OWN_KINDS}:
        problems["kind"] = "Choose an ordered scale or a count."
    if draft.higher_is_better is None:
        problems["higher_is_better"] = "Say which way is better for the pupil."
    if draft.kind == MeasureKind.ORDERED and (found := _label_problem(draft.labels)):
        problems["labels"] = found
    return problems


def _label_problem(labels: tuple[str, ...]) -> str:
    if not FEWEST_LABELS <= len(labels) <= MOST_LABELS:
        return f"Write from {FEWEST_LABELS} to {MOST_LABELS} steps, each on its own line."
    if any(len(label) > LONGEST_LABEL for label in labels):
        return f"Shorten each step to {LONGEST_LABEL} characters or fewer."
    if len({label.casefold() for label in labels}) < len(labels):
        return "Two steps have the same words. Make them different."
    return ""


def own_definition(code: str, draft: MeasureDraft) -> MeasureDefinition:
    """The definition of an own measure without ``measure_problems``."""
    ordered = draft.kind == MeasureKind.ORDERED
    return MeasureDefinition(
        code=code,
        name=draft.name.strip(),
        kind=MeasureKind(draft.kind),
        higher_is_better=bool(draft.higher_is_better),
        minimum=Decimal(1) if ordered else Decimal(0),
        maximum=Decimal(len(draft.labels)) if ordered else Decimal(LARGEST_COUNT),
        labels=draft.labels if ordered else (),
        unit="step" if ordered else draft.unit.strip(),
        informants=draft.informants,
        versions=PERIODS if draft.over_period and not ordered else (),
        result_words="A step of the scale" if ordered else "A count",
    )
