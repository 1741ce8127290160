"""Hours of a plant in minutes: producers over MQTT and HTTP, faults all the while, memory looked at.

    python -m tests.live.soak --minutes 10 [--seed N] [--kill]

The wire to the broker is cut and held, the broker is started anew, the server stands still; with `--kill` it
is killed too, and its memory is then not judged. In the end all that anybody was told is safe is looked for.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tests.live.broker import Mosquitto
from tests.live.shift import MACHINES, clock, plant

from plantstack.connectors.mqtt.session import Session
from plantstack.connectors.mqtt.settings import Settings
from plantstack.events.log import Log
from plantstack.intervals import SECOND, Interval, rfc3339
from plantstack.testing.faults import Chance, Live, Producer, Server, Wire, check
from plantstack.testing.faults.publishers import MAPPING, Publisher, check_published

PUBLISH_S, POST_S, LOOK_S, FAULT_S = 0.05, 0.5, 0.25, 4.0
PATIENCE_S = 40.0
CONNECTION = """
schema: 1
kind: mqtt
host: 127.0.0.1
port: {port}
topics: [hall/#]
client: plantstack-soak
mapping: hall
"""


@dataclass
class Soaked:
    """What was seen.

    Attributes:
        memory_mb: of the server, looked at every `LOOK_S`.
        faults: what was done, and how often.
        events: in the log at the end.
        broken: of the invariants; empty when all is well.
    """

    memory_mb: list[float] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    events: int = 0
    broken: list[str] = field(default_factory=list)

    def slope(self) -> float:
        """Growth in MB a minute over the second half."""
        late = self.memory_mb[len(self.memory_mb) // 2 :]
        minutes = np.arange(len(late)) * LOOK_S / 60
        return float(np.polyfit(minutes, late, 1)[0])

    def row(self) -> dict[str, Any]:
        """The figures."""
        half = len(self.memory_mb) // 2
        return {
            "memory_mb": {"half way": round(self.memory_mb[half]), "end": round(self.memory_mb[-1])},
            "peak_mb": round(max(self.memory_mb)),
            "growth_mb_a_minute": round(self.slope(), 2),
            "faults": self.faults,
            "events": self.events,
            "broken": self.broken,
        }


class Nemesis:
    """Does one thing after the other to the broker, the wire and the server."""

    def __init__(self, server: Server, wire: Wire, broker: Mosquitto, chance: Chance) -> None:
        self.server, self.wire, self.broker, self.chance = server, wire, broker, chance

    def cut(self) -> None:
        self.wire.cut()

    def hold(self) -> None:
        self.wire.hold()
        time.sleep(self.chance.between(0.2, 1.5))
        self.wire.flow()

    def broker_anew(self) -> None:
        self.broker.stop()
        time.sleep(self.chance.between(0.0, 1.0))
        self.broker.start()

    def stand_still(self) -> None:
        self.server.pause()
        time.sleep(self.chance.between(0.2, 2.0))
        self.server.go_on()

    def kill(self) -> None:
        self.server.kill()
        self.server.start()

    def act(self, *, kills: bool) -> str:
        """Do something; return its name."""
        acts: list[Callable[[], None]] = [self.cut, self.hold, self.broker_anew, self.stand_still]
        acts += [self.kill] if kills else []
        one = acts[self.chance.whole(0, len(acts))]
        one()
        return one.__name__


def soak(folder: Path, seconds: float, chance: Chance, *, kills: bool = False) -> Soaked:
    """Run it, and look at everything afterwards."""
    found, project, begun = Soaked(), plant(folder / "p"), clock()
    (folder / "broker").mkdir()
    broker = Mosquitto(folder / "broker")
    broker.start()
    try:
        with Wire.to(broker.port) as wire:
            _connect(project, wire.port)
            with Server.started(project) as server:
                with (
                    Publisher.publishing(broker.port, MACHINES[:2], clock, PUBLISH_S) as publishers,
                    Producer.sending(server, MACHINES[2:], clock, folder, chance, POST_S) as producers,
                ):
                    _while(seconds, found, Nemesis(server, wire, broker, chance), kills)
                wire.flow()
                _wait_for(lambda: not check_published(project, publishers), "not all is in the log")
                end = clock()
                _wait_for(lambda: _is_quiet(server, end), "the books did not come to the end")
                live = Live.asked(server, MACHINES, Interval(begun - SECOND, end))
                if server.stop():
                    found.broken.append("I6: it did not end in order")
                told = server.complaints()
    finally:
        broker.stop()
    found.broken += check(project, producers, live, now=clock(), told=told)
    found.broken += check_published(project, publishers)
    with Log.open(project, write=False) as log:
        found.events = log.last_offset()
    return found


def _connect(project: Path, port: int) -> None:
    """Write the connection, and open its session: what is sent before it reads is kept for it."""
    session = Session(Settings("127.0.0.1", ("hall/#",), "plantstack-soak", port))
    session.begin()
    session.end()
    for folder, text in (("connectors", CONNECTION.format(port=port)), ("mappings", MAPPING)):
        (project / folder).mkdir(exist_ok=True)
        (project / folder / "hall.yaml").write_text(text)


def _while(seconds: float, found: Soaked, nemesis: Nemesis, kills: bool) -> None:
    end, fault = time.monotonic() + seconds, time.monotonic() + FAULT_S
    while (now := time.monotonic()) < end:
        if now >= fault:
            name = nemesis.act(kills=kills)
            found.faults[name] = found.faults.get(name, 0) + 1
            fault = time.monotonic() + nemesis.chance.between(0.5, 1.5) * FAULT_S
        found.memory_mb.append(nemesis.server.memory_mb())
        time.sleep(LOOK_S)


def _is_quiet(server: Server, until: int) -> bool:
    told = server.ask("/health").said
    return told["behind"] == 0 and min(told["as_of"].values(), default="") >= rfc3339(until)


def _wait_for(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            print(what, file=sys.stderr)
            return
        time.sleep(0.2)


def main() -> int:
    """Soak by command; 1 when something is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--kill", action="store_true", help="kill the server too")
    asked = parser.parse_args()
    print("seed", asked.seed, flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        found = soak(Path(name), asked.minutes * 60, Chance(asked.seed), kills=asked.kill)
    print(found.row())
    return 1 if found.broken else 0


if __name__ == "__main__":
    sys.exit(main())
