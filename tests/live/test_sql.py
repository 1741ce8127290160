"""A database that is polled: nothing missed, nothing doubled, and no row stops the others (SQLite)."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url
from tests.interfaces.test_commands import plantstack
from tests.live.test_messages import Floor, floor
from tests.stack.floor import NOW, START, plant

from plantstack.connectors.connections import Connection, read_connections
from plantstack.connectors.contract import Delivery, Fatal, Messages, Outcome, Retry, Rows
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.sql.connector import Polled
from plantstack.connectors.sql.database import Database
from plantstack.connectors.sql.place import Place
from plantstack.connectors.sql.reading import Look
from plantstack.connectors.sql.settings import Settings
from plantstack.events.standing import standing_events
from plantstack.intervals import MINUTE, SECOND, from_us
from plantstack.testing import Source, check_connector

MAPPING = parse_mapping(
    """
schema: 1
source: erp
zone: UTC
file: {format: json}
columns:
  at: made_at
  machine: machine
  good: good
  key: sql.key
  replaces: sql.replaces
  changed: sql.version
every: {equipment: "{machine}", at: "{at}", told_at: "{changed}"}
events:
  - {kind: count, key: "{key}", good: "{good}", supersedes: {source: erp, key: "{replaces}"}}
""",
    "erp",
)
TABLE = (
    "CREATE TABLE report (id INTEGER PRIMARY KEY, machine TEXT, good INTEGER, made_at TEXT, changed_at TEXT)"
)

EXAMPLE = Settings(
    make_url("sqlite:///nix"),
    "report",
    "changed_at",
    ("id",),
    table="report",
    zone="UTC",
    overlap=MINUTE,
    every_s=0.01,
    batch=10,
)


def at(second: int) -> str:
    return f"{from_us(START + second * SECOND):%Y-%m-%d %H:%M:%S}"


class Erp:
    """Somebody else's database: rows are written to it as an ERP does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute(TABLE)

    def write(self, number: int, good: object, second: int, *, changed: str | None = None) -> None:
        row = (number, "filler", good, at(number), at(second) if changed is None else changed)
        self.connection.execute("INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?, ?)", row)

    def settings(self, **more: Any) -> Settings:
        url = make_url(f"sqlite:///{self.path}")
        return replace(EXAMPLE, **{"url": url} | more)


@pytest.fixture
def erp(tmp_path: Path) -> Erp:
    return Erp(tmp_path / "erp.db")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return plant(tmp_path / "p")


class Reader:
    """Reads look by look, so that a test can change the table between two."""

    def __init__(self, settings: Settings, cursor: str | None = None) -> None:
        self.database = Database(settings)
        self.look = Look(settings, self.database, Place.read(cursor))
        self.letters: list[str] = []

    def read(self, between: Callable[[], None] = lambda: None) -> list[tuple[str, Any]]:
        """What one look delivers: the key of each version and its good pieces."""
        self.look.begin()
        found: list[tuple[str, Any]] = []
        while not self.look.is_over:
            page = self.look.page()
            self._note()
            self.look.advance()
            assert len(page) <= self.look._settings.batch
            found += [(one.about["sql.key"], json.loads(one.payload).get("good")) for one in page]
            between()
        self.look.end()
        self._note()
        return found

    def _note(self) -> None:
        self.letters += [letter.problem.what for letter in self.look.odd()]

    def rows(self, between: Callable[[], None] = lambda: None) -> list[int]:
        """The numbers of the rows that one look delivers."""
        return [int(key.split("/")[1].split("@")[0]) for key, _ in self.read(between)]


def test_F41_rows_that_share_the_watermark_are_read_over_the_borders_of_pages(erp: Erp) -> None:
    for number in range(37):
        erp.write(number, number, 5)
    reader = Reader(erp.settings())
    assert reader.rows() == list(range(37))
    assert reader.rows() == []
    erp.write(37, 37, 5)  # the same watermark again, after it was read
    assert reader.rows() == [37]
    assert Reader(erp.settings(), reader.look.place.text()).rows() == list(
        range(38)
    )  # and the log knows them


