"""The command replay-agent: an MTConnect agent of recordings, for whoever has none at hand."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from plantstack.errors import ConfigError, Problem
from plantstack.interfaces.answer import people
from plantstack.testing.agent import ReplayAgent
from plantstack.testing.recording import Model, Observed, read_log, read_streams


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("replay-agent")(replay_agent)


def replay_agent(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="The device model, Devices.xml.")],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Logs of adapters and documents of agents, packed or not."),
    ],
    device: Annotated[
        str, typer.Option("--device", help="Whose logs they are; without it how their names begin.")
    ] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="T", help="Leave out what logs repeat from before.")
    ] = "",
    speed: Annotated[float, typer.Option("--speed", min=0.01, max=1e9, help="How fast time goes.")] = 60.0,
    buffer: Annotated[
        int, typer.Option("--buffer", min=1, help="How many observations the agent keeps.")
    ] = 131_072,
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="On this machine only.")] = 5000,
) -> None:
    """Serve recorded observations as an MTConnect agent does, as time goes on."""
    known = _model(model)
    recorded = [one for path in files for one in _recorded(path, known, device, since)]
    if not recorded:
        what = "nothing in the files is of a device of the model"
        raise ConfigError(Problem("replay-nothing", model.name, what, "Name it with --device."))
    try:
        agent = ReplayAgent(known, recorded, speed=speed, buffer=buffer, port=port)
    except OSError as error:
        what = f"port {port} cannot be used: {error.strerror or error}"
        raise ConfigError(Problem("replay-port", str(port), what, "Name another with --port.")) from error
    with agent:
        told = f"{len(recorded):,} observations at {agent.url}, {speed:g} times as fast. Ctrl-C ends it."
        for number in (signal.SIGINT, signal.SIGTERM):  # a shell lets what runs beside it ignore Ctrl-C
            signal.signal(number, signal.default_int_handler)
        people().print(told, soft_wrap=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            people().print(f"{agent.numbers[1]:,} observations were told.")


def _model(path: Path) -> Model:
    try:
        return Model.read(path)
    except ImportError as error:
        what = "the parser of XML cannot be loaded"
        raise ConfigError(
            Problem("connector-extra", path.name, what, "Install plantstack[mtconnect].")
        ) from error
    except (OSError, ValueError) as error:
        what = f"is no device model: {getattr(error, 'strerror', None) or error}"
        raise ConfigError(Problem("replay-model", path.name, what, "Name a Devices.xml.")) from error


def _recorded(path: Path, model: Model, device: str, since: str) -> Iterator[Observed]:
    """What a file tells."""
    try:
        if ".xml" in path.suffixes:
            yield from read_streams(path, model)
        else:
            yield from read_log(path, model, device or path.name.partition("-")[0], since=since)
    except (OSError, ValueError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise ConfigError(Problem("replay-file", path.name, what, "Name a log or a document.")) from error
