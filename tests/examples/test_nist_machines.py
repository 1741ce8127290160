"""Four machine tools of NIST: 2.5 million rows of raw logs, recounted by hand, and agent documents."""

from __future__ import annotations

import lzma
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from plantstack.intervals import HOUR
from plantstack.stack import Stack
from plantstack.stack.files.loading import Loaded

from .support import data, events, load, minutes, project, run_tour, value

pytestmark = [pytest.mark.shared, pytest.mark.slow]

NAME = "nist-sms-machines"
# machine: rows, stale rows, clocks going back among the others, states, alarms
MACHINES = {
    "Mazak01": (1_464_422, 4_386, 3, 4_409, 595),
    "Mazak03": (668_245, 1_820, 40, 2_446, 318),
    "GFAgie01": (350_973, 821, 0, 2_361, 276),
    "Hurco01": (23_697, 2_055, 4, 220, 0),
}
STATES = ("execution", "Program_Status")


def logs(machine: str) -> list[Path]:
    return sorted((data(NAME) / machine).glob("*.xz"))


def day_of(path: Path) -> date:
    return date.fromisoformat(path.name.split("-")[1])


def live(path: Path) -> Iterator[tuple[int, str, str]]:
    """Instant, key and value of every row that is not older than its file."""
    first = day_of(path).isoformat()
    with lzma.open(path, "rt") as source:
        for line in source:
            at, key, rest = line.rstrip("\n").split("|", 2)
            if at >= first:
                stamp = datetime.fromisoformat(at[:26].rstrip("Z") + "+00:00")
                yield round(stamp.timestamp() * 1_000_000), key, rest


@pytest.fixture(scope="module")
def loads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[Loaded]]]:
    folder = project(NAME, tmp_path_factory.mktemp("nist"))
    found = {machine: load(folder, "adapter-log", *logs(machine)) for machine in MACHINES}
    found["agent"] = load(folder, "agent-xml", *sorted((data(NAME) / "agent-xml").glob("*.xz")))
    return folder, found


@pytest.fixture(scope="module")
def nist(loads: tuple[Path, dict[str, list[Loaded]]]) -> Path:
    return loads[0]


@pytest.fixture(scope="module")
def raw() -> dict[str, tuple[list[tuple[int, str]], list[tuple[int, int]]]]:
    """Machine -> its states by time, and when its adapter was seen: straight from the files."""
    found = {}
    for machine in MACHINES:
        states: set[tuple[int, str]] = set()
        seen: list[tuple[int, int]] = []
        for path in logs(machine):
            rows = list(live(path))
            states |= {(at, told) for at, key, told in rows if key in STATES}
            if rows:
                seen.append((min(at for at, *_ in rows), max(at for at, *_ in rows)))
        found[machine] = (sorted(states), sorted(seen))
    return found


def said(loaded: list[Loaded]) -> Counter[str]:
    """Code of a note -> rows it speaks of."""
    counted: Counter[str] = Counter()
    for one in loaded:
        for note in one.notes:
            counted[note.code] += int(re.findall(r": (\d+)", note.what)[0])
    return counted


def test_every_row_is_accounted_for(loads: tuple[Path, dict[str, list[Loaded]]]) -> None:
    for machine, (_, stale, back, *_) in MACHINES.items():
        loaded = loads[1][machine]
        told = said(loaded)
        assert not any(one.problems or one.refused for one in loaded), machine
        assert (told["rows-stale"], told["clock-backwards"]) == (stale, back), machine
        assert told["rows-identical"] == (272 if machine == "GFAgie01" else 0)
        assert sum(one.receipt.duplicates for one in loaded) == 0


def test_states_and_alarms(nist: Path) -> None:
    for place, kind in ((3, "state"), (4, "alarm")):
        told = Counter(
            event["equipment"] for event in events(nist, kind) if event["source"] == "nist.adapter"
        )
        assert {machine: told[machine] for machine in MACHINES} == {
            machine: counts[place] for machine, counts in MACHINES.items()
        }


def test_run_time_is_a_recount_of_the_logs(
    nist: Path, raw: dict[str, tuple[list[tuple[int, str]], list[tuple[int, int]]]]
) -> None:
    """ACTIVE runs to the next state, and no further than an hour without a sign of the adapter."""
    run = minutes(nist, "run_time", by=["machine"])
    for machine, (states, seen) in raw.items():
        blocks: list[list[int]] = []
        for begin, end in seen:
            if blocks and begin - blocks[-1][1] <= HOUR:
                blocks[-1][1] = max(end, blocks[-1][1])
            else:
                blocks.append([begin, end])
        total = 0
        for (at, state), (following, _) in zip(states, [*states[1:], (2**62, "")], strict=True):
            if state == "ACTIVE":
                (known,) = [end for begin, end in blocks if begin <= at <= end]
                total += min(following, known) - at
        agent = 0
        if machine == "GFAgie01":  # three more runs in the agent's documents, of another season
            agent = 1_276_098 + 7_684_701 + 27_132_131
        assert run[machine] * 60_000_000 == pytest.approx(total + agent, abs=1_000), machine
    assert {machine: round(told / 60, 1) for machine, told in run.items()} == {
        "Mazak01": 28.8, "Mazak03": 22.2, "GFAgie01": 3.6, "Hurco01": 0.3
    }  # fmt: skip


