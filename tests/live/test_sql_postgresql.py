"""A real PostgreSQL that is polled: transactions that end late, accounts, time-outs, passwords."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pg8000.dbapi
import pytest
from sqlalchemy.engine import make_url
from tests.live.postgres import OWNER, Postgres
from tests.live.test_sql import MAPPING, Reader
from tests.stack.floor import NOW, plant

from plantstack.connectors.contract import Fatal, Retry
from plantstack.connectors.sql.connector import Polled
from plantstack.connectors.sql.settings import Settings
from plantstack.intervals import MINUTE
from plantstack.testing import Source, check_connector

SECRET = "p@ss/w:rd 'x'"
Opened = Callable[..., Reader]
TABLE = """
CREATE TABLE mes.report (
  id bigint PRIMARY KEY, machine text, good numeric, made_at timestamptz, changed_at timestamptz
)"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    found = Postgres()
    try:
        found.start()
        with Session(found) as does:
            does("CREATE SCHEMA mes")
            does("CREATE ROLE reader LOGIN PASSWORD '" + SECRET.replace("'", "''") + "'")
            does("GRANT USAGE ON SCHEMA mes TO reader")
        yield found
    finally:
        found.remove()


class Session:
    """A session of the owner: somebody else's program, with transactions of its own."""

    def __init__(self, server: Postgres, *, autocommit: bool = True) -> None:
        self.connection = pg8000.dbapi.connect("owner", "127.0.0.1", "postgres", server.port, OWNER)
        self.connection.autocommit = autocommit

    def __call__(self, command: str, *values: Any) -> None:
        self.connection.cursor().execute(command, values)

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


@pytest.fixture
def erp(server: Postgres) -> Iterator[Session]:
    with Session(server) as session:
        session("DROP TABLE IF EXISTS mes.report")
        session(TABLE)
        session("GRANT SELECT ON mes.report TO reader")
        yield session


