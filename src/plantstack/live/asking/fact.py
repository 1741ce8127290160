"""A fact that a tool gave: one generated sentence, where it leads, and what may be said instead of it."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.insights.saying import Say
from plantstack.insights.verifying.verifier import Basis


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known.

    Attributes:
        says: as it was generated.
        behind: what a sentence about it may say.
        href: of the page that shows what is behind it; '' none.
        trust: grade of the numbers; '' where it has none.
        is_cannot: it says that something cannot be judged, and why.
        tool: that gave it.
    """

    says: Say
    behind: Basis
    href: str = ""
    trust: str = ""
    is_cannot: bool = False
    tool: str = ""

    @property
    def sentence(self) -> str:
        """In the language of its reader."""
        return self.behind.sentence
