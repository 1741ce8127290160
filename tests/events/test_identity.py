from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.events.build import NAMES, NOON, RECEIVED, decoded, events, opened, state

from plantstack.events.batch import Batch
from plantstack.events.identity import KeyMaker, canonical, content_texts, hashes
from plantstack.events.schema import CONTENT
from plantstack.events.validate import validate


def test_equal_values_are_equal_content_however_written() -> None:
    one = state(1, at="2026-03-01T06:00:00Z", reason="", x={"a": 1.0, "b": 2})
    two = state(1, at="2026-03-01T07:00:00.000+01:00", told_at="2026-03-01T06:00:00Z", x={"b": 2, "a": 1})
    count = {
        "kind": "count",
        "equipment": "acme/old/filler",
        "at": "2026-03-01T06:00:00Z",
        "source": "s",
        "key": "k",
    }
    texts = canonical(
        events(one, two, count | {"good": "1.50"}, count | {"equipment": "m1", "good": 1.5, "void": False})
    ).to_pylist()
    assert texts[0] == texts[1]
    assert texts[2] == texts[3]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["good", "scrap", "total"]),
            st.integers(0, 3),
            st.sampled_from(["", "o1"]),
            st.sampled_from([None, "s"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_content_of_a_row_does_not_depend_on_the_rows_beside_it(
    rows: list[tuple[str, int, str, str | None]],
) -> None:
    said: list[dict[str, Any]] = [
        {"kind": "count", "equipment": "m1", "at": "2026-03-01T06:00:00Z", "source": "s", "key": str(i)}
        | {name: number, "order": order, "reason": reason}
        for i, (name, number, order, reason) in enumerate(rows)
    ]
    together = canonical(events(*said)).to_pylist()
    assert together == [canonical(events(row)).to_pylist()[0] for row in said]


def test_each_column_changes_the_content() -> None:
    base = {column.name: _value(column.type, 0) for column in CONTENT}
    rows = [base] + [base | {column.name: _value(column.type, 1)} for column in CONTENT]
    texts = canonical(pa.Table.from_pylist(rows, schema=CONTENT)).to_pylist()
    assert len(set(texts)) == len(texts)


def _value(kind: pa.DataType, which: int) -> Any:
    if pa.types.is_string(kind):
        return ("a", "b")[which]
    if pa.types.is_decimal(kind):
        return Decimal(which)
    return pa.scalar(which, pa.int64()).cast(kind).as_py()


def test_minus_zero_is_zero() -> None:
    reading = {
        "kind": "reading",
        "equipment": "m1",
        "at": "2026-03-01T06:00:00Z",
        "source": "s",
        "key": "k",
        "parameter": "t",
    }
    plus, minus = canonical(events(reading | {"value": 0.0}, reading | {"value": "-0.0"})).to_pylist()
    assert plus == minus


def nameless(number: int) -> dict[str, Any]:
    return {name: value for name, value in state(number).items() if name != "key"}


def test_twins_survive_and_overlapping_files_dedupe(tmp_path: Path) -> None:
    first = [nameless(1), nameless(2), nameless(2)]
    second = [nameless(2), nameless(2), nameless(2), nameless(3)]
    with opened(tmp_path) as log:
        assert log.append(Batch(events(*first)), received_at=RECEIVED).accepted == 3
        receipt = log.append(Batch(events(*second)), received_at=RECEIVED)
        assert (receipt.accepted, receipt.duplicates) == (2, 2)


def test_twins_are_counted_over_all_batches_of_a_file() -> None:
    keys = KeyMaker()
    tables = [validate(decoded(nameless(1)).table, NAMES, RECEIVED, keys)[0] for _ in range(3)]
    names = [table["key"][0].as_py() for table in tables]
    assert len(set(names)) == 3
    dropped = KeyMaker(keep_twins=False)
    tables = [validate(decoded(nameless(1)).table, NAMES, RECEIVED, dropped)[0] for _ in range(2)]
    assert tables[0].equals(tables[1])


def test_a_reading_without_key_is_known_by_equipment_parameter_and_instant() -> None:
    said = {
        "kind": "reading",
        "equipment": "m1",
        "at": "2026-03-01T12:00:00Z",
        "source": "s",
        "parameter": "temp",
        "value": 1,
    }
    found = events(said, said | {"value": 2}, said | {"equipment": "m2"}, nameless(1))
    assert found["key"].to_pylist()[:3] == [f"m1/temp@{NOON}", f"m1/temp@{NOON}", f"m2/temp@{NOON}"]


def test_own_keys_are_left_alone() -> None:
    assert events(state(1), nameless(2))["key"][0].as_py() == "1"


@pytest.mark.parametrize("source", ["a\nb", "a\x00b", "\x1f"])
def test_a_source_never_holds_a_control_character(source: str) -> None:
    raw = decoded(state(1)).table
    raw = raw.set_column(raw.schema.get_field_index("source"), "source", [[source]])
    _, problems = validate(raw, NAMES, RECEIVED)
    assert [problem.code for _, problem in problems] == ["event-control-character"]


def test_what_stands_in_logs_is_hashed_the_same_for_ever() -> None:
    """Keys and runs on disk hold these hashes: another hash or another canonical text needs a new schema."""
    row = {name: value for name, value in state(1, x={"b": 2.50}).items() if name != "key"}
    table = events({**row, "key": ""})
    (key,) = KeyMaker()(table).column("key").to_pylist()
    (digest,) = hashes(content_texts(table))
    assert (key, digest.hex()) == (
        "66ddbccf4a79774acf252bd499c6ea79",
        "01627c26a04977f5854cd34fac699f23",
    )
