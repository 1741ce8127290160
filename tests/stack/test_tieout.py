"""What the floor built against what finance booked (BOOKS 11): both, explained and not, adding up."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.interfaces.test_commands import plantstack
from tests.stack.floor import load, written

from plantstack.demo import build_demo, truths
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.kpis.trusting.tieout import CHECKS, tie, untied
from plantstack.stack import Stack

PLANT = """\
plantstack: 1
project: tieout
enterprise: acme
sites: {lyon: {zone: Europe/Paris, currency: EUR, calendar: always}}
machines: {press: {under: lyon, kind: cyclic}}
standards: [{machines: [press], ideal: 60 s}]
sources: [{match: plc, silence_limit: none}]
"""
MONDAY = 1_772_406_000_000_000  # 2026-03-02 00:00 in Lyon
NAMES = sorted({name for check in CHECKS for name in (check.built, check.booked)})

_sums = st.dictionaries(
    st.sampled_from([*NAMES, "qty_rework_recovered", "cost_maint_contract"]),
    st.none() | st.fractions(min_value=-1000, max_value=1000, max_denominator=100),
)


@given(_sums)
def test_explained_and_unexplained_are_the_difference(known: dict[str, Fraction | None]) -> None:
    for check in CHECKS:
        tied = tie(check, known, {})
        if tied.why_none:
            assert None in (tied.built, tied.booked)
            assert tied.grade == "U"
            continue
        assert tied.unexplained + sum(tied.explained.values(), Fraction(0)) == tied.difference
        assert tied.difference == (tied.built or 0) - (tied.booked or 0)


def test_stock_explains_why_less_is_shipped_than_made() -> None:
    known = dict.fromkeys(NAMES, Fraction(0)) | {
        "qty_good": Fraction(100),
        "qty_received": Fraction(97),
        "qty_shipped": Fraction(60),
    }
    receipts, shipments = (tie(check, known, {}) for check in CHECKS[:2])
    assert [float(receipts.difference), float(receipts.unexplained)] == [3, 3]
    assert [float(shipments.difference), float(shipments.unexplained)] == [40, 3]
    assert receipts.grade == "B"
    assert untied(known) == Fraction(3)


def said(kind: str, equipment: str, hours: float, key: str, **fields: Any) -> dict[str, Any]:
    at = rfc3339(MONDAY + int(hours * HOUR))
    return {"kind": kind, "equipment": equipment, "at": at, "source": "plc", "key": key, **fields}


def project(root: Path, received: int) -> Path:
    root.mkdir(exist_ok=True)
    (root / "plant.yaml").write_text(PLANT, "utf-8")
    span = {"from": rfc3339(MONDAY), "until": rfc3339(MONDAY + 2 * DAY)}
    rows = [said("state", "press", 0, "run", state="producing")]
    rows += [said("count", "press", 24 * day - 1, f"c{day}", good=500, scrap=10) for day in (1, 2)]
    rows += [said("state", "press", 48.5, "end", state="stopped")]
    rows += [said("finance", "lyon", 1, "r", name="units_received", value=received, **span)]
    rows += [said("finance", "lyon", 1, "s", name="scrap_posted", value=20, **span)]
    rows += [
        said("cost", "lyon", 1, name, account=name, amount=100, **span) for name in ("material", "revenue")
    ]
    load(root, written(root, "1.ndjson", rows))
    return root


@pytest.mark.parametrize(("received", "grade"), [(999, "A"), (960, "B"), (700, "C")])
def test_what_receipts_do_not_explain_grades_layer_five_and_only_that(
    tmp_path: Path, received: int, grade: str
) -> None:
    with Stack.open(project(tmp_path / "p", received)) as stack:
        days = ("2026-03-02", "2026-03-03")
        (row,) = stack.kpis(["throughput_value"], scope="lyon", days=days).rows
        (oee,) = stack.kpis(["oee"], scope="lyon", days=days).rows
        ties = {one["check"]: one for one in stack.tieout(days=days).rows}
    assert ties["good units and receipts"]["grade"] == grade
    assert ties["scrap and postings"]["unexplained"] == 0
    assert row["trust"]["grade"] == grade
    assert [one["measure"] for one in row["trust"]["limits"]][:1] == ["qty_untied"]
    assert "qty_untied" not in [one["measure"] for one in oee["trust"]["limits"]]


def test_the_command_shows_both_values_and_what_is_missing(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", 960)
    told = plantstack("tieout", folder, "--from", "2026-03-02", "--to", "2026-03-03")
    assert told.code == 0
    assert "1,000" in told.out
    assert "960" in told.out
    assert "hours and payroll" in told.out
    rows = plantstack("tieout", folder, "--period", "month", "--json").rows
    assert {row["period"]["label"] for row in rows} == {"2026-03"}
    assert plantstack("tieout", folder, "--period", "moon").code == 2


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = build_demo(tmp_path_factory.mktemp("tieout") / "demo", days=14, sites=2, until=UNTIL)
    with Stack.open(made.folder) as stack:
        stack.derive()
        yield stack


UNTIL = 1_773_500_400_000_000  # 2026-03-14 15:00 UTC


def test_scrap_that_nobody_booked_shows(demo: Stack) -> None:
    planted = next(one for one in truths(1, days=14, sites=2, until=UNTIL) if one.what == "unposted_scrap")
    share = {
        row["site"]: row["share"] for row in demo.tieout().rows if row["check"] == "good units and receipts"
    }
    assert share[planted.site] == pytest.approx(planted.effects[0].size, abs=0.015)
    assert all(one < 0.015 for site, one in share.items() if site != planted.site)


def test_maintenance_cost_is_that_of_its_work_orders_and_contractors(demo: Stack) -> None:
    rows = [row for row in demo.tieout().rows if row["check"] == "work orders and maintenance cost"]
    assert len(rows) == 2
    for row in rows:
        (contract,) = row["explained"]
        assert contract["amount"] < 0 < row["built"]
        # parts that nobody wrote on an order
        assert row["booked"] + contract["amount"] == pytest.approx(1.03 * row["built"], rel=0.01)
        assert 0 < row["share"] <= 0.03
