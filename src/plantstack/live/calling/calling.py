"""Tells somebody of every call for help, writes down what became of it, and tells the next when nobody comes.

What was told is in the log before anything else is tried: a restart goes on where it was. Between handing a
message over and writing that down lies a moment; whoever gets it twice then sees the same id in both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from plantstack.errors import PlantstackError
from plantstack.intervals import HOUR, MINUTE, SECOND, rfc3339
from plantstack.live.calling.pages import Pages
from plantstack.live.calling.ways import NotTold, Word, mail, post
from plantstack.live.calling.wording import WORDINGS
from plantstack.live.running import Running
from plantstack.stack.files.call_plan import CallPlan, Target, read_call_plan
from plantstack.stack.floor.calls import SOURCE, OpenCall, name_of, open_calls, places_of
from plantstack.stack.floor.entry_words import clock_of, label

LOOK_S = 0.25
_BEAT_S = 2.0  # between two looks while nothing was written: a page may have been opened, a step be due
WAITS = (5 * SECOND, 15 * SECOND, MINUTE, 3 * MINUTE)  # after each attempt that failed; then it is given up
_OLD = HOUR  # what was asked so long ago is history: nobody is called to it any more
_NOBODY = "no page of maintenance or a supervisor is open, and the plan of calls names nobody"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Somebody who is to be told of a call.

    Attributes:
        id: of call, step and target.
        number: of the attempt, from 1.
        target: None for a page, or for nobody.
    """

    id: str
    call: OpenCall
    step: int
    way: str
    role: str
    number: int = 1
    target: Target | None = None


