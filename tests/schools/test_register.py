"""The national register: what its lines say, what an import does to the schools, and how they are found."""

import shutil
from datetime import date

import pytest

from portal.accounts.operations.people import add_role, end_role
from portal.accounts.queries import actor_of, find_schools, schools_to_choose
from portal.accounts.rules import RoleDraft
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.kernel.errors import Refused
from portal.policy import Role
from portal.schools import operations, queries
from portal.schools.models import School
from portal.schools.operations import import_schools
from portal.schools.rules import register as rules
from portal.tasks.models import Task
from tests import builders_schools as build
from tests import people
from tests.register_file import HEADINGS, schools, write_register
from tests.statements import statements


def counts(result):
    return result.new, result.changed, result.closed, result.left_alone, len(result.refused)


def by_urn(urn):
    return db.session.scalars(db.select(School).where(School.urn == urn)).one()


def lines_about(school_id):
    return list(
        db.session.scalars(
            db.select(AuditLine.action).where(AuditLine.kind == "school", AuditLine.record_id == school_id)
        )
    )


def test_the_register_goes_in_and_a_second_time_changes_nothing(unit, tmp_path):
    path = write_register(tmp_path / "register.csv", schools(300))
    first = import_schools(path)
    assert counts(first) == (300, 0, 0, 0, 0)
    assert counts(import_schools(path)) == (0, 0, 0, 300, 0)
    shape = db.session.execute(
        db.select(School.status, db.func.count()).where(School.urn.is_not(None)).group_by(School.status)
    )
    assert dict(map(tuple, shape)) == {"open": 138, "closed": 150, "closing": 6, "proposed": 6}
    school = by_urn("100001")
    assert (school.phase in rules._PHASES.values(), school.closed_on) == (True, date(2019, 8, 31))
    assert not school.is_ours
    assert lines_about(school.id) == ["school added from the register"]
    assert school.version == 1
    db.session.commit()  # the net has nothing to say


def test_columns_may_move_and_come_and_go(unit, tmp_path):
    rows = list(schools(40))
    import_schools(write_register(tmp_path / "a.csv", rows))
    moved = [h for h in reversed(HEADINGS) if h not in ("Street", "Town")] + ["A new column"]
    assert counts(import_schools(write_register(tmp_path / "b.csv", rows, headings=moved))) == (0, 0, 0, 40, 0)
    needed = list(rules.REQUIRED.values())
    assert counts(import_schools(write_register(tmp_path / "c.csv", rows, headings=needed))) == (0, 0, 0, 40, 0)
    assert by_urn("100000").town, "a column that is not there takes nothing away"
    with pytest.raises(Refused, match=r"no column LA \(code\), PhaseOfEducation \(name\)"):
        import_schools(write_register(tmp_path / "d.csv", rows, headings=["URN", *needed[1:2], *needed[3:5]]))


def test_a_bad_line_is_named_and_the_others_go_in(unit, tmp_path):
    place = HEADINGS.index

    def spoil(line, cells):
        changes = {
            5: ("EstablishmentStatus (name)", "Asleep"),
            7: ("URN", "12345"),
            9: ("EstablishmentName", ""),
            11: ("PhaseOfEducation (name)", "=1+1"),
            13: ("CloseDate", "31-02-2020"),
            15: ("EstablishmentName", "x" * 201),
            17: ("URN", "100000"),
            19: ("EstablishmentName", "bad \udc81 byte"),
            21: ("LA (code)", "Devon"),
            23: ("EstablishmentName", "nul \x00"),
        }
        if line in changes:
            heading, text = changes[line]
            cells[place(heading)] = text
        return cells[:3] if line == 25 else cells

    result = import_schools(write_register(tmp_path / "bad.csv", schools(60), spoil=spoil))
    assert counts(result) == (49, 0, 0, 0, 11)
    told = {refused.line: refused.reason for refused in result.refused}
    assert sorted(told) == [5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25]
    assert told[17] == "URN 100000 stands in line 2 already."
    assert "Asleep" in told[5]
    assert "six digits" in told[7]


