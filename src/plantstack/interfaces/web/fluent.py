"""The switch between sentences as they were generated and as a model says them otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from plantstack.errors import PlantstackError
from plantstack.interfaces.asked_model import Retelling, is_set_up, kept
from plantstack.interfaces.web.page import Reading, Visit
from plantstack.interfaces.web.rendering import address

_FLUENT = "fluent"


@dataclass(frozen=True, slots=True)
class Switch:
    """How sentences are said, and the address of the other way.

    Attributes:
        href: of the same page the other way.
        is_on: whether a model says them.
        retelling: of the model; None where it is off, or cannot be asked.
        failed: why it cannot be.
    """

    href: str
    is_on: bool
    retelling: Retelling | None = None
    failed: str = ""


def switch_of(visit: Reading) -> Switch | None:
    """The switch of a page: on with `words=fluent`; None where no model is set up, or on paper."""
    if not isinstance(visit, Visit) or not is_set_up(visit.running.folder):
        return None
    is_on, shift = visit.query.get("words") == _FLUENT, visit.query.get("shift", "")
    href = address(visit.path, shift=shift, words="" if is_on else _FLUENT)
    if not is_on:
        return Switch(href, is_on)
    try:
        retelling = kept(visit.running.folder, visit.running.fluent, 0.0)
    except PlantstackError as error:
        return Switch(href, is_on, failed=" ".join(f"{one.what}. {one.fix}" for one in error.problems))
    return Switch(href, is_on, retelling)
