"""Reading schools, pupils, lines and term dates, on both engines."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event

from portal.extensions import db
from portal.kernel.access import Involvement
from portal.kernel.audit import record
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, Assignment, Role
from portal.schools import queries, rules
from portal.schools.models import Enrolment, Pupil, PupilYear
from portal.schools.queries import paging
from tests import builders_schools as build
from tests import people

pytestmark = pytest.mark.usefixtures("unit")


def actor_at(school_id: int, *more: int) -> Actor:
    return Actor(901, "Sam Senco", tuple(Assignment(Role.SCHOOL, school_id=i) for i in (school_id, *more)))


COORDINATOR = Actor(902, "Cora Coordinator", (Assignment(Role.COORDINATOR),))
WORKER = Actor(903, "Wil Worker", (Assignment(Role.WORKER),))
ADMIN = Actor(904, "Ada Admin", (Assignment(Role.ADMIN),))


def involve(pupil: Pupil, actor: Actor, *, ends_on: date | None = None) -> None:
    made = Involvement(
        person_id=actor.person_id, kind="pupil", record_id=pupil.id, starts_on=date(2026, 9, 1), ends_on=ends_on
    )
    record(None, "worker involved", made)


@pytest.fixture
def statements() -> object:
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    yield counted
    event.remove(db.engine, "before_cursor_execute", count)


class TestLines:
    def test_a_portal_begins_with_two_lines_and_their_clocks(self) -> None:
        primary, secondary = queries.lines()
        assert (primary.name, primary.phase, primary.cut_off_weekday) == ("Primary outreach", "primary", 1)
        assert (secondary.name, secondary.phase, secondary.cut_off_weekday) == ("Secondary outreach", "secondary", 2)
        assert (primary.observation_weeks, primary.review_week, primary.length_weeks) == (2, 6, 12)
        assert (primary.longest_weeks, primary.closing_report_weeks, primary.monitoring_weeks) == (14, 2, 6)
        assert (primary.group_limit, str(primary.cut_off_time)) == (4, "12:00:00")

    def test_only_active_lines_are_offered(self) -> None:
        line = build.line(is_active=False)
        assert [name for _, name in queries.line_choices()] == ["Secondary outreach"]
        assert not queries.line_of(line.id).is_active

    def test_an_unknown_line_is_out_of_reach(self) -> None:
        with pytest.raises(OutOfReach):
            queries.line_of(999)


class TestCalendars:
    def test_the_calendar_of_a_line_is_read_once(self, statements: list[str]) -> None:
        line = queries.lines()[0]
        calendar = queries.calendar_of(line.id)
        assert calendar.terms
        read = len(statements)
        assert queries.calendar_of(line.id) is calendar
        assert len(statements) == read

    def test_no_line_gets_the_first_calendar(self) -> None:
        assert queries.calendar_of(None) == queries.calendar_of(queries.lines()[0].id)

    def test_a_line_without_calendar_gets_the_first(self) -> None:
        line = build.line(calendar_id=None)
        assert queries.calendar_of(line.id).terms == queries.calendar_of(None).terms


class TestSchools:
    def test_choices_are_open_schools_and_authorities_by_name(self) -> None:
        build.school("Cedar", status="closed")
        build.school("Birch")
        build.school("Authority", kind="authority", phase="")
        build.school("Old label", kind="imported", phase="")
        build.school("Damson", status="closing")
        assert [name for _, name in queries.school_choices()] == ["Authority", "Birch", "Damson"]

    def test_a_school_sees_itself_only(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        assert queries.school_for(actor_at(ash.id), ash.id) is ash
        with pytest.raises(OutOfReach):
            queries.school_for(actor_at(ash.id), birch.id)
        assert [row.name for row in queries.schools_page(actor_at(ash.id), queries.SchoolFilter()).rows] == ["Ash"]

    def test_a_person_of_several_schools_sees_each(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        build.school("Cedar")
        rows = queries.schools_page(actor_at(ash.id, birch.id), queries.SchoolFilter()).rows
        assert [row.name for row in rows] == ["Ash", "Birch"]

    @pytest.mark.parametrize("search", ["oak", "OAK", "brix", "123456"])
    def test_the_search_finds_name_town_and_urn(self, search: str) -> None:
        build.school("Oak Hill", town="Brixham", urn="123456")
        build.school("Elm")
        rows = queries.schools_page(COORDINATOR, queries.SchoolFilter(search=search)).rows
        assert [row.name for row in rows] == ["Oak Hill"]

    @pytest.mark.parametrize("search", ["%%%", "___", "\\\\\\"])
    def test_wildcards_are_only_letters(self, search: str) -> None:
        build.school("Oak Hill")
        assert not queries.schools_page(COORDINATOR, queries.SchoolFilter(search=search)).rows

    def test_two_letters_are_no_search(self) -> None:
        build.school("Oak Hill")
        assert queries.schools_page(COORDINATOR, queries.SchoolFilter(search="zz")).rows

    def test_phase_and_state_narrow(self) -> None:
        build.school("Ash")
        build.school("Birch", phase="secondary")
        build.school("Cedar", status="closed")
        of = lambda **parts: [  # noqa: E731
            row.name for row in queries.schools_page(COORDINATOR, queries.SchoolFilter(**parts)).rows
        ]
        assert of(phase="secondary") == ["Birch"]
        assert of(state="closed") == ["Cedar"]
        assert of(state="open") == ["Ash", "Birch"]

    def test_pages_by_key_lose_and_double_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paging, "SIZE", 3)
        for number in range(8):
            build.school(f"School {number // 2}")  # names are not unique
        seen, after = [], None
        while True:
            page = queries.schools_page(COORDINATOR, queries.SchoolFilter(), after=after)
            seen += [row.id for row in page.rows]
            if page.next is None:
                break
            after = page.next
        assert len(seen) == len(set(seen)) == 8
        back = queries.schools_page(COORDINATOR, queries.SchoolFilter(), before=page.previous)
        assert [row.id for row in back.rows] == seen[3:6]
        first = queries.schools_page(COORDINATOR, queries.SchoolFilter(), before=back.previous)
        assert [row.id for row in first.rows] == seen[:3]
        assert first.previous is None

    def test_people_are_counted_once_and_only_today(self) -> None:
        ash = build.school("Ash")
        people.person("Sam", Role.SCHOOL, school_id=ash.id)
        both = people.person("Hanna", Role.HEAD, school_id=ash.id)
        both.roles.append(type(both.roles[0])(role="school", school_id=ash.id, starts_on=people.SINCE))
        gone = people.person("Gone", Role.SCHOOL, school_id=ash.id)
        gone.roles[0].ends_on = date(2026, 1, 1)
        db.session.flush()
        assert queries.people_count(ash.id) == 2


class TestPupilReach:
    def test_each_reach(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        pupil = build.pupil(ash.id)
        assert queries.pupil_for(actor_at(ash.id), pupil.id) is pupil
        assert queries.pupil_for(COORDINATOR, pupil.id) is pupil
        for stranger in (actor_at(birch.id), WORKER, ADMIN):
            with pytest.raises(OutOfReach):
                queries.pupil_for(stranger, pupil.id)

    def test_a_worker_sees_a_pupil_while_involved(self) -> None:
        pupil = build.pupil(build.school().id)
        involve(pupil, WORKER, ends_on=date(2026, 11, 10))  # today is the last day
        assert queries.pupil_for(WORKER, pupil.id, Action.WRITE_PUPIL) is pupil

    def test_a_worker_whose_work_ended_sees_nothing(self) -> None:
        pupil = build.pupil(build.school().id)
        involve(pupil, WORKER, ends_on=date(2026, 11, 9))
        with pytest.raises(OutOfReach):
            queries.pupil_for(WORKER, pupil.id)
        assert not queries.pupils_page(WORKER, queries.PupilFilter()).rows

    def test_the_list_and_the_choices_keep_to_the_reach(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        build.pupil(ash.id, "Maya", "Khan")
        build.pupil(birch.id, "Noah", "Lee")
        rows = queries.pupils_page(actor_at(ash.id), queries.PupilFilter()).rows
        assert [row.name for row in rows] == ["Maya Khan"]
        assert queries.pupil_choices(actor_at(ash.id), birch.id) == []
        assert [words for _, words in queries.pupil_choices(actor_at(ash.id), ash.id)] == ["Maya Khan, born 3 May 2016"]
        assert queries.pupil_count(actor_at(ash.id), birch.id) == 0


class TestPupilRows:
    def test_the_year_group_moves_up_each_september(self) -> None:
        pupil = build.pupil(build.school().id)  # Year 5 in 2025/26
        assert queries.year_group_of(pupil, date(2026, 8, 31)) == "5"
        assert queries.year_group_of(pupil, date(2026, 9, 1)) == "6"
        row = queries.pupil_row(pupil)
        assert (row.name, row.year_group, row.age, row.school) == ("Maya Khan", "Year 6", 10, "Ash Primary")

    def test_imported_pupils_may_have_no_name(self) -> None:
        assert queries.pupil_row(build.pupil(None, "", "", born_on=None)).name == "Name not recorded"

    def test_the_list_is_one_statement_however_long(self, statements: list[str]) -> None:
        ash = build.school()
        for number in range(5):
            made = build.pupil(ash.id, f"Child {number}")
            made.year_groups.append(PupilYear(school_year=2024, year_group="4"))
        record(None, "pupil changed", made)
        db.session.flush()
        statements.clear()
        rows = queries.pupils_page(COORDINATOR, queries.PupilFilter()).rows
        assert len(rows) == 5
        assert len(statements) == 1
        assert {row.year_group for row in rows} == {"Year 6"}

    def test_pages_by_key_both_ways(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paging, "SIZE", 2)
        ash = build.school()
        for name in "ABCDE":
            build.pupil(ash.id, name, "Same")
        first = queries.pupils_page(COORDINATOR, queries.PupilFilter())
        second = queries.pupils_page(COORDINATOR, queries.PupilFilter(), after=first.next)
        third = queries.pupils_page(COORDINATOR, queries.PupilFilter(), after=second.next)
        names = [row.name[0] for page in (first, second, third) for row in page.rows]
        assert names == list("ABCDE")
        assert third.next is None
        back = queries.pupils_page(COORDINATOR, queries.PupilFilter(), before=third.previous)
        assert back.rows == second.rows

    @pytest.mark.parametrize(("search", "found"), [("maya k", 1), ("KHAN", 1), ("khan noah", 0), ("%%", 0), ("k", 2)])
    def test_the_search_reads_words_of_both_names(self, search: str, found: int) -> None:
        ash = build.school()
        build.pupil(ash.id)
        build.pupil(ash.id, "Noah", "Lee")
        assert len(queries.pupils_page(COORDINATOR, queries.PupilFilter(search=search)).rows) == found


class TestAlike:
    def draft(self, **changes: object) -> rules.PupilDraft:
        values = {"given_name": "Maya", "family_name": "Khan", "born_on": build.BORN, **changes}
        return rules.PupilDraft(**values)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"given_name": "maya", "family_name": "KHAN"},
            {"given_name": "Mayá"},
            {"born_on": date(2016, 3, 5)},
            {"born_on": date(2015, 5, 3)},
            {"born_on": date(2016, 5, 13)},
            {"born_on": date(2016, 11, 3)},
            {"given_name": "Khan", "family_name": "Maya"},
        ],
    )
    def test_a_likely_twin_is_found_with_its_reason(self, changes: dict[str, object]) -> None:
        ash = build.school()
        known = build.pupil(ash.id)
        (row,) = queries.pupils_alike(ash.id, self.draft(**changes))
        assert (row.pupil_id, row.name) == (known.id, "Maya Khan")
        assert row.why

    def test_the_same_upn_is_enough(self) -> None:
        ash = build.school()
        build.pupil(ash.id, "Quite", "Different", born_on=date(2010, 1, 1), upn=build.VALID_UPN)
        draft = self.draft(upn="b8012 0000 5001")
        assert [row.why for row in queries.pupils_alike(ash.id, draft)] == ["They have the same UPN."]

    def test_another_school_is_never_named(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        build.pupil(birch.id, upn=build.VALID_UPN)
        assert queries.pupils_alike(ash.id, self.draft(upn=build.VALID_UPN)) == []

    def test_but_not_leaves_the_record_itself_out(self) -> None:
        ash = build.school()
        known = build.pupil(ash.id)
        assert queries.pupils_alike(ash.id, self.draft(), but_not=known.id) == []

    def test_somebody_else_is_not_alike(self) -> None:
        ash = build.school()
        build.pupil(ash.id, "Noah", "Lee")
        assert queries.pupils_alike(ash.id, self.draft()) == []

    def test_a_leap_day_is_no_stumbling_block(self) -> None:
        ash = build.school()
        assert queries.pupils_alike(ash.id, self.draft(born_on=date(2016, 2, 29))) == []


class TestDrafts:
    def test_attributes_are_the_form_s_fields_and_the_version(self) -> None:
        pupil = build.pupil(build.school().id, lone_visit_warning="Dog", address="1 High Street")
        draft = queries.pupil_draft(pupil)
        assert isinstance(draft, rules.PupilDraft)
        assert (draft.given_name, draft.year_group, draft.lone_visit_warning) == ("Maya", "6", "Dog")
        assert (draft.version, draft.upn, draft.address) == (1, "", "1 High Street")


class TestContacts:
    def test_nothing_of_a_do_not_contact_person_is_a_link(self) -> None:
        pupil = build.pupil(build.school().id)
        build.contact(pupil, do_not_contact=True, do_not_contact_reason="Court order", safe_channels="phone,email")
        (row,) = queries.contacts_of(pupil)
        assert row.do_not_contact
        assert [way.href for way in row.ways] == [None, None]
        assert {way.note for way in row.ways} == {"do not use"}

    def test_only_safe_ways_are_links(self) -> None:
        pupil = build.pupil(build.school().id)
        build.contact(pupil, safe_channels="phone", phone="+44 1803 111222")
        phone, email = queries.contacts_of(pupil)[0].ways
        assert (phone.href, phone.note) == ("tel:+441803111222", "calls only")
        assert (email.href, email.note) == (None, "not marked as safe")

    def test_who_must_not_be_contacted_comes_last(self) -> None:
        pupil = build.pupil(build.school().id)
        build.contact(pupil, "Never", do_not_contact=True, safe_channels="")
        build.contact(pupil, "Aunt", parental_responsibility=None)
        build.contact(pupil, "Mother")
        assert [row.name for row in queries.contacts_of(pupil)] == ["Mother", "Aunt", "Never"]

    def test_a_contact_of_another_pupil_is_out_of_reach(self) -> None:
        ash = build.school()
        one, other = build.pupil(ash.id), build.pupil(ash.id, "Noah", "Lee")
        contact = build.contact(other)
        with pytest.raises(OutOfReach):
            queries.contact_for(one, contact.id)


class TestEnrolments:
    def test_a_school_sees_its_own_dates_only(self, make_move: Callable[[Pupil, int], None]) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        pupil = build.pupil(ash.id)
        make_move(pupil, birch.id)
        assert [row.words for row in queries.enrolments_seen_by(actor_at(ash.id), pupil)] == ["Ash"]
        assert [row.words for row in queries.enrolments_seen_by(COORDINATOR, pupil)] == ["Birch", "Ash"]
        involve(pupil, WORKER)
        assert len(queries.enrolments_seen_by(WORKER, pupil)) == 2


@pytest.fixture
def make_move() -> Callable[[Pupil, int], None]:
    def move(pupil: Pupil, school_id: int) -> None:
        pupil.enrolments[-1].ends_on = date(2026, 11, 1)
        pupil.enrolments.append(Enrolment(school_id=school_id, starts_on=date(2026, 11, 2)))
        record(COORDINATOR, "pupil changed school", pupil)
        db.session.flush()
        db.session.refresh(pupil)

    return move
