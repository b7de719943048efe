"""The plain line that a school reads."""

from datetime import date

import pytest

from portal.cases.rules import STAGES
from portal.cases.rules.support_line import SupportFacts, support_line

TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (SupportFacts("waiting"), "The service chooses a worker, who then calls the school."),
        (SupportFacts("waiting", "Wren"), "Wren calls the school to arrange the first visit."),
        (SupportFacts("waiting", "Wren", date(2026, 11, 16)), "Wren starts on Monday 16 November."),
        (SupportFacts("waiting", "Wren", date(2026, 11, 2)), "Wren arranges the first visit with the school."),
        (SupportFacts("support", "Wren"), "Wren works with the school."),
        (
            SupportFacts("support", "Wren", planned_end_on=date(2027, 2, 5)),
            "Wren works with the school, planned until Friday 5 February.",
        ),
        (SupportFacts("exit"), "The service writes the closing report and agrees what goes on."),
        (SupportFacts("closed"), "The work has ended."),
        (SupportFacts("closed", ended_on=date(2026, 7, 3)), "The work ended on Friday 3 July 2026."),
    ],
)
def test_it_says_what_comes_next_and_who_does_it(facts, words):
    assert support_line(facts, TODAY).next == words


@pytest.mark.parametrize("stage", list(STAGES))
def test_every_stage_has_a_line_without_the_word_case(stage):
    line = support_line(SupportFacts(stage, "Wren"), TODAY)
    assert line.state
    assert "case" not in f"{line.state} {line.next}".lower()
