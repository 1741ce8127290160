"""The command simulate: a plant that lives on a broker, for whoever has none at hand."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from plantstack.demo.living.simulation import BEFORE, NAME, Simulation, Stream
from plantstack.demo.living.wiring import write_wiring
from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.interfaces.answer import Project, people
from plantstack.intervals import HOUR, SECOND, rfc3339
from plantstack.plant.load import load_plant


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("simulate")(simulate)


def simulate(
    project: Project,
    mqtt: Annotated[str, typer.Option("--mqtt", metavar="HOST:PORT", help="The broker.")],
    speed: Annotated[
        float, typer.Option("--speed", min=0.01, max=1e9, help="How fast, until it has caught up with now.")
    ] = 60.0,
    hours: Annotated[
        float, typer.Option("--hours", min=0.0, max=24.0 * BEFORE, help="How many hours ago it begins.")
    ] = 8.0,
    sites: Annotated[int, typer.Option("--sites", min=1, max=4, help="Of a new simulation.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of a new simulation.")] = 1,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only write the folder, publish nothing.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="End as soon as it has caught up with now.")] = False,
) -> None:
    """Publish what simulated machines, tablets and an ERP say, as time goes on.

    A folder that is empty gets plant files, connections and mappings; one that was written so goes on.
    """
    broker = _broker(mqtt)
    simulation, stream = _simulation(project, broker, sites=sites, seed=seed)
    if prepare:
        told = f"{project} is ready: 'plantstack serve {project}', then this command without --prepare."
        people().print(told, soft_wrap=True)
        return
    publishing = _publishing()
    publisher = publishing.Publisher(broker)
    people().print(f"Publishing at {mqtt}, as of {hours:g} hours ago. Ctrl-C ends it.")
    try:
        begun = _now()
        pace = publishing.Pace(begun - round(hours * HOUR), begun, speed)
        done = publishing.play(
            stream, publisher, pace, _now, time.sleep, until=simulation.until, is_once=once
        )
    except KeyboardInterrupt:
        done = _now()
    finally:
        publisher.end()
    people().print(f"{publisher.published:,} messages; simulated until {rfc3339(done // SECOND * SECOND)}.")


def _simulation(
    project: Path, broker: tuple[str, int], *, sites: int, seed: int
) -> tuple[Simulation, Stream]:
    if (project / NAME).is_file():
        simulation = Simulation.open(project)
    else:
        simulation = Simulation.begin(project, now=_now(), seed=seed, sites=sites)
    if simulation.until <= _now():
        what = f"the simulation has ended at {rfc3339(simulation.until)}"
        raise ConfigError(Problem("simulation-over", project.name, what, "Begin one in another folder."))
    stream = Stream(load_plant(project).enterprise, simulation.history(project))
    write_wiring(project, stream.enterprise, stream.sources, broker)
    return simulation, stream


def _broker(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        what = f"expected HOST:PORT, came '{text}'"
        raise QueryError(Problem("simulate-broker", "--mqtt", what, "Write 127.0.0.1:1883."))
    return host.strip("[]"), int(port)


def _publishing() -> ModuleType:
    """What talks to a broker needs a package of its own."""
    try:
        return import_module("plantstack.demo.living.publishing")
    except ImportError as error:
        what = f"publishing needs the package '{error.name}'"
        raise ConfigError(Problem("connector-extra", "mqtt", what, "Install plantstack[mqtt].")) from error


def _now() -> int:
    return time.time_ns() // 1000
