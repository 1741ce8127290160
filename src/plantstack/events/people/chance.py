"""Secrets, numbers and ids of people: made of chance that comes from outside."""

from __future__ import annotations

from base64 import b32encode, urlsafe_b64encode
from collections.abc import Callable

from plantstack.events.people import tablets

_RUNS = "0123456789 9876543210"


class Chance:
    """Secrets and ids made by chance.

    >>> Chance(lambda n: bytes(range(n))).code()
    '23456789'
    """

    def __init__(self, octets: Callable[[int], bytes]) -> None:
        self._octets = octets

    def secret(self) -> str:
        """256 bits, for a cookie or a token."""
        return urlsafe_b64encode(self._octets(32)).decode().rstrip("=")

    def id(self) -> str:
        """50 bits, for what is only to be different."""
        return b32encode(self._octets(10)).decode().lower()[:10]

    def number(self) -> int:
        """A number to sign on with at a tablet: three digits."""
        return 100 + int.from_bytes(self._octets(4), "big") % 900

    def pin(self) -> str:
        """A PIN to begin with, of five digits; none that is tried first."""
        made = str(10_000 + int.from_bytes(self._octets(4), "big") % 90_000)
        return made if len(set(made)) > 2 and made not in _RUNS else self.pin()

    def code(self) -> str:
        """A code to type at a device: signs that are not taken for one another."""
        signs, even, made = tablets.SIGNS, 256 - 256 % len(tablets.SIGNS), ""
        while len(made) < tablets.CODE_LENGTH:
            found = (one for one in self._octets(tablets.CODE_LENGTH) if one < even)
            made += "".join(signs[one % len(signs)] for one in found)
        return made[: tablets.CODE_LENGTH]
