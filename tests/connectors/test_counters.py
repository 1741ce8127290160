"""F51 and F52: counters that are reset, roll over, tremble, jump, and go on in the next file."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantstack.connectors.mapping.counters import Last, Sample, Series, step
from plantstack.connectors.mapping.model import Counter

from .support import Loaded, load, us, write

CUMULATIVE = """
schema: 1
source: plc
file: {format: csv}
columns: {at: at, machine: machine, parts: parts}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: count, good: "{parts}", counter: {counts: cumulative}}]
"""
DELTA = CUMULATIVE.replace("cumulative", "delta")
RATED = CUMULATIVE.replace("counts: cumulative", "counts: cumulative, max_rate: 120/min")
ROLLING = RATED.replace("max_rate", "rollover: 2^16, max_rate")
TWO = CUMULATIVE.replace("parts: parts", "parts: parts, bad: bad").replace(
    '"{parts}"', '"{parts}", scrap: "{bad}"'
)
HEADER = "at,machine,parts\n"


def minute(number: int) -> str:
    return f"2026-01-05T{6 + number // 60:02d}:{number % 60:02d}:00Z"


def rows(*values: int | str, first: int = 0, machine: str = "press") -> str:
    """One sample a minute."""
    return "".join(
        f"{minute(first + n)},{machine},{value}\n" for n, value in enumerate(values) if value != ""
    )


def counted(mapping: str, folder: Path, text: str, **options: Any) -> Loaded:
    return load(mapping, write(folder, text), **options)


def pieces(loaded: Loaded, name: str = "good") -> list[int]:
    return [int(event[name]) for event in sorted(loaded.of("count"), key=lambda event: event["at"])]


def spans(loaded: Loaded) -> set[tuple[str, int | None, int, Any]]:
    return {(e["equipment"], e["from_at"], e["at"], e["good"]) for e in loaded.of("count")}


def test_the_first_value_is_the_baseline_and_every_difference_says_from_when(tmp_path: Path) -> None:
    loaded = counted(CUMULATIVE, tmp_path, HEADER + rows(1000, 1003, 1003, 1010))
    assert pieces(loaded) == [3, 0, 7]
    at = [us(minute(number)) for number in range(4)]
    assert [(event["from_at"], event["at"]) for event in loaded.of("count")] == list(pairwise(at))
    silent = CUMULATIVE.replace("counts: cumulative", "counts: cumulative, zeros: drop")
    assert pieces(counted(silent, tmp_path, HEADER + rows(1000, 1003, 1003, 1010))) == [3, 7]


def test_values_of_one_instant_are_believed_within_a_second_and_one_piece(tmp_path: Path) -> None:
    slow = RATED.replace("120/min", "6/min")
    for mapping, together in ((RATED, 2), (slow, 1)):
        for value, made in ((together, [together]), (together + 1, [])):
            text = HEADER + f"2026-01-05T06:00:00Z,press,0\n2026-01-05T06:00:00.000001Z,press,{value}\n"
            loaded = counted(mapping, tmp_path, text)
            assert pieces(loaded) == made
            assert [letter.problem.code for letter in loaded.dead] == ["counter-wild"] * (not made)


def test_F51_a_reset_counts_from_zero(tmp_path: Path) -> None:
    assert pieces(counted(CUMULATIVE, tmp_path, HEADER + rows(100, 105, 2, 4, 0, 1))) == [5, 2, 2, 0, 1]


@pytest.mark.parametrize("power", [16, 32])
def test_F51_a_rollover_loses_nothing(tmp_path: Path, power: int) -> None:
    end = 2**power
    mapping = ROLLING.replace("2^16", f"2^{power}")
    assert pieces(counted(mapping, tmp_path, HEADER + rows(end - 10, end - 2, 3, 8))) == [8, 5, 5]
    # The fall is too deep for a rollover within a minute, so it is a reset.
    assert pieces(counted(mapping, tmp_path, HEADER + rows(30_000, 30_010, 7))) == [10, 7]
    assert pieces(counted(mapping.replace(f"2^{power}", "1000"), tmp_path, HEADER + rows(990, 998, 3))) == [
        8,
        5,
    ]


def test_F51_a_counter_that_trembles_is_ignored(tmp_path: Path) -> None:
    assert pieces(counted(CUMULATIVE, tmp_path, HEADER + rows(100, 99, 100, 101))) == [0, 0, 1]
    wider = CUMULATIVE.replace("counts: cumulative", "counts: cumulative, jitter: 3")
    assert pieces(counted(wider, tmp_path, HEADER + rows(100, 97, 100, 104))) == [0, 0, 4]
    assert pieces(counted(CUMULATIVE, tmp_path, HEADER + rows(1, 0, 1))) == [0, 1], "a fall to 0 is a reset"
    strict = CUMULATIVE.replace("counts: cumulative", "counts: cumulative, jitter: 0")
    assert pieces(counted(strict, tmp_path, HEADER + rows(100, 99, 100))) == [99, 1]


def test_F51_a_jump_is_set_aside_and_counting_goes_on(tmp_path: Path) -> None:
    loaded = counted(RATED, tmp_path, HEADER + rows(100, 105, 1_000_105, 110, 112))
    assert pieces(loaded) == [5, 5, 2]
    assert loaded.codes == ["counter-wild"] and loaded.dead[0].where == "data.csv:4"
    assert loaded.dead[0].raw == f"{minute(2)},press,1000105".encode()
    assert [event["from_at"] for event in loaded.of("count")][1] == us(minute(1)), (
        "it covers the jump's minute too"
    )


def test_F51_a_counter_that_was_set_goes_on_from_there(tmp_path: Path) -> None:
    loaded = counted(RATED, tmp_path, HEADER + rows(100, 105, 500_000, 500_004, 500_009))
    assert pieces(loaded) == [5, 4, 5] and loaded.codes == ["counter-wild"]


def test_a_value_a_counter_cannot_show_is_wild(tmp_path: Path) -> None:
    loaded = counted(ROLLING, tmp_path, HEADER + rows(10, 70_000, 12, -4, 14))
    assert pieces(loaded) == [2, 2] and loaded.codes == ["counter-wild"] * 2


def test_counters_of_one_row_are_wild_together_and_none_loses_pieces(tmp_path: Path) -> None:
    rated = TWO.replace("counts: cumulative", "counts: cumulative, max_rate: 120/min")
    text = "at,machine,parts,bad\n" + "".join(
        f"{minute(n)},press,{good},{bad}\n"
        for n, (good, bad) in enumerate([(10, 1), (12, 900_000), (15, 3), (18, 3)])
    )
    loaded = counted(rated, tmp_path, text)
    assert (pieces(loaded), pieces(loaded, "scrap")) == ([5, 3], [2, 0])


def test_a_counter_that_is_silent_for_a_row_counts_over_it(tmp_path: Path) -> None:
    text = "at,machine,parts,bad\n" + "".join(
        f"{minute(n)},press,{good},{bad}\n" for n, (good, bad) in enumerate([(10, 1), (12, ""), (15, 4)])
    )
    loaded = counted(TWO, tmp_path, text)
    assert [(int(e["good"]), e["scrap"] and int(e["scrap"])) for e in loaded.of("count")] == [
        (2, None),
        (3, 3),
    ]
    assert [e["from_at"] for e in loaded.of("count")] == [us(minute(0)), us(minute(0))], (
        "as far as the silent one"
    )


def test_series_are_apart(tmp_path: Path) -> None:
    mapping = CUMULATIVE.replace("parts: parts", "parts: parts, tool: tool").replace(
        "counts: cumulative", 'counts: cumulative, per: "{tool}"'
    )
    text = "at,machine,parts,tool\n" + "".join(
        f"{minute(n)},{machine},{value},{tool}\n"
        for n, (machine, tool, value) in enumerate(
            [
                ("a", "t1", 5),
                ("a", "t2", 100),
                ("b", "t1", 50),
                ("a", "t1", 8),
                ("a", "t2", 101),
                ("b", "t1", 54),
            ]
        )
    )
    assert pieces(counted(mapping, tmp_path, text)) == [3, 1, 4]
    assert pieces(
        counted(CUMULATIVE, tmp_path, HEADER + rows(5, 8, machine="a") + rows(50, 54, machine="b"))
    ) == [3, 4]


def test_samples_of_one_instant_are_counted_at_it(tmp_path: Path) -> None:
    text = (
        HEADER + f"{minute(0)},press,10\n{minute(1)},press,12\n{minute(1)},press,15\n{minute(2)},press,16\n"
    )
    loaded = counted(CUMULATIVE, tmp_path, text)
    assert sorted((e["at"], e["from_at"] or 0, int(e["good"])) for e in loaded.of("count")) == [
        (us(minute(1)), 0, 3),
        (us(minute(1)), us(minute(0)), 2),
        (us(minute(2)), us(minute(1)), 1),
    ]
    assert len({event["key"] for event in loaded.events}) == 3


def test_pieces_told_as_differences_cover_the_time_since_the_sample_before(tmp_path: Path) -> None:
    loaded = counted(DELTA, tmp_path, HEADER + rows(3, 0, 5))
    assert [(event["from_at"], int(event["good"])) for event in loaded.of("count")] == [
        (None, 3), (us(minute(0)), 0), (us(minute(1)), 5)
    ]  # fmt: skip
    loaded = counted(DELTA, tmp_path, HEADER + rows(3, -1, 5))
    assert pieces(loaded) == [3, 5] and loaded.codes == ["row-wrong"]


def test_twins_among_differences_are_kept_or_dropped(tmp_path: Path) -> None:
    twice = HEADER + rows(3) * 2 + rows(4)
    kept = counted(DELTA, tmp_path, twice)
    assert sorted(pieces(kept)) == [3, 3, 4] and len({event["key"] for event in kept.events}) == 3
    assert sorted(pieces(counted(DELTA + "identical_rows: drop\n", tmp_path, twice))) == [3, 4]


def test_F52_the_next_file_goes_on_from_the_last(tmp_path: Path) -> None:
    first = load(CUMULATIVE, write(tmp_path, HEADER + rows(100, 104), "a.csv"))
    carry = first.batches[-1].carry
    second = load(CUMULATIVE, write(tmp_path, HEADER + rows(109, 111, first=2), "b.csv"), carry=carry)
    assert (pieces(first), pieces(second)) == ([4], [5, 2])
    assert second.of("count")[0]["from_at"] == us(minute(1))
    alone = load(CUMULATIVE, write(tmp_path, HEADER + rows(109, 111, first=2), "b.csv"))
    assert pieces(alone) == [2], "without it the first value is a baseline"
    both = load(CUMULATIVE, tmp_path / "a.csv", tmp_path / "b.csv")
    assert spans(both) == spans(first) | spans(second), "files of one load go on as well"


def test_F52_a_reset_between_two_files(tmp_path: Path) -> None:
    carry = load(CUMULATIVE, write(tmp_path, HEADER + rows(100, 104))).batches[-1].carry
    assert pieces(counted(CUMULATIVE, tmp_path, HEADER + rows(3, 5, first=2), carry=carry)) == [3, 2]


def test_F52_an_older_file_does_not_move_the_counter_back(tmp_path: Path) -> None:
    carry = load(CUMULATIVE, write(tmp_path, HEADER + rows(200, 204, first=30))).batches[-1].carry
    older = counted(CUMULATIVE, tmp_path, HEADER + rows(100, 104, 110), carry=carry)
    assert pieces(older) == [4, 6, 90] and not older.dead, "what was made between the files counts too"
    (before,), (after,) = (json.loads(text)["counters"].values() for text in (carry, older.batches[-1].carry))
    assert after["last"] == before["last"] and after["first"] == [us(minute(0)), "100.000000"]
    newer = counted(CUMULATIVE, tmp_path, HEADER + rows(209, first=32), carry=older.batches[-1].carry)
    assert pieces(newer) == [5]


def test_F52_counters_of_one_series_last_seen_at_different_times(tmp_path: Path) -> None:
    header = "at,machine,parts,bad\n"
    text = header + f"{minute(0)},press,10,1\n{minute(1)},press,12,\n"
    carry = load(TWO, write(tmp_path, text)).batches[-1].carry
    loaded = counted(TWO, tmp_path, header + f"{minute(2)},press,15,4\n", carry=carry)
    (event,) = loaded.of("count")
    assert (int(event["good"]), int(event["scrap"]), event["from_at"]) == (3, 3, us(minute(0)))


def test_pieces_before_a_counter_was_first_seen_are_told_as_not_counted(tmp_path: Path) -> None:
    header = "at,machine,parts,bad\n"
    text = header + f"{minute(5)},press,20,\n{minute(6)},press,22,3\n"
    carry = load(TWO, write(tmp_path, text)).batches[-1].carry
    older = counted(TWO, tmp_path, header + f"{minute(0)},press,10,1\n{minute(1)},press,12,1\n", carry=carry)
    assert pieces(older) == [2, 8] and "counter-late" in older.notes
    assert [event["scrap"] for event in sorted(older.of("count"), key=lambda event: event["at"])] == [0, None]


def test_a_carry_written_before_stretches_were_kept_still_goes_on(tmp_path: Path) -> None:
    carry = load(CUMULATIVE, write(tmp_path, HEADER + rows(100, 104, first=5))).batches[-1].carry
    ((name, standing),) = json.loads(carry)["counters"].items()
    old = json.dumps({name: standing["last"]})
    newer = counted(CUMULATIVE, tmp_path, HEADER + rows(109, 111, first=7), carry=old)
    assert pieces(newer) == [5, 2] and not newer.notes
    (now,) = json.loads(newer.batches[-1].carry)["counters"].values()
    assert now["first"][0] == us(minute(6)), "from there on all is known"
    older = counted(CUMULATIVE, tmp_path, HEADER + rows(90, 92), carry=old)
    assert pieces(older) == [2] and "counter-late" in older.notes


def test_a_rule_that_reads_another_counter_too_begins_anew(tmp_path: Path) -> None:
    carry = load(CUMULATIVE, write(tmp_path, HEADER + rows(10, 12))).batches[-1].carry
    text = "at,machine,parts,bad\n" + f"{minute(1)},press,12,1\n{minute(2)},press,15,4\n"
    loaded = counted(TWO, tmp_path, text, carry=carry)
    assert (pieces(loaded), pieces(loaded, "scrap")) == ([3], [3])
    again = counted(TWO, tmp_path, text, carry=loaded.batches[-1].carry)
    assert not again.of("count") and "counter-known" in again.notes


# Each example writes and loads files.
FEWER = settings(max_examples=max(20, settings().max_examples // 8))
COUNTS = st.lists(st.integers(0, 40), min_size=2, max_size=25)


@FEWER
@given(COUNTS, st.data())
def test_two_overlapping_exports_give_the_events_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("overlap")
    mapping = data.draw(st.sampled_from([CUMULATIVE, RATED, ROLLING]))
    split = data.draw(st.integers(1, len(values)))
    back = data.draw(st.integers(0, split))
    lines = [rows(value, first=n) for n, value in enumerate(values)]
    whole = load(mapping, write(folder, HEADER + "".join(lines), "whole.csv"))
    one = load(mapping, write(folder, HEADER + "".join(lines[:split]), "one.csv"))
    carry = one.batches[-1].carry
    two = load(mapping, write(folder, HEADER + "".join(lines[back:]), "two.csv"), carry=carry)
    if whole.dead:
        return  # a jump at the seam is judged with less before it
    told, expected = [
        {(event["key"], event["from_at"], event["at"], event["good"]) for event in events}
        for events in (one.of("count") + two.of("count"), whole.of("count"))
    ]
    # Where a counter trembles at the seam, the second file tells a sample otherwise: a conflict, shown.
    assert expected <= told and {key for key, *_ in told} == {key for key, *_ in expected}


@FEWER
@given(st.data(), st.lists(st.integers(0, 40), min_size=4, max_size=12))
def test_files_with_any_samples_of_a_counter_in_any_order_count_each_piece_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, made: list[int]
) -> None:
    folder, shown = tmp_path_factory.mktemp("any"), list(accumulate(made))
    some = st.lists(st.sampled_from(range(len(shown))), min_size=1, unique=True)
    carry, told, seen = "", {}, set[int]()
    for file in data.draw(st.lists(some, min_size=2, max_size=4)):
        text = HEADER + "".join(rows(shown[n], first=n) for n in file)
        loaded = load(CUMULATIVE, write(folder, text), carry=carry)
        carry, seen = loaded.batches[-1].carry, seen | set(file)
        for event in loaded.of("count"):
            assert event["key"] not in told, "nothing is told twice, so nothing can differ"
            told[event["key"]] = event
    assert sum(int(event["good"]) for event in told.values()) == shown[max(seen)] - shown[min(seen)]
    spanned = sorted((event["from_at"], event["at"]) for event in told.values())
    assert all(one[1] <= other[0] for one, other in pairwise(spanned)), "and no time twice"


@FEWER
@given(st.permutations(range(8)), st.lists(st.integers(0, 300), min_size=8, max_size=8))
def test_shuffled_rows_give_the_same_pieces(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], values: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("shuffled")
    lines = [rows(value, first=n // 2, machine=f"m{n % 2}") for n, value in enumerate(values)]
    straight = load(RATED, write(folder, HEADER + "".join(lines), "straight.csv"))
    shuffled = load(RATED, write(folder, HEADER + "".join(lines[n] for n in order), "shuffled.csv"))
    assert spans(straight) == spans(shuffled)
    assert {event["key"] for event in straight.events} == {event["key"] for event in shuffled.events}


@FEWER
@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(0, 2**16 - 1))
def test_whatever_a_counter_shows_the_pieces_are_exact(
    tmp_path_factory: pytest.TempPathFactory, made: list[int], start: int
) -> None:
    shown, value = [start], start
    for pieces_made in made:
        value = (value + pieces_made) % 2**16
        shown.append(value)
    loaded = counted(ROLLING, tmp_path_factory.mktemp("exact"), HEADER + rows(*shown))
    assert pieces(loaded) == made


@FEWER
@given(st.lists(st.integers(0, 300) | st.none(), min_size=1, max_size=30), st.booleans())
def test_the_calculator_differences_as_the_walk_does(
    tmp_path_factory: pytest.TempPathFactory, values: list[int | None], is_rated: bool
) -> None:
    """SQL for series that only grow, Python for the others: here every series is walked too."""
    rate = Fraction(2, 1_000_000) if is_rated else None
    counter = Counter(True, max_rate=rate, jitter=Decimal(1))
    series = Series(counter, 1)
    expected = set()
    for number, value in enumerate(values):
        if value is not None:
            made = series.take(Sample(number, us(minute(number)), (Decimal(value),)))
            if made.pieces[0] is not None:
                expected.add(("press", made.since, us(minute(number)), made.pieces[0]))
    text = HEADER + rows(*["" if value is None else value for value in values]) + rows(7, machine="other")
    loaded = counted(RATED if is_rated else CUMULATIVE, tmp_path_factory.mktemp("walk"), text)
    assert spans(loaded) == expected


def test_one_step() -> None:
    """The rule of one step, case by case."""
    at, later = 0, 60_000_000
    plain, rated = Counter(True), Counter(True, rollover=Decimal(100), max_rate=Fraction(1, 1_000_000))
    cases: list[tuple[Counter, int, int, int | None, bool]] = [
        (plain, 5, 9, 4, False),
        (plain, 5, 5, 0, False),
        (plain, 5, 4, 0, False),  # trembles
        (plain, 5, 2, 2, False),  # was reset
        (plain, 1, 0, 0, False),  # nothing trembles to 0
        (rated, 95, 5, 10, False),  # rolled over
        (rated, 50, 5, 55, False),  # 55 in a minute may be made as well
        (rated, 30, 28, 28, False),  # 98 may not, so it was reset
        (rated, 20, 90, None, True),  # 70 in a minute
        (rated, 20, 100, None, True),  # cannot be shown
        (plain, 5, -1, None, True),
    ]
    for counter, before, value, made, wild in cases:
        told, after, is_wild = step(counter, Last(at, Decimal(before)), later, Decimal(value))
        assert (told, is_wild) == (None if made is None else Decimal(made), wild), (before, value)
        assert after is not None and (after.at == at if wild else after.at == later)
    assert step(plain, None, at, Decimal(7)) == (None, Last(at, Decimal(7)), False)
