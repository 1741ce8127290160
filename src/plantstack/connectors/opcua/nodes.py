"""Addresses -> nodes of this session: namespaces by their URI, as numbers change with every restart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from asyncua import ua
from asyncua.client.client import Client

from plantstack.connectors.opcua.settings import Address

STANDARD = "http://opcfoundation.org/UA/"
NAMESPACES = ua.NodeId.from_string("i=2255")
OBJECTS = ua.NodeId.from_string("i=85")
NO, YES = cast(ua.Boolean, False), cast(ua.Boolean, True)
BELOW = ua.NodeId.from_string("i=33")  # HierarchicalReferences


async def find(
    client: Client, addresses: Sequence[Address], namespaces: Sequence[str]
) -> list[ua.NodeId | str]:
    """Return the node of each address, or why there is none."""
    numbers = {uri: number for number, uri in reversed(list(enumerate(namespaces)))} | {"": 0, STANDARD: 0}
    found: list[ua.NodeId | str] = [_identified(one, numbers) for one in addresses]
    by_path = [place for place, one in enumerate(addresses) if one.path and found[place] == ""]
    if by_path:
        paths = [_path(addresses[place], numbers) for place in by_path]
        results = await client.uaclient.translate_browsepaths_to_nodeids(paths)
        for place, result in zip(by_path, results, strict=True):
            is_found = result.StatusCode.is_good() and result.Targets
            found[place] = result.Targets[0].TargetId if is_found else result.StatusCode.name
    return found


def _identified(address: Address, numbers: dict[str, int]) -> ua.NodeId | str:
    """Return the node, '' for one to be found by its path, or why there is none."""
    unknown = [uri for uri in (address.uri, *(uri for uri, _ in address.path)) if uri not in numbers]
    if unknown:
        return f"no namespace {unknown[0]}"
    if address.path:
        return ""
    return ua.NodeId.from_string(f"ns={numbers[address.uri]};{address.identifier}")


def _path(address: Address, numbers: dict[str, int]) -> ua.BrowsePath:
    path = ua.BrowsePath()
    path.StartingNode = OBJECTS
    path.RelativePath.Elements = [
        ua.RelativePathElement(BELOW, NO, YES, ua.QualifiedName(name, numbers[uri]))
        for uri, name in address.path
    ]
    return path
