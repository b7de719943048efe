"""Column types, and how SQLite and PostgreSQL are opened.

Why the settings are as they are is in docs/decisions.md (SQLite). A unit of work says whether it reads or writes
(``mode``); the engine begins its transaction accordingly.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, DateTime, Dialect, Engine, event, make_url
from sqlalchemy.types import TypeDecorator

Mode = Literal["read", "write"]
_mode: ContextVar[Mode] = ContextVar("mode", default="write")

FIXED_SQLITE = (3, 51, 3)
"""Up to 3.51.2, WAL with several connections could lose commits."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept in UTC and always aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@contextmanager
def mode(wanted: Mode) -> Iterator[None]:
    """Transactions that begin inside read or write."""
    token = _mode.set(wanted)
    try:
        yield
    finally:
        _mode.reset(token)


def sqlite_module() -> Any:
    """The SQLite driver: the pinned fixed one where it is installed, else Python's own."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    return dbapi2


def engine_options(url: str, patience: int) -> dict[str, Any]:
    """Options of ``create_engine`` for one database address; ``patience`` is in seconds."""
    if url.startswith("sqlite"):
        return {"module": sqlite_module(), "connect_args": {"timeout": patience}, "pool_size": 10, "max_overflow": 20}
    timeouts = f"-c lock_timeout={patience * 1000} -c statement_timeout={patience * 2000}"
    return {
        "pool_pre_ping": True,
        "pool_size": 5,
        "max_overflow": 15,
        "connect_args": {"options": f"{timeouts} -c timezone=UTC"},
    }


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite database; None for another engine or one in memory."""
    path = make_url(url).database if url.startswith("sqlite") else None
    return Path(path) if path and path != ":memory:" else None


def prepare_engine(engine: Engine) -> None:
    """Gives every connection of ``engine`` its settings and its way to begin."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "reset", _reset_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgres)


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own begin event decides, not the driver
    # busy_timeout is the driver's connect argument "timeout".
    cursor = connection.cursor()
    version = sqlite_module().sqlite_version_info
    wal = version >= FIXED_SQLITE
    for pragma in (
        f"journal_mode={'WAL' if wal else 'DELETE'}",
        f"synchronous={'FULL' if wal else 'EXTRA'}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if _mode.get() == "read":
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.info["query_only"] = True
        connection.exec_driver_sql("BEGIN")
    else:
        if connection.info.pop("query_only", False):
            connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reset_sqlite(dbapi_connection: Any, record: Any, _state: Any) -> None:
    # Left on, query_only would leak into the next writer that draws this connection from the pool.
    if record.info.pop("query_only", False):
        dbapi_connection.rollback()
        dbapi_connection.execute("PRAGMA query_only=OFF")


def _begin_postgres(connection: Connection) -> None:
    if _mode.get() == "read":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
