"""What goes wrong with records: exports sent twice, entries mistyped and corrected, letters that are none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.demo.rows import Ints
from plantstack.demo.truth import Truth
from plantstack.events.batch import RAW
from plantstack.intervals import DAY, HOUR

Heard = tuple[pa.Table, Ints]
_FAR = 10 * 366 * DAY


def disturb(told: Heard, truths: Sequence[Truth], rng: np.random.Generator) -> Heard:
    """Let the records of some truths go wrong; everything stays in the order in which it is heard."""
    for truth in truths:
        for effect in truth.effects:
            if effect.of == "twice":
                told = _twice(told, truth)
            elif effect.of == "mistyped":
                told = _mistyped(told, effect.size, truth.site, rng)
            elif effect.of == "letters":
                told = _letters(told, truth)
    events, heard = told
    order = np.argsort(heard, kind="stable")
    return events.take(pa.array(order)), heard[order]


def _twice(told: Heard, truth: Truth) -> Heard:
    """The collector sends a stretch again a day later, as it was."""
    events, heard = told
    mine = pc.and_(
        pc.equal(events["source"], f"opc.{truth.where}"),
        pc.and_(pc.greater_equal(events["at"], truth.from_at), pc.less(events["at"], truth.until_at)),
    )
    again = events.filter(mine)
    then = np.full(len(again), truth.until_at + DAY, dtype=np.int64)
    return pa.concat_tables([events, again]), np.concatenate([heard, then])


def _mistyped(told: Heard, share: float, site: str, rng: np.random.Generator) -> Heard:
    """Some scrap entries of a site are ten times too high until somebody corrects them."""
    events, heard = told
    prefix = {"pune": "tablet.pun-"}.get(site, f"tablet.{site}")
    typed = pc.and_(pc.equal(events["kind"], "count"), pc.starts_with(events["source"], prefix))
    rows = np.flatnonzero(typed.to_numpy(zero_copy_only=False))
    wrong = rows[rng.random(len(rows)) < share]
    if not len(wrong):
        return told
    right = events.take(pa.array(wrong))
    then = heard[wrong] + (rng.uniform(0.5, 4, len(wrong)) * DAY).astype(np.int64)
    corrections = _with(
        right,
        key=pc.binary_join_element_wise(right["key"], pa.scalar("corrected"), "-"),
        sup_source=right["source"],
        sup_key=right["key"],
        told_at=pa.array(then),
    )
    tens = pc.if_else(pa.array(np.isin(np.arange(len(events)), wrong)), 10, 1)
    scrap = pc.cast(pc.multiply(events["scrap"], tens), RAW.field("scrap").type, safe=False)
    return pa.concat_tables([_with(events, scrap=scrap), corrections]), np.concatenate([heard, then])


def _letters(told: Heard, truth: Truth) -> Heard:
    """Three counts that the log cannot take, each for its own reason."""
    events, heard = told
    counts = pc.and_(pc.equal(events["kind"], "count"), pc.equal(events["source"], "opc.tul-1"))
    some = pc.indices_nonzero(counts)[:3]
    if len(some) < 3:
        return told
    strange = events.take(some)
    at = np.array([truth.from_at, truth.from_at, truth.from_at], dtype=np.int64)
    strange = _with(
        strange,
        source=pa.array([f"gateway.{truth.where}"] * 3),
        key=pa.array(["strange-1", "strange-2", "strange-3"]),
        equipment=pa.array(["tul-9-filler", "tul-1-filler", "tul-1-filler"]),
        at=pa.array(at + np.array([0, _FAR, 0])),
        from_at=pa.nulls(3, pa.int64()),
        told_at=pa.nulls(3, pa.int64()),
        good=pa.array([5, 5, -5]).cast(pa.int32()).cast(RAW.field("good").type),
    )
    return pa.concat_tables([events, strange]), np.concatenate([heard, at + HOUR])


def _with(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), RAW.field(name), column)
    return table
