"""The mapping language for live wires: templates, topics, deadband, clocks that are off, what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantstack.connectors.connections import read_connections
from plantstack.connectors.contract import Message
from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.deadbands import Memory, Reading, walk
from plantstack.connectors.mapping.model import Deadband
from plantstack.connectors.mapping.proof import run_tests
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.stream import Stream
from plantstack.errors import ConfigError
from plantstack.intervals import MINUTE, SECOND, rfc3339

from .support import load, us, write

HEAD = """
schema: 1
source: hall
file: {format: json}
"""
TEMPLATE = (
    HEAD
    + """
for:
  - {machine: press-1, node: "N1", limit: 4.5}
  - {machine: press-2, node: "N2", limit: 7}
columns: {at: at, tag: tag, value: value, run: {column: value, map: {1: producing, 0: stopped}}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {tag: "{node}.Run"}, state: "{run}"}
  - rule: "heat-of-{machine}"
    kind: reading
    when: {tag: "{node}.Heat"}
    parameter: "heat {node}"
    value: "{value}"
signals:
  - method: power
    when: {tag: "{node}.kW"}
    value: "{value}"
    producing: {above: "{limit}"}
    stopped: {below: 1}
"""
)
TEMPLATE_TESTS = """
tests:
  - name: each machine has its own nodes and limits
    messages:
      - {payload: {at: 2026-01-05T06:00:00Z, tag: N2.Run, value: 1}}
      - {payload: {at: 2026-01-05T06:00:00Z, tag: N1.Heat, value: 80}}
      - {payload: {at: 2026-01-05T06:00:00Z, tag: N1.kW, value: 5}}
      - {payload: {at: 2026-01-05T06:00:00Z, tag: N2.kW, value: 5}}
    events:
      - {kind: state, equipment: press-2, state: producing, at: 2026-01-05T06:00:00Z}
      - {kind: reading, equipment: press-1, parameter: heat N1, value: 80}
      - {kind: state, equipment: press-1, state: producing, method: power}
"""


def codes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_mapping(text)
    return [problem.code for problem in caught.value.problems]


def test_a_rule_is_read_for_each_set_of_parameters() -> None:
    mapping = parse_mapping(TEMPLATE + TEMPLATE_TESTS)
    assert [rule.name for rule in mapping.rules] == [
        "state-1.press-1",
        "state-1.press-2",
        "heat-of-press-1",
        "heat-of-press-2",
    ]
    assert [signal.name for signal in mapping.signals] == ["power-1.press-1", "power-1.press-2"]
    assert run_tests(mapping) == []


def test_forty_equal_machines_are_one_line() -> None:
    rows = '{machine: "press-{01..40}", node: "N{1..40}", limit: "{101..140}"}'
    text = TEMPLATE[: TEMPLATE.index("for:")] + f"for: {rows}\n" + TEMPLATE[TEMPLATE.index("columns:") :]
    mapping = parse_mapping(text)
    assert len(mapping.rules) == 80 and len(mapping.signals) == 40
    assert mapping.rules[39].name == "state-1.press-40"
    assert mapping.signals[1].upper[0] == 102


def test_a_mistake_names_the_set_it_is_of() -> None:
    wrong = TEMPLATE.replace("limit: 7", "limit: seven")
    with pytest.raises(ConfigError) as caught:
        parse_mapping(wrong)
    told = {problem.what for problem in caught.value.problems}
    assert told and all("(for machine: press-2, node: N2, limit: seven)" in one for one in told)


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ('- {machine: press-2, node: "N2", limit: 7}', "- {machine: press-2}", "mapping-for"),
        ("machine: press-2", "machine: press-1", "name-twice"),
        ("columns: {", 'orders: {order: "{tag}"}\ncolumns: {', "mapping-every"),
        ("for:\n", "for: {machine: [a, b], node: [c]}\nwide:\n", "mapping-for"),
        ("for:\n", "for: {machine: press}\nwide:\n", "mapping-for"),
    ],
)
def test_what_no_template_can_be(good: str, bad: str, code: str) -> None:
    assert code in codes(TEMPLATE.replace(good, bad))


TOPICS = (
    HEAD
    + """
