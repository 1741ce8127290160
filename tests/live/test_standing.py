"""A token's scope follows where a machine stands at the instant of the request."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.live.shift import plant

from plantstack.intervals import DAY
from plantstack.live.access import Sender
from plantstack.plant.load import load_plant

SPARE = """
  spare:
    kind: cyclic
    placed:
      - {under: line-1, from: 2028-01-01, until: 2030-01-01}
      - {under: line-10, from: 2030-01-01}
"""


@pytest.mark.parametrize(
    ("days", "near"),
    [(-5 * 365 * DAY, ""), (-DAY, "line-1"), (-1, "line-1"), (0, "line-10"), (DAY, "line-10")],
)
def test_neither_a_placement_of_the_past_nor_one_of_the_future_opens_a_machine(
    tmp_path: Path, days: int, near: str
) -> None:
    folder = plant(tmp_path / "p")
    main = folder / "plant.yaml"
    main.write_text(
        main.read_text("utf-8").replace("\nmachines:", f"\nmachines:{SPARE.rstrip()}", 1), "utf-8"
    )
    there = load_plant(folder)
    now = there.spans["spare"][1].from_at + days
    for line in ("line-1", "line-10"):
        sender = Sender("gateway", scope=line)
        assert sender.is_near(there, "spare", now) == (line == near)
        assert sender.is_near(there, line, now)
