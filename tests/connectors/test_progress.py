"""How far a load has come is told within a file, not only after it."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from plantstack.connectors.files.intake import LARGE
from plantstack.connectors.files.progress import execute
from plantstack.connectors.files.sheet import private_connection
from plantstack.connectors.load import Reading

from .support import load, write

BASE = """
schema: 1
source: test
file: {format: csv}
columns: {at: at, machine: machine, good: good}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: count, good: "{good}"}]
"""
LONG = "CREATE TEMP TABLE made AS SELECT sum(hash(n * 7)) AS h FROM range(40_000_000) AS t(n)"


def line(number: int) -> list[str]:
    """One row of an export."""
    second = number % 86_400
    at = f"2026-01-{5 + number // 86_400:02d}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
    return [at, "press", str(number % 7)]


def moves(told: list[Reading], start: float, end: float) -> int:
    """How often the bar stood somewhere new between two shares of all bytes."""
    return len({one.done for one in told if start < one.done / one.whole < end})


def is_rising(told: list[Reading]) -> bool:
    done = [one.done for one in told]
    return done == sorted(done) and done[-1] == told[-1].whole


def test_the_bar_moves_within_one_large_csv(tmp_path: Path) -> None:
    pad = "x" * 400
    text = "at,machine,good,pad\n" + "".join(f"{','.join(line(n))},{pad}\n" for n in range(20_000))
    path = write(tmp_path, text)
    assert path.stat().st_size > LARGE, "such a file gets a calculator of its own"
    told: list[Reading] = []
    assert len(load(BASE, path, progress=told.append).events) == 20_000
    assert is_rising(told)
    assert moves([one for one in told if not one.events], 0.0, 0.05) >= 6, "while it is copied"
    assert moves([one for one in told if not one.events], 0.05, 0.1) >= 6, "while its lines are looked at"


def test_the_bar_moves_within_one_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantstack.connectors.files.child.TICK_S", 0.01)
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as made:
        sheet = made.add_worksheet("A")
        for number, cells in enumerate([["at", "machine", "good"], *map(line, range(20_000))]):
            sheet.write_row(number, 0, cells)
    told: list[Reading] = []
    mapping = BASE.replace("format: csv", "format: excel")
    assert len(load(mapping, path, progress=told.append).events) == 20_000
    assert is_rising(told)
    assert moves([one for one in told if not one.events], 0.05, 0.225) >= 2, "while the parser writes rows"
    assert moves([one for one in told if not one.events], 0.225, 0.3) >= 1, "while sheets are parted"


def test_a_long_statement_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[float] = []
    with private_connection(tmp_path) as connection:
        execute(connection, LONG, {}, told.append)
        assert connection.sql("SELECT count(*) FROM made").fetchall() == [(1,)]
    assert told == sorted(told) and any(0 < share < 1 for share in told)


def test_whoever_stops_waiting_stops_the_statement(tmp_path: Path) -> None:
    def enough(share: float) -> None:
        raise KeyboardInterrupt

    with private_connection(tmp_path) as connection:
        with pytest.raises(KeyboardInterrupt):
            execute(connection, LONG.replace("40_000_000", "400_000_000_000"), {}, enough)
        assert connection.sql("SELECT 1").fetchall() == [(1,)]
