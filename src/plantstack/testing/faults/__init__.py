"""Proof that a running server loses nothing it acknowledged: producers, a nemesis, and a checker.

A server runs in a process of its own. Producers send events with unique keys and write down every answer.
A nemesis kills the server, fills its disk or cuts its connections. In the end the checker holds what was
acknowledged against the log. Chance comes from one seed, which is printed.

Use it from a test::

    chance = Chance(seed)
    with Server.started(project) as server:
        with Producer.sending(server, machines, clock, folder, chance) as producers:
            kill_at_random(server, chance, rounds=5)
        live = Live.asked(server, machines, span)
    broken = check(project, producers, live, now=clock())
    assert not broken

A `Wire` between a server and its broker is cut and held; `publishers` are machines at that broker.
"""

from plantstack.testing.faults.checker import Live, check, check_log
from plantstack.testing.faults.nemesis import Chance, CutProxy, kill_at_random
from plantstack.testing.faults.producers import Producer, Sent
from plantstack.testing.faults.server import Reply, Server
from plantstack.testing.faults.wires import Wire

__all__ = [
    "Chance",
    "CutProxy",
    "Live",
    "Producer",
    "Reply",
    "Sent",
    "Server",
    "Wire",
    "check",
    "check_log",
    "kill_at_random",
]
