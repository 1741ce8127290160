"""A target of EtherNet/IP on loopback: what of the protocol our reading uses, and no more.

It speaks the encapsulation (register session, send RR data, send unit data), opens and closes a class 3
connection (forward open, small and large), and answers Read Tag (0x4C), alone and in a Multiple Service
Packet (0x0A), for tags named by symbolic segments with at most one index each, and Get Instance Attribute
List (0x55) in one answer. Atomic types and the string of Logix are there; structures, arrays as a whole,
fragmented answers, routing, Micro800 and real timing are not. A service that it does not know is noted and
refused, so a test can say that nothing else was ever asked.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from itertools import pairwise

from tests.live.listening import Listening

READ, MULTIPLE, LIST = 0x4C, 0x0A, 0x55
FORWARD_OPEN, LARGE_FORWARD_OPEN, FORWARD_CLOSE = 0x54, 0x5B, 0x4E
NO_SUCH_TAG, NOT_SUPPORTED, REFUSED = 0x04, 0x08, 0x01
_TYPES = {
    "BOOL": (0xC1, "<?"),
    "SINT": (0xC2, "<b"),
    "INT": (0xC3, "<h"),
    "DINT": (0xC4, "<i"),
    "LINT": (0xC5, "<q"),
    "UDINT": (0xC8, "<I"),
    "REAL": (0xCA, "<f"),
    "LREAL": (0xCB, "<d"),
}


class Target(Listening):
    """A PLC with tags: name -> type and value; a test may change them, and bend an answer."""

    def __init__(self, *, is_large: bool = True) -> None:
        super().__init__()
        self.tags: dict[str, tuple[str, bool | int | float | str]] = {}
        self.services: list[int] = []  # of every request inside the connection, parts of a packet too
        self.bend: Callable[[bytes], bytes | None] = lambda answer: answer  # b'' ends, None says nothing
        self.is_large = is_large
        self.opened = 0

    def serve(self, session: socket.socket) -> None:
        """Answer each message of the encapsulation."""
        while head := _exactly(session, 24):
            command, length, _, _, context = struct.unpack_from("<HHIIQ", head)
            answer = self._answer(command, _exactly(session, length))
            if answer == b"":
                break
            if answer is not None:
                whole = struct.pack("<HHIIQI", command, len(answer), 0x11, 0, context, 0) + answer
                session.sendall(whole)

    def _answer(self, command: int, body: bytes) -> bytes | None:
        if command == 0x65:  # register session
            return body
        if command == 0x6F:  # send RR data: forward open and close
            reply = self._manage(body[16:])
            return body[:6] + struct.pack("<HHHHH", 2, 0, 0, 0xB2, len(reply)) + reply
        if command == 0x70:  # send unit data: inside the connection
            reply = self._service(body[22:])
            head = struct.pack("<HHHIHH", 2, 0xA1, 4, 0x22, 0xB1, len(reply) + 2)
            return self.bend(body[:6] + head + body[20:22] + reply)
        return b""  # unregister session, or nothing we know

    def _manage(self, request: bytes) -> bytes:
        service = request[0]
        if service == LARGE_FORWARD_OPEN and not self.is_large:
            return _reply(service, b"", REFUSED)
        if service in (FORWARD_OPEN, LARGE_FORWARD_OPEN):
            self.opened += 1
            return _reply(service, struct.pack("<IIHHIIIH", 0x33, 0x44, 1, 2, 3, 0, 0, 0))
        return _reply(service, b"", 0 if service == FORWARD_CLOSE else NOT_SUPPORTED)

    def _service(self, request: bytes) -> bytes:
        service, words = request[0], request[1]
        self.services.append(service)
        path, rest = request[2 : 2 + 2 * words], request[2 + 2 * words :]
        if service == READ:
            return self._read(_name(path))
        if service == LIST:
            return _reply(service, self._symbols(_name(path[:-4])))
        if service == MULTIPLE:
            (count,) = struct.unpack_from("<H", rest)
            starts = [*struct.unpack_from(f"<{count}H", rest, 2), len(rest)]
            replies = [self._service(rest[a:b]) for a, b in pairwise(starts)]
            place, offsets = 2 + 2 * count, []
            for reply in replies:
                offsets.append(place)
                place += len(reply)
            return _reply(service, struct.pack(f"<H{count}H", count, *offsets) + b"".join(replies))
        return _reply(service, b"", NOT_SUPPORTED)

    def _symbols(self, program: str) -> bytes:
        """The names of the controller, or of a program, with their types."""
        found: dict[str, int] = {}
        for name, (type_, _) in self.tags.items():
            scope, _, inner = name.partition(".") if name.startswith("Program:") else ("", "", name)
            code = _TYPES[type_][0] if type_ in _TYPES else 0x8FCE
            if scope != program:
                found |= {} if program else {scope: 0x1068}
            elif inner.endswith("[0]"):
                found[inner[:-3]] = 0x2000 | code
            elif "[" not in inner and "." not in inner:
                found[inner] = code
        rows = enumerate(found.items(), 1)
        return b"".join(
            struct.pack("<IH", number, len(name)) + name.encode() + struct.pack("<HIII", code, 8, 0, 0)
            for number, (name, code) in rows
        )

    def _read(self, name: str) -> bytes:
        if name not in self.tags:
            return _reply(READ, b"", NO_SUCH_TAG)
        type_, value = self.tags[name]
        if type_ == "STRING":
            told = str(value).encode()
            return _reply(READ, struct.pack("<HHI", 0x02A0, 0x0FCE, len(told)) + told.ljust(84, b"\0"))
        if type_ == "STRUCT":
            return _reply(READ, struct.pack("<HH", 0x02A0, 0x1234) + bytes(12))
        code, form = _TYPES[type_]
        return _reply(READ, struct.pack("<H", code) + struct.pack(form, value))


def _reply(service: int, data: bytes, status: int = 0) -> bytes:
    return bytes([service | 0x80, 0, status, 0]) + data


def _name(path: bytes) -> str:
    """The tag that a path of symbolic segments names."""
    found, place = "", 0
    while place < len(path):
        if path[place] == 0x91:
            length = path[place + 1]
            found += ("." if found else "") + path[place + 2 : place + 2 + length].decode()
            place += 2 + length + length % 2
        else:  # an index of one byte
            found += f"[{path[place + 1]}]"
            place += 2
    return found


def _exactly(session: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = session.recv(count - len(found))
        if not part:
            return b""
        found += part
    return found