topics: ["hall/{machine}/{what}", "old.hall/+/{machine}/{what}/#"]
columns: {at: at, value: value, kind: {column: topic, part: "hall/[^/]+/(run|heat)"}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: reading, parameter: "{what}", value: "{value}", x: {part: "{kind}"}}
tests:
  - name: levels of a topic
    messages:
      - {topic: hall/press/heat, payload: {at: 2026-01-05T06:00:00Z, value: 1}}
      - {topic: old.hall/a/saw/speed/rpm/now, payload: {at: 2026-01-05T06:00:00Z, value: 2}}
      - {topic: oldxhall/a/saw/speed/rpm/now, payload: {at: 2026-01-05T06:00:00Z, value: 3}}
    events:
      - {kind: reading, equipment: press, parameter: heat, x: {part: heat}}
      - {kind: reading, equipment: saw, parameter: speed, value: 2}
    set_aside: row-incomplete
"""
)


def test_levels_of_a_topic_are_columns_by_name(tmp_path: Path) -> None:
    assert run_tests(parse_mapping(TOPICS)) == []
    recorded = json.dumps({"topic": "hall/press/heat", "at": "2026-01-05T06:00:00Z", "value": 1})
    (event,) = load(TOPICS, write(tmp_path, recorded, "day.json")).events
    assert (event["equipment"], event["parameter"]) == ("press", "heat")


def test_a_level_is_captured_once() -> None:
    assert "mapping-topic" in codes(TOPICS.replace("{at: at,", "{at: at, machine: m,"))
    assert "value-wrong" in codes(TOPICS.replace("hall/{machine}/{what}", "hall/{machine/x"))
    assert "mapping-part" in codes(TOPICS.replace("(run|heat)", "run|heat"))


BAND = Deadband(0.5, is_share=False, longest_us=MINUTE)
SERIES = st.lists(st.tuples(st.integers(0, 300), st.sampled_from([1.0, 1.2, 1.6, 2.4])), max_size=30)


def told(batches: Sequence[Sequence[Reading]]) -> list[int]:
    memory: Memory | None = None
    found: set[int] = set()
    for batch in batches:
        kept, memory = walk(BAND, sorted(batch), memory)
        found |= set(kept)
    return sorted(found)


@given(SERIES, st.lists(st.integers(0, 30), max_size=4))
def test_a_deadband_is_the_same_in_any_cut_and_repeated(
    series: list[tuple[int, float]], places: list[int]
) -> None:
    instants = dict(series)  # one value an instant
    rows: list[Reading] = [(at * SECOND, at, value, None) for at, value in sorted(instants.items())]
    whole = told([rows])
    edges = sorted({0, len(rows), *(place % (len(rows) + 1) for place in places)})
    batches = [rows[start:end] for start, end in pairwise(edges)]
    assert told(batches) == whole
    lately = [[row for row in batch if row[0] > batch[-1][0] - MINUTE] for batch in batches]
    again = [one for pair in zip(batches, lately, strict=True) for one in pair]
    assert told(again) == whole
    # Nothing that was left out differs from the one told before it by the band, or lies a pause behind.
    last: Reading | None = None
    for row in rows:
        if row[1] in whole:
            last = row
        else:
            assert (
                last is not None and abs((row[2] or 0) - (last[2] or 0)) < 0.5 and row[0] - last[0] < MINUTE
            )


DEADBAND = (
    HEAD
    + """
columns: {at: at, value: value, quality: q}
quality: "{quality}"
every: {equipment: press, at: "{at}"}
events:
  - {kind: reading, parameter: heat, value: "{value}", deadband: {share: 10 %, longest: 10 min}}
tests:
  - name: a value that moves little
    messages:
      - {payload: {at: 2026-01-05T06:00:00Z, value: 100}}
      - {payload: {at: 2026-01-05T06:01:00Z, value: 109}}
      - {payload: {at: 2026-01-05T06:02:00Z, value: 111}}
      - {payload: {at: 2026-01-05T06:03:00Z, q: bad}}
      - {payload: {at: 2026-01-05T06:04:00Z, value: 111}}
      - {payload: {at: 2026-01-05T06:05:00Z, value: 111}}
      - {payload: {at: 2026-01-05T06:14:00Z, value: 111}}
    events:
      - {kind: reading, value: 100}
      - {kind: reading, at: 2026-01-05T06:02:00Z, value: 111}
      - {kind: reading, quality: bad}
      - {kind: reading, at: 2026-01-05T06:04:00Z, value: 111}
      - {kind: reading, at: 2026-01-05T06:14:00Z, value: 111}
