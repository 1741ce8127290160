"""Readiness: what blocks a layer, what mends it, and that asking costs no more for more lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from tests.live.inside import inside
from tests.live.shift import shift
from tests.stack import floor

from plantstack.engines.contract import MeasureQuery, MeasureTable
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.interfaces.readiness import readiness
from plantstack.intervals import DAY, HOUR, MINUTE, rfc3339
from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.trusting.readiness import (
    BLOCKED,
    FROM_FINANCE,
    FULFILLED,
    MET,
    MISSING,
    PARTLY,
    SILENT,
    WEAK,
    Check,
    check_of,
    required_of,
    stand,
)
from plantstack.kpis.wording import RECORD
from plantstack.measures.catalog import MEASURES
from plantstack.stack import Stack
from plantstack.stack.claims.readying import Readying, may_claim

NOON = 1_772_560_800_000_000  # of a Tuesday at the plant, inside a shift
FINE = Check("a", FULFILLED, "A")
WEAK_ONE = Check("b", WEAK, "C", "much", "Do it.", 15)
CHEAP = Check("c", MISSING, "U", "needs plan", "Load a plan.", 5)


def test_met_needs_all_partly_half_and_a_layer_waits_for_those_below() -> None:
    layers = stand({1: [FINE], 2: [FINE, WEAK_ONE], 3: [FINE], 4: [FINE], 5: [FINE]})
    assert [one.status for one in layers] == [MET, PARTLY, BLOCKED, BLOCKED, BLOCKED]
    assert [one.blocked_by for one in layers] == [0, 0, 2, 2, 2]
    assert stand({1: [FINE, WEAK_ONE, CHEAP]})[0].status == BLOCKED


def test_the_cheapest_step_is_named_and_what_never_happened_is_not_required() -> None:
    (one, *_) = stand({1: [FINE, WEAK_ONE, CHEAP, Check("d", SILENT, "A")]})
    assert (one.n_fulfilled, len(one.required)) == (1, 3)
    assert one.cheapest == CHEAP


def _row(value: float | None, why: str = "", grade: str = "A", **limit: Any) -> dict[str, Any]:
    told = {"measure": "time_unknown", "share": 0.5, "named": ("m",), "step": "Look.", "minutes": 3}
    limits = ({**told, **limit},) if grade == "C" else ()
    inputs = {"cost_material": 1, "qty_good": 2}
    return {
        "value": value,
        "why_none": why,
        "trust": {"grade": grade, "limits": limits},
        "inputs": inputs,
    }


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (_row(0.5), FULFILLED),
        (_row(0.5, grade="B"), FULFILLED),
        (_row(0.5, grade="C"), WEAK),
        (_row(None, "needs order"), MISSING),
        (_row(None, "no denominator: PPT is 0"), SILENT),
    ],
)
def test_a_kpi_is_judged_by_value_and_grade(row: dict[str, Any], status: str) -> None:
    found = check_of(shipped_catalog().kpi("oee"), row)
    assert found.status == status
    assert bool(found.step and found.minutes) == (status in (WEAK, MISSING))


def test_a_doubt_too_great_for_any_value_names_its_own_step() -> None:
    measure = "time_run_no_standard_cycle"
    why = f"{MEASURES[measure].meaning} (40.1% of the time, limit 2%): capper"
    row = _row(None, why, grade="C")
    row["trust"]["limits"] = [
        {"measure": "time_unknown", "share": 0.5, "named": (), "step": "Check power.", "minutes": 15},
        {"measure": measure, "share": 0.4, "named": ("capper",), "step": "Enter it.", "minutes": 5},
    ]
    found = check_of(shipped_catalog().kpi("cycle_time_vs_standard"), row)
    assert (found.status, found.step, found.minutes) == (MISSING, "Enter it.", 5)


def test_a_figure_nobody_told_is_named_in_its_step() -> None:
    kpi = shipped_catalog().kpi("cost_per_good_unit")
    steps = [
        check_of(kpi, _row(None, f"needs {why} of plant")).step for why in ("cost 'energy'", "finance 'cogs'")
    ]
    assert steps == [
        "Book energy, once a 0 if there is none (for a site the finance pack does it).",
        "Give cogs in the finance pack.",
    ]


def test_no_step_leaves_open_what_to_load() -> None:
    assert not [told for told in RECORD.values() if "load those" in told]


def test_a_layer_without_anything_in_its_period_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit):
        readiness(project, "line-1")
    told = " ".join(capsys.readouterr().out.split())
    assert "nothing to judge in the books" in told


@pytest.mark.parametrize(
    ("scope", "line"), [("line-1", "line-1"), ("filler", "line-1"), ("line-10", "line-10")]
)
def test_a_line_without_a_whole_day_in_the_books_is_said_to_be_ready_for_nothing(
    tmp_path: Path, scope: str, line: str
) -> None:
    with inside(tmp_path / "p", NOON) as plant:
        plant.send(*shift(NOON))  # of today, and of one line only
        plant.fresh()
        rows = plant.get("readiness", scope=scope)
        assert [(row["level"], row["scope"], row["layer"], row["status"]) for row in rows] == [
            ("line", line, layer, BLOCKED) for layer in range(1, 6)
        ]
        assert "line" not in {row["level"] for row in plant.get("readiness")}, "nobody asked for it"


def test_money_of_finance_is_shown_with_the_share_the_floor_explains() -> None:
    found = check_of(shipped_catalog().kpi("cost_per_good_unit"), _row(2.0, grade="U"))
    assert (found.status, found.explained) == (FROM_FINANCE, 0.5)


def test_every_layer_requires_something_at_a_line_and_more_at_a_site() -> None:
    catalog = shipped_catalog()
    for layer in range(1, 6):
        line, site = (required_of(catalog, layer, level) for level in ("line", "site"))
        assert line and set(line) <= set(site)
    assert "backlog_weeks" not in required_of(catalog, 3, "line")


def _told(days: int) -> list[floor.Wire]:
    """Machines that run by day and are told dead on time."""
    out: list[floor.Wire] = []
    for machine in floor.MACHINES:
        for day in range(days):
            start = floor.START + day * DAY
            for minute, state in ((0, "producing"), (8 * 60, "off")):
                at = start + minute * MINUTE
                event: floor.Wire = {"kind": "state", "equipment": machine, "at": rfc3339(at), "state": state}
                out.append({**event, "source": "plc", "key": f"{machine}-{at}"})
            for hour in range(1, 8):
                at = start + hour * HOUR
                event = {"kind": "count", "equipment": machine, "at": rfc3339(at), "good": 900, "scrap": 2}
                out.append({**event, "source": "plc", "key": f"{machine}-c{at}"})
    return out


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ready")
    path = floor.plant(folder / "plant")
    floor.load(path, floor.written(folder, "events.ndjson", _told(10)))
    return path


def test_every_line_and_site_has_five_layers(project: Path) -> None:
    with Stack.open(project) as stack:
        rows = Readying(stack.engine(), stack.catalog()).table().rows
    assert [(row["level"], row["layer"]) for row in rows] == [
        *(("site", layer) for layer in range(1, 6)),
        *(("line", layer) for layer in range(1, 6)),
    ]
    first, *above = [row for row in rows if row["level"] == "line"]
    assert first["status"] != MET and first["step"] and first["minutes"] > 0
    assert {row["blocked_by"] for row in above} == {1}
    assert first["period"]["label"] == "1 day" and first["period"]["from"] == first["period"]["to"]
    missing = {check["kpi"]: check["why"] for check in first["checks"] if check["status"] == MISSING}
    assert missing["setup_adherence"] == "needs setup_check"


def test_what_is_not_ready_may_be_seen_and_not_claimed(project: Path) -> None:
    with Stack.open(project) as stack:
        why = may_claim(stack.engine(), stack.catalog(), "filler", 4)
        assert why == "layer 1 is not met at line line-1"
        assert stack.kpis(["availability"], scope="line-1").rows[0]["value"] is not None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[MeasureQuery]:
    """Every question an engine is asked."""
    found: list[MeasureQuery] = []
    query = DuckEngine.query

    def counted(engine: DuckEngine, one: MeasureQuery) -> MeasureTable:
        found.append(one)
        return query(engine, one)

    monkeypatch.setattr(DuckEngine, "query", counted)
    return found


def test_a_site_costs_the_same_queries_whatever_its_lines(project: Path, asked: list[MeasureQuery]) -> None:
    with Stack.open(project) as stack:
        Readying(stack.engine(), stack.catalog()).table()
    # two levels over four periods; who is behind the doubts that matter, models and baselines beside them
    assert len(asked) <= 28
    assert not any("machine" in one.by and one.scope != "tulsa" for one in asked)
    assert not any(one.counts_open for one in asked)


def test_a_claim_asks_no_further_than_the_first_layer_that_is_not_met(
    project: Path, asked: list[MeasureQuery]
) -> None:
    with Stack.open(project) as stack:
        engine, catalog = stack.engine(), stack.catalog()
        whole = {(row["scope"], row["layer"]): row for row in Readying(engine, catalog).table().rows}
        del asked[:]
        readying = Readying(engine, catalog)
        for scope in ("line-1", "tulsa"):
            for layer in range(1, 6):
                row, why = whole[scope, layer], readying.why_not(scope, layer)
                told = row["blocked_by"] or layer
                assert why.startswith(f"layer {told} is ") and why.endswith(scope)
    assert len(asked) <= 11  # the days worked, and two levels over one day
    # neither level is asked beyond its first day: layer 1 is in the way
    assert len({one.days for one in asked if one.days[0] != one.days[1]}) <= 1
