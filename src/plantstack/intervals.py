"""Half-open spans of time in whole microseconds UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The span [start, end) in microseconds since 1970 UTC.

    >>> Interval(0, 10).clip(Interval(5, 20))
    Interval(start=5, end=10)
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"interval ends before it starts: {self.start} > {self.end}")

    @property
    def length(self) -> int:
        """Length in microseconds."""
        return self.end - self.start

    def clip(self, other: Interval) -> Interval | None:
        """Return the common part, or None when there is none."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None


def to_us(instant: datetime) -> int:
    """Turn an aware datetime into whole microseconds UTC, exactly.

    Raises:
        ValueError: when the datetime carries no offset.

    >>> to_us(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    return (instant - _EPOCH) // timedelta(microseconds=1)


def told_us(text: object) -> int | None:
    """Read an instant that somebody told in a free object; None for whatever is none.

    >>> told_us("1970-01-01T00:00:01Z"), told_us("yesterday"), told_us("1970-01-01T00:00:01"), told_us(None)
    (1000000, None, None, None)
    """
    try:
        return to_us(datetime.fromisoformat(str(text)))
    except (ValueError, OverflowError):
        return None


def from_us(us: int) -> datetime:
    """Turn microseconds UTC into an aware datetime.

    >>> from_us(1_000_000).isoformat()
    '1970-01-01T00:00:01+00:00'
    """
    return _EPOCH + timedelta(microseconds=us)


def rfc3339(us: int) -> str:
    """Write an instant as RFC 3339 UTC, microseconds only where there are any.

    >>> rfc3339(1_500_000)
    '1970-01-01T00:00:01.500000Z'
    """
    return from_us(us).isoformat().replace("+00:00", "Z")
