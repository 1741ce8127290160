"""Every option of the mapping language, from the text of a mapping to the events it gives."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .support import Loaded, load, us, write

FEWER = settings(max_examples=max(20, settings().max_examples // 8))
HEAD = """
schema: 1
source: test
zone: Europe/Berlin
file: {format: csv}
"""
STATES = (
    HEAD
    + """
columns: {at: at, machine: machine, state: state}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: state, state: "{state}"}]
"""
)
AT = "2026-01-05T06:00:00Z"


def told(mapping: str, folder: Path, text: str, **options: Any) -> Loaded:
    return load(mapping, write(folder, text), **options)


def one(mapping: str, folder: Path, text: str) -> dict[str, Any]:
    (event,) = told(mapping, folder, text).events
    return event


# -- columns ---------------------------------------------------------------------------------------


def test_columns_come_from_headers_constants_and_the_files_name(tmp_path: Path) -> None:
    mapping = (
        HEAD.replace("format: csv", r'format: csv, name: "^(?P<line>[a-z0-9-]+)_(?P<day>[0-9]{8})[.]csv$"')
        + """
columns:
  day: {group: day, format: "%Y%m%d"}
  line: {group: line}
  site: {constant: tulsa}
  state: Zustand
  note: Bemerkung
every: {equipment: "{site}/{line}", at: "{day}"}
events:
  - kind: state
    state: "{state}"
    note: "{note}"
    x: {shown: "{state} at {site}", plain: "a {{b}}"}
"""
    )
    path = write(tmp_path, "Zustand,Bemerkung\nidle,läuft nicht\n", "line-1_20260105.csv")
    (event,) = load(mapping, path).events
    assert (event["equipment"], event["at"], event["state"]) == (
        "tulsa/line-1",
        us("2026-01-04T23:00"),
        "idle",
    )
    assert json.loads(event["body"]) == {
        "note": "läuft nicht", "x": {"plain": "a {b}", "shown": "idle at tulsa"}
    }  # fmt: skip
    wrong = load(mapping, write(tmp_path, "Zustand,Bemerkung\nidle,x\n", "other.csv"))
    assert wrong.codes == ["file-name"] and not wrong.events


def test_columns_nobody_mapped_are_left_alone(tmp_path: Path) -> None:
    text = f"at,machine,state,who,{'x' * 200}\n{AT},press,idle,someone,1\n"
    event = one(STATES, tmp_path, text)
    assert "someone" not in json.dumps(event, default=str) and event["body"] is None


def test_cells_that_mean_nothing_was_said(tmp_path: Path) -> None:
    mapping = (
        HEAD.replace("format: csv", 'format: csv, missing: ["n/a", "-"]')
        + """
columns:
  at: at
  machine: {column: machine, missing: none}
  good: good
  scrap: {column: scrap, missing: "99"}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: count, good: "{good}", scrap: "{scrap}"}]
