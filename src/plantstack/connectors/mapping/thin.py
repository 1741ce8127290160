"""States from thin signals, one machine at a time: pulses, a level with hysteresis, a run bit with pieces.

Plain state machines over what a machine showed, in the order of time. What they remember is a JSON object
that is kept with the events, so it does not matter how a stream is cut or how often we start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from plantstack.intervals import DAY, MINUTE

PRODUCING, IDLE, STOPPED, UNKNOWN = "producing", "idle", "stopped", "unknown"
PAUSE_US = MINUTE  # rows further apart leave it open whether the source was there
KEPT_RUNS = 24
KEPT_US = DAY
EVER = 2**62
_OPEN, _TOLD, _CUT = range(3)  # whether the end of a run is told; cut: nobody can tell

Memory = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A state that begins, or one told before that is taken back.

    Attributes:
        row: that shows it.
        at: microseconds UTC.
        state: from then on.
        is_void: what was said of this instant is taken back.
        since: no state, but that the source was there from this instant until `at`.
    """

    row: int
    at: int
    state: str
    is_void: bool = False
    since: int | None = None


def sign(memory: Memory, said: list[Said], row: int, at: int, before: int | None) -> bool:
    """Say once a minute that the source was there, by the first row of each minute.

    Args:
        memory: of the machine.
        said: what is said of it.
        row: that came.
        at: when, microseconds UTC.
        before: when the row before it was; None before the first.

    Returns:
        Whether there was a pause before it.
    """
    since = memory.setdefault("sign", at)
    if before is None or before // MINUTE == at // MINUTE:
        return False
    has_paused = at - before > PAUSE_US
    until = before if has_paused else at
    if until > since:
        said.append(Said(row, until, "", since=since))
    memory["sign"] = at
    return has_paused


@dataclass(frozen=True, slots=True)
class Island:
    """Pulses that lie so near each other that the machine ran from the first to the last.

    Attributes:
        first: pulse.
        last: pulse.
        reach: until when the next one would still belong to them.
        row: of the first.
    """

    first: int
    last: int
    reach: int
    row: int = 0


