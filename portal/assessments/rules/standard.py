"""The measures that a new service starts with: seeds for a table that each service then keeps for itself."""

from dataclasses import replace
from decimal import Decimal

from portal.assessments.rules.measures import PERIODS, LicenceMode, MeasureDefinition, MeasureKind
from portal.assessments.rules.thresholds import BANDS, LEVELS, threshold_label

_ZERO = Decimal(0)
_GOODMAN = "Strengths and Difficulties Questionnaire © Robert Goodman; results only"
_NURTURE = "Boxall Profile, nurtureuk; results only"
_LEUVEN = "Leuven scales, Ferre Laevers; the number only"

THRESHOLD = MeasureDefinition(
    code="behaviour_threshold",
    name="Behaviour threshold",
    kind=MeasureKind.ORDERED,
    higher_is_better=False,
    minimum=Decimal(1),
    maximum=Decimal(LEVELS * len(BANDS)),
    labels=tuple(threshold_label(step) for step in range(1, LEVELS * len(BANDS) + 1)),
    unit="step",
    result_words="Level 1 to 4 and band low, mid or high",
)
THRIVE = MeasureDefinition(
    code="thrive",
    name="Thrive",
    kind=MeasureKind.PERCENT,
    higher_is_better=True,
    minimum=_ZERO,
    maximum=Decimal(100),
    unit="percentage point",
    licence=LicenceMode.RESULTS_ONLY,
    credit="Thrive, The Thrive Approach; results only",
    result_words="Per cent before and after, or the increase alone",
    change_alone=True,
)

_BOXALL_DEVELOPMENTAL = MeasureDefinition(
    code="boxall_developmental",
    name="Boxall Profile: developmental strands",
    kind=MeasureKind.SCORE,
    higher_is_better=True,
    minimum=_ZERO,
    # 34 statements, each scored 0 to 4.
    maximum=Decimal(136),
    versions=("Early years and primary", "Secondary"),
    licence=LicenceMode.RESULTS_ONLY,
    credit=_NURTURE,
    result_words="Section score",
)
_SDQ_TOTAL = MeasureDefinition(
    code="sdq_total",
    name="SDQ total difficulties",
    kind=MeasureKind.SCORE,
    higher_is_better=False,
    minimum=_ZERO,
    maximum=Decimal(40),
    informants=("school", "family", "pupil"),
    versions=("2 to 4 years", "4 to 17 years", "11 to 17 years, by the pupil"),
    licence=LicenceMode.RESULTS_ONLY,
    credit=_GOODMAN,
    result_words="Total score, 0 to 40",
)
_GOAL = MeasureDefinition(
    code="goal",
    name="Goal-based outcome",
    kind=MeasureKind.GOAL,
    higher_is_better=True,
    minimum=_ZERO,
    maximum=Decimal(10),
    informants=("pupil", "family", "school"),
    credit="Goal-based outcomes: Law & Jacob",
    result_words="How close to the goal, 0 to 10",
)
_WELL_BEING = MeasureDefinition(
    code="leuven_wellbeing",
    name="Leuven well-being",
    kind=MeasureKind.SCORE,
    higher_is_better=True,
    minimum=Decimal(1),
    maximum=Decimal(5),
    informants=("worker", "school"),
    licence=LicenceMode.NUMBER_ONLY,
    credit=_LEUVEN,
    result_words="Observed level, 1 to 5",
)
_ATTENDANCE = MeasureDefinition(
    code="attendance",
    name="Attendance",
    kind=MeasureKind.PERCENT,
    higher_is_better=True,
    minimum=_ZERO,
    maximum=Decimal(100),
    unit="percentage point",
    versions=PERIODS,
    result_words="Per cent of sessions over the period",
)
_SUSPENDED = MeasureDefinition(
    code="suspended_sessions",
    name="Suspended sessions",
    kind=MeasureKind.COUNT,
    higher_is_better=False,
    minimum=_ZERO,
    # A school year has about 380 sessions.
    maximum=Decimal(400),
    unit="session",
    versions=PERIODS,
    result_words="Sessions missed by suspension over the period",
)
_INCIDENTS = MeasureDefinition(
    code="incidents",
    name="Incidents a week",
    kind=MeasureKind.COUNT,
    higher_is_better=False,
    minimum=_ZERO,
    maximum=Decimal(500),
    unit="incident a week",
    result_words="Incidents that the school recorded in a week",
)
_HOURS = MeasureDefinition(
    code="hours_in_school",
    name="Hours in school a week",
    kind=MeasureKind.HOURS,
    higher_is_better=True,
    minimum=_ZERO,
    maximum=Decimal(60),
    unit="hour a week",
    result_words="Hours attended in a school week",
)


def _subscale(code: str, name: str, higher_is_better: bool = False) -> MeasureDefinition:
    return replace(
        _SDQ_TOTAL,
        code=f"sdq_{code}",
        name=f"SDQ {name}",
        higher_is_better=higher_is_better,
        maximum=Decimal(10),
        result_words="Subscale score, 0 to 10",
    )


MEASURES: tuple[MeasureDefinition, ...] = (
    THRESHOLD,
    THRIVE,
    _BOXALL_DEVELOPMENTAL,
    replace(
        _BOXALL_DEVELOPMENTAL,
        code="boxall_diagnostic",
        name="Boxall Profile: diagnostic profile",
        higher_is_better=False,
    ),
    _SDQ_TOTAL,
    _subscale("emotional", "emotional symptoms"),
    _subscale("conduct", "conduct problems"),
    _subscale("hyperactivity", "hyperactivity"),
    _subscale("peer", "peer problems"),
    _subscale("prosocial", "prosocial behaviour", higher_is_better=True),
    _GOAL,
    _WELL_BEING,
    replace(_WELL_BEING, code="leuven_involvement", name="Leuven involvement"),
    _ATTENDANCE,
    _SUSPENDED,
    _INCIDENTS,
    _HOURS,
)
