"""The database itself: read, never written; one session, and no statement that never ends."""

from __future__ import annotations

import logging
import socket
import sqlite3
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import quote

from pg8000.legacy import Connection as Session
from sqlalchemy import (
    BigInteger,
    ColumnClause,
    Connection,
    DateTime,
    Engine,
    FromClause,
    Select,
    bindparam,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.elements import ColumnElement, quoted_name

from plantstack.connectors.sql.marks import Mark, epoch_of
from plantstack.connectors.sql.settings import Settings
from plantstack.connectors.sql.trouble import trouble
from plantstack.errors import Problem

Row = dict[str, Any]

_STEPS = 10_000  # of SQLite's machine between two looks at the time
_CONNECT_S, _PORT = 10.0, 5432
logging.getLogger("sqlalchemy").setLevel(logging.CRITICAL)  # what went wrong is raised, and told by us
_WRITABLE = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR EXISTS (
  SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname !~ '^pg_' AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
"""


class Database:
    """One database, as long as it is read."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._deadline = 0.0
        self._is_ending = False
        self._asking = Lock()
        self._sockets: list[socket.socket] = []
        self._engine = self._sqlite() if settings.is_sqlite else self._postgresql()
        self._from = _rows_of(settings)
        self._mark = self._from.c[settings.watermark]
        self._keys = [self._from.c[name] for name in settings.key]

    def now(self) -> int:
        """The database's own clock, microseconds UTC: what it writes is compared with it."""
        if self.settings.is_sqlite:
            asked = select(func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now"))
        else:
            asked = select(func.clock_timestamp())
        with self._connected() as connection:
            return epoch_of(connection.execute(asked).scalar_one())

    def page(self, start: Mark | None, behind: tuple[Any, ...] | None, limit: int | None = None) -> list[Row]:
        """Rows in the order of watermark and key.

        Args:
            start: only from this watermark on; None is from the first.
            behind: only behind this watermark and key, as an earlier page gave them.
            limit: at most so many; None is a batch.
        """
        found = self._all().where(self._mark.is_not(None))
        if behind is not None:
            given = [_bound(value) for value in behind]
            found = found.where(tuple_(self._mark, *self._keys) > tuple_(*given))
        elif start is not None:
            found = found.where(self._mark >= _bound(start.bound(self.settings.zone)))
        return self._rows(found.order_by(self._mark, *self._keys), limit)

    def unmarked(self, limit: int) -> list[Row]:
        """Rows without a watermark: it cannot be known when they changed."""
        is_empty: ColumnElement[bool] = self._mark.is_(None)
        if self.settings.is_sqlite:  # where a text may stand in any column
            is_empty = or_(is_empty, self._mark == "")
        return self._rows(self._all().where(is_empty).order_by(*self._keys), limit)

    def last(self) -> list[Row]:
        """The row with the greatest watermark, of a kind of database that compares all with all."""
        if not self.settings.is_sqlite:
            return []
        return self._rows(self._all().where(self._mark.is_not(None)).order_by(self._mark.desc()), 1)

    def check(self) -> list[Problem]:
        """Look whether everything that is asked for is there.

        Raises:
            Retry, Fatal: when it is not.
        """
        self._rows(select(*self._from.c).select_from(self._from), 1)
        return []

    def may_write(self) -> bool:
        """Whether the account could change a table; a file of SQLite is opened for reading only."""
        if self.settings.is_sqlite:
            return False
        with self._connected() as connection:
            return bool(connection.execute(text(_WRITABLE)).scalar_one())

    def is_indexed(self) -> bool:
        """Whether an index of the table begins with the watermark; of a query that is not known."""
        if not self.settings.table:
            return True
        schema, name = split_name(self.settings.table)
        with self._connected() as connection:
            looked = inspect(connection)
            listed = [one["column_names"] for one in looked.get_indexes(name, schema)]
            listed.append(list(looked.get_pk_constraint(name, schema)["constrained_columns"]))
        return not looked_up(listed) or any(names[:1] == [self.settings.watermark] for names in listed)

    def end(self) -> None:
        """Let go of the session; a statement that runs is given up."""
        self._is_ending = True
        while not self._asking.acquire(timeout=0.1):
            for one in self._sockets:
                with suppress(OSError):  # it has been let go of meanwhile
                    one.shutdown(socket.SHUT_RDWR)
        self._drop()
        self._asking.release()

    def _drop(self) -> None:
        """Close the session, however the other side is."""
        self._engine.dispose()
        for one in self._sockets:
            if one.fileno() >= 0:
                socket.close(one.detach())
        self._sockets.clear()

    def _all(self) -> Select[Any]:
        if self.settings.columns:
            return select(*self._from.c).select_from(self._from)
        return select(literal_column("*")).select_from(self._from)

    def _rows(self, asked: Select[Any], limit: int | None) -> list[Row]:
        with self._connected() as connection:
            found = connection.execute(asked.limit(limit or self.settings.batch))
            return [dict(row) for row in found.mappings()]

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A session for one statement, with its time, and errors in our words."""
        with self._asking:
            self._deadline = monotonic() + self.settings.timeout_s
            try:
                with self._engine.connect() as connection:
                    yield connection
            except (SQLAlchemyError, OSError, sqlite3.Error) as error:
                self._drop()
                raise trouble(error, self.settings) from None

    def _sqlite(self) -> Engine:
        place = f"file:{quote(str(self.settings.url.database))}?mode=ro"

        def opened() -> sqlite3.Connection:
            connection = sqlite3.connect(place, uri=True, timeout=_CONNECT_S, check_same_thread=False)
            connection.execute("PRAGMA query_only = 1")
            connection.set_progress_handler(self._is_over, _STEPS)
            return connection

        return create_engine("sqlite://", creator=opened, poolclass=NullPool)

    def _is_over(self) -> bool:
        return self._is_ending or monotonic() > self._deadline

    def _postgresql(self) -> Engine:
        settings = self.settings
        arguments = (
            {"ssl_context": ssl.create_default_context(cafile=str(settings.ca))} if settings.ca else {}
        )
        url = settings.url.set(password=settings.secret() or None)
        engine = create_engine(url, connect_args=arguments, pool_size=1, max_overflow=0, pool_pre_ping=True)
        event.listen(engine, "do_connect", self._connecting)
        event.listen(engine, "connect", self._begun)
        return engine

    def _connecting(self, _dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> Session:
        """The session runs over a socket of ours, so that it can be cut off."""
        address = (self.settings.url.host or "localhost", self.settings.url.port or _PORT)
        one = socket.create_connection(address, _CONNECT_S)
        one.settimeout(self.settings.timeout_s + _CONNECT_S)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._sockets.append(one)
        return Session(**named, sock=one)

    def _begun(self, session: Any, _record: Any) -> None:
        """What holds for the whole session: it reads, and no statement takes for ever."""
        cursor = session.cursor()
        for command in (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            f"SET statement_timeout = {round(self.settings.timeout_s * 1000)}",
            "SET application_name = 'plantstack'",
            "SET TIME ZONE 'UTC'",
        ):
            cursor.execute(command)
        session.commit()


def split_name(name: str) -> tuple[str | None, str]:
    """A schema and a table.

    >>> split_name("mes.report"), split_name("report")
    (('mes', 'report'), (None, 'report'))
    """
    schema, dot, last = name.rpartition(".")
    return (schema, last) if dot and schema and last else (None, name)


def looked_up(listed: Sequence[Sequence[str | None]]) -> bool:
    """Whether anything is known of indexes: of a view there is nothing."""
    return any(listed)


def _rows_of(settings: Settings) -> FromClause:
    """What is read, with the columns it must have; each is named with where it stands.

    SQLite takes a lone name that it does not know for a text.
    """
    more = (settings.watermark, *settings.key, settings.created)
    names = dict.fromkeys(name for name in (*settings.columns, *more) if name)
    columns: list[ColumnClause[Any]] = [column(quoted_name(name, True)) for name in names]
    if settings.query:
        escaped = settings.query.replace("\\", "\\\\").replace(":", "\\:")
        return text(escaped).columns(*columns).subquery("polled")
    schema, name = split_name(settings.table)
    held = quoted_name(schema, True) if schema else None
    return table(quoted_name(name, True), *columns, schema=held)


def _bound(value: Any) -> ColumnElement[Any]:
    """A value beside a column, typed as it came: a time with an offset keeps it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return bindparam(None, value, type_=BigInteger(), unique=True)
    if isinstance(value, datetime):
        return bindparam(None, value, type_=DateTime(timezone=value.tzinfo is not None), unique=True)
    return literal(value)