class Calling:
    """The calls of a running plant."""

    def __init__(self, running: Running, plan: CallPlan | None = None) -> None:
        """Read the plan.

        Args:
            running: the plant.
            plan: who is told; None reads that of the project.

        Raises:
            ConfigError: with every problem of the plan.
        """
        self.pages = Pages()
        self.plan = read_call_plan(running.folder, running.plant) if plan is None else plan
        self._running = running
        self._is_waited_for = False
        self._going: dict[str, asyncio.Task[None]] = {}
        self._tried: dict[str, tuple[int, int, bool]] = {}  # id -> attempts, last at, whether it is over

    async def run(self) -> None:
        """Tell of calls until cancelled."""
        seen, silent_s = -1, 0.0
        while not self._running.is_closing:
            offset = self._running.keeper.standing.offset
            is_due = self._is_waited_for and silent_s >= _BEAT_S
            try:
                if is_due or (offset != seen and await asyncio.to_thread(self._is_news, seen, offset)):
                    silent_s = 0.0
                    await self.look()
                seen = offset
            except PlantstackError:  # told by health; the next look tries again
                seen = -1
            await asyncio.sleep(LOOK_S)
            silent_s += LOOK_S

    def _is_news(self, after: int, upto: int) -> bool:
        """Whether anything was said of calls: the books are asked only then, for they have more to answer."""
        if after < 0:
            return True
        sql = "SELECT 1 FROM event WHERE log_offset > ? AND log_offset <= ? AND kind = 'call' LIMIT 1"
        found = self._running.writer.run(lambda log: log.connection.execute(sql, (after, upto)).fetchall())
        return bool(found.result())

    async def look(self) -> None:
        """See which calls are open, and begin to tell whoever is due.

        Raises:
            PlantstackError: when the books cannot be asked.
        """
        due = await asyncio.to_thread(self._due)
        for one in due:
            if one.id not in self._going:
                self._going[one.id] = asyncio.create_task(self._deliver(one))

    async def settle(self) -> None:
        """Wait for what is being told."""
        await asyncio.gather(*self._going.values())

    def _due(self) -> list[Delivery]:
        now = self._running.clock()
        calls = self._running.ask(lambda stack: open_calls(stack, now=now))
        waiting = [one for one in calls if one.phase == "asked"]
        self._is_waited_for = bool(waiting)
        return [delivery for call in waiting for delivery in self._of(call, now)]

    def _of(self, call: OpenCall, now: int) -> Iterator[Delivery]:
        """Whom to tell of a call now: those of the plan, pages that are open, or that there is nobody."""
        planned = list(self._planned(call))
        for due_at, one in planned:
            if due_at <= now < due_at + _OLD and (number := self._attempt(one, now)):
                yield replace(one, number=number)
        if now >= call.asked_at + _OLD:
            return
        name, roles = name_of(call), self.pages.near(self._running.plant, call.equipment, now)
        others = [Delivery(f"{name} page {role}", call, 1, "page", role) for role in roles]
        if not planned and not roles:
            others = [Delivery(f"{name} nobody", call, 1, "nobody", "")]
        yield from (one for one in others if self._attempt(one, now))

    def _planned(self, call: OpenCall) -> Iterator[tuple[int, Delivery]]:
        """Whom the plan names, and from when on."""
        rule = self.plan.rule(call.whom, places_of(self._running.plant, call.equipment, call.asked_at))
        if rule is None:
            return
        steps = [(1, call.asked_at, rule.tell)]
        steps += [(2, call.asked_at + rule.after, rule.then)] if rule.after is not None else []
        for step, due_at, targets in steps:
            for place, target in enumerate(targets):
                id_ = f"{name_of(call)} {step}.{place} {target.way}"
                yield due_at, Delivery(id_, call, step, target.way, target.role, target=target)

    def _attempt(self, one: Delivery, now: int) -> int:
        """Which attempt is due; 0 where none is: it is told, given up, or waits."""
        told = [other for other in one.call.told if other.id == one.id]
        tried, last, is_over = self._tried.get(one.id, (0, 0, False))
        if is_over or any(other.status != "failed" for other in told):
            return 0
        tried, last = max(tried, len(told)), max([last, *(other.at for other in told)])
        if not tried:
            return 1
        if one.target is None or tried > len(WAITS) or now < last + WAITS[tried - 1]:
            return 0
        return tried + 1

    async def _deliver(self, one: Delivery) -> None:
        try:
            await self._try(one)
        finally:
            self._going.pop(one.id, None)

    async def _try(self, one: Delivery) -> None:
        status, why = "delivered", ""
        if one.way == "nobody":
            status, why = "failed", _NOBODY
        elif one.target is not None:
            try:
                await asyncio.to_thread(self._tell, one, one.target)
            except NotTold as error:
                is_over = error.is_final or one.number > len(WAITS)
                status, why = "gave_up" if is_over else "failed", str(error)
        self._tried[one.id] = (one.number, self._running.clock(), status != "failed")
        try:
            await asyncio.to_thread(self._write, one, status, why)
        except PlantstackError:  # a full disk: it was told all the same, and is remembered until a restart
            return

    def _tell(self, one: Delivery, target: Target) -> None:
        word = self._word(one)
        if target.way == "mail" and self.plan.mail is not None:
            mail(self.plan.mail, target.address, word)
            return
        hook = next((hook for hook in self.plan.webhooks if hook.name == target.address), None)
        if hook is None:
            raise NotTold("the plan of calls does not say how", is_final=True)
        post(hook, word)

    def _word(self, one: Delivery) -> Word:
        plant, call, now = self._running.plant, one.call, self._running.clock()
        words, where = WORDINGS[self.plan.language], label(plant, call.equipment)
        when = clock_of(plant, call.equipment, call.asked_at, words.moment)
        minutes = call.minutes_open(now)
        late = f"\n{words.late.format(minutes=minutes)}" if one.step > 1 else ""
        said = f"\n\n{call.note}" if call.note else ""
        link = f"\n\n{self.plan.address.rstrip('/')}/maint" if self.plan.address else ""
        subject = words.subject.format(where=where, whom=words.whom.get(call.whom, call.whom))
        text = f"{subject}\n{words.asked.format(when=when)}{late}{said}{link}\n"
        spans = plant.spans.get(call.equipment, ())
        data: dict[str, Any] = {
            "schema": "plantstack/1",
            "call": call.id,
            "for": call.whom,
            "role": one.role,
            "step": one.step,
            "equipment": call.equipment,
            "path": spans[-1].path if spans else call.equipment,
            "label": where,
            "asked_at": rfc3339(call.asked_at),
            "minutes_open": minutes,
            "note": call.note,
        }
        return Word(one.id, subject, text, data, now)

    def _write(self, one: Delivery, status: str, why: str) -> None:
        said = {"id": name_of(one.call), "delivery": one.id, "step": one.step, "way": one.way}
        said |= {"role": one.role, "status": status, "why": why}
        whom = f"{one.way} to {one.role}" if one.role else one.way
        event = {
            "kind": "note",
            "equipment": one.call.equipment,
            "at": rfc3339(self._running.clock()),
            "source": SOURCE,
            "key": f"call {one.id} {one.number}",
            "text": f"call for help, {whom}: {status.replace('_', ' ')}",
            "x": {"call": said},
        }
        self._running.take(json.dumps([event]).encode())