def test_no_machine_runs_for_137_000_hours(nist: Path) -> None:
    with Stack.open(nist) as stack:
        for machine in MACHINES:
            rows = [row for row in stack.ledger(machine).to_pylist() if row["account"] == "run"]
            assert max(row["until_at"] - row["from_at"] for row in rows) < HOUR, machine
    assert sum(minutes(nist, "run_time", by=["machine"]).values()) < 60 * 60


def test_every_hour_is_in_one_account_and_a_day_has_24(nist: Path) -> None:
    with Stack.open(nist) as stack:
        for machine in MACHINES:
            rows = stack.ledger(machine).to_pylist()
            assert all(a["until_at"] == b["from_at"] for a, b in pairwise(rows))
            days: dict[str, int] = defaultdict(int)
            for row in rows:
                days[row["day"]] += row["until_at"] - row["from_at"]
            whole = list(days.values())[1:-1]
            assert set(whole) <= {23 * HOUR, 24 * HOUR, 25 * HOUR}, machine


def test_days_without_a_file_are_unknown_and_never_idle(nist: Path) -> None:
    there = {day_of(path) for path in logs("Mazak01")}
    with Stack.open(nist) as stack:
        rows = stack.ledger("Mazak01").to_pylist()
    accounts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        accounts[row["day"]].add(row["account"])
    first, last = min(there), max(there)
    between = [first + timedelta(days=n) for n in range((last - first).days)]
    absent = [day for day in between if day not in there]
    working = [day for day in absent if day.weekday() < 5 and day - timedelta(days=1) not in there]
    assert len(working) > 50
    for day in working:
        assert accounts[day.isoformat()] == {"unknown", "not_scheduled"}, day
    with Stack.open(nist) as stack:
        (cell,) = stack.measures(
            ["time_unknown", "time_run"],
            scope="Mazak01",
            days=(working[5].isoformat(), working[5].isoformat()),
        ).cells
    assert dict(cell.sums) == {"time_unknown": 9 * 3_600, "time_run": 0}


def test_utilisation_of_one_machine_on_one_day(nist: Path) -> None:
    day = ("2016-11-07", "2016-11-07")
    assert round(minutes(nist, "run_time", scope="Mazak01", days=day)[""], 1) == 37.2
    row = value(nist, "availability", scope="Mazak01", days=day)
    assert (round(row["low"], 3), round(row["high"], 3)) == (0.074, 0.615) and row["trust"]["grade"] == "C"


def test_oee_is_not_computable_and_says_why(nist: Path) -> None:
    for machine in MACHINES:
        row = value(nist, "oee", scope=machine)
        assert (row["value"], row["why_none"]) == (None, "needs count")


def test_the_agents_documents_say_the_same_machine(loads: tuple[Path, dict[str, list[Loaded]]]) -> None:
    folder, found = loads
    assert [one.receipt.accepted for one in found["agent"]] == [6, 0, 12, 0, 0, 65]
    assert not any(one.problems for one in found["agent"])
    assert said(found["agent"])["clock-backwards"] > 0, "the replay's own stamps are reported"
    states = [event for event in events(folder, "state") if event["source"] == "nist.agent"]
    assert len(states) == 15 and {event["equipment"] for event in states} == {"GFAgie01"}
    first = sorted((event for event in states if event["sequence"] < 20_000), key=lambda e: e["sequence"])
    assert [event["state"] for event in first] == ["unknown", "unknown", "idle", "unknown"]


def test_a_day_loaded_twice_shuffled_and_under_another_name(nist: Path, tmp_path: Path) -> None:
    (path,) = [path for path in logs("Mazak01") if day_of(path) == date(2016, 11, 7)]
    with lzma.open(path, "rt") as source:
        lines = source.readlines()
    random.Random(7).shuffle(lines)
    folder = project(NAME, tmp_path)
    mixed = tmp_path / path.name.removesuffix(".xz")
    mixed.write_text("".join(lines))
    first, again, packed = [load(folder, "adapter-log", one)[0] for one in (mixed, mixed, path)]
    assert first.receipt.accepted > 10_000 and again.receipt.accepted == packed.receipt.accepted == 0
    day = ("2016-11-07", "2016-11-07")
    assert minutes(folder, "run_time", scope="Mazak01", days=day) == minutes(
        nist, "run_time", scope="Mazak01", days=day
    )


def test_the_tour_of_the_readme(tmp_path: Path) -> None:
    """With fewer files: all of them are loaded above."""
    where = tmp_path / "data"
    for machine in (*MACHINES, "agent-xml"):
        (where / machine).mkdir(parents=True)
        for path in [*logs(machine)[4:9]]:
            (where / machine / path.name).symlink_to(path)
    told = ""
    for command, code, output in run_tour(NAME, tmp_path, where):
        assert code == 0, (command, output)
        told += output
    for part in ("37.2 min", "needs count", "rows-stale"):
        assert part in told, part
