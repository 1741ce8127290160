"""A real PostgreSQL on loopback for the tests: a folder and a port of its own, stopped by its process id."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PATIENCE_S = 30.0
OWNER = "owner-of-all"  # a password that nothing says by itself


def programs() -> Path:
    """Where its programs are; without them there is nothing to test, and in CI that is a failure."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found is None and not places:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    return (places[-1] if places else Path(str(found)).resolve()).parent


def _as_somebody() -> list[str]:
    """It refuses to run as root: then as the user that its package made."""
    if os.getuid():
        return []
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]


class Postgres:
    """A server with an empty database; what it holds is gone with it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="plantstack-pg-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        secret = self.folder / "secret"
        secret.write_text(OWNER)
        if not os.getuid():
            for path in (self.folder, secret):
                shutil.chown(path, "postgres", "postgres")
        made = ["-D", str(self.folder / "data"), "-U", "owner", "-A", "scram-sha-256", f"--pwfile={secret}"]
        self._run("initdb", *made, "-E", "UTF8", "--no-sync", "--locale=C")
        self.process: subprocess.Popen[bytes] | None = None

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_somebody(), str(programs() / program), *arguments]
        told = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        assert told.returncode == 0, told.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        command = [*_as_somebody(), str(programs() / "postgres"), "-D", str(self.folder / "data")]
        command += ["-p", str(self.port), *(f"--{name}={value}" for name, value in options.items())]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE_S
        while True:
            ready = [str(programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return
            assert self.process.poll() is None, "the database ended"
            assert time.monotonic() < end, "the database does not answer"
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGQUIT)
            self.process.wait(PATIENCE_S)

    def remove(self) -> None:
        """End it and remove what it held."""
        self.stop()
        shutil.rmtree(self.folder)
