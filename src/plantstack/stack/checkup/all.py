"""Everything that is looked at, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plantstack.connectors.connections import read_connections
from plantstack.errors import ConfigError, Problem
from plantstack.intervals import DAY, SECOND
from plantstack.stack.checkup.finding import EXPOSES, LOSES, WEAKENS, Finding
from plantstack.stack.checkup.machine import machine_findings
from plantstack.stack.checkup.mosquitto import lint
from plantstack.stack.checkup.project import broker_findings, project_findings
from plantstack.stack.project import Stack

_ORDER = (LOSES, WEAKENS, EXPOSES)


def look(
    stack: Stack,
    *,
    now: int,
    seconds: Callable[[], float],
    year: int,
    broker_conf: Path | None = None,
    is_offline: bool = False,
) -> list[Finding]:
    """Look at a project, the machine it lies on, and its brokers.

    Args:
        stack: opened for reading.
        now: microseconds UTC.
        seconds: a clock that only goes on.
        year: it is now.
        broker_conf: settings of mosquitto; None: none are given.
        is_offline: brokers are not asked.

    Raises:
        ConfigError: when the settings of the broker cannot be read.
    """
    folder = stack.folder
    found = [*project_findings(folder, stack.plant, stack.log, now), *machine_findings(folder, seconds, year)]
    connections, _ = read_connections(folder)
    if not is_offline:
        found += broker_findings(connections)
    if broker_conf is not None:
        kept = [getattr(getattr(one.connector, "settings", None), "kept_s", 0) for one in connections]
        try:
            found += lint(broker_conf, max(kept, default=DAY // SECOND))
        except OSError as error:
            what = error.strerror or "cannot be read"
            raise ConfigError(
                Problem("broker-conf", broker_conf.name, what, "Name mosquitto.conf.")
            ) from error
    return sorted(found, key=lambda one: _ORDER.index(one.effect))
