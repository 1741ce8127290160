"""Numbers are read as the mapping says they are written, and nothing else is one."""

from __future__ import annotations

import re
import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from .support import load, write

MAPPING = """
schema: 1
source: test
file: {format: csv, delimiter: ";", decimal: "%s"}
columns: {at: at, machine: machine, value: value}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: count, good: "{value}"}]
"""
AT = "2026-01-05T06:00"
CELLS = st.text("0127,.+-_ x", min_size=1, max_size=10).map(str.strip).filter(bool)
PADDING = 40  # good rows, so that no file is refused as a whole


def said(text: str, point: str) -> Decimal | None:
    """What a cell says, None where it is no number."""
    mark = re.escape(point)
    power = "([eE][+-]?[0-9]{1,3})?" if point == "." else ""
    if not re.fullmatch(rf"[+-]?([0-9]+({mark}[0-9]{{0,6}}0*)?|{mark}[0-9]+){power}", text):
        return None
    return Decimal(text.replace(",", ".")).quantize(Decimal("0.000001"), ROUND_HALF_UP)


@pytest.mark.parametrize("point", [",", "."])
@given(cells=st.lists(CELLS, max_size=12))
@example(cells=["0,1234567", "0.1234567", ",1234567", ".1234567", "1,2,3", "1.2.3", ",", ".", "1_0", "+7"])
def test_only_what_is_written_as_declared_is_a_number(point: str, cells: list[str]) -> None:
    every = [*cells, *["1"] * PADDING]
    lines = [f"{AT}:{row // 60:02d}.{row % 60:02d}Z;press;{cell}\n" for row, cell in enumerate(every)]
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(MAPPING % point, write(Path(folder), "at;machine;value\n" + "".join(lines)))
    numbers = [said(cell, point) for cell in every]
    expected = [number for number in numbers if number is not None and number >= 0]
    assert sorted(event["good"] for event in loaded.events) == sorted(expected)
    assert len(loaded.dead) == len(every) - len(expected)
