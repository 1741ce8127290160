"""A shift that ends now, as machines and people would send it, and who asks about it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx

from plantstack.intervals import HOUR, MINUTE, rfc3339
from plantstack.stack import Stack

Wire = dict[str, Any]
MACHINES = ("filler", "capper", "packer")
JSON, LINES = {"content-type": "application/json"}, {"content-type": "application/x-ndjson"}
SECOND_LINE = """
  line-10:
    label: Bottling line 10
    under: packing
    flow: [labeller]
    constraint: labeller
    exit: labeller
"""
LABELLER = """
  labeller:
    label: Labeller
    under: line-10
    kind: cyclic
    class: fast
"""


def clock() -> int:
    return time.time_ns() // 1000


class Clock:
    """An instant that tests move."""

    now: int = 1_772_442_000_000_000  # 2026-03-02 09:00 UTC

    def __call__(self) -> int:
        return self.now


def plant(folder: Path, *, silence: str = "1 h") -> Path:
    """A project with two lines, of which one's path begins like the other's."""
    Stack.init(folder)
    main = folder / "plant.yaml"
    text = main.read_text("utf-8").replace("silence_limit: 1 h", f"silence_limit: {silence}")
    text = text.replace("\n# Ids are short", f"{SECOND_LINE}\n# Ids are short", 1)
    main.write_text(text.replace("\n# Limits shared", f"{LABELLER}\n# Limits shared", 1), "utf-8")
    return folder


def said(kind: str, machine: str, at: int, key: str, **fields: Any) -> Wire:
    return {"kind": kind, "equipment": machine, "at": rfc3339(at), "source": "plc", "key": key, **fields}


def shift(end: int) -> list[Wire]:
    """Four hours before `end`: everything runs, the filler stands for half an hour."""
    start, rows = end - 4 * HOUR, []
    for machine in MACHINES:
        rows.append(said("state", machine, start, f"run {machine}", state="producing"))
        for hour in range(1, 5):
            span = {"from": rfc3339(start + (hour - 1) * HOUR)}
            at = start + hour * HOUR
            rows.append(said("count", machine, at, f"{machine} {hour}", good=1000, scrap=10, **span))
    rows.append(said("state", "filler", start + 60 * MINUTE, "down", state="fault"))
    rows.append(said("state", "filler", start + 90 * MINUTE, "up", state="producing"))
    return rows


def body(*events: Any) -> bytes:
    return json.dumps(list(events)).encode()


def lines(*events: Any) -> bytes:
    return "".join(json.dumps(event) + "\n" for event in events).encode()


def statuses(answer: httpx.Response) -> list[str]:
    return [row["status"] for row in answer.json()["rows"]]


def settled(client: httpx.Client) -> int:
    """Wait until the books stand on everything that was written; return the offset."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        told = client.get("/health").json()
        if told["behind"] == 0 and told["as_of"]:
            return int(told["offset"])
        time.sleep(0.1)
    raise TimeoutError(told)
