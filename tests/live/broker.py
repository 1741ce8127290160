"""A real broker on loopback for the tests: started on a free port, stopped by its process id."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

PATIENCE_S = 20.0


def program() -> str:
    """The broker's program; without it there is nothing to test, and in CI that is a failure."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("mosquitto is not installed")
        pytest.skip("mosquitto is not installed")
    return found


def guarded(folder: Path, allowed: str) -> str:
    """Settings by which anybody comes in and may subscribe to one filter only.

    An `acl_file` of mosquitto 2 does not refuse a subscription, it silently holds messages back; its plugin
    for security refuses.
    """
    found = sorted(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail("the security plugin of mosquitto is not installed")
        pytest.skip("the security plugin of mosquitto is not installed")
    acl = {"acltype": "subscribePattern", "topic": allowed, "allow": True}
    rules = {
        "defaultACLAccess": {"subscribe": False, "publishClientSend": True, "publishClientReceive": True},
        "groups": [{"groupname": "anyone", "roles": [{"rolename": "reader"}]}],
        "roles": [{"rolename": "reader", "acls": [acl]}],
        "anonymousGroup": "anyone",
    }
    file = folder / "rules.json"
    file.write_text(json.dumps(rules))
    return f"allow_anonymous true\nplugin {found[0]}\nplugin_opt_config_file {file}\n"


class Mosquitto:
    """A broker with a folder of its own; what it keeps outlives a kill."""

    def __init__(self, folder: Path, more: str = "allow_anonymous true\n") -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            f"persistence true\npersistence_location {folder}/\n"
            "autosave_interval 1\nautosave_on_changes true\n"
            f"max_queued_messages 0\nuser {os.environ.get('USER', 'root')}\n{more}"
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process = subprocess.Popen(
            [program(), "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "the broker ended"
            assert time.monotonic() < end, "the broker does not listen"
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, number)
            self.process.wait(PATIENCE_S)
