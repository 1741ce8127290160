"""Targets of the plant files that could never hold: one sentence each, with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plant.everything import small

from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.targets.check import check_aims
from plantstack.plant.load import load_plant

SITES = """\
sites:
  tulsa: {zone: UTC, currency: USD, calendar: always}
  lyon: {zone: UTC, currency: EUR, calendar: always}
"""


def told(folder: Path, entry: str) -> list[str]:
    plant = small(folder, "products: {cola: {}}\ntargets:\n  - {" + entry + "}\n")
    return [str(problem) for problem in check_aims(shipped_catalog(), plant)]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            "kpi: oe, value: 65 %",
            "more.yaml:3 [oe]: target of the unknown KPI 'oe'. did you mean 'oee'? [kpi-unknown]",
        ),
        (
            "kpi: mttr, value: 65 %",
            "more.yaml:3 [mttr]: 'mttr' is in s. Write a plain number in that unit. [target-unit]",
        ),
        (
            "kpi: oee, value: 5 min",
            "more.yaml:3 [oee]: 'oee' is in 1. Write a plain number in that unit. [target-unit]",
        ),
        (
            "kpi: oee, value: 65",
            "more.yaml:3 [oee]: 'oee' is a share: 65 would be 6500 %. Write '65 %'. [target-unit]",
        ),
        (
            "kpi: oee, high: 65 %",
            "more.yaml:3 [oee]: 'oee' is better up: a greatest value alone says nothing."
            " Write 'value' or 'low'. [target-direction]",
        ),
        (
            "kpi: mttr, low: 5 min",
            "more.yaml:3 [mttr]: 'mttr' is better down: a least value alone says nothing."
            " Write 'value' or 'high'. [target-direction]",
        ),
        (
            "kpi: good_parts, value: 5",
            "more.yaml:3 [good_parts]: 'good_parts' is a total: a target needs the length of period"
            " it is for. Write 'per: shift', 'per: week' and the like. [target-total]",
        ),
        (
            "kpi: schedule_attainment, at: [press], value: 90 %",
            "more.yaml:3 [schedule_attainment]: 'schedule_attainment' exists from line up,"
            " 'press' is a machine. Name what it stands in. [target-scope]",
        ),
        (
            "kpi: order_attainment, at: [line-1], value: 90 %, products: [cola]",
            "",
        ),
        ("kpi: copq, value: 5, per: month", ""),
        ("kpi: mttr, value: 5 min", ""),
    ],
)
def test_a_target_that_says_nothing_is_named(tmp_path: Path, entry: str, problem: str) -> None:
    assert told(tmp_path, entry) == ([problem] if problem else [])


def test_products_only_where_a_kpi_can_be_split_by_them(tmp_path: Path) -> None:
    kpi = next(kpi.id for kpi in shipped_catalog().kpis.values() if "product" not in kpi.by and not kpi.of)
    found = told(tmp_path, f"kpi: {kpi}, value: 1, products: [cola], per: week")
    assert (
        f"more.yaml:3 [{kpi}]: '{kpi}' cannot be split by product. Take 'products' out. [target-product]"
        in found
    )


def test_money_of_a_group_with_two_currencies_needs_one(tmp_path: Path) -> None:
    text = "plantstack: 1\nproject: p\n" + SITES
    (tmp_path / "plant.yaml").write_text(text + "targets: [{kpi: copq, value: 5, per: month}]\n", "utf-8")
    from_files = load_plant(tmp_path)
    assert [problem.code for problem in check_aims(shipped_catalog(), from_files)] == ["target-currency"]
