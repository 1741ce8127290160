"""Connectors that have something to say at set-up: what works, and could be better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from plantstack.errors import Problem


@runtime_checkable
class Adviser(Protocol):
    """A connector that gives advice."""

    async def advice(self) -> Sequence[Problem]:
        """Say what somebody should know before it runs; it reads all the same, and changes nothing."""
        ...
