"""No number of a file or message, however large, stops what stands beside it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.stream import Stream

from .support import load, us, write

NOW = us("2026-01-05T06:00:00Z")
FACTOR = """
schema: 1
source: hall
file: {format: %s}
columns: {at: at, boxes: {column: n, factor: %s}}
every: {equipment: press, at: "{at}"}
events:
  - {kind: count, good: "{boxes}"}
"""
_CELLS = ("n", "f", "h", "ms", "us", "s", "day", "when", "clock", "start", "end", "parent")
LANGUAGE = """
schema: 1
source: hall
file: {format: json}
zone: America/Chicago
columns:
  at: {column: at, format: "epoch s"}
  ms: {column: ms, format: "epoch ms"}
  us: {column: us, format: "epoch us"}
  day: {date: day, clock: clock}
  when: {column: when, format: ["%d.%m.%Y %H:%M", "%Y"]}
  clock: clock
  count: {column: n, factor: 999999999.999999999}
  plain: n
  real: {column: f, factor: 999999999999}
  hours: {column: h, unit: h}
  parent: parent
  what: what
every: {equipment: press, at: "{at}"}
events:
  - {kind: count, rule: c1, when: {what: count}, good: "{count}", key: "{parent}"}
  - kind: count
    rule: c2
    when: {what: up}
    good: "{plain}"
    counter: {counts: cumulative, max_rate: 10/min, rollover: 2^32}
  - {kind: count, rule: c3, when: {what: delta}, scrap: "{plain}", key: "{parent}"}
  - {kind: count, rule: c4, when: {what: free}, total: "{plain}", counter: {counts: cumulative}}
  - kind: state
    rule: s7
    when: {what: placed}
    state: idle
    placed: {start: "{ms}", end: "{us}", length: "{hours}", per: "{parent}"}
  - kind: count
    rule: c5
    when: {what: made}
    good: "{plain}"
    lasting: "{hours}"
    stamped: end
    key: "{parent}"
  - {kind: reading, rule: r1, when: {what: real}, parameter: p, value: "{real}"}
  - kind: reading
    rule: r2
    when: {what: dead}
    parameter: q
    value: "{real}"
    deadband: {change: 0.5, longest: 10 min}
  - {kind: state, rule: s1, when: {what: lasting}, state: idle, lasting: "{hours}"}
  - {kind: state, rule: s2, when: {what: until}, state: idle, until: "{ms}"}
  - {kind: state, rule: s3, when: {what: day}, state: idle, at: "{day}"}
  - {kind: state, rule: s4, when: {what: when}, state: idle, at: "{when}"}
  - {kind: state, rule: s5, when: {what: us}, state: idle, at: "{us}"}
  - {kind: state, rule: s6, when: {what: limit, real: {above: 10000000000}}, state: idle}
"""
_KINDS = (
    "count",
    "up",
    "delta",
    "free",
    "real",
    "dead",
    "lasting",
    "until",
    "day",
    "when",
    "us",
    "limit",
    "placed",
    "made",
)
_numbers = st.one_of(
    st.sampled_from(
        [
            *("0", "-0", "1", "-1", "1e-300", "1e300", "-1e300", "1e999", "nan", "inf", "-inf", "infinity"),
            *("9223372036854775807", "-9223372036854775808", "18446744073709551615", "9223372036854775808"),
            *("999999999999.999999", "-999999999999.999999", "999999999999.9999999", "1000000000000"),
            *("9223.372036", "9223.372037", "253402300799", "253402300800", "9999999999999999", "1e16"),
            *("9999:59:59", "0001-01-01", "9999-12-31T23:59:59", "294247-01-10", "-290308-12-22", "1969"),
            *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "1" * 400, "0." + "9" * 40),
        ]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
)
_rows = st.lists(
    st.fixed_dictionaries(
        {name: _numbers for name in _CELLS}
        | {"what": st.sampled_from(_KINDS), "at": _numbers | st.just("1767592800")}
    ),
    min_size=1,
    max_size=12,
)


def read(text: str, rows: list[dict[str, Any]], carry: Carry | None = None) -> tuple[list[Any], list[str]]:
    """Events and codes of what was set aside of messages."""
    messages = [Message(json.dumps(row).encode(), where=f"m{place}") for place, row in enumerate(rows)]
    with closing(Stream(parse_mapping(text))) as stream:
        parts = list(stream.read(messages, carry or Carry(), NOW))
    letters = [letter for part in parts for letter in part.dead]
    # Found one by one after a query failed: it should not have.
    assert not [one for one in letters if "cannot be worked out" in one.problem.what]
    return (
        [event for part in parts for event in part.events.to_pylist()],
        [letter.problem.code for letter in letters],
    )


@pytest.mark.parametrize(
    ("factor", "number"), [("12", 999999999999), ("1000", "1e11"), ("1000000000", 1000000)]
)
def test_what_a_factor_makes_too_large_is_set_aside_and_its_neighbours_stay(
    tmp_path: Path, factor: str, number: Any
) -> None:
    rows = [{"at": f"2026-01-05T06:0{place}:00Z", "n": n} for place, n in enumerate((1, number, 2))]
    lines = "\n".join(["at,n", *(f"{row['at']},{row['n']}" for row in rows)])
    loaded = load(FACTOR % ("csv", factor), write(tmp_path, lines))
    assert (len(loaded.events), loaded.codes) == (2, ["row-unreadable"])
    text = FACTOR % ("json", factor)
    events, codes = read(text.replace('good: "{boxes}"', 'good: "{boxes}", key: "{at}"'), rows)
    assert (len(events), codes) == (2, ["row-unreadable"])


def test_a_product_of_ten_thousand_is_read(tmp_path: Path) -> None:
    loaded = load(FACTOR % ("csv", "1000000000"), write(tmp_path, "at,n\n2026-01-05T06:00:00Z,999\n"))
    assert [int(event["good"]) for event in loaded.of("count")] == [999_000_000_000]


@given(rows=_rows)
@settings(deadline=None, max_examples=8)
def test_no_number_in_messages_is_an_error(rows: list[dict[str, Any]]) -> None:
    carry = Carry()
    read(LANGUAGE, rows, carry)
    read(LANGUAGE, rows[::-1], carry)


@pytest.mark.parametrize("form", ["epoch s", "epoch ms", "epoch us"])
@pytest.mark.parametrize("number", ["1e16", "9999999999999999", "-9999999999999999", "9223372036854775807"])
def test_an_instant_beyond_all_time_is_set_aside(form: str, number: str) -> None:
    text = FACTOR.replace("{at: at,", "{at: {column: at, format: %s},") % ("json", form, 1)
    rows = [{"at": number, "n": 1}]
    events, codes = read(text.replace('good: "{boxes}"', 'good: "{boxes}", key: "{at}"'), rows)
    assert events == [] and codes == ["row-unreadable"]
