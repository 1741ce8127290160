"""Tables for people: what they say on the nights when clocks change, and how they name what limits trust."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console, RenderableType

from plantstack.interfaces.tables import kpi_table, ledger_table


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
