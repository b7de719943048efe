"""The audit trail and the net under it; sealing and tampering."""

import random

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import audit, seals
from portal.kernel.audit import AuditLine, UnrecordedChange
from portal.policy import Actor, Role
from portal.schools.models import School
from tests import people

SOMEBODY = Actor(5, "Somebody", ())


def test_a_change_that_nobody_recorded_cannot_be_committed(unit):
    db.session.add(School(name="Ash", kind="school", phase="Primary", status="Open"))
    with pytest.raises(UnrecordedChange, match="School"):
        db.session.commit()


def test_a_recorded_change_is_committed_with_its_line_and_field_names_but_no_value(unit):
    school = people.school("Ash Primary")
    db.session.commit()
    school.name = "A name that must not be in the trail"
    audit.record(SOMEBODY, "school changed", school)
    db.session.commit()
    line = db.session.scalars(select(AuditLine).order_by(AuditLine.id.desc())).first()
    assert (line.action, line.kind, line.record_id, line.fields) == ("school changed", "school", school.id, "name")
    assert line.person_id == 5


def test_recording_another_record_does_not_cover_a_change(unit):
    one, other = people.school("One"), people.school("Other")
    db.session.commit()
    other.name = "Changed in silence"
    audit.record(SOMEBODY, "school changed", one)
    with pytest.raises(UnrecordedChange):
        db.session.commit()


def test_recording_the_whole_covers_its_parts(unit):
    person = people.person("Worker One", Role.WORKER)
    db.session.commit()
    person.roles[0].ends_on = people.SINCE
    audit.record(SOMEBODY, "role ended", person)
    db.session.commit()


def test_deleting_in_silence_is_refused(unit):
    school = people.school()
    db.session.commit()
    db.session.delete(school)
    with pytest.raises(UnrecordedChange):
        db.session.commit()


@pytest.mark.parametrize("statement", [update(School).values(name="x"), delete(School)], ids=["update", "delete"])
def test_bulk_statements_on_audited_tables_are_refused(unit, statement):
    with pytest.raises(UnrecordedChange, match="bulk"):
        db.session.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE audit_line SET action = 'x'", "DELETE FROM audit_line"])
def test_the_database_itself_refuses_to_change_the_trail(unit, statement):
    people.school()
    db.session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))


def test_the_trail_outlives_what_it_speaks_of(unit):
    school = people.school()
    db.session.commit()
    school_id = school.id
    audit.record(SOMEBODY, "school erased", school)
    db.session.delete(school)
    db.session.commit()
    assert db.session.scalars(select(AuditLine.action).where(AuditLine.record_id == school_id)).all()


def _sealed_lines(count):
    for number in range(count):
        audit.record_act(SOMEBODY, f"act {number}", "thing", number)
    db.session.flush()
    while seals.seal_new_lines():
        pass
    db.session.commit()


def _without_triggers():
    if db.engine.dialect.name == "sqlite":
        for what in ("update", "delete"):
            db.session.execute(text(f"DROP TRIGGER audit_line_no_{what}"))
            db.session.execute(text(f"DROP TRIGGER audit_seal_no_{what}"))
    else:
        db.session.execute(text("ALTER TABLE audit_line DISABLE TRIGGER ALL"))
        db.session.execute(text("ALTER TABLE audit_seal DISABLE TRIGGER ALL"))


def test_a_whole_chain_verifies_and_lines_are_sealed_once(unit):
    _sealed_lines(25)
    assert seals.seal_new_lines() == 0
    assert seals.verify() == []


TAMPERINGS = {
    "changed": lambda n: [f"UPDATE audit_line SET action = 'other' WHERE id = {n}"],
    "another person": lambda n: [f"UPDATE audit_line SET person_id = 6 WHERE id = {n}"],
    "lost": lambda n: [f"DELETE FROM audit_line WHERE id = {n}"],
    "lost with its seal": lambda n: [
        f"DELETE FROM audit_seal WHERE line_id = {n}",
        f"DELETE FROM audit_line WHERE id = {n}",
    ],
    "reordered": lambda n: [
        f"UPDATE audit_seal SET line_id = -1 WHERE line_id = {n}",
        f"UPDATE audit_seal SET line_id = {n} WHERE line_id = {n + 1}",
        f"UPDATE audit_seal SET line_id = {n + 1} WHERE line_id = -1",
    ],
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampering_is_found(unit, what):
    _sealed_lines(30)
    _without_triggers()
    lines = db.session.scalars(select(AuditLine.id).order_by(AuditLine.id)).all()
    for number in random.Random(7).sample(lines[5:-5], 4):
        nested = db.session.begin_nested()
        for statement in TAMPERINGS[what](number):
            db.session.execute(text(statement))
        db.session.expire_all()
        assert seals.verify(), (what, number)
        nested.rollback()


def test_a_person_is_audited_and_their_password_never_in_the_trail(unit):
    person = people.person("Worker One", Role.WORKER)
    db.session.commit()
    person.password_hash = "secret-hash"
    audit.record(SOMEBODY, "password set", person)
    db.session.commit()
    assert isinstance(person, Person)
    fields = db.session.scalars(select(AuditLine.fields).where(AuditLine.action == "password set")).one()
    assert fields == "password_hash"
