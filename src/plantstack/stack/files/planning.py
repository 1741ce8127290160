"""What is read from outside, for whoever keeps the network: one row a way out, and budgets over all of them.

Every connection goes out from this machine; nothing comes in by it, and control systems are only read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from plantstack.connectors.connections import Connection, read_sources
from plantstack.connectors.polling.device import Device
from plantstack.errors import ConfigError, Problem

NO_WRITE = "reads only, no write call in the code"


@dataclass(frozen=True, slots=True)
class Way:
    """One way from this machine to a source.

    Attributes:
        connection: its name.
        kind: of connector.
        host: it goes to; '' is a folder or file of this machine.
        port: 0 for none.
        protocol: as a firewall is told it.
        encryption: '' is none.
        account: under which it is entered; '' is none.
        reads: what.
        every: how often.
        sessions: so many at a time.
        rights: what the account has to be allowed.
        requests: a second, as far as we ask; 0 where the source tells by itself.
        budget: requests and sessions the source may be asked for, by all connections; None: nothing is said.
    """

    connection: str
    kind: str
    host: str
    port: int
    protocol: str
    encryption: str
    account: str
    reads: str
    every: str
    sessions: int
    rights: str
    requests: Fraction = Fraction()
    budget: tuple[Fraction | None, int] | None = None

    @property
    def endpoint(self) -> str:
        """Where it goes."""
        return f"{self.host}:{self.port}" if self.host else ""

    def as_row(self) -> dict[str, Any]:
        """The way as a row of an answer."""
        named = ("connection", "kind", "host", "port", "protocol", "encryption", "account", "reads", "every")
        row = {name: getattr(self, name) for name in (*named, "sessions", "rights")}
        return row | {"direction": "outbound only", "requests_per_s": float(self.requests), "writes": False}


def plan(folder: Path) -> list[Way]:
    """List every way of every connection of a project, also of those that have no mapping yet.

    Raises:
        ConfigError: when a connection's file cannot be used as written.
    """
    sources = read_sources(folder)
    problems = [wrong for one in sources for wrong in one.problems if wrong.code != "mapping-missing"]
    if problems:
        raise ConfigError(problems)
    return [way for one in sources if one.connection for way in ways(one.connection)]


def ways(connection: Connection) -> list[Way]:
    """The ways of one connection; of a kind from another package little is known."""
    found = _OF_KIND.get(connection.kind)
    if found is None:
        told = ("", "", "", "what its package says", "", 1, "what its package says")
        return [Way(connection.name, connection.kind, "", 0, *told)]
    return found(connection, connection.connector)


def over_budget(connections: Sequence[Connection]) -> list[Problem]:
    """Name every device that several connections together ask for more than it may be asked."""
    behind: dict[str, list[Way]] = {}
    for one in connections:
        for way in ways(one):
            if way.budget is not None:
                behind.setdefault(way.endpoint, []).append(way)
    found = []
    for endpoint, those in behind.items():
        names = list(dict.fromkeys(way.connection for way in those))
        if len(names) < 2:
            continue  # a connection by itself is held to its budget where it is read
        budgets = [way.budget for way in those if way.budget is not None]
        most = min((asked for asked, _ in budgets if asked is not None), default=None)
        asked, together = sum((way.requests for way in those), Fraction()), " and ".join(names)
        if most is not None and asked > most:
            what = f"{together} ask {endpoint} {float(asked):g} times a second, its budget is {float(most):g}"
            found.append(
                Problem("device-budget", names[0], what, "Ask less often, or read it with one of them.")
            )
        sessions = {way.connection: way.sessions for way in those}
        allowed = min(limit for _, limit in budgets)
        if sum(sessions.values()) > allowed:
            what = (
                f"{together} hold {sum(sessions.values())} sessions with {endpoint}, its budget is {allowed}"
            )
            fix = "Read it with one connection, or raise 'sessions' where the device allows more."
            found.append(Problem("device-sessions", names[0], what, fix))
    return found


def _drop(one: Connection, connector: Any) -> list[Way]:
    told = ("", "", f"files put into {connector.folder.name}/", f"{connector.every_s:g} s", 0)
    return [Way(one.name, one.kind, "", 0, "files", *told, "read and move files in the folder")]


def _broker(one: Connection, settings: Any, rights: str) -> Way:
    secure = "TLS" if settings.ca else ""
    topics = ", ".join(settings.topics)
    account = f"{settings.user or 'anonymous'}, client {settings.client}"
    told = (f"MQTT{' over TLS' if secure else ''}, TCP", secure, account, topics, "as it is sent", 1, rights)
    return Way(one.name, one.kind, settings.host, settings.port, *told)


def _mqtt(one: Connection, connector: Any) -> list[Way]:
    return [_broker(one, connector.settings, "subscribe to these topics; publish nothing")]


def _sparkplug(one: Connection, connector: Any) -> list[Way]:
    host = connector.settings.host
    rights = f"subscribe; publish only spBv1.0/STATE/{host} and the rebirth request NCMD of each node"
    return [_broker(one, connector.settings.broker, rights)]


def _opcua(one: Connection, connector: Any) -> list[Way]:
    settings = connector.settings
    host, port = _address(settings.url, 4840)
    secure = f"{settings.policy}, {settings.mode}" if settings.is_secure else ""
    nodes = f"{len(settings.nodes)} nodes: {', '.join(node.tag for node in settings.nodes[:5])}"
    every = f"told at changes, every {settings.interval_us / 1e6:g} s"
    told = ("OPC UA, TCP", secure, settings.user or "anonymous", nodes, every, 1)
    rights = "browse and read; no write, no call"
    return [Way(one.name, one.kind, host, port, *told, rights, budget=(None, settings.sessions))]


def _mtconnect(one: Connection, connector: Any) -> list[Way]:
    settings = connector.settings
    secure = "TLS" if settings.url.startswith("https") else ""
    host, port = _address(settings.url, 443 if secure else 80)
    reads = " ".join(filter(None, (settings.device or "all devices", settings.path)))
    told = ("HTTP GET, TCP", secure, settings.user, reads, f"{settings.every_s:g} s", 1, "GET only")
    return [Way(one.name, one.kind, host, port, *told, requests=1 / Fraction(settings.every_s))]


def _sql(one: Connection, connector: Any) -> list[Way]:
    settings, is_file = connector.settings, connector.settings.is_sqlite
    host = "" if is_file else str(settings.url.host or "")
    port = 0 if is_file else settings.url.port or 5432
    reads = settings.table or f"the query {settings.name}"
    protocol = "a file of SQLite" if is_file else "PostgreSQL, TCP"
    told = (
        protocol,
        "TLS" if settings.ca else "",
        settings.url.username or "",
        reads,
        f"{settings.every_s:g} s",
    )
    return [Way(one.name, one.kind, host, port, *told, 1, "SELECT only, in a read-only session")]


_WIRES = {
    "modbus": ("Modbus, TCP", "reads coils and registers (functions 1 to 4)"),
    "s7": ("S7, TCP", "PUT/GET must be allowed by the CPU; reads only"),
    "ethernetip": ("EtherNet/IP, TCP", "reads tags"),
}


def _polled(one: Connection, connector: Any) -> list[Way]:
    protocol, rights = _WIRES[one.kind]
    devices: Sequence[Device[Any]] = connector.devices
    found = []
    for device in devices:
        host, _, port = device.endpoint.rpartition(":")
        reads = f"{device.name}: {len(device.limits)} tags"
        told = (protocol, "", "", reads, f"{device.every_s:g} s", _sessions(devices, device.endpoint), rights)
        asked = device.requests / Fraction(device.every_s)
        budget = (device.budget.requests, device.budget.sessions)
        found.append(Way(one.name, one.kind, host, int(port), *told, requests=asked, budget=budget))
    return found


def _sessions(devices: Sequence[Device[Any]], endpoint: str) -> int:
    """How many a poller holds with an endpoint: one a device, and never more than it may."""
    mine = [one for one in devices if one.endpoint == endpoint]
    return min(len(mine), *(one.budget.sessions for one in mine))


def _address(url: str, usual: int) -> tuple[str, int]:
    """Host and port of a url.

    >>> _address("opc.tcp://press:4841/server", 4840), _address("http://cell-4", 80)
    (('press', 4841), ('cell-4', 80))
    """
    host, _, port = url.partition("://")[2].partition("/")[0].rpartition(":")
    return (
        (host, int(port)) if host and port.isdigit() else (url.partition("://")[2].partition("/")[0], usual)
    )


_OF_KIND: dict[str, Callable[[Connection, Any], list[Way]]] = {
    "drop": _drop,
    "mqtt": _mqtt,
    "sparkplug": _sparkplug,
    "opcua": _opcua,
    "mtconnect": _mtconnect,
    "sql": _sql,
    "modbus": _polled,
    "s7": _polled,
    "ethernetip": _polled,
}
