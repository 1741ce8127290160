"""A changed meaning is found, and what machines do every day is not taken for one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable

import pytest

from plantstack.connectors.contract import Message
from plantstack.connectors.knowing.signals import MOST_MESSAGES, Signals, values_of
from plantstack.connectors.observation import observation
from plantstack.events.signals import Doubt
from plantstack.intervals import HOUR, MINUTE

DAYS = 24 * 60
Shape = Callable[[int], object]


def day_of_minutes(days: float) -> Iterable[int]:
    return range(int(days * DAYS))


def is_worked(minute: int) -> bool:
    """Two shifts of five days; nights and weekends are quiet."""
    return 6 <= minute // 60 % 24 < 22 and minute // DAYS % 7 < 5


def power(minute: int) -> float:
    """Of a machine: parts of different weight, idling, off."""
    wave = 12 + 6 * math.sin(minute / 7) + minute % 5
    return round(wave if is_worked(minute) else 0.4 + minute % 3 / 10, 2)


def heat(minute: int) -> float:
    return round(180 + 4 * math.sin(minute / 11) if is_worked(minute) else 40 + minute % 60 / 5, 1)


def word(minute: int) -> str:
    return ("RUN", "RUN", "RUN", "STOP", "RUN", "SETUP")[minute // 9 % 6] if is_worked(minute) else "STOP"


def gone_through(days: float, every: int = 1, **shapes: Shape) -> list[Doubt]:
    """Every signal told each minute, compared each quarter of an hour; kept and read again each day."""
    signals, found = Signals(), []
    for minute in day_of_minutes(days):
        if minute % every:
            continue
        told = [(tag, shape(minute)) for tag, shape in shapes.items()]
        signals.see([said(tag, value) for tag, value in told if value != "absent"], minute * MINUTE)
        for tag in shapes:
            if f"press.{tag}" in signals.of:
                signals.fed(f"press.{tag}", "press", "state")
        if minute % 15 == 0:
            found += signals.compare("hall", minute * MINUTE)
        if minute % DAYS == 0:
            signals = Signals.read(signals.text())
    return found


def said(tag: str, value: object) -> Message:
    assert value is None or isinstance(value, bool | int | float | str)
    return observation(tag, value, scope="press")


def after(days: float, shape: Shape, other: Shape) -> Shape:
    return lambda minute: (other if minute >= days * DAYS else shape)(minute)


def times(shape: Shape, by: float) -> Shape:
    return lambda minute: float(str(shape(minute))) * by


@pytest.mark.parametrize("shape", [power, heat, word], ids=["power", "heat", "word"])
def test_shifts_nights_and_weekends_change_no_meaning(shape: Shape) -> None:
    assert gone_through(17, every=2, one=shape) == []


def test_a_product_that_needs_three_times_the_power_changes_no_meaning() -> None:
    assert gone_through(14, every=2, one=after(7, power, times(power, 3))) == []


def test_a_new_program_is_no_other_set_of_words() -> None:
    assert gone_through(6, every=2, one=after(3, word, lambda minute: "PROGRAM-7")) == []


@pytest.mark.parametrize(
    "change, kind",
    [
        (times(power, 10), "range"),  # by day and night: the days before it are not spread alike
        (times(heat, 10), "range"),
        (times(power, 0.001), "less"),
        (lambda minute: "RUNNING", "type"),
        (lambda minute: "absent", "gone"),
    ],
    ids=["x10", "another signal x10", "a thousandth", "type", "gone"],
)
def test_a_planted_change_is_found_within_two_days_and_told_once(change: Shape, kind: str) -> None:
    found = gone_through(8, every=2, one=after(4.5, power, change), other=power)
    assert [one.kind for one in found] == [kind], found
    assert found[0].tag == "press.one"
    assert 4.3 * DAYS <= found[0].since / MINUTE <= 5.3 * DAYS
    assert found[0].raised_at / MINUTE <= 6.6 * DAYS
    assert found[0].told.startswith("the meaning of press.one may have changed at 1970-01-05 ")


def test_another_vocabulary_is_found() -> None:
    names = {"RUN": "ACTIVE", "STOP": "IDLE", "SETUP": "ARMED"}
    found = gone_through(5, every=2, one=after(3.3, word, lambda minute: names[word(minute)]))
    assert [one.kind for one in found] == ["words"]


def test_two_tags_that_were_swapped_are_found_by_each_other() -> None:
    found = gone_through(6, every=2, one=after(4.5, power, heat), other=after(4.5, heat, power))
    assert {one.tag for one in found} == {"press.one", "press.other"}
    assert {one.kind for one in found} <= {"swapped", "scale", "range"}


def test_another_pace_is_found() -> None:
    slow = after(2.5, power, lambda minute: power(minute) if minute % 8 == 0 else "absent")
    assert [one.kind for one in gone_through(4, every=2, one=slow, other=power)] == ["pace"]


def test_a_counter_that_counts_tens_is_found_though_it_always_grows() -> None:
    def growing(minute: int) -> int:
        return 4 * minute + minute % 7

    found = gone_through(4, every=2, one=after(2.5, growing, times(growing, 10)))
    assert [one.kind for one in found] == ["range"]  # the one great step is among them
    assert "steps were" in found[0].told


def test_what_was_confirmed_is_known_and_the_next_change_is_told_again() -> None:
    signals = Signals()
    found: list[Doubt] = []
    for minute in range(0, 8 * DAYS, 2):
        by = 100 if minute >= 6 * DAYS else 10 if minute >= 3 * DAYS else 1
        signals.see([said("one", 10 * by + minute % 40 * by)], minute * MINUTE)
        told = signals.compare("hall", minute * MINUTE)
        found += told
        for one in told:
            signals.of[one.tag].settle()
    assert [one.kind for one in found] == ["scale", "scale"]


def test_a_flood_and_a_late_value_say_nothing_of_the_pace() -> None:
    signals = Signals()
    signals.see([observation("one", 1.0, at="2026-01-05T06:00:00Z")], 0)
    signals.see([observation("one", 2.0, at="2026-01-05T05:00:00Z")], 0)
    assert signals.of["one"].now.n == 1
    assert len(signals.see([said("one", 1.0)] * 5_000, HOUR)) == MOST_MESSAGES


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"",
        b"nonsense",
        b"[1]",
        b"\xff\xfe",
        b'{"tag": 5}',
        b'{"tag": "a", "value": [1]}',
    ],
)
def test_what_is_no_value_is_passed_over(payload: bytes) -> None:
    assert [one for one in values_of(Message(payload), 0) if one[0] != "tag"] == []


def test_what_is_kept_is_small_and_the_same_when_read_again() -> None:
    signals = Signals()
    for minute in range(3_000):
        signals.see([said("one", power(minute)), said("word", word(minute))], minute * MINUTE)
        signals.compare("hall", minute * MINUTE)
    text = signals.text()
    assert Signals.read(text).text() == text
    assert len(text) < 5_000, json.loads(text)
