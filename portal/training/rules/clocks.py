"""How many school days people have, and the topics that a new service begins with."""

ANSWER_DAYS = 5
"""School days in which the coordinator answers a request"""

CHOOSE_DAYS = 5
"""School days in which the school chooses a date"""

NAMES_DAYS = 5
"""School days before the session by which the school says who comes"""

LINK_DAYS = 5
"""School days in which a trainer gives a link to those who left no e-mail address"""

DEFAULT_TOPICS: tuple[tuple[str, int, str, str], ...] = (
    (
        "Attachment awareness",
        90,
        "All staff, also lunchtime and office staff",
        "How early relationships shape behaviour in school, what attachment needs look like in a classroom, and what "
        "adults can do every day.",
    ),
    (
        "De-escalation",
        90,
        "Staff who meet distressed behaviour: teachers, teaching assistants, lunchtime staff",
        "Noticing the early signs, words and body language that calm, giving space, and what to do afterwards.",
    ),
    (
        "The graduated response",
        60,
        "SENCos, teachers and leaders",
        "Assess, plan, do, review in practice: small steps, what to write down, and when to ask for help.",
    ),
    (
        "Understanding behaviour as communication",
        60,
        "All staff",
        "What a pupil may be telling us, how to look for patterns, and how to plan from what we find.",
    ),
    (
        "Emotion coaching",
        75,
        "Teachers and teaching assistants",
        "Naming and accepting feelings, holding limits, and solving the problem together.",
    ),
    (
        "Calmer unstructured times",
        45,
        "Lunchtime and playground staff, and who leads them",
        "Break, lunch and corridors: routines, zones, roles and games that make the difficult half hours easier.",
    ),
    (
        "Restorative conversations",
        60,
        "Teachers, teaching assistants and pastoral staff",
        "Putting things right after a conflict: five questions, when to ask them, and what to do when a pupil says no.",
    ),
    (
        "Moving from primary to secondary",
        60,
        "Year 6 and Year 7 staff, SENCos of both schools",
        "What vulnerable pupils need before, during and after the move, and what the two schools tell each other.",
    ),
)
"""Title, minutes, audience, summary"""
