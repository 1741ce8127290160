"""What follows from sums that are known, by adding them and taking one from another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

_PRIME = (1 << 61) - 1  # counting modulo a prime this large, nothing falls to 0 that is not


class Known:
    """Sums of unknown numbers that somebody knows.

    >>> known = Known([{"a", "b", "c"}, {"c"}])
    >>> known.tells({"a", "b"}), known.tells({"a"})
    (True, False)
    """

    def __init__(self, sums: Iterable[Iterable[Hashable]] = ()) -> None:
        self._rows: dict[Hashable, dict[Hashable, int]] = {}  # by the number each begins with
        for one in sums:
            self.add(one)

    def add(self, parts: Iterable[Hashable]) -> None:
        """Let the sum of some numbers be known."""
        left = self._left(parts)
        if left:
            first = next(iter(left))
            inverse = pow(left[first], -1, _PRIME)
            self._rows[first] = {one: weight * inverse % _PRIME for one, weight in left.items()}

    def tells(self, parts: Iterable[Hashable]) -> bool:
        """Whether the sum of some numbers follows from what is known."""
        return not self._left(parts)

    def _left(self, parts: Iterable[Hashable]) -> dict[Hashable, int]:
        """A sum less what is known of it."""
        left = dict.fromkeys(parts, 1)
        while True:
            first = next((one for one in left if one in self._rows), None)
            if first is None:
                return left
            weight = left[first]
            for one, share in self._rows[first].items():
                rest = (left.get(one, 0) - weight * share) % _PRIME
                if rest:
                    left[one] = rest
                else:
                    left.pop(one, None)
