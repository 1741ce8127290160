"""Every connection tried once, before it runs: what keeps it from reading, and what could be better."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from plantstack.connectors.advice import Adviser
from plantstack.connectors.connections import Source, read_sources
from plantstack.errors import PlantstackError, Problem

_MISSING = "mapping-missing"


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of trying a connection.

    Attributes:
        name: of its file.
        kind: of its connector.
        problems: what keeps it from reading.
        advice: what could be better.
        is_unmapped: its mapping does not exist yet.
    """

    name: str
    kind: str
    problems: Sequence[Problem] = ()
    advice: Sequence[Problem] = ()
    is_unmapped: bool = False


def probe(folder: Path) -> list[Probed]:
    """Try every connection of a project; nothing is read into the log.

    A file that cannot be used is one of them, with its problems: it keeps none of the others.
    """
    return asyncio.run(_probed(read_sources(folder)))


async def _probed(sources: Sequence[Source]) -> list[Probed]:
    return list(await asyncio.gather(*map(_one, sources)))


async def _one(source: Source) -> Probed:
    """A mapping that does not exist yet is no reason not to try: it is drafted from what is found."""
    missing = [replace(one, fix=_draft(source.name)) for one in source.problems if one.code == _MISSING]
    wrong = [one for one in source.problems if one.code != _MISSING]
    if source.connection is None:
        return Probed(source.name, "", wrong)
    connector, kind = source.connection.connector, source.connection.kind
    lacks = bool(missing)
    try:
        wrong += await connector.check()
        advice = await connector.advice() if not wrong and isinstance(connector, Adviser) else ()
    except PlantstackError as error:
        return Probed(source.name, kind, [*wrong, *error.problems], missing, lacks)
    return Probed(source.name, kind, wrong, [*missing, *advice], lacks)


def _draft(name: str) -> str:
    draft = f"plantstack map learn DIR --connection {name} --write {name}"
    return f"Draft it: '{draft}'; the connection names it: 'mapping: {name}'."
