"""Something that somebody should change, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LOSES, WEAKENS, EXPOSES = "loses data", "weakens trust", "exposes"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change.

    Attributes:
        code: for scripts.
        effect: LOSES, WEAKENS or EXPOSES.
        where: file, connection or machine.
        what: is so.
        why: it matters.
        fix: what to do.
    """

    code: str
    effect: str
    where: str
    what: str
    why: str
    fix: str

    def as_row(self) -> dict[str, Any]:
        """The finding as a row of an answer."""
        return {name: getattr(self, name) for name in Finding.__dataclass_fields__}