@dataclass(slots=True)
class Runs:
    """Runs of a machine that is only seen by its pieces.

    What is told depends on the pulses alone, in any order: a run is producing from its first pulse and
    stopped from its last one. A late pulse only joins what was apart, so a stop that was none is taken back.
    """

    memory: Memory
    said: list[Said] = field(default_factory=list)
    is_live: bool = False  # then pulses of a time that is forgotten are single ones, and no whole file
    late: list[int] = field(default_factory=list)  # rows of them

    def take(self, islands: Iterable[Island], minutes: Iterable[tuple[int, int, int | None]] = ()) -> None:
        """Take the pulses of a batch.

        Args:
            islands: in the order of time.
            minutes: first pulse of each minute, its row, and the pulse before it.
        """
        runs: list[list[int]] = self.memory.setdefault("runs", [])
        given = list(islands)
        if not given:
            return
        newest = runs[-1][1] if runs else -EVER
        oldest = self.memory.get("oldest", EVER)
        floor = self.memory.get("floor", -EVER)  # from where on all runs are remembered
        alone = [one for one in given if oldest <= one.first and one.reach < floor]
        for one in given:
            if one not in alone:
                self._insert(runs, one)
        if self.is_live:
            self.late += [one.row for one in alone]
        else:
            self._tell_alone(alone)
        self._come_back(given)
        self._close(runs[:-1], given)
        self._sign(minutes, newest, oldest)
        self.memory["oldest"] = min(given[0].first, oldest)
        self._forget(runs)

    def _sign(self, minutes: Iterable[tuple[int, int, int | None]], newest: int, oldest: int) -> None:
        """Say that the source was there, and after a pause within a run that it goes on."""
        told = {one.at for one in self.said if one.state == PRODUCING}
        older: Memory = {}  # an older file has signs of its own
        for at, row, before in minutes:
            if at > newest:
                known = newest if newest != -EVER else None
                has_paused = sign(
                    self.memory, self.said, row, at, known if before is None else max(before, newest)
                )
            elif at < oldest:
                has_paused = sign(older, self.said, row, at, before)
            else:
                continue
            if has_paused and at not in told:
                self.said.append(Said(row, at, PRODUCING))

    def pass_by(self, now: int, row: int = 0) -> None:
        """Say what the absence of a pulse until now shows; `row` is one that came without."""
        runs = self.memory.get("runs", [])
        if runs and runs[-1][3] == _OPEN and runs[-1][2] < now:
            runs[-1][3] = _TOLD
            self.said.append(Said(row, runs[-1][1], STOPPED))
        back, reach = self.memory.get("back", (0, 0))
        if back and reach < now:
            del self.memory["back"]
            self.said.append(Said(row, back, STOPPED))

    def cut(self, since: int, until: int) -> None:
        """Between two instants pulses may have been lost: nobody saw whether an open run has ended."""
        self.pass_by(since)
        runs = self.memory.get("runs", [])
        if runs and runs[-1][3] == _OPEN:
            runs[-1][3] = _CUT
            self.said.append(Said(0, until, UNKNOWN))
            self.memory["back"] = [until, until + runs[-1][2] - runs[-1][1]]

    def _come_back(self, islands: list[Island]) -> None:
        """The first pulse after a cut says that the machine runs, also where it joins a run."""
        back = self.memory.get("back", [0])[0]
        after = [one for one in islands if one.last > back]
        if back and after:
            del self.memory["back"]
            self.said.append(Said(after[0].row, max(after[0].first, back), PRODUCING))

    def _tell_alone(self, alone: list[Island]) -> None:
        """Tell runs of a time that is no longer remembered, as if their pulses were all there were of it."""
        for one, after in zip_longest(alone, alone[1:]):
            self.said.append(Said(one.row, one.first, PRODUCING))
            if after is not None:
                self.said.append(Said(after.row, one.last, STOPPED))

    def _insert(self, runs: list[list[int]], one: Island) -> None:
        near = [run for run in runs if run[0] <= one.reach and run[2] >= one.first]
        last = max([one.last, *(run[1] for run in near)])
        end = next((run[3] for run in near if run[1] == last), _OPEN)
        if one.first < min([one.first + 1, *(run[0] for run in near)]):
            self.said.append(Said(one.row, one.first, PRODUCING))
        for run in near:
            if run[3] == _TOLD and run[1] != last:
                self.said.append(Said(one.row, run[1], STOPPED, is_void=True))
            runs.remove(run)
        first = min([one.first, *(run[0] for run in near)])
        runs.append([first, last, max([one.reach, *(run[2] for run in near)]), end])
        runs.sort()

    def _close(self, runs: list[list[int]], islands: list[Island]) -> None:
        """A run that another one follows has ended."""
        for run in runs:
            if run[3] == _OPEN:
                row = next((one.row for one in islands if one.first > run[1]), islands[-1].row)
                self.said.append(Said(row, run[1], STOPPED))
                run[3] = _TOLD

    def _forget(self, runs: list[list[int]]) -> None:
        since = runs[-1][2] - KEPT_US if runs else 0
        kept = [run for run in runs if run[2] >= since][-KEPT_RUNS:]
        if len(kept) < len(runs):
            self.memory["floor"] = max(kept[0][0], self.memory.get("floor") or kept[0][0])
            runs[:] = kept


@dataclass(frozen=True, slots=True)
class Band:
    """A level that says what a machine does; between the two limits it goes on with what it did.

    Attributes:
        upper: state above it, and how long it must last.
        lower: state below it, and how long it must last.
    """

    upper: tuple[str, int]
    lower: tuple[str, int]

    def lasting(self, state: str) -> int:
        """How long a state must last before it is one, in microseconds."""
        return dict([self.upper, self.lower]).get(state, 0)


