"""Limits of measured levels, learned from files that a mapping reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plantstack.connectors.load import load_files
from plantstack.connectors.mapping.read import load_mapping
from plantstack.connectors.mapping.thresholds import Split, propose
from plantstack.errors import Problem
from plantstack.stack.files.checking import mapping_file

_HELD = 10.0  # usual steps: a value is not taken to hold longer, the source may have been away


@dataclass(frozen=True, slots=True)
class Level:
    """A parameter of a machine, and what its readings say about two levels."""

    equipment: str
    parameter: str
    split: Split


def learn_levels(folder: Path, name: str, files: Sequence[Path]) -> tuple[list[Level], list[Problem]]:
    """Propose limits for every parameter that a mapping reads from files.

    Args:
        folder: of the project.
        name: of the mapping; its rules of kind `reading` say what is looked at.
        files: recorded, in any order.

    Returns:
        One entry a machine and parameter, and why files could not be read.

    Raises:
        ConfigError: when there is no such mapping, or it cannot be read.
    """
    mapping = load_mapping(mapping_file(folder, name))
    series: dict[tuple[str, str], dict[int, float]] = {}
    problems: list[Problem] = []
    for batch in load_files(files, mapping):
        problems += batch.refused
        columns = ("kind", "equipment", "parameter", "at", "value")
        for kind, *key, at, value in zip(*(batch.events[one].to_pylist() for one in columns), strict=True):
            if kind == "reading" and value is not None:
                series.setdefault((str(key[0]), str(key[1])), {})[at] = value
    found = [Level(*of, _learned(values)) for of, values in sorted(series.items())]
    return found, problems


def _learned(values: dict[int, float]) -> Split:
    """Limits of one series, each value weighted with how long it held."""
    at = np.array(sorted(values), dtype=np.float64)
    steps = np.diff(at, append=at[-1])
    usual = float(np.median(steps[:-1])) if len(at) > 1 else 0.0
    held = np.clip(steps, 0.0, _HELD * usual)
    held[-1] = usual
    return propose([values[int(one)] for one in at], held)
