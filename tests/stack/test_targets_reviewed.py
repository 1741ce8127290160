"""Targets that move nobody: off target without an action, or never off target at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stack.floor import START, Wire, load, plant, written

from plantstack.intervals import DAY, MINUTE, rfc3339
from plantstack.kpis.targets.usage import EARLY, KEEP, LOOKED_BACK, RETIRE, TIGHTEN, use_of
from plantstack.stack import Stack
from plantstack.stack.targets.use import review

DAYS = 15 * 7

statuses = st.lists(st.sampled_from(["met", "watch", "missed", "not trusted"]), max_size=30)


@given(statuses, st.integers(0, 3))
def test_each_proposal_has_its_reason(told: list[str], actions: int) -> None:
    found = use_of(told, actions, "week", is_long_enough=True)
    judged = [status for status in told if status != "not trusted"]
    assert (found.proposal == EARLY) == (len(judged) < 8)
    if found.proposal == RETIRE:
        assert not actions and judged.count("missed") * 2 >= len(judged)
    if found.proposal == TIGHTEN:
        assert set(judged) == {"met"}
    if actions and judged.count("missed"):
        assert found.proposal in (KEEP, EARLY)


def test_books_that_are_too_short_say_nothing() -> None:
    assert use_of(["missed"] * 20, 0, "week", is_long_enough=False).proposal == EARLY


def test_months_are_few_and_enough() -> None:
    assert use_of(["missed"] * 3, 0, "month", is_long_enough=True).proposal == RETIRE
    assert use_of(["missed"] * 3, 0, "week", is_long_enough=True).proposal == EARLY


# -- in a plant ----------------------------------------------------------------------------------


def history() -> Iterator[Wire]:
    """Fifteen weeks; every day one failure of 40 min."""
    for day in range(DAYS):
        start = START + day * DAY
        for machine in ("filler", "capper"):
            common = {"equipment": machine, "source": "plc"}
            yield {
                **common,
                "kind": "state",
                "at": rfc3339(start),
                "key": f"run {machine} {day}",
                "state": "producing",
                "until": rfc3339(start + DAY),
            }
            yield {
                **common,
                "kind": "state",
                "at": rfc3339(start + 60 * MINUTE),
                "key": f"down {machine} {day}",
                "state": "fault",
                "reason": "jam",
                "until": rfc3339(start + 100 * MINUTE),
            }
    yield acted("filler", "mttr", DAYS - 30, "a-1")
    yield acted("line-1", "mtbf", DAYS - 30, "a-2")
    yield acted("capper", "mttr", DAYS - LOOKED_BACK - 3, "a-3")


def acted(equipment: str, kpi: str, day: int, name: str) -> Wire:
    at = rfc3339(START + day * DAY)
    more = {"action": name, "phase": "opened", "kpi": kpi}
    return {"kind": "action", "equipment": equipment, "at": at, "source": "office", "key": name, **more}


FILES = """\
targets:
  - {kpi: mttr, at: [filler], value: 20 min}
  - {kpi: mttr, at: [capper], value: 20 min, owner: shift lead}
  - {kpi: mtbf, at: [tulsa], value: 90 h}
  - {kpi: mttr, at: [line-1], value: 2 h}
  - {kpi: mttr, at: [packer], value: 2 h}
  - {kpi: mttr, value: 2 h}
  - {kpi: mttr, at: [tulsa], value: 2 h, until: 2026-04-01}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("reviewed")
    project = plant(root / "p")
    (project / "targets.yaml").write_text(FILES, "utf-8")
    load(project, written(root, "1.ndjson", history()), now=START + (DAYS + 1) * DAY)
    with Stack.open(project) as stack:
        rows = review(stack.engine(), stack.catalog()).rows
        below = review(stack.engine(), stack.catalog(), scope="line-1").rows
    return {(row["kpi"], row["scope"]): row for row in rows}, [row["scope"] for row in below]


def test_missed_without_an_action_is_proposed_for_retirement(found: Any) -> None:
    row = found[0]["mttr", "capper"]
    assert (row["proposal"], row["n_actions"], row["owner"]) == ("retire", 0, "shift lead")
    assert "no action names it" in row["why"]


def test_an_action_here_below_or_above_keeps_it(found: Any) -> None:
    assert found[0]["mttr", "filler"]["proposal"] == "keep"
    below = found[0]["mtbf", "tulsa"]
    assert (below["proposal"], below["n_actions"]) == ("keep", 1)
    assert below["last_action"] == rfc3339(START + (DAYS - 30) * DAY)


def test_never_missed_is_proposed_for_tightening_with_a_target(found: Any) -> None:
    row = found[0]["mttr", "line-1"]
    assert row["proposal"] == "tighten"
    assert "kpi: mttr, at: [line-1], value: 2400 s" in " ".join(row["yaml"].split())


def test_what_is_proposed_for_the_group_is_of_the_group(found: Any) -> None:
    row = found[0]["mttr", ""]
    assert row["proposal"] == "tighten"
    assert " ".join(row["yaml"].split()).startswith("- {kpi: mttr, value: 2400 s")


def test_nothing_to_judge_is_too_early_and_what_has_ended_is_gone(found: Any) -> None:
    assert found[0]["mttr", "packer"]["proposal"] == "too early"
    assert ("mttr", "tulsa") not in found[0]


def test_a_scope_shows_what_stands_in_it(found: Any) -> None:
    assert sorted(found[1]) == ["capper", "filler", "line-1", "packer"]


def test_an_empty_plant_has_nothing_to_review(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    (project / "targets.yaml").write_text(FILES, "utf-8")
    with Stack.open(project) as stack:
        assert review(stack.engine(), stack.catalog()).rows == []
