"""A server whose clock begins at an instant of a history: `python -m bench.serve_at DIR INSTANT`.

A demo group goes on living, as it does for whoever looks at it.
"""

from __future__ import annotations

import socket
import sys
import time
from pathlib import Path

from plantstack.demo.living.ahead import living
from plantstack.interfaces.serve import run
from plantstack.live.running import Running


def serve(project: Path, begin: int) -> None:
    ahead = begin - time.monotonic_ns() // 1000
    running = Running(project, lambda: ahead + time.monotonic_ns() // 1000, also=living(project))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        run(running, listening)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