def test_F41_a_row_committed_late_is_found_within_the_overlap(erp: Erp) -> None:
    erp.write(1, 1, 0)
    erp.write(3, 3, 120)
    reader = Reader(erp.settings())
    assert reader.rows() == [1, 3]
    erp.write(2, 2, 61)  # its transaction began before, and ended after
    assert reader.rows() == [2]
    assert reader.rows() == []
    again = Reader(erp.settings(), reader.look.place.text())
    erp.write(4, 4, 62)
    assert sorted(again.rows()) == [2, 3, 4]  # a restart begins an overlap earlier


def test_F41_a_row_committed_late_while_pages_are_read_is_found_with_the_next_look(erp: Erp) -> None:
    for number in range(30):
        erp.write(number, number, number)
    reader, late = Reader(erp.settings()), iter(range(100, 200))
    first = reader.rows(lambda: erp.write(next(late), 1, 0))
    assert sorted({*first, *reader.rows()}) == [*range(30), 100, 101, 102, 103]


def test_F41_an_updated_row_takes_the_place_of_what_it_said_before(erp: Erp, project: Path) -> None:
    erp.write(1, 10, 0)
    erp.write(2, 20, 0)

    def change(number: int) -> None:
        if number == 1:
            erp.write(1, 11, 30)
        if number == 2:
            erp.write(1, 12, 60)
            erp.write(3, 30, 60)

    with floor(project) as one:
        assert asyncio.run(deliver(one, erp.settings(), 3, change)) == 5
        told = standing_events(one.log.events(), {})
        counts = sorted((row["key"], int(row["good"])) for row in told.to_pylist() if row["kind"] == "count")
        assert counts == [(version(1, 60), 12), (version(2, 0), 20), (version(3, 60), 30)]
        asyncio.run(deliver(one, erp.settings(), 1, lambda _: None, since=None))  # from the beginning again
        assert standing_events(one.log.events(), {}).num_rows == told.num_rows


def version(number: int, second: int) -> str:
    return f"report/{number}@{at(second).replace(' ', 'T')}Z"


async def deliver(
    one: Floor,
    settings: Settings,
    wanted: int,
    between: Callable[[int], None],
    since: str | None = None,
    name: str = "erp",
) -> int:
    """Write so many deliveries; return how many events came of them."""
    connection, accepted = Connection(name, "sql", Polled(settings), MAPPING), 0
    async with aclosing(Polled(settings).read(since)) as reading:
        delivery = await asyncio.wait_for(anext(reading), 20)
        for number in range(1, wanted + 1):
            outcome = await asyncio.to_thread(one.deliveries.write, connection, delivery)
            accepted += outcome.receipt.accepted
            between(number)
            if number < wanted:
                delivery = await asyncio.wait_for(reading.asend(outcome), 20)
    return accepted


def test_F41_a_row_that_was_never_changed_corrects_nothing(erp: Erp, project: Path) -> None:
    erp.connection.execute("ALTER TABLE report ADD created_at TEXT")
    erp.connection.execute("INSERT INTO report VALUES (1, 'filler', 1, ?, ?, ?)", (at(0),) * 3)
    settings = erp.settings(created="created_at")
    reader = Reader(settings)
    assert reader.read() == [("report/1", 1)]
    with floor(project) as one:
        assert asyncio.run(deliver(one, settings, 1, lambda _: None)) == 1
        (told,) = (row for row in one.log.events().to_pylist() if row["kind"] == "count")
        assert (told["key"], told["sup_source"], told["sup_key"]) == ("report/1", None, None)
    erp.connection.execute("UPDATE report SET good = 2, changed_at = ?", (at(9),))
    assert reader.read() == [(version(1, 9), 2)]


def test_F42_a_day_of_rows_comes_in_bounded_pages_and_live_sources_are_not_kept_waiting(
    erp: Erp, project: Path
) -> None:
    """Between two pages whoever else writes has its turn."""
    pages = 5
    rows = [(n, "filler", 1, at(n), at(n)) for n in range(10 * pages)]
    erp.connection.executemany("INSERT INTO report VALUES (?, ?, ?, ?, ?)", rows)
    live = []
    with floor(project) as one:

        def send(number: int) -> None:
            body = {"kind": "state", "equipment": "capper", "at": at(number).replace(" ", "T") + "Z"}
            told = one.deliveries.door.take(
                json.dumps(body | {"source": "plc", "key": str(number), "state": "idle"}).encode()
            )
            assert told.is_any_good
            live.append(one.log.last_offset())

        assert asyncio.run(deliver(one, erp.settings(), pages, send)) == 10 * pages
    assert live == [11 * (number + 1) for number in range(pages)]


