from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.events.build import NOON, RECEIVED, SITES, contents, events, fill, opened, state, states
from tests.events.examples import example

from plantstack.events import layout, segments
from plantstack.events.batch import CONFLICT, Batch, Cursor
from plantstack.events.guard import Places
from plantstack.events.log import Log
from plantstack.events.schema import CONTENT, EVENT
from plantstack.events.sealing import SealPolicy, spill
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND, Interval, rfc3339


def test_segments_are_cut_by_site_and_class_and_sorted(tmp_path: Path) -> None:
    rows = [state(i, equipment=f"m{i % 3}") for i in range(60, 0, -1)]
    rows += [example("reading", key=str(i), equipment=f"m{i % 3}") for i in range(30)]
    with opened(tmp_path) as log:
        log.append(Batch(events(*rows)), received_at=RECEIVED)
        written = log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)
        assert {(found.site, found.kind_class, found.rows) for found in written} == {
            ("tulsa", "rest", 40),
            ("graz", "rest", 20),
            ("tulsa", "readings", 20),
            ("graz", "readings", 10),
        }
        for found in written:
            table = pq.read_table(Places(tmp_path).segments / found.name)
            assert table.schema.equals(EVENT)
            order = list(zip(table["equipment"].to_pylist(), table["at"].to_pylist(), strict=True))
            assert order == sorted(order)
            assert (found.least_at, found.greatest_at) == (
                min(table["at"].to_pylist()),
                max(table["at"].to_pylist()),
            )
        assert sorted(written, key=lambda found: found.name) == sorted(
            log.manifest(), key=lambda found: found.name
        )


def test_many_counts_have_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*(example("count", key=str(i)) for i in range(30)), *(state(i) for i in range(5))]
    for least, classes in ((31, {("rest", 35)}), (30, {("counts", 30), ("rest", 5)})):
        monkeypatch.setattr(layout, "MANY_COUNTS", least)
        with opened(tmp_path / str(least)) as log:
            log.append(Batch(events(*rows)), received_at=RECEIVED)
            written = log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)
            assert {(found.kind_class, found.rows) for found in written} == classes
            assert len(log.events()) == len(rows)