"""
    )
    text = "at,machine,good,scrap\n" + "".join(
        f"{AT},{row}\n" for row in ("a,1,n/a", "b,-,2", "c,n/a,-", "none,1,1", "d,3,99", "e,  ,4")
    )
    loaded = told(mapping, tmp_path, text)
    assert [(e["equipment"], e["good"], e["scrap"]) for e in loaded.events] == [
        ("a", 1, None), ("b", None, 2), ("d", 3, None), ("e", None, 4)
    ]  # fmt: skip
    assert loaded.codes == ["row-incomplete"] * 2
    assert loaded.dead[0].problem.what == "expected a value for one of good, scrap, came 'n/a' and '-'"
    assert loaded.dead[1].problem.what == "expected a value for 'equipment', came 'none'"


def test_texts_are_trimmed_and_templates_of_nothing_are_nothing(tmp_path: Path) -> None:
    mapping = STATES.replace(
        'state: "{state}"}', 'state: "{state}", note: "{state}{who}", reason: "{who}/{who}"}'
    )
    mapping = mapping.replace("state: state}", "state: state, who: who}")
    event = one(mapping, tmp_path, f"at,machine,state,who\n{AT},  press ,idle,\n")
    assert event["equipment"] == "press" and json.loads(event["body"]) == {"note": "idle"}
    assert event["reason"] is None


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2003", "\u3000"])
def test_every_blank_around_a_cell_goes(tmp_path: Path, blank: str) -> None:
    for cell in (f"{blank}press", f"press{blank}", f"{blank}press{blank}{blank}"):
        assert one(STATES, tmp_path, f"at,machine,state\n{AT},{cell},idle\n")["equipment"] == "press"
    assert told(STATES, tmp_path, f"at,machine,state\n{AT},{blank},idle\n").codes == ["row-incomplete"]
    assert one(STATES, tmp_path, f"at,machine,state\n{AT},a{blank}b,idle\n")["equipment"] == f"a{blank}b"


# -- maps ------------------------------------------------------------------------------------------


MAP = STATES.replace(
    "state: state}", "state: {column: state, map: {RUN: producing, 'off, cold': off, 4: fault%s}}}"
)


def test_maps_translate_words_and_report_unknown_ones(tmp_path: Path) -> None:
    rows = ["RUN", '"off, cold"', "4", "run", "PANIC", ""]
    text = "at,machine,state\n" + "".join(f"{AT},m{n},{row}\n" for n, row in enumerate(rows))
    loaded = told(MAP % "", tmp_path, text)
    assert [event["state"] for event in loaded.events] == ["producing", "off", "fault"]
    assert [letter.where for letter in loaded.dead] == ["data.csv:5", "data.csv:6", "data.csv:7"]
    assert loaded.dead[0].problem.what == "expected one of 'RUN', 'off, cold', '4', came 'run'"
    assert loaded.dead[1].problem.what.endswith("came 'PANIC'")
    assert "map of 'state'" in loaded.dead[0].problem.fix
    assert loaded.codes == ["row-unreadable", "row-unreadable", "row-incomplete"]


def test_maps_with_otherwise(tmp_path: Path) -> None:
    text = f"at,machine,state\n{AT},a,RUN\n{AT},b,PANIC\n{AT},c,\n"
    other = told(MAP % ", otherwise: stopped", tmp_path, text)
    assert [event["state"] for event in other.events] == ["producing", "stopped"]
    assert other.codes == ["row-incomplete"], "an empty cell is no other word"
    ignored = told(MAP % ", otherwise: ignore", tmp_path, text)
    assert [event["state"] for event in ignored.events] == ["producing"] and ignored.codes == [
        "row-incomplete"
    ]
    empty = told(MAP % ", '': idle, otherwise: ignore", tmp_path, text)
    assert [event["state"] for event in empty.events] == ["producing", "idle"] and not empty.dead


def test_words_that_look_like_yaml_stay_words(tmp_path: Path) -> None:
    """H-CF-09: NO, on, 010 and 12:30:45 are words of a source like any other."""
    mapping = STATES.replace(
        "state: state}",
        "state: {column: state, map: {NO: idle, on: producing, 010: fault, 12:30:45: off, ~: setup}}}",
    )
    text = "at,machine,state\n" + "".join(
        f"{AT},m{n},{row}\n" for n, row in enumerate(["NO", "on", "010", "12:30:45"])
    )
    assert [event["state"] for event in told(mapping, tmp_path, text).events] == [
        "idle",
        "producing",
        "fault",
        "off",
    ]
    assert told(mapping, tmp_path, f"at,machine,state\n{AT},m,10\n").codes == ["row-unreadable"]


# -- numbers and units -----------------------------------------------------------------------------


READING = (
    HEAD
    + """
columns: {at: at, value: %s}
every: {equipment: press, at: "{at}"}
events: [{kind: reading, parameter: heat, value: "{value}", unit: kW}]
"""
)


def test_units_and_factors(tmp_path: Path) -> None:
    text = f"at,w\n{AT},1500\n"
    assert one(READING % "{column: w, factor: 0.001}", tmp_path, text)["value"] == 1.5
    count = (
        HEAD
        + """
columns: {at: at, dozens: {column: dozens, factor: 12}}
every: {equipment: press, at: "{at}"}
events: [{kind: count, good: "{dozens}", unit: pieces}]
"""
    )
    assert one(count, tmp_path, f"at,dozens\n{AT},2.5\n")["good"] == 30
    assert one(count.replace("12", "0.000001"), tmp_path, f"at,dozens\n{AT},2\n")["good"] * 10**6 == 2


@pytest.mark.parametrize(
    "cell", ["NaN", "inf", "-Infinity", "1e400", "1_000", "0x10", "١٢", "1 000", "--1", "1,5"]
)
def test_what_is_no_number_is_no_number(tmp_path: Path, cell: str) -> None:
    loaded = told(READING % "value", tmp_path, f'at,value\n{AT},"{cell}"\n')
    assert not loaded.events and loaded.codes == ["row-unreadable"]


def test_counts_are_exact_to_six_places_and_never_rounded(tmp_path: Path) -> None:
    count = READING.replace("kind: reading, parameter: heat, value", "kind: count, good").replace(
        ", unit: kW", ""
    )
    text = "at,value\n" + "".join(
        f"{AT},{cell}\n"
        for cell in ("0.1", "0.100000000", "999999999999", "0.0000001", "1000000000000", "5.", ".5")
    )
    loaded = told(count % "value", tmp_path, text)
    assert sorted(e["good"] for e in loaded.events) == [
        Decimal("0.1"), Decimal("0.1"), Decimal("0.5"), 5, 999999999999
    ]  # fmt: skip
    assert [letter.where for letter in loaded.dead] == ["data.csv:5", "data.csv:6"]


def test_flags(tmp_path: Path) -> None:
    mapping = (
        HEAD
        + """
