"""A server whose log breaks on purpose: `python -m tests.live.child DIR COMMITS`.

After so many commits the writer meets an error that nobody foresaw.
"""

from __future__ import annotations

import socket
import sqlite3
import sys
from pathlib import Path

import typer
from tests.live.shift import clock

from plantstack.interfaces.serve import run
from plantstack.live.running import Running


def serve_until_broken(project: Path, commits: int) -> None:
    left = commits

    def breaks(point: str, _connection: sqlite3.Connection) -> None:
        nonlocal left
        left -= point == "written"
        if left < 0:
            raise RuntimeError("nobody foresaw this")

    running = Running(project, clock)
    running.writer.log.probe = breaks
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        try:
            run(running, listening)
        except typer.Exit as left_with:
            sys.exit(left_with.exit_code)


if __name__ == "__main__":
    serve_until_broken(Path(sys.argv[1]), int(sys.argv[2]))
