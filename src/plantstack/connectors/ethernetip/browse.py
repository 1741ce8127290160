"""What a Logix PLC has: the tags of its controller and programs, with what they show now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from plantstack.connectors.contract import Retry
from plantstack.connectors.ethernetip.session import LogixSession, begin
from plantstack.connectors.ethernetip.settings import Plan, Wanted
from plantstack.connectors.learning.seen import BOOLEAN, INTEGER, NUMBER, Seen
from plantstack.connectors.polling.device import Device, NoAnswer, Reading
from plantstack.errors import Problem

PATIENCE_S = 60.0
PART = 20  # tags whose values are asked for at a time
TYPES = {
    "BOOL": BOOLEAN,
    **dict.fromkeys(("SINT", "INT", "DINT", "LINT", "USINT", "UINT", "UDINT"), INTEGER),
    **dict.fromkeys(("REAL", "LREAL"), NUMBER),
}


async def browse(devices: Sequence[Device[Plan]]) -> list[Seen]:
    """Return the tags of PLCs; only values of plain types are read.

    Raises:
        Retry: when one does not answer.
    """
    found: list[Seen] = []
    for one in devices:
        try:
            async with asyncio.timeout(PATIENCE_S):
                found += await _tags(one)
        except (NoAnswer, TimeoutError) as error:
            why = str(error) or f"no answer within {PATIENCE_S:g} s"
            raise Retry(Problem("device-silent", one.name, why)) from error
    return found


async def _tags(device: Device[Plan]) -> list[Seen]:
    session = await begin(device.plan)
    try:
        tags = [one for one in await session.tags() if "Program:" not in one.TagName or "." in one.TagName]
        values = await _values(session, device.plan, [one.TagName for one in tags if _type(session, one)])
    finally:
        await session.close()
    return [_seen(session, device.name, one, values) for one in tags]


async def _values(session: LogixSession, plan: Plan, names: Sequence[str]) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    for start in range(0, len(names), PART):
        part = tuple((name, Wanted(name)) for name in names[start : start + PART])
        found |= await session.read(replace(plan, wanted=part))
    return found


def _type(session: LogixSession, tag: Any) -> str:
    """What one value of the tag is; '' of structures and arrays."""
    return "" if tag.Struct or tag.Array else TYPES.get(session.type_name(tag.SymbolType), "")


def _seen(session: LogixSession, device: str, tag: Any, values: dict[str, Reading]) -> Seen:
    value = values.get(tag.TagName, Reading()).value
    note = "a structure: name its parts" if tag.Struct else ""
    if tag.Array:
        note = f"an array of {tag.Size}: name one, such as {tag.TagName}[0]"
    shown = () if value is None else (str(value).lower() if isinstance(value, bool) else str(value),)
    return Seen(tag.TagName, shown, _type(session, tag), path=(device,), note=note)