columns: {at: at, ok: ok}
every: {equipment: press, at: "{at}"}
events: [{kind: setup_check, parameter: heat, ok: "{ok}"}]
"""
    )
    text = "at,ok\n" + "".join(f"{AT},{cell}\n" for cell in ("TRUE", "no", "1", "0", "Yes", "maybe"))
    loaded = told(mapping, tmp_path, text)
    assert sorted(event["ok"] for event in loaded.events) == [False, False, True, True, True]
    assert loaded.codes == ["row-unreadable"]


# -- times -----------------------------------------------------------------------------------------


TIMES = STATES.replace("at: at,", "at: %s,", 1)


def instant(column: str, folder: Path, cell: str) -> int:
    return int(one(TIMES % column, folder, f'at,machine,state\n"{cell}",press,idle\n')["at"])


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("at", "2026-01-05T06:00:00Z", "2026-01-05T06:00"),
        ("at", "2026-01-05T06:00:00.123456+01:00", "2026-01-05T05:00:00.123456"),
        ("at", "2026-01-05 06:00:00 -0530", "2026-01-05T11:30"),
        ("at", "2026-01-05T06:00+02", "2026-01-05T04:00"),
        ("at", "2026-01-05T06:00:00", "2026-01-05T05:00"),
        ("at", "2026-07-05 06:00", "2026-07-05T04:00"),
        ("at", "2026-07-05", "2026-07-04T22:00"),
        ("{column: at, zone: America/Chicago}", "2026-07-05 06:00", "2026-07-05T11:00"),
        ("{column: at, zone: Asia/Kolkata}", "2026-07-05 06:00:00", "2026-07-05T00:30"),
        ('{column: at, format: "%d.%m.%Y %H:%M"}', "05.01.2026 06:00", "2026-01-05T05:00"),
        ('{column: at, format: ["%d.%m.%Y %H:%M", "%d.%m.%y"]}', "05.01.26", "2026-01-04T23:00"),
        ('{column: at, format: "%m/%d/%Y %I:%M:%S %p"}', "01/05/2026 06:00:00 PM", "2026-01-05T17:00"),
        ('{column: at, format: "%Y%m%dT%H%M%S%z"}', "20260105T060000+0100", "2026-01-05T05:00"),
        ("{column: at, format: epoch s}", "1767592800", "2026-01-05T06:00"),
        ("{column: at, format: epoch s}", "1767592800.25", "2026-01-05T06:00:00.25"),
        ("{column: at, format: epoch ms}", "1767592800250", "2026-01-05T06:00:00.25"),
        ("{column: at, format: epoch us}", "1767592800250001", "2026-01-05T06:00:00.250001"),
    ],
)
def test_time_formats(tmp_path: Path, column: str, cell: str, expected: str) -> None:
    assert instant(column, tmp_path, cell) == us(expected)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-05T06:00:60Z",
        "2026-02-29T06:00:00Z",
        "2026-13-05 06:00:00",
        "05.01.2026 06:00",
        "2026-01-05 06:00:00 NZ",
        "2026-01-05 06:00:00 Europe/Berlin",
        "now",
        "today",
        "epoch",
        "9999-12-31T00:00:00Z",
        "1969-12-31T00:00:00Z",
        "1767592800",
        "24:00",
    ],
)
def test_what_is_no_instant_is_no_instant(tmp_path: Path, cell: str) -> None:
    loaded = told(TIMES % "at", tmp_path, f"at,machine,state\n{cell},press,idle\n")
    assert not loaded.events and loaded.codes == ["row-unreadable"]


def test_F47_seconds_where_milliseconds_were_meant(tmp_path: Path) -> None:
    """H-MQ-18 in a file: both ways give years no machine has seen."""
    for unit, cell in (("s", "1767592800250"), ("ms", "1767592800")):
        loaded = told(
            TIMES % f"{{column: at, format: epoch {unit}}}", tmp_path, f"at,machine,state\n{cell},p,idle\n"
        )
        assert loaded.codes == ["row-unreadable"]


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "Africa/Casablanca",
]


@FEWER
@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(2015, 1, 1), datetime(2037, 1, 1)), min_size=1, max_size=20),
)
def test_H_FI_14_local_times_resolve_as_python_does_with_fold_0(
    tmp_path_factory: pytest.TempPathFactory, zone: str, locals_: list[datetime]
) -> None:
    """A time that does not exist has the offset before the gap, one that exists twice is the first."""
    text = "at,machine,state\n" + "".join(f"{at.isoformat(sep=' ')},m,idle\n" for at in locals_)
    loaded = told(TIMES % f"{{column: at, zone: {zone}}}", tmp_path_factory.mktemp("zones"), text)
    assert sorted(event["at"] for event in loaded.events) == sorted(
        us(at.replace(tzinfo=ZoneInfo(zone)).isoformat()) for at in locals_
    )


@pytest.mark.parametrize("zone", ZONES)
def test_H_FI_14_every_minute_around_a_change_of_the_clock(tmp_path: Path, zone: str) -> None:
    days = {"America/Sao_Paulo": ("2018-11-04", "2018-02-18"), "Asia/Tehran": ("2021-03-22", "2021-09-22")}
    days |= {
        "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
        "Africa/Casablanca": ("2026-03-22", "2026-02-15"),
    }
    days |= {"America/New_York": ("2026-03-08", "2026-11-01"), "Europe/Berlin": ("2026-03-29", "2026-10-25")}
    cells = [
        f"{day} {hour:02d}:{minute:02d}:00"
        for day in days[zone]
        for hour in range(5)
        for minute in range(0, 60, 5)
    ]
    text = "at,machine,state\n" + "".join(f"{cell},m,idle\n" for cell in cells)
    loaded = told(TIMES % f"{{column: at, zone: {zone}}}", tmp_path, text)
    assert sorted(event["at"] for event in loaded.events) == sorted(
        us(datetime.fromisoformat(cell).replace(tzinfo=ZoneInfo(zone)).isoformat()) for cell in cells
    )


def test_a_date_and_a_clock_in_two_columns(tmp_path: Path) -> None:
    mapping = TIMES % '{date: day, clock: time, format: "%d.%m.%Y"}'
    text = "day,time,machine,state\n05.01.2026,06:00,a,idle\n05.01.2026,6:00:00.5,b,idle\n"
    text += "05.01.2026,25:05,c,idle\n"
    loaded = told(mapping, tmp_path, text + "05.01.2026,,d,idle\n05.01.2026,6h,e,idle\n,06:00,f,idle\n")
    assert [event["at"] for event in loaded.events] == [
        us("2026-01-05T05:00"), us("2026-01-05T05:00:00.5"), us("2026-01-06T00:05")
    ]  # fmt: skip
    assert [letter.where for letter in loaded.dead] == ["data.csv:5", "data.csv:6", "data.csv:7"]


# -- lengths ---------------------------------------------------------------------------------------


LASTING = (
    HEAD
    + """
