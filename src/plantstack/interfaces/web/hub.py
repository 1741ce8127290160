"""The pages that are open, each made once for all who see the same.

A page is made anew at once when something was said of what it shows, or a machine changed what it does. What
is only counted, and time that only passes, waits for a round in which all open pages are made together.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Set
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from plantstack.errors import PlantstackError
from plantstack.interfaces.web.changes import Part
from plantstack.interfaces.web.finding import Found, find
from plantstack.interfaces.web.page import Visit
from plantstack.interfaces.web.showing import Shown, show
from plantstack.intervals import SECOND
from plantstack.live.access import Sender
from plantstack.live.keeper import Standing
from plantstack.live.running import Running
from plantstack.plant.plant import Plant

_ROUND = 10 * SECOND  # of the plant's clock, from one round to the next
_OFTEN_S = 5.0  # pages of the floor; the others ask the books that are for long questions
_LOOK_S = 0.1
_SOON_S = 0.5  # what waits for an answer is made anew as often as this at most
_REST_S = 10.0  # a topic that nobody follows is kept that long
MOST = 24  # pages that are kept for one reader at once


@dataclass(frozen=True, slots=True)
class Made:
    """What a page was made of.

    Attributes:
        standing: of the books.
        studied: the longer questions it asked, each with the number of the answer there was.
        answers: how many of all longer questions had been answered, and how many by a language model.
        is_whole: whether it waited for none of them.
    """

    standing: Standing
    studied: Mapping[Hashable, int]
    answers: tuple[int, int]
    is_whole: bool


@dataclass(eq=False)
class Topic:
    """One page as some readers see it.

    Attributes:
        places: ids of the equipment it is about.
        title: of the document.
        parts: what changes, each with the round in which it last did.
        round: counts what was sent.
        upto: when the log was read that it was made of at least, see `Keeper.due_at`.
        made: which answers of which books it was made of; None: it never was.
        followers: how often each reader looks at it.
        opener: the reader it was first made for.
        is_over: it is not made any longer; whoever looks has to come again.
    """

    found: Found
    visit: Callable[[], Visit]
    places: list[str]
    title: str = ""
    parts: dict[str, Part] = field(default_factory=dict)
    round: int = 0
    upto: int = 0
    made: Made | None = None
    followers: Counter[str] = field(default_factory=Counter)
    opener: str = ""
    is_over: bool = False
    digest: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    _kin: tuple[Plant, frozenset[str]] | None = None
    _packed: dict[tuple[int, frozenset[str]], bytes] = field(default_factory=dict)

    def kin(self, plant: Plant) -> frozenset[str]:
        """All equipment whose events may change the page, as a plant has it."""
        if self._kin is None or self._kin[0] is not plant:
            self._kin = (plant, plant.kin_of(self.places))
        return self._kin[1]

    def take(self, shown: Shown, upto: int) -> None:
        """Note what changed, and wake those who look.

        Args:
            shown: the page as it is now.
            upto: `read_at` of the books it was made of; they may have been newer.
        """
        self.upto = upto
        digest = shown.digest
        if digest == self.digest:
            return
        self.round += 1
        none = Part(0, "")
        self.parts = {
            key: self.parts.get(key, none).next(self.round, part) for key, part in shown.parts.items()
        }
        self.title, self.digest = shown.title, digest
        self._packed.clear()
        self._wake()

    def is_kept_for(self, reader: str) -> bool:
        """Whether it is made because of a reader: he looks at it, or was the first and nobody else does."""
        return self.followers[reader] > 0 or (self.opener == reader and not self.is_followed)

    @contextmanager
    def followed_by(self, reader: str) -> Iterator[None]:
        """A reader looks at it while the block lasts."""
        self.followers[reader] += 1
        try:
            yield
        finally:
            self.followers[reader] -= 1
            self.followers += Counter()  # whoever looks no more is forgotten

    @property
    def is_followed(self) -> bool:
        """Whether anybody looks at it."""
        return self.followers.total() > 0

    def end(self) -> None:
        """Nobody makes it any longer."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    def changed(self, seen: int) -> frozenset[str]:
        """The parts that changed since a round."""
        return frozenset(key for key, part in self.parts.items() if part.dated > seen)

    def since(self, seen: int, known: Set[str]) -> bytes:
        """The message that brings a reader from a round to now; packed once for all who have the same.

        Args:
            seen: the round it saw.
            known: the parts whose text it was sent; of those it gets only the pieces that changed.
        """
        keys = self.changed(seen)
        have = (seen, keys & known)
        if have not in self._packed:
            parts = {key: self.parts[key].told(seen, key in known) for key in self.parts if key in keys}
            told = {"title": self.title, "upto": self.upto, "parts": parts}
            data = json.dumps(told, ensure_ascii=False)
            self._packed[have] = f"event: patch\nid: {self.digest}\ndata: {data}\n\n".encode()
        return self._packed[have]