def test_conformance_whatever_is_cut_off_every_version_is_in_the_log_once(project: Path) -> None:
    def rows(folder: Path) -> None:
        erp = Erp(folder / "erp.db")
        for number in range(13):
            erp.write(number, number, number // 7)
        erp.write(30, 1, 0, changed="")
        erp.connection.close()

    def connected(folder: Path) -> Polled:
        url = make_url(f"sqlite:///{folder}/erp.db")
        return Polled(replace(EXAMPLE, url=url))

    assert check_connector(Source(rows, connected, MAPPING, NOW, idle_s=0.2), project) == []


@pytest.mark.parametrize("name", ['a"; drop table report; --', "select", "Größe 'x' %s %(a)s :b", "a b"])
def test_H_SQ_01_names_are_names_and_never_statements(erp: Erp, name: str) -> None:
    erp.write(1, 1, 0)
    quoted = '"' + name.replace('"', '""') + '"'
    erp.connection.execute(f"ALTER TABLE report RENAME COLUMN good TO {quoted}")
    erp.connection.execute(f"ALTER TABLE report RENAME TO {quoted}")
    settings = erp.settings(table=name, columns=(name, "id"), key=("id", name))
    assert asyncio.run(Polled(settings).check()) == []
    reader = Reader(settings)
    assert len(reader.read()) == 1 and reader.read() == []
    assert erp.connection.execute(f"SELECT count(*) FROM {quoted}").fetchone() == (1,)


def test_H_SQ_01_a_query_says_what_it_says(erp: Erp) -> None:
    erp.write(1, 1, 0)
    query = "SELECT id, good, changed_at, '10:30 100%' AS note, ':x' AS more FROM report WHERE good % 2 = 1"
    settings = erp.settings(table="", query=query)
    reader = Reader(settings)
    reader.look.begin()
    (message,) = reader.look.page()
    assert json.loads(message.payload)["note"] == "10:30 100%"
    assert json.loads(message.payload)["more"] == ":x"
    for wrong in ("SELECT 1; DROP TABLE report", "DELETE FROM report", "SELECT nix FROM report"):
        (problem,) = asyncio.run(Polled(erp.settings(table="", query=wrong)).check())
        assert problem.code == "sql-refused"
    assert erp.connection.execute("SELECT count(*) FROM report").fetchone() == (1,)


def test_H_SQ_02_a_column_of_another_type_is_read_as_its_use_needs(erp: Erp, project: Path) -> None:
    erp.write(1, 1, 0)
    erp.write(2, "2", 1)
    erp.write(3, "many", 2)
    with floor(project) as one:
        assert asyncio.run(deliver(one, erp.settings(), 1, lambda _: None)) == 2
        assert [letter.problem.code for letter in one.log.dead_letters()] == ["row-unreadable"]


def test_H_SQ_02_a_watermark_of_another_type_is_told_and_not_passed_over(erp: Erp) -> None:
    erp.write(1, 1, 0)
    reader = Reader(erp.settings())
    assert reader.rows() == [1]
    erp.connection.execute("UPDATE report SET changed_at = 1772539200")  # a text still: it is set aside
    assert (reader.rows(), len(reader.letters)) == ([], 1)
    erp.connection.execute("DROP TABLE report")
    erp.connection.execute(TABLE.replace("changed_at TEXT", "changed_at INTEGER"))
    erp.connection.execute("INSERT INTO report VALUES (1, 'filler', 1, ?, 1772539200)", (at(0),))
    with pytest.raises(Fatal, match="is a whole number now and was a time as text"):
        reader.rows()


def test_H_SQ_03_rows_without_a_watermark_are_set_aside_once_and_others_go_on(erp: Erp) -> None:
    erp.write(1, 1, 0)
    for number, changed in ((2, ""), (3, "yesterday"), (4, "2026-01-05T06:00:00+01:00"), (5, at(1) + "Z")):
        erp.write(number, 1, 0, changed=changed)
    erp.connection.execute("INSERT INTO report VALUES (6, 'filler', 1, ?, NULL)", (at(0),))
    reader = Reader(erp.settings(overlap=100 * 365 * 24 * 60 * MINUTE))
    assert reader.rows() == [1]
    assert len(reader.letters) == 5 and any("it is empty" in what for what in reader.letters)
    erp.write(7, 1, 5)
    assert reader.rows() == [7]
    assert len(reader.letters) == 5
    again = Reader(erp.settings(), reader.look.place.text())
    again.rows()
    assert again.letters == []


def test_H_SQ_04_a_watermark_in_the_future_hides_no_row(erp: Erp) -> None:
    erp.write(1, 1, 0)
    erp.write(2, 1, 0, changed="2199-01-01 00:00:00")
    reader = Reader(erp.settings())
    assert reader.rows() == [1]
    assert len(reader.letters) == 1 and "lies in the future" in reader.letters[0]
    erp.write(3, 1, 5)
    assert reader.rows() == [3]
    erp.write(2, 1, 6)  # mended
    assert reader.rows() == [2]
    assert len(reader.letters) == 1


def test_H_SQ_04_a_clock_a_little_ahead_hides_no_row(erp: Erp) -> None:
    now = Database(erp.settings()).now()
    ahead, here = (f"{from_us(one):%Y-%m-%d %H:%M:%S}" for one in (now + 4 * MINUTE, now))
    erp.write(1, 1, 0, changed=ahead)
    reader = Reader(erp.settings(overlap=SECOND))
    assert reader.rows() == [1]
    erp.write(2, 1, 0, changed=here)
    assert reader.rows() == [2]


def test_H_SQ_05_a_first_load_holds_a_page_at_a_time(erp: Erp) -> None:
    """Ten million rows by command; here the pages of sixty thousand are held against what is kept of them."""
    count = 60_000
    erp.connection.execute(
        "INSERT INTO report WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " SELECT i, 'filler', 1, '2026-01-01 00:00:00', datetime('2026-01-01', i || ' seconds') FROM n",
        (count - 1,),
    )
    erp.connection.execute("CREATE INDEX by_change ON report (changed_at, id)")
    look = Look(erp.settings(batch=1_000), Database(erp.settings(batch=1_000)), Place())
    look.begin()
    read = 0
    while not look.is_over:
        page = look.page()
        look.advance()
        assert len(page) <= 1_000
        assert len(look._seen) <= 11_000
        read += len(page)
    assert read == count
    look.begin()  # what is remembered of it is the overlap
    assert len(look._seen) <= 61


def test_H_SQ_06_a_question_that_never_ends_is_given_up(erp: Erp) -> None:
    erp.write(1, 1, 0)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    query = f"{numbers} SELECT i AS id, i AS changed_at FROM n"
    endless = Polled(erp.settings(table="", query=query, timeout_s=0.2))
    look = Look(endless.settings, Database(endless.settings), Place())
    look.begin()
    with pytest.raises(Retry, match=r"did not answer within 0\.2 s"):
        look.page()


def test_H_SQ_08_a_file_is_opened_for_reading_only(erp: Erp) -> None:
    database = Database(erp.settings(table="", query="SELECT 1"))
    assert not database.may_write()
    with database._connected() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.connection.execute("DELETE FROM report")


def test_a_number_as_a_watermark_keeps_its_order_as_text(tmp_path: Path) -> None:
    erp = sqlite3.connect(tmp_path / "n.db", isolation_level=None)
    erp.execute("CREATE TABLE report (id INTEGER, version INTEGER)")
    erp.executemany("INSERT INTO report VALUES (?, ?)", [(n, n * 7) for n in range(30)])
    url = make_url(f"sqlite:///{tmp_path}/n.db")
    settings = replace(EXAMPLE, url=url, watermark="version", zone="", overlap_numbers=20)
    reader = Reader(settings)
    keys = [key for key, _ in reader.read()]
    assert len(keys) == 30 and keys == sorted(keys, key=lambda key: key.split("@")[1])
    erp.execute("INSERT INTO report VALUES (99, ?)", (28 * 7,))
    assert reader.rows() == [99]


CONNECTION = "schema: 1\nkind: sql\nurl: {url}\ntable: report\nkey: [id]\nwatermark: changed_at\n"
MAPPED = """
schema: 1
source: erp
file: {format: json}
columns: {at: at, good: value}
every: {equipment: filler, at: "{at}"}
events: [{kind: count, good: "{good}", counter: {counts: cumulative}}]
"""


@pytest.mark.parametrize(
    ("url", "more", "code"),
    [
        ("postgresql://me:hunter2@erp/production", "", "sql-password"),
        ("mysql://me@erp/production", "", "sql-url"),
        ("postgresql://me@erp/production?sslmode=disable", "", "sql-url"),
        ("sqlite://", "", "sql-url"),
        ("nix", "", "sql-url"),
        ("sqlite:///erp.db", "query: SELECT 1\nname: x\n", "key-choice"),
        ("sqlite:///erp.db", "zone: Mars/Olympus\n", "value-wrong"),
    ],
)
def test_what_is_wrong_about_a_connection_is_said(project: Path, url: str, more: str, code: str) -> None:
    (project / "connectors").mkdir(exist_ok=True)
    (project / "connectors" / "erp.yaml").write_text(CONNECTION.format(url=url) + more)
    _, problems = read_connections(project)
    assert [one.code for one in problems][:1] == [code]
    assert "hunter2" not in str(problems)


def test_a_missing_file_and_a_missing_zone_are_told(erp: Erp, tmp_path: Path) -> None:
    absent = Polled(erp.settings(url=make_url(f"sqlite:///{tmp_path}/nix.db")))
    assert [one.code for one in asyncio.run(absent.check())] == ["file-missing"]
    erp.write(1, 1, 0)
    with pytest.raises(Fatal, match="has no offset"):
        Reader(erp.settings(zone="")).read()
    (problem,) = asyncio.run(Polled(erp.settings(watermark="nix")).check())
    assert problem.code == "sql-refused" and "no such column" in problem.what


def test_F41_in_the_hour_that_comes_twice_no_row_is_missed(tmp_path: Path) -> None:
    """A local clock goes back while nothing was read: the next start looks an hour further back."""
    erp = Erp(tmp_path / "b.db")
    settings = erp.settings(zone="Europe/Berlin")
    erp.write(1, 1, 0, changed="2025-10-26 02:59:00")
    reader = Reader(settings)
    assert reader.rows() == [1]
    erp.write(2, 1, 0, changed="2025-10-26 02:05:00")  # an hour and six minutes later
    again = Reader(settings, reader.look.place.text())
    assert sorted(again.rows()) == [1, 2]


def test_messages_and_letters_are_what_a_connector_may_yield(erp: Erp) -> None:
    erp.write(1, 1, 0)
    erp.write(2, 1, 0, changed="never")

    async def read() -> list[Delivery]:
        async with aclosing(Polled(erp.settings()).read(None)) as reading:
            first = await asyncio.wait_for(anext(reading), 20)
            return [first, await asyncio.wait_for(reading.asend(Outcome()), 20)]

    letters, messages = asyncio.run(read())  # the letters first: the cursor passes them
    assert isinstance(messages, Messages) and isinstance(letters, Rows)
    assert len(letters.decoded.dead) == 1 and letters.decoded.table.num_rows == 0


def test_the_guide_s_own_connection_and_mapping_can_be_read(project: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs/guide/sql.md").read_text("utf-8")
    for text in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL):
        place = project / text.split("\n")[0].removeprefix("# ")
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, "utf-8")
    (connection,), problems = read_connections(project)
    assert problems == [] and connection.mapping is not None


def test_what_could_be_better_is_said_before_it_runs(erp: Erp, project: Path) -> None:
    (project / "connectors").mkdir(exist_ok=True)
    told = CONNECTION.format(url=f"sqlite:///{erp.path}") + "zone: UTC\n"
    (project / "connectors" / "erp.yaml").write_text(told + "mapping: erp\n")
    (project / "mappings").mkdir(exist_ok=True)
    (project / "mappings" / "erp.yaml").write_text(MAPPED)
    answer = plantstack("connections", project, "--json")
    ((row,), code) = answer.rows, answer.code
    assert (code, row["connection"], row["kind"], row["status"]) == (0, "erp", "sql", "ready")
    assert [one["code"] for one in row["advice"]] == ["sql-no-index"]
    assert "[sql-no-index]" in plantstack("connections", project).out
    erp.connection.execute("DROP TABLE report")
    gone = plantstack("connections", project)
    assert gone.code == 1 and "no such table" in gone.err + gone.out