columns: {at: at, length: {column: length%s}, state: state, parts: parts}
every: {equipment: press, at: "{at}"}
events:
  - {kind: state, state: "{state}", lasting: "{length}"%s}
  - {kind: count, total: "{parts}", lasting: "{length}"%s}
"""
)


@pytest.mark.parametrize(
    ("unit", "cell", "seconds"),
    [
        ("", "0:05:30", 330), ("", "26:00", 93_600), (", unit: min", "1.5", 90), (", unit: s", "90", 90),
        (", unit: h", "0.25", 900), (", unit: ms", "1500", 1.5), (", unit: us", "1", 0.000001),
    ],
)  # fmt: skip
def test_durations_as_start_and_length(tmp_path: Path, unit: str, cell: str, seconds: float) -> None:
    loaded = told(LASTING % (unit, "", ""), tmp_path, f"at,length,state,parts\n{AT},{cell},idle,7\n")
    state, count = loaded.of("state")[0], loaded.of("count")[0]
    length = round(seconds * 1_000_000)
    assert (state["at"], state["until_at"]) == (us(AT), us(AT) + length)
    assert (count["from_at"], count["at"]) == (us(AT), us(AT) + length)


def test_hourly_sheets_stamped_at_the_end_say_from_when(tmp_path: Path) -> None:
    mapping = (
        HEAD
        + """
columns: {at: at, good: good, hour: {constant: "60", unit: min}}
every: {equipment: press, at: "{at}"}
events: [{kind: count, good: "{good}", lasting: "{hour}", stamped: end}]
"""
    )
    event = one(mapping, tmp_path, f"at,good\n{AT},40\n")
    assert (event["from_at"], event["at"]) == (us("2026-01-05T05:00"), us("2026-01-05T06:00"))
    ended = LASTING % (", unit: min", ", stamped: end", "")
    loaded = told(ended, tmp_path, f"at,length,state,parts\n{AT},10,idle,7\n")
    state = loaded.of("state")[0]
    assert (state["at"], state["until_at"]) == (us("2026-01-05T05:50"), us("2026-01-05T06:00"))


def test_a_length_of_nothing_gives_nothing_and_a_negative_one_is_told(tmp_path: Path) -> None:
    text = f"at,length,state,parts\n{AT},0,idle,7\n{AT},-5,idle,7\n{AT},,idle,7\n"
    loaded = told(LASTING % (", unit: min", "", ""), tmp_path, text)
    assert loaded.codes == ["row-unreadable", "row-incomplete"] and not loaded.of("state")
    (event,) = loaded.events
    assert (event["kind"], event["at"], event["from_at"]) == ("count", us(AT), None), "pieces stay pieces"


def test_a_start_and_an_end(tmp_path: Path) -> None:
    mapping = (
        HEAD
        + """
