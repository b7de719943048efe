"""Kept files lie encrypted under random names, follow their rows, and are scanned by the worker."""

import shutil
import subprocess
import time
from dataclasses import replace

import pytest

from portal.extensions import db
from portal.files import operations, queries, rules, scanner, store, web, worker
from portal.files.models import StoredFile
from portal.kernel import audit, jobs
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.unit_of_work import writing
from portal.notices.models import Notice
from portal.policy import Actor, Role
from tests import builders_files as given_files
from tests import people
from tests.clamav import EICAR
from tests.clamav import scanner as scanning_peer

ENGINES = ("sqlite",)
PDF = given_files.PDF
HARMFUL = PDF.replace(b"%%EOF", EICAR + b"\n%%EOF")


@pytest.fixture(autouse=True)
def in_context(app):
    with app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def sam() -> Actor:
    with writing():
        person = people.person("Sam School", Role.WORKER)
        return Actor(person.id, person.name, ())


def _keep(actor, content=PDF, name="Plan of Ann Other.pdf"):
    with writing():
        return operations.keep(actor, name, content, kind="referral", record_id=12, url="/referrals/R-2026-0012").id


def _work():
    while jobs.run_next():
        pass
    db.session.rollback()


def _the_row():
    (row,) = queries.files_of("referral", 12)
    return row


def _on_disk(app):
    return list(app.extensions["config"].instance.glob("files/*/*"))


def test_a_kept_file_lies_encrypted_under_a_random_name(app, sam):
    _keep(sam)
    (path,) = _on_disk(app)
    assert b"PDF" not in path.read_bytes()
    assert path.name == _the_row().place
    assert "plan" not in str(path).lower()
    assert path.stat().st_mode & 0o077 == 0
    assert store.read(_the_row().place) == PDF
    stored = db.session.execute(db.text("SELECT name FROM stored_file")).scalar_one()
    assert "Ann" not in stored
    assert _the_row().name == "Plan of Ann Other.pdf"
    assert _the_row().state_words == "Not scanned for viruses: no scanner is set up"
    assert db.session.scalars(db.select(audit.AuditLine.action)).all()[-1] == "file added"


def test_a_removed_file_is_gone_from_the_disk_once_it_is_committed(app, sam):
    file_id = _keep(sam)
    with pytest.raises(OutOfReach):
        operations.remove(sam, file_id, kind="referral", record_id=13)
    db.session.rollback()
    with writing():
        operations.remove(sam, file_id, kind="referral", record_id=12)
    assert len(_on_disk(app)) == 1
    _work()
    assert _on_disk(app) == []
    assert queries.files_of("referral", 12) == ()


def test_a_removal_that_is_rolled_back_leaves_the_file(app, sam):
    file_id = _keep(sam)
    with pytest.raises(RuntimeError), writing():
        operations.remove(sam, file_id, kind="referral", record_id=12)
        raise RuntimeError
    _work()
    assert store.read(_the_row().place) == PDF


def test_what_a_rolled_back_unit_left_is_swept_and_what_has_a_row_stays(app, sam, monkeypatch):
    _keep(sam)
    with pytest.raises(RuntimeError), writing():
        operations.keep(sam, "b.pdf", PDF, kind="referral", record_id=12)
        raise RuntimeError
    store._path(store.new_place()).with_suffix(".part").parent.mkdir()
    assert len(_on_disk(app)) == 2
    assert worker.sweep() == 0  # a unit may still be under way
    monkeypatch.setattr(worker, "ORPHANED_AFTER", worker.ORPHANED_AFTER * 0 - worker.SWEPT_EVERY)
    assert worker.sweep() == 1
    assert [path.name for path in _on_disk(app)] == [_the_row().place]


def test_a_lost_file_is_said_in_words(sam):
    _keep(sam)
    store.delete(_the_row().place)
    with pytest.raises(Refused, match="cannot be read from the portal's store"):
        store.read(_the_row().place)


