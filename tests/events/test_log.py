from __future__ import annotations

import sqlite3
import stat
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.events.build import RECEIVED, SITES, contents, events, fill, opened, state, states
from tests.events.examples import EXAMPLES, example

from plantstack.errors import LogError, Problem
from plantstack.events.batch import ACCEPTED, CONFLICT, DUPLICATE, Batch, Cursor, DeadLetter, FileMark
from plantstack.events.corrections import Rank
from plantstack.events.hot import read_hot, to_rows
from plantstack.events.log import Log
from plantstack.events.migrations import migrate
from plantstack.events.schema import CONTENT, EVENT
from plantstack.events.standing import standing_events
from plantstack.intervals import HOUR, SECOND

RANKS = {"tablet": Rank(100, person=True)}


def letter(text: str) -> DeadLetter:
    return DeadLetter(
        text.encode(), "line 3", Problem("event-not-json", "line 3", "not JSON", "fix it"), "plc"
    )


def test_every_kind_comes_back_as_it_went_in(tmp_path: Path) -> None:
    table = events(*(example(kind, key=kind) for kind in EXAMPLES))
    with opened(tmp_path) as log:
        receipt = log.append(Batch(table), received_at=RECEIVED)
        found = log.hot()
        assert found.schema.equals(EVENT)
        assert found.select(CONTENT.names).equals(table)
        assert found["log_offset"].to_pylist() == list(range(1, len(EXAMPLES) + 1))
        assert (receipt.accepted, receipt.first_offset, receipt.last_offset) == (
            *(len(EXAMPLES), 1, len(EXAMPLES)),
        )
        log.seal(now=RECEIVED + 48 * HOUR)
        assert len(log.hot()) == 0
        assert log.events().select(CONTENT.names).equals(table)


def test_only_columns_that_say_anything_are_written_and_each_event_alone_comes_back_the_same(
    tmp_path: Path,
) -> None:
    statement, rows = to_rows(states(0, 3))
    said = [name for name in CONTENT.names if f'"{name}"' in statement]
    assert {len(row) for row in rows} == {len(said)} == {statement.count("?") - 2}
    assert {"state", "void", "order_id"} < set(said) and not {"scrap", "value", "body", "by"} & set(said)
    with opened(tmp_path) as log:
        for kind in EXAMPLES:
            log.append(Batch(events(example(kind, key=kind))), received_at=RECEIVED)
        whole = events(*(example(kind, key=kind) for kind in EXAMPLES))
        assert log.hot().select(CONTENT.names).equals(whole)


def test_duplicates_are_counted_and_conflicts_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(Batch(states(0, 3)), received_at=RECEIVED)
        receipt = log.append(
            Batch(events(state(1), state(2, state="idle"), state(3), state(3), state(3, state="off"))),
            received_at=RECEIVED,
        )
        assert list(receipt.outcomes) == [DUPLICATE, CONFLICT, ACCEPTED, DUPLICATE, CONFLICT]
        assert (receipt.accepted, receipt.duplicates, receipt.conflicts) == (3, 2, 2)
        assert log.conflicted() == [("plc", "2"), ("plc", "3")]
        assert log.conflicted(upto=4) == [("plc", "2")]
        assert log.conflicted(upto=3) == []
        assert log.last_offset() == 6


def test_of_conflicting_contents_the_least_told_stands(tmp_path: Path) -> None:
    first = state(1, told_at="2026-03-01T00:00:05Z")
    second = state(1, told_at="2026-03-01T00:00:04Z", state="idle")
    for order in ([first, second], [second, first]):
        assert standing_events(events(*order), RANKS)["state"].to_pylist() == ["idle"]
    third = state(1, told_at="2026-03-01T00:00:04Z", state="blocked")
    for order in ([first, second, third], [third, second, first]):
        assert standing_events(events(*order), RANKS)["state"].to_pylist() == ["blocked"]


def test_events_letters_file_and_cursor_are_one_transaction(tmp_path: Path) -> None:
    mark = FileMark("ab" * 32, "day.csv")
    with opened(tmp_path) as log:
        log.append(
            Batch(states(0, 2), (letter("oops"),), mark), received_at=RECEIVED, cursor=Cursor("plc", "7")
        )
        (found,) = log.dead_letters()
        assert (found.raw, found.where, found.problem.what, found.source) == (
            b"oops",
            "line 3",
            "not JSON",
            "plc",
        )
        assert log.cursor("plc") == "7"
        assert log.cursor("other") is None
        assert log.knows_file(mark.sha256)
        assert not log.knows_file("cd" * 32)