columns: {start: start, end: end, state: state}
every: {equipment: press, at: "{start}"}
events: [{kind: state, state: "{state}", until: "{end}"}]
"""
    )
    later = "2026-01-05T07:00:00Z"
    loaded = told(
        mapping,
        tmp_path,
        f"start,end,state\n{AT},{later},idle\n{later},{AT},idle\n{AT},{AT},off\n{AT},,off\n",
    )
    assert [(event["at"], event["until_at"]) for event in loaded.events] == [
        (us(AT), us(later)),
        (us(AT), None),
    ]
    assert [letter.where for letter in loaded.dead] == ["data.csv:3", "data.csv:4"]
    assert all("'until' to be after 'at', came" in letter.problem.what for letter in loaded.dead)


PLACED = (
    HEAD
    + """
columns: {batch: batch, from: from, to: to, minutes: {column: minutes, unit: min}, why: why}
every: {equipment: line}
events:
  - kind: state
    state: stopped
    reason: "{why}"
    placed: {start: "{from}", end: "{to}", length: "{minutes}", per: "{batch}"}
"""
)
BATCH = "b1,2026-01-05T06:00:00Z,2026-01-05T07:00:00Z"


def test_durations_without_a_clock_are_laid_at_the_end_of_their_parent(tmp_path: Path) -> None:
    """Books 14: back to back, flagged as placed, and never longer than what they are part of."""
    text = f"batch,from,to,minutes,why\n{BATCH},10,jam\n{BATCH},0,none\n{BATCH},15.5,wait\n"
    loaded = told(PLACED, tmp_path, text)
    spans = [(event["reason"], event["at"], event["until_at"], event["method"]) for event in loaded.events]
    assert sorted(spans) == [
        ("jam", us("2026-01-05T06:34:30"), us("2026-01-05T06:44:30"), "placed"),
        ("wait", us("2026-01-05T06:44:30"), us("2026-01-05T07:00"), "placed"),
    ]
    too_long = told(PLACED, tmp_path, text + f"{BATCH},40,extra\n")
    assert not too_long.events and set(too_long.codes) == {"row-too-long"} and len(too_long.dead) == 4


@FEWER
@given(st.lists(st.integers(0, 20), min_size=1, max_size=8))
def test_placed_parts_fill_the_end_of_their_parent_without_a_gap(
    tmp_path_factory: pytest.TempPathFactory, minutes: list[int]
) -> None:
    text = "batch,from,to,minutes,why\n" + "".join(
        f"b,2026-01-05T06:00:00Z,2026-01-05T09:00:00Z,{length},r{n}\n" for n, length in enumerate(minutes)
    )
    loaded = told(PLACED, tmp_path_factory.mktemp("placed"), text)
    spans = sorted((event["at"], event["until_at"], event["reason"]) for event in loaded.events)
    expected, end = [], us("2026-01-05T09:00")
    for number, length in reversed(list(enumerate(minutes))):
        if length:
            expected.append((end - length * 60_000_000, end, f"r{number}"))
            end -= length * 60_000_000
    assert spans == sorted(expected) and not loaded.dead


# -- shapes ----------------------------------------------------------------------------------------


def test_long_files_say_one_thing_a_row(tmp_path: Path) -> None:
    mapping = (
        HEAD
        + """
columns: {at: at, tag: tag, value: value, state: {column: value, map: {"1": producing, "0": idle}}}
every: {equipment: press, at: "{at}"}
events:
  - {kind: state, when: {tag: run}, state: "{state}"}
  - {kind: count, when: {tag: [good, ok]}, good: "{value}"}
  - kind: reading
    when: {tag: {not: [run, good, ok]}, value: {present: true}}
    parameter: "{tag}"
    value: "{value}"
"""
    )
    rows = ["run,1", "good,4", "ok,5", "heat,180.5", "heat,", "run,2", "good,x"]
    loaded = told(mapping, tmp_path, "at,tag,value\n" + "".join(f"{AT},{row}\n" for row in rows))
    assert [(event["kind"], event["good"] or event["value"]) for event in loaded.events] == [
        ("state", None), ("count", 4), ("count", 5), ("reading", 180.5)
    ]  # fmt: skip
    assert [letter.where for letter in loaded.dead] == ["data.csv:7", "data.csv:8"]


def test_wide_files_say_many_things_a_row(tmp_path: Path) -> None:
    mapping = (
        HEAD
        + """
