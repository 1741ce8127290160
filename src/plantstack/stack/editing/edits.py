"""What may be edited: targets, standards, reasons, single days, adopted KPIs; each with what it stands on.

Every value is text as the plant files write it; '' is what nobody said.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from plantstack.errors import Problem, QueryError

TREES = ("reasons", "scrap_reasons")


class TargetEdit(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what", tag="target"
):
    """What a KPI should be from a day on; whatever held for the same until then ends there.

    Attributes:
        kpi: its id.
        at: id of equipment; '' the group.
        product: '' any.
        per: of a total, the length of period it is meant for.
        value: as `65 %`, `25 min` or a plain number in the unit of the KPI; or `low`, `high` or both.
        dead_band: a share of the target.
        currency: of money, where it is not that of the site.
        since: the first production day on which it holds.
        owner: the function that answers for it.
        evidence: where it comes from.
        author: which function set it.
        version: of what stood there when the edit was begun, see `standing`; None is not compared.
    """

    kpi: str
    since: str = msgspec.field(name="from")
    at: str = ""
    product: str = ""
    per: str = ""
    value: str = ""
    low: str = ""
    high: str = ""
    dead_band: str = ""
    currency: str = ""
    owner: str = ""
    evidence: str = ""
    author: str = ""
    version: str | None = None


class StandardEdit(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what", tag="standard"
):
    """The cycle of a product on a machine from a day on.

    Attributes:
        machine: its id.
        product: '' every product without a standard of its own.
        ideal: the best possible pace, in the form of the machine's kind.
        standard: the pace planning uses.
        crew: of manual work.
        since: the first production day on which it holds.
        author: which function set it.
        evidence: where it comes from.
        version: as of a target.
    """

    machine: str
    ideal: str
    since: str = msgspec.field(name="from")
    author: str
    evidence: str
    product: str = ""
    standard: str = ""
    crew: str = ""
    version: str | None = None


class ReasonEdit(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what", tag="reason"
):
    """A leaf of the reasons: a new one, or other words or an end for one that is there. Its id never changes.

    Attributes:
        id: of the leaf.
        tree: `reasons` or `scrap_reasons`.
        group: of a new leaf: ids of the groups above it, as `supply` or `a/b`; '' the top.
        label: the text shown.
        translations: texts by language; '' takes one back.
        until: the first day on which nobody is offered it; None leaves it as it is, '' takes the end back.
        owner: of a new leaf, where the group has none or another one.
        account: likewise.
        allowance: likewise.
        is_new: whether there must be no such leaf yet.
        version: as of a target.
    """

    id: str
    tree: Literal["reasons", "scrap_reasons"] = "reasons"
    group: str = ""
    label: str = ""
    translations: dict[str, str] = {}
    until: str | None = None
    owner: str = ""
    account: str = ""
    allowance: str = ""
    is_new: bool = False
    version: str | None = None


class Pause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A break: of a reason, so long, at a time of day or somewhere between two."""

    reason: str
    length: str
    at: str = ""
    between: tuple[str, str] | None = None


class DayEdit(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what", tag="exception"
):
    """One day of a calendar that differs.

    Attributes:
        calendar: its id.
        date: on which the shifts start.
        shifts: names of shifts to their crews ('' none); an empty one closes the day, None keeps the usual.
        breaks: all breaks of shifts that have other ones on that day.
        label: what people call it.
        version: as of a target.
    """

    calendar: str
    date: str
    shifts: dict[str, str] | None = None
    breaks: dict[str, list[Pause]] = {}
    label: str = ""
    version: str | None = None


class AdoptionEdit(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="what", tag="adoption"
):
    """A KPI of the library that the plant shows with the core ones of its layer, or shows no longer.

    Attributes:
        kpi: its id.
        is_adopted: whether it is shown from now on.
        version: as of a target.
    """

    kpi: str
    is_adopted: bool = True
    version: str | None = None


Edit: TypeAlias = TargetEdit | StandardEdit | ReasonEdit | DayEdit | AdoptionEdit

_read = msgspec.json.Decoder(Edit).decode


def read_edit(body: bytes) -> Edit:
    """Read an edit as the API takes it.

    Raises:
        QueryError: when it is none.
    """
    try:
        found: Edit = _read(body)
        return found
    except msgspec.DecodeError as error:
        what = f"the edit cannot be read: {error}"
        raise QueryError(Problem("edit-unreadable", "body", what, "See /docs for its keys.")) from None
