"""Proxies before the server: what ours say of where a request came from is believed, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from plantstack.errors import ConfigError, Problem

Proxies: TypeAlias = tuple[IPv4Network | IPv6Network, ...]


def read_proxies(told: Iterable[str]) -> Proxies:
    """Read addresses and networks, as `10.0.0.5` or `10.0.0.0/24`.

    Raises:
        ConfigError: where one is none.
    """
    try:
        return tuple(ip_network(one) for one in told)
    except ValueError as error:
        fix = "Write an address as 10.0.0.5, or a network as 10.0.0.0/24."
        raise ConfigError(Problem("serve-proxy", "--proxy", str(error), fix)) from None


def beyond(peer: str, forwarded: Iterable[str], proxies: Proxies) -> str:
    """The nearest address that is no proxy of ours.

    Each proxy writes behind what it got from whom it heard it, so the row is read from its end; what stands
    before the first stranger may be anything he wrote himself.

    Args:
        peer: who is connected.
        forwarded: values of `X-Forwarded-For`, in their order.
        proxies: ours.

    >>> ours = read_proxies(["10.0.0.5"])
    >>> beyond("10.0.0.5", ["6.6.6.6, 192.168.1.7"], ours), beyond("192.168.1.7", ["6.6.6.6"], ours)
    ('192.168.1.7', '192.168.1.7')
    """
    row = [one.strip() for value in forwarded for one in value.split(",")]
    at = peer
    while row and _is_ours(at, proxies):
        told = _address(row.pop())
        if told is None:
            break
        at = str(told)
    return at


def _is_ours(address: str, proxies: Proxies) -> bool:
    found = _address(address)
    return found is not None and any(found in one for one in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
