"""Raw input is kept as it came: read again whole, bounded, never in the way of intake."""

from __future__ import annotations

import gzip
import json
import resource
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantstack.connectors.contract import Message
from plantstack.connectors.raw import FOLDER, Keep, RawFiles, RawKeeper, kept_connections
from plantstack.intervals import DAY, SECOND

AT = 1_767_600_000_000_000  # 2026-01-05T08:00:00Z


def message(number: int, size: int = 0) -> Message:
    payload = json.dumps({"n": number, "pad": "x" * size}).encode()
    return Message(payload, {"topic": "hall/press"}, f"hall/press {number}")


STANDING = ("counters hall", '{"counters": {}}')


def trouble(raw: RawKeeper) -> OSError | None:
    return raw.trouble


def numbers(folder: Path) -> list[list[int]]:
    return [[json.loads(one.payload)["n"] for one in kept.messages] for kept in RawFiles(folder)]


@contextmanager
def keeper(folder: Path, keep: Keep | None = None) -> Iterator[RawKeeper]:
    found = RawKeeper(folder, keep or Keep())
    yield found
    found.close()


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(
            Message,
            st.binary(max_size=40),
            st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
            st.text(max_size=5),
            st.booleans(),
            st.text(max_size=3),
            st.booleans(),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_messages_come_back_as_they_came(
    tmp_path_factory: pytest.TempPathFactory, messages: list[Message]
) -> None:
    folder = tmp_path_factory.mktemp("raw")
    with keeper(folder) as raw:
        raw.keep(messages, AT, *STANDING)
    (kept,) = RawFiles(folder)
    assert (kept.at, list(kept.messages)) == (AT, messages)


def test_people_can_read_it_with_zcat(tmp_path: Path) -> None:
    with keeper(tmp_path / FOLDER / "hall") as raw:
        raw.keep([message(1)], AT, *STANDING)
    (path,) = (tmp_path / FOLDER / "hall").iterdir()
    head, delivery = gzip.decompress(path.read_bytes()).splitlines()
    assert json.loads(head)["counters"] == "counters hall"
    assert json.loads(delivery)["messages"][0]["about"] == {"topic": "hall/press"}
    assert kept_connections(tmp_path) == ["hall"]


def test_where_counters_stood_before_the_first_delivery_is_kept(tmp_path: Path) -> None:
    with keeper(tmp_path) as raw:
        raw.keep([message(1)], AT, *STANDING)
        raw.keep([message(2)], AT + DAY, "counters hall", "later")
    files = RawFiles(tmp_path)
    assert len(list(files)) == 2
    assert (files.counters, files.carry) == STANDING


def killed(folder: Path, *deliveries: list[Message]) -> Path:
    """What is on disk of some deliveries when the process is killed after the last."""
    with keeper(folder / "running") as raw:
        for number, messages in enumerate(deliveries):
            raw.keep(messages, AT + number, *STANDING)
        return Path(shutil.copytree(folder / "running", folder / "killed"))


def test_F01_a_torn_end_is_skipped_and_the_next_start_goes_on(tmp_path: Path) -> None:
    folder = killed(tmp_path, *([message(number, 200)] for number in range(5)))
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-9])  # killed within the last line
    with keeper(folder) as again:
        again.keep([message(4, 200)], AT + 9, *STANDING)
    files = RawFiles(folder)
    assert numbers(folder) == [[0], [1], [2], [3], [4]]
    assert list(files) and files.torn == 1


def test_F02_what_was_on_the_way_when_killed_is_read_once(tmp_path: Path) -> None:
    """Killed before its commit, or after it."""
    folder = killed(tmp_path, [message(1)], [message(2), message(3)])
    with keeper(folder) as again:
        again.keep([message(3)], AT + 5, *STANDING)  # 2 was acknowledged, 3 comes again
        again.keep([message(4)], AT + 6, *STANDING)
    assert numbers(folder) == [[1], [2], [3], [4]]


def test_F05_what_the_log_refused_is_left_out_as_it_comes_again(tmp_path: Path) -> None:
    with keeper(tmp_path) as raw:
        raw.keep([message(1)], AT, *STANDING)
        raw.keep([message(2)], AT + 1, *STANDING)
        raw.void()
        raw.keep([message(2)], AT + 2, *STANDING)
    assert numbers(tmp_path) == [[1], [2]]
    assert [kept.at for kept in RawFiles(tmp_path)] == [AT, AT + 2]


def test_days_and_bytes_are_bounded(tmp_path: Path) -> None:
    with keeper(tmp_path, Keep(age=3 * DAY)) as raw:
        for day in range(10):
            raw.keep([message(day)], AT + day * DAY, *STANDING)
    assert numbers(tmp_path) == [[6], [7], [8], [9]]
    most = 64_000
    folder = tmp_path / "other"
    with keeper(folder, Keep(size=most)) as raw:
        for number in range(3_000):
            raw.keep([message(number * 7_919)], AT + number * SECOND, *STANDING)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= most
    assert numbers(folder)[-1] == [2_999 * 7_919] and len(numbers(folder)) > 300


def test_nothing_is_kept_when_so_told(tmp_path: Path) -> None:
    with keeper(tmp_path / "raw", Keep(size=0)) as raw:
        raw.keep([message(1)], AT, *STANDING)
    assert not (tmp_path / "raw").exists()


def test_F06_a_full_disk_is_told_and_stops_nothing(tmp_path: Path) -> None:
    raw = RawKeeper(tmp_path, Keep())
    raw.keep([message(1)], AT, *STANDING)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
        raw.keep([Message(bytes(range(256)) * 50, {}, "large")], AT + 1, *STANDING)
        assert raw.missed == 1 and trouble(raw) is not None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, was)
    raw.keep([message(3)], AT + 2, *STANDING)
    raw.close()
    files = RawFiles(tmp_path)
    assert trouble(raw) is None
    assert [json.loads(one.messages[0].payload)["n"] for one in files] == [1, 3]
    assert files.missed == 1
