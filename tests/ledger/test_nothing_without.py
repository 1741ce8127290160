"""Steps are left out where they yield nothing: what they name is enough to know that."""

from __future__ import annotations

from contextlib import closing

from hypothesis import HealthCheck, given, settings
from tests.ledger import against
from tests.ledger.strategies import examples, floors
from tests.oracle.model import Plant, Row

from plantstack.engines.duckdb.calculator import open_calculator
from plantstack.engines.duckdb.derive import statements

few = settings(
    deadline=None,
    max_examples=max(3, examples() // 4),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@few
@given(floors())
def test_a_statement_without_what_it_needs_yields_nothing(floor: tuple[Plant, list[Row]]) -> None:
    plant, rows = floor
    with closing(open_calculator(threads=1)) as con:
        against.sql_books(rows, plant, con=con)
        for one in statements():
            for table in one.needs:
                con.execute(f"create or replace temp table kept_{table} as from {table}")
                con.execute(f"delete from {table}")
            if one.needs:
                assert con.execute(one.statement).fetchall() == [(0,)], (one.target, one.needs)
            for table in one.needs:
                con.execute(f"insert into {table} from kept_{table}")
            if one.needs and not one.is_more:
                con.execute(one.statement)


@few
@given(floors(), floors())
def test_a_run_after_another_says_what_it_says_alone(
    before: tuple[Plant, list[Row]], floor: tuple[Plant, list[Row]]
) -> None:
    plant, rows = floor
    with closing(open_calculator(threads=1)) as con:
        against.sql_books(before[1], before[0], con=con)
        after = against.sql_books(rows, plant, con=con)
    alone = against.sql_books(rows, plant)
    for name in alone:
        assert sorted(map(str, after[name])) == sorted(map(str, alone[name])), name


def test_steps_name_what_they_need() -> None:
    made = {one.target for one in statements() if not one.is_more}
    needs = {table for one in statements() for table in one.needs}
    assert needs
    assert needs - made <= {"alarm_rule", "lane"}  # of the plant
