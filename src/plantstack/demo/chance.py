"""Chance drawn in blocks: one number at a time for the simulation, fast and repeatable."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

_BLOCK = 4096


class Chance:
    """Endless streams of numbers from one generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        waits, shares, bells = rng.spawn(3)
        self._waits = _stream(lambda: waits.standard_exponential(_BLOCK))
        self._shares = _stream(lambda: shares.random(_BLOCK))
        self._bells = _stream(lambda: bells.standard_normal(_BLOCK))

    def wait(self) -> float:
        """An exponential number of mean one."""
        return next(self._waits)

    def share(self) -> float:
        """A number between 0 and 1."""
        return next(self._shares)

    def bell(self) -> float:
        """A standard normal number."""
        return next(self._bells)


def _stream(draw: Callable[[], np.ndarray]) -> Iterator[float]:
    while True:
        yield from draw().tolist()
