"""Migrations: from nothing to the models on both engines, never losing rows in silence."""

import contextlib
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext

from portal.app import create_app
from portal.config import ROOT
from portal.extensions import db
from tests.conftest import configuration

FIRST = """
revision = "9001"
down_revision = None
branch_labels = depends_on = None

import sqlalchemy as sa
from alembic import op


def upgrade():
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
    op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE", name="fk_child_parent")),
    )
"""

SECONDS = {
    # Rebuilds the table on SQLite: with foreign keys on, this deleted every child.
    "rebuild": 'with op.batch_alter_table("parent", recreate="auto") as b:\n'
    '        b.alter_column("name", type_=sa.String(200), existing_type=sa.String(20))',
    "lossy": 'op.execute("DELETE FROM child WHERE id = 1")',
    "broken": 'op.execute("INSERT INTO parent (id, name) VALUES (77, \'x\')")\n    raise RuntimeError("half way")',
    "drop": 'op.drop_table("child")',
    "orphans": """op.execute("UPDATE child SET parent_id = 99 WHERE id = 1")""",
}


@pytest.fixture
def empty_url(engine, tmp_path, request):
    """An empty database of the engine."""
    if engine == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server = sa.make_url(request.getfixturevalue("postgres_template"))
    with sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS portal_empty WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE portal_empty")
    return server.set(database="portal_empty").render_as_string(hide_password=False)


@pytest.fixture
def portal(empty_url, tmp_path):
    app = create_app(configuration(empty_url, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def scripts(tmp_path):
    """A folder of migrations with the portal's own env.py and two small migrations."""

    def make(second: str) -> AlembicConfig:
        folder = tmp_path / "scripts"
        if not folder.exists():
            (folder / "versions").mkdir(parents=True)
            shutil.copy(ROOT / "migrations" / "env.py", folder / "env.py")
        (folder / "versions" / "9001_first.py").write_text(FIRST)
        (folder / "versions" / "9002_second.py").write_text(
            'revision, down_revision, branch_labels, depends_on = "9002", "9001", None, None\n'
            "import sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n    " + SECONDS[second] + "\n"
        )
        config = AlembicConfig()
        config.set_main_option("script_location", str(folder))
        return config

    return make


def count(table):
    with db.engine.connect() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()


def begun(scripts, second):
    """The first migration is in, with three children of a parent."""
    config = scripts(second)
    command.upgrade(config, "9001")
    with db.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO parent (id, name) VALUES (1, 'one')"))
        connection.execute(sa.text("INSERT INTO child (id, parent_id) VALUES (1, 1), (2, 1), (3, 1)"))
    return config


def test_from_nothing_to_the_models(portal):
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    command.upgrade(config, "head")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, db.metadata) == []
        assert {"audit_line", "counter", "step_taken", "job"} <= set(sa.inspect(connection).get_table_names())
    command.upgrade(config, "head")  # a second time does nothing


def test_a_table_is_rebuilt_and_no_child_is_lost(portal, scripts):
    command.upgrade(begun(scripts, "rebuild"), "head")
    assert (count("parent"), count("child")) == (1, 3)


def test_a_migration_that_loses_rows_is_refused_and_nothing_of_it_stays(portal, scripts):
    config = begun(scripts, "lossy")
    with pytest.raises(Exception, match="rows would be lost") as caught:
        command.upgrade(config, "head")
    assert type(caught.value).__name__ == "RowsLost"
    assert count("child") == 3
    assert _revision() == "9001"


def test_a_migration_that_breaks_half_way_leaves_nothing(portal, scripts):
    config = begun(scripts, "broken")
    with pytest.raises(RuntimeError, match="half way"):
        command.upgrade(config, "head")
    assert count("parent") == 1
    assert _revision() == "9001"


def test_rows_that_point_at_nothing_are_refused(portal, scripts, engine):
    if engine != "sqlite":
        pytest.skip("PostgreSQL checks foreign keys itself")
    config = begun(scripts, "orphans")
    with pytest.raises(Exception, match="point at nothing"):
        command.upgrade(config, "head")
    assert (count("parent"), count("child")) == (1, 3)


def test_a_table_may_be_dropped_on_purpose(portal, scripts):
    command.upgrade(begun(scripts, "drop"), "head")
    assert "child" not in sa.inspect(db.engine).get_table_names()


@pytest.mark.parametrize("second", ["rebuild", "lossy", "broken"])
def test_foreign_keys_hold_again_afterwards(portal, scripts, engine, second):
    config = begun(scripts, second)
    with contextlib.suppress(Exception):  # two of the three are refused
        command.upgrade(config, "head")
    for _ in range(3):  # whichever connection of the pool it is
        if engine == "sqlite":
            with db.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO child (id, parent_id) VALUES (99, 99)"))


def test_foreign_keys_are_really_off_while_a_table_is_rebuilt(portal, scripts, engine):
    """The control: with foreign keys left on, the very same migration loses the children, and is refused for it."""
    if engine != "sqlite":
        pytest.skip("only SQLite rebuilds tables")
    config = begun(scripts, "rebuild")
    env = Path(config.get_main_option("script_location")) / "env.py"
    with_keys_on = env.read_text().replace('connection, "OFF"', 'connection, "ON"')
    assert with_keys_on != env.read_text()
    env.write_text(with_keys_on)
    with pytest.raises(Exception, match="rows would be lost"):
        command.upgrade(config, "head")
    assert count("child") == 3


def test_a_copy_of_the_file_is_kept_from_before(portal, scripts, engine, tmp_path):
    if engine != "sqlite":
        pytest.skip("PostgreSQL is copied by its own tools")
    config = begun(scripts, "rebuild")
    assert not list(tmp_path.glob("*before*"))  # the first one had nothing to keep
    command.upgrade(config, "head")
    (copy,) = tmp_path.glob("empty.before-9001-*.db")
    with sa.create_engine(f"sqlite:///{copy}").connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM child").scalar() == 3
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9001"
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert copy.stat().st_mode & 0o077 == 0


def _revision():
    with db.engine.connect() as connection:
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
