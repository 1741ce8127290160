"""Drawn columns as the raw event table that every door takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.floor import PRODUCTS, Floor
from bench.happen import KINDS, REASONS, SCRAPS, UNSAID, VOICES, Columns, Ints
from plantstack.events.batch import RAW
from plantstack.events.schema import STATES

_WHOLE = ("from_at", "until_at")
_PIECES = ("total", "good", "scrap", "qty", "n", "n_ok", "defects", "opportunities")
_MEASURED = ("value", "low", "high")
_KEYS_A_MACHINE = 10_000_000


class Wire:
    """Turns drawn columns of many machines into raw event tables."""

    def __init__(self, floor: Floor) -> None:
        lanes = [f"{name}:{lane}" for name in floor.names for lane in range(5)]
        self._equipment = pa.array([name.removesuffix(":0") for name in lanes])
        lines = [floor.line_of(n) for n in range(floor.machines)]
        self._lines = pa.array(lines)
        self._sources = [pa.array([f"plc.{name}" for name in floor.names])]
        self._sources += [pa.array([f"tablet.{line}" for line in lines]), pa.array(["erp"] * len(lines))]
        self._texts = {
            "kind": pa.array(KINDS),
            "state": pa.array(STATES),
            "reason": pa.array((*REASONS, *SCRAPS)),
            "product": pa.array(PRODUCTS),
            "code": pa.array([f"E-{n}" for n in range(100, 140)]),
        }

    def table(self, rows: Columns) -> pa.Table:
        """Lay columns with `machine` beside them out as RAW."""
        filled = {name: _named(texts, rows[name]) for name, texts in self._texts.items() if name in rows}
        filled |= {name: _numbers(rows[name], pa.int64()) for name in _WHOLE}
        filled |= {name: _pieces(rows[name]) for name in _PIECES if name in rows}
        filled |= {
            name: _numbers(rows[name], pa.int64()).cast(pa.float64()) for name in _MEASURED if name in rows
        }
        filled |= self._who(rows)
        kind = rows["kind"]
        filled["role"] = _named(pa.array(("symptom", "cause")), rows["role"])
        phase = np.where(kind == KINDS.index("alarm"), 2, 0) + rows["phase"]
        filled["phase"] = _named(
            pa.array(("start", "end", "on", "off")), np.where(rows["phase"] == UNSAID, UNSAID, phase)
        )
        cases = rows.get("case", np.full(len(kind), UNSAID)) == 1
        filled["unit"] = _named(pa.array(("case",)), np.where(cases, 0, UNSAID))
        checked = kind == KINDS.index("setup_check")
        filled["parameter"] = _named(pa.array(("torque",)), np.where(checked, 0, UNSAID))
        filled["told_at"] = pa.array(rows["at"] + np.maximum(rows["late"], 0))
        filled["at"] = pa.array(rows["at"])
        return _raw(filled, len(kind))

    def _who(self, rows: Columns) -> dict[str, pa.Array]:
        machine = rows["machine"]
        line = rows.get("line", np.full(len(machine), UNSAID)) == 1
        equipment = self._equipment.take(pa.array(machine * 5 + rows["lane"]))
        voice = rows["voice"]
        source = pc.choose(pa.array(voice), *(texts.take(pa.array(machine)) for texts in self._sources))
        key = pa.array(machine * _KEYS_A_MACHINE + rows["number"])
        target = _numbers(
            np.where(rows["target"] < 0, UNSAID, machine * _KEYS_A_MACHINE + rows["target"]), pa.int64()
        )
        order = pc.binary_join_element_wise("o", _numbers(rows["order"], pa.int64()).cast(pa.string()), "-")
        return {
            "equipment": pc.if_else(pa.array(line), self._lines.take(pa.array(machine)), equipment),
            "source": source,
            "key": key.cast(pa.string()),
            "sequence": _numbers(np.where(voice == VOICES.index("plc"), rows["number"], UNSAID), pa.int64()),
            "sup_source": pc.if_else(pc.is_valid(target), source, pa.scalar(None, pa.string())),
            "sup_key": target.cast(pa.string()),
            "order_id": order,
        }


def days_of(drawn: Sequence[Columns], days: Sequence[int]) -> Iterator[Columns]:
    """Cut the histories of all machines at instants and put each slice in order of time."""
    names = sorted({name for columns in drawn for name in columns})
    edges = [np.searchsorted(columns["at"], days) for columns in drawn]
    for day in range(len(days) - 1):
        cuts = [slice(edge[day], edge[day + 1]) for edge in edges]
        rows = {
            name: np.concatenate(
                [
                    columns[name][cut] if name in columns else np.full(cut.stop - cut.start, UNSAID)
                    for columns, cut in zip(drawn, cuts, strict=True)
                ]
            )
            for name in names
        }
        rows["machine"] = np.repeat(np.arange(len(drawn)), [cut.stop - cut.start for cut in cuts])
        order = np.argsort(rows["at"], kind="stable")
        yield {name: column[order].astype(np.int64) for name, column in rows.items()}


def compact(columns: Columns) -> Columns:
    """Keep instants wide and everything else narrow: a history of ten million events stays in memory."""
    return {
        name: column if name.endswith("at") else column.astype(np.int32) for name, column in columns.items()
    }


def _named(texts: pa.Array, codes: Ints) -> pa.Array:
    return texts.take(_numbers(codes, pa.int64()))


def _numbers(values: Ints, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, mask=values == UNSAID)


def _pieces(values: Ints) -> pa.Array:
    return _numbers(values, pa.int64()).cast(pa.decimal128(38, 0)).cast(RAW.field("total").type)


def _raw(filled: dict[str, pa.Array], size: int) -> pa.Table:
    columns = [filled.get(field.name, pa.nulls(size, field.type)) for field in RAW]
    return pa.Table.from_arrays(columns, schema=RAW)
