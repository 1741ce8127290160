"""Targets proposed from own best weeks: which weeks, how many, and when there is nothing to propose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stack.floor import START, Wire, load, plant, written

from plantstack.intervals import DAY, MINUTE, rfc3339
from plantstack.kpis.targets.best import LEAST_WEEKS, Week, proposal_of
from plantstack.stack import Stack
from plantstack.stack.targets.proposing import propose

weeks = st.lists(
    st.tuples(st.floats(0.001, 1e6), st.floats(0, 1e5), st.sampled_from(["", "", "", "grade C"])), max_size=40
).map(lambda drawn: [Week(f"W{n:02}", value, ran, why) for n, (value, ran, why) in enumerate(drawn)])


@given(weeks, st.sampled_from(["up", "down"]))
def test_every_week_it_is_from_reaches_it(told: list[Week], better: str) -> None:
    found = proposal_of(told, better)
    fit = [week for week in told if not week.unfit]
    assert found.n_fit + sum(found.left_out.values()) == len(told)
    assert (found.value is None) == (found.n_fit < LEAST_WEEKS)
    if found.value is None:
        assert found.why_none
        return
    assert all(week in fit for week in found.best)
    assert 2 <= len(found.best) <= max(2, found.n_fit // 4 + 1)
    for week in found.best:
        assert week.value is not None
        assert week.value >= found.value if better == "up" else week.value <= found.value
    # rounding gives away less than a hundredth
    hardest = found.best[-1].value
    assert hardest is not None
    assert abs(found.value - hardest) <= abs(hardest) / 100


@given(weeks)
def test_what_was_left_out_changes_nothing(told: list[Week]) -> None:
    odd = [*told, Week("W99", 1e9, 1e9, "grade C"), Week("W98", None, 1e9)]
    assert proposal_of(odd, "up").value == proposal_of(told, "up").value


def test_a_band_has_no_best() -> None:
    told = [Week(f"W{n}", 1.0, 10.0) for n in range(20)]
    assert "agree a band" in proposal_of(told, "band").why_none


def test_a_week_that_hardly_ran_is_not_the_best() -> None:
    told = [Week(f"W{n}", 0.5 + n / 100, 100.0) for n in range(10)]
    lucky = Week("lucky", 0.99, 5.0)
    found = proposal_of([*told, lucky], "up")
    assert lucky not in found.best
    assert found.left_out == {"less than half of the usual running time": 1}


# -- in a plant ----------------------------------------------------------------------------------


def seventy_days() -> list[Wire]:
    """Ten weeks from a Tuesday on: the filler runs, and is down for longer every week."""
    rows: list[Wire] = []

    def said(kind: str, at: int, key: str, **fields: object) -> None:
        rows.append(
            {"kind": kind, "equipment": "filler", "at": rfc3339(at), "source": "plc", "key": key, **fields}
        )

    for day in range(70):
        start = START + day * DAY
        said("state", start, f"run {day}", state="producing", until=rfc3339(start + DAY))
        down = start + 60 * MINUTE
        length = (5 + day // 7) * MINUTE
        said("state", down, f"down {day}", state="fault", reason="jam", until=rfc3339(down + length))
    said("state", START + 70 * DAY, "end", state="producing")
    return rows


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("proposed")
    project = plant(root / "p")
    load(project, written(root, "1.ndjson", seventy_days()), now=START + 71 * DAY)
    with Stack.open(project) as opened:
        yield opened


def row(stack: Stack, kpi: str, **asked: Any) -> Any:
    found = propose(stack.engine(), stack.catalog(), [kpi], **asked).rows
    assert len(found) == 1
    return found[0]


def test_the_first_weeks_were_the_best_and_stand_in_the_yaml(stack: Stack) -> None:
    found = row(stack, "mttr", scope="filler")
    assert found["n_weeks"] == 11
    assert found["left_out"] == {"not a whole week": 2}
    assert [week["label"] for week in found["weeks"]] == ["2026-W11", "2026-W12", "2026-W13"]
    assert found["value"] == pytest.approx(max(week["value"] for week in found["weeks"]), rel=0.01)
    assert found["yaml"].startswith("  - {kpi: mttr, at: [filler],\n     value: ")
    assert all(len(line) < 80 for line in found["yaml"].splitlines())
    assert found["spread"] > 0


def test_what_is_proposed_can_be_pasted(stack: Stack, tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    asked = ["mttr", "micro_stop_count", "run_time"]
    rows = propose(stack.engine(), stack.catalog(), asked, scope="filler").rows
    text = "targets:\n" + "\n".join(row["yaml"] for row in rows if row["yaml"]) + "\n"
    assert "per: week" in text
    (project / "targets.yaml").write_text(text, "utf-8")
    assert Stack.check(project) == []


def test_too_few_weeks_are_too_few(stack: Stack) -> None:
    found = row(stack, "mttr", scope="filler", days=("2026-03-03", "2026-04-01"))
    assert found["value"] is None
    assert found["yaml"] == ""
    assert found["why_none"] == "3 of 8 weeks that can be taken"


def test_a_plant_without_books_proposes_nothing(tmp_path: Path) -> None:
    with Stack.open(plant(tmp_path / "p")) as stack:
        assert propose(stack.engine(), stack.catalog()).rows == []
