"""Invented words of the demonstration: concerns, strategies, notes, feedback. Nothing here speaks of a real child."""

CONCERNS = (
    "{name} leaves the classroom several times a day and is hard to settle after lunch. Staff are worn out.",
    "{name} is in conflict with other children at unstructured times. Staff have had to hold back on two occasions.",
    "{name} refuses to start written work and tears it up. Learning is falling behind although reading is strong.",
    "Since the move of house {name} has been tearful in the mornings and angry in the afternoons.",
    "{name} shouts at adults when asked to stop. The class is anxious and two families have complained.",
    "{name} hides under tables and does not speak for long stretches. Attendance is slipping.",
    "{name} has hurt another child and is close to being excluded. The mornings go well, the afternoons do not.",
    "{name} runs out of the building. A part-time timetable is in place, which we want to end.",
)

SUPPORT_WANTED = (
    "Somebody to see what happens in class and to plan with us what to change. Help for the class teacher.",
    "Direct work on feelings, and a routine for lunchtime that all adults follow.",
    "A plan for the way back to full days, with the family.",
    "Advice on the graduated response and modelling for two teaching assistants.",
)

DESIRED_CHANGES = (
    "Full days in class, without a suspension until the end of term.",
    "Can ask for a break before it becomes too much.",
    "Fewer than two incidents a week.",
)

PUPIL_VIEWS = (
    "I like PE and my dog. It is too loud in the hall.",
    "People think it is always me. I want to sit near the door.",
    "I get cross when I do not know what comes next.",
    "Maths is good. Break is the worst.",
)

FAMILY_VIEWS = (
    "We are worried about another phone call from school. At home it is calm when there is a plan for the day.",
    "We want {name} to stay at this school. The mornings are the hard part.",
    "{name} comes home tired and will not talk about school.",
)

TRIED = (
    ("Seat near the door and a time-out card", "Helped for two weeks"),
    ("Lunchtime club with six children", "Helps on most days"),
    ("Weekly check-in with the pastoral lead", "Some difference"),
    ("Visual timetable on the desk", "Some difference"),
    ("Report card with three targets", "No difference"),
)

STRATEGIES = (
    ("A calm corner with a timer, agreed with the child", "Class teacher"),
    ("Same adult meets the child at the gate each morning", "Pastoral lead"),
    ("Now-and-next board for every lesson", "Teaching assistant"),
    ("Two-minute warning before each change", "Class teacher"),
    ("A job in the lunch hall in place of the queue", "Lunchtime supervisor"),
    ("Praise for the first two minutes of work", "Class teacher"),
    ("A script of three sentences for all adults when it gets hard", "SENCo"),
    ("Movement break after twenty minutes of sitting", "Teaching assistant"),
    ("A call home on a good day, every Friday", "Head of year"),
    ("Emotion check-in with colours at nine and one o’clock", "Teaching assistant"),
)

VISIT_NOTES = {
    "observation": (
        "Observed maths and break. Settled while the routine was clear; difficult when it changed.",
        "Observed the first hour and lunch. The hall is the hard part.",
    ),
    "direct_work": (
        "Worked on naming feelings. Chose the colours without help by the end.",
        "Good session. Walked back to class alone.",
        "Short session: not ready today. Drew together and talked about the dog.",
    ),
    "modelling": (
        "Modelled the script with two teaching assistants. They will try it until Friday.",
        "Took the start of the lesson with the teacher watching, then the other way round.",
    ),
    "meeting": ("Talked with the class teacher about the first ten minutes after lunch.",),
    "family_session": ("Family came in. Agreed the same words at home and at school.",),
    "call": ("Rang to say how the week went. Will ring again on Friday.",),
    "monitoring_visit": ("Sat in for a lesson and went through the strategies with the SENCo.",),
    "report_writing": ("",),
}
"""What a worker might note, by kind of visit."""

GOALS = (
    "Stay in the room when it gets loud",
    "Ask for help with my hand up",
    "Go out to break with Sami",
    "Finish my writing on most days",
)

SCHOOL_GOOD = (
    "The worker was in class, not only in the office. Staff use the script every day.",
    "We were heard and the advice fitted our school.",
    "A big difference for the pupil and for the class.",
)
SCHOOL_BETTER = (
    "We would have liked a few weeks longer.",
    "More notice before visits.",
    "The end came quickly; a slower way out would help.",
)
FAMILY_GOOD = (
    "Somebody listened and came back. Mornings are calmer.",
    "We use the colours at home too.",
)
FAMILY_BETTER = ("We did not always know when the visits were.",)

OWN_QUESTION = "Who else works with the family now?"
OWN_ANSWER = "Early help since half-term; the lead is in contact with the mother every week."
RETURN_REASON = "What was tried so far, and for how long? Add dates to the strategies, then send it again."
DECLINE_REASON = "Two cycles of the graduated response come first. Our advice line can help to plan them."
SIGNPOST_REASON = "What is described fits early help better. We have talked with the team there."
ACCEPT_REASON = (
    "Risk of exclusion is high and the school has tried much. The school names a contact and gives time to staff."
)
