"""Reads an OPC UA server: it tells what changes, and keeps it until it is on disk.

    kind: opcua
    url: opc.tcp://press-1.plant.example:4840
    nodes:
      press-1.state: nsu=http://vendor.example/press/;s=Line1.State
      press-1.pieces: ["nsu=http://vendor.example/press/;Line1", Counter]    # by browse names below Objects
    security: Basic256Sha256
    certificate: secrets/plantstack.der
    key: secrets/plantstack.pem
    server_certificate: secrets/press-1.der
    user: plantstack
    password_file: secrets/press-1
    mapping: press-1

Columns: `tag`, `value`, `at`, `quality` (good, uncertain, bad), `device` and `item` (the tag before and after
its last dot), `node`, `status` in the standard's words, and `why` of what is bad.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from plantstack.connectors.contract import Alive, Delivery, Gap, Message, Messages, Outcome
from plantstack.connectors.observation import BAD, observation
from plantstack.connectors.opcua.browse import browse
from plantstack.connectors.opcua.failing import FAILURES, failure
from plantstack.connectors.opcua.security import certificate_problems
from plantstack.connectors.opcua.session import Session, face, refusals
from plantstack.connectors.opcua.settings import Settings, read_settings
from plantstack.connectors.opcua.values import Reader
from plantstack.errors import Problem
from plantstack.plant.source import Fields

__all__ = ["Server", "browse", "connect"]

AT_ONCE = 1_000  # messages a delivery
SIGN_S = 60.0


class Server:
    """One server being read."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._latest: dict[int, datetime] = {}

    async def check(self) -> Sequence[Problem]:
        """Say which files are wrong, and what the server offers instead of what is configured."""
        problems = await asyncio.to_thread(self.settings.problems)
        problems += [] if problems else await certificate_problems(self.settings)
        if problems:
            return problems
        try:
            return await refusals(self.settings)
        except FAILURES as error:
            return failure(error, self.settings).problems

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield what changes; the server keeps a while what was not yet written, and no cursor."""
        session, now = Session(self.settings), asyncio.get_running_loop().time
        try:
            await face(self.settings)
            await session.begin()
            reader = Reader(self.settings.nodes, session.namespaces, self._latest)
            yield Gap("a new session with the server was begun")  # nothing tells what was missed before it
            signed_at, is_first = now(), True
            while True:
                items = await session.hear()
                if is_first and session.missing:
                    yield Messages(tuple(self._missing(session)))
                is_first = False
                if session.is_torn:
                    yield Gap("a notification of the server did not reach us")
                gaps, messages = reader.read(items, session.heard_at, session.told_at)
                for gap in gaps:
                    yield gap
                for start in range(0, len(messages), AT_ONCE):
                    yield Messages(tuple(messages[start : start + AT_ONCE]))
                session.acknowledge()
                if now() - signed_at >= SIGN_S:
                    signed_at = now()
                    yield Alive()
                    if session.missing:
                        await session.seek_missing()
        finally:
            await session.end()

    async def advice(self) -> Sequence[Problem]:
        """Say which nodes the server does not have, and that an open line is one."""
        session = Session(self.settings)
        try:
            await session.begin()
        finally:
            await session.end()
        fix = "Compare with 'plantstack browse'; it is looked for again every minute."
        found = [
            Problem(
                "opcua-node-missing",
                self.settings.nodes[place].tag,
                f"the server does not have it: {why}",
                fix,
            )
            for place, why in sorted(session.missing.items())
        ]
        if not self.settings.is_secure:
            what = "whoever is on this network can read and change what the server says"
            found.append(
                Problem("opcua-open-line", self.settings.url, what, "Write 'security: Basic256Sha256'.")
            )
        return found

    def _missing(self, session: Session) -> Iterator[Message]:
        for place, why in sorted(session.missing.items()):
            one = self.settings.nodes[place]
            at = session.told_at.isoformat() if session.told_at else ""
            more = {"device": one.device, "item": one.item, "why": why}
            yield observation(one.tag, None, at=at, scope=one.device, quality=BAD, is_snapshot=False, **more)


def connect(fields: Fields, project: Path) -> Server:
    """Read the settings of a server."""
    return Server(read_settings(fields, project))
