"""Every connection tried once, before it runs: what keeps it from reading, and what could be better."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.advice import Adviser
from plantstack.connectors.connections import Connection, read_connections
from plantstack.errors import ConfigError, PlantstackError, Problem


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of trying a connection.

    Attributes:
        name: of its file.
        kind: of its connector.
        problems: what keeps it from reading.
        advice: what could be better.
    """

    name: str
    kind: str
    problems: Sequence[Problem] = ()
    advice: Sequence[Problem] = ()


def probe(folder: Path) -> list[Probed]:
    """Try every connection of a project; nothing is read into the log.

    Raises:
        ConfigError: when a connection's file cannot be used as written.
    """
    connections, problems = read_connections(folder)
    if problems:
        raise ConfigError(problems)
    return asyncio.run(_probed(connections))


async def _probed(connections: Sequence[Connection]) -> list[Probed]:
    return list(await asyncio.gather(*map(_one, connections)))


async def _one(connection: Connection) -> Probed:
    name, kind, connector = connection.name, connection.kind, connection.connector
    try:
        problems = await connector.check()
        if problems:
            return Probed(name, kind, problems)
        return Probed(name, kind, (), await connector.advice() if isinstance(connector, Adviser) else ())
    except PlantstackError as error:
        return Probed(name, kind, error.problems)
