"""The command retract: it lists, shows, and only then takes back."""

from __future__ import annotations

from pathlib import Path

from tests.interfaces.test_commands import plantstack
from tests.stack.floor import START, written
from tests.stack.test_questions import shift_of_the_line

from plantstack.intervals import MINUTE, rfc3339


def test_it_lists_shows_and_only_then_takes_back(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    plantstack("init", folder)
    assert plantstack("retract", folder).out.strip() == "Nothing was loaded yet."
    plantstack("load", folder, written(tmp_path, "shift.ndjson", shift_of_the_line()))
    wrong = {"kind": "state", "equipment": "filler", "at": rfc3339(START + 90 * MINUTE)}
    wrong |= {"source": "sheet", "key": "w", "state": "fault"}
    plantstack("load", folder, written(tmp_path, "wrong.ndjson", [wrong]))
    listed = plantstack("retract", folder, "--json").rows
    files = [(row["files"], row["standing"]) for row in listed]
    assert files == [(["wrong.ndjson"], 1), (["shift.ndjson"], 22)]
    shown = plantstack("retract", folder, "--file", "wrong.ndjson")
    assert "1 event would be taken back" in shown.out
    assert "nothing was changed" in " ".join(shown.out.split())
    assert plantstack("retract", folder, "--json").rows == listed
    assert plantstack("retract", folder, "--load", listed[0]["load"], "--confirm", "--why", "typo").code == 0
    assert plantstack("retract", folder, "--json").rows[1]["standing"] == 0
    again = plantstack("retract", folder, "--source", "sheet")
    assert (again.code, "nothing to take back" in again.out) == (0, True)
    assert plantstack("rebuild", folder, "--verify").code == 0


def test_what_cannot_be_meant_leaves_with_2(tmp_path: Path) -> None:
    folder = tmp_path / "plant"
    plantstack("init", folder)
    for words in (("--confirm",), ("--file", "a.csv", "--load", 3), ("--load", 3), ("--source", "nobody")):
        told = plantstack("retract", folder, *words, "--json")
        assert told.code == 2, words
        assert told.answer["problems"][0]["code"].startswith("retract-"), words
