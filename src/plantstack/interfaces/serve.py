"""The command serve: run a plant; events come in, answers go out, until it is told to stop."""

from __future__ import annotations

import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn

from plantstack.demo.living.ahead import about_of, is_demo, living
from plantstack.errors import ConfigError, Problem
from plantstack.interfaces.answer import CRASH, Project, complain, people
from plantstack.interfaces.api.app import create_app
from plantstack.interfaces.api.hosts import LOOPBACK, name_of
from plantstack.interfaces.api.patience import PatientProtocol
from plantstack.interfaces.api.proxies import Proxies, read_proxies
from plantstack.interfaces.people import is_anybody_in, set_up_token
from plantstack.intervals import rfc3339
from plantstack.live.clock import SteadyClock
from plantstack.live.running import Running

_PATIENCE_S = 8  # of open connections, once it is told to stop
_SWITCH_S = 0.0005  # the writer lets go with each statement: it must not wait long behind a derivation


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("serve")(serve)


def serve(
    project: Project,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; this machine by default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8321,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--proxy", metavar="ADDRESS", help="A proxy before it; its X-Forwarded-For is believed."
        ),
    ] = None,
) -> None:
    """Run a plant: take events in, keep the books fresh, answer over HTTP."""
    proxies = read_proxies(proxy or ())
    with listening(host, port) as taken:
        running = Running(project, clock=steady_clock(), chance=random.random, also=living(project))
        named = f"[{host.strip('[]')}]" if ":" in host else host
        address = f"http://{named}:{taken.getsockname()[1]}"
        run(running, taken, lambda: _tell(project, host, address), proxies)


def _tell(project: Path, host: str, address: str) -> None:
    people().print(f"plantstack runs at {address} (API: {address}/docs). Ctrl-C stops it.")
    if is_demo(project):
        people().print(_lives_until(about_of(project).end), soft_wrap=True)
    if name_of(host) not in LOOPBACK:
        _invite(project, address)


def _lives_until(end: int) -> str:
    """How long a demo group goes on living, and what comes then."""
    is_over = time.time_ns() // 1000 > end
    told = "What was simulated ended at" if is_over else "This demo group was simulated up to"
    then = "nothing new happens" if is_over else "then nothing new happens"
    return f"{told} {rfc3339(end)}; {then}. 'plantstack demo' with another folder makes a group up to now."


def _invite(project: Path, address: str) -> None:
    """Where others can reach the server and nobody may administer it: print how the first admin is made."""
    if is_anybody_in(project):
        return
    secret = set_up_token(project)
    people().print(
        f"Nobody is answered yet. Open {address}/setup and enter this token, good for a day:\n{secret}"
    )


def run(
    running: Running,
    taken: socket.socket,
    tell: Callable[[], None] = lambda: None,
    proxies: Proxies = (),
) -> None:
    """Serve until a signal comes, then write what was handed over and let go of the plant.

    Args:
        running: the plant.
        taken: where to listen.
        tell: prints that it runs, and how it is stopped: from then on it can be.
        proxies: whose word about where a request comes from is believed.

    Raises:
        typer.Exit: with the code of a crash when only a new start helps.
    """
    server = _Server(running, proxies)
    sys.setswitchinterval(_SWITCH_S)
    try:
        with server.capture_signals():
            tell()
            sys.stdout.flush()
            server.run(sockets=[taken])
    finally:
        why = _why(running)
        running.close()
    if server.gave_up:
        complain([Problem("serve-stopped", running.plant.project_id, *why)])
        raise typer.Exit(CRASH)


def steady_clock() -> SteadyClock:
    """The clock of a server: this machine's, but it never goes back."""
    return SteadyClock(lambda: time.time_ns() // 1000, lambda: time.monotonic_ns() // 1000)


def _why(running: Running) -> tuple[str, str]:
    why = "; ".join(running.health().why) or "the server could not go on"
    return why, "What was acknowledged is safe. Start it again."


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port before anything else, so that a taken one is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((host.strip("[]"), port))
            taken.listen(256)
        except OSError as error:
            fix = "Choose another one with --host and --port."
            what = f"cannot listen there: {error.strerror or error}"
            raise ConfigError(Problem("serve-port", f"{host}:{port}", what, fix)) from error
        yield taken


class _Server(uvicorn.Server):
    """Stops on a signal, and when the plant cannot be run any longer."""

    def __init__(self, running: Running, proxies: Proxies) -> None:
        self.gave_up = False
        self._running = running
        app = create_app(running, give_up=self._give_up)
        app.state.proxies = proxies
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                log_level="critical",  # whoever meets an error tells it in one line, without a trace
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                limit_concurrency=512,
                timeout_graceful_shutdown=_PATIENCE_S,
            )
        )

    def _give_up(self) -> None:
        self.gave_up = self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGTERM and Ctrl-C: that is what was asked for, so the exit code is 0."""

        def stop(_number: int, _frame: Any) -> None:
            self.should_exit = True
            self._running.say_goodbye()

        kept = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
