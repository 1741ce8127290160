"""Secrets and how they are kept: what people choose by argon2id, what chance made by SHA-256."""

from __future__ import annotations

import unicodedata
from hashlib import sha256
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from plantstack.errors import ConfigError, Problem

LEAST, MOST = 10, 200
PIN_DIGITS = range(4, 9)
HASHER = PasswordHasher()
"""With the defaults of argon2-cffi, which follow RFC 9106; tests take a cheaper one."""


def hashed(secret: str, hasher: PasswordHasher = HASHER) -> str:
    """Return the argon2id hash of a password or PIN, with its salt and parameters."""
    return hasher.hash(_normal(secret))


def is_secret_of(kept: str, secret: str, hasher: PasswordHasher = HASHER) -> bool:
    """Whether a secret is the one that is kept; takes its time on purpose.

    >>> cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    >>> kept = hashed("a long way home", cheap)
    >>> is_secret_of(kept, "a long way home", cheap), is_secret_of(kept, "a long way", cheap)
    (True, False)
    """
    try:
        return hasher.verify(kept, _normal(secret))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str, hasher: PasswordHasher = HASHER) -> bool:
    """Whether a hash was made with other parameters than today's, so that it should be made again."""
    return hasher.check_needs_rehash(kept)


def digest(secret: str) -> str:
    """How a secret of many random bits is kept: it needs no slow hash."""
    return sha256(secret.encode()).hexdigest()


def check_password(password: str, name: str = "") -> None:
    """Refuse what is guessed at once; no rules about signs, which only make people write it down.

    Raises:
        ConfigError: when it is too short, too long, all of one sign, or the name.
    """
    what = ""
    if not LEAST <= len(password) <= MOST:
        what = f"expected {LEAST} to {MOST} signs"
    elif len(set(password)) < 4:
        what = "expected more than a few different signs"
    elif name and name in _normal(password).casefold():
        what = "it has the account's name in it"
    if what:
        raise ConfigError(Problem("people-password", "password", what, "Take a sentence of a few words."))


def check_pin(pin: str) -> None:
    """Refuse what is no PIN, or the first that anybody tries.

    Raises:
        ConfigError: when it is not 4 to 8 digits, or a run as 1234 or 7777.
    """
    is_right = pin.isascii() and pin.isdigit() and len(pin) in PIN_DIGITS
    steps = {ord(after) - ord(before) for before, after in pairwise(pin)}
    if not is_right or steps in ({0}, {1}, {-1}):
        what = "expected 4 to 8 digits, not all alike and not counting up or down"
        raise ConfigError(Problem("people-pin", "PIN", what, "Take another one."))


def _normal(secret: str) -> str:
    """The same signs from every keyboard."""
    return unicodedata.normalize("NFKC", secret)