def test_a_large_seal_is_cut_at_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "ROWS_A_FILE", 25)
    rows = [state(i, at=rfc3339(NOON - (i % 6) * DAY)) for i in range(60)]
    with opened(tmp_path) as log:
        log.append(Batch(events(*rows)), received_at=RECEIVED)
        written = log.seal(now=RECEIVED + 48 * HOUR, site_of=SITES)
        assert [found.rows for found in written] == [20, 20, 20]
        spans = sorted((found.least_at // DAY, found.greatest_at // DAY) for found in written)
        assert all(end < start for (_, end), (start, _) in pairwise(spans))
        assert len(log.events()) == 60


def test_the_policy_seals_by_count_and_by_age(tmp_path: Path) -> None:
    few = SealPolicy(rows=50)
    with opened(tmp_path) as log:
        fill(log, 0, 49)
        late = RECEIVED + 49 * SECOND
        assert log.seal(now=late, policy=few) == []
        fill(log, 49, 50)
        assert log.seal(now=late, policy=few) != []
        fill(log, 50, 51)
        assert log.seal(now=RECEIVED + DAY, policy=few) == []
        assert log.seal(now=RECEIVED + DAY + MINUTE, policy=few) != []
        log.append(Batch(events(example("reading"))), received_at=RECEIVED)
        assert log.seal(now=RECEIVED + HOUR - 1) == []
        assert log.seal(now=RECEIVED + HOUR) != []


def test_readers_find_segments_by_kind_and_time(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        for hour in range(3):
            log.append(
                Batch(events(state(hour * 3600), example("reading", key=str(hour)))), received_at=RECEIVED
            )
            log.seal(now=RECEIVED + 48 * HOUR)
        assert len(log.segments()) == 6
        assert len(log.segments(kinds=["state"])) == 3
        midnight = NOON - 12 * HOUR
        assert (
            len(log.segments(kinds={"state", "count"}, span=Interval(midnight + HOUR, midnight + 2 * HOUR)))
            == 1
        )
        assert len(log.segments(2)) == 2


@pytest.mark.parametrize("forgotten", [False, True])
def test_identity_is_unique_beyond_the_index(tmp_path: Path, forgotten: bool) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 300)
        log.seal(now=RECEIVED + (60 * DAY if forgotten else 2 * DAY), site_of=SITES)
        in_index = log.connection.execute("SELECT count(*) FROM seen").fetchone()[0]
        assert in_index == (0 if forgotten else 300)
        receipt = log.append(Batch(states(250, 350)), received_at=RECEIVED)
        assert (receipt.accepted, receipt.duplicates) == (50, 50)
        receipt = log.append(Batch(events(state(7, state="idle"))), received_at=RECEIVED)
        assert receipt.outcomes == bytes([CONFLICT])
        assert log.conflicted() == [("plc", "7")]


def test_too_many_identities_leave_the_index(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 100)
        log.seal(now=RECEIVED + 2 * DAY, policy=SealPolicy(identities=99))
        assert log.connection.execute("SELECT count(*) FROM seen").fetchone()[0] == 0
        assert log.append(Batch(states(0, 100)), received_at=RECEIVED).duplicates == 100


def test_runs_merge_and_stay_few(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        for start in range(0, 400, 10):
            fill(log, start, start + 10)
            spill(log, log.last_offset())
        runs = log.connection.execute("SELECT rows FROM known").fetchall()
        assert sum(rows for (rows,) in runs) == 400
        assert len(runs) < 6
        assert len(list(Places(tmp_path).known.iterdir())) == len(runs)
        assert log.append(Batch(states(0, 400)), received_at=RECEIVED).duplicates == 400


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_lost_runs_are_computed_again(tmp_path: Path, harm: str) -> None:
    with opened(tmp_path) as log:
        log.bulk([Batch(states(0, 200))], received_at=RECEIVED)
        fill(log, 200, 210)
    for path in Places(tmp_path).known.iterdir():
        if harm == "gone":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:50])
    with opened(tmp_path) as log:
        assert log.append(Batch(states(0, 210)), received_at=RECEIVED).duplicates == 210


def test_orphans_of_a_kill_are_ignored_and_swept(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 10)
        log.seal(now=RECEIVED + 48 * HOUR)
    stray = Places(tmp_path).segments / "000-rest-0.parquet"
    stray.write_bytes(b"half")
    with Log.open(tmp_path, write=False) as reader:
        assert len(reader.events()) == 10
    with opened(tmp_path):
        assert not stray.exists()


def test_a_damaged_segment_is_named(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 10)
        (found,) = log.seal(now=RECEIVED + 48 * HOUR)
        directory = Places(tmp_path).segments
        assert segments.check_segments(directory, log.manifest()) == []
        path = directory / found.name
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        assert [problem.where for problem in segments.check_segments(directory, log.manifest())] == [
            found.name
        ]
        path.unlink()
        assert "missing" in segments.check_segments(directory, log.manifest())[0].what


def test_bulk_and_append_decide_alike(tmp_path: Path) -> None:
    rows = [
        state(1),
        state(2),
        state(1),
        state(2, state="idle"),
        state(3),
        state(2, state="idle"),
        state(4, state="off"),
    ]
    table = events(*rows)
    outcomes = []
    for door in ("append", "bulk"):
        with opened(tmp_path / door) as log:
            log.append(Batch(states(3, 6)), received_at=RECEIVED)
            if door == "bulk":
                receipt = log.bulk(
                    [Batch(table[:4]), Batch(table[4:])], received_at=RECEIVED, cursor=Cursor("f", "7")
                )
                assert log.cursor("f") == "7"
            else:
                receipt = log.append(Batch(table), received_at=RECEIVED)
            outcomes.append((receipt, log.conflicted(), contents(log)))
    assert outcomes[0] == outcomes[1]


def test_bulk_flushes_by_size_and_numbers_go_on(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        fill(log, 0, 5)
        receipt = log.bulk(
            (Batch(states(i, i + 10)) for i in range(0, 100, 10)), received_at=RECEIVED, rows=30
        )
        assert (receipt.accepted, receipt.duplicates, receipt.first_offset, receipt.last_offset) == (
            95,
            5,
            6,
            100,
        )
        assert len(receipt.outcomes) == 100
        assert log.connection.execute("SELECT count(*) FROM segment").fetchone()[0] == 4
        fill(log, 100, 101)
        assert log.last_offset() == 101
        assert log.events()["log_offset"].to_pylist() == list(range(1, 102))


def test_an_empty_bulk_is_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        assert log.bulk([], received_at=RECEIVED).accepted == 0
        assert log.bulk([Batch()], received_at=RECEIVED).accepted == 0
        assert log.last_offset() == 0


def test_a_reading_segment_holds_exact_decimals_and_floats(tmp_path: Path) -> None:
    table = events(
        example("count", good="0.000001", total="999999999999.999999"), example("reading", key="r", value=0.1)
    )
    with opened(tmp_path) as log:
        log.bulk([Batch(table)], received_at=RECEIVED)
        assert log.events().select(CONTENT.names).equals(table)