"""
)


def test_a_reading_that_moves_little_is_left_out_but_not_for_long() -> None:
    assert run_tests(parse_mapping(DEADBAND)) == []


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("kind: reading, parameter: heat, value:", "kind: count, good:", "mapping-deadband"),
        (", longest: 10 min", "", "key-missing"),
        ("share: 10 %", "share: 10 %, change: 2", "key-choice"),
        ('"{quality}"', "good", "mapping-template"),
    ],
)
def test_what_no_deadband_can_be(good: str, bad: str, code: str) -> None:
    assert code in codes(DEADBAND[: DEADBAND.index("tests:")].replace(good, bad))


SKEW = (
    HEAD
    + """
columns: {at: at, run: {column: run, map: {1: producing, 0: stopped}}}
every: {equipment: press, at: "{at}"}
skew: {most: 2 min, then: received}
events:
  - {kind: state, state: "{run}"}
tests:
  - name: a clock that is off
    received: 2026-01-05T06:00:00Z
    messages:
      - {payload: {at: 2026-01-05T05:58:30Z, run: 1}}
      - {payload: {at: 2026-01-06T06:00:00Z, run: 0}}
      - {payload: {at: 1970-01-01T00:00:00Z, run: 1}}
    events:
      - {kind: state, state: producing, at: 2026-01-05T05:58:30Z}
      - {kind: state, state: stopped, x: {clock: received}}
      - {kind: state, state: producing, x: {clock: received}}
"""
)


def test_F47_a_clock_that_is_off_gives_way_to_the_instant_of_receipt() -> None:
    assert run_tests(parse_mapping(SKEW)) == []
    aside = SKEW.replace("then: received", "then: set_aside")
    aside = aside[: aside.index("      - {kind: state, state: stopped, x")]
    aside += "    set_aside: [row-skewed, row-unreadable]\n"
    assert run_tests(parse_mapping(aside)) == []


def test_F47_it_is_told_and_files_without_a_receipt_keep_their_times(tmp_path: Path) -> None:
    row = json.dumps({"at": "2026-01-06T06:00:00Z", "run": 1}).encode()
    with closing(Stream(parse_mapping(SKEW))) as stream:
        parts = list(stream.read([Message(row)], Carry(), us("2026-01-05T06:00:00")))
    assert "clock-skewed" in {note.code for part in parts for note in part.notes}
    assert [event["at"] for part in parts for event in part.events.to_pylist()] == [us("2026-01-05T06:00:00")]
    loaded = load(SKEW, write(tmp_path, row, "day.json"))
    assert [event["at"] for event in loaded.events] == [us("2026-01-06T06:00:00")]


DELTA = (
    HEAD
    + """
columns: {at: at, good: good, id: id}
every: {equipment: press, at: "{at}"}
events:
  - {kind: count, good: "{good}", counter: {counts: delta}}
