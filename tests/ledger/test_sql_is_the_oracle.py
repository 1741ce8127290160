"""The SQL derivation and the independent oracle keep the same books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from tests.ledger import against
from tests.ledger.strategies import examples, floors
from tests.oracle import derive
from tests.oracle.doubts import above_ideal
from tests.oracle.model import Plant, Row


@settings(
    deadline=None,
    max_examples=examples(),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(floors())
def test_same_books(floor: tuple[Plant, list[Row]]) -> None:
    plant, rows = floor
    told = derive(rows, plant)
    made = against.sql_books(rows, plant)
    assert against.ledger_of_sql(made, rows) == against.ledger_of_oracle(told)
    assert against.time_of_sql(made) == against.time_of_oracle(told)
    assert against.pieces_of_sql(made) == against.pieces_of_oracle(told)
    assert against.lanes_of_sql(made, 2) == told.lanes
    assert _close(against.above_ideal_of_sql(made), above_ideal(told))
    for kind in (
        "stop",
        "changeover",
        "failure",
        "plan_slot",
        "plan_part",
        "good_run",
        "line_changeover",
        *against.RULE_KINDS,
    ):
        assert against.spans_of_sql(made, kind) == against.spans_of_oracle(told, kind)


def _close(one: dict[tuple[Any, ...], Any], other: dict[tuple[Any, ...], Any]) -> bool:
    """Evidence is cut off at the microsecond, cell by cell and class by class."""
    names = {*one, *other}
    return all(abs(one.get(name, 0) - other.get(name, 0)) <= Decimal("0.000020") for name in names)
