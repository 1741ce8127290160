"""What a connection's source has to offer: every value it shows, and what known models say of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from plantstack.connectors.connections import read_sources
from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.seen import Seen
from plantstack.connectors.registry import browse_of
from plantstack.errors import ConfigError, Problem, did_you_mean


def browse(folder: Path, name: str) -> list[Seen]:
    """Ask the source of a connection what it has; nothing is written, called or read into the log.

    Its mapping plays no part, and may be missing.

    Raises:
        ConfigError: when there is no such connection, or its kind cannot be browsed.
        Retry: when the source cannot be reached.
        Fatal: when somebody must act first.
    """
    sources = {one.name: one for one in read_sources(folder)}
    if name not in sources:
        what = f"there is no connection '{name}'"
        raise ConfigError(Problem("connection-missing", name, what, did_you_mean(name, sources)))
    found = sources[name].connection
    if found is None:
        raise ConfigError(sources[name].problems)
    ask = browse_of(found.kind)
    if ask is None:
        what = f"a source of kind '{found.kind}' does not say what it has"
        raise ConfigError(
            Problem("connection-browse", name, what, "Its guide says how to find what it sends.")
        )
    return list(asyncio.run(ask(found.connector)))


def row_of(seen: Seen) -> dict[str, Any]:
    """Return a value as a row of an answer."""
    row: dict[str, Any] = {
        "tag": seen.tag,
        "type": seen.type,
        "samples": list(seen.samples),
        "unit": seen.unit,
    }
    row |= {"path": list(seen.path), "words": dict(seen.words), "note": seen.note}
    if isinstance(seen, Offer):
        row |= {"node": seen.node, "model": seen.model, "means": seen.means, "states": dict(seen.states)}
    return row