def test_what_changed_is_told_apart_from_what_closed(unit, tmp_path):
    rows = list(schools(20, closed_every=100))
    for number, row in enumerate(rows):
        row["EstablishmentNumber"] = f"{2000 + number}"
    import_schools(write_register(tmp_path / "a.csv", rows))
    own = build.school("Kept by hand", urn="200000", telephone="01803 1")
    rows[2]["EstablishmentName"] = "St. Brigid’s"
    rows[3] |= {"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"}
    by_hand = {**rows[0], "URN": "200000", "EstablishmentName": "Kept by hand", "TelephoneNum": "", "Town": ""}
    result = import_schools(write_register(tmp_path / "b.csv", [*rows, by_hand]))
    assert counts(result) == (0, 2, 1, 18, 0)
    assert (by_urn("100003").status, by_urn("100003").closed_on) == ("closed", date(2026, 8, 31))
    assert lines_about(by_urn("100003").id)[-1] == "school closed by the register"
    assert by_urn("100002").version == 2
    assert (own.telephone, own.is_ours, own.town) == ("01803 1", True, "Torquay")
    assert [row.name for row in queries.find_schools("st brigids").found] == ["St. Brigid’s"]
    # what was closed here stays closed, whatever the register still says
    by_urn("100005").status = "closed"
    db.session.flush()
    assert counts(import_schools(tmp_path / "b.csv")) == (0, 0, 0, 21, 0)


def test_a_conversion_leads_to_its_successor_and_keeps_what_the_service_knows(unit, tmp_path):
    old = build.school("Larch School", urn="100000", town="Exeter")
    build.pupil(old.id)
    rows = list(schools(6, closed_every=100))
    for number, row in enumerate(rows):
        row["EstablishmentNumber"] = f"{2000 + number}"
    rows[0] |= {"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"}
    rows[1] |= {"LA (code)": rows[0]["LA (code)"], "EstablishmentNumber": rows[0]["EstablishmentNumber"]}
    rows[3] |= {"EstablishmentStatus (name)": "Closed"}
    links = tmp_path / "links.csv"
    links.write_text('URN,LinkURN,LinkName,LinkType\n100003,100004,"A, B",Successor\n100004,100003,,Predecessor\nx,y\n')
    path = write_register(tmp_path / "a.csv", rows)
    result = import_schools(path, links)
    assert (result.linked, result.closed, result.new) == (2, 1, 5)
    assert (by_urn("100000").successor.urn, by_urn("100003").successor.urn) == ("100001", "100004")
    assert by_urn("100001").is_ours, "who took over from one of ours is ours"
    assert not by_urn("100004").is_ours
    again = import_schools(path, links)
    assert (again.linked, again.left_alone) == (0, 6)
    assert queries.school_row(old.id).successor_name == by_urn("100001").name


def test_forms_offer_what_the_service_works_with_and_a_search_finds_the_rest(unit, tmp_path):
    build.school("Ash Primary")
    import_schools(
        write_register(
            tmp_path / "a.csv",
            [{**row, "EstablishmentName": f"Éxample {row['URN']}", "Town": "Lyme Regis"} for row in schools(60)],
        )
    )
    assert [name for _, name in queries.school_choices()] == ["Ash Primary"]
    assert [name for _, name in schools_to_choose()] == ["Ash Primary, Torquay"]
    with statements() as sent:
        found = queries.find_schools("EXAMPLE lyme")
    assert len(sent) == 1
    assert (len(found.found), found.more) == (queries.schools.MOST_FOUND, True)
    assert queries.find_schools("10000").found[0].place.endswith("URN 100000")
    assert queries.find_schools("10").is_too_short
    assert queries.find_schools("_%_").found == find_schools("%%%").found == ()
    assert find_schools("100002").found[0].name == "Éxample 100002"
    other = by_urn("100002")
    assert (str(other.id), other.name) in queries.school_choices(also=str(other.id))
    for text in ("nonsense", "9" * 30, "-1", "'"):
        assert queries.school_choices(also=text) == queries.school_choices()


def test_a_school_comes_into_use_by_what_is_done_there(unit, tmp_path):
    ash = build.school("Ash Primary")
    import_schools(write_register(tmp_path / "a.csv", schools(30)))
    actor = actor_of(people.person("Admin", Role.COORDINATOR).id)
    somebody = people.person("Somebody", Role.SCHOOL, school_id=ash.id)
    add_role(actor, somebody.id, RoleDraft(Role.SCHOOL, by_urn("100002").id, None))
    assert by_urn("100002").is_ours
    assert "school taken into use" in lines_about(by_urn("100002").id)
    operations.work_with(actor, by_urn("100002"), False)
    assert not by_urn("100002").is_ours
    with pytest.raises(Refused, match="closed"):
        operations.work_with(actor, by_urn("100003"), True)