class Hub:
    """All topics that somebody follows; used from one event loop."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.topics: dict[tuple[object, ...], Topic] = {}

    def topic(self, address: str, sender: Sender, language: str, reader: str = "") -> Topic | None:
        """What a reader looks at, shared with all who see the same; None where there is no such page.

        Args:
            address: of the page.
            sender: who is let near what.
            language: that it is said in.
            reader: whom it is kept for: a session, a tablet or a token.

        Raises:
            HTTPException: where he is not let near the place it is about, or looks at too many pages.
        """
        if not address.startswith("/") or address.startswith("//"):
            return None
        asked = urlsplit(address)
        match = find(asked.path)
        if match is None or match[0].page.right not in sender.may:
            return None
        found, params = match
        whose = sender if found.page.is_own else (sender.scope, sender.may)
        key = (address, whose, language)
        query = dict(parse_qsl(asked.query))

        def visit() -> Visit:
            now = self.running.clock()
            return Visit(self.running, sender, asked.path, params, query, now, language)

        places = visit().places
        if key not in self.topics or not self.topics[key].is_kept_for(reader):
            self._make_room(reader)
        if key not in self.topics:
            self.topics[key] = made = Topic(found, visit, places, opener=reader)
            made.task = asyncio.create_task(self._keep(key, made))
        return self.topics[key]

    def _make_room(self, reader: str) -> None:
        """Let go of a page that a reader left, where he has as many as he may; refuse where he left none."""
        own = [(key, one) for key, one in self.topics.items() if one.is_kept_for(reader)]
        if len(own) < MOST:
            return
        left = next((pair for pair in own if not pair[1].is_followed), None)
        if left is None:
            told = f"{MOST} pages of one reader are open already; close one of them"
            raise HTTPException(429, told, {"Retry-After": "5"})
        key, topic = left
        del self.topics[key]
        topic.end()
        if topic.task is not None:
            topic.task.cancel()

    async def _keep(self, key: tuple[object, ...], topic: Topic) -> None:
        """Keep a topic while somebody looks; one that cannot be made ends, and its readers come again."""
        try:
            await self._make(topic)
        finally:
            if self.topics.get(key) is topic:  # else it was let go of, and may be made for somebody else
                del self.topics[key]
            topic.end()

    async def _make(self, topic: Topic) -> None:
        """Make the page anew whenever that is due."""
        alone_s = 0.0
        while alone_s < _REST_S and not self.running.is_closing:
            if topic.made is None or self._is_due(topic, topic.made):
                begun = asyncio.get_running_loop().time()
                topic.made = made = await self._make_once(topic, topic.made)
                await self._rest(topic, made, asyncio.get_running_loop().time() - begun)
            await asyncio.sleep(_LOOK_S)
            alone_s = 0.0 if topic.is_followed else alone_s + _LOOK_S

    async def _rest(self, topic: Topic, made: Made, took_s: float) -> None:
        """Let a page be that was just made; news of the floor wait only as long as making it took."""
        every_s = topic.found.page.every_s if made.is_whole else min(topic.found.page.every_s, _SOON_S)
        rested_s = min(took_s, every_s) if every_s <= _OFTEN_S else every_s
        await asyncio.sleep(rested_s)
        while rested_s < every_s and not self._has_news(topic, made):
            await asyncio.sleep(_LOOK_S)
            rested_s += _LOOK_S

    def _is_due(self, topic: Topic, made: Made) -> bool:
        standing, answers = self.running.keeper.standing, self._answers()
        if made.answers[1] != answers[1] or not (made.is_whole or made.answers == answers):
            return True
        number = self.running.study.number
        if any(number(key) > seen for key, seen in made.studied.items()):
            return True
        return self._has_news(topic, made) or _round_of(standing) != _round_of(made.standing)

    def _has_news(self, topic: Topic, made: Made) -> bool:
        heard, since = self.running.keeper.heard, made.standing.offset
        return any(heard[name] > since for name in topic.kin(self.running.plant) & heard.keys())

    def _answers(self) -> tuple[int, int]:
        return self.running.study.answered, self.running.fluent.answered

    async def _make_once(self, topic: Topic, last: Made | None) -> Made:
        """Make the page; in a round the books stand still until all have theirs."""
        is_round = last is not None and last.is_whole and not self._has_news(topic, last)
        visit, standing, answers = topic.visit(), self.running.keeper.standing, self._answers()
        is_whole = True
        with self.running.keeper.held() if is_round else nullcontext():
            try:
                shown = await run_in_threadpool(self._shown, topic, visit, is_round)
                is_whole = shown.is_whole
                topic.take(shown, standing.read_at)
            except (PlantstackError, HTTPException):  # told where the page is asked for
                pass
        return Made(standing, visit.studied, answers, is_whole)

    def _shown(self, topic: Topic, visit: Visit, is_round: bool) -> Shown:
        if is_round:  # whoever comes first has derived what all of them will ask about
            often = [one for one in list(self.topics.values()) if one.found.page.every_s <= _OFTEN_S]
            places = {place for one in often for place in one.places} - {""}
            self.running.ask(lambda stack: stack.engine(scope=None).settled(*places))
        return show(topic.found, visit, {})


def _round_of(standing: Standing) -> int:
    return max(standing.as_of.values(), default=0) // _ROUND