def test_F39_the_same_file_twice_adds_nothing(tmp_path: Path) -> None:
    mark = FileMark("ab" * 32, "day.csv")
    with opened(tmp_path) as log:
        log.append(Batch(states(0, 9), file=mark), received_at=RECEIVED)
        again = log.append(Batch(states(0, 9), file=FileMark(mark.sha256, "copy.csv")), received_at=RECEIVED)
        assert (again.accepted, again.duplicates, log.last_offset()) == (0, 9, 9)
        assert log.knows_file(mark.sha256)


def test_a_retried_letter_is_settled_with_its_event(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(Batch(dead=(letter("a"), letter("b"))), received_at=RECEIVED)
        first, second = log.dead_letters()
        log.append(Batch(states(0, 1)), received_at=RECEIVED + 5, settles=[first.id])
        assert [found.id for found in log.dead_letters()] == [second.id]
        assert [found.settled_at for found in log.dead_letters(settled=True)] == [RECEIVED + 5, None]
        assert log.dead_letters(after=second.id) == []


def test_F43_F44_a_retry_of_a_half_bad_batch_is_safe(tmp_path: Path) -> None:
    batch = Batch(states(0, 5), (letter("bad"),))
    with opened(tmp_path) as log:
        first = log.append(batch, received_at=RECEIVED)
        again = log.append(batch, received_at=RECEIVED + SECOND)
        assert (first.accepted, first.dead_lettered) == (5, 1)
        assert (again.accepted, again.duplicates) == (0, 5)


def test_a_reader_stands_still_and_never_blocks_the_writer(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 10)
        with Log.open(tmp_path, write=False) as reader:
            fill(log, 10, 30)
            log.seal(now=RECEIVED + 48 * HOUR)
            fill(log, 30, 40)
            assert len(reader.hot()) == 10
            assert reader.segments() == []
            assert reader.last_offset() == 10
            assert reader.refresh() == 40
            assert len(reader.hot()) == 10
            assert len(reader.events()) == 40
            with pytest.raises(LogError, match="reading only"):
                reader.append(Batch(), received_at=RECEIVED)


def test_a_project_without_a_log_reads_as_empty(tmp_path: Path) -> None:
    with Log.open(tmp_path, write=False, project_id="acme") as reader:
        assert (reader.last_offset(), len(reader.events()), reader.segments()) == (0, 0, [])
    assert not (tmp_path / "log").exists()


def test_a_reader_reads_what_it_is_asked_again_once_and_anew_once_it_moves_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def counted(connection: sqlite3.Connection, after: int, upto: int) -> pa.Table:
        asked.append((after, upto))
        return read_hot(connection, after, upto)

    monkeypatch.setattr("plantstack.events.log.read_hot", counted)
    with opened(tmp_path) as log:
        log.append(Batch(states(0, 4)), received_at=RECEIVED)
        with Log.open(tmp_path, write=False) as reader:
            assert len(reader.hot(4, after=2)) == len(reader.hot(after=2)) == 2 and len(reader.hot(4)) == 4
            assert asked == [(2, 4), (0, 4)]
            log.seal(now=RECEIVED + 48 * HOUR)
            assert len(reader.hot(4)) == 4
            assert reader.refresh() == 4 and not len(reader.hot(4))
        assert not len(log.hot(4)) and not len(log.hot(4))  # a writer moves on by itself
        assert asked == [(2, 4), (0, 4), (0, 4), (0, 4), (0, 4)]


def test_hot_and_events_stop_at_the_offset(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 10)
        log.seal(now=RECEIVED + 48 * HOUR)
        fill(log, 10, 20)
        for upto in range(21):
            assert log.events(upto)["log_offset"].to_pylist() == list(range(1, upto + 1))
        assert log.hot(15, after=12)["log_offset"].to_pylist() == [13, 14, 15]


def test_offset_at_an_instant_is_what_was_known_then(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 10, at_once=5)
        log.seal(now=RECEIVED + 48 * HOUR)
        fill(log, 10, 20, at_once=5)
        found = [log.offset_at(RECEIVED + second * SECOND) for second in (-1, 0, 4, 5, 9, 10, 15, 99)]
        assert found == [0, 5, 5, 10, 10, 15, 20, 20]


def test_the_log_directory_is_private(tmp_path: Path) -> None:
    with opened(tmp_path):
        for name in ("log", "log/segments"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700


def test_F48_our_clock_may_step_back_and_offsets_still_rise(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(Batch(states(0, 2)), received_at=RECEIVED)
        log.append(Batch(states(2, 4)), received_at=RECEIVED - HOUR)
        log.append(Batch(states(4, 6)), received_at=RECEIVED)
        assert log.hot()["log_offset"].to_pylist() == [1, 2, 3, 4, 5, 6]


def test_offsets_are_never_used_twice_after_sealing(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 10)
        log.seal(now=RECEIVED + 48 * HOUR)
    with opened(tmp_path) as log:
        fill(log, 10, 11)
        assert log.hot()["log_offset"].to_pylist() == [11]


STREAM = [
    state(1),
    state(2),
    state(2, state="idle"),
    state(3, order="o1", product="p"),
    example("count", key="c1"),
    example("count", key="c1", good=117),
    example("reading", key=None),
    example("reading", key=None, value=1),
    state(4, supersedes={"source": "plc", "key": "1"}, state="fault"),
    state(5, void=True, supersedes={"source": "plc", "key": "4"}),
    state(6, source="tablet", supersedes={"source": "plc", "key": "5"}, void=True),
    state(7, source="mqtt", supersedes={"source": "plc", "key": "2"}),
]


def standing(log: Log) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = standing_events(log.events().select(CONTENT.names), RANKS).to_pylist()
    return sorted(rows, key=str)


@settings(deadline=None, max_examples=40)
@given(
    st.permutations(range(len(STREAM))),
    st.lists(st.integers(0, len(STREAM) - 1), max_size=8),
    st.lists(st.sampled_from(["append", "bulk", "seal", "spill", "reopen"]), min_size=1, max_size=12),
)
def test_F50_any_order_doubling_batching_and_sealing_gives_the_same_events(
    order: list[int], doubled: list[int], doors: list[str]
) -> None:
    told = list(order) + doubled
    with tempfile.TemporaryDirectory() as plain, tempfile.TemporaryDirectory() as mixed:
        with opened(Path(plain)) as log:
            log.append(Batch(events(*STREAM)), received_at=RECEIVED)
            expected, everything = standing(log), contents(log)
        log = opened(Path(mixed))
        for step, door in enumerate(doors):
            part = told[step :: len(doors)]
            batch = Batch(events(*(STREAM[i] for i in part))) if part else Batch()
            if door == "bulk":
                log.bulk([batch], received_at=RECEIVED, site_of=SITES)
            else:
                log.append(batch, received_at=RECEIVED)
            if door in ("seal", "spill"):
                log.seal(now=RECEIVED + (48 if door == "seal" else 24 * 60) * HOUR, site_of=SITES)
            if door == "reopen":
                log.close()
                log = opened(Path(mixed))
        assert standing(log) == expected
        assert contents(log) == everything
        offsets = log.events()["log_offset"].to_pylist()
        assert offsets == list(range(1, len(everything) + 1))
        log.close()


def test_a_body_of_any_size_survives(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        log.append(Batch(events(state(1, note="ü" * 100_000))), received_at=RECEIVED)
        assert "ü" * 100_000 in log.hot()["body"][0].as_py()


def test_hot_reads_are_arrow_of_the_event_schema_even_when_empty(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        assert log.hot().schema.equals(EVENT)
        assert isinstance(log.events(), pa.Table)


def test_an_older_log_learns_to_count_open_letters_at_once(tmp_path: Path) -> None:
    with Log.open(tmp_path, write=True) as log:
        log.connection.execute("DROP INDEX letter_open")
        log.connection.execute("PRAGMA user_version = 5")
        migrate(log.connection, 6)
        plan = (
            "EXPLAIN QUERY PLAN SELECT count(*) FROM dead_letter WHERE settled_at IS NULL AND received_at > 5"
        )
        assert "letter_open" in str(log.connection.execute(plan).fetchall())


def test_a_letter_that_is_known_is_a_duplicate_through_every_door(tmp_path: Path) -> None:
    known, other = (DeadLetter(b"x", "row 1", letter("x").problem, "erp", name) for name in ("a", "b"))
    nameless = letter("x")
    with opened(tmp_path) as log:
        for write in (log.append, lambda batch, **more: log.bulk([batch], **more)):
            receipt = write(Batch(dead=(known, other, known, nameless, nameless)), received_at=RECEIVED)
            assert receipt.dead_lettered + receipt.duplicates == 5
        assert receipt.dead_lettered == 2
        log.append(Batch(), received_at=RECEIVED, settles=[1])
        log.append(Batch(dead=(known,)), received_at=RECEIVED)
        assert len(log.dead_letters()) == 5 and len(log.dead_letters(settled=True)) == 6


def test_letters_of_an_older_log_have_neither_a_sender_nor_an_identity(tmp_path: Path) -> None:
    with Log.open(tmp_path, write=True) as log:
        log.append(Batch(dead=(letter("x"),)), received_at=RECEIVED)
        before = log.dead_letters()
        for change in (
            "DROP INDEX letter_identity",
            "ALTER TABLE dead_letter DROP COLUMN identity",
            "ALTER TABLE dead_letter DROP COLUMN sender",
            "PRAGMA user_version = 6",
        ):
            log.connection.execute(change)
        migrate(log.connection, 7)
        assert log.dead_letters() == before
        log.append(Batch(dead=(letter("x"), letter("x"))), received_at=RECEIVED)
        assert len(log.dead_letters()) == 3
