"""A plant with a shift behind it, and a model on the loopback that its people ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.live.inside import Inside, Turned
from tests.live.shift import plant, shift
from tests.live.talking_model import Reply, Script, Talked, answering, talking_model

from plantstack.live.model.noting import LOG
from plantstack.live.running import Running

END = 1_772_474_400 * 1_000_000  # the afternoon of 2 March 2026
DAY = {"since": "2026-03-02", "until": "2026-03-02"}
KINDS = ("openai", "anthropic")
RUN = "Run time of Bottling line 1, 2 Mar 08:00 – 12:00: 11 h 30 min."
ASK = ("kpis", {"ids": "run_time,stop_time", "scope": "line-1", **DAY})


@contextmanager
def floor(folder: Path) -> Iterator[Inside]:
    """The plant being run; its books are fresh."""
    running = Running(plant(folder), lambda: END)
    try:
        found = Inside(running, Turned(END))
        found.send(*shift(END))
        running.start()
        found.fresh()
        yield found
    finally:
        running.close()


@contextmanager
def asked_of(folder: Path, script: Script, kind: str = "openai", patience_s: int = 20) -> Iterator[Talked]:
    """Name a model in the settings of a project while a block lasts."""
    file = folder / "llm" / "llm.yaml"
    file.parent.mkdir(exist_ok=True)
    with talking_model(script) as talked:
        told = {"endpoint": talked.url, "kind": kind, "model": "m", "patience_s": patience_s}
        lines = ["schema: 1", *(f"{name}: {value}" for name, value in told.items())]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        try:
            yield talked
        finally:
            file.unlink()


def noted(folder: Path) -> list[dict[str, Any]]:
    """What was written down."""
    return [json.loads(line) for line in (folder / LOG).read_text("utf-8").splitlines()]


def saying(*lines: str, calls: tuple[Any, ...] = (ASK,)) -> Script:
    """A model that looks something up and then says some lines."""
    return lambda told: answering(*lines) if told.results else Reply(calls=calls)
