"""What is told on is the same event: every kind, every field, every number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.events.build import NAMES, RECEIVED, events
from tests.events.examples import EXAMPLES, example

from plantstack.events.telling import told
from plantstack.events.validate import validate
from plantstack.events.wire import decode_items

ALL = {
    "told_at": "2026-03-01T06:00:07.25Z",
    "sequence": 17,
    "by": "shift lead",
    "note": 'a "quoted": \n line \u2028 with ü and \\',
    "x": {"a": [1.50, {"b": None}], "c": "d", "e": 12345678901234567890.125},
}
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


def again(*rows: dict[str, object]) -> None:
    first = events(*rows)
    found = decode_items(b"\n".join(told(first)))
    assert not found.dead
    second, problems = validate(found.table, NAMES, RECEIVED)
    assert not problems
    assert second.equals(first)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_kind_is_told_on_as_it_was(kind: str) -> None:
    again(example(kind), example(kind, key="other", **ALL), example("note", key="third"))
    again(example(kind, key="correction", supersedes={"source": "plc", "key": "41-7"}))
    again(example(kind, void=True, supersedes={"source": "plc", "key": "41-7"}))


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.decimals(0, 10**11, places=6, allow_nan=False, allow_infinity=False),
    TEXT,
)
def test_numbers_and_texts_are_told_on_exactly(value: float, pieces: object, text: str) -> None:
    reading = example("reading", parameter="temperature", value=value)
    again(reading, example("count", key="2", good=str(pieces), order=text, reason=text))


def test_a_path_is_told_on_as_the_id_it_means() -> None:
    first = events(example("state", equipment="acme/old/filler", at="2026-03-01T06:00:00Z"))
    assert b'"equipment":"m1"' in told(first)[0]
