"""A change of capture method breaks the trend: no difference is shown over it."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from plantstack.interfaces.tables import kpi_table


def _week(label: str, value: float, *methods: str) -> dict[str, Any]:
    return {
        "kpi": "oee",
        "unit": "1",
        "scope": {"path": "acme/plant", "level": "site"},
        "period": {"label": label},
        "value": value,
        "low": value,
        "high": value,
        "reported": None,
        "doubtful": False,
        "target": None,
        "status": "no target",
        "against": None,
        "trust": {"grade": "A", "limits": [], "methods": methods},
    }


def test_no_difference_is_shown_over_a_change_of_method() -> None:
    rows = [_week("W1", 0.7, "manual"), _week("W2", 0.6, "signal"), _week("W3", 0.65, "signal")]
    console = Console(record=True, width=130, file=None, quiet=False)
    with console.capture() as told:
        console.print(kpi_table(rows, {"oee": "OEE"}))
    first, second, third = (line for line in told.get().splitlines() if line.startswith("OEE"))
    assert "pt" not in first + second
    assert "read otherwise" in second
    assert "+5.0 pt" in third


def test_shifts_are_held_against_shifts_and_never_against_what_lies_between() -> None:
    values = {"Mon early": 0.7, "Mon outside the shifts": 0.1, "Tue early": 0.75}
    rows = [_week(label, value, "signal") for label, value in values.items()]
    console = Console(record=True, width=130, file=None, quiet=False)
    with console.capture() as told:
        console.print(kpi_table(rows, {"oee": "OEE"}))
    first, between, last = (line for line in told.get().splitlines() if line.startswith("OEE"))
    assert "pt" not in first + between
    assert "+5.0 pt" in last
