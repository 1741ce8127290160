"""A value that a source offers, with what its model says of it: what `plantstack browse` shows."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.connectors.learning.seen import Seen


@dataclass(frozen=True, slots=True)
class Offer(Seen):
    """A value, and how a connection and a mapping would read it.

    Attributes:
        node: where it is, as the settings of a connection say it.
        model: the standard that it follows; '' for none that is known.
        means: what it stands for there: `state`, `mode`, `total`, `scrap`, `speed`; '' where nothing says so.
        states: words of the source, and the state each is; other words say nothing.
    """

    node: str = ""
    model: str = ""
    means: str = ""
    states: tuple[tuple[str, str], ...] = ()
