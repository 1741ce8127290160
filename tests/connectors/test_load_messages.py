"""What a load tells: each row once, in the order of the file, under names people know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.connectors.support import write
from tests.connectors.test_loading import GOOD, day, letters, load, project

__all__ = ["project"]


def wheres(problems: list[Any]) -> list[str]:
    return [problem.where.split(",")[0] for problem in problems]


def test_a_row_that_gives_two_wrong_events_is_told_and_kept_once(project: Path, tmp_path: Path) -> None:
    rows = ["2026-01-05 06:00:00,lathe,RUN,100", "2026-01-05 06:10:00,lathe,RUN,130"]
    (loaded,) = load(project, write(tmp_path, day(*GOOD, *rows), "one.csv"))
    assert wheres(loaded.problems) == ["one.csv:5", "one.csv:6"]
    assert [where for where, *_ in letters(project)] == ["one.csv:5", "one.csv:6"]
    assert loaded.as_row()["dead_lettered"] == 2


def test_problems_stand_in_the_order_of_the_lines(project: Path, tmp_path: Path) -> None:
    rows = [f"2026-01-05 06:0{number}:00,lathe,RUN," for number in range(9)]
    rows[1], rows[4] = "never,press,RUN,1", "2026-01-05 06:05:00,press"
    rows[7] = "2026-01-05 06:05:00,saw,JAM,"
    (loaded,) = load(project, write(tmp_path, day(*rows), "1.csv"))
    assert wheres(loaded.problems) == [f"1.csv:{line}" for line in range(2, 11)]
