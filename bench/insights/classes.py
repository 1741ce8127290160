"""Steel plates by their faults, lenses by their quality: `python -m bench.insights.classes`.

The published way: stratified five folds over shuffled rows (they are sorted by class and carry no time). A
random forest stands for what others reached, beside it always the most frequent class. What the rule search
finds is scored on rows it had not seen.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

from plantstack.insights.patterns.pattern import Pattern, patterns
from plantstack.insights.patterns.sample import Floats, Ints, Named, Sample

SHARED = Path(__file__).parents[3] / "shared" / "data"
FAULTS = ("other", "bumps", "K-scratch", "Z-scratch", "pastry", "stains", "dirtiness")
QUALITY: Mapping[int, str] = {1: "waste", 2: "acceptable", 3: "target", 4: "better than needed"}
_SEED, _FOLDS, _TREES = 7, 5, 300
ALPHA = 0.01


@dataclass(frozen=True, slots=True)
class Rows:
    """A table whose rows belong to classes.

    Attributes:
        measured: columns.
        label: class of each row.
        classes: names by label.
    """

    measured: Mapping[str, Floats]
    label: Ints
    classes: Mapping[int, str]

    @property
    def matrix(self) -> Floats:
        """All columns beside each other."""
        return np.column_stack(list(self.measured.values()))


def plates(data: Path = SHARED) -> Rows:
    """Steel plates with the sort of their fault."""
    path = data / "steel-plate-faults" / "faults_rows_mod10_3to9.csv"
    return _read(path, ",", "failure.type", ("target",), dict(enumerate(FAULTS)))


def lenses(data: Path = SHARED) -> Rows:
    """Moulded lenses with their quality."""
    return _read(
        data / "injection-moulding-lenses" / "lenses_rows_mod10_3to9.csv", ";", "quality", (), QUALITY
    )


def _read(path: Path, mark: str, label: str, left_out: Sequence[str], classes: Mapping[int, str]) -> Rows:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=mark))
    names = [one for one in rows[0] if one != label and one not in left_out]
    measured = {one: np.array([float(row[one]) for row in rows]) for one in names}
    return Rows(measured, np.array([int(float(row[label])) for row in rows]), classes)


def forest(rows: Rows, trees: int = _TREES) -> float:
    """Accuracy of a random forest over stratified five folds."""
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
    model = RandomForestClassifier(trees, random_state=_SEED, n_jobs=1)
    return float(cross_val_score(model, rows.matrix, rows.label, cv=folds).mean())


def most_frequent(rows: Rows) -> float:
    """Accuracy of whoever always says the most frequent class."""
    return float(np.bincount(rows.label).max() / len(rows.label))


def found(rows: Rows, label: int) -> list[Pattern]:
    """Rules for one class; half of the rows of every class, by chance, are held out."""
    rng = np.random.default_rng(_SEED)
    held = np.zeros(len(rows.label), dtype=np.bool_)
    for one in np.unique(rows.label):
        mine = rng.permutation(np.flatnonzero(rows.label == one))
        held[mine[: len(mine) // 2]] = True
    size = len(rows.label)
    sample = Sample(
        np.ones(size),
        (rows.label == label).astype(np.float64),
        np.arange(size, dtype=np.int64),
        held,
        dict[str, Named](),
        rows.measured,
    )
    return patterns(sample, alpha=ALPHA)


def main() -> None:
    """Print every figure."""
    write = sys.stdout.write
    for name, rows in (("steel plates", plates()), ("lenses", lenses())):
        write(f"{name}: {len(rows.label)} rows, {len(rows.measured)} columns\n")
        write(f"  random forest {forest(rows):.3f}, always the most frequent {most_frequent(rows):.3f}\n")
        for label, told in rows.classes.items():
            for one in found(rows, label):
                rate, rest = float(one.held.inside.rate[0]), float(one.held.outside.rate[0])
                n = int(one.held.inside.total[0])
                write(f"  {told}: {one.rule}\n    held out {rate:.2f} of {n}, {rest:.3f} of the others\n")
    cycle = lenses().measured["ZUx - Cycle time"]
    for label, told in QUALITY.items():
        write(f"cycle time of {told}: {np.median(cycle[lenses().label == label]):.2f} s\n")


if __name__ == "__main__":
    main()
