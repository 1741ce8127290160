"""The books of the demo group about what was planted: whose loss; what was reported, what is known now."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.demo.told import UNTIL

from plantstack.demo import Demo, build_demo
from plantstack.demo.group import LINES
from plantstack.engines.duckdb.reported import FOLDER, freeze
from plantstack.intervals import DAY, SECOND, Interval, rfc3339
from plantstack.kpis.models.alarm_reasons import Bar
from plantstack.stack import Stack
from plantstack.stack.files.configuring import closes
from plantstack.stack.reasons.blaming import blame
from plantstack.stack.reasons.learning import learn_reasons


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return build_demo(tmp_path_factory.mktemp("group") / "demo", until=UNTIL, days=24, sites=2)


def laid_to(stack: Stack, span: Interval) -> tuple[dict[str, float], float]:
    """Seconds of the bottling line's constraint by the machine they are laid to, and all of them."""
    total, *causes = blame(stack.engine(), "tul-1", "constraint", (None, None), span).rows
    lost: dict[str, float] = defaultdict(float)
    for row in causes:
        lost[row["laid_to"] or "nobody"] += row["seconds"]
    assert sum(lost.values()) == pytest.approx(total["seconds"], abs=1e-6)
    return lost, total["seconds"]


def test_causes_find_the_machine_that_starves_the_constraint(made: Demo) -> None:
    truth = next(one for one in made.truths if one.what == "starved_constraint")
    inside = Interval(truth.from_at, truth.until_at)
    after = Interval(truth.until_at, truth.until_at + inside.end - inside.start)
    with Stack.open(made.folder) as stack:
        (planted, whole), (usual, rest) = laid_to(stack, inside), laid_to(stack, after)
    others = {name: lost for name, lost in planted.items() if name not in (truth.where, "tul-1-filler")}
    assert planted[truth.where] > max(others.values())  # the greatest loss that is not the filler's own
    assert planted[truth.where] / whole > 2 * usual[truth.where] / rest
    assert planted["nobody"] / whole < 0.05


def test_a_close_that_derives_its_own_site_keeps_what_whole_books_say(made: Demo, tmp_path: Path) -> None:
    kept, folder = made.folder / FOLDER, shutil.copytree(made.folder, tmp_path / "whole")
    shutil.rmtree(folder / FOLDER)
    with Stack.open(folder) as stack:
        found = closes(stack.log)
        assert {one.equipment for one in found} == {"pune"} and len(found) == 2
        for close in found:
            freeze(stack.engine(known_at=close.upto).books, close)
    for path in sorted(kept.glob("*.parquet")):
        ours, whole = (pq.read_table(place / path.name).to_pylist() for place in (kept, folder / FOLDER))
        assert ours and sorted(map(str, ours)) == sorted(map(str, whole)), path.name


def test_a_closed_week_keeps_what_was_reported(made: Demo) -> None:
    with Stack.open(made.folder) as stack:
        closed = {
            row["period"]["label"]: row
            for row in stack.kpis(["scrap_count"], scope="pun-3", grain="week").rows
            if row["reported"]
        }
        assert len(closed) == 2
        first = min(closed)
        row = closed[first]
        assert row["reported"]["difference"] >= 40  # found bad two days after the week was closed
        closes = stack.log.events()
        offset = min(
            one
            for one, kind in zip(closes["log_offset"].to_pylist(), closes["kind"].to_pylist(), strict=True)
            if kind == "close"
        )
        then = stack.kpis(["scrap_count"], scope="pun-3", grain="week", known_at=offset).rows
        known = {one["period"]["label"]: one["value"] for one in then}
        assert known[first] == row["reported"]["value"]
        later = stack.kpis(["scrap_count"], scope="pun-3", grain="week").rows
        assert {one["period"]["label"]: one["value"] for one in later}[first] == row["value"]
        assert stack.verify() == []


def test_a_lost_hour_is_sold_out_slack_or_of_a_demand_nobody_told(made: Demo) -> None:
    with Stack.open(made.folder) as stack:
        hours = {
            scope: next(row["hours"] for row in stack.losses(scope=scope).rows if row["row"] == "demand")
            for scope in ("tul-1", "tul-2", "pun-1")
        }
        impact = {row["scope"]["line"]: row for row in stack.kpis(["ebitda_loss_impact"], by=["line"]).rows}
        days = (rfc3339(UNTIL - 20 * DAY)[:10], rfc3339(UNTIL - 3 * DAY)[:10])
        parted = stack.kpis(["ebitda_loss_impact"], scope="tulsa", by=["line"], days=days).rows
        alone = {
            line: stack.kpis(["ebitda_loss_impact"], scope=line, days=days).rows[0] for line in impact if line
        }
    assert set(hours["tul-1"]) == {"sold out", "unknown"}  # of water nobody speaks
    assert set(hours["tul-2"]) == {"slack"}
    assert set(hours["pun-1"]) == {"unknown"}
    assert impact["tul-2"]["value"] > 0
    told = {row["scope"]["line"]: (row["value"], row["why_none"]) for row in parted if row["scope"]["line"]}
    assert told == {line: (alone[line]["value"], alone[line]["why_none"]) for line in told}
    assert set(told) == {"tul-1", "tul-2"}
    assert impact["tul-1"]["value"] is None and "between" in impact["tul-1"]["why_none"]


def test_pieces_name_their_mould_and_material(made: Demo) -> None:
    with Stack.open(made.folder) as stack:
        events = stack.log.events().select(["kind", "equipment", "source", "body"]).to_pylist()
    named = {
        (one["equipment"], *sorted(json.loads(one["body"])["x"].values()))
        for one in events
        if one["kind"] == "count" and one["source"].startswith("pulse.pun")
    }
    assert ("pun-3", "M14-3", "PA6-GF30") in named
    assert ("pun-1", "M14-1", "PA6-GF30") in named
    assert len(named) == 8  # two products a press


def test_alarm_rules_learned_from_taps_are_the_ways_in_which_machines_stop(made: Demo) -> None:
    with Stack.open(made.folder) as stack:
        rows = learn_reasons(stack.engine(), 30 * SECOND, Bar()).rows
    stops = {
        name: habit.stops for site in LINES.values() for line in site for name, habit in line.machines.items()
    }
    proposed = [row for row in rows if row["row"] == "rule" and row["proposed"]]
    assert len(proposed) >= 5
    for row in proposed:  # codes are numbered from 100 on in the order of the ways
        assert row["reason"] == stops[row["machine"]][int(row["code"].rpartition("-")[2]) - 100].reason
    held = next(row for row in rows if row["row"] == "held_out")
    # three taps of a hundred name another stop of the machine
    assert held["n"] > 50 and held["low"] <= 0.97 <= held["high"] and held["precision"] > held["naive"]
