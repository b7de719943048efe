"""The choices of the referral form that belong to no other feature, each with its words."""

from collections.abc import Mapping

FREQUENCIES: Mapping[str, str] = {"daily": "Daily", "weekly": "Weekly", "monthly": "Monthly"}

SCOPES: Mapping[str, str] = {
    "pupil": "One pupil",
    "group": "A group of pupils",
    "school": "The whole school",
}
"""Whom a referral is for."""

PUPIL_WAYS: Mapping[str, str] = {
    "wrote": "The pupil wrote it",
    "told": "The pupil told an adult, who wrote it down",
    "drew": "The pupil drew, and talked about it",
    "helped": "With help: signs, symbols, or an interpreter",
    "not_yet": "Not asked yet",
}
FAMILY_WAYS: Mapping[str, str] = {
    "wrote": "They wrote it",
    "told": "They told an adult, who wrote it down",
    "helped": "With an interpreter",
    "not_yet": "Not asked yet",
}
"""How a view was gathered."""

EFFECTS: Mapping[str, str] = {
    "helped": "It helped",
    "helped_a_little": "It helped a little",
    "no_difference": "It made no difference",
    "worse": "It made things worse",
    "too_early": "Too early to say",
}
