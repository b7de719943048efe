"""Reading what children said: side by side, for the chart, for others, and in which order adults read it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.queries import actor_of
from portal.cases.operations import allocate, end_allocation
from portal.extensions import db
from portal.kernel import clock as clocks
from portal.notices.models import Notice
from portal.policy import Role
from portal.voice.forms import after
from portal.voice.models import ChildView
from portal.voice.operations import reading, talking, wishes
from portal.voice.operations.reading import LONGEST_HELD, LONGEST_REPLY, SEEN_HOW
from portal.voice.queries import said, shared
from portal.voice.queries.rows import standing_of
from portal.voice.queries.talking import open_wishes, wish_page
from portal.voice.queries.to_read import views_to_read
from portal.voice.rules.answers import AnswerState, Given
from portal.voice.rules.heard import Heard, TurnTaken, heard
from portal.voice.rules.questions import Moment
from portal.voice.rules.reading import may_worry
from portal.voice.rules.sharing import Audience, may_see
from tests import people
from tests.builders_cases import case, pupil, world
from tests.builders_voice import arrived, handed_over, prepared, view
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("unit")

S, E, H = Moment.START, Moment.END, Moment.HELP
NOT_SAID = ({"q": "school", "state": "not_say"},)


def chosen(**codes: str) -> tuple[dict[str, Any], ...]:
    return tuple({"q": key, "state": "answered", "choices": [code]} for key, code in codes.items())


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([], None),
        ([(1, S, True), (1, E, True)], Heard.HEARD_TWICE),
        ([(1, S, True)], Heard.HEARD_ONCE),
        ([(1, E, True)], Heard.HEARD_ONCE),
        ([(1, H, True)], Heard.HEARD_ONCE),
        ([(1, S, True), (1, E, False)], Heard.HEARD_ONCE),
        ([(1, S, False), (1, E, False)], Heard.CHOSE_NOT_TO_SAY),
        ([(1, S, True), (2, E, True)], Heard.HEARD_ONCE),
        ([(1, S, True), (1, E, True), (2, S, False)], Heard.HEARD_TWICE),
        ([(1, S, True), (1, E, True), (2, S, True)], Heard.HEARD_ONCE),
    ],
)
def test_how_far_the_children_were_heard(turns: list[tuple[int, Moment, bool]], expected: Heard | None) -> None:
    assert heard(TurnTaken(*turn) for turn in turns) is expected


def test_the_chart_hears_start_and_end_and_forgets_what_was_taken_back() -> None:
    a_world = world()
    both, once, silent, nothing, never = (case(a_world, pupil(a_world.ash, f"Kit{n}")) for n in range(5))
    view(a_world, both, S)
    last = view(a_world, both, E, answers=chosen(school="feel_good"))
    view(a_world, once, H, answers=chosen(help="help_not_at_all"))
    view(a_world, silent, S, answers=NOT_SAID)
    place = prepared(a_world, nothing)
    handed_over(a_world)
    arrived(place, keep=False, end="stopped")
    ids = [one.id for one in (both, once, silent, nothing, never)]
    with statements() as sent:
        found = said.voices_of(ids)
    assert len(sent) == 1
    assert found == {
        both.id: Heard.HEARD_TWICE,
        once.id: Heard.HEARD_ONCE,
        silent.id: Heard.CHOSE_NOT_TO_SAY,
        nothing.id: Heard.CHOSE_NOT_TO_SAY,
    }
    reading.take_back(actor_of(a_world.worker.id), last, opened_with=last.version)
    db.session.flush()
    assert said.voices_of([both.id]) == {both.id: Heard.HEARD_ONCE}


def test_start_and_end_stand_side_by_side_and_what_was_not_said_stays_so(clock: Any) -> None:
    a_world = world()
    a_case = case(a_world)
    view(a_world, a_case, S, answers=chosen(school="feel_good"))
    clock.forward(days=1)
    view(
        a_world,
        a_case,
        S,
        answers=(*chosen(school="feel_bad", lessons="often", adult="yes", calm="much_quite"), *_words("Quiet")),
    )
    clock.forward(days=60)
    end = (*chosen(school="feel_good", lessons="often", calm="much_middle"), {"q": "adult", "state": "not_say"})
    view(a_world, a_case, E, answers=end)

    (child,) = said.case_voices(actor_of(a_world.worker.id), a_case)

    assert child.compared is not None
    rows = {row.first.key: row for row in child.compared.rows}
    assert {key: row.change for key, row in rows.items()} == {
        "school": "better",
        "lessons": "same",
        "breaks": "",
        "adult": "",
        "friends": "",
        "calm": "worse",
    }
    assert rows["school"].first.picks[0].words == "Sad"
    assert (rows["adult"].last.quiet, rows["breaks"].last.quiet) == ("Chose not to say", "Not reached")
    assert rows["calm"].last.picks[0].words == "In the middle"
    assert sorted((key, change.value) for _, key, change in said.changes_of([a_case.id])) == [
        ("calm", "worse"),
        ("lessons", "same"),
        ("school", "better"),
    ]


def _words(words: str) -> tuple[dict[str, Any], ...]:
    return ({"q": "wish", "state": "answered", "words": words},)


def test_what_was_taken_back_is_a_sentence_and_a_safeguarding_lead_still_reads_it() -> None:
    a_world = world()
    a_case = case(a_world)
    made = view(a_world, a_case, answers=_words("Unmistakable"))
    reading.take_back(actor_of(a_world.worker.id), made, opened_with=made.version)
    lead = people.person("Safe Lead", Role.SAFEGUARDING)

    (child,) = said.case_voices(actor_of(a_world.worker.id), a_case)
    (for_lead,) = said.case_voices(actor_of(lead.id), a_case)

    assert child.views[0].taken_back == "The child took back what they said on Tuesday 10 November."
    assert (child.views[0].answers, child.views[0].given) == ((), ())
    assert "Unmistakable" in [answer.words for answer in for_lead.views[0].answers]
    assert [row.may_be_read for row in views_to_read(actor_of(a_world.coordinator.id))] == [False]
    assert [row.may_be_read for row in views_to_read(actor_of(lead.id))] == [True]


def test_both_readings_of_who_may_see_a_view_agree() -> None:
    """Every combination of shared, read, held back and taken back, in SQL and in Python."""
    a_world = world()
    a_case = case(a_world)
    for number in range(16):
        made = view(a_world, a_case, share=("school",) if number & 1 else ("family", "meeting"))
        made.read_at = clocks.now() if number & 2 else None
        made.is_held = bool(number & 4)
        made.taken_back_at = clocks.now() if number & 8 else None
    db.session.execute(db.text("UPDATE view_share SET ended_at = given_at WHERE audience = 'meeting'"))
    from portal.kernel.audit import record

    for row in db.session.scalars(db.select(ChildView)):
        record(None, "view changed for a test", row)
    db.session.expire_all()
    for audience in Audience:
        in_sql = set(db.session.scalars(db.select(ChildView.id).where(shared.given_to(audience))))
        views = db.session.scalars(db.select(ChildView))
        in_python = {one.id for one in views if may_see(standing_of(one), audience)}
        assert in_sql == in_python
        assert {row.id for row in shared.shared_with(audience, case_ids=[a_case.id])} == in_sql
        assert len(in_sql) == (0 if audience is Audience.MEETING else 1)


def test_my_school_is_the_school_of_that_time() -> None:
    a_world = world()
    a_case = case(a_world)
    made = view(a_world, a_case, share=("school",))
    reading.read_view(actor_of(a_world.coordinator.id), made)
    db.session.flush()
    child = [a_case.pupils[0].pupil_id]
    assert len(shared.shared_with(Audience.SCHOOL, pupil_ids=child, school_id=a_world.ash.id)) == 1
    assert shared.shared_with(Audience.SCHOOL, pupil_ids=child, school_id=a_world.birch.id) == []


def test_who_wants_to_talk_is_read_first_then_what_may_worry_then_words_then_the_oldest(clock: Any) -> None:
    a_world = world()
    made = {}
    for name, answers in (
        ("oldest", chosen(school="feel_good")),
        ("later", chosen(school="feel_middle")),
        ("words", _words("I like maths")),
        ("sad", chosen(school="feel_very_bad")),
        ("hurt", ({"q": "hard", "state": "answered", "choices": ["noise", "rules"]},)),
        ("talk", chosen(school="feel_good")),
    ):
        clock.forward(minutes=1)
        made[name] = view(a_world, case(a_world, pupil(a_world.ash, name.title())), answers=answers)
    talking.ask_to_talk(made["talk"].place)
    db.session.flush()
    db.session.expire_all()
    with statements() as sent:
        rows = views_to_read(actor_of(a_world.coordinator.id))
    assert [row.view.short.split()[0].lower() for row in rows] == ["talk", "sad", "words", "oldest", "later", "hurt"]
    assert len(sent) <= 6
    assert may_worry([Given("hard", AnswerState.ANSWERED, ("noise", "hurt"))])
    assert may_worry([Given("help", AnswerState.ANSWERED, ("none",))])
    assert not may_worry([Given("school", AnswerState.ANSWERED, ("sad",))])


def test_a_wish_to_talk_reaches_the_named_adult_and_the_leads_and_later_the_coordinators() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    lead = people.person("Safe Lead", Role.SAFEGUARDING)
    wish = talking.ask_to_talk(place)
    who = {"worker": a_world.worker, "colleague": a_world.colleague, "lead": lead, "coordinator": a_world.coordinator}
    who["senco"] = a_world.senco

    def hears() -> set[str]:
        db.session.flush()
        return {name for name, person in who.items() if open_wishes(actor_of(person.id))}

    assert hears() == {"worker", "lead"}
    wish.deputies_told_at = clocks.now() + timedelta(hours=2)
    assert hears() == {"worker", "lead", "coordinator"}
    wishes.close_wish(actor_of(lead.id), wish, "We talked.", opened_with=wish.version)
    assert hears() == set()


@pytest.mark.parametrize("heir", ["colleague", None])
def test_a_wish_that_was_handed_on_is_opened_by_who_has_it_now(clock: Any, heir: str | None) -> None:
    a_world = world()
    a_case = case(a_world)
    coordinator = actor_of(a_world.coordinator.id)
    wish = talking.ask_to_talk(prepared(a_world, a_case))
    wishes.see_wish(actor_of(a_world.worker.id), wish)  # so that no deputy will be told
    if heir:
        allocate(coordinator, a_case, a_world.colleague.id)
    next_one = a_world.colleague if heir else a_world.coordinator
    db.session.flush()
    assert open_wishes(actor_of(next_one.id)) == []

    end_allocation(coordinator, a_case, a_world.worker.id)
    clock.forward(days=1)
    db.session.flush()

    assert [row.id for row in open_wishes(actor_of(next_one.id))] == [wish.id]
    assert wish_page(actor_of(next_one.id), wish.id).is_open
    assert open_wishes(actor_of(a_world.worker.id)) == []
    told = select(Notice.recipient).where(Notice.kind == "sign_in_now", Notice.key.contains("handed-on"))
    assert list(db.session.scalars(told)) == [f"person-{next_one.id}"]


def test_forms_and_operations_hold_the_same_lengths() -> None:
    assert (after.LONGEST_HELD, after.LONGEST_REPLY) == (LONGEST_HELD, LONGEST_REPLY)
    assert set(SEEN_HOW) == {"tablet", "printed", "told"}
