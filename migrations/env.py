"""Runs migrations on either engine, safely.

On SQLite, batch mode rebuilds tables: with foreign keys on and cascades it once deleted every child row. So foreign
keys are off while migrations run, the file is copied before, and row counts are compared after.
"""

from datetime import UTC, datetime
from pathlib import Path

from alembic import context
from flask import current_app
from sqlalchemy import Connection, inspect, text

from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime, sqlite_module

target_db = current_app.extensions["migrate"].db


class RowsLost(Exception):
    """A migration lost rows it did not declare; nothing was kept of it."""


def run() -> None:
    engine = target_db.engine
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        _copy_before(connection, sqlite)
        before = _row_counts(connection)
        connection.rollback()
        try:
            if sqlite:
                _set_foreign_keys(connection, "OFF")
            _migrate(connection, before, sqlite)
        finally:
            connection.rollback()
            if sqlite:
                _set_foreign_keys(connection, "ON")
                connection.rollback()


def _set_foreign_keys(connection: Connection, state: str) -> None:
    connection.exec_driver_sql("COMMIT")  # the PRAGMA does nothing inside a transaction
    connection.exec_driver_sql(f"PRAGMA foreign_keys={state}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection, before: dict[str, int], sqlite: bool) -> None:
    context.configure(
        connection=connection,
        target_metadata=target_db.metadata,
        render_as_batch=sqlite,
        compare_type=True,
        render_item=_render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        _check_counts(before, _row_counts(connection))
        if sqlite:
            _check_foreign_keys(connection)
    connection.commit()


def _render_item(kind: str, item: object, _autogen: object) -> str | bool:
    """Migrations name plain column types: what a type does to values may change, the column stays."""
    if kind == "type" and isinstance(item, EncryptedText):
        return "sa.Text()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _copy_before(connection: Connection, sqlite: bool) -> None:
    """Keeps one copy of a SQLite file that holds something; PostgreSQL is copied by its own tools before."""
    path = connection.engine.url.database
    if not sqlite or not path or path == ":memory:" or not inspect(connection).has_table("alembic_version"):
        return
    head = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if head is None or head == context.get_head_revision():
        return
    copy = Path(path).with_suffix(f".before-{head}-{datetime.now(UTC):%Y%m%d%H%M%S}.db")
    copy.touch(mode=0o600, exist_ok=False)  # it holds children's records
    source = sqlite_module().connect(path)
    try:
        source.execute("VACUUM INTO ?", (str(copy),))
    finally:
        source.close()
    copy.chmod(0o600)


def _row_counts(connection: Connection) -> dict[str, int]:
    names = inspect(connection).get_table_names()
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        for name in names
        if name != "alembic_version"
    }


def _check_counts(before: dict[str, int], after: dict[str, int]) -> None:
    lost = {name: (count, after[name]) for name, count in before.items() if name in after and after[name] < count}
    if lost:
        raise RowsLost(f"rows would be lost: {lost}")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RowsLost(f"{len(broken)} rows would point at nothing, the first in table {broken[0][0]}")


run()
