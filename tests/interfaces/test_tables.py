"""Tables for people: what they say on the nights when clocks change, and how they name what limits trust."""

from __future__ import annotations

import io
from typing import Any

import pytest
import typer
from rich.console import Console, Group, RenderableType
from rich.text import Text

from plantstack.interfaces.answer import Answer, give
from plantstack.interfaces.explain import bridge_table
from plantstack.interfaces.tables import kpi_table, ledger_table, lineage_table


def shown(what: RenderableType, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(what)
    told = console.file
    assert isinstance(told, io.StringIO)
    return told.getvalue()


def entry(start: str, end: str) -> dict[str, Any]:
    rest = {"reason": "", "order": "", "product": "", "shift": "", "open": False}
    return {"from": start, "to": end, "account": "run", **rest}


def test_lengths_are_instants_apart_and_not_clocks() -> None:
    autumn = shown(ledger_table([entry("2026-10-25T00:30:00Z", "2026-10-25T01:15:00Z")], "Europe/Berlin"))
    assert "45 min" in autumn
    assert "02:30:00" in autumn
    assert "02:15:00+0100" in autumn  # the second 02:15 of that night
    spring = shown(ledger_table([entry("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z")], "Europe/Berlin"))
    assert "30 min" in spring


def test_a_microsecond_before_seven_is_seven() -> None:
    rows = [entry("2026-03-02T06:00:00Z", "2026-03-02T06:59:59.999999Z")]
    rows += [entry("2026-03-02T06:59:59.999999Z", "2026-03-02T08:00:00Z")]
    told = shown(ledger_table(rows, "UTC"))
    assert told.count("07:00:00") == 2 and "06:59:59" not in told


def row(**told: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"kpi": "oee", "unit": "1", "value": 0.5, "why_none": "", "low": 0.5, "high": 0.5}
    plain |= {"scope": {"path": "x", "level": "machine"}, "period": {"label": "all"}, "reported": None}
    return {**plain, "doubtful": False, "trust": {"grade": "A", "limits": []}, **told}


def test_what_limits_trust_is_said_once_below() -> None:
    limit = {
        "share": 0.2,
        "measure": "time_unknown",
        "named": ("filler",),
        "step": "Check power.",
        "minutes": 15,
    }
    doubted = row(trust={"grade": "C", "limits": [limit]})
    told = shown(
        kpi_table([doubted, {**doubted, "kpi": "availability"}, row(value=None, why_none="needs count")], {})
    )
    assert told.count("Check power.") == 1
    assert "C [1]" in told
    assert "at filler" in told
    assert "[2] not computable, because needs count" in " ".join(told.split())


def test_a_share_of_doubt_says_of_what() -> None:
    """The known-time share is one of the clock, this one of planned busy time: two bases, two numbers."""
    limit = {
        "share": 0.2,
        "measure": "time_unknown",
        "base": "PBT",
        "named": (),
        "step": "Check.",
        "minutes": 1,
    }
    told = shown(kpi_table([row(trust={"grade": "C", "limits": [limit]})], {}), width=200)
    assert "20% time_unknown of PBT (planned busy time, what detailed scheduling may fill)" in told


def test_a_cut_at_a_break_worked_through_is_explained() -> None:
    through = {**entry("2026-03-02T11:00:00Z", "2026-03-02T11:30:00Z"), "beside": "break worked through"}
    assert "break worked through" in shown(ledger_table([through], "Europe/Berlin"), width=140)


def test_more_than_can_be_is_marked() -> None:
    told = shown(kpi_table([row(value=3.33, doubtful=True)], {}))
    assert "333.0 %" in told
    assert "check the ideal cycle" in told


def test_narrow_terminals_lose_nothing() -> None:
    doubted = row(value=None, why_none="there is a long reason that people have to read to its very end")
    assert "very end" in " ".join(shown(kpi_table([doubted], {}), width=60).split())


def test_a_target_stands_beside_the_number_with_its_difference_and_status() -> None:
    told = shown(kpi_table([row(target=0.65, status="missed"), row(kpi="b")], {}), width=130)
    assert all(word in told for word in ("65.0 %", "-15.0 pt", "missed", "off by"))
    assert "off by" not in shown(kpi_table([row(target=None, status="no target")], {}), width=130)


def test_a_narrow_terminal_costs_the_bar_and_never_the_trust() -> None:
    limit = {"share": 0.2, "measure": "time_unknown", "named": (), "step": "Check.", "minutes": 1}
    weeks = [
        row(
            period={"label": f"2026-W{week}"},
            unit="s",
            value=460_080.0,
            low=460_080.0,
            high=560_080.0,
            target=400_000.0,
            status="missed",
            trust={"grade": "B", "limits": [limit]},
        )
        for week in (46, 47)
    ]
    wide, narrow = (
        shown(kpi_table([*weeks, row(period={"label": "2026-W47"})], {}), width) for width in (150, 98)
    )
    assert "█" in wide
    assert "█" not in narrow
    for told in (wide, narrow):
        assert told.count("B [1]") == 2
        assert all(len(line) <= 150 for line in told.splitlines())
    assert max(len(line.rstrip()) for line in narrow.splitlines()) <= 98


def test_a_long_formula_takes_nothing_from_what_stands_below() -> None:
    formula = "(revenue - cost_material - cost_energy - cost_variable_other) / PPT and so on to the border"
    head = row(row="kpi", formula=formula, value=81.73, unit="money/h")
    told = shown(
        lineage_table(
            [
                head,
                {
                    "row": "measure",
                    "measure": "revenue",
                    "unit": "money",
                    "value": 41_184,
                    "meaning": "sales of the period",
                    "residual": 0,
                },
            ],
            "UTC",
        )
    )
    assert "81.73 money/h" in " ".join(told.split())
    assert any("revenue" in line and "sales of the period" in line for line in told.splitlines())


def test_lineage_says_how_a_model_found_its_number() -> None:
    basis = "a constant rate from 5 failures and 8 lives cut short; next PM due 2026-12-08T12:15:00Z"
    head = row(row="kpi", formula="model remaining_life_risk", value=0.5, unit="1", basis=basis)
    assert f"by {basis}" in " ".join(shown(lineage_table([head], "UTC")).split())


def test_no_number_of_a_bridge_is_cut() -> None:
    period = {"from": "2026-09-01T00:00:00Z", "to": "2026-09-29T00:00:00Z"}
    end = {
        "scope": {"path": "meridian/leipzig/lei-machining/lei-1/lei-1-mill"},
        "period": period,
        "value": 3504.0,
    }
    head = {
        "row": "bridge",
        **end,
        "unit": "s",
        "why_none": "",
        "versus": end,
        "difference": 8760.0,
        "residual": 0,
    }
    factor = {"row": "factor", "factor": "mix", "effect": 8760.0}
    told = shown(bridge_table([head, factor], "Mean time to restore", "UTC"), width=80)
    assert told.count("58.4 min") == 2
    assert "+2 h 26 min" in told


def test_lines_to_paste_are_never_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    line = '  evidence: "' + "x" * 80 + '"'
    with pytest.raises(typer.Exit):
        give(Answer([{"a": 1}]), as_json=False, told=Group(Text(line, no_wrap=True, overflow="ignore")))
    assert line in capsys.readouterr().out


def test_money_is_that_of_its_currency() -> None:
    cost = row(unit="money/pc", value=3.859, low=3.5, high=4.0, currency="EUR")
    told = shown(
        kpi_table([cost, row(unit="money", value=2.0, low=2.0, high=2.0, currency="")], {}), width=130
    )
    assert "3.859 EUR/pc" in told and "3.5 EUR/pc to 4 EUR/pc" in told
    assert "2 money" in told  # of several currencies there is none


def test_reasons_of_which_there_is_nothing_are_left_out() -> None:
    def of(reason: str | None, label: str, value: float) -> dict[str, Any]:
        place = {"path": "x", "level": "line", "reason": reason}
        return row(scope=place, period={"label": label}, unit="pc", value=value, low=value, high=value)

    scrap = [of("burr", "W1", 0), of("burr", "W2", 7), of("adjustment", "W1", 0), of("adjustment", "W2", 0)]
    told = shown(kpi_table(scrap, {}))
    assert told.count("burr") == 2  # a week without any is told where there were some
    assert "adjustment" not in told
    assert "adjustment" in shown(kpi_table(scrap[2:], {}))  # nothing at all is an answer


def test_a_target_met_by_its_dead_band_says_so() -> None:
    told = shown(kpi_table([row(target=0.52, status="met", against={"why": "inside the dead band"})], {}))
    assert "met, dead band" in " ".join(told.split())
    assert "dead band" not in shown(kpi_table([row(target=0.4, status="met", against={"why": ""})], {}))
