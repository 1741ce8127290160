"""Which kinds of connectors there are: one folder each of ours, and what other packages bring.

A package adds a kind by an entry point of the group `plantstack.connectors`: its name is the kind, its value
a module with a function `connect(fields, project)` that reads the settings and returns a `Connector`. Code is
imported when a connection of the kind is read, so an absent extra hurts nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from plantstack.connectors.contract import Connector
from plantstack.connectors.learning.seen import Seen
from plantstack.errors import ConfigError, Problem, did_you_mean
from plantstack.plant.source import Fields

GROUP = "plantstack.connectors"

Browse = Callable[[Any], Coroutine[Any, Any, Sequence[Seen]]]

OURS = {
    "drop": "plantstack.connectors.drop.connector",
    "ethernetip": "plantstack.connectors.ethernetip.connector",
    "modbus": "plantstack.connectors.modbus.connector",
    "mqtt": "plantstack.connectors.mqtt.connector",
    "mtconnect": "plantstack.connectors.mtconnect.connector",
    "opcua": "plantstack.connectors.opcua.connector",
    "s7": "plantstack.connectors.s7.connector",
    "sparkplug": "plantstack.connectors.sparkplug.connector",
    "sql": "plantstack.connectors.sql.connector",
}
OF_FILES = ("drop",)  # what of ours reads whole files and no messages


def kinds() -> list[str]:
    """Return the name of every kind, ours first."""
    return [*OURS, *sorted(one.name for one in entry_points(group=GROUP) if one.name not in OURS)]


def connector_of(kind: str, fields: Fields, project: Path) -> Connector:
    """Read the settings of a kind and return its connector.

    Raises:
        ConfigError: when there is no such kind, or it needs a package that is not installed.
    """
    found: Connector = _module(kind).connect(fields, project)
    return found


def needs_mapping(kind: str) -> bool:
    """Whether what a kind yields says nothing without a mapping: messages do, events in our words do not.

    A module of a kind may have `NEEDS_MAPPING = True` beside `connect`; without it, it does not.
    """
    return (kind in OURS and kind not in OF_FILES) or bool(getattr(_module(kind), "NEEDS_MAPPING", False))


def browse_of(kind: str) -> Browse | None:
    """Return how a source of a kind is asked for what it has; None for kinds that cannot be asked.

    A module of a kind may have a function `browse(settings)` beside `connect`; settings are those of its
    connector.
    """
    ask = getattr(_module(kind), "browse", None)
    return None if ask is None else lambda connector: ask(connector.settings)


def _module(kind: str) -> ModuleType:
    theirs = {one.name: one for one in entry_points(group=GROUP)}
    try:
        if kind in OURS:
            return import_module(OURS[kind])
        if kind in theirs:
            found: ModuleType = theirs[kind].load()
            return found
    except ImportError as error:
        what = f"a connector '{kind}' needs the package '{error.name}'"
        raise ConfigError(Problem("connector-extra", kind, what, f"Install plantstack[{kind}].")) from error
    what = f"there is no kind of connector '{kind}'"
    raise ConfigError(Problem("connector-kind", kind, what, did_you_mean(kind, kinds())))
