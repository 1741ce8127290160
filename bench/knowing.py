"""How often real signals raise a false alarm, and how soon a planted change is seen.

    python bench/knowing.py ../shared/data

Weeks of real machines are gone through as if they were live. Nothing changed its meaning in them, so every
doubt is a false alarm. Then the last third is changed: ten times as much, two tags swapped, another type.
"""

from __future__ import annotations

import csv
import gzip
import lzma
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from plantstack.connectors.knowing.signal import Signal
from plantstack.connectors.knowing.signals import Doubt, Signals
from plantstack.intervals import DAY, HOUR, rfc3339

Told = tuple[int, str, str, bool]  # instant, tag, value, is bad


def adapter(folder: Path) -> Iterator[Told]:
    """What an MTConnect adapter wrote, a file a day."""
    for path in sorted(folder.glob("*.xz")):
        for line in lzma.decompress(path.read_bytes()).decode(errors="replace").splitlines():
            parts = line.split("|")
            if len(parts) >= 3:
                try:
                    at = datetime.fromisoformat(parts[0].rstrip("Z")[:26]).replace(tzinfo=UTC)
                except ValueError:
                    continue
                value = parts[2]
                yield int(at.timestamp() * 1e6), parts[1], value, value.upper() == "UNAVAILABLE"


def table(path: Path, when: str, by: str = "") -> Iterator[Told]:
    """Columns of a CSV; `by` is the column that tells machines apart."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    for row in csv.DictReader(text.splitlines()):
        at = datetime.fromisoformat(row[when])
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        for name, value in row.items():
            if name not in (when, by):
                yield int(at.timestamp() * 1e6), f"{row[by]}.{name}" if by else name, value, False


def doubts(told: Iterable[Told]) -> tuple[Signals, list[Doubt]]:
    """Go through as a server does: compared once a quarter of an hour."""
    signals, found, next_at, first = Signals(), [], 0, 0
    for at, tag, value, is_bad in told:
        first = first or at
        one = signals.of.setdefault(tag, Signal(feeds=[f"{tag.split('.')[0] if '.' in tag else 'x'} state"]))
        if at >= one.last:
            one.see(value, is_bad, at, HOUR)
        if at >= next_at:
            found += signals.compare("x", at)
            next_at = at + HOUR // 4
    return signals, found


def changed(told: list[Told], since: int, change: Callable[[Told], Told]) -> Iterator[Told]:
    """The same with a change from an instant on."""
    return (change(one) if one[0] >= since else one for one in told)


def main(data: Path) -> None:
    """Print a line a source."""
    sources: dict[str, Callable[[], Iterator[Told]]] = {
        name: (lambda name=name: adapter(data / "nist-sms-machines" / name))
        for name in ("GFAgie01", "Hurco01", "Mazak01", "Mazak03")
    }
    retrofit = next((data / "sme-retrofit-machines").glob("*.gz"))
    sources["sme-retrofit"] = lambda: table(retrofit, "ts", "asset")
    heat = data / "nab-machine-temperature/machine_temperature_system_failure.csv"
    sources["nab-temperature"] = lambda: table(heat, "timestamp")
    for name, read in sources.items():
        begun = time.perf_counter()
        told = list(read())
        told = told[len(told) // 500 :]  # stale snapshots are dated before all
        signals, found = doubts(told)
        span = (told[-1][0] - told[0][0]) / DAY
        known = [tag for tag, one in signals.of.items() if one.is_known or one.doubted]
        print(f"{name}: {len(told):,} values, {len(signals.of)} tags, {len(known)} known, {span:.0f} days")
        print(
            f"  false alarms {len(found)}; {1e6 * (time.perf_counter() - begun) / len(told):.1f} us a value, "
            f"{len(signals.text()):,} bytes kept"
        )
        for one in found:
            print("   ", rfc3339(one.raised_at)[:16], one.kind, one.told)
        if len(told) < 1_000_000:
            plant(told, set(known), {one.tag for one in found})


def plant(told: list[Told], known: set[str], spoiled: set[str]) -> None:
    """Change each known numeric tag in the last third, one at a time, and see whether it is found."""
    since = told[2 * len(told) // 3][0]
    by_tag: dict[str, list[Told]] = {}
    for one in told:
        by_tag.setdefault(one[1], []).append(one)
    values: Counter[str] = Counter(
        tag for at, tag, value, bad in told if at >= since and not bad and number(value)
    )
    for label, change in (("x10", 10.0), ("/10", 0.1), ("text", None)):
        found, missed, delays = 0, [], []
        for tag in sorted(known - spoiled):
            if values[tag] < 100:
                continue
            mine = by_tag[tag]
            _, raised = doubts(changed(mine, since, lambda one, by=change: spoil(one, by)))
            raised = [one for one in raised if one.since >= since - DAY]
            if raised:
                found += 1
                delays.append((raised[0].raised_at - since) / HOUR)
            else:
                missed.append(tag)
        delays.sort()
        middle = f", half of them within {delays[len(delays) // 2]:.0f} h" if delays else ""
        told_of = f"{found} of {found + len(missed)} found{middle}"
        print(f"  planted {label}: {told_of}; missed {' '.join(missed)[:160]}")


def number(value: str) -> bool:
    """Whether a text is a number that is not zero."""
    try:
        return float(value) != 0
    except ValueError:
        return False


def spoil(one: Told, by: float | None) -> Told:
    """A value with another meaning."""
    at, tag, value, is_bad = one
    if is_bad:
        return one
    try:
        return at, tag, str(float(value) * by) if by else f"v{value}", is_bad
    except ValueError:
        return one


if __name__ == "__main__":
    main(Path(sys.argv[1]))
