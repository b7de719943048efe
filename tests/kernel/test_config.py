"""A wrong setting keeps the portal from starting, with a sentence that says the mend."""

import pytest
from cryptography.fernet import Fernet

from portal.config import WrongSetting, from_environment

GOOD = {
    "PORTAL_MODE": "production",
    "SECRET_KEY": "x" * 40,
    "DATA_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgresql://portal@db/portal",
    "PUBLIC_BASE_URL": "https://portal.example.org",
    "TRUSTED_HOSTS": "portal.example.org",
}


def test_production_starts_with_all_that_it_needs(tmp_path):
    config = from_environment(GOOD | {"INSTANCE_FOLDER": str(tmp_path)})
    assert config.mode == "production"
    assert config.database_url == "postgresql+psycopg://portal@db/portal"
    assert config.secure_cookies


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
        ({"DATA_KEYS": ""}, "DATA_KEYS is missing"),
        ({"DATA_KEYS": "not a key"}, "DATA_KEYS holds"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL begins with"),
        ({"PUBLIC_BASE_URL": ""}, "PUBLIC_BASE_URL is missing"),
        ({"PUBLIC_BASE_URL": "http://portal.example.org"}, "https://"),
        ({"PUBLIC_BASE_URL": "portal"}, "not an address"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS is missing"),
        ({"PORTAL_MODE": "staging"}, "PORTAL_MODE is"),
        ({"FLASK_DEBUG": "1"}, "debug"),
        ({"PROXY_HOPS": "many"}, "PROXY_HOPS"),
        ({"SMTP_URL": "mail.example.org", "MAIL_FROM": "a@example.org"}, "SMTP_URL is not"),
        ({"SMTP_URL": "https://mail.example.org", "MAIL_FROM": "a@example.org"}, "SMTP_URL is not"),
        ({"SMTP_URL": "smtp://mail.example.org:99999", "MAIL_FROM": "a@example.org"}, "SMTP_URL is not"),
        ({"SMTP_URL": "smtp://me:secret@mail.example.org", "MAIL_FROM": "a@example.org"}, "unencrypted"),
        ({"SMTP_URL": "smtps://mail.example.org"}, "MAIL_FROM is not"),
        ({"SMTP_URL": "smtps://mail.example.org", "MAIL_FROM": "a@b.org\nBcc: c@d.org"}, "MAIL_FROM is not"),
        ({"CLAMAV_URL": "clamd"}, "CLAMAV_URL is not"),
        ({"CLAMAV_URL": "unix://run/clamd"}, "CLAMAV_URL is not"),
        ({"CLAMAV_URL": "tcp://scanner:99999"}, "CLAMAV_URL is not"),
    ],
)
def test_production_refuses(tmp_path, change, named):
    with pytest.raises(WrongSetting, match=named):
        from_environment(GOOD | change | {"INSTANCE_FOLDER": str(tmp_path)})


def test_the_demonstration_makes_its_own_secrets_once(tmp_path):
    first = from_environment({"INSTANCE_FOLDER": str(tmp_path / "new")})
    second = from_environment({"INSTANCE_FOLDER": str(tmp_path / "new")})
    assert first.demonstration
    assert (first.secret_key, first.data_keys) == (second.secret_key, second.data_keys)
    assert len(first.secret_key) >= 32
    assert (tmp_path / "new" / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 25, "none", "", "")),
        ("smtp+starttls://me%40x:p%3Aw@mail.example.org", ("mail.example.org", 587, "starttls", "me@x", "p:w")),
        ("smtps://me:secret@mail.example.org:1465", ("mail.example.org", 1465, "tls", "me", "secret")),
        ("smtp://me:secret@127.0.0.1:2525", ("127.0.0.1", 2525, "none", "me", "secret")),
    ],
)
def test_the_mail_server_is_read_from_its_address(tmp_path, url, wanted):
    change = {"SMTP_URL": url, "MAIL_FROM": "portal@example.org", "INSTANCE_FOLDER": str(tmp_path)}
    mail = from_environment(GOOD | change).mail
    assert (mail.host, mail.port, mail.security, mail.user, mail.password) == wanted
    assert "secret" not in repr(mail)


def test_without_mail_server_or_scanner_the_portal_starts(tmp_path):
    config = from_environment(GOOD | {"INSTANCE_FOLDER": str(tmp_path)})
    assert config.mail is None
    assert config.clamav is None


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:3310", "unix:/run/clamav/clamd.ctl"])
def test_the_scanner_is_taken_by_either_address(tmp_path, url):
    assert from_environment(GOOD | {"CLAMAV_URL": url, "INSTANCE_FOLDER": str(tmp_path)}).clamav == url


def test_secrets_do_not_show_in_a_traceback(tmp_path):
    config = from_environment(GOOD | {"INSTANCE_FOLDER": str(tmp_path)})
    assert GOOD["SECRET_KEY"] not in repr(config)
    assert GOOD["DATA_KEYS"] not in repr(config)


def test_a_database_without_a_mode_is_production(tmp_path):
    with pytest.raises(WrongSetting):
        from_environment({"DATABASE_URL": "postgresql://x/y", "INSTANCE_FOLDER": str(tmp_path)})