def test_a_record_holds_so_many_files_and_no_more(sam, monkeypatch):
    monkeypatch.setattr(rules, "MOST_FILES", 1)
    _keep(sam)
    with pytest.raises(Refused, match="Remove one first"):
        _keep(sam)


@pytest.fixture
def with_scanner(app):
    with scanning_peer() as peer:
        app.extensions["config"] = replace(app.extensions["config"], clamav=peer.address)
        yield peer


def test_with_a_scanner_a_file_waits_until_it_was_found_clean(app, sam, with_scanner):
    _keep(sam)
    row = _the_row()
    assert row.state_words == "Waits for the virus scan"
    assert row.is_given_to(sam.person_id)
    assert not row.is_given_to(sam.person_id + 1)
    with app.test_request_context(), pytest.raises(Refused, match="waits for the virus scan"):
        web.attachment(row)
    _work()
    assert with_scanner.streams == [PDF]
    assert _the_row().state_words == "Scanned, nothing found"
    assert _the_row().is_given_to(None)


def test_a_harmful_file_is_deleted_and_its_keeper_is_told(app, sam, with_scanner):
    _keep(sam, HARMFUL)
    _work()
    assert _the_row().state_words == "Harmful, deleted"
    assert not _the_row().is_given_to(sam.person_id)
    assert _on_disk(app) == []
    notice = db.session.scalars(db.select(Notice)).one()
    assert (notice.kind, notice.recipient, notice.url) == (
        "file_refused",
        f"person-{sam.person_id}",
        "/referrals/R-2026-0012",
    )
    with app.test_request_context(), pytest.raises(Refused, match="harmful"):
        web.attachment(_the_row())


def test_a_scan_that_did_not_work_is_tried_again(app, clock, sam, with_scanner):
    with_scanner.answer = b"INSTREAM size limit exceeded. ERROR\0"
    _keep(sam)
    _work()
    assert _the_row().state_words.startswith("The virus scan has not worked")
    assert not _the_row().is_given_to(sam.person_id + 1)
    with_scanner.answer = None
    clock.forward(minutes=2)
    _work()
    assert _the_row().state is rules.State.CLEAN


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:/nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_is_an_error_of_its_own(address):
    with pytest.raises(scanner.ScannerUnavailable):
        scanner.scan(address, PDF, patience=1)


def test_a_large_file_is_streamed_whole(with_scanner):
    content = PDF * 60_000
    assert scanner.scan(with_scanner.address, content) is scanner.Verdict.CLEAN
    assert with_scanner.streams == [content]


@pytest.mark.skipif(shutil.which("clamd") is None, reason="this machine has no clamd")
def test_a_real_clamd_finds_the_test_virus(tmp_path):
    socket_path = tmp_path / "clamd.ctl"
    signatures = tmp_path / "signatures"
    signatures.mkdir()
    (signatures / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR[:30].hex()}\n")
    settings = f"LocalSocket {socket_path}\nDatabaseDirectory {signatures}\nForeground yes\n"
    (tmp_path / "clamd.conf").write_text(settings)
    with subprocess.Popen(["clamd", "-c", str(tmp_path / "clamd.conf")]) as clamd:
        try:
            _until_there(socket_path)
            assert scanner.scan(f"unix:{socket_path}", PDF) is scanner.Verdict.CLEAN
            assert scanner.scan(f"unix:{socket_path}", HARMFUL) is scanner.Verdict.INFECTED
        finally:
            clamd.terminate()


def _until_there(path):
    for _ in range(300):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError("clamd did not start")


def test_the_attachment_is_saved_and_never_shown(app, sam):
    _keep(sam, name="Plan für Ann.pdf")
    with app.test_request_context():
        answer = web.attachment(_the_row())
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "f%C3%BCr" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "application/pdf"
        answer.direct_passthrough = False
        assert answer.get_data() == PDF


def test_what_was_kept_without_a_scanner_is_not_scanned_later_by_itself(sam):
    _keep(sam)
    assert db.session.scalars(db.select(jobs.Job)).all() == []
    assert db.session.scalars(db.select(StoredFile)).one().state == "not_scanned"
