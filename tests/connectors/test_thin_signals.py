"""States from thin signals: the same however a stream is cut, repeated, restarted or delayed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantstack.connectors.contract import Message
from plantstack.connectors.load import FileBatch
from plantstack.connectors.mapping.carry import Carry, without_stretches
from plantstack.connectors.mapping.cycles import Cycles
from plantstack.connectors.mapping.names import check_cycles
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mapping.read_signals import METHODS
from plantstack.connectors.stream import Stream
from plantstack.errors import ConfigError
from plantstack.intervals import SECOND, rfc3339
from plantstack.plant.load import load_plant
from plantstack.plant.read_equipment import CAPTURES
from plantstack.plant.scaffold import write_scaffold as scaffold
from plantstack.plant.source import Report

from .support import load, us, write

HEAD = """
schema: 1
source: hall
file: {format: json}
columns:
  at: at
  machine: m
  tag: tag
  value: value
  quality: quality
  run: {column: value, map: {1: producing, 0: stopped, 7: fault}}
every: {equipment: "{machine}", at: "{at}"}
quality: "{quality}"
signals:
"""
PULSES = "  - {method: pulses, when: {tag: part}, gap: 20 s}\n"
COUNTER = '  - {method: pulses, when: {tag: part}, value: "{value}", counts: cumulative, gap: 20 s}\n'
CURRENT = (
    '  - {method: current, when: {tag: amps}, value: "{value}", '
    "producing: {above: 4.5, for: 10 s}, stopped: {below: 3, for: 30 s}}\n"
)
RUN_BIT = '  - {method: run_bit, when: {tag: run}, state: "{run}", pieces: {when: {tag: part}}, gap: 20 s}\n'
START = us("2026-01-05T06:00:00")
Row = dict[str, Any]


def told(second: float, tag: str, value: object = 1, machine: str = "press", **more: str) -> Message:
    at = rfc3339(START + round(second * SECOND))
    payload = {"m": machine, "tag": tag, "value": value, "at": at} | more
    return Message(json.dumps(payload).encode())


STREAMS: dict[str, Stream] = {}


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    for stream in STREAMS.values():
        stream.close()
    STREAMS.clear()


def stream_of(signals: str) -> Stream:
    """One stream for all examples: what it remembers is only in the carry."""
    if signals not in STREAMS:
        STREAMS[signals] = Stream(parse_mapping(HEAD + signals))
    return STREAMS[signals]


def said(stream: Stream, batches: Sequence[Sequence[Message]], ticks: Sequence[float] = ()) -> list[Row]:
    """All events of batches, each after a restart; ticks after the batch of their place."""
    carry, found = Carry(), []
    for place, batch in enumerate(batches):
        carry = Carry.read(carry.text())
        for part in stream.read(batch, carry, START):
            assert not part.dead, part.dead
            found += part.events.to_pylist()
        if place < len(ticks):
            for part in stream.tick(carry, START + round(ticks[place] * SECOND), is_lagging=False):
                found += part.events.to_pylist()
    return found


def events_of(parts: Iterator[FileBatch]) -> list[Row]:
    return [event for part in parts for event in part.events.to_pylist()]


def by_key(events: Sequence[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for event in events:
        assert found.setdefault(event["key"], event) == event, "one key, two contents"
    return found


def course(events: Sequence[Row], machine: str = "press") -> list[tuple[float, str]]:
    """What stands in the end: second and state of every change, as the order of events has it."""
    keyed = by_key(events)
    gone = {event["sup_key"] for event in keyed.values() if event["void"]}
    standing = [
        event
        for event in keyed.values()
        if event["kind"] == "state"
        and event["equipment"] == machine
        and not event["void"]
        and event["key"] not in gone
    ]
    standing.sort(key=lambda event: (event["at"], event["key"]))
    last_at_once = {event["at"]: event["state"] for event in standing}
    changes: list[tuple[float, str]] = []
    for at, state in sorted(last_at_once.items()):
        if not changes or changes[-1][1] != state:
            changes.append(((at - START) / SECOND, state))
    return changes


def cut(messages: Sequence[Message], places: Sequence[int]) -> Iterator[Sequence[Message]]:
    edges = sorted({0, len(messages), *(place % (len(messages) + 1) for place in places)})
    yield from (messages[start:end] for start, end in pairwise(edges))


def test_pulses_run_from_the_first_and_stop_at_the_last() -> None:
    stream = stream_of(PULSES)
    events = said(stream, [[told(second, "part") for second in (0, 10, 30, 51, 60)]])
    assert course(events) == [(0, "producing"), (30, "stopped"), (51, "producing")]
    assert {event["method"] for event in events if event["kind"] == "state"} == {"pulses"}


def test_a_stop_is_the_same_event_by_a_tick_and_by_the_next_pulse() -> None:
    stream = stream_of(PULSES)
    first, then = [told(0, "part"), told(10, "part")], [told(100, "part")]
    ticked = said(stream, [first, then], ticks=[31])
    waited = said(stream, [first, then])
    early = said(stream, [first, then], ticks=[30])
    assert by_key(ticked) == by_key(waited) == by_key(early)
    assert course(ticked) == [(0, "producing"), (10, "stopped"), (100, "producing")]


def test_a_late_pulse_takes_back_the_stop_that_was_none() -> None:
    stream = stream_of(PULSES)
    batches = [[told(0, "part"), told(40, "part")], [told(20, "part")]]
    events = said(stream, batches)
    assert [(event["void"], event["sup_key"]) for event in events if event["void"]] == [
        (True, f"pulses-1/press@{START}/4-stopped")
    ]
    assert course(events) == [(0, "producing")]


def test_a_late_pulse_moves_a_stop() -> None:
    stream = stream_of(PULSES)
    events = said(stream, [[told(0, "part"), told(100, "part")], [told(15, "part")]])
    assert course(events) == [(0, "producing"), (15, "stopped"), (100, "producing")]


def test_a_counter_is_a_pulse_where_it_shows_another_number() -> None:
    shown = [(0, 7), (10, 8), (20, 8), (29, 9), (60, 9), (70, 2)]
    stream = stream_of(COUNTER)
    events = said(stream, [[told(second, "part", value)] for second, value in shown])
    assert course(events) == [(10, "producing"), (29, "stopped"), (70, "producing")]


def test_a_level_keeps_what_it_did_between_the_limits() -> None:
    shown = [(0, 4), (10, 5), (20, 4), (25, 2), (30, 4), (60, 4), (61, 2), (70, 5), (90, 2), (125, 2)]
    stream = stream_of(CURRENT)
    events = said(stream, [[told(second, "amps", value) for second, value in shown]])
    # below for less than 30 s at 25 and at 61: that is no stop
    assert course(events) == [(10, "producing"), (25, "stopped"), (70, "producing"), (90, "stopped")]


def test_a_level_told_by_a_tick_is_taken_back_by_a_sample_on_its_way() -> None:
    stream = stream_of(CURRENT)
    batches = [[told(0, "amps", 5)], [told(5, "amps", 2), told(6, "amps", 2)], [told(40, "amps", 2)]]
    events = said(stream, batches, ticks=[12])
    assert course(events) == [(5, "stopped")]


def test_a_machine_runs_empty_from_its_last_piece_on() -> None:
    shown = [("run", 0, 1), ("part", 5, 1), ("part", 20, 1), ("part", 90, 1), ("run", 95, 0), ("run", 200, 1)]
    stream = stream_of(RUN_BIT)
    events = said(stream, [[told(second, tag, value) for tag, second, value in shown]], ticks=[300])
    assert course(events) == [
        (0, "producing"),
        (20, "idle"),
        (90, "producing"),
        (95, "stopped"),
        (200, "idle"),
    ]


def test_bad_quality_is_unknown_and_no_piece() -> None:
    stream = stream_of(PULSES + CURRENT)
    good = [told(0, "amps", 5), told(10, "amps", 5), told(10, "part", machine="saw")]
    bad = [told(20, "amps", None, quality="bad"), told(60, "part", None, machine="saw", quality="bad")]
    events = said(stream, [good, bad])
    assert course(events) == [(0, "producing"), (20, "unknown")]
    assert course(events, "saw") == [(10, "producing")]


def test_what_is_told_again_to_whoever_comes_later_is_a_state_and_no_piece() -> None:
    stream = stream_of(RUN_BIT + PULSES.replace("part", "p"))
    kept = [
        Message(one.payload, is_snapshot=True) for one in (told(0, "run", 1), told(1, "part"), told(1, "p"))
    ]
    events = said(stream, [kept], ticks=[300])
    assert course(events) == [(0, "idle")]


def test_after_a_gap_nobody_knows_until_something_shows() -> None:
    stream = stream_of(PULSES)
    carry = Carry()
    begun = events_of(stream.read([told(0, "part")], carry, START))
    begun += events_of(stream.gap(carry, "press", START + 5 * SECOND, START + 600 * SECOND))
    again, silent = Carry.read(carry.text()), Carry.read(carry.text())
    found = events_of(stream.read([told(610, "part")], again, START))
    nothing = events_of(stream.tick(silent, START + 621 * SECOND, is_lagging=False))
    # The run was cut in its first seconds: it is not said to have stopped there.
    assert course(begun + found) == [(0, "producing"), (600, "unknown"), (610, "producing")]
    assert course(begun + nothing) == [(0, "producing"), (600, "stopped")]


def test_refused_events_are_told_again() -> None:
    stream = stream_of(PULSES)
    carry = Carry()
    list(stream.read([told(0, "part"), told(0, "part", machine="saw")], carry, START))
    left = Carry.read(without_stretches(carry.text(), {"press"}))
    assert left.spoken_of() == {"saw"}
    assert [event["at"] for event in events_of(stream.read([told(0, "part")], left, START))] == [START]


SECONDS = st.lists(st.integers(0, 300), min_size=1, max_size=16, unique=True)
PLACES = st.lists(st.integers(0, 16), max_size=2)
FEW = settings(max_examples=12)  # each example is a dozen batches through SQL
VALUES = st.sampled_from([2, 4, 5])


@st.composite
def streams(draw: st.DrawFn) -> tuple[str, list[Message]]:
    """A signal, and what it showed in the order of time."""
    signal = draw(st.sampled_from([PULSES, COUNTER, CURRENT, RUN_BIT]))
    tags = {PULSES: ["part"], COUNTER: ["part"], CURRENT: ["amps"], RUN_BIT: ["run", "part", "part"]}[signal]
    values = {"part": st.integers(1, 3), "amps": VALUES, "run": st.sampled_from([0, 1, 7])}
    messages = []
    for second in sorted(draw(SECONDS)):
        tag = draw(st.sampled_from(tags))
        machine = draw(st.sampled_from(["press", "saw"]))
        messages.append(told(second, tag, draw(values[tag]), machine))
    return signal, messages


@FEW
@given(streams(), PLACES, PLACES)
def test_cutting_restarting_and_repeating_change_no_event(
    one: tuple[str, list[Message]], places: list[int], again: list[int]
) -> None:
    signal, messages = one
    stream = stream_of(signal)
    once = said(stream, [messages])
    whole = by_key(once)
    assert len(whole) == len(once), "nothing is said twice of one batch"
    batches = [list(batch) for batch in cut(messages, places)]
    assert by_key(said(stream, batches)) == whole
    for place in again:  # the broker sends a part of it once more
        batches.insert(place % len(batches) + 1, batches[place % len(batches)])
    assert by_key(said(stream, batches)) == whole


@FEW
@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=24), st.randoms(use_true_random=False), PLACES, PLACES
)
def test_pulses_in_any_order_give_the_same_states(
    seconds: list[int], chance: Any, places: list[int], ticks: list[int]
) -> None:
    messages = [told(second, "part") for second in sorted(seconds)]
    shuffled = list(messages)
    chance.shuffle(shuffled)
    stream = stream_of(PULSES)
    expected = course(said(stream, [messages], ticks=[10_000]))
    batches = list(cut(shuffled, places))
    between = [20.0 * tick for tick in ticks[: len(batches) - 1]]
    found = said(stream, batches, ticks=[*between, *[0.0] * (len(batches) - 1 - len(between)), 10_000])
    assert course(found) == expected
    edges = [one for one in sorted(set(seconds)) if not any(0 < one - other <= 20 for other in seconds)]
    # A single pulse begins and ends a run of no length; all others are seen.
    alone = [one for one in edges if not any(0 < other - one <= 20 for other in seconds)]
    begun = [second for second, state in course(found) if state == "producing"]
    assert begun == [one for one in edges if one not in alone]


@FEW
@given(streams())
def test_a_file_and_its_messages_say_the_same(tmp_path_factory: Any, one: tuple[str, list[Message]]) -> None:
    signal, messages = one
    folder: Path = tmp_path_factory.mktemp("thin")
    lines = b"\n".join(message.payload for message in messages)
    stream = stream_of(signal)
    live = by_key(said(stream, [messages[:5], messages[5:]]))
    files = load(HEAD + signal, write(folder, lines, "day.json"))
    assert by_key(files.events) == live


def test_files_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    seconds = (0, 10, 25, 90, 100)
    rows = [told(second, "part").payload for second in seconds]
    whole = load(HEAD + PULSES, write(tmp_path, b"\n".join(rows), "whole.json"))
    parts = [write(tmp_path, b"\n".join(rows[:2]), "a.json"), write(tmp_path, b"\n".join(rows[2:]), "b.json")]
    assert by_key(load(HEAD + PULSES, *parts).events) == by_key(whole.events)
    assert course(load(HEAD + PULSES, *reversed(parts)).events) == course(whole.events)


def test_older_than_what_is_remembered_a_file_stands_for_itself(tmp_path: Path) -> None:
    days = [[told(86_400 * day + second, "part").payload for second in (0, 10, 90, 100)] for day in (0, 2, 4)]
    files = [write(tmp_path, b"\n".join(rows), f"{day}.json") for day, rows in enumerate(days)]
    in_order = course(load(HEAD + PULSES, *files).events)
    apart = course(load(HEAD + PULSES, files[0], files[2], files[1]).events)
    # Whether it ran on from one such file to the next is what nobody tells.
    lost = [(2 * 86_400 + 100, "stopped"), (4 * 86_400, "producing")]
    assert [one for one in in_order if one not in apart] == lost


def test_the_pause_is_measured_with_the_standard_of_the_product(tmp_path: Path) -> None:
    scaffold(tmp_path / "plant")
    plant = load_plant(tmp_path / "plant")
    cycles = Cycles.of(plant)

    def length(machine: str, product: str | None) -> list[Fraction]:
        return [one[2] for one in cycles.spans(machine, product, START) if one[0] <= START < one[1]]

    assert length("filler", "cola-330") == [Fraction(SECOND, 9)]
    assert length("filler", None) == [Fraction(6 * SECOND, 43)]  # the slowest of its products
    assert length("capper", "cola-330") == [SECOND // 10]  # the ideal one: it has no standard
    assert cycles.spans("nobody", None, START) == []
    signals = '  - {method: pulses, when: {tag: part}, product: "{value}", cycles: 180}\n'
    shown = [(0, "cola-330"), (15, "cola-330"), (40, "water-500"), (64, "water-500"), (90, "water-500")]
    messages = [told(second, "part", product, "filler") for second, product in shown]
    with closing(Stream(parse_mapping(HEAD + signals), plant)) as stream:
        events = said(stream, [messages])
        strange = list(stream.read([told(0, "part", "cola-330", "nobody")], Carry(), START))
    # 20 s of one product are a pause, 25.1 s of the other
    assert course(events, "filler") == [
        (0, "producing"),
        (15, "stopped"),
        (40, "producing"),
        (64, "stopped"),
        (90, "producing"),
    ]
    assert [note.code for part in strange for note in part.notes] == ["signal-cycle"]


def test_a_machine_without_a_standard_is_named_by_check(tmp_path: Path) -> None:
    scaffold(tmp_path)
    products = tmp_path / "products.yaml"
    lines = products.read_text("utf-8").splitlines()
    products.write_text("\n".join(line for line in lines if "[capper]" not in line), "utf-8")
    machines = "columns:\n  which: {column: m, map: {1: capper, 2: filler}}"
    text = HEAD.replace("{machine}", "{which}").replace("columns:", machines)
    report = Report()
    signals = "  - {method: pulses, when: {tag: part}, cycles: 3}\n"
    check_cycles(parse_mapping(text + signals), load_plant(tmp_path), report)
    (problem,) = report.problems
    assert problem.code == "mapping-cycle" and "'capper'" in problem.what


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        ("  - {method: pulses}\n", "key-choice"),
        ("  - {method: pulses, gap: 5 s, cycles: 2}\n", "key-choice"),
        ("  - {method: pulses, cycles: 1}\n", "value-wrong"),
        ("  - {method: guess}\n", "value-wrong"),
        (
            '  - {method: current, value: "{value}", producing: {above: 2}, stopped: {below: 3}}\n',
            "mapping-signal",
        ),
        (
            '  - {method: current, value: "{volts}", producing: {above: 2}, stopped: {below: 1}}\n',
            "mapping-column",
        ),
        (PULSES.replace("pulses", "pulses, rule: x") * 2, "name-twice"),
        ('  - {method: run_bit, state: "{run}", pieces: {speed: 1}, gap: 5 s}\n', "key-unknown"),
    ],
)
def test_what_cannot_work_is_told_at_once(signals: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_mapping(HEAD + signals)
    assert code in {problem.code for problem in caught.value.problems}


def test_rows_that_say_nothing_are_counted() -> None:
    rows = [told(10, "amps", 5), told(5, "amps", 2), told(20, "part", None, quality="bad")]
    counts = 'events:\n  - {kind: count, when: {tag: part}, key: "{at}", good: "{value}"}\n'
    stream, carry = stream_of(CURRENT + PULSES + counts), Carry()
    notes = [note for one in rows for part in stream.read([one], carry, START) for note in part.notes]
    said_of = [(note.code, note.what.split(": ")[1][:1]) for note in notes if note.code != "file-silent"]
    assert said_of == [("signal-late", "1"), ("counts-doubted", "1")]


def test_a_clock_that_lags_and_a_way_that_is_long_are_no_stop() -> None:
    stream, carry = stream_of(PULSES), Carry()
    received = START + 3600 * SECOND  # of a pulse that was made an hour before by its own clock
    assert len(events_of(stream.read([told(0, "part")], carry, received))) == 1
    assert not events_of(stream.tick(carry, received + 20 * SECOND))
    (stop,) = events_of(stream.tick(carry, received + 21 * SECOND))
    assert (stop["state"], stop["at"]) == ("stopped", START)


def test_a_machine_can_be_captured_by_every_method() -> None:
    assert set(METHODS) < set(CAPTURES)


def test_rows_are_signs_of_life_and_a_pause_is_none() -> None:
    seconds = [*range(0, 200, 10), *range(400, 520, 10)]
    for signal, tag in ((CURRENT, "amps"), (RUN_BIT, "run"), (PULSES.replace("20 s", "5 min"), "part")):
        events = said(stream_of(signal), [[told(second, tag, 7) for second in seconds]])
        alive = [event for event in events if event["kind"] == "alive"]
        spans = [((one["from_at"] - START) // SECOND, (one["until_at"] - START) // SECOND) for one in alive]
        assert spans == [(0, 60), (60, 120), (120, 180), (180, 190), (400, 420), (420, 480)]
        again = [event["at"] for event in events if event["kind"] == "state"]
        assert again == [START, START + 400 * SECOND], "after a pause the state is told again"


def test_a_live_pulse_of_a_forgotten_time_makes_no_run() -> None:
    stream, carry = stream_of(PULSES), Carry()
    list(stream.read([told(60 * n, "part") for n in range(40)], carry, START))
    memory = json.dumps(carry.signals)
    parts = list(stream.read([told(90, "part")], carry, START))
    assert not events_of(iter(parts)) and json.dumps(carry.signals) == memory
    assert "signal-late" in {note.code for part in parts for note in part.notes}
    assert len(memory) < 2_000, "what is written with each batch stays small"


SAMPLES = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from((2.0, 3.8, 6.0)), st.sampled_from(("good", "bad"))),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(SAMPLES, st.sets(st.integers(1, 7)), st.sampled_from((CURRENT, CURRENT.replace(", for: 30 s", ""))))
def test_late_samples_of_a_level_hide_no_others_however_a_stream_is_cut(
    samples: list[tuple[int, float, str]], cuts: set[int], signal: str
) -> None:
    messages = [told(second, "amps", value, quality=quality) for second, value, quality in samples]
    stream = stream_of(signal)
    places = [0, *sorted(cut for cut in cuts if cut < len(messages)), len(messages)]
    one_by_one = course(said(stream, [[one] for one in messages]))
    assert course(said(stream, [messages[a:b] for a, b in pairwise(places)])) == one_by_one
    assert course(said(stream, [messages])) == one_by_one


def test_a_late_sample_hides_no_fresh_one_of_its_delivery() -> None:
    stream = stream_of(CURRENT.replace(", for: 30 s", ""))
    known = [told(second, "amps", 6) for second in (0, 12, 20)]
    rest = [told(19, "amps", 2), told(21, "amps", 2), told(22, "amps", 3.5)]
    stands = [(0.0, "producing"), (21.0, "stopped")]
    assert course(said(stream, [known, rest])) == course(said(stream, [[*known, *rest]])) == stands
