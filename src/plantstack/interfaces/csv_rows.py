"""Rows as CSV for spreadsheets: numbers are exact, and no text is taken for a formula."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from plantstack.interfaces.figures import unit_of

HEAD = (
    *("kpi", "version", "layer", "path", "from", "to", "label", "value", "unit", "low", "high"),
    *("target", "difference", "status", "trust", "why_none", "reported", "n_open", "offset"),
)
CSV_SAMPLE = (
    "kpi,version,layer,path,from,to,label,value,unit,low,high,target,difference,status,trust,why_none,"
    "reported,n_open,offset\r\noee,1,2,acme/tulsa/packing/line-1,2026-03-02T12:00:00Z,"
    "2026-03-03T12:00:00Z,2026-03-02,0.62,1,0.6,0.64,0.7,-0.08,missed,A,,,0,4711\r\n"
)
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is a formula to a spreadsheet


def kpi_csv(rows: Sequence[Mapping[str, Any]], offset: int | None) -> str:
    """KPI rows as CSV; behind the columns of `HEAD` one for each axis they are split by.

    Args:
        rows: as `Stack.kpis` gives them.
        offset: of the log, which they stand on.
    """
    axes = list(dict.fromkeys(axis for row in rows for axis in row["scope"] if axis != "path"))
    told = StringIO()
    out = csv.writer(told)
    out.writerow([*HEAD, *axes])
    for row in rows:
        scope, period, reported = row["scope"], row["period"], row["reported"] or {}
        value, target = row["value"], row["target"]
        apart = None if value is None or target is None else value - target
        cells = [row["kpi"], row["version"], row["layer"], scope.get("path", ""), period["from"]]
        cells += [period["to"], period["label"], value, unit_of(row), row["low"], row["high"]]
        cells += [target, apart, row["status"], row["trust"]["grade"], row["why_none"]]
        cells += [reported.get("value"), row["n_open"], offset, *(scope.get(axis, "") for axis in axes)]
        out.writerow([safe(cell) if isinstance(cell, str) else cell for cell in cells])
    return told.getvalue()


def safe(cell: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("film"), safe("-5")
    ("'=1+1", 'film', "'-5")
    """
    return f"'{cell}" if cell.startswith(_RISKY) else cell
