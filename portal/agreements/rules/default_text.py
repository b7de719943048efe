"""The first published text of a new portal, in plain words; a coordinator writes the next."""

from portal.agreements.rules.texts import TextDraft


def _lines(*promises: str) -> str:
    return "\n".join(promises)


DEFAULT_TEXT = TextDraft(
    school=_lines(
        "The school names one person as contact. They know about the work, answer within two school days and "
        "let staff know when we come.",
        "The school gives the staff who work with the pupil time to talk with us: at least half an hour in "
        "each fortnight of the work.",
        "Staff carry out the strategies that were agreed, and tell us early when one does not work.",
        "The school finds a quiet place for our visits, and tells us on the day when the pupil is away.",
        "The school lets us come back for two monitoring visits: about six weeks after the work has ended, "
        "and a term after it.",
        "The head teacher looks with us at what the school as a whole can do differently, so that other "
        "pupils gain from it too.",
    ),
    service=_lines(
        "[workers] will come for about [days] of work, from [start] until [end].",
        "We observe first, and write down within two weeks what we saw and what we advise.",
        "We agree a plan with the school and with the pupil, and show staff how its strategies work.",
        "We review the plan with the school around [review], and say openly what has changed and what has not.",
        "We let the contact know before each visit, and when one has to move.",
        "We write a closing report within two weeks of the end, and say what should go on.",
        "We give advice to the staff between visits, by telephone or in the portal.",
    ),
    sharing=_lines(
        "What we learn about a child and a family stays between the school, the family and the service.",
        "We share with other agencies what the family has agreed to, and nothing more.",
        "Where a child may be at risk of harm we tell the school's safeguarding lead on the same day, "
        "whatever else was agreed.",
        "Both sides keep notes in the portal or in the school's own system, not in e-mails.",
    ),
    stopping=_lines(
        "School, family or service may ask for a change or an end at any time. They say so to the other side "
        "and give the reason.",
        "Before the work ends early we meet once, so that the pupil knows what happens next.",
        "When visits are refused three times without notice, the service may end the work and says so in writing.",
    ),
)