wide: {keep: [at, machine], name: tag, value: number%s}
columns: {at: at, machine: machine, tag: tag, number: number}
every: {equipment: "{machine}", at: "{at}"}
events: [{kind: reading, parameter: "{tag}", value: "{number}"}]
"""
    )
    text = f"at,machine,heat,force\n{AT},a,1,2\n{AT},b,,3\n{AT},c,x,4\n"
    loaded = told(mapping % "", tmp_path, text)
    assert [(event["equipment"], event["parameter"], event["value"]) for event in loaded.events] == [
        ("a", "heat", 1), ("a", "force", 2), ("b", "force", 3)
    ]  # fmt: skip
    (letter,) = loaded.dead
    assert letter.where == "data.csv:4" and letter.raw == f"{AT},c,x,4".encode(), "a row is taken whole"
    blank = told(mapping % ", blank: keep", tmp_path, f"at,machine,heat,force\n{AT},a,,2\n")
    assert len(blank.events) == 1 or [e["value"] for e in blank.events] == [None, 2]
    nothing = told(mapping % "", tmp_path, f"at,machine\n{AT},a\n")
    assert nothing.codes == ["file-header"]


CONDITIONS = (
    HEAD
    + """
columns: {at: at, n: n, word: word}
every: {equipment: press, at: "{at}"}
events: [{kind: note, note: "{n}{word}", when: %s}]
"""
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{word: b}", ["2b"]),
        ("{word: [a, b]}", ["1a", "2b"]),
        ('{word: ""}', ["3", "x"]),
        ("{word: {not: a}}", ["2b", "3", "x"]),
        ("{word: {present: true}}", ["1a", "2b"]),
        ("{word: {absent: true}}", ["3", "x"]),
        ('{word: {matches: "[ab]"}}', ["1a", "2b"]),
        ('{word: {matches: "[Ab]"}}', ["2b"]),
        ("{n: {above: 1}, word: {present: true}}", ["2b"]),
        ("{n: {above: 0, below: 2.5}, word: {not: ''}}", ["1a", "2b"]),
    ],
)
def test_conditions(tmp_path: Path, when: str, expected: list[str]) -> None:
    loaded = told(CONDITIONS % when, tmp_path, f"at,n,word\n{AT},1,a\n{AT},2,b\n{AT},3,\n{AT},x,\n")
    assert [json.loads(event["body"])["note"] for event in loaded.events] == expected


def test_a_number_that_a_condition_cannot_read_is_told(tmp_path: Path) -> None:
    loaded = told(CONDITIONS % "{n: {above: 1}}", tmp_path, f"at,n,word\n{AT},many,a\n{AT},2,b\n")
    assert loaded.codes == ["row-unreadable"] and len(loaded.events) == 1


def test_ignore_lists_count_what_they_leave_out(tmp_path: Path) -> None:
    mapping = (
        STATES
        + """
ignore:
  - rows: {machine: {matches: "test-.*"}}
  - rows: {machine: spare, state: off}
"""
    )
    rows = ["test-1,idle", "test-2,nonsense", "spare,off", "spare,idle", "press,idle"]
    loaded = told(mapping, tmp_path, "at,machine,state\n" + "".join(f"{AT},{row}\n" for row in rows))
    assert [event["equipment"] for event in loaded.events] == ["spare", "press"]
    assert (
        loaded.notes["rows-ignored"].startswith("rows left out by the ignore list: 3 (data.csv:2")
        and not loaded.dead
    )


def test_rows_dropped_by_a_word_of_a_map_are_counted_and_named(tmp_path: Path) -> None:
    rows = ["RUN", "", "noise", "RUN", "", "noise", "noise"]
    text = "at,machine,state\n" + "".join(f"{AT},m{n},{row}\n" for n, row in enumerate(rows))
    loaded = told(MAP % ", '': ignore, noise: ignore", tmp_path, text)
    assert len(loaded.events) == 2 and not loaded.dead
    assert loaded.notes == {
        "words-ignored": "rows left out because a map says 'ignore' of what stands in them: "
        "5 (data.csv:3, data.csv:4, data.csv:6, ...)"
    }
    assert not told(MAP % ", noise: ignore", tmp_path, f"at,machine,state\n{AT},a,RUN\n").notes


def test_a_row_of_which_another_rule_speaks_is_not_left_out(tmp_path: Path) -> None:
    """One value a row: the word is dropped for the rule of its tag, and other tags are none of it."""
    mapping = (
        HEAD
        + """
columns:
  at: at
  tag: tag
  value: value
  state: {column: value, map: {1: producing, 0: idle, otherwise: ignore}}
