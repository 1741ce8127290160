from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from tests.events.build import RECEIVED, opened, states

from plantstack.errors import LogError
from plantstack.events.batch import Batch, Cursor, Receipt
from plantstack.events.store import nothing
from plantstack.events.writer import GroupWriter


def test_F04_closing_writes_and_acknowledges_what_was_handed_over(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        writer = GroupWriter(log)
        waiting = [
            writer.submit(Batch(states(i, i + 10)), received_at=RECEIVED, cursor=Cursor("plc", str(i + 10)))
            for i in range(0, 500, 10)
        ]
        writer.close()
        assert [future.result(0).accepted for future in waiting] == [10] * 50
        assert [future.result(0).first_offset for future in waiting] == list(range(1, 500, 10))
        assert log.cursor("plc") == "500"
        with pytest.raises(LogError, match="stopped"):
            writer.submit(Batch(states(0, 1)), received_at=RECEIVED)


def test_several_senders_share_commits_and_each_gets_its_own_receipt(tmp_path: Path) -> None:
    commits = 0

    def count(point: str, _connection: sqlite3.Connection) -> None:
        nonlocal commits
        commits += point == "committed"

    batches = [Batch(states(i * 5, i * 5 + 5)) for i in range(40)]
    results: list[Receipt] = []
    with opened(tmp_path) as log:
        log.probe = count
        writer = GroupWriter(log)

        def send(mine: list[Batch]) -> None:
            results.extend(writer.submit(batch, received_at=RECEIVED).result(10) for batch in mine)

        senders = [threading.Thread(target=send, args=(batches[i::4] + batches[:3],)) for i in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        writer.close()
        assert sum(receipt.accepted for receipt in results) == 200
        assert sum(receipt.duplicates for receipt in results) == 60
        assert commits < len(results)
        assert len(log.hot()) == 200


def test_F06_a_full_disk_refuses_the_group_and_the_writer_goes_on(tmp_path: Path) -> None:
    def full(point: str, _connection: sqlite3.Connection) -> None:
        if point == "written":
            raise sqlite3.OperationalError("database or disk is full")

    with opened(tmp_path) as log:
        writer = GroupWriter(log)
        log.probe = full
        refused = writer.submit(Batch(states(0, 5)), received_at=RECEIVED)
        with pytest.raises(LogError, match="full"):
            refused.result(10)
        log.probe = nothing
        assert writer.submit(Batch(states(0, 5)), received_at=RECEIVED).result(10).accepted == 5
        assert writer.broken is None
        writer.close()


def test_F14_an_unexpected_exception_stops_the_writer_and_nobody_is_acknowledged(tmp_path: Path) -> None:
    gate = threading.Event()

    def fail(point: str, _connection: sqlite3.Connection) -> None:
        if point == "written":
            gate.wait(10)
            raise RuntimeError("unexpected")

    with opened(tmp_path) as log:
        writer = GroupWriter(log)
        log.probe = fail
        waiting: list[Future[Receipt]] = [
            writer.submit(Batch(states(i * 2000, i * 2000 + 1500)), received_at=RECEIVED) for i in range(3)
        ]
        gate.set()
        for future in waiting:
            assert future.exception(10) is not None
        assert isinstance(writer.broken, RuntimeError)
        with pytest.raises(LogError, match="stopped"):
            writer.submit(Batch(states(0, 1)), received_at=RECEIVED)
        log.probe = nothing
        assert len(log.hot()) == 0


def test_F18_a_slow_disk_slows_senders_down_instead_of_filling_memory(tmp_path: Path) -> None:
    gate = threading.Event()

    def slow(point: str, _connection: sqlite3.Connection) -> None:
        if point == "begun":
            gate.wait(10)

    with opened(tmp_path) as log:
        log.probe = slow
        writer = GroupWriter(log, waiting=2, patience_s=0.05)
        accepted = []
        with pytest.raises(LogError, match="busy"):
            for i in range(20):
                accepted.append(writer.submit(Batch(states(i * 1000, i * 1000 + 1000)), received_at=RECEIVED))
        assert len(accepted) <= 4
        gate.set()
        assert all(future.result(10).accepted == 1000 for future in accepted)
        writer.close()


def test_F06_a_job_that_the_disk_refuses_waits_and_the_writer_goes_on(tmp_path: Path) -> None:
    def full(_log: object) -> None:
        raise OSError(28, "No space left on device")

    with opened(tmp_path) as log:
        writer = GroupWriter(log)
        with pytest.raises(LogError, match="No space left"):
            writer.run(full).result(10)
        assert writer.submit(Batch(states(0, 3)), received_at=RECEIVED).result(10).accepted == 3
        assert writer.run(lambda log: log.last_offset()).result(10) == 3
        writer.close()