@pytest.mark.parametrize("text", ["", "URN,Name\n", "\ufeff"])
def test_another_file_is_refused_whole(unit, tmp_path, text):
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(Refused):
        import_schools(path)
    with pytest.raises(Refused, match="cannot be opened"):
        import_schools(tmp_path / "missing.csv")


def test_the_command_says_what_it_did(app, tmp_path):
    path = write_register(
        tmp_path / "a.csv", schools(12), encoding="utf-8-sig", spoil=lambda line, cells: cells if line != 4 else ["x"]
    )
    run = app.test_cli_runner().invoke(args=["import-schools", str(path)])
    assert run.exit_code == 0, run.output
    assert "11 new, 0 changed, 0 closed, 0 left alone, 1 refused." in run.output
    assert "Line 4 refused: The URN does not have six digits." in run.output
    again = app.test_cli_runner().invoke(args=["import-schools", str(path)])
    assert "0 new, 0 changed, 0 closed, 11 left alone, 1 refused." in again.output
    shutil.move(path, tmp_path / "b.csv")
    missing = app.test_cli_runner().invoke(args=["import-schools", str(path)])
    assert missing.exit_code == 1
    assert missing.output.count("\n") == 1


def test_pages_search_the_register(app, given, sign_in, tmp_path):
    def make():
        build.school("Ash Primary")
        ash = db.session.scalars(db.select(School)).one()
        import_schools(write_register(tmp_path / "a.csv", schools(80, closed_every=100)))
        return (
            people.person("Admin", Role.ADMIN).id,
            people.person("Senco", Role.SCHOOL, school_id=ash.id).id,
            by_urn("100002").id,
            by_urn("100003").id,
        )

    admin_id, senco_id, second, third = given(make)
    admin, senco = sign_in(admin_id), sign_in(senco_id)
    assert admin.get("/schools/").text.count('data-label="Town"') == 1
    assert admin.get("/schools/?which=all").text.count('data-label="Town"') == 50
    found = admin.get("/schools/?q=100002").text
    assert "In the register only" in found
    assert f"/schools/{second}" in found
    assert admin.get("/schools/?q=10").text.count("Type three letters") == 1
    assert admin.post(f"/schools/{second}/steps/work-with").status_code == 303
    assert admin.get("/schools/").text.count('data-label="Town"') == 2
    assert admin.post(f"/schools/{second}/steps/nonsense").status_code == 404
    assert senco.post(f"/schools/{second}/steps/leave").status_code == 403
    assert senco.get(f"/schools/{third}").status_code == 404
    for address in ("/people/invite", "/visits/"):
        assert admin.get(f"{address}?find=%00%C3%BF{'x' * 3000}&school=99999999999999").status_code in (200, 403)


def moves():
    rows = db.session.execute(
        db.select(Task.role, Task.school_id, Task.title).where(Task.rule == "move_people", Task.done_at.is_(None))
    )
    return [tuple(row) for row in rows]


def test_a_school_that_closes_with_people_asks_the_coordinator_to_move_them(unit, tmp_path):
    rows = list(schools(4, closed_every=9))
    import_schools(write_register(tmp_path / "a.csv", rows))
    school = by_urn(rows[0]["URN"])
    senco = people.person("Ash Senco", Role.SCHOOL, school_id=school.id)
    for row in rows[:2]:
        row.update({"EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2026"})
    import_schools(write_register(tmp_path / "b.csv", rows))
    assert moves() == [("coordinator", school.id, f"{school.name} closed: move its people")]
    earlier = build.school("Long Closed", status="closed")
    people.person("Hedda Head", Role.HEAD, school_id=earlier.id)
    import_schools(tmp_path / "b.csv")
    assert [row[1] for row in moves()] == [school.id, earlier.id]
    db.session.commit()
    admin = people.person("Ada Min", Role.ADMIN)
    end_role(actor_of(admin.id), senco.id, senco.roles[0].id, None)
    assert [row[1] for row in moves()] == [earlier.id]


def test_closing_by_hand_asks_too_and_reopening_settles_it(unit):
    school = build.school()
    people.person("Hedda Head", Role.HEAD, school_id=school.id)
    boss = actor_of(people.person("Cora Ordinator", Role.COORDINATOR).id)
    operations.close_school(boss, school, date(2026, 8, 31), None, opened_with=school.version)
    assert [row[1] for row in moves()] == [school.id]
    operations.reopen_school(boss, school, opened_with=school.version)
    assert moves() == []
