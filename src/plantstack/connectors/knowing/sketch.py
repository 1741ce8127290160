"""How numbers are spread, in little room: twelve buckets a decade, as many as there are values for."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

A_DECADE = 12
_MIDDLE = 4_000  # the bucket of 1, so that the sign of a bucket is that of its values
_MOST = 50_000  # values; then older ones weigh half, so that slow drift is followed


class Sketch(msgspec.Struct, omit_defaults=True):
    """Numbers, counted by their magnitude.

    >>> sketch = Sketch()
    >>> for number in range(41):
    ...     sketch.see(float(number))
    >>> sketch.low, sketch.high, sketch.n
    (0.0, 40.0, 41)
    >>> 15 < sketch.quantile(0.5) < 25
    True
    """

    buckets: dict[int, int] = msgspec.field(default_factory=dict)
    n: int = 0
    low: float = 0.0
    high: float = 0.0

    def see(self, number: float) -> None:
        """Count a finite number."""
        if self.n == 0:
            self.low = self.high = number
        elif number < self.low:
            self.low = number
        elif number > self.high:
            self.high = number
        self.n += 1
        bucket = _bucket(number)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def join(self, other: Sketch) -> None:
        """Take what another one counted in."""
        if not other.n:
            return
        self.low = min(self.low, other.low) if self.n else other.low
        self.high = max(self.high, other.high) if self.n else other.high
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count
        self.n += other.n
        if self.n > _MOST:
            self.buckets = {bucket: -(-count // 2) for bucket, count in self.buckets.items()}
            self.n = sum(self.buckets.values())

    @property
    def n_other(self) -> int:
        """How many are not zero."""
        return self.n - self.buckets.get(0, 0)

    @property
    def reach(self) -> float:
        """The greatest magnitude there was."""
        return max(abs(self.low), abs(self.high))

    @property
    def n_kinds(self) -> int:
        """In how many buckets there is something."""
        return len(self.buckets)

    def quantile(self, share: float) -> float:
        """The number below which a share of all lies, to a tenth or so; 0 for none."""
        return _at(sorted(self.buckets.items()), share * self.n)

    def magnitude(self, share: float) -> float:
        """The same of what is not zero, without its sign."""
        sizes: dict[int, int] = {}
        for bucket, count in self.buckets.items():
            if bucket:
                sizes[abs(bucket)] = sizes.get(abs(bucket), 0) + count
        return _at(sorted(sizes.items()), share * self.n_other)

    def beyond(self, low: float, high: float) -> float:
        """Of what is not zero, the share below `low` or above `high`."""
        out = sum(count for bucket, count in self._others() if not low <= _value(bucket) <= high)
        return out / self.n_other if self.n_other else 0.0

    def overlap(self, other: Sketch) -> float:
        """How alike two are: 1 the same, 0 no value in common."""
        if not (self.n and other.n):
            return 0.0
        shared = set(self.buckets) & set(other.buckets)
        return sum(min(self.buckets[one] / self.n, other.buckets[one] / other.n) for one in shared)

    def _others(self) -> Iterator[tuple[int, int]]:
        return ((bucket, count) for bucket, count in self.buckets.items() if bucket)


def _bucket(number: float) -> int:
    """The bucket of a number; 0 is that of zero."""
    if number == 0:
        return 0
    place = _MIDDLE + math.floor(math.log10(abs(number)) * A_DECADE)
    return place if number > 0 else -place


def _value(bucket: int) -> float:
    """The middle of a bucket."""
    if bucket == 0:
        return 0.0
    size: float = 10.0 ** ((abs(bucket) - _MIDDLE + 0.5) / A_DECADE)
    return size if bucket > 0 else -size


def _at(counts: list[tuple[int, int]], wanted: float) -> float:
    seen = 0
    for bucket, count in counts:
        seen += count
        if seen >= wanted:
            return _value(bucket)
    return 0.0
