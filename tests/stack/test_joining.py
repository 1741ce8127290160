"""Deliveries that are read together say what each says by itself, under the same keys."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stack.floor import START

from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.raw import Kept
from plantstack.connectors.stream import Stream
from plantstack.intervals import HOUR, SECOND
from plantstack.stack.mappings.joining import joined

MAPPING = parse_mapping(
    """
schema: 1
source: hall
file: {format: json}
columns: {at: {column: ts, format: epoch us}, state: state, good: good, heat: heat, note: note, id: id}
every: {equipment: filler, at: "{at}"}
events:
  - {rule: a, kind: state, when: {state: {present: true}}, state: "{state}"}
  - {rule: b, kind: state, when: {note: x, state: {absent: true}}, state: idle}
  - {rule: c, kind: count, key: "{id}", when: {good: {present: true}}, good: "{good}"}
  - {rule: d, kind: reading, when: {heat: {present: true}}, parameter: heat, value: "{heat}"}
  - {rule: e, kind: alarm, at: "{received}", phase: "on", code: "{note}", when: {note: {present: true}}}
""".replace("note: note,", "note: note, received: received,")
)

_message = st.fixed_dictionaries(
    {"ts": st.integers(0, 3).map(lambda n: START + n * SECOND), "id": st.integers(0, 2)},
    optional={
        "state": st.sampled_from(["idle", "producing"]),
        "good": st.integers(1, 2),
        "heat": st.integers(20, 21),
        "note": st.sampled_from("xy"),
    },
)
_delivery = st.tuples(st.lists(_message, min_size=1, max_size=4), st.booleans())
Told = set[tuple[object, ...]]
Deliveries = Sequence[tuple[Sequence[Mapping[str, object]], bool]]


def kept(deliveries: Deliveries) -> list[Kept]:
    made = []
    for number, (messages, tells_again) in enumerate(deliveries):
        told = (Message(json.dumps(one).encode(), is_snapshot=tells_again) for one in messages)
        made.append(Kept(START + HOUR + number * SECOND, tuple(told)))
    return made


def rows(events: list[dict[str, object]], keys: list[str]) -> Told:
    return {
        (key, *(event[name] for name in ("kind", "at", "state", "good", "total", "from_at", "value")))
        for event, key in zip(events, keys, strict=True)
    }


@settings(max_examples=25, deadline=None)
@given(st.lists(_delivery, min_size=1, max_size=5))
def test_joined_deliveries_say_the_same(
    deliveries: Deliveries,
) -> None:
    single: Told = set()
    together: Told = set()
    with closing(Stream(MAPPING)) as stream:
        carry = Carry()
        for one in kept(deliveries):
            for part in stream.read(one.messages, carry, one.at):
                events = part.events.to_pylist()
                single |= rows(events, [event["key"] for event in events])
        after, carry = carry.text(), Carry()
        for group in joined(kept(deliveries)):
            for part in stream.read(group.messages, carry, group.at):
                events = part.events.to_pylist()
                keys = group.keys([event["key"] for event in events], [int(row) for row in part.rows])
                together |= rows(events, keys)
    assert together == single
    assert carry.text() == after


def test_counters_of_joined_deliveries_go_on() -> None:
    """In the order of time: a sample that comes late falls where it belongs."""
    text = """
    schema: 1
    source: hall
    file: {format: json}
    columns: {at: {column: ts, format: epoch us}, total: total}
    every: {equipment: filler, at: "{at}"}
    events: [{kind: count, total: "{total}", counter: {counts: cumulative}}]
    """
    told = [([{"ts": START + n * SECOND, "total": n * 5}], False) for n in (0, 1, 3, 2, 4, 5)]
    with closing(Stream(parse_mapping(text))) as stream:
        carry = Carry()
        (group,) = joined(kept(told))
        made = [part.events for part in stream.read(group.messages, carry, group.at)]
    assert sum(int(one) for part in made for one in part["total"].to_pylist()) == 25


def test_nothing_is_joined_over_an_instant_or_with_what_is_told_again() -> None:
    same: Deliveries = [([{"ts": START}], False)] * 4
    assert [len(group.messages) for group in joined(kept(same))] == [4]
    assert [len(group.messages) for group in joined(kept(same), START + HOUR + 2 * SECOND)] == [2, 2]
    again: Deliveries = [same[0], ([{"ts": START}], True), *same[:2]]
    assert [len(group.messages) for group in joined(kept(again))] == [1, 1, 2]
