"""Events of the plant that `init` writes, told as machines and people there would tell them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.stack.floor import START, Wire, plant, written

from plantstack.intervals import MINUTE, rfc3339
from plantstack.stack import Stack

SIX = START  # Tuesday 2026-03-03, 06:00 in Tulsa: the early shift begins
_KEYS = count()


def at(hour: int, minute: int = 0, second: int = 0) -> int:
    """An instant of that day in Tulsa."""
    return SIX + ((hour - 6) * 3600 + minute * 60 + second) * 1_000_000


def told(kind: str, equipment: str, when: int, source: str = "plc", **fields: Any) -> Wire:
    """One event; `until` and `from_` may be instants."""
    event: Wire = {"kind": kind, "equipment": equipment, "at": rfc3339(when), "source": source}
    event["key"] = f"{kind}-{next(_KEYS)}"
    for name, value in fields.items():
        is_instant = name in ("from_", "until", "due_at", "told_at", "made_from", "made_until")
        event[name.rstrip("_")] = rfc3339(value) if is_instant else value
    return event


def states(machine: str, *told_at: tuple[int, str]) -> list[Wire]:
    """What a machine says it does, from when."""
    return [told("state", machine, when, state=state) for when, state in told_at]


def counts(machine: str, start: int, end: int, each: int, step: int = 5 * MINUTE) -> Iterator[Wire]:
    """Good pieces of every five minutes."""
    for when in range(start, end, step):
        yield told("count", machine, when + step, from_=when, good=each)


def orders(*machines: str, order: str = "A", product: str = "cola-330", when: int = SIX) -> list[Wire]:
    """The start of an order."""
    return [told("order", one, when, "erp", order=order, phase="start", product=product) for one in machines]


def line_plan(qty: int, start: int, end: int, product: str = "cola-330", order: str = "A") -> Wire:
    """A slot of the plan, told two hours before the shift."""
    told_at = SIX - 120 * MINUTE
    slot = {"from_": start, "until": end, "qty": qty, "product": product, "order": order}
    return told("plan", "line-1", told_at, "erp", **slot)


@contextmanager
def standing(
    folder: Path, events: Iterable[Wire], now: int, more: dict[str, str] | None = None
) -> Iterator[Stack]:
    """A project with these events, kept as a server keeps it."""
    project = plant(folder / "plant")
    for name, text in (more or {}).items():
        (project / name).write_text(text, "utf-8")
    with Stack.open(project, write=True) as stack:
        stack.load([written(folder, "told.ndjson", events)], now=now)
    with Stack.open(project) as stack:
        stack.keep(now)
        yield stack
