"""Many parameters at once: how far from normal they stand (T2), whether they fit together (Q), who does it.

Principal components by SVD of robustly scaled normal rows; earlier rows may stand beside (dynamic PCA, Ku,
Storer and Georgakis 1995). With `shrink` all components count and the small ones are held up (a ridge on the
covariance): then T2 alone sees what T2 and Q see together. Contributions of T2 add up to it; those of Q are
the squared residuals (Miller, Swanson and Heckler 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantstack.insights.drift.robust import Floats, spread

_STILL = 1e-9


@dataclass(frozen=True, slots=True)
class Seen:
    """What rows look like to a space; one entry a row.

    Attributes:
        t2: squared distance inside the space, in variances.
        q: squared distance from it, in squared spreads.
        of_t2, of_q: what each parameter contributes, rows x parameters; earlier rows
            are added to their parameter.
    """

    t2: Floats
    q: Floats
    of_t2: Floats
    of_q: Floats


@dataclass(frozen=True, slots=True)
class Space:
    """Where normal rows lie.

    Attributes:
        centre, scale: of each parameter.
        mean: of the scaled rows beside each other.
        axes: components x columns.
        variances: of the scores on the axes.
        lags: earlier rows that stand beside each row.
    """

    centre: Floats
    scale: Floats
    mean: Floats
    axes: Floats
    variances: Floats
    lags: int

    def see(self, rows: Floats) -> Seen:
        """Judge rows in order of time; the first `lags` have too little behind them and are left out."""
        around = beside((rows - self.centre) / self.scale, self.lags) - self.mean
        scores = around @ self.axes.T
        weighted = (scores / self.variances) @ self.axes
        of_t2 = around * weighted
        residual = around - scores @ self.axes
        return Seen(
            of_t2.sum(axis=1),
            (residual**2).sum(axis=1),
            self._by_parameter(of_t2),
            self._by_parameter(residual**2),
        )

    def blame(self, rows: Floats) -> Floats:
        """By how much T2 of each row falls once a parameter is made up from the others.

        Rows as in `see`, one column a parameter; earlier rows are added to their parameter.
        Source: reconstruction-based contributions, Alcala and Qin 2009.
        """
        around = beside((rows - self.centre) / self.scale, self.lags) - self.mean
        weights = (self.axes.T / self.variances) @ self.axes
        return self._by_parameter((around @ weights) ** 2 / np.maximum(np.diag(weights), _STILL))

    def signs(self, rows: Floats) -> Floats:
        """1 where a parameter stands above what the others let expect of it, -1 below; without lags."""
        weights = (self.axes.T / self.variances) @ self.axes
        return np.asarray(np.sign(((rows - self.centre) / self.scale - self.mean) @ weights), np.float64)

    def leeway(self) -> Floats:
        """Spread of each parameter around what the others let expect of it, in its own unit; without lags."""
        weights = (self.axes.T / self.variances) @ self.axes
        return np.asarray(self.scale / np.sqrt(np.maximum(np.diag(weights), _STILL)), dtype=np.float64)

    def _by_parameter(self, columns: Floats) -> Floats:
        parts = columns.reshape(len(columns), self.lags + 1, len(self.centre))
        return np.asarray(parts.sum(axis=1), dtype=np.float64)


def space(rows: Floats, kept: float = 0.9, lags: int = 0, shrink: float | None = None) -> Space:
    """Learn from normal rows.

    Args:
        rows: rows x parameters, in order of time, without holes.
        kept: share of the variance that the components are to hold; not used with `shrink`.
        lags: earlier rows beside each row.
        shrink: share of the mean variance added to each component, all of which are kept then.

    Raises:
        ValueError: with too few rows to have more than one direction.
    """
    if len(rows) < lags + 3:
        raise ValueError("too few normal rows")
    centre = np.median(rows, axis=0)
    scale = np.array([spread(column) for column in rows.T])
    scale = np.where(scale > _STILL * (1 + np.abs(centre)), scale, 1.0)  # what stands still has no spread
    columns = beside((rows - centre) / scale, lags)
    mean = columns.mean(axis=0)
    if shrink is not None:
        found, basis = np.linalg.eigh(np.atleast_2d(np.cov(columns.T)))
        return Space(centre, scale, mean, basis.T, np.clip(found, 0, None) + shrink * found.mean(), lags)
    _, singular, axes = np.linalg.svd(columns - mean, full_matrices=False)
    variances = singular**2 / (len(columns) - 1)
    held = np.cumsum(variances) / max(float(variances.sum()), _STILL)
    count = min(int(np.searchsorted(held, kept)) + 1, int((variances > _STILL).sum()) or 1)
    return Space(centre, scale, mean, axes[:count], variances[:count] + _STILL, lags)


def beside(rows: Floats, lags: int) -> Floats:
    """Each row with so many earlier ones beside it, newest first.

    >>> beside(np.array([[1.0], [2.0], [3.0]]), 1).tolist()
    [[2.0, 1.0], [3.0, 2.0]]
    """
    return np.hstack([rows[lags - lag : len(rows) - lag] for lag in range(lags + 1)])


def greatest(contributions: Floats, names: list[str], count: int = 3) -> list[tuple[str, float]]:
    """The parameters that contribute most to some rows together, with their shares.

    >>> greatest(np.array([[1.0, 3.0], [0.0, 4.0]]), ["flow", "heat"], 1)
    [('heat', 0.875)]
    """
    whole = np.clip(contributions, 0, None).sum(axis=0)
    total = float(whole.sum()) or 1.0
    first = np.argsort(-whole, kind="stable")[:count]
    return [(names[place], float(whole[place]) / total) for place in first]
