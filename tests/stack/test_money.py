"""Money over sites of several currencies: converted day by day, adding up exactly, or refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from tests.stack.floor import load, written

from plantstack.errors import QueryError
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.stack import Stack

PLANT = """\
plantstack: 1
project: money
enterprise: acme
sites:
  lyon: {zone: Europe/Paris, currency: EUR, calendar: always}
  pune: {zone: Asia/Kolkata, currency: INR, calendar: always}
machines:
  filler: {under: lyon, kind: cyclic}
  press: {under: pune, kind: cyclic}
standards: [{machines: [filler, press], ideal: 1 s}]
exchange_rates:
  - {currency: EUR, into: USD, rate: 1.1, from: 2026-03-01}
  - {currency: EUR, into: USD, rate: 1.3, from: 2026-03-04}
  - {currency: USD, into: INR, rate: 84, from: 2026-03-01}
sources: [{match: plc, silence_limit: none}]
"""
MONDAY = 1_772_406_000_000_000  # 2026-03-02 00:00 in Lyon


def said(kind: str, equipment: str, hours: float, **fields: Any) -> dict[str, Any]:
    at = rfc3339(MONDAY + int(hours * HOUR))
    key = f"{kind} {equipment} {hours} {sorted(map(str, fields.items()))}"
    return {"kind": kind, "equipment": equipment, "at": at, "source": "plc", "key": key, **fields}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = tmp_path_factory.mktemp("money")
    (root / "plant.yaml").write_text(PLANT, "utf-8")
    rows = []
    for machine in ("filler", "press"):
        rows += [said("state", machine, 0, state="producing"), said("state", machine, 96, state="stopped")]
        rows += [said("count", machine, 60, good=300)]
    span = {"from": rfc3339(MONDAY), "until": rfc3339(MONDAY + 4 * DAY)}
    rows += [said("cost", "lyon", 1, account="material", amount="1000.01", **span)]
    rows += [said("cost", "pune", 30, account="material", amount="840.0007")]
    load(root, written(root, "1.ndjson", rows))
    with Stack.open(root) as opened:
        yield opened


def total(stack: Stack, **asked: Any) -> Fraction:
    cells = stack.measures(["cost_material"], **asked).cells
    return sum((Fraction(cell.sums["cost_material"] or 0) for cell in cells), Fraction(0))


@pytest.mark.parametrize("currency", ["USD", "INR"])
def test_days_and_sites_add_up_to_the_whole(stack: Stack, currency: str) -> None:
    if currency == "INR":
        # nobody wrote EUR into INR, and a rate over a third currency is not made up
        (cell,) = stack.measures(["cost_material"], currency=currency).cells
        assert cell.sums["cost_material"] is None
        assert "from EUR into INR" in cell.reasons["cost_material"]
        return
    whole = total(stack, currency=currency)
    assert whole == total(stack, currency=currency, by=["site"])
    assert whole == total(stack, currency=currency, grain="day")
    # two days at 1.1 and two at 1.3; 84 rupees are a dollar
    halves = Fraction("1000.01") / 2
    assert abs(whole - (halves * Fraction("2.4") + Fraction("840.0007") / 84)) < Fraction(1, 1000)


def test_a_kpi_of_money_names_its_currency(stack: Stack) -> None:
    row = stack.kpis(["cost_per_good_unit"], currency="USD").rows[0]
    assert row["currency"] == "USD"
    assert "needs cost 'labour' of lyon, pune" in row["why_none"]
    rows = stack.kpis(["throughput_value"], by=["site"]).rows
    assert [row["currency"] for row in rows] == ["EUR", "INR"]


def test_time_has_no_currency(stack: Stack) -> None:
    assert stack.kpis(["run_time"], currency="USD").rows[0]["currency"] == ""


def test_an_unknown_currency_is_refused(stack: Stack) -> None:
    with pytest.raises(QueryError) as caught:
        stack.kpis(["throughput_value"], currency="USX")
    assert caught.value.problems[0].code == "currency-unknown"
