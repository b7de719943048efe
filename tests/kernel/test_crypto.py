"""Free text is sealed with the first key and read with any; digests keep one use from standing in for another."""

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from portal.extensions import db
from portal.kernel import crypto
from portal.kernel.errors import PortalError
from portal.schools.models import Pupil
from tests import people

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def with_keys(app):
    def use(keys):
        app.extensions["data_keys"] = crypto.ring(keys)

    return use


def test_the_first_key_seals_and_any_key_opens(app, with_keys):
    with app.app_context():
        with_keys(OLD)
        sealed = crypto.seal("what Ada said")
        with_keys(f"{NEW}, {OLD}")
        assert crypto.unseal(sealed) == "what Ada said"
        fresh = crypto.seal("what Ada said")
        with_keys(NEW)
        assert crypto.unseal(fresh) == "what Ada said"
        with pytest.raises(PortalError):
            crypto.unseal(sealed)


def test_a_column_is_read_after_the_keys_were_turned_over(app, unit, with_keys):
    with_keys(OLD)
    pupil = Pupil(school_id=people.school().id, given_name="Ada", family_name="Test", diagnosis="nobody may read this")
    people.record(None, "pupil added", pupil)
    db.session.commit()
    with_keys(f"{NEW},{OLD}")
    db.session.expire_all()
    assert db.session.scalars(sa.select(Pupil.diagnosis)).one() == "nobody may read this"


def test_a_wrong_key_is_an_error_of_the_portal_that_names_the_setting_and_no_text(app, unit, with_keys):
    with_keys(OLD)
    pupil = Pupil(school_id=people.school().id, given_name="Ada", family_name="Test", diagnosis="nobody may read this")
    people.record(None, "pupil added", pupil)
    db.session.commit()
    with_keys(NEW)
    db.session.expire_all()
    with pytest.raises(PortalError, match="DATA_KEYS") as caught:
        db.session.scalars(sa.select(Pupil.diagnosis)).one()
    assert "nobody" not in str(caught.value)


def test_the_same_text_is_never_sealed_alike(app):
    with app.app_context():
        assert crypto.seal("yes") != crypto.seal("yes")


@pytest.mark.parametrize("text", ["", "é", "😀" * 100, "\u202eabc", "x" * crypto.LONGEST_TEXT])
def test_any_text_comes_back_as_it_was(app, text):
    with app.app_context():
        assert crypto.unseal(crypto.seal(text)) == text


def test_what_is_no_sealed_text_is_refused(app):
    with app.app_context():
        for damaged in ("", "plain words", crypto.seal("x")[:-4]):
            with pytest.raises(PortalError):
                crypto.unseal(damaged)


def test_digests_depend_on_purpose_text_and_secret(app):
    with app.app_context():
        first = crypto.keyed_digest("session", "token")
        assert first == crypto.keyed_digest("session", "token")
        assert len({first, crypto.keyed_digest("link", "token"), crypto.keyed_digest("session", "token2")}) == 3
        app.config["SECRET_KEY"] = "another secret of at least thirty-two characters"
        assert crypto.keyed_digest("session", "token") != first


def test_what_is_written_about_children_is_sealed_in_every_table():
    """Columns whose names speak of long free text are of the sealed type; the catalogue of training
    is public, and so are the words of other languages."""
    telling = {"concern", "note", "notes", "words", "summary", "strengths", "diagnosis", "reason"}
    plain = [
        f"{table.name}.{column.name}"
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name in telling and not isinstance(column.type, crypto.EncryptedText)
        if table.name not in ("training_topic", "training_programme", "translation")
    ]
    assert plain == []
