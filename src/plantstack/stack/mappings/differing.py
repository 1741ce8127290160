"""What another mapping tells otherwise, and what that does to KPIs: tried on a copy of the project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from plantstack.events import backup as safe
from plantstack.events.identity import canonical
from plantstack.events.jsontext import number_text
from plantstack.events.schema import CONTENT
from plantstack.events.scratch import Scratch
from plantstack.intervals import DAY, rfc3339
from plantstack.stack.answers.asking import check_words
from plantstack.stack.claims.previewing import merged
from plantstack.stack.files.configuring import record_config
from plantstack.stack.mappings.adopting import Change, adopt
from plantstack.stack.project import Stack

Row = dict[str, Any]
_SPOT = ("kind", "equipment", "at", "parameter", "code")
_HIDDEN = ("kind", "equipment", "at", "told_at", "source", "key", "void")


@dataclass(slots=True)
class _Side:
    """What is told of each instant of a machine, and an example of what only one side tells."""

    texts: dict[tuple[Any, ...], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rows: dict[tuple[tuple[Any, ...], str], int] = field(default_factory=dict)


def events_changed(change: Change) -> list[Row]:
    """By machine and kind: events told alike, changed, only by the old and only by the new mapping."""
    old, new = _side(change.told.events), _side(change.tells.events)
    groups: dict[tuple[str, str], Row] = {}
    for spot in dict.fromkeys((*old.texts, *new.texts)):
        before, after = old.texts.get(spot, Counter()), new.texts.get(spot, Counter())
        same = (before & after).total()
        gone, come = before - after, after - before
        changed = min(gone.total(), come.total())
        row = groups.setdefault((spot[1] or "", spot[0]), _row(spot))
        row["same"] += same
        row["changed"] += changed
        row["only_old"] += gone.total() - changed
        row["only_new"] += come.total() - changed
        if (gone or come) and not (row["old"] or row["new"]):
            row["old"] = _example(change.told.events, old.rows, spot, gone)
            row["new"] = _example(change.tells.events, new.rows, spot, come)
    return [groups[name] for name in sorted(groups)]


def letters_changed(change: Change) -> list[Row]:
    """By code: rows that the old and the new mapping set aside."""
    old, new = (Counter(one.problem.code for one in side.dead) for side in (change.told, change.tells))
    return [
        {"row": "letters", "kind": code, "only_old": old[code], "only_new": new[code]}
        for code in sorted(old | new)
    ]


def check_kpis(stack: Stack, ids: Sequence[str], grain: str) -> None:
    """Refuse words of a question that mean nothing, before any work is done for it.

    Raises:
        QueryError: naming them.
    """
    check_words((), grain)
    for kpi in ids:
        stack.catalog().kpi(kpi)


def kpis_changed(
    stack: Stack, change: Change, ids: Sequence[str] = (), *, grain: str = "day", now: int
) -> list[Row]:
    """One row a KPI, line or machine, and period: now and then, as `kpi preview` gives them.

    The change is adopted on a copy of log and plant files as the project was opened, and the copy is asked
    the same question before and after: both answers stand on one offset and one instant, whatever a server
    writes meanwhile.

    Args:
        stack: the project; it stays as it is.
        change: what would be adopted.
        ids: which KPIs; none: all that are shown.
        grain: length of the periods.
        now: the instant of receipt in the copy.

    Raises:
        QueryError: for an unknown KPI.
    """
    days, by = _days(change), ["line" if stack.plant.lines else "machine"]
    if days is None:
        return []
    with Scratch(stack.log.places.identity.parent, "trying-") as place:
        file, copy = place.path / "copy.tar", place.path / "project"
        safe.backup(stack.folder, file, reader=stack.log.connection)
        safe.restore(file, copy)
        file.unlink()
        with Stack.open(copy, write=True) as other:
            record_config(other.log, other.desk.content, now)
            other.derive()
            as_of = other.engine(scope=None).books.as_of
            reach = max(as_of.values(), default=None)  # not further because of what the other tells
            before = other.kpis(ids, by=by, grain=grain, days=days, now=reach)
            path = copy / change.path.resolve().relative_to(stack.folder.resolve())
            adopt(other, replace(change, path=path), now=now)
            after = other.kpis(ids, by=by, grain=grain, days=days, now=reach)
    names = stack.kpi_names()
    rows = merged(before.rows, after.rows, by)
    return [{"row": "kpi", "kpi": row["kpi"], "name": names[row["kpi"]], **row} for row in rows]


def _days(change: Change) -> tuple[str, str] | None:
    """Days that hold everything the two mappings speak of, whatever the clock of the site."""
    instants = pa.concat_tables([change.told.events, change.tells.events])["at"]
    if not len(instants):
        return None
    span = pc.min_max(instants).as_py()
    return rfc3339(span["min"] - DAY)[:10], rfc3339(span["max"] + DAY)[:10]


def _side(events: pa.Table) -> _Side:
    side = _Side()
    texts = canonical(_alike(events), without=("source", "key", "told_at")).to_pylist()
    spots = zip(*(events[name].to_pylist() for name in _SPOT), strict=True)
    keys: set[str] = set()  # what is told again under its key is told once
    for number, (spot, text, key) in enumerate(zip(spots, texts, events["key"].to_pylist(), strict=True)):
        if key in keys:
            continue
        keys.add(key)
        side.texts[spot][text] += 1
        side.rows.setdefault((spot, text), number)
    return side


def _alike(events: pa.Table) -> pa.Table:
    """Whoever corrects itself does so under whatever source it has."""
    place, target = CONTENT.get_field_index("sup_source"), events["sup_source"]
    named = pc.if_else(pc.fill_null(pc.equal(target, events["source"]), False), pa.scalar("own"), target)
    return events.set_column(place, CONTENT.field(place), named)


def _row(spot: tuple[Any, ...]) -> Row:
    counts = {"same": 0, "changed": 0, "only_old": 0, "only_new": 0}
    return {"row": "events", "equipment": spot[1], "kind": spot[0], **counts, "old": "", "new": ""}


def _example(
    events: pa.Table, rows: dict[tuple[tuple[Any, ...], str], int], spot: tuple[Any, ...], texts: Counter[str]
) -> str:
    if not texts:
        return ""
    (event,) = events.slice(rows[(spot, next(iter(texts)))], 1).to_pylist()
    said = [rfc3339(event["at"])]
    for name, value in event.items():
        if name not in _HIDDEN and value not in (None, ""):
            shown = rfc3339(value) if name in ("from_at", "until_at") else _shown(value)
            said.append(f"{name.removesuffix('_at').removesuffix('_id')} {shown}")
    return ", ".join(said)


def _shown(value: Any) -> str:
    return number_text(value) if isinstance(value, Decimal) else str(value)