@pytest.fixture
def settings(server: Postgres, tmp_path: Path) -> Settings:
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    url = make_url(f"postgresql+pg8000://reader@127.0.0.1:{server.port}/postgres")
    return Settings(
        url,
        "report",
        "changed_at",
        ("id",),
        table="mes.report",
        password=secret,
        overlap=MINUTE,
        every_s=0.01,
        batch=10,
        timeout_s=20.0,
    )


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Readers whose sessions end with the test."""
    readers = []

    def open_reader(settings: Settings, cursor: str | None = None) -> Reader:
        readers.append(Reader(settings, cursor))
        return readers[-1]

    yield open_reader
    for one in readers:
        one.database.end()


def row(session: Session, number: int, changed: str = "now()", good: object = 1) -> None:
    made = "'2026-03-03 12:00:00+00'::timestamptz + %s * interval '1 second'"
    session(
        f"INSERT INTO mes.report VALUES (%s, 'filler', %s, {made}, {changed}) ON CONFLICT (id) DO UPDATE SET "
        "good = excluded.good, changed_at = excluded.changed_at",
        *(number, good, number),
    )


def test_F41_a_transaction_that_ends_late_is_found_and_ties_are_not_doubled(
    server: Postgres, erp: Session, settings: Settings, opened: Opened
) -> None:
    row(erp, 1)
    with Session(server, autocommit=False) as slow:
        for number in range(20, 45):  # all of them share the instant at which the transaction began
            row(slow, number)
        row(erp, 2)
        reader = opened(settings)
        assert sorted(reader.rows()) == [1, 2]
        slow.connection.commit()
    assert sorted(reader.rows()) == list(range(20, 45))
    assert reader.rows() == []
    row(erp, 30, good="2.5")
    ((key, good),) = reader.read()
    assert key.startswith("report/30@") and good == 2.5


def test_conformance_with_a_real_server(erp: Session, settings: Settings, tmp_path: Path) -> None:
    for number in range(13):
        row(erp, number, f"'2026-03-03 12:00:{number // 6:02}+00'")
    connect = Source(lambda _: None, lambda _: Polled(settings), MAPPING, NOW, idle_s=1.5)
    assert check_connector(connect, plant(tmp_path / "p")) == []


def test_H_SQ_01_names_are_names_and_never_statements(
    erp: Session, settings: Settings, opened: Opened
) -> None:
    name = 'a"; drop table mes.report; -- %s :b'
    quoted = '"' + name.replace('"', '""').replace("%", "%%") + '"'
    row(erp, 1)
    erp(f"ALTER TABLE mes.report RENAME COLUMN good TO {quoted}".replace("%%", "%"))
    given = replace(settings, columns=(name,), key=("id", name))
    assert asyncio.run(Polled(given).check()) == []
    reader = opened(given)
    assert len(reader.read()) == 1 and reader.read() == []
    (problem,) = asyncio.run(Polled(replace(settings, columns=("nix",))).check())
    assert problem.code == "sql-refused" and "nix" in problem.what


def test_H_SQ_02_a_watermark_of_another_type_is_told(
    erp: Session, settings: Settings, opened: Opened
) -> None:
    row(erp, 1)
    reader = opened(settings)
    assert reader.rows() == [1]
    erp("ALTER TABLE mes.report ALTER good TYPE text USING good::text")
    row(erp, 2, good="many")
    assert sorted(str(good) for _, good in reader.read()) == ["1", "many"]  # row 1 says it as a text now
    erp("ALTER TABLE mes.report ALTER changed_at TYPE bigint USING 1")
    with pytest.raises(Fatal, match="refuses the question"):
        reader.rows()


def test_H_SQ_03_H_SQ_04_an_empty_or_future_watermark_hides_nothing(
    erp: Session, settings: Settings, opened: Opened
) -> None:
    row(erp, 1)
    row(erp, 2, "NULL")
    row(erp, 3, "now() + interval '1 year'")
    reader = opened(settings)
    assert reader.rows() == [1]
    assert len(reader.letters) == 2
    row(erp, 4)
    row(erp, 2)
    assert sorted(reader.rows()) == [2, 4]
    assert len(reader.letters) == 2


def test_a_local_watermark_needs_a_zone_and_a_day_is_one_too(
    erp: Session, settings: Settings, opened: Opened
) -> None:
    erp("ALTER TABLE mes.report ALTER changed_at TYPE timestamp USING now()")
    row(erp, 1, "now() AT TIME ZONE 'Europe/Berlin'")
    with pytest.raises(Fatal, match="has no offset"):
        opened(settings).read()
    reader = opened(replace(settings, zone="Europe/Berlin"))
    assert (reader.rows(), reader.letters) == ([1], [])
    row(erp, 2, "now() AT TIME ZONE 'Europe/Berlin'")
    assert reader.rows() == [2]
    erp("ALTER TABLE mes.report ALTER changed_at TYPE date")
    daily = opened(replace(settings, zone="Europe/Berlin"))
    assert daily.rows() == [1, 2]
    row(erp, 3, "now() AT TIME ZONE 'Europe/Berlin'")
    assert daily.rows() == [3]


def test_H_SQ_06_a_question_that_takes_too_long_is_given_up(erp: Session, settings: Settings) -> None:
    row(erp, 1)
    query = "SELECT id, changed_at, pg_sleep(20)::text AS slept FROM mes.report"
    slow = replace(settings, table="", query=query, columns=("slept",), timeout_s=0.3)
    (problem,) = asyncio.run(Polled(slow).check())
    assert problem.code == "sql-slow" and "0.3 s" in problem.what


def test_H_SQ_07_no_error_says_the_password(
    erp: Session, settings: Settings, opened: Opened, tmp_path: Path
) -> None:
    erp("CREATE OR REPLACE FUNCTION mes.tell(what text) RETURNS text LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'at postgresql://reader:secret@host: %', what; END $$")  # fmt: skip
    erp("GRANT EXECUTE ON FUNCTION mes.tell TO reader")
    row(erp, 1)
    escaped = SECRET.replace("'", "''")
    query = (
        f"SELECT id, changed_at, mes.tell('{escaped} and p%40ss%2Fw%3Ard%20%27x%27') AS told FROM mes.report"
    )
    with pytest.raises(Retry) as telling:
        opened(replace(settings, table="", query=query, columns=("told",))).read()
    assert "***" in str(telling.value)
    wrong = tmp_path / "wrong"
    wrong.write_text("open sesame")
    with pytest.raises(Fatal) as refused:
        opened(replace(settings, password=wrong)).read()
    gone = settings.url.set(port=9)
    with pytest.raises(Retry) as absent:
        opened(replace(settings, url=gone)).read()
    for error in (telling, refused, absent):
        chain: BaseException | None = error.value
        seen = ""
        while chain is not None:
            seen += f"{chain} {chain!r}"
            chain = chain.__cause__
        for secret in (SECRET, "p%40ss", "secret@", "open sesame", "SELECT"):
            assert secret not in seen


def test_H_SQ_08_an_account_that_may_write_is_told_at_set_up_and_writes_nothing(
    server: Postgres, erp: Session, settings: Settings, opened: Opened
) -> None:
    erp("CREATE INDEX by_change ON mes.report (changed_at, id)")
    assert asyncio.run(Polled(settings).advice()) == []
    erp("GRANT UPDATE ON mes.report TO reader")
    assert [one.code for one in asyncio.run(Polled(settings).advice())] == ["sql-may-write"]
    erp("DROP INDEX mes.by_change")
    codes = [one.code for one in asyncio.run(Polled(settings).advice())]
    assert codes == ["sql-may-write", "sql-no-index"]
    row(erp, 1)
    erp("CREATE OR REPLACE FUNCTION mes.spoil() RETURNS int LANGUAGE sql AS "
        "'UPDATE mes.report SET good = 0 RETURNING 1'")  # fmt: skip
    query = "SELECT id, changed_at, mes.spoil() AS spoilt FROM mes.report"
    with pytest.raises(Fatal, match="read-only transaction"):
        opened(replace(settings, table="", query=query, columns=("spoilt",))).read()


def test_F42_a_server_that_was_gone_is_read_on_from_where_it_was(
    server: Postgres, erp: Session, settings: Settings, opened: Opened
) -> None:
    row(erp, 1)
    reader = opened(settings)
    assert reader.rows() == [1]
    erp("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plantstack'")
    row(erp, 2)
    try:
        assert reader.rows() == [2]
    except Retry:  # it was noticed in the midst of a look: the next one begins anew
        assert opened(settings, reader.look.place.text()).rows() == [1, 2]


def test_F04_a_statement_that_runs_is_given_up_when_we_stop(erp: Session, settings: Settings) -> None:
    row(erp, 1)
    query = "SELECT id, changed_at, pg_sleep(60)::text AS slept FROM mes.report"
    slow = replace(settings, table="", query=query, columns=("slept",), timeout_s=60.0)

    async def stop() -> None:
        reading = Polled(slow).read(None)
        coming = asyncio.ensure_future(anext(reading))
        await asyncio.sleep(0.5)
        coming.cancel()
        await asyncio.wait([coming])
        assert coming.done()

    begun = time.monotonic()
    asyncio.run(stop())
    assert time.monotonic() - begun < slow.timeout_s / 3
