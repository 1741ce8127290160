"""An event by its number: as it was told, sealed or not."""

from __future__ import annotations

from pathlib import Path

from tests.stack.floor import NOW, load, plant, written
from tests.stack.floor_questions.told import SIX, told

from plantstack.intervals import HOUR
from plantstack.stack import Stack
from plantstack.stack.reasons.one_event import one_event


def test_an_event_says_what_was_told_before_and_after_sealing(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    rows = [
        told("count", "packer", SIX, good=500, scrap=3, reason="underfill", x={"lane": 2}),
        {
            **told("count", "packer", SIX, good=501),
            "key": "late",
            "supersedes": {"source": "plc", "key": "a"},
        },
    ]
    load(project, written(tmp_path, "1.ndjson", rows))
    with Stack.open(project, write=True) as stack:
        before = [one_event(stack.log, offset) for offset in (1, 2, 3, stack.log.last_offset() + 1, 0)]
        assert stack.log.seal(now=NOW + 48 * HOUR)
        after = [one_event(stack.log, offset) for offset in (1, 2, 3, stack.log.last_offset() + 1, 0)]
    assert before == after
    assert before[-2:] == [None, None]
    found = {one.key: one for one in before if one is not None and one.kind == "count"}
    first = found[rows[0]["key"]]
    assert (first.equipment, first.at, first.source, first.corrects) == ("packer", SIX, "plc", None)
    assert first.says == {"good": 500, "scrap": 3, "reason": "underfill", "x": {"lane": 2}}
    assert found["late"].corrects == ("plc", "a")
