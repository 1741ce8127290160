"""How kinds of findings have done, as a command says it: money and lead, for whoever asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.live.inside import inside
from tests.live.shift import said
from tests.stack.floor import START, load, plant, written
from tests.stack.test_finding_facts import NOW, SHIFT, answer
from typer.testing import CliRunner

from plantstack.insights.finding import Same
from plantstack.interfaces.asked_findings import score_rows
from plantstack.interfaces.cli import app
from plantstack.intervals import HOUR, rfc3339
from plantstack.stack import Stack

RUNNER = CliRunner()


def answered(minute: int, key: str, time: str, word: str, **more: Any) -> dict[str, Any]:
    """An answer to what was told of the filler, as its page sends it."""
    same = Same("late", "filler", time)
    return answer(minute, key, same.id, word, **{**same.as_row(), **more})


def test_a_score_says_money_found_and_lead_of_what_people_confirmed(tmp_path: Path) -> None:
    folder = plant(tmp_path / "p")
    worth = {"raised_at": rfc3339(START), "money": 100.0, "money_low": 50.0, "money_high": 200.0}
    said = [
        answered(60, "a1", "1", "useful", **worth),
        answered(120, "a2", "2", "fixed", **worth),
        answered(180, "a3", "2", "fixed", **worth),  # said again: the last answer counts, its money once
        answered(170, "a4", "3", "wrong", **{**worth, "money_high": 9999.0}),
    ]
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, *said]), now=NOW)
    told = RUNNER.invoke(app, ["insights", str(folder), "--score", "--json"])
    assert told.exit_code == 0, told.output
    (row,) = json.loads(told.stdout)["rows"]
    assert (row["row"], row["kind"]) == ("score", "late")
    assert row["answers"] == {"useful": 1, "fixed": 1, "wrong": 1}
    assert (row["lead_s"], row["until_fixed_s"]) == (3600.0, 180 * 60.0)
    assert row["money"] == [{"low": 100.0, "likely": 200.0, "high": 400.0, "currency": "USD"}]
    shown = RUNNER.invoke(app, ["insights", str(folder), "--score"], env={"COLUMNS": "200"})
    assert "67%" in shown.stdout and "$200.00 ($100.00 to $400.00)" in shown.stdout
    with Stack.open(folder) as stack:
        assert score_rows(stack, "packer").rows == []
        assert score_rows(stack, "filler", sees_money=False).rows[0]["money"] == []


def test_the_api_says_the_same_scores(tmp_path: Path) -> None:
    now = 1_772_474_400_000_000
    with inside(tmp_path / "p", now) as plant:
        same = Same("drift", "filler", "1")
        told = {"finding": same.id, "word": "useful", **same.as_row(), "severity": 3.0}
        x = {"phase": "answered", **told, "money": 10.0, "raised_at": rfc3339(now - HOUR)}
        text = "finding: useful"
        note = said("note", "filler", now - HOUR // 2, "a1", text=text, x=x, source="tablet.p3")
        state = said("state", "filler", now - HOUR // 4, "s1", state="producing")
        assert [row["status"] for row in plant.send(note, state)] == ["accepted", "accepted"]
        plant.fresh()
        (row,) = plant.get("insights", scores="true")
        assert (row["row"], row["kind"], row["lead_s"]) == ("score", "drift", 1800.0)
        assert plant.get("insights", scores="true", scope="packer") == []


def test_an_answer_to_what_is_over_counts_to_no_kind_but_its_own(tmp_path: Path) -> None:
    """What stands is looked at; of what is over the id itself says what it was."""
    folder = plant(tmp_path / "p")
    forged = {"kind": "drift"}, {"subject": "filler/parameter=heat"}, {"episode": "9"}, {"episode": ""}
    told = [answered(60 + n, f"a{n}", str(n), "wrong", **one) for n, one in enumerate(forged)]
    load(folder, written(tmp_path, "one.ndjson", [*SHIFT, *told]), now=NOW)
    with Stack.open(folder) as stack:
        assert score_rows(stack).rows == []
    load(folder, written(tmp_path, "two.ndjson", [answered(90, "b", "7", "useful")]), now=NOW)
    with Stack.open(folder) as stack:
        (row,) = score_rows(stack).rows
    assert (row["kind"], row["answers"], row["precision"]) == ("late", {"useful": 1}, 1.0)
