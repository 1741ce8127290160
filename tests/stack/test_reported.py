"""Reported values stay, live values move, and both are shown with the difference (BOOKS 8)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stack.floor import NOW, START, Wire, load, plant, written

from plantstack.errors import QueryError
from plantstack.intervals import DAY, MINUTE, rfc3339
from plantstack.stack import Stack

HOUR = 60 * MINUTE
TWO_DAYS_ON = START + 3 * DAY


def said(kind: str, hours: float, key: str, **fields: object) -> Wire:
    at = rfc3339(START + int(hours * HOUR))
    return {"kind": kind, "equipment": "filler", "at": at, "source": "plc", "key": key, **fields}


def alive(key: str, start: float, end: float) -> Wire:
    since, until = (rfc3339(START + int(hours * HOUR)) for hours in (start, end))
    return said("alive", end, key, **{"from": since, "until": until})


def day_one() -> list[Wire]:
    return [
        said("state", 0, "a", state="producing"),
        said("state", 4, "b", state="fault"),
        said("state", 5, "c", state="producing"),
        alive("d", 0, 25),
    ]


DAY_ONE = {"from": rfc3339(START), "until": rfc3339(START + DAY)}


def close(hours: float = 25, **fields: object) -> Wire:
    event = said("close", hours, f"close {hours}", **{"grain": "day", **DAY_ONE, **fields})
    return {**event, "equipment": "tulsa", "source": "plantstack"}


def late_stop() -> Wire:
    return said("state", 6, "late", state="stopped", until=rfc3339(START + 7 * HOUR))


def day(stack: Stack, kpi: str = "run_time", grain: str = "day") -> dict[str, dict[str, object]]:
    return {
        row["period"]["label"]: {"value": row["value"], "reported": row["reported"]}
        for row in stack.kpis([kpi], scope="filler", grain=grain).rows
    }


def test_a_reported_value_stays_when_the_day_is_restated(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close()]))
    load(project, written(tmp_path, "2.ndjson", [late_stop()]), now=TWO_DAYS_ON)
    with Stack.open(project) as stack:
        days = day(stack)
        # 24 h from 06:00 to 06:00, an hour of fault; the late hour of standing is known since
        assert days["2026-03-03"] == {
            "value": 22 * 3600,
            "reported": {"value": 23 * 3600, "difference": -3600.0},
        }
        assert days["2026-03-04"]["reported"] is None


def test_what_comes_a_month_late_waits_and_changes_neither(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close()]))
    load(project, written(tmp_path, "2.ndjson", [late_stop()]), now=NOW)
    with Stack.open(project) as stack:
        assert day(stack)["2026-03-03"] == {
            "value": 23 * 3600,
            "reported": {"value": 23 * 3600, "difference": 0.0},
        }
        assert [note.code for note in stack.notes()] == ["events-wait"]


def test_reported_values_survive_a_rebuild_and_a_backup(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close()]))
    load(project, written(tmp_path, "2.ndjson", [late_stop()]), now=TWO_DAYS_ON)
    with Stack.open(project, write=True) as stack:
        stack.rebuild(now=NOW)
    Stack.backup(project, tmp_path / "p.tar.zst")
    Stack.restore(tmp_path / "p.tar.zst", tmp_path / "again")
    for folder in (project, tmp_path / "again"):
        with Stack.open(folder) as stack:
            assert day(stack)["2026-03-03"]["reported"] == {"value": 23 * 3600, "difference": -3600.0}


def test_a_closed_shift_is_reported_by_shift_only(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    shift = {"from": rfc3339(START), "until": rfc3339(START + 8 * HOUR)}
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close(9, grain="shift", **shift)]))
    with Stack.open(project) as stack:
        shifts = day(stack, grain="shift")
        assert shifts["2026-03-03 early"]["reported"] == {"value": 7 * 3600, "difference": 0.0}
        assert shifts["2026-03-03 late"]["reported"] is None
        assert day(stack)["2026-03-03"]["reported"] is None


def test_closing_again_after_a_reopen_reports_anew(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close()]))
    load(project, written(tmp_path, "2.ndjson", [late_stop()]), now=TWO_DAYS_ON)
    load(project, written(tmp_path, "3.ndjson", [close(25.5)]))
    with Stack.open(project) as stack:
        assert day(stack)["2026-03-03"]["reported"] == {"value": 22 * 3600, "difference": 0.0}
        assert stack.verify() == []


def test_many_closes_in_one_load_report_what_one_after_the_other_does(tmp_path: Path) -> None:
    at_once, in_turn = plant(tmp_path / "at-once"), plant(tmp_path / "in-turn")
    days = []
    for number in range(5):
        span = {"from": rfc3339(START + number * DAY), "until": rfc3339(START + (number + 1) * DAY)}
        hour = 24 * number
        rows = [
            said("state", hour, f"a{number}", state="producing"),
            said("state", hour + 4, f"b{number}", state="fault"),
            said("state", hour + 5 + number, f"c{number}", state="producing"),
            alive(f"d{number}", hour, hour + 25),
        ]
        days.append([*rows, close(hour + 25, **span)])
    load(at_once, written(tmp_path, "all.ndjson", [row for rows in days for row in rows]))
    for number, rows in enumerate(days):
        load(in_turn, written(tmp_path, f"{number}.ndjson", rows))
    with Stack.open(at_once) as one, Stack.open(in_turn) as other:
        assert day(one) == day(other)
        hours = [23, 22, 21, 20, 18]  # the clocks of the fifth day went forward
        assert [told["value"] for told in day(one).values()][:5] == [hour * 3600 for hour in hours]
        assert sum(told["reported"] is not None for told in day(one).values()) == 5


@pytest.mark.parametrize("kpi", ["oee", "availability"])
def test_nothing_is_reported_where_nothing_was_closed(tmp_path: Path, kpi: str) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", day_one()))
    with Stack.open(project) as stack:
        assert {told["reported"] for told in day(stack, kpi).values()} == {None}


def test_the_lineage_names_the_events_behind_the_difference(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close()]))
    load(project, written(tmp_path, "2.ndjson", [late_stop()]), now=TWO_DAYS_ON)
    with Stack.open(project) as stack:
        rows = stack.explain("run_time", scope="filler", days=("2026-03-03", "2026-03-03")).rows
    assert [row["key"] for row in rows if row["row"] == "since_reported"] == ["late"]


def test_only_late_events_that_say_something_of_the_day_are_behind_the_difference(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    counted = [said("count", 2, "first", good=10), said("count", 3, "second", good=10)]
    load(project, written(tmp_path, "1.ndjson", [*day_one(), *counted, close()]))
    void = {"void": True, "good": 1}
    late = [
        said("count", 24, "last hour", good=5, **{"from": rfc3339(START + 23 * HOUR)}),
        said("count", 25, "next day", good=5, **{"from": rfc3339(START + 24 * HOUR)}),
        said("count", 0, "day before", good=5, **{"from": rfc3339(START - HOUR)}),
        said("count", 4, "of nothing", supersedes={"source": "plc", "key": "nobody"}, **void),
        said("count", 2, "retracts", supersedes={"source": "plc", "key": "first"}, **void),
        said("count", 3, "replaced", good=11, supersedes={"source": "plc", "key": "second"}),
        said("count", 3, "replaces", good=12, supersedes={"source": "plc", "key": "replaced"}),
    ]
    load(project, written(tmp_path, "2.ndjson", late), now=TWO_DAYS_ON)
    with Stack.open(project) as stack:
        answer = stack.explain("good_parts", scope="filler", days=("2026-03-03", "2026-03-03"))
        assert (answer.rows[0]["value"], answer.rows[0]["reported"]["value"]) == (17, 20)
        told = {row["key"] for row in answer.rows if row["row"] == "since_reported"}
    assert told == {"last hour", "retracts", "replaces"}


def test_a_state_without_an_end_told_late_is_behind_the_day_it_reaches_into(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    day_two = {"from": rfc3339(START + DAY), "until": rfc3339(START + 2 * DAY)}
    rows = [*day_one(), alive("e", 25, 49), said("state", 30, "f", state="idle"), close(49, **day_two)]
    load(project, written(tmp_path, "1.ndjson", rows), now=TWO_DAYS_ON)
    late = [said("state", 22, "reaches", state="fault"), said("state", 21, "covered", state="idle")]
    load(project, written(tmp_path, "2.ndjson", late), now=TWO_DAYS_ON)
    with Stack.open(project) as stack:
        told = stack.explain("run_time", scope="filler", days=("2026-03-04", "2026-03-04")).rows
    assert told[0]["reported"]["difference"] == -6 * 3600
    assert [row["key"] for row in told if row["row"] == "since_reported"] == ["reaches"]


def test_each_day_has_its_own_closing(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    day_two = {"from": rfc3339(START + DAY), "until": rfc3339(START + 2 * DAY)}
    load(project, written(tmp_path, "1.ndjson", [*day_one(), close()]))
    rows = [said("count", 30, "in time", good=5), alive("e", 25, 49), close(49, **day_two)]
    load(project, written(tmp_path, "2.ndjson", rows), now=TWO_DAYS_ON)
    with Stack.open(project) as stack:
        told = stack.explain("good_parts", scope="filler", days=("2026-03-04", "2026-03-04")).rows
    assert told[0]["reported"] == {"value": 5, "difference": 0.0}
    assert [row["key"] for row in told if row["row"] == "since_reported"] == []


def test_a_file_cannot_tell_the_plant_files(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", day_one()))
    told = {"kind": "config", "equipment": "", "at": rfc3339(START), "source": "plantstack", "key": "c"}
    poison = written(tmp_path, "2.ndjson", [{**told, "content": "{}", "sha256": "0" * 64}])
    with Stack.open(project, write=True) as stack:
        (loaded,) = stack.load([poison], now=NOW)
        assert [problem.code for problem in loaded.problems] == ["event-not-allowed"]
    with Stack.open(project) as stack:
        assert day(stack)


def test_losses_of_an_unknown_profile_are_refused(tmp_path: Path) -> None:
    project = plant(tmp_path / "p")
    load(project, written(tmp_path, "1.ndjson", day_one()))
    with Stack.open(project) as stack, pytest.raises(QueryError, match="six-los"):
        stack.losses(profile="six-los")
