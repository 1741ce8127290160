"""What a back-test says of a list of what was wrong: nothing that could not be seen is called missed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.stack.floor import START, load, plant, written
from tests.stack.test_finding_facts import NOW, SHIFT
from typer.testing import CliRunner

from plantstack.interfaces.cli import app
from plantstack.intervals import DAY, HOUR, rfc3339

RUNNER = CliRunner()


def truth(name: str, what: str, first: int, last: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "what": what, "where": "filler", "from_at": first, "until_at": last, **more}


TRUTHS = [
    truth("not-seen", "drift", START, NOW),
    truth("bearing", "failing_bearing", START, NOW),  # of the demo: a drift names it
    truth("late", "late_events", START, NOW),
    truth("record", "drift", START, NOW, kinds=[]),
    truth("over", "drift", START - DAY, START - HOUR),
    truth("soon", "drift", NOW + HOUR, NOW + DAY),
]


def test_what_nothing_looks_for_and_what_nobody_asked_about_is_said_apart(tmp_path: Path) -> None:
    folder, file = plant(tmp_path / "p"), tmp_path / "truth.json"
    load(folder, written(tmp_path, "one.ndjson", SHIFT), now=NOW)
    file.write_text(json.dumps({"truths": TRUTHS}), "utf-8")
    asked = ["backtest", str(folder), "--from", rfc3339(START + HOUR), "--every", "1", "--truth", str(file)]
    told = RUNNER.invoke(app, [*asked, "--json"])
    assert told.exit_code == 0, told.output
    row = json.loads(told.stdout)["rows"][-1]
    assert row["row"] == "score" and row["every_hours"] == 1
    assert row["missed"] == ["not-seen", "bearing"] and row["unlooked"] == ["late", "record"]
    assert row["unasked"] == [{"id": "over", "when": "before"}, {"id": "soon", "when": "after"}]
    shown = RUNNER.invoke(app, asked, env={"COLUMNS": "200"}).stdout
    assert "no kind of finding looks for: late, record" in shown
    assert "unasked  soon: it began after it was asked last" in shown


def test_a_project_of_one_event_is_not_asked_about_since_1970(tmp_path: Path) -> None:
    """Its one row is no fact of a finding: asking day by day from year 0 on took more than a minute."""
    folder = plant(tmp_path / "p")
    load(folder, written(tmp_path, "one.ndjson", SHIFT[:1]), now=NOW)
    for asked in ([], ["--from", "1990-01-01T00:00:00Z", "--every", "1000000"]):
        told = RUNNER.invoke(app, ["backtest", str(folder), *asked])
        said = str(told.exception)
        assert "window-empty" in said and "None" not in said and "1970" not in said
        assert "nothing is known that a finding could stand on" in said


def test_a_history_that_is_too_short_says_where_it_begins(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    load(folder, written(tmp_path, "one.ndjson", SHIFT), now=NOW)
    said = str(RUNNER.invoke(app, ["backtest", str(folder)]).exception)
    assert "what is known begins at 2026-03-03" in said and "None" not in said