"""
)


@pytest.mark.parametrize("counter", [", counter: {counts: delta}", ""])
def test_pieces_of_messages_need_something_they_are_known_by(tmp_path: Path, counter: str) -> None:
    text = DELTA.replace(", counter: {counts: delta}", counter)
    with pytest.raises(ConfigError) as caught:
        Stream(parse_mapping(text, "hall"))
    assert [problem.code for problem in caught.value.problems] == ["mapping-delta"]
    for known in ('key: "{id}", ', 'sequence: "{id}", '):
        Stream(parse_mapping(text.replace("equipment: press, ", f"equipment: press, {known}"))).close()
    Stream(parse_mapping(DELTA.replace("delta", "cumulative"))).close()
    (tmp_path / "mappings").mkdir()
    (tmp_path / "connectors").mkdir()
    (tmp_path / "mappings" / "hall.yaml").write_text(text, "utf-8")
    (tmp_path / "connectors" / "hall.yaml").write_text(CONNECTION, "utf-8")
    found, problems = read_connections(tmp_path)
    assert not found and [problem.code for problem in problems] == ["mapping-delta"]


def test_a_connection_of_messages_says_what_they_mean(tmp_path: Path) -> None:
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "hall.yaml").write_text(CONNECTION.replace("mapping: hall\n", ""), "utf-8")
    (tmp_path / "connectors" / "inbox.yaml").write_text("schema: 1\nkind: drop\nfolder: inbox\n", "utf-8")
    found, problems = read_connections(tmp_path)
    assert [problem.code for problem in problems] == ["mapping-missing"]
    assert [one.name for one in found] == ["inbox"]  # files may be told in our own words


@pytest.mark.parametrize(
    "more",
    ["absence: {state: idle, after: 5 min}", "alive: file", "alive: {gaps: 10 min}", "identical_rows: keep"],
)
def test_what_is_said_of_a_file_as_a_whole_is_no_word_for_messages(tmp_path: Path, more: str) -> None:
    text = f"{DELTA.replace('delta', 'cumulative')}{more}\n"
    with pytest.raises(ConfigError) as caught:
        Stream(parse_mapping(text, "hall"))
    assert [problem.code for problem in caught.value.problems] == ["mapping-files"]
    row = {"at": "2026-01-05T06:00:00Z", "good": 1}
    assert not load(text, write(tmp_path, json.dumps(row), "day.json")).dead  # a file may say it
    Stream(parse_mapping(text.replace(more, "identical_rows: drop"))).close()


@pytest.mark.parametrize("field", ["key", "sequence"])
def test_pieces_that_lack_what_they_are_known_by_are_set_aside(field: str) -> None:
    text = DELTA.replace("equipment: press, ", f'equipment: press, {field}: "{{id}}", ')
    told: list[dict[str, int | str]] = [{"id": 1}, {"id": 2}, {"id": 1}, {"to": 1}, {"to": 2}, {"id": ""}]
    rows = [json.dumps({"at": "2026-01-05T06:00:00Z", "good": 5, **one}).encode() for one in told]
    with closing(Stream(parse_mapping(text))) as stream:
        parts = list(stream.read([Message(row) for row in rows], Carry(), us("2026-01-05T06:00:00")))
    assert [int(event["good"]) for part in parts for event in part.events.to_pylist()] == [5, 5]
    letters = [letter for part in parts for letter in part.dead]
    assert {letter.problem.code for letter in letters} == {"row-incomplete"}
    assert f"a value for '{field}'" in letters[0].problem.what


CONNECTION = "schema: 1\nkind: mqtt\nhost: broker\ntopics: [a]\nclient: c\nmapping: hall\n"
OVER = HEAD + 'columns: {at: at, tag: tag, run: run}\nevery: {equipment: press, at: "{at}"}\nevents:\n'
READ = "{kind: reading, parameter: heat-a, value: 1}"
RUN = 'kind: state, state: "{run}"'


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (f"{{{RUN}}}", f"{{{RUN}, when: {{tag: run}}}}", True),
        (f"{{{RUN}, when: {{tag: [run, go]}}}}", "{kind: state, state: idle, when: {tag: go, run: 0}}", True),
        (f"{{{RUN}, when: {{tag: {{not: [x]}}}}}}", "{kind: state, state: idle, when: {tag: go}}", True),
        (f"{{{RUN}, when: {{tag: {{present: true}}}}}}", "{kind: state, state: idle, when: {tag: go}}", True),
        (f"{{{RUN}, when: {{tag: go}}}}", "{kind: state, state: idle, when: {run: 0}}", False),
        (f"{{{RUN}}}", f"{{{RUN}, equipment: saw}}", False),
        (f"{{{RUN}, when: {{tag: run}}}}", f"{{{RUN}, when: {{tag: go}}}}", False),
        (
            '{kind: reading, parameter: a, value: "{run}"}',
            '{kind: reading, parameter: b, value: "{run}"}',
            False,
        ),
        (f'{{{RUN}, native: "{{tag}}"}}', f"{{{RUN}, when: {{tag: run}}}}", False),
    ],
)
def test_rules_that_must_meet_are_told_before_any_row(one: str, other: str, meets: bool) -> None:
    text = f"{OVER}  - {one}\n  - {other}\n"
    assert codes(text) == ["mapping-overlap"] if meets else parse_mapping(text).rules


def test_a_word_that_is_ignored_may_keep_rules_apart() -> None:
    text = f"{OVER}  - {{{RUN}}}\n  - {{kind: state, state: idle, when: {{tag: run}}}}\n"
    assert codes(text) == ["mapping-overlap"]
    assert parse_mapping(text.replace("run: run", "run: {column: run, map: {1: fault, otherwise: ignore}}"))


def test_an_order_that_is_told_again_is_no_new_start() -> None:
    def row(second: int, order: str) -> Message:
        at = rfc3339(us("2026-01-05T06:00:00") + second * SECOND)
        return Message(json.dumps({"at": at, "m": "a", "tag": "x", "order": order}).encode())

    with closing(Stream(parse_mapping(WHOLE))) as stream:
        first, then = [row(0, "A"), row(10, "A")], [row(20, "B")]
        told = gathered(stream, [first, then, first[1:], then])
    starts = [(event["at"], event["order_id"]) for event in told.values() if event["kind"] == "order"]
    begin = us("2026-01-05T06:00:00")
    assert starts == [(begin, "A"), (begin + 20 * SECOND, "B")]


def test_a_count_of_bad_quality_is_none_and_a_doubtful_one_is_flagged() -> None:
    text = DEADBAND[: DEADBAND.index("events:")].replace("equipment: press", 'equipment: press, key: "{at}"')
    text += """events:
  - {kind: count, good: "{value}"}
