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


def test_secrets_do_not_show_in_a_traceback(tmp_path):
    config = from_environment(GOOD | {"INSTANCE_FOLDER": str(tmp_path)})
    assert GOOD["SECRET_KEY"] not in repr(config)
    assert GOOD["DATA_KEYS"] not in repr(config)


def test_a_database_without_a_mode_is_production(tmp_path):
    with pytest.raises(WrongSetting):
        from_environment({"DATABASE_URL": "postgresql://x/y", "INSTANCE_FOLDER": str(tmp_path)})
