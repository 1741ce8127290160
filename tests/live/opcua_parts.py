"""Real OPC UA servers on loopback for the tests: each a process that can be killed or stopped.

Run as a script it is the mother: it prepares the address space once, which takes seconds, and forks a server
for every line it reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from typing import Any, cast

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.server import Server
from asyncua.server.user_managers import UserManager
from asyncua.ua.attribute_ids import AttributeIds
from tests.live.opcua_mother import Mother

VENDOR = "http://vendor.example/line/"
PACKML, MACHINERY, MACHINE_TOOL = (
    f"http://opcfoundation.org/UA/{name}/" for name in ("PackML", "Machinery", "MachineTool")
)
LINE = "Line1"
STARTED = datetime(2026, 1, 5, 6, tzinfo=UTC)
POLICIES = {
    "none": [ua.SecurityPolicyType.NoSecurity],
    "sign": [ua.SecurityPolicyType.Basic256Sha256_Sign],
    "encrypt": [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt],
}
VALUES: dict[str, Any] = {"State": "running", "Pieces": 100, "Speed": 12.5}
ODD: dict[str, Any] = {
    "List": [1, 2],
    "Range": ua.Range(1.0, 2.0),
    "Bytes": b"x" * (5 << 20),
    "Word": ua.LocalizedText("Läuft", "de"),
    "When": STARTED,
    "Node": ua.NodeId.from_string("i=2258"),
}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Plc:
    """One server, at the same port whenever it is started."""

    def __init__(self, mother: Mother, **settings: Any) -> None:
        self.mother, self.settings, self.port = mother, settings, free_port()
        self.url = f"opc.tcp://127.0.0.1:{self.port}"
        self.pid = 0

    def start(self, **settings: Any) -> None:
        self.settings |= settings
        self.pid = self.mother.fork(port=self.port, **self.settings)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.pid = 0

    async def tell(self, **values: Any) -> None:
        """Set values as the machine does: a value, or a whole DataValue."""
        async with Client(self.url) as client:
            number = await client.get_namespace_index(VENDOR)
            for name, value in values.items():
                told = value if isinstance(value, ua.DataValue) else data(value)
                node = client.get_node(f"ns={number};s={LINE}.{name}")
                await node.write_attribute(AttributeIds.Value, told)


def data(value: Any, at: datetime | None = None, status: int = 0, kind: Any = None) -> ua.DataValue:
    """A value of now, or of an instant."""
    variant = ua.Variant(value, kind) if kind is not None else ua.Variant(value)
    return ua.DataValue(variant, ua.StatusCode(ua.UInt32(status)), cast(ua.DateTime, at or datetime.now(UTC)))


def _main() -> None:
    server = Server()
    asyncio.run(server.init())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children = []
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                asyncio.run(_serve(server, json.loads(line), writing))
            finally:
                os._exit(1)
        children.append(child)
        os.close(writing)
        os.read(reading, 1)
        os.close(reading)
        print(child, flush=True)
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


class _Passwords(UserManager):
    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def get_user(
        self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None
    ) -> Any:
        is_known = username in self.known and self.known[username] == password
        return User(role=UserRole.User) if is_known else None


async def _serve(server: Server, settings: dict[str, Any], ready: int) -> None:
    server.set_endpoint(f"opc.tcp://127.0.0.1:{settings['port']}")
    if "certificate" in settings:
        server.set_security_policy(POLICIES[settings.get("security", "encrypt")])
        await server.load_certificate(settings["certificate"])
        await server.load_private_key(settings["key"])
    if "users" in settings:
        server.set_identity_tokens([ua.UserNameIdentityToken])
        server.iserver.user_manager = _Passwords(settings["users"])
    elif settings.get("is_anonymous"):
        server.set_identity_tokens([ua.AnonymousIdentityToken])
    for uri in settings.get("namespaces", [VENDOR]):
        await server.register_namespace(uri)
    for path in settings.get("nodesets", []):
        await server.import_xml(path, strict_mode=False)
    await _line(server, settings)
    if "nodesets" in settings:
        await _machines(server)
    async with server:
        os.write(ready, b".")
        while True:
            await asyncio.sleep(60)


async def _machines(server: Server) -> None:
    """A filler after PackML and a mill after MachineTool, under the folder of a hall."""
    vendor = await server.get_namespace_index(VENDOR)
    hall = await server.nodes.objects.add_folder(f"ns={vendor};s=Hall", f"{vendor}:Hall")
    packml = await server.get_namespace_index(PACKML)
    filler = await hall.add_object(vendor, "Filler", objecttype=ua.NodeId.from_string(f"ns={packml};i=6"))
    for place, word in (
        ("BaseStateMachine", "Cleared"),
        ("MachineState", "Running"),
        ("ExecuteState", "Execute"),
    ):
        way = {"BaseStateMachine": [], "MachineState": ["MachineState"]}.get(place, ["MachineState", place])
        names = [f"{packml}:{name}" for name in ("BaseStateMachine", *way)]
        state = await filler.get_child([*names, "0:CurrentState"])
        await state.write_attribute(AttributeIds.Value, data(ua.LocalizedText(word, "en"), STARTED))
    count = vars(ua)["PackMLCountDataType"](ID=1, Name="bottles", Count=7, AccCount=4_711)
    admin = await filler.get_child(f"{packml}:Admin")
    await admin.add_variable(f"ns={vendor};s=Processed", f"{packml}:ProdProcessedCount", [count])
    tool, machinery = [await server.get_namespace_index(uri) for uri in (MACHINE_TOOL, MACHINERY)]
    mill = await hall.add_object(vendor, "Mill", objecttype=ua.NodeId.from_string(f"ns={tool};i=13"))
    blocks = await mill.get_child(f"{machinery}:MachineryBuildingBlocks")
    item = await blocks.add_object(f"ns={vendor};s=Item", f"{machinery}:MachineryItemState")
    await item.add_variable(f"ns={vendor};s=ItemNow", "0:CurrentState", ua.LocalizedText("Executing", "en"))


async def _line(server: Server, settings: dict[str, Any]) -> None:
    number = await server.get_namespace_index(VENDOR)
    line = await server.nodes.objects.add_object(f"ns={number};s={LINE}", f"{number}:{LINE}")
    names = [f"{name}{place}" for name in VALUES for place in range(settings.get("times", 0))]
    values = VALUES | (ODD if settings.get("is_odd") else {})
    for name in [*values, *names]:
        value = values[name.rstrip("0123456789")]
        node = await line.add_variable(f"ns={number};s={LINE}.{name}", f"{number}:{name}", value)
        await node.write_attribute(AttributeIds.Value, data(value, STARTED))
        await node.set_writable()


if __name__ == "__main__":
    _main()
