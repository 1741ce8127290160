"""Events of the plant that `init` writes, drawn at random as senders would write them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from plantstack.intervals import MINUTE, rfc3339
from plantstack.stack import Stack

START = 1_772_539_200_000_000  # Tuesday 2026-03-03, 06:00 in Tulsa, where a production day begins
MACHINES = ("filler", "capper", "packer")
NOW = START + 40 * 24 * 60 * MINUTE

Wire = dict[str, Any]

_instants = st.integers(0, 3 * 24 * 12).map(lambda n: START + n * 5 * MINUTE)
_sources = st.sampled_from(("plc", "mes", "tablet-1"))
_states = st.sampled_from(
    ("producing", "producing", "stopped", "fault", "idle", "starved", "setup", "planned_stop", "off")
)


@st.composite
def wire_events(draw: st.DrawFn) -> Wire:
    """One event as it stands in a file."""
    at = draw(_instants)
    machine = draw(st.sampled_from(MACHINES))
    kind = draw(st.sampled_from(("state",) * 5 + ("count",) * 3 + ("order", "reason", "plan", "alive")))
    event: Wire = {
        "kind": kind,
        "equipment": machine,
        "at": rfc3339(at),
        "source": draw(_sources),
        # few keys, so that the same is said twice and differently
        "key": f"{kind}-{draw(st.integers(0, 40))}",
    }
    if kind == "state":
        event["state"] = draw(_states)
    elif kind == "count":
        event |= {"good": draw(st.integers(0, 500)), "scrap": draw(st.integers(0, 9))}
        if draw(st.booleans()):
            event["from"] = rfc3339(at - draw(st.integers(1, 200)) * MINUTE)
    elif kind == "order":
        event |= {"order": draw(st.sampled_from("AB")), "phase": draw(st.sampled_from(("start", "end")))}
        if event["phase"] == "start":
            event["product"] = draw(st.sampled_from(("cola-330", "water-500")))
    elif kind == "reason":
        event |= {"role": "symptom", "reason": draw(st.sampled_from(("jam", "no-material", "cleaning")))}
    elif kind == "plan":
        event |= {"equipment": "line-1", "product": "cola-330", "qty": draw(st.integers(0, 9)) * 100}
        event |= {"from": rfc3339(at), "until": rfc3339(at + 240 * MINUTE)}
    else:
        event |= {"from": rfc3339(at - draw(st.integers(1, 90)) * MINUTE), "until": rfc3339(at)}
    if draw(st.integers(0, 9)) == 0:
        event |= {"supersedes": {"source": event["source"], "key": f"{kind}-{draw(st.integers(0, 40))}"}}
    return event


def written(folder: Path, name: str, events: Iterable[Wire]) -> Path:
    """Write events as NDJSON."""
    path = folder / name
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    return path


def plant(folder: Path) -> Path:
    """A new project."""
    Stack.init(folder)
    return folder


def load(project: Path, path: Path, *, now: int = NOW) -> None:
    """Load a file and bring the books up, as the command does."""
    with Stack.open(project, write=True) as stack:
        stack.load([path], now=now)
        stack.derive()
