"""No valid event takes the books down, however little a plant can mean it (ADR 1, R45)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledger import against
from tests.oracle.build import EVER, MINUTE, MONDAY, ev, plant
from tests.oracle.model import HOUR, Row

MOST = Decimal("999999999999.999999")  # what an event can say
LEAST = Decimal("0.000001")
PRODUCT = {"product": "p", "label": "", "family": "", "class": ""}
START = MONDAY + 7 * HOUR
quantities = st.sampled_from((None, MOST, MOST, Decimal(999999999999), Decimal(600000000000), LEAST))
minutes = st.integers(1, 180).map(lambda n: START + n * MINUTE)


@st.composite
def extremes(draw: st.DrawFn) -> list[Row]:
    """Counts, plans and inspections at the ends of what numbers may be, in two hours."""
    rows = [ev("state", "m1", START, state="producing"), ev("state", "m1", START + 4 * HOUR, state="stopped")]
    rows.append(ev("order", "m1", START, phase="start", order_id="A", product=draw(st.sampled_from("pq"))))
    for _ in range(draw(st.integers(2, 8))):
        kind, at = draw(st.sampled_from(("count", "count", "count", "plan", "inspection"))), draw(minutes)
        told: dict[str, Any] = {}
        if kind == "count":
            told = {name: draw(quantities) for name in ("total", "scrap", "first_pass")}
            told["good"] = draw(quantities) or MOST
            told["unit"] = draw(st.sampled_from((None, "case", "heap", "hep")))
            told["from_at"] = draw(st.sampled_from((None, at - MINUTE, at - 4 * HOUR)))
            told["source"] = draw(st.sampled_from(("m", "tablet1")))
        elif kind == "plan":
            start = draw(st.sampled_from((START, START + HOUR)))
            told = {"from_at": start, "until_at": start + HOUR, "product": "p"}
            told["qty"] = draw(quantities) or MOST
            told["order_id"] = draw(st.sampled_from(("A", "B")))
        else:
            told = {"n": MOST, "n_ok": MOST, "defects": MOST, "opportunities": MOST}
        rows.append(ev(kind, "m1", at, **told))
    return rows


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(extremes(), st.sampled_from(("0.000000001", "1", "99999")), st.booleans())
def test_extremes_take_nothing_down(rows: list[Row], ideal: str, by_exception: bool) -> None:
    holds(rows, ideal, by_exception)


def test_pieces_that_nobody_can_make_in_time_take_nothing_down() -> None:
    heap = {"total": MOST, "good": MOST, "scrap": MOST, "unit": "heap"}  # so as many were neither
    rows = [
        ev("state", "m1", START, state="producing"),
        ev("state", "m1", START + 4 * HOUR, state="stopped"),
        ev("order", "m1", START, phase="start", order_id="A", product="p"),
        ev("count", "m1", START + MINUTE, good=MOST),
        ev("count", "m1", START + MINUTE, **heap),
    ]
    holds(rows, "99999", False)


def holds(rows: list[Row], ideal: str, by_exception: bool) -> None:
    made = against.sql_books(
        rows,
        plant(
            ("m1",),
            standards=(("m1", "p", ideal),),
            machine={"good_by_exception": by_exception, "ramp_pieces": 50},
            product=[{**PRODUCT, "planned_scrap": Decimal("0.999999")}],
            unit_factor=[
                {"equipment": "m1", "product": "", "unit": "case", "factor": Decimal(12)},
                {"equipment": "m1", "product": "", "unit": "heap", "factor": Decimal("999999999.999999")},
            ],
            line=[{"line": "line", "exit_machine": "m1", "constraint_machine": "m1", **EVER}],
        ),
    )
    said = {row["class"] for row in made["pieces_fact"]}
    assert said
    assert all(row["ideal"] is None or row["ideal"] <= Decimal(10) ** 26 for row in made["pieces_fact"])
