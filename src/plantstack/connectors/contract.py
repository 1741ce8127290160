"""What a connector is: it turns one outside system into deliveries, and waits until each is safe.

A connector knows its wire and nothing else: no log, no ledger, no KPI. What it yields is judged and
written; the `yield` gives back what became of it, and only then is the delivery on disk. So whatever
acknowledges to the outside (an MQTT PUBACK, a file moved away) stands after the `yield`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from plantstack.errors import PlantstackError, Problem
from plantstack.events.batch import Decoded, Receipt


@dataclass(frozen=True, slots=True)
class Rows:
    """Events as a source tells them, equipment by any of its names.

    Attributes:
        decoded: what could be read, and what could not.
        cursor: how far the source is read with this; it is kept in the same transaction.
    """

    decoded: Decoded
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A whole file, to be loaded through the connection's mapping."""

    path: Path


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a wire, to be read through the connection's mapping.

    Attributes:
        payload: as it came: a JSON object, its fields are columns by their path; or a text.
        about: what the wire says beside it, as columns: `topic`, `topic.1`.
        where: for people: which message it is.
        is_snapshot: it tells again what is so, to whoever comes later: a state, and never a count.
        scope: what of the connection can fall silent by itself: a device, a node; '' is all of it.
        is_fresh: with `is_snapshot`: it is so now and was not only kept, so a counter of which nothing is
            known can begin here.
        is_text: the payload is a text, the column `value`.
        key: by which the source knows what it tells, as a row of a table: the same bytes under the same key
            are the same message, however often they come. '' where two that are equal may be two.
    """

    payload: bytes
    about: Mapping[str, str] = field(default_factory=dict)
    where: str = "message"
    is_snapshot: bool = False
    scope: str = ""
    is_fresh: bool = False
    is_text: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages in the order they came, and how far the source is read with them."""

    messages: tuple[Message, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """The source was there and could have told us, since it was last known to be until now.

    To be yielded at most once a minute and scope, and only while it is certain: a poll was answered, a
    subscription keeps itself alive. Every machine heard in the scope was seen.

    Attributes:
        scope: of the messages that were heard; '' is all of the connection.
        is_unbroken: also over our own restart: a sequence without a hole proves it.
    """

    scope: str = ""
    is_unbroken: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Time in which the source could not tell: what its machines did in it is not known.

    To be yielded when the source is back, unless a sequence or a queue proves that nothing was lost.

    Attributes:
        why: in words.
        scope: of the messages that were heard; '' is all of the connection.
        since: microseconds UTC; None is our last certain word of the scope, from before a restart too.
        until: microseconds UTC; None is now.
        is_open: it is not back: nothing is known until its next state. That is put in order by the clock of
            the source, so `since` is an instant of that clock. Not with `until`.
    """

    why: str
    scope: str = ""
    since: int | None = None
    until: int | None = None
    is_open: bool = False


Delivery = Rows | File | Messages | Alive | Gap


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery; it is on disk when a connector learns of it.

    Attributes:
        receipt: how many were accepted, known before, contradicting, set aside.
        problems: of what was set aside or refused, one each.
        is_refused: of a file: it could not be read, or not to its end.
        is_known: of a file: it was loaded before.
    """

    receipt: Receipt = field(default_factory=Receipt)
    problems: tuple[Problem, ...] = ()
    is_refused: bool = False
    is_known: bool = False


class Retry(PlantstackError):
    """The outside cannot be reached for now; it is tried again, later and later."""


class Fatal(PlantstackError):
    """Trying again does not help: somebody has to change a setting or a permission first."""


@runtime_checkable
class Timed(Protocol):
    """A connector whose wire wants to hear what time it is; it is told the clock before it reads.

    Nothing that it delivers is dated by it.
    """

    clock: Callable[[], int] | None
    """The instant it is now, in microseconds UTC."""


@runtime_checkable
class Ailing(Protocol):
    """A connector of several devices: it goes on while some of them are silent."""

    @property
    def ailing(self) -> str:
        """What is silent, in words for `/health`; '' when nothing is."""
        ...


class Connector(Protocol):
    """One source, being read."""

    async def check(self) -> Sequence[Problem]:
        """Say what is wrong: not reachable, not allowed, not mapped; changes nothing outside.

        An empty answer means that `read` can begin.
        """
        ...

    def read(self, since: str | None) -> AsyncGenerator[Delivery, Outcome]:
        """Yield deliveries from a cursor on, forever for a live source.

        Args:
            since: the cursor of the last delivery that was written; None before the first.

        Raises:
            Retry: when the outside is gone for now.
            Fatal: when somebody must act first.
        """
        ...
