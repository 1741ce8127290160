"""What a person says today explains nothing that happens later; origins in README.md of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.live.inside import inside
from tests.live.shift import said
from tests.live.test_entries_api import DOWN, NOW, entry, tell

from plantstack.intervals import DAY, HOUR, rfc3339


def test_a_stop_that_comes_later_has_no_reason_from_before(tmp_path: Path) -> None:
    with inside(tmp_path / "p", NOW, silence="12 h") as plant:
        plant.running.start()
        plant.send(said("state", "filler", NOW - HOUR, "down", state="stopped"))
        span: dict[str, Any] = {"from": rfc3339(DOWN), "until": rfc3339(NOW + 5 * DAY)}
        tell(plant, entry("episode", "tap-0001", machine="filler", reason="bottle-jam", **span))
        plant.turned.pass_by(2 * HOUR)
        plant.send(
            said("state", "filler", NOW + HOUR // 2, "run", state="producing"),
            said("state", "filler", NOW + HOUR, "again", state="stopped"),
        )
        plant.fresh()
        asked = {"from": rfc3339(NOW + HOUR), "to": rfc3339(NOW + 2 * HOUR)}
        (later,) = plant.get("ledger", machine="filler", **asked)
        assert (later["state"], later["reason"]) == ("stopped", "")
