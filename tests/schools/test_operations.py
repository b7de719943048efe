"""Writing schools, pupils, lines and term dates, on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.extensions import db
from portal.kernel.access import Involvement
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.policy import Actor, Assignment, Role
from portal.schools import operations, queries, rules
from portal.schools.models import Contact, Pupil, School, ServiceLine, Term, TermCalendar
from tests import builders_schools as build

pytestmark = pytest.mark.usefixtures("unit")

COORDINATOR = Actor(902, "Cora Coordinator", (Assignment(Role.COORDINATOR),))
WORKER = Actor(903, "Wil Worker", (Assignment(Role.WORKER),))
ADMIN = Actor(904, "Ada Admin", (Assignment(Role.ADMIN),))
SAFEGUARDING = Actor(905, "Dee Lead", (Assignment(Role.SAFEGUARDING),))
TODAY = date(2026, 11, 10)


def at(school: School) -> Actor:
    return Actor(901, "Sam Senco", (Assignment(Role.SCHOOL, school_id=school.id),))


def maya(**changes: object) -> rules.PupilDraft:
    values = {"given_name": "Maya", "family_name": "Khan", "born_on": build.BORN, "year_group": "6", **changes}
    return rules.PupilDraft(**values)  # type: ignore[arg-type]


def audited() -> list[str]:
    return list(db.session.scalars(db.select(AuditLine.action).order_by(AuditLine.id)))


def count(model: type) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


class TestAddPupil:
    def test_a_school_adds_its_own(self) -> None:
        ash = build.school()
        draft = maya(upn="b8012 0000 5001", diagnosis="ADHD", lone_visit_warning="Dog")
        pupil = operations.add_pupil(at(ash), ash.id, draft)
        db.session.commit()
        db.session.refresh(pupil)
        assert (pupil.upn, pupil.diagnosis, pupil.lone_visit_warning) == ("B801200005001", "ADHD", "Dog")
        assert [(e.school_id, e.starts_on, e.ends_on) for e in pupil.enrolments] == [(ash.id, TODAY, None)]
        assert [(y.school_year, y.year_group) for y in pupil.year_groups] == [(2026, "6")]
        assert audited()[-1] == "pupil added"

    def test_no_current_school_says_why(self) -> None:
        ash = build.school()
        pupil = operations.add_pupil(at(ash), ash.id, maya(no_school_reason="ehe"))
        assert [(e.school_id, e.no_school_reason) for e in pupil.enrolments] == [(None, "ehe")]

    def test_an_authority_enrols_nobody(self) -> None:
        authority = build.school("Authority", kind="authority", phase="")
        assert operations.add_pupil(at(authority), authority.id, maya()).enrolments == []

    def test_another_school_is_out_of_reach(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        with pytest.raises(OutOfReach):
            operations.add_pupil(at(birch), ash.id, maya())

    @pytest.mark.parametrize("actor", [ADMIN, SAFEGUARDING])
    def test_some_roles_may_not(self, actor: Actor) -> None:
        with pytest.raises(NotPermitted):
            operations.add_pupil(actor, build.school().id, maya())

    def test_a_closed_school_takes_nobody(self) -> None:
        ash = build.school(status="closed")
        with pytest.raises(Refused, match="closed"):
            operations.add_pupil(COORDINATOR, ash.id, maya())

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"given_name": " "}, "given_name"),
            ({"born_on": None}, "born_on"),
            ({"born_on": date(2027, 1, 1)}, "born_on"),
            ({"upn": "A801200005001"}, "upn"),
            ({"sen_status": "K"}, "sen_need"),
            ({"year_group": "14"}, "year_group"),
            ({"lone_visit_warning": "x" * 1001}, "lone_visit_warning"),
        ],
    )
    def test_a_wrong_entry_names_its_field(self, changes: dict[str, object], field: str) -> None:
        ash = build.school()
        with pytest.raises(operations.RefusedFields) as refused:
            operations.add_pupil(at(ash), ash.id, maya(**changes))
        assert field in refused.value.by_field
        assert count(Pupil) == 0

    def test_one_who_looks_known_is_asked_about_first(self) -> None:
        ash = build.school()
        known = build.pupil(ash.id)
        with pytest.raises(operations.LooksKnown) as looks:
            operations.add_pupil(at(ash), ash.id, maya())
        assert [row.pupil_id for row in looks.value.rows] == [known.id]
        assert count(Pupil) == 1
        operations.add_pupil(at(ash), ash.id, maya(), knows_alike=True)
        assert count(Pupil) == 2

    def test_a_twin_at_another_school_is_nobody_s_business(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        build.pupil(birch.id, upn=build.VALID_UPN)
        assert operations.add_pupil(at(ash), ash.id, maya(upn=build.VALID_UPN)).id


class TestChangePupil:
    def change(self, pupil: Pupil, actor: Actor = COORDINATOR, **changes: object) -> Pupil:
        draft = replace(queries.pupil_draft(pupil), **changes)  # type: ignore[arg-type]
        return operations.change_pupil(actor, pupil, draft, opened_with=pupil.version)

    def test_what_is_changed_is_kept_and_the_version_counts(self) -> None:
        pupil = build.pupil(build.school().id)
        self.change(pupil, sen_status="E", phone="01803 1")
        db.session.commit()
        assert (pupil.sen_status, pupil.phone, pupil.version) == ("E", "01803 1", 2)

    def test_a_part_alone_counts_as_a_change(self) -> None:
        pupil = build.pupil(build.school().id)
        db.session.commit()  # all columns are read anew, so that nothing but the part is changed
        self.change(pupil, year_group="5")
        db.session.commit()
        assert pupil.version == 2
        assert [(y.school_year, y.year_group) for y in pupil.year_groups] == [(2025, "5"), (2026, "5")]
        self.change(pupil, year_group="6")
        assert [(y.school_year, y.year_group) for y in pupil.year_groups] == [(2025, "5"), (2026, "6")]

    def test_a_known_year_group_is_not_forgotten(self) -> None:
        pupil = build.pupil(build.school().id)
        with pytest.raises(operations.RefusedFields) as refused:
            self.change(pupil, year_group="")
        assert list(refused.value.by_field) == ["year_group"]

    def test_the_second_of_two_editors_is_told(self) -> None:
        pupil = build.pupil(build.school().id)
        draft = queries.pupil_draft(pupil)
        operations.change_pupil(COORDINATOR, pupil, draft, opened_with=1)
        db.session.flush()
        for opened_with in (1, None):
            with pytest.raises(EditConflict):
                operations.change_pupil(COORDINATOR, pupil, draft, opened_with=opened_with)

    def test_reach(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        pupil = build.pupil(ash.id)
        for stranger in (at(birch), WORKER):
            with pytest.raises(OutOfReach):
                self.change(pupil, stranger)
        made = Involvement(person_id=903, kind="pupil", record_id=pupil.id, starts_on=date(2026, 9, 1))
        record(None, "worker involved", made)
        self.change(pupil, WORKER, phone="1")
        assert pupil.phone == "1"

    def test_a_reason_for_no_school_holds_from_today_and_ends_again(self) -> None:
        ash = build.school()
        pupil = build.pupil(ash.id)
        self.change(pupil, no_school_reason="moving")
        assert [(e.school_id, e.starts_on, e.ends_on) for e in pupil.enrolments] == [
            (ash.id, date(2025, 9, 1), date(2026, 11, 9)),
            (None, TODAY, None),
        ]
        self.change(pupil, no_school_reason="")  # the same day: corrected, not doubled
        assert [(e.school_id, e.starts_on) for e in pupil.enrolments] == [
            (ash.id, date(2025, 9, 1)),
            (ash.id, TODAY),
        ]


class TestContacts:
    draft = rules.ContactDraft(
        name="Sara Khan", relationship_code="mother", phone="01803", safe_channels="phone,text", language="Urdu"
    )

    def test_added_changed_and_removed(self) -> None:
        pupil = build.pupil(build.school().id)
        contact = operations.add_contact(COORDINATOR, pupil, self.draft)
        db.session.commit()
        assert (contact.safe_channels, contact.language) == ("text,phone", "Urdu")
        changed = replace(self.draft, safe_channels="", do_not_contact=True, do_not_contact_reason="Court order")
        operations.change_contact(COORDINATOR, contact, changed, opened_with=1)
        db.session.commit()
        assert (contact.do_not_contact, contact.version) == (True, 2)
        operations.remove_contact(COORDINATOR, contact, opened_with=2)
        db.session.commit()
        assert count(Contact) == 0
        assert pupil.contacts == []
        assert audited()[-3:] == ["contact added", "contact changed", "contact removed"]

    def test_each_refusal(self) -> None:
        pupil = build.pupil(build.school().id)
        for wrong, field in (
            ({"name": ""}, "name"),
            ({"relationship_code": "boss"}, "relationship_code"),
            ({"email": "nonsense"}, "email"),
            ({"safe_channels": "email"}, "email"),
            ({"do_not_contact": True}, "safe_channels"),
            ({"language": "x" * 81}, "language"),
        ):
            with pytest.raises(operations.RefusedFields) as refused:
                operations.add_contact(COORDINATOR, pupil, replace(self.draft, **wrong))  # type: ignore[arg-type]
            assert list(refused.value.by_field) == [field]

    def test_who_may_be_on_record_is_not_contacted_until_somebody_says(self) -> None:
        pupil = build.pupil(build.school().id)
        known = operations.add_contact(COORDINATOR, pupil, replace(self.draft, phone="", safe_channels=""))
        db.session.flush()
        new = replace(self.draft, name="S Khan", email="s@k.example", safe_channels="text,email", alike_id=known.id)
        one, other = (operations.add_contact(COORDINATOR, pupil, replace(new, name=n)) for n in ("S Khan", "Sam Khan"))
        db.session.commit()
        assert not any(rules.may_reach(contact, "email") for contact in (one, other))
        operations.settle_alike(COORDINATOR, other, is_same=False, opened_with=1)
        db.session.commit()
        assert rules.may_reach(other, "email")
        with pytest.raises(EditConflict):
            operations.settle_alike(COORDINATOR, one, is_same=True, opened_with=7)
        operations.settle_alike(COORDINATOR, one, is_same=True, opened_with=1)
        db.session.commit()
        assert [contact.name for contact in pupil.contacts] == ["Sara Khan", "Sam Khan"]
        assert (known.phone, known.email, known.safe_channels) == ("01803", "s@k.example", "text,email")
        with pytest.raises(Refused, match="already said"):
            operations.settle_alike(COORDINATOR, other, is_same=True, opened_with=other.version)

    def test_nothing_of_somebody_who_must_not_be_contacted_is_filled(self) -> None:
        pupil = build.pupil(build.school().id)
        never = replace(self.draft, safe_channels="", phone="", do_not_contact=True)
        known = operations.add_contact(COORDINATOR, pupil, never)
        db.session.flush()
        new = operations.add_contact(COORDINATOR, pupil, replace(self.draft, alike_id=known.id))
        db.session.commit()
        operations.settle_alike(COORDINATOR, new, is_same=True, opened_with=1)
        db.session.commit()
        assert (known.phone, known.safe_channels, known.do_not_contact) == (None, "", True)
        assert pupil.contacts == [known]

    def test_reach_and_versions(self) -> None:
        ash, birch = build.school("Ash"), build.school("Birch")
        contact = build.contact(build.pupil(ash.id))
        with pytest.raises(OutOfReach):
            operations.change_contact(at(birch), contact, self.draft, opened_with=1)
        with pytest.raises(OutOfReach):
            operations.remove_contact(at(birch), contact, opened_with=1)
        with pytest.raises(NotPermitted):
            operations.add_contact(SAFEGUARDING, contact.pupil, self.draft)
        with pytest.raises(EditConflict):
            operations.change_contact(at(ash), contact, self.draft, opened_with=9)
        with pytest.raises(EditConflict):
            operations.remove_contact(at(ash), contact, opened_with=None)


class TestSchools:
    draft = rules.SchoolDraft(name=" Oak Hill ", phase="primary", urn="123456")

    def test_added_changed_closed_and_reopened(self) -> None:
        oak = operations.add_school(ADMIN, self.draft)
        heir = build.school("Elm")
        db.session.commit()
        assert (oak.name, oak.urn, oak.version) == ("Oak Hill", "123456", 1)
        operations.change_school(COORDINATOR, oak, replace(self.draft, town="Paignton"), opened_with=1)
        db.session.commit()
        operations.close_school(COORDINATOR, oak, TODAY, heir.id, opened_with=2)
        db.session.commit()
        assert (oak.status, oak.closed_on, oak.successor_id) == ("closed", TODAY, heir.id)
        operations.change_school(COORDINATOR, oak, replace(self.draft, status="closed"), opened_with=3)
        assert oak.status == "closed"
        db.session.commit()
        operations.reopen_school(COORDINATOR, oak, opened_with=4)
        assert (oak.status, oak.closed_on, oak.successor_id) == ("open", None, None)
        db.session.commit()
        assert [a for a in audited() if a != "service line added"][-5:] == [
            *("school added", "school changed", "school closed", "school changed", "school reopened"),
        ]

    def test_a_urn_is_one_school_s(self) -> None:
        operations.add_school(ADMIN, self.draft)
        db.session.commit()
        with pytest.raises(operations.RefusedFields) as refused:
            operations.add_school(ADMIN, replace(self.draft, name="Other"))
        assert list(refused.value.by_field) == ["urn"]
        assert count(School) == 1

    def test_two_schools_may_have_no_urn(self) -> None:
        for _ in range(2):
            operations.add_school(ADMIN, replace(self.draft, urn=""))
        db.session.commit()

    def test_closing_is_refused_with_a_field(self) -> None:
        oak = build.school()
        for closed_on, successor, field in (
            (None, None, "closed_on"),
            (date(2026, 11, 11), None, "closed_on"),
            (TODAY, oak.id, "successor_id"),
            (TODAY, 9999, "successor_id"),
        ):
            with pytest.raises(operations.RefusedFields) as refused:
                operations.close_school(ADMIN, oak, closed_on, successor, opened_with=1)
            assert list(refused.value.by_field) == [field]

    def test_steps_that_do_not_fit(self) -> None:
        oak, closed = build.school(), build.school("Cedar", status="closed")
        with pytest.raises(Refused):
            operations.close_school(ADMIN, closed, TODAY, None, opened_with=1)
        with pytest.raises(Refused):
            operations.reopen_school(ADMIN, oak, opened_with=1)
        with pytest.raises(operations.RefusedFields):
            operations.change_school(ADMIN, oak, replace(self.draft, status="closed"), opened_with=1)

    def test_roles_and_versions(self) -> None:
        oak = build.school()
        for actor in (WORKER, SAFEGUARDING, at(oak)):
            with pytest.raises(NotPermitted):
                operations.add_school(actor, self.draft)
            with pytest.raises(NotPermitted):
                operations.close_school(actor, oak, TODAY, None, opened_with=1)
        for act in (
            lambda: operations.change_school(ADMIN, oak, self.draft, opened_with=5),
            lambda: operations.close_school(ADMIN, oak, TODAY, None, opened_with=None),
            lambda: operations.reopen_school(ADMIN, oak, opened_with=0),
        ):
            with pytest.raises(EditConflict):
                act()


class TestLines:
    draft = rules.LineDraft(name="Early years", phase="early_years", planned_days=Decimal("7.5"))

    def test_added_and_changed(self) -> None:
        line = operations.add_line(ADMIN, self.draft)
        db.session.commit()
        assert line.planned_half_days == 15
        operations.change_line(ADMIN, line.id, replace(self.draft, is_active=False), opened_with=1)
        db.session.commit()
        assert (line.is_active, line.version) == (False, 2)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": "Primary outreach"}, "name"),
            ({"name": ""}, "name"),
            ({"phase": "adult"}, "phase"),
            ({"route": "magic"}, "route"),
            ({"cut_off_weekday": 6}, "cut_off_weekday"),
            ({"cut_off_time": None}, "cut_off_time"),
            ({"longest_weeks": 4, "review_week": 2}, "longest_weeks"),
            ({"review_week": 20}, "review_week"),
            ({"observation_weeks": 0}, "observation_weeks"),
            ({"group_limit": 31}, "group_limit"),
            ({"planned_days": Decimal("0.25")}, "planned_days"),
            ({"calendar_id": 9999}, "calendar_id"),
        ],
    )
    def test_each_refusal(self, changes: dict[str, object], field: str) -> None:
        with pytest.raises(operations.RefusedFields) as refused:
            operations.add_line(ADMIN, replace(self.draft, **changes))  # type: ignore[arg-type]
        assert list(refused.value.by_field) == [field]

    def test_roles_versions_and_strangers(self) -> None:
        line = build.line()
        with pytest.raises(NotPermitted):
            operations.add_line(WORKER, self.draft)
        with pytest.raises(EditConflict):
            operations.change_line(ADMIN, line.id, self.draft, opened_with=7)
        with pytest.raises(OutOfReach):
            operations.change_line(ADMIN, 9999, self.draft, opened_with=1)

    def test_the_first_day_s_seed_is_sown_once(self) -> None:
        before = (count(ServiceLine), count(TermCalendar), count(Term))
        operations.ensure_default_lines_and_calendar()
        assert (count(ServiceLine), count(TermCalendar), count(Term)) == before == (2, 1, 9)


class TestCalendars:
    @pytest.fixture
    def calendar(self) -> TermCalendar:
        return queries.calendar_for(queries.calendars()[0][0])

    @pytest.fixture
    def empty(self) -> TermCalendar:
        made = TermCalendar(name="Empty")
        record(None, "term calendar added", made)
        return made

    def test_a_term_is_added_changed_and_removed(self, empty: TermCalendar) -> None:
        term = operations.save_term(
            ADMIN, empty, rules.Term("Autumn", date(2026, 9, 2), date(2026, 12, 18)), opened_with=1
        )
        db.session.commit()
        assert empty.version == 2
        draft = rules.Term("Autumn", date(2026, 9, 3), date(2026, 12, 18))
        operations.save_term(ADMIN, empty, draft, opened_with=2, part_id=term.id)
        db.session.commit()
        assert (term.starts_on, empty.version) == (date(2026, 9, 3), 3)
        operations.remove_term(ADMIN, empty, term.id, opened_with=3)
        db.session.commit()
        assert (empty.terms, empty.version) == ([], 4)

    def test_a_closure_is_added_changed_and_removed(self, calendar: TermCalendar) -> None:
        before = len(calendar.closures)
        day = date(2026, 11, 12)
        assert queries.calendar_of(None).is_school_day(day)
        closure = operations.save_closure(ADMIN, calendar, rules.Term("Snow", day, day), opened_with=calendar.version)
        db.session.commit()
        assert not queries.calendar_of(None).is_school_day(day)
        operations.remove_closure(ADMIN, calendar, closure.id, opened_with=calendar.version)
        db.session.commit()
        assert len(calendar.closures) == before
        assert queries.calendar_of(None).is_school_day(day)

    def test_dates_that_do_not_fit_are_refused_and_nothing_is_kept(self, calendar: TermCalendar) -> None:
        db.session.commit()
        calendar_id, terms = calendar.id, count(Term)
        for draft in (
            rules.Term("Again", date(2026, 10, 1), date(2026, 11, 1)),
            rules.Term("Backwards", date(2029, 11, 2), date(2029, 11, 1)),
        ):
            with pytest.raises(Refused, match=draft.name):
                operations.save_term(ADMIN, calendar, draft, opened_with=calendar.version)
            calendar = queries.calendar_for(calendar_id)
            assert count(Term) == terms

    def test_names_are_unique(self, calendar: TermCalendar) -> None:
        db.session.commit()
        with pytest.raises(operations.RefusedFields):
            operations.add_calendar(ADMIN, "Term dates")
        with pytest.raises(operations.RefusedFields):
            operations.add_calendar(ADMIN, " ")
        other = operations.add_calendar(ADMIN, "Academies")
        assert {term.starts_on.year for term in other.terms} == {2026, 2027, 2028}
        operations.change_calendar(ADMIN, other, "Trust", opened_with=1)
        assert other.name == "Trust"

    def test_roles_versions_and_strangers(self, calendar: TermCalendar) -> None:
        draft = rules.Term("Snow", TODAY, TODAY)
        with pytest.raises(NotPermitted):
            operations.save_term(WORKER, calendar, draft, opened_with=1)
        with pytest.raises(NotPermitted):
            operations.remove_closure(WORKER, calendar, calendar.closures[0].id, opened_with=1)
        with pytest.raises(EditConflict):
            operations.save_closure(ADMIN, calendar, draft, opened_with=9)
        with pytest.raises(EditConflict):
            operations.remove_term(ADMIN, calendar, calendar.terms[0].id, opened_with=None)
        with pytest.raises(OutOfReach):
            operations.save_term(ADMIN, calendar, draft, opened_with=1, part_id=9999)


def test_an_unrecorded_change_could_not_be_committed(as_actor: Callable[..., Actor]) -> None:
    """The control of all the above: the net under the session catches an operation that forgets its audit line."""
    pupil = build.pupil(build.school().id)
    db.session.commit()
    pupil.phone = "1"
    with pytest.raises(Exception, match="without an audit line"):
        db.session.commit()
