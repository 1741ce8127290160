"""The reference data beside the checkout, read as its READMEs say."""

from __future__ import annotations

import csv
import gzip
import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the water loop: rows x sensors, seconds, and its labels."""

    name: str
    sensors: tuple[str, ...]
    values: Floats
    seconds: Floats
    anomaly: NDArray[np.bool_]
    changes: NDArray[np.int64]


@cache
def skab(folder: str) -> tuple[Run, ...]:
    """All runs of a folder, by number."""
    files = sorted((SHARED / "skab" / folder).glob("*.csv.gz"), key=lambda one: int(one.name.split(".")[0]))
    return tuple(_run(file) for file in files)


def _run(file: Path) -> Run:
    with gzip.open(file, "rt", newline="") as text:
        head, *rows = csv.reader(text, delimiter=";")
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    clock = np.array([row[0] for row in rows], dtype="datetime64[s]").astype(np.float64)
    labels = numbers[:, -2:] > 0
    return Run(
        f"{file.parent.name}/{file.name.split('.')[0]}",
        tuple(head[1:-2]),
        numbers[:, :-2],
        clock - clock[0],
        labels[:, 0],
        np.flatnonzero(labels[:, 1]),
    )


@cache
def tennessee(name: str) -> Floats:
    """A case of the Tennessee Eastman process, rows x 52; `d00` lies on its side in its file."""
    with lzma.open(SHARED / "tennessee-eastman-simulated" / f"{name}.dat.xz", "rt") as text:
        rows = np.loadtxt(text)
    return rows.T if name == "d00" else rows


@cache
def spc(name: str) -> Floats:
    """A series of the teaching sets: rows x columns, without a column of row names."""
    with (SHARED / "spc-process-monitoring" / f"{name}.csv").open(newline="") as text:
        head, *rows = csv.reader(text)
    first = 1 if head[0] == "" else 0
    return np.array([[float(cell or "nan") for cell in row[first:]] for row in rows])
