"""Whose an event is that was told before: whoever may speak of a part of the plant changes nothing beyond it.

Only what is told again in other words, or corrected, is looked for; most of it lies in the hot log.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from plantstack.events import intake, segments
from plantstack.events.batch import CONFLICT
from plantstack.events.corrections import Identity
from plantstack.events.identity import content_texts, hashes, identity_texts
from plantstack.events.known import Known
from plantstack.events.log import Log


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    Attributes:
        identities: of the events that shall be told, with their hashes and those of what they say.
        digests: hashes of the identities.
        contents: hashes of what they say.
        targets: what they correct, with its hash.
    """

    identities: Sequence[Identity]
    digests: Sequence[bytes]
    contents: Sequence[bytes]
    targets: dict[Identity, bytes]

    @classmethod
    def by(cls, events: pa.Table, targets: Collection[Identity]) -> Wanted:
        """Prepare the question for valid events and what they correct."""
        own = zip(events["source"].to_pylist(), events["key"].to_pylist(), strict=True)
        named = list(targets)
        told = hashes(pa.array([f"{source}\n{key}" for source, key in named], pa.string()))
        digests = hashes(identity_texts(events))
        contents = hashes(content_texts(events))
        return cls(list(own), digests, contents, dict(zip(named, told, strict=True)))


@dataclass(frozen=True, slots=True)
class Found:
    """Of which equipment the events were that were told under an identity.

    Attributes:
        hot: equipment by identity, of those not sealed.
        sealed: which files may hold more, by identity.
    """

    hot: dict[Identity, set[str]]
    sealed: dict[Identity, set[Path]]

    def read(self) -> dict[Identity, set[str]]:
        """Look into the files too; they are never changed, so no turn of the writer is taken."""
        found = {identity: set(equipment) for identity, equipment in self.hot.items()}
        for path in sorted(set().union(*self.sealed.values())):
            asked = {identity for identity, paths in self.sealed.items() if path in paths}
            for source, key, equipment in _rows(path, asked, ("equipment",)):
                if (source, key) in asked:
                    found.setdefault((source, key), set()).add(equipment)
        return found


def find(log: Log, wanted: Wanted) -> Found:
    """Look in the log, between two commits of its writer; or in one that is open for reading."""
    known = Known(log.places.known, log.connection) if log.known is None else log.known
    codes = intake.outcomes(log.connection, known, wanted.digests, wanted.contents)
    rows = zip(wanted.identities, wanted.digests, codes, strict=True)
    asked = {identity: digest for identity, digest, code in rows if code == CONFLICT} | wanted.targets
    found = Found({}, {})
    if not asked:
        return found
    files = segments.listed(log.connection, log.last_offset())
    for identity, digest in asked.items():
        hot, sealed = _places(log, known, files, digest, "equipment")
        if hot:
            found.hot[identity] = {equipment for (equipment,) in hot}
        if sealed:
            found.sealed[identity] = sealed
    return found


def _places(
    log: Log, known: Known, files: Sequence[segments.Segment], digest: bytes, columns: str
) -> tuple[list[tuple[Any, ...]], set[Path]]:
    """What was told under an identity: columns of the rows not sealed, and which files may hold more."""
    hot: list[tuple[Any, ...]] = []
    sealed = {log.places.segments / one.name for one in files} if known.contents(digest) else set()
    offsets = log.connection.execute("SELECT log_offset FROM seen WHERE identity = ?", (digest,))
    for (offset,) in offsets.fetchall():
        row = log.connection.execute(
            f"SELECT {columns} FROM event WHERE log_offset = ?", (offset,)
        ).fetchone()
        if row:
            hot.append(row)
        else:
            holding = [one.name for one in files if one.first_offset <= offset <= one.last_offset]
            sealed |= {log.places.segments / name for name in holding}
    return hot, sealed


def _rows(path: Path, asked: Collection[Identity], columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Source, key and columns of what a file may hold of some identities."""
    sources, keys = ({identity[place] for identity in asked} for place in (0, 1))
    told = pc.field("source").isin(sorted(sources)) & pc.field("key").isin(sorted(keys))
    names = ["source", "key", *columns]
    rows = pq.read_table(path, columns=names, filters=told)
    return list(zip(*(rows[name].to_pylist() for name in names), strict=True))


@dataclass(frozen=True, slots=True)
class Word:
    """One event that was told under an identity.

    Attributes:
        kind: of the event; `phase` where it has one.
        by: pseudonym of who told it.
        told_at: when it was told, microseconds UTC.
        entry: what it was to whoever tapped it, as `cause`; '' where nobody tapped it.
    """

    kind: str
    phase: str
    by: str
    told_at: int
    entry: str


_TOLD = ("kind", "phase", "by", "told_at", "body")


def words_of(log: Log, targets: Collection[Identity]) -> dict[Identity, list[Word]]:
    """What was really told under some identities, whoever now says that it was his; hot and sealed.

    Args:
        log: open, for reading or between two commits of its writer.
        targets: source and key of each.
    """
    known = Known(log.places.known, log.connection) if log.known is None else log.known
    digests = hashes(pa.array([f"{source}\n{key}" for source, key in targets], pa.string()))
    files = segments.listed(log.connection, log.last_offset())
    found: dict[Identity, list[Word]] = {}
    for identity, digest in zip(targets, digests, strict=True):
        rows, sealed = _places(log, known, files, digest, 'kind, phase, "by", told_at, body')
        for path in sorted(sealed):
            rows += [row[2:] for row in _rows(path, [identity], _TOLD)]
        if rows:
            found[identity] = [
                Word(kind, phase or "", by or "", at, _entry_in(body)) for kind, phase, by, at, body in rows
            ]
    return found


def _entry_in(body: str | None) -> str:
    """What kind of entry an event was made of."""
    x = json.loads(body).get("x") if body else None
    return str(x.get("entry", "")) if isinstance(x, dict) else ""
