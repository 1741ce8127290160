"""A plant being run: the one writer of its log, the books kept fresh, and what they say of themselves."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from plantstack.connectors.connections import Connection, read_connections
from plantstack.connectors.contract import Delivery, Outcome
from plantstack.errors import ConfigError, LogError, PlantstackError, Problem
from plantstack.events import deadletters, tokens
from plantstack.events.deadletters import StoredLetter
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.intervals import rfc3339
from plantstack.live.access import Sender
from plantstack.live.adopting import PlantFiles, books_of
from plantstack.live.clock import SteadyClock
from plantstack.live.delivering import Deliveries
from plantstack.live.door import STATUSES, Clock, Door, Taken
from plantstack.live.edges import Edges
from plantstack.live.keeper import Keeper
from plantstack.live.limits import Limits
from plantstack.live.rephrasing.fluent import Fluent
from plantstack.live.study import Study, outlives
from plantstack.live.supervisor import Supervisor
from plantstack.live.vouching import judges
from plantstack.plant.load import load_plant, plant_content
from plantstack.plant.plant import Plant
from plantstack.stack.files.configuring import record_config
from plantstack.stack.files.letters import Retried, Wanted, chosen, mappings_of, retry, settle
from plantstack.stack.files.naming import names_of
from plantstack.stack.files.unread import unread_lately
from plantstack.stack.project import Stack

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Health:
    """How the server is.

    Attributes:
        status: `ok`, `degraded` (it takes events in, something waits) or `failing` (it has to be restarted).
        offset: the last offset committed.
        books: the last offset the books stand on.
        as_of: how far the books of each site reach.
        why: what is wrong, in sentences without paths or traces.
    """

    status: str
    offset: int
    books: int
    as_of: dict[str, str]
    why: tuple[str, ...] = ()

    def as_row(self) -> dict[str, Any]:
        """The object that `/health` gives."""
        return {
            "status": self.status,
            "offset": self.offset,
            "books_offset": self.books,
            "behind": self.offset - self.books,
            "as_of": self.as_of,
            "why": list(self.why),
        }


class Running:
    """One project while its server runs."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        chance: Callable[[], float] = lambda: 0.5,
        also: Sequence[Connection] = (),
    ) -> None:
        """Take the log and open the books.

        Args:
            folder: of the project.
            clock: the instant of now.
            chance: a number from 0 to 1, so that waits of connectors differ.
            also: what is read beside the connections of the folder.

        Raises:
            ConfigError: with every problem of the plant files.
            LogError: when the log cannot be used, or another process writes it.
        """
        self.folder = folder
        self.clock = clock
        self.plant = load_plant(folder)
        connections, problems = read_connections(folder)
        if problems:
            raise ConfigError(problems)
        self._log = Log.open(folder, write=True, project_id=self.plant.project_id, holder="plantstack serve")
        try:
            record_config(self._log, plant_content(folder), clock())
            self.keeper = Keeper(folder, clock)
        except BaseException:
            self._log.close()
            raise
        self.study = Study(folder, clock)
        self.fluent = Fluent(folder, clock)
        self.writer = GroupWriter(self._log)
        self.door = Door(self.writer, names_of(self.plant), clock)
        self.is_closing = False
        self._is_guarded = False
        self.deliveries = Deliveries(folder, self.plant, self.writer, self.door, clock)
        sources = [*connections, *also]
        self.supervisor = Supervisor(sources, self.deliver, self.deliveries.begin, clock, chance)
        self.files = PlantFiles(folder, self.writer, clock, self._adopted)
        self.edges = Edges(self.writer, self.deliveries.reading, clock)
        self._counting = Lock()
        self._counted = Counter(dict.fromkeys(STATUSES, 0))

    def start(self) -> None:
        """Begin to keep the books fresh."""
        self.keeper.start()

    async def read(self) -> None:
        """Read what is connected, until cancelled."""
        await self.supervisor.run()

    async def deliver(self, connection: Connection, delivery: Delivery) -> Outcome:
        """Write what a connector delivers; returns when it is on disk."""
        outcome = await asyncio.to_thread(self.deliveries.write, connection, delivery)
        self.keeper.tell()
        return outcome

    def say_goodbye(self) -> None:
        """Let streams come to their end; events are still taken in."""
        self.is_closing = True

    def close(self) -> None:
        """Write what was handed over, then let go of books and log."""
        self.say_goodbye()
        self.writer.close()
        self.deliveries.close()
        self.study.close()
        self.fluent.close()
        self.keeper.close()
        self._log.close()

    def take(
        self, body: bytes, *, key: str = "", row: str = "", may: Limits | None = None, sender: str = ""
    ) -> Taken:
        """Take one request in, see `Door.take`; the books hear of it."""
        taken = self.door.take(body, key=key, row=row, may=may, sender=sender)
        self.keeper.tell()
        with self._counting:
            self._counted.update(taken.counts)
        return taken

    def counted(self) -> dict[str, int]:
        """How many items were sent since the start, by what became of them."""
        with self._counting:
            return dict(self._counted)

    def sender(self, secret: str) -> Sender | None:
        """Whose token this is; None when it is nobody's, or revoked."""
        with self.deliveries.reading() as log:
            token = tokens.find(log.connection, secret)
        return Sender(token.name, token.may, token.scope, token.sources) if token else None

    @property
    def is_guarded(self) -> bool:
        """Whether there ever was a token: from the first one on nobody comes in without, at once."""
        if not self._is_guarded:
            with self.deliveries.reading() as log:
                self._is_guarded = bool(tokens.listed(log.connection))
        return self._is_guarded

    @property
    def offset(self) -> int:
        """The offset of the last event on disk."""
        return self._log.last_offset()

    def stamp(self, sender: Sender) -> int:
        """What somebody may know of how far the log goes, see `Sender.stamp`."""
        return sender.stamp(self.offset, self.clock())

    def ask(self, question: Callable[[Stack], _T], *, is_past: bool = False) -> _T:
        """Ask the books as they are now.

        Args:
            question: what to ask; only this question is asked meanwhile.
            is_past: it goes back to what was known earlier, so it opens books of its own.
        """
        if not is_past:
            return self.keeper.answer(question)
        with books_of(self.folder, self.plant.project_id) as stack:
            return question(stack)

    def _adopted(self, plant: Plant) -> None:
        """Go on with a changed plant: what comes in is judged by it, and the books follow."""
        self.deliveries.adopt(plant, self.supervisor.mappings)
        self.door.names = names_of(plant)
        keeps = outlives(self.plant, plant)
        self.plant = plant
        self.study.forget(keeps=keeps)
        self.keeper.tell()

    def seal(self) -> int:
        """Move old rows of the hot log into segments when they are due; return how many files that made."""
        site_of = {name: self.plant.site_of(name).id for name in self.plant.equipment}
        return len(self.writer.run(lambda log: log.seal(now=self.clock(), site_of=site_of)).result())

    def dead_letters(self, *, after: int = 0, limit: int = 1_000) -> list[StoredLetter]:
        """List what could not become an event, in the order it came."""
        with self.deliveries.reading() as log:
            return log.dead_letters(after=after, limit=limit)

    def retry_letters(self, wanted: Wanted, *, dry: bool) -> list[Retried]:
        """Read dead letters again, see `stack.files.letters.retry`; the books hear of it."""

        def read(log: Log) -> list[Retried]:
            now = self.clock()
            may = judges(log, self.plant, now)
            return retry(log, self.folder, self.plant, wanted, now=now, dry=dry, may=may)

        with self.deliveries.still(mappings_of(self.folder)):
            found = self.writer.run(read).result()
        self.keeper.tell()
        return found

    def settle_letters(self, wanted: Wanted) -> list[int]:
        """Give letters up; return which."""

        def given_up(log: Log) -> list[int]:
            ids = [one.id for one in chosen(log, self.folder, wanted)]
            settle(log, ids, now=self.clock())
            return ids

        return self.writer.run(given_up).result()

    def open_letters(self) -> int:
        """How many dead letters nobody has settled."""
        with self.deliveries.reading() as log:
            return deadletters.count(log.connection)

    @property
    def is_failing(self) -> bool:
        """Whether only a new start can help."""
        return not (self.writer.is_alive and self.keeper.is_alive)

    def health(self) -> Health:
        """Say how the server is, the worst first."""
        books, failing, waiting = self.keeper.standing, self._failing(), [*self._waiting(), *self._unread()]
        status = "failing" if failing else "degraded" if waiting else "ok"
        as_of = {site: rfc3339(at) for site, at in sorted(books.as_of.items())}
        return Health(status, self.offset, books.offset, as_of, (*failing, *waiting))

    def _failing(self) -> list[str]:
        """What only a new start can mend."""
        stopped = "the log's writer has stopped; nothing is taken in"
        told = ((self.writer.is_alive, stopped), (self.keeper.is_alive, "the books are not being kept"))
        return [sentence for is_alive, sentence in told if not is_alive]

    def _waiting(self) -> Iterator[str]:
        """What is tried again by itself, or waits for somebody."""
        if self.writer.trouble is not None:
            yield self._told(self.writer.trouble, "the last events were refused")
        if self.keeper.trouble is not None:
            yield self._told(self.keeper.trouble, "the books cannot be brought up to date")
        for state in self.supervisor.states.values():
            if state.why:
                yield f"connector {state.name} is {state.status}: {state.why[0].what}"
        yield from self.supervisor.ailing()
        yield from self.edges.absent()
        if isinstance(self.clock, SteadyClock) and self.clock.ahead_s >= 1:
            yield f"this machine's clock went back by {self.clock.ahead_s:.0f} s; time goes on without it"
        yield from self.deliveries.troubles()
        yield from self.files.stray()

    def _unread(self) -> list[str]:
        zones = {site.zone for site in self.plant.sites.values()}
        try:
            with self.deliveries.reading() as log:
                said = unread_lately(log, self.clock(), zones)
        except (LogError, sqlite3.Error):  # what is wrong with the log the writer tells
            return []
        return [said] if said else []

    def _told(self, trouble: BaseException, sentence: str) -> str:
        """A sentence with the reason; of an unexpected error only its kind."""
        if isinstance(trouble, PlantstackError):
            return f"{sentence}: {self.placeless(trouble.problems[0]).what}"
        return f"{sentence} ({type(trouble).__name__})"

    def placeless(self, problem: Problem) -> Problem:
        """The same problem without the place of the project on this machine: that is nobody else's."""
        places = (str(self.folder.resolve()), str(self.folder.absolute()))
        texts = [problem.where, problem.what, problem.fix]
        for place in places:
            texts = [text.replace(place, "DIR") for text in texts]
        return Problem(problem.code, *texts)
