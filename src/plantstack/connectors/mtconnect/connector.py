"""Reads an agent by its sequence: every observation once, and a hole is known as one.

    kind: mtconnect
    url: http://cell-4:5000
    device: Mazak01             # without it all devices
    path: '//DataItem[@type="EXECUTION" or @type="AVAILABILITY"]'   # without it everything
    every: 1 s
    user: plantstack            # and 'password_file'; 'ca' for https with certificates of the plant's own
    mapping: machines           # of 'format: mtconnect', as for files

It asks for what follows the last number that is on disk. While the agent runs, its numbers prove that nothing
is missing, also over our own restarts. Where they prove a hole (the agent was started anew, or its buffer
rolled over what was not read), the hole is recorded, and what was so at its end is told as a state.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from plantstack.connectors.contract import Delivery, Outcome
from plantstack.connectors.learning.seen import Seen
from plantstack.connectors.mtconnect.advising import advice_of
from plantstack.connectors.mtconnect.agent import Agent
from plantstack.connectors.mtconnect.browsing import seen_of
from plantstack.connectors.mtconnect.documents import DEVICES, STREAMS
from plantstack.connectors.mtconnect.following import Following
from plantstack.connectors.mtconnect.settings import Settings, read_settings
from plantstack.connectors.mtconnect.telling import Position
from plantstack.errors import Problem
from plantstack.plant.source import Fields


class MTConnect:
    """One agent being read."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def check(self) -> Sequence[Problem]:
        """Say which files are missing; whether the agent answers shows when it is read."""
        return await asyncio.to_thread(self.settings.problems)

    async def advice(self) -> Sequence[Problem]:
        """Ask the agent once, and say what could be better.

        Raises:
            Retry: when it cannot be reached.
            Fatal: when somebody must act first.
        """
        async with Agent(self.settings) as agent:
            return await advice_of(agent)

    async def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield observations from a number on, and what is known of holes."""
        async with Agent(self.settings) as agent:
            following = Following(agent, Position.read(since) if since else None)
            while True:
                for delivery in await following.deliveries():
                    yield delivery
                if not following.is_behind:
                    await asyncio.sleep(self.settings.every_s)


async def browse(settings: Settings) -> list[Seen]:
    """Return every data item of an agent with what it shows now.

    Raises:
        Retry: when the agent cannot be reached.
        Fatal: when somebody must act first.
    """
    async with Agent(settings) as agent:
        model = await agent.ask("probe", DEVICES)
        now = await agent.ask("current", STREAMS)
    return seen_of(model.items, now.rows)


def connect(fields: Fields, project: Path) -> MTConnect:
    """Read the settings of an agent."""
    return MTConnect(read_settings(fields, project))
