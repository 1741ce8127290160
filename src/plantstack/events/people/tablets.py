"""Paired tablets and screens: a device that stands somewhere, and one-time codes to pair it.

A code is good once and for ten minutes. The device then has a secret of its own; of both only a hash is kept.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from plantstack.errors import ConfigError, Problem
from plantstack.events.people.hashing import digest
from plantstack.events.people.writing import together
from plantstack.intervals import MINUTE

CODE_US = 10 * MINUTE
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of which a code is made: none is taken for another."""

CODE_LENGTH = 8
PREFIX = "tablet."
_BETWEEN = "\n"  # no id has one
_SELECT = "SELECT id, label, station, paired_by, paired_at, seen_at, revoked_at FROM tablet"


@dataclass(frozen=True, slots=True)
class Tablet:
    """A device that was paired.

    Attributes:
        id: as `tablet.4f1c`; entries made at it have it as their source.
        label: what people call it, as 'Packing 3'.
        station: ids of the equipment it stands at, each with all that stands under it.
        paired_by: id of the account that made the code; '' by command.
        paired_at: microseconds UTC.
        seen_at: when it was last there, to some minutes.
        revoked_at: None while it is good.
    """

    id: str
    label: str
    station: tuple[str, ...]
    paired_by: str
    paired_at: int
    seen_at: int
    revoked_at: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether it was not revoked."""
        return self.revoked_at is None


def plain(code: str) -> str:
    """A code as it is kept, however it was typed.

    >>> plain("ab3d-efgh ")
    'AB3DEFGH'
    """
    return "".join(sign for sign in code.upper() if sign.isalnum())


def offer(
    connection: sqlite3.Connection, code: str, label: str, station: tuple[str, ...], by: str, now: int
) -> int:
    """Keep a code to pair one device with; return until when it is good.

    Args:
        connection: of the writer, or beside it.
        code: made by chance of `SIGNS`.
        label: what to call the device.
        station: ids of equipment, at least one.
        by: id of the account that made it.
        now: microseconds UTC.
    """
    if not station or not label.strip():
        what = "a device has a name and stands somewhere"
        raise ConfigError(Problem("people-station", "station", what, "Name at least one equipment."))
    row = (digest(plain(code)), label.strip(), _BETWEEN.join(station), by, now + CODE_US)
    with together(connection):
        connection.execute("DELETE FROM pairing WHERE until_at <= ?", (now,))
        connection.execute("INSERT INTO pairing VALUES (?, ?, ?, ?, ?)", row)
    return now + CODE_US


def pair(connection: sqlite3.Connection, code: str, fresh: str, secret: str, now: int) -> Tablet:
    """Pair a device; the code is used up.

    Args:
        connection: of the writer, or beside it.
        code: as it was typed at the device.
        fresh: made by chance, for its id.
        secret: 256 random bits, as text.
        now: microseconds UTC.

    Raises:
        ConfigError: when the code is none, too old, or used.
    """
    hashed = digest(plain(code))
    with together(connection):
        sql = "SELECT label, station, made_by FROM pairing WHERE sha256 = ? AND until_at > ?"
        row = connection.execute(sql, (hashed, now)).fetchone()
        if row is None:
            fix = "Have a new one made; it is good once, for ten minutes."
            raise ConfigError(Problem("people-code", "code", "this code is not good", fix))
        connection.execute("DELETE FROM pairing WHERE sha256 = ?", (hashed,))
        label, station, by = row
        made = Tablet(f"{PREFIX}{fresh}", label, tuple(station.split(_BETWEEN)), by, now, now)
        connection.execute(
            "INSERT INTO tablet VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            (made.id, digest(secret), label, station, by, now, now),
        )
    return made


def find(connection: sqlite3.Connection, secret: str) -> Tablet | None:
    """Return the good device of a secret."""
    row = connection.execute(f"{_SELECT} WHERE sha256 = ?", (digest(secret),)).fetchone()
    found = _tablet(row) if row else None
    return found if found and found.is_good else None


def listed(connection: sqlite3.Connection) -> list[Tablet]:
    """Return all devices, the revoked ones too."""
    return [_tablet(row) for row in connection.execute(f"{_SELECT} ORDER BY paired_at, id")]


def note(connection: sqlite3.Connection, tablet_id: str, now: int) -> None:
    """Note that a device is there."""
    with together(connection):
        connection.execute("UPDATE tablet SET seen_at = max(seen_at, ?) WHERE id = ?", (now, tablet_id))


def revoke(connection: sqlite3.Connection, tablet_id: str, now: int) -> None:
    """Let a device be good no longer; whoever is signed on at it is signed off.

    Raises:
        ConfigError: when there is no good one of this id.
    """
    with together(connection):
        sql = "UPDATE tablet SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
        if not connection.execute(sql, (now, tablet_id)).rowcount:
            fix = "List them with 'plantstack people list'."
            raise ConfigError(Problem("people-tablet", tablet_id, "there is no good device of this id", fix))
        connection.execute("DELETE FROM session WHERE tablet = ?", (tablet_id,))


def _tablet(row: tuple[str, str, str, str, int, int, int | None]) -> Tablet:
    tablet_id, label, station, paired_by, paired_at, seen_at, revoked_at = row
    return Tablet(tablet_id, label, tuple(station.split(_BETWEEN)), paired_by, paired_at, seen_at, revoked_at)
