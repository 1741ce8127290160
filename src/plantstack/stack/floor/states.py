"""What a machine does, in plain words, and how a state strip shows it: one table for all who show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from plantstack.ledger.rules import flag_bit
from plantstack.stack.floor.rows import Entry

State = Literal[
    "running",
    "running_slow",
    "micro_stop",
    "stopped",
    "waiting",
    "setup",
    "planned_stop",
    "no_order",
    "no_data",
    "not_scheduled",
]
"""What a machine does. `micro_stop`: it stands, and shorter than the micro-stop limit so far."""

Look = Literal["run", "slow", "micro", "down", "wait", "setup", "planned", "none", "off"]
"""How a strip shows it, see the table of time states in the UI guide."""

LOOKS: dict[State, Look] = {
    "running": "run",
    "running_slow": "slow",
    "micro_stop": "micro",
    "stopped": "down",
    "waiting": "wait",
    "setup": "setup",
    "planned_stop": "planned",
    "no_order": "planned",  # idle outside the plan
    "no_data": "none",
    "not_scheduled": "off",
}

_STATES: dict[str, State] = {
    "run": "running",
    "setup": "setup",
    "breakdown": "stopped",
    "other_stop": "stopped",
    "planned_overrun": "stopped",
    "waiting": "waiting",
    "micro_stop": "micro_stop",
    "no_order": "no_order",
    "planned_down": "planned_stop",
    "not_scheduled": "not_scheduled",
    "unknown": "no_data",
}

LOST = ("breakdown", "other_stop", "waiting", "micro_stop", "planned_overrun", "setup")
"""The accounts in which a shift loses time, as `downtime_by_category` adds them."""

_UNCODED = flag_bit("uncoded")
_AUTOMATIC = flag_bit("automatic")


def is_unexplained(entry: Entry) -> bool:
    """Whether a stop over the micro-stop limit stands here for which nobody gave a reason that says why."""
    return bool(entry.flags & _UNCODED)


def is_automatic(entry: Entry) -> bool:
    """Whether its reason is that of an alarm rule, which nobody confirmed."""
    return bool(entry.flags & _AUTOMATIC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of ledger entries in which a machine does one thing, whatever order or shift it lies in.

    Attributes:
        machine: id.
        state: what it does.
        from_at: microseconds UTC; `until_at` likewise.
        entries: of the ledger, in order of time.
    """

    machine: str
    state: State
    from_at: int
    until_at: int
    entries: tuple[Entry, ...]

    @property
    def look(self) -> Look:
        """How a strip shows it."""
        return LOOKS[self.state]

    @property
    def last(self) -> Entry:
        """What holds at its end."""
        return self.entries[-1]

    @property
    def length(self) -> int:
        """Microseconds."""
        return self.until_at - self.from_at


def state_of(entry: Entry, micro_us: int) -> State:
    """What a machine does in a ledger entry.

    Args:
        entry: of the ledger.
        micro_us: the micro-stop limit of the machine.
    """
    state = _STATES[entry.account]
    if state == "stopped" and entry.is_open and entry.account != "planned_overrun":
        began = entry.stop_at if entry.stop_at is not None else entry.from_at
        return "micro_stop" if entry.until_at - began < micro_us else state
    return state


def stretches(entries: Sequence[Entry], micro_us: int) -> Iterator[Stretch]:
    """The entries of one machine, put together while it does the same; an open stop is one to its end."""
    last = entries[-1] if entries else None
    open_state = state_of(last, micro_us) if last is not None and last.is_open else None
    made: Stretch | None = None
    for entry in entries:
        state = state_of(entry, micro_us)
        is_of_open = last is not None and entry.is_open and entry.stop_at == last.stop_at
        if is_of_open and state in ("micro_stop", "stopped") and open_state in ("micro_stop", "stopped"):
            state = open_state
        if made is not None and made.state == state and _goes_on(made.last, entry):
            made = replace(made, until_at=entry.until_at, entries=(*made.entries, entry))
            continue
        if made is not None:
            yield made
        made = Stretch(entry.machine, state, entry.from_at, entry.until_at, (entry,))
    if made is not None:
        yield made


def _goes_on(before: Entry, entry: Entry) -> bool:
    """Two micro-stops that touch are two; a stop whose reason changes on the way goes on."""
    return before.until_at == entry.from_at and before.stop_at == entry.stop_at
