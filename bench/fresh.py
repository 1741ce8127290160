"""How soon an event that was acknowledged is in a KPI of the API, and how fast batches come in over HTTP."""

from __future__ import annotations

import http.client
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.compute as pc

from bench.floor import Floor, write_plant
from bench.measure import Result, in_turn, ratio, rounded
from bench.project import Progress, batches, silent
from plantstack.events.batch import Batch
from plantstack.events.log import Log
from plantstack.events.validate import validate
from plantstack.events.wire import decode_items
from plantstack.intervals import HOUR, SECOND, rfc3339
from plantstack.plant.load import load_plant
from plantstack.stack import Stack
from plantstack.stack.files.naming import names_of
from plantstack.testing.faults import Server

P50_S, P95_S = 1.0, 1.5
HTTP_TARGET = 0.3
ROWS = 1_000
DAYS = 3
_BEFORE_END = 4 * HOUR  # into a day that is going on
_PAUSE_S = 0.5  # between two requests: twice what 200 machines of the floor tell
_EVENTS = 4


def measure(
    machines: int, samples: int, rows: int, repeats: int, progress: Progress = silent
) -> list[Result]:
    """Load some days, publish them, run a server in the middle of the last day, and send to it."""
    floor = Floor(machines=machines, days=DAYS)
    now = floor.window.end - _BEFORE_END
    with tempfile.TemporaryDirectory(prefix="bench-fresh-") as name:
        folder = Path(name) / "p"
        folder.mkdir()
        write_plant(folder, floor)
        _fill(folder, floor, now, progress)
        with _served(folder, now) as server:
            late = sorted(_freshness(server, floor, now, samples, progress))
            batches = _batches(server, floor, now, rows, repeats)
            peak = server.peak_mb()
    p95 = late[min(len(late) - 1, round(0.95 * len(late)))]
    what = f"from commit to a KPI of the API with {machines} machines"
    detail = {"samples": samples, "seconds": rounded(late), "peak_mb": round(peak)}
    return [
        Result(f"{what}, p50", statistics.median(late), P50_S, unit=" s"),
        Result(f"{what}, p95", p95, P95_S, unit=" s", detail=detail),
        batches,
    ]


def _fill(folder: Path, floor: Floor, now: int, progress: Progress) -> None:
    plant = load_plant(folder)
    site_of = {name: plant.site_of(name).id for name in plant.equipment}
    past = (
        Batch(one.events.filter(pc.less(one.events["at"], now))) for one in batches(plant, floor, progress)
    )
    with Log.open(folder, write=True, project_id=plant.project_id) as log:
        log.bulk(past, received_at=now, site_of=site_of)
    with Stack.open(folder, write=True) as stack:
        stack.rebuild(now=now)


@contextmanager
def _served(folder: Path, now: int) -> Iterator[Server]:
    with Server.started(folder, (sys.executable, "-m", "bench.serve_at", str(folder), str(now))) as server:
        yield server
        if server.stop():
            raise RuntimeError(server.complaints())


def _freshness(server: Server, floor: Floor, now: int, samples: int, progress: Progress) -> list[float]:
    """Send some events, wait for the stream to name their offset, ask for a KPI of one machine."""
    begun, chance = time.monotonic(), random.Random(floor.seed)
    late, place = [], urlsplit(server.address)
    following = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)
    following.request("GET", "/api/v1/stream")
    moves = (json.loads(line[6:])["offset"] for line in following.getresponse() if line.startswith(b"data: "))
    for number in range(samples + 1):
        at = now + round((time.monotonic() - begun) * SECOND)
        machines = chance.sample(floor.names, min(_EVENTS, floor.machines))
        told = [_piece(machine, at, number) for machine in machines]
        taken = server.ask("/api/v1/events", json.dumps(told).encode()).said
        committed, offset = time.perf_counter(), taken["offset"]
        if taken["accepted"] != len(told):
            raise RuntimeError(str(taken)[:500])
        next(move for move in moves if move >= offset)
        answer = server.ask(f"/api/v1/kpis?id=parts_produced&scope={machines[0]}").said
        if answer["offset"] < offset or not answer["rows"]:
            raise RuntimeError(f"offset {offset} is not in {answer}")
        late.append(time.perf_counter() - committed)
        progress("sending and asking", number, samples)
        time.sleep(_PAUSE_S * chance.uniform(0.5, 1.5))
    following.close()
    return late[1:]  # the first warms up


def _piece(machine: str, at: int, number: int) -> dict[str, Any]:
    key = f"{machine} {number}"
    return {
        "kind": "count",
        "equipment": machine,
        "at": rfc3339(at),
        "source": "bench",
        "key": key,
        "good": 1,
    }


def _batches(server: Server, floor: Floor, now: int, rows: int, repeats: int) -> Result:
    """Send batches of 1 000 to the server, and append the same events to a bare log, in turn."""
    number, names = count(1), names_of(load_plant(server.project))
    judged = [validate(decode_items(body).table, names, now)[0] for body in _bodies(floor, now, rows, 0)]
    place = urlsplit(server.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=120)

    def send() -> None:
        for body in bodies[next(turn)]:
            connection.request("POST", "/api/v1/events", body, {"Content-Type": "application/json"})
            told = json.loads(connection.getresponse().read())
            if told["accepted"] != ROWS:
                raise RuntimeError(str(told)[:500])

    def append() -> None:
        bare = server.project.parent / f"bare-{next(number)}"
        bare.mkdir()
        with Log.open(bare, write=True, project_id="bench") as log:
            for events in judged:
                log.append(Batch(events), received_at=now)

    turn, bodies = count(), [_bodies(floor, now, rows, one + 1) for one in range(repeats)]
    times = in_turn(send, append, repeats)
    connection.close()
    detail = {"rows": rows, "http_s": rounded(times[0]), "log_s": rounded(times[1])}
    detail["http_rows_per_s"] = round(rows / statistics.median(times[0]))
    what = "HTTP batches of 1 000, of the bare log's rows per second"
    return Result(what, 1 / ratio(times), HTTP_TARGET, ">=", detail=detail)


def _bodies(floor: Floor, now: int, rows: int, turn: int) -> list[bytes]:
    """Requests of 1 000 counts, spread over all machines and the hour before."""
    made = []
    for start in range(0, rows, ROWS):
        events = [
            _piece(floor.names[n % floor.machines], now - HOUR * (rows - n) // rows, turn * 10**7 + n)
            for n in range(start, start + ROWS)
        ]
        made.append(json.dumps(events).encode())
    return made
