"""Walks a server: every value that it has, and of which known models it is. Nothing is written or called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds

from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.seen import BOOLEAN, INTEGER, NUMBER, TEXT
from plantstack.connectors.opcua.failing import FAILURES, failure
from plantstack.connectors.opcua.models import Path, sign_of, split
from plantstack.connectors.opcua.nodes import BELOW, NAMESPACES, OBJECTS, YES
from plantstack.connectors.opcua.session import client_of, face, holding
from plantstack.connectors.opcua.settings import Settings
from plantstack.connectors.opcua.values import Reader, node_text

MOST, DEEPEST = 20_000, 12  # nodes and levels: a server may have loops, and millions
AT_ONCE = 100
LONGEST_TAG = 64
_SERVER = ua.NodeId.from_string("i=2253")  # about the server itself
_UNITS = "EngineeringUnits"
_TYPES = {bool: BOOLEAN, int: INTEGER, float: NUMBER, str: TEXT}


@dataclass(frozen=True, slots=True)
class Walked:
    """A value of the server, and the way to it."""

    node: ua.NodeId
    path: Path


async def browse(settings: Settings) -> list[Offer]:
    """Return every value below Objects with what it shows now; those of known models come first.

    Raises:
        Retry: when the server cannot be reached.
        Fatal: when somebody must act first.
    """
    await face(settings)
    client = await client_of(settings)
    with holding(settings):
        try:
            async with client:
                namespaces = await client.get_node(NAMESPACES).read_value()
                walked = await _walk(client, namespaces)
                values = await _values(client, [one.node for one in walked])
        except FAILURES as error:
            raise failure(error, settings) from error
    found = list(_offers(walked, values, namespaces))
    return sorted(found, key=lambda one: not one.means)


async def _walk(client: Client, namespaces: Sequence[str]) -> list[Walked]:
    found: list[Walked] = []
    seen = {OBJECTS, _SERVER}
    level = [Walked(OBJECTS, ())]
    for _ in range(DEEPEST):
        below: list[Walked] = []
        for start in range(0, len(level), AT_ONCE):
            part = level[start : start + AT_ONCE]
            for one, references in zip(part, await _children(client, part), strict=True):
                for child in references:
                    if child.NodeId in seen or len(seen) > MOST:
                        continue
                    seen.add(child.NodeId)
                    name = child.BrowseName
                    uri = namespaces[name.NamespaceIndex] if name.NamespaceIndex < len(namespaces) else ""
                    below.append(Walked(child.NodeId, (*one.path, (uri, name.Name or ""))))
                    if child.NodeClass == ua.NodeClass.Variable:
                        found.append(below[-1])
        level = below
    return found


async def _children(client: Client, parents: Sequence[Walked]) -> list[list[ua.ReferenceDescription]]:
    asked = ua.BrowseParameters()
    asked.RequestedMaxReferencesPerNode = ua.Counter(1_000)
    for one in parents:
        description = ua.BrowseDescription()
        description.NodeId = one.node
        description.ReferenceTypeId = BELOW
        description.IncludeSubtypes = YES
        description.NodeClassMask = ua.UInt32(ua.NodeClass.Object | ua.NodeClass.Variable)
        description.ResultMask = ua.UInt32(ua.BrowseResultMask.All)
        asked.NodesToBrowse.append(description)
    found: list[list[ua.ReferenceDescription]] = []
    for result in await client.uaclient.browse(asked):
        references = list(result.References or ())
        while result.ContinuationPoint:
            further = ua.BrowseNextParameters()
            further.ContinuationPoints = [result.ContinuationPoint]
            (result,) = await client.uaclient.browse_next(further)
            references += result.References or ()
        found.append(references)
    return found


async def _values(client: Client, nodes: Sequence[ua.NodeId]) -> list[ua.DataValue]:
    found: list[ua.DataValue] = []
    for start in range(0, len(nodes), AT_ONCE):
        part = list(nodes[start : start + AT_ONCE])
        found += await client.uaclient.read_attributes(part, AttributeIds.Value)
    return found


def _offers(
    walked: Sequence[Walked], values: Sequence[ua.DataValue], namespaces: Sequence[str]
) -> Iterator[Offer]:
    reader, taken = Reader((), namespaces), set[str]()
    units = {
        tuple(one.path[:-1]): value.Value.Value.DisplayName.Text or ""
        for one, value in zip(walked, values, strict=True)
        if one.path[-1][1] == _UNITS and value.Value and isinstance(value.Value.Value, ua.EUInformation)
    }
    for one, value in zip(walked, values, strict=True):
        sign, (machine, inside) = sign_of(one.path), split(one.path)
        plain, why = reader.plain(value.Value)
        if one.path[-1][1] == _UNITS:
            continue
        tag = _free(_tag(machine, inside), taken)
        yield Offer(
            tag,
            samples=(str(plain).lower() if isinstance(plain, bool) else str(plain),)
            if plain is not None
            else (),
            type=_TYPES.get(type(plain), ""),
            unit=units.get(tuple(one.path), ""),
            path=tuple(name for _, name in machine),
            note=(sign.note if sign else "") or ("" if plain is not None else why),
            node=node_text(one.node, namespaces),
            model=sign.model if sign else "",
            means=sign.means if sign else "",
            states=tuple(sign.states.items()) if sign else (),
        )


def _tag(machine: Path, inside: Path) -> str:
    """A short name: the machine, a dot, and the value.

    >>> _tag([("", "Filler 1")], [("", "MachineState"), ("", "CurrentState")])
    'Filler-1.MachineState'
    """
    names = [name for _, name in inside]
    last = names[-2] if len(names) > 1 and names[-1] == "CurrentState" else names[-1]
    if last == "Id" and len(names) > 1:
        last = "-".join(names[-3:])
    above = machine[-1][1] if machine else ""
    parts = [re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") for part in (above, last)]
    return ".".join(part for part in parts if part)[-LONGEST_TAG + 4 :].lstrip("-._") or "value"


def _free(tag: str, taken: set[str]) -> str:
    """Return a tag that no other value has."""
    free = next(name for name in (tag, *(f"{tag}-{n}" for n in range(2, MOST))) if name not in taken)
    taken.add(free)
    return free