tests:
  - name: pieces
    messages:
      - {payload: {at: 2026-01-05T06:00:00Z, value: 1}}
      - {payload: {at: 2026-01-05T06:01:00Z, value: 2, q: bad}}
      - {payload: {at: 2026-01-05T06:02:00Z, value: nonsense, q: bad}}
      - {payload: {at: 2026-01-05T06:03:00Z, value: 4, q: uncertain}}
      - {payload: {at: 2026-01-05T06:04:00Z, value: 5, q: perhaps}}
    events:
      - {kind: count, good: 1}
      - {kind: count, good: 4, x: {quality: uncertain}}
    set_aside: row-wrong
"""
    assert run_tests(parse_mapping(text)) == []


WHOLE = (
    HEAD
    + """
columns:
  at: at
  tag: tag
  value: value
  machine: m
  order: order
  run: {column: value, map: {1: producing, 2: fault, otherwise: idle}}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, when: {tag: run}, state: "{run}"}
  - {kind: count, when: {tag: good}, good: "{value}", counter: {counts: cumulative}}
  - kind: reading
    when: {tag: heat}
    parameter: heat
    value: "{value}"
    deadband: {change: 2, longest: 2 min}
  - {kind: alarm, when: {tag: alarm}, code: "{value}", phase: "on"}
orders: {order: "{order}"}
signals:
  - {method: pulses, when: {tag: good}, value: "{value}", counts: cumulative, gap: 40 s}
"""
)
TOLD = st.lists(
    st.tuples(
        st.integers(1, 30),
        st.sampled_from(["run", "good", "good", "heat", "alarm"]),
        st.integers(0, 4),
        st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=12)  # each is a dozen batches through SQL
@given(TOLD, st.lists(st.integers(0, 14), max_size=2), st.lists(st.integers(0, 14), max_size=2))
def test_every_part_of_the_language_is_the_same_in_any_cut_and_repeated(
    told: list[tuple[int, str, int, str]], places: list[int], again: list[int]
) -> None:
    messages, second, good = [], 0, 0
    for step, tag, value, machine in told:
        second += step
        good += value
        at = rfc3339(us("2026-01-05T06:00:00") + second * SECOND)
        row = {"at": at, "m": machine, "tag": tag, "value": good if tag == "good" else value}
        row["order"] = f"O{second // 100}"
        messages.append(Message(json.dumps(row).encode()))
    with closing(Stream(parse_mapping(WHOLE))) as stream:
        whole = gathered(stream, [messages])
        edges = sorted({0, len(messages), *(place % (len(messages) + 1) for place in places)})
        batches = [messages[start:end] for start, end in pairwise(edges)]
        assert gathered(stream, batches) == whole
        for place in again:
            batches.insert(place % len(batches) + 1, batches[place % len(batches)])
        assert gathered(stream, batches) == whole


def gathered(stream: Stream, batches: Sequence[Sequence[Message]]) -> dict[str, dict[str, object]]:
    """All events by key, each batch after a restart."""
    carry = Carry()
    found: dict[str, dict[str, object]] = {}
    for batch in batches:
        carry = Carry.read(carry.text())
        for part in stream.read(batch, carry, us("2026-01-05T07:00:00")):
            assert not part.dead, part.dead
            for event in part.events.to_pylist():
                assert found.setdefault(event["key"], event) == event, "one key, two contents"
    return found
