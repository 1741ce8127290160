"""Letters that cannot be read for the same reason are told in one line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.interfaces.test_commands import plantstack
from tests.stack.floor import plant


def test_a_retry_groups_letters_by_reason(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    said = {"kind": "state", "equipment": "nowhere", "source": "plc", "state": "producing"}
    rows = [{**said, "key": str(n), "at": f"2026-03-03T09:{n:02}:00Z"} for n in range(12)]
    file = tmp_path / "rows.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    plantstack("load", project, file)
    told = plantstack("letters", "retry", project, "--dry").out
    assert "12 still cannot be read" in told
    assert told.count("nowhere") == 1
