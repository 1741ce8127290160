"""What large loads compute over whole columns is what single events are judged by."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.events.build import NAMES, NOON, RECEIVED, SITES, events, state

from plantstack.events.identity import content_texts, hashes, identity_texts
from plantstack.events.known import run_of, run_of_events
from plantstack.events.schema import CONTENT, EVENT, nothing
from plantstack.events.segments import write_segments
from plantstack.events.validate import validate

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FLOATS = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1e300, 5e-324])


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_string(kind):
        return WORDS
    if pa.types.is_floating(kind):
        return FLOATS
    if pa.types.is_boolean(kind):
        return st.booleans()
    if pa.types.is_decimal(kind):
        return st.decimals(-(10**11), 10**11, places=6)
    return st.integers(-(2**62), 2**62)


def row() -> st.SearchStrategy[dict[str, Any]]:
    said = {c.name: values(c.type) for c in CONTENT if not c.nullable}
    unsaid = {c.name: st.none() | values(c.type) for c in CONTENT if c.nullable}
    return st.fixed_dictionaries(said, optional=unsaid)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=CONTENT)


@given(st.lists(row(), min_size=1, max_size=8))
def test_the_calculator_hashes_as_python_does(rows: list[dict[str, Any]]) -> None:
    told = table(rows)
    assert run_of_events(told).equals(run_of(hashes(identity_texts(told)), hashes(content_texts(told))))


def test_no_events_make_no_run() -> None:
    assert len(run_of_events(CONTENT.empty_table())) == 0


def test_content_says_everything_but_who() -> None:
    base = state(1)
    texts = content_texts(
        events(base, base | {"key": "2"}, base | {"source": "tablet"}, base | {"note": "x"})
    )
    assert texts[0] == texts[1] == texts[2] != texts[3]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=40), st.booleans())
def test_segments_are_sorted_by_equipment_time_and_offset(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, int]], in_time: bool
) -> None:
    rows = [state(second) | {"equipment": f"m{8 - machine}", "key": f"k{n}"} for n, (machine, second) in
            enumerate(sorted(told, key=lambda one: one[1]) if in_time else told)]  # fmt: skip
    stored = pa.Table.from_arrays(
        [pa.array(range(len(rows))), pa.array([RECEIVED] * len(rows)), *events(*rows).columns], schema=EVENT
    )
    folder = tmp_path_factory.mktemp("segments")
    written = write_segments(folder, stored, SITES)
    for segment in written:
        found = pq.read_table(folder / segment.name, schema=EVENT)
        order = found.select(["equipment", "at", "log_offset"]).to_pylist()
        assert order == sorted(order, key=lambda one: (one["equipment"], one["at"], one["log_offset"]))
    found = pa.concat_tables(pq.read_table(folder / segment.name, schema=EVENT) for segment in written)
    assert found.sort_by("log_offset").equals(stored)


def test_a_segment_reads_alike_in_every_tool_and_names_its_schema(tmp_path: Path) -> None:
    said = events(state(1), state(2, reason="jam", note="x"), state(3) | {"equipment": "m2"})
    stored = pa.Table.from_arrays(
        [pa.array([1, 2, 3]), pa.array([RECEIVED] * 3), *said.columns], schema=EVENT
    )
    for segment in write_segments(tmp_path, stored, {}):
        path = tmp_path / segment.name
        assert pq.read_metadata(path).metadata[b"plantstack_schema"] == b"1"
        plain = pq.read_table(path)
        assert plain.schema.remove_metadata().equals(EVENT)
        asked = duckdb.connect().sql("SELECT * FROM read_parquet($1)", params=[str(path)]).to_arrow_table()
        assert asked.to_pylist() == plain.to_pylist()


def test_columns_that_say_nothing_share_memory_and_stay_empty() -> None:
    for kind in {column.type for column in EVENT}:
        short, long = nothing(kind, 3), nothing(kind, 1_000)
        assert len(short) == short.null_count == 3 and len(long) == long.null_count == 1_000
        assert nothing(kind, 5).equals(pa.nulls(5, kind))


@pytest.mark.parametrize("key", ["a\x00b", "tail\x1f", "\n"])
def test_one_control_character_among_many_keys_is_found(key: str) -> None:
    good = table([
        {name: values_of(name) for name in CONTENT.names if not CONTENT.field(name).nullable}
        | {"key": one, "state": "idle"} for one in ("läuft", "b", key, "c")
    ]).slice(1)  # fmt: skip
    kept, problems = validate(good, NAMES, RECEIVED)
    assert [(at, problem.code) for at, problem in problems] == [(1, "event-control-character")]
    assert kept["key"].to_pylist() == ["b", "c"]


def values_of(name: str) -> Any:
    known = {"kind": "state", "equipment": "m1", "at": NOON, "told_at": NOON, "void": False}
    return known.get(name, "" if name in ("order_id", "product") else "plc")


def test_whole_numbers_of_pieces_hash_like_their_decimals() -> None:
    base = {name: values_of(name) for name in CONTENT.names if not CONTENT.field(name).nullable}
    one, two = (table([base | {"kind": "count", "good": value}]) for value in (Decimal(3), Decimal("3.000")))
    assert run_of_events(one).equals(run_of_events(two))


def test_each_column_but_who_changes_the_content() -> None:
    base = {column.name: one_of(column.type, 0) for column in CONTENT} | {"told_at": 7}
    rows = [base, *(base | {column.name: one_of(column.type, 1)} for column in CONTENT)]
    texts = content_texts(table(rows)).to_pylist()
    same = {name for name, text in zip(CONTENT.names, texts[1:], strict=True) if text == texts[0]}
    assert same == {"source", "key"} and len(set(texts)) == len(texts) - 2


def one_of(kind: pa.DataType, which: int) -> Any:
    if pa.types.is_string(kind):
        return ("a", "b")[which]
    return Decimal(which) if pa.types.is_decimal(kind) else pa.scalar(which, pa.int64()).cast(kind).as_py()


def test_what_goes_without_saying_is_not_said() -> None:
    base = {name: values_of(name) for name in CONTENT.names if not CONTENT.field(name).nullable}
    (text,) = content_texts(table([base | {"state": "idle"}])).to_pylist()
    assert text == f"state\x1fm1\x1f{NOON}\x1f{CONTENT.names.index('state')} idle"