every: {equipment: press, at: "{at}"}
events:
  - {kind: state, when: {tag: run}, state: "{state}"}
  - {kind: reading, when: {tag: {matches: "heat[0-9]"}}, parameter: "{tag}", value: "{value}"}
"""
    )
    text = f"at,tag,value\n{AT},run,1\n{AT},run,7\n{AT},heat1,180\n{AT},unheard,7\n"
    loaded = told(mapping, tmp_path, text)
    assert [event["kind"] for event in loaded.events] == ["state", "reading"]
    assert loaded.notes["words-ignored"].endswith(": 1 (data.csv:3)")
    present = MAP.replace("kind: state, ", "kind: state, when: {state: {present: true}}, ")
    silent = told(present % ", noise: ignore", tmp_path, f"at,machine,state\n{AT},a,noise\n{AT},b,\n")
    assert silent.notes["words-ignored"].endswith(": 1 (data.csv:2)")


def test_a_word_the_map_does_not_have_is_never_ignored_as_an_empty_cell(tmp_path: Path) -> None:
    mapping = MAP.replace("every:", 'ignore: [{rows: {state: ""}}]\nevery:') % ""
    text = f"at,machine,state\n{AT},a,RUN\n{AT},b,\n{AT},c,PANIC\n"
    loaded = told(mapping, tmp_path, text)
    assert len(loaded.events) == 1 and loaded.notes["rows-ignored"].endswith(": 1 (data.csv:3)")
    assert [letter.where for letter in loaded.dead] == ["data.csv:4"]
    assert loaded.dead[0].problem.what.endswith("came 'PANIC'")


def test_rows_older_than_their_file(tmp_path: Path) -> None:
    mapping = STATES.replace("state: state}", "state: state, day: {column: day}}") + 'stale_before: "{day}"\n'
    text = (
        "at,machine,state,day\n2025-12-01T00:00:00Z,press,off,2026-01-05\n" + f"{AT},press,idle,2026-01-05\n"
    )
    loaded = told(mapping, tmp_path, text)
    assert [event["state"] for event in loaded.events] == ["idle"]
    assert loaded.notes["rows-stale"].endswith(": 1 (data.csv:2)")


def test_rows_that_repeat_an_earlier_one_are_counted_and_named(tmp_path: Path) -> None:
    rows = [
        "press,idle",
        "press,idle",
        "saw,idle",
        "press,idle",
        "press,off",
        "press,nonsense",
        "press,nonsense",
    ]
    text = "at,machine,state\n" + "".join(f"{AT},{row}\n" for row in rows)
    loaded = told(STATES + "identical_rows: drop\n", tmp_path, text)
    assert [(e["equipment"], e["state"]) for e in loaded.events] == [
        ("press", "idle"),
        ("saw", "idle"),
        ("press", "off"),
    ]
    assert loaded.notes["rows-identical"] == (
        "rows left out because they say the same as an earlier row: 3 (data.csv:3, data.csv:5, data.csv:8)"
    )
    assert len(loaded.dead) == 1


def test_rows_that_differ_in_a_cell_that_cannot_be_read_are_no_repeats(tmp_path: Path) -> None:
    text = f"at,machine,state\n{AT},press,JAM\n{AT},press,PANIC\n{AT},press,JAM\n"
    loaded = told(MAP % "" + "identical_rows: drop\n", tmp_path, text)
    assert [letter.where for letter in loaded.dead] == ["data.csv:2", "data.csv:3"]


def test_states_that_overlap_are_reported_and_all_kept(tmp_path: Path) -> None:
    """Books 14: overlaps on one equipment are reported; which one stands is decided later."""
    mapping = (
        HEAD
        + """
