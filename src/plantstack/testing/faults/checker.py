"""The checker: what must hold after every fault, by the ids of the fault matrix.

I1 what was acknowledged is in the log or among the dead letters, once. I2 what was sent adds up. I3 the order
inside a source is kept. I4 the live rows are those of books derived anew. I5 the ledger tiles time. I7 no
trace and no place of this machine was told. (I6 is that the server started again, I8 is `Server.peak_mb`.)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events.log import Log
from plantstack.intervals import Interval, rfc3339
from plantstack.stack import Stack
from plantstack.stack.reasons.explaining import entry_row
from plantstack.testing.faults.producers import Producer
from plantstack.testing.faults.server import Server

KPIS = ("run_time", "good_parts")
_TOLD = ("Traceback", 'File "', ".py", "sqlite3.")


@dataclass(frozen=True, slots=True)
class Live:
    """What a running server answered about a span that is over.

    Attributes:
        span: from when to when.
        ledgers: the rows by machine.
        kpis: `KPIS` by machine.
        offsets: what each answer stood on, by machine; '' is the KPIs.
    """

    span: Interval
    ledgers: Mapping[str, Sequence[Mapping[str, Any]]]
    kpis: Sequence[Mapping[str, Any]]
    offsets: Mapping[str, int]

    @classmethod
    def asked(cls, server: Server, machines: Sequence[str], span: Interval) -> Live:
        """Ask a server that has taken everything in.

        Ask only when nothing is under way to it: what a producer was not answered may come all the same.
        """
        window = f"from={quote(rfc3339(span.start))}&to={quote(rfc3339(span.end))}"
        paths = {name: f"/api/v1/ledger?machine={quote(name)}&{window}" for name in machines}
        paths[""] = f"/api/v1/kpis?id={','.join(KPIS)}&by=machine&{window}"
        told = {name: server.ask(path).said for name, path in paths.items()}
        ledgers = {name: told[name]["rows"] for name in machines}
        return cls(span, ledgers, told[""]["rows"], {name: one["offset"] for name, one in told.items()})


def check(project: Path, producers: Sequence[Producer], live: Live, *, now: int, told: str = "") -> list[str]:
    """Hold a project whose server is down against what was acknowledged; return what is broken.

    Args:
        project: its folder.
        producers: all that sent, stopped.
        live: what the server answered at last.
        now: how far books opened anew shall reach.
        told: everything that clients and the server's log got to see.
    """
    return [*check_log(project, producers, told=told), *_books(project, live, now)]


def check_log(project: Path, producers: Sequence[Producer], *, told: str = "") -> list[str]:
    """Hold the log alone against what was acknowledged (I1, I2, I3, I7); see `check`."""
    with Log.open(project, write=False) as log:
        events, dead = log.events(), [letter.raw for letter in log.dead_letters(limit=10**9)]
    broken = [wrong for producer in producers for wrong in _told_of(producer, events, dead)]
    return broken + [f"I7: '{word}' was told" for word in (*_TOLD, str(project)) if word in told]


def _told_of(producer: Producer, events: pa.Table, dead: Sequence[bytes]) -> Iterator[str]:
    own = events.filter(pc.equal(events["source"], producer.source)).sort_by("log_offset")
    numbers = [int(key) for key in own["key"].to_pylist()]
    kept = Counter(numbers)
    buried = {json.loads(raw)["key"] for raw in dead if f'"{producer.source}"'.encode() in raw}
    for sent in producer.history():
        if sum(sent.counts.values()) != sent.items:
            yield f"I2: {producer.source}: {sent} does not add up"
        for number in range(sent.first, sent.first + sent.items):
            if producer.is_bad(number) and str(number) not in buried:
                yield f"I1: {producer.source}: {number} was acknowledged and is no dead letter"
            elif not producer.is_bad(number) and kept[number] != 1:
                yield f"I1: {producer.source}: {number} was acknowledged and is there {kept[number]} times"
    if any(one >= other for one, other in pairwise(numbers)):
        yield f"I3: {producer.source}: its order was lost, or something is there twice"


def _books(project: Path, live: Live, now: int) -> Iterator[str]:
    with Stack.open(project, write=True) as stack:
        stack.derive(now=now)
        for problem in stack.verify():
            yield f"I4: {problem}"
        stack.keep(now)
        last = stack.log.last_offset()
        answered = {name: f"answered at offset {offset} of {last}" for name, offset in live.offsets.items()}
        for machine, rows in live.ledgers.items():
            anew = [entry_row(entry) for entry in stack.ledger(machine, live.span).to_pylist()]
            if _plain(anew) != list(rows):
                yield f"I4: the ledger of {machine} is not what the server {answered[machine]}"
            if any(one["to"] != other["from"] for one, other in pairwise(rows)):
                yield f"I5: the ledger of {machine} has a hole or an overlap"
            if rows and rows[-1]["to"] != rfc3339(live.span.end):
                yield f"I5: the ledger of {machine} ends before its time"
        kpis = stack.kpis(KPIS, by=("machine",), span=live.span).rows
        if _plain(kpis) != list(live.kpis):
            yield f"I4: the KPIs are not what the server {answered['']}"


def _plain(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Rows as they look behind the network."""
    told: list[Any] = json.loads(json.dumps(list(rows)))
    return told
