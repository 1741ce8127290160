"""What the machine itself says about a stop, and whether the picker may show it.

An alarm rule of the plant (R55) gives a stop its reason until somebody says otherwise; a picker pre-selects
that leaf. On one stop in twenty it does not, to see what people choose when nothing is suggested: which
stops is decided by the stop itself, so every tablet, and every replay, decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from plantstack.stack.floor.stops import Stop

ONE_IN = 20  # stops on which the suggestion is withheld: 5 %


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What machine evidence suggests for a stop.

    Attributes:
        reason: leaf that the rule for the alarm names; '' where no rule speaks, or where it is withheld.
        label: what people call it.
        is_withheld: a rule speaks, and the picker must not show it.
    """

    reason: str = ""
    label: str = ""
    is_withheld: bool = False


NOTHING = Suggestion()


def is_withheld(machine: str, stop_at: int) -> bool:
    """Whether the suggestion for a stop is kept back, by the stop's identity alone.

    >>> 900 < sum(is_withheld("filler", n * 60_000_000) for n in range(20_000)) < 1100
    True
    """
    digest = blake2b(f"{machine}|{stop_at}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % ONE_IN == 0


def suggestion(stop: Stop) -> Suggestion:
    """What may be pre-selected for a stop."""
    if not stop.is_automatic:
        return NOTHING
    if is_withheld(stop.machine, stop.from_at):
        return Suggestion(is_withheld=True)
    return Suggestion(stop.reason, stop.label)