columns: {start: start, end: end, machine: machine}
every: {equipment: "{machine}", at: "{start}"}
events: [{kind: state, state: producing, until: "{end}"}]
"""
    )
    spans = [("a", 0, 20), ("a", 20, 30), ("b", 5, 25), ("a", 10, 15), ("a", 29, 40), ("b", 25, 26)]
    text = "start,end,machine\n" + "".join(
        f"{clock(a)},{b},{m}\n" for m, a, b in [(m, a, clock(b)) for m, a, b in spans]
    )
    loaded = told(mapping, tmp_path, text)
    assert len(loaded.events) == 6
    assert loaded.notes["rows-overlap"] == (
        "rows that begin before an earlier one of the same equipment ends: 2 (data.csv:5, data.csv:6)"
    )


# -- events no row says ----------------------------------------------------------------------------


def clock(minute: int) -> str:
    return f"2026-01-05T{6 + minute // 60:02d}:{minute % 60:02d}:00Z"


def test_order_columns_give_order_events(tmp_path: Path) -> None:
    mapping = STATES.replace("state: state}", "state: state, order: order, product: product}") + (
        'orders: {order: "{order}", product: "{product}"}\n'
    )
    rows = [("o1", "red"), ("o1", "red"), ("o1", "blue"), ("", ""), ("o2", "blue"), ("o3", "blue")]
    text = "at,machine,state,order,product\n" + "".join(
        f"{clock(n)},press,producing,{order},{product}\n" for n, (order, product) in enumerate(rows)
    )
    loaded = told(mapping, tmp_path, text)
    assert [(e["at"], e["phase"], e["order_id"], e["product"]) for e in loaded.of("order")] == [
        (us(clock(0)), "start", "o1", "red"),
        (us(clock(2)), "start", "o1", "blue"),
        (us(clock(3)), "end", "o1", "blue"),
        (us(clock(4)), "start", "o2", "blue"),
        (us(clock(5)), "start", "o3", "blue"),
    ]
    assert len(loaded.of("state")) == 6
    shuffled = "at,machine,state,order,product\n" + "".join(reversed(text.splitlines(keepends=True)[1:]))
    again = told(mapping, tmp_path, shuffled)
    assert {e["key"] for e in again.of("order")} == {e["key"] for e in loaded.of("order")}


def test_silence_that_means_idle_is_assumed_and_says_so(tmp_path: Path) -> None:
    """Books 14: `absence: idle` is off by default, and evidence (`method: assumed`) where it is used."""
    text = "at,machine,state\n" + "".join(
        f"{clock(n)},{m},producing\n"
        for m, n in [("a", 0), ("a", 5), ("b", 5), ("a", 30), ("b", 9), ("a", 35)]
    )
    assert not [e for e in told(STATES, tmp_path, text).events if e["method"]]
    loaded = told(STATES + "absence: {state: idle, after: 5 min}\n", tmp_path, text)
    (event,) = [event for event in loaded.events if event["method"]]
    assert (event["equipment"], event["state"], event["method"]) == ("a", "idle", "assumed")
    assert (event["at"], event["until_at"]) == (us(clock(10)), us(clock(30)))


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("alive: file", [(0, 90)]),
        ("alive: {gaps: 10 min}", [(0, 15), (60, 70)]),
        ("alive: {gaps: 5 min}", [(0, 5), (60, 65)]),
    ],
)
def test_when_the_source_was_there(tmp_path: Path, option: str, expected: list[tuple[int, int]]) -> None:
    minutes = [0, 5, 15, 60, 65, 70, 90] if "gaps: 5" not in option else [0, 5, 15, 60, 65, 90]
    text = "at,machine,state\n" + "".join(f"{clock(n)},press,idle\n" for n in minutes)
    loaded = told(STATES + option + "\n", tmp_path, text)
    found = [(event["from_at"], event["until_at"]) for event in loaded.of("alive")]
    assert found == [(us(clock(a)), us(clock(b))) for a, b in expected]


# -- the whole -------------------------------------------------------------------------------------


ROW = st.tuples(st.integers(0, 30), st.sampled_from("ab"), st.sampled_from(["idle", "producing", "off"]))


@FEWER
@given(st.lists(ROW, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, str]], chance: Any
) -> None:
    folder = tmp_path_factory.mktemp("shuffled")
    lines = [f"{clock(n)},{machine},{state}\n" for n, machine, state in rows]
    straight = told(STATES, folder, "at,machine,state\n" + "".join(lines))
    chance.shuffle(lines)
    shuffled = told(STATES, folder, "at,machine,state\n" + "".join(lines))

    def by_key(loaded: Loaded) -> list[tuple[Any, ...]]:
        return sorted((e["key"], e["at"], e["equipment"], e["state"]) for e in loaded.events)

    assert by_key(straight) == by_key(shuffled)
    assert len(set(by_key(straight))) == len(rows), "true twins have keys of their own"


@FEWER
@given(st.lists(ROW, min_size=1, max_size=20), st.data())
def test_a_file_in_two_overlapping_exports_gives_the_same_events(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    """Cut between instants, as exports by time are: twins stay beside each other."""
    folder = tmp_path_factory.mktemp("overlap")
    rows.sort()
    end, begin = sorted(data.draw(st.tuples(st.integers(0, 31), st.integers(0, 31))), reverse=True)
    parts = [
        [row for row in rows if row[0] < end], [row for row in rows if row[0] >= begin], rows
    ]  # fmt: skip
    keys = []
    for part in parts:
        text = "at,machine,state\n" + "".join(f"{clock(n)},{machine},{state}\n" for n, machine, state in part)
        keys.append({event["key"] for event in told(STATES, folder, text).events})
    assert keys[0] | keys[1] == keys[2] and len(keys[2]) == len(rows)