@dataclass(slots=True)
class Level:
    """A measured level of one machine; samples that come late are not taken."""

    band: Band
    memory: Memory
    said: list[Said] = field(default_factory=list)

    def take(self, row: int, at: int, shows: str, before: int | None = None) -> bool:
        """Take a sample.

        Args:
            row: of it.
            at: when, microseconds UTC.
            shows: the state its value stands for, `unknown` for a bad one, '' between the limits.
            before: when the sample before it was, where that one was not worth taking.

        Returns:
            Whether it was taken: not when a later one, or another of this instant, was.
        """
        memory = self.memory
        newest = memory.get("at")
        if newest is not None and at <= newest:
            return False
        known = [one for one in (before, newest) if one is not None]
        has_paused = sign(memory, self.said, row, at, max(known, default=None))
        self._doubt(row, at, shows)
        self._settle(row, at)  # it lasted until this sample, whatever it shows
        state = memory.get("state", "")
        if shows and shows == state:
            memory.pop("next", None)
        elif shows and memory.get("next", [""])[0] != shows:
            memory["next"] = [shows, at]
        self._settle(row, at)
        is_told = bool(self.said) and self.said[-1].at == at and self.said[-1].since is None
        if has_paused and memory.get("state") and "next" not in memory and not is_told:
            self.said.append(Said(row, at, memory["state"]))
        memory["at"] = at
        return True

    def pass_by(self, now: int, row: int = 0) -> None:
        """Say what the absence of another sample until now shows."""
        if "next" in self.memory:
            before = self.memory.get("state", "")
            self._settle(row, now)
            if "next" not in self.memory:
                self.memory["ticked"] = [self.said[-1].at, before]

    def cut(self, since: int, until: int) -> None:
        """Between two instants samples may have been lost: the next one tells anew what is."""
        self.pass_by(since)
        self.memory.pop("next", None)
        if self.memory.get("state", UNKNOWN) != UNKNOWN:
            self.memory["state"] = UNKNOWN
            self.said.append(Said(0, until, UNKNOWN))

    def _settle(self, row: int, at: int) -> None:
        """Tell the state that is about to be, once it has lasted."""
        state, since = self.memory.get("next", ("", at))
        if state and at - since >= self.band.lasting(state):
            self.said.append(Said(row, since, state))
            self.memory["state"] = state
            del self.memory["next"]

    def _doubt(self, row: int, at: int, shows: str) -> None:
        """Take a state back that passed by before a sample on its way said otherwise."""
        since, before = self.memory.pop("ticked", (None, ""))
        state = self.memory.get("state", "")
        if since is not None and shows not in ("", state) and at - since < self.band.lasting(state):
            self.said.append(Said(row, since, state, is_void=True))
            self.memory["state"] = before


@dataclass(slots=True)
class Running:
    """A run bit beside pieces: it runs empty from its last piece on, once no other one follows."""

    memory: Memory
    said: list[Said] = field(default_factory=list)

    def take(self, row: int, at: int, state: str, reach: int) -> bool:
        """Take a word of the bit; `reach` is until when a first piece may follow. False when it is late."""
        memory = self.memory
        before = memory.get("at")
        if before is not None and at <= before:
            return False
        has_paused = self._sign(row, at)
        if self._is_on:
            self._run_empty(row, at)
        if state != memory.get("state"):
            memory["state"] = state
            self.said.append(Said(row, at, state))
            if state == PRODUCING:
                memory |= {"rise": at, "last": at, "reach": reach, "idle": False}
        elif has_paused and (state != PRODUCING or memory["idle"]):
            self.said.append(Said(row, at, IDLE if state == PRODUCING else state))
        memory["at"] = at
        return True

    def piece(self, row: int, at: int, reach: int) -> None:
        """Take a piece; while the bit does not say that the machine runs, it changes nothing."""
        memory = self.memory
        has_paused = self._sign(row, at)
        if not self._is_on or at < memory["rise"] or at <= memory["last"]:
            return
        last = memory["last"]
        if memory["idle"] and at <= memory["reach"]:
            self.said.append(Said(row, last, IDLE, is_void=True))
        self._run_empty(row, at)
        if memory["idle"] or has_paused:
            self.said.append(Said(row, at, PRODUCING))
        memory |= {"last": at, "reach": max(reach, memory["reach"]), "idle": False}

    def pass_by(self, now: int, row: int = 0) -> None:
        """Say what the absence of a piece until now shows; `row` is one that came without."""
        if self._is_on:
            self._run_empty(row, now)

    def cut(self, since: int, until: int) -> None:
        """Between two instants pieces may have been lost: the next word of the bit tells anew what is."""
        self.pass_by(since)
        if self.memory.get("state", UNKNOWN) != UNKNOWN:
            self.memory["state"] = UNKNOWN
            self.said.append(Said(0, until, UNKNOWN))

    def _sign(self, row: int, at: int) -> bool:
        before = self.memory.get("seen")
        if before is not None and at <= before:
            return False
        self.memory["seen"] = at
        return sign(self.memory, self.said, row, at, before)

    @property
    def _is_on(self) -> bool:
        return bool(self.memory.get("state") == PRODUCING)

    def _run_empty(self, row: int, at: int) -> None:
        if not self.memory["idle"] and at > self.memory["reach"]:
            self.said.append(Said(row, self.memory["last"], IDLE))
            self.memory["idle"] = True
