"""Dead letters read again: once the plant files or a mapping were mended, what was set aside comes in.

A letter is settled in the transaction of its events. One that still cannot be read stays as it is, and so
does one whose sender may not say what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from plantstack.connectors.connections import read_connections
from plantstack.connectors.contract import Message
from plantstack.connectors.load import FileBatch
from plantstack.connectors.mapping.carry import Carry, without_stretches
from plantstack.connectors.mapping.meaning import counters_of
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.read import load_mapping
from plantstack.connectors.raw import FOLDER, Kept, RawFiles, kept_connections
from plantstack.connectors.stream import Stream
from plantstack.errors import ConfigError, Problem, QueryError
from plantstack.events import deadletters
from plantstack.events.batch import BY_HTTP, KEPT_BYTES, Batch, Cursor
from plantstack.events.deadletters import StoredLetter
from plantstack.events.identity import KeyMaker
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.schema import CONTENT
from plantstack.events.validate import validate
from plantstack.events.wire import decode_items
from plantstack.plant.plant import Plant
from plantstack.stack.files.naming import names_of
from plantstack.stack.mappings.joining import Joined, joined

Judge = Callable[[pa.Table], Sequence[Problem | None]]
"""Says of each of some valid events why its sender may not tell it; None: he may."""

Judges = Callable[[str], Judge | None]
"""Who judges the events of a sender, by name; None: he may say everything."""

READ, STILL, CANNOT = "read", "still", "cannot"
MOST = 100_000
_LIVE = ("json", "mtconnect")  # formats of which one row says all it says
_FILE = Problem(
    "letter-file",
    "",
    "it is a row of a file, and its header is not kept with it",
    "Load the file again: what is in the log is not doubled.",
)
_GONE = Problem(
    "letter-raw",
    "",
    "what the wire said beside it is no longer kept",
    "Settle it, or let the source send it again.",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters: by number, of a source, or those that a mapping would read; none: all that are open.

    At most so many, the oldest first.
    """

    ids: tuple[int, ...] = ()
    source: str = ""
    mapping: str = ""
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of a letter.

    Attributes:
        letter: as it was kept.
        status: `read`, `still` (as it was; `problem` says what is wrong now) or `cannot` (be read here).
        events: how many it gives; none where counters have counted its pieces since.
        problem: why it was not read.
    """

    letter: StoredLetter
    status: str
    events: int = 0
    problem: Problem | None = None

    def as_row(self) -> dict[str, Any]:
        """The row of the answer."""
        told = self.problem or Problem("", "", "")
        row = {"id": self.letter.id, "source": self.letter.source, "where": self.letter.where}
        row |= {"status": self.status, "events": self.events}
        return row | {"code": told.code, "what": told.what, "fix": told.fix}


@dataclass(slots=True)
class _Round:
    """Letters that are read together, and what comes of it."""

    tables: list[pa.Table] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[int, Problem] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


def mappings_of(folder: Path) -> list[Mapping]:
    """The mappings of a project that can be used."""
    found = []
    for path in sorted((folder / "mappings").glob("*.yaml")):
        try:
            found.append(load_mapping(path))
        except ConfigError:  # named by check; its letters stay
            continue
    return found


def chosen(log: Log, folder: Path, wanted: Wanted) -> list[StoredLetter]:
    """The open letters that are meant, in the order they came.

    Raises:
        QueryError: for a number that is no open letter, or a mapping that is not there.
    """
    found = deadletters.listed(log.connection, limit=MOST, source=wanted.source)
    if wanted.ids:
        known = {one.id for one in found}
        missing = [number for number in wanted.ids if number not in known]
        if missing:
            what = f"there is no open letter {missing[0]}"
            raise QueryError(Problem("letter-unknown", "letters", what, "See 'plantstack letters list'."))
        found = [one for one in found if one.id in wanted.ids]
    if wanted.mapping:
        sources = {one.source for one in mappings_of(folder) if one.name == wanted.mapping}
        if not sources:
            what = f"there is no mapping '{wanted.mapping}' that can be used"
            raise QueryError(Problem("mapping-missing", "--mapping", what, "Run 'plantstack check'."))
        found = [one for one in found if one.source in sources]
    return found[: wanted.most]


def retry(
    log: Log, folder: Path, plant: Plant, wanted: Wanted, *, now: int, may: Judges, dry: bool = False
) -> list[Retried]:
    """Read letters again, and settle those that can be read with their events.

    Args:
        log: open for writing, unless dry.
        folder: of the project.
        plant: as it is now.
        wanted: which letters.
        now: the instant of receipt of their events.
        may: what their senders may say, see `live.vouching`.
        dry: only say what would come of it.

    Raises:
        QueryError: as for `chosen`.
        LogError: when the log cannot be written; what was not written stays open.
    """
    letters = chosen(log, folder, wanted)
    by_mapping, own, result = _sorted(folder, letters, wanted.mapping)
    names = names_of(plant)
    for mapping, mine, sent in by_mapping:
        carry = Carry.read(log.cursor(counters_of(mapping)) or "")
        made = _through(mapping, plant, names, sent, carry)
        text = without_stretches(carry.text(), made.refused)
        cursors = (Cursor(counters_of(mapping), text),) if text else ()
        result += _written(log, mine, made, cursors, now, dry)
    result += _written(log, own, _in_our_words(own, names, now, may), (), now, dry)
    return sorted(result, key=lambda one: one.letter.id)


def settle(log: Log, ids: Iterable[int], *, now: int) -> None:
    """Give letters up; they are kept.

    Raises:
        LogError: when the log cannot be written.
    """
    with log.transaction() as connection:
        deadletters.settle(connection, ids, now)


def _written(
    log: Log,
    letters: Sequence[StoredLetter],
    made: _Round,
    cursors: tuple[Cursor, ...],
    now: int,
    dry: bool,
) -> list[Retried]:
    good = [one for one in letters if one.id not in made.wrong]
    if good and not dry:
        events = pa.concat_tables([CONTENT.empty_table(), *made.tables])
        log.append(Batch(events, cursors=cursors), received_at=now, settles=[one.id for one in good])
    read = [Retried(one, READ, made.counts[one.id]) for one in good]
    return read + [Retried(one, STILL, 0, made.wrong[one.id]) for one in letters if one.id in made.wrong]


_NOBODY = 0


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message to be read again; one that only says where a counter stood before belongs to nobody."""

    letter: int
    at: int
    message: Message


@dataclass(slots=True)
class _Found:
    """A letter among what a connection delivered, and the message of the same topic before it."""

    connection: str
    message: Message
    before: _Sent | None


def _sorted(
    folder: Path, letters: Sequence[StoredLetter], named: str
) -> tuple[list[tuple[Mapping, list[StoredLetter], list[_Sent]]], list[StoredLetter], list[Retried]]:
    """Which mapping reads which letter; those in our own words; and those that cannot be read here."""
    mappings = {one.name: one for one in mappings_of(folder)}
    users = {one.name: one.mapping.name for one in read_connections(folder)[0] if one.mapping}
    kept = _kept(folder, letters)
    read: dict[str, tuple[list[StoredLetter], list[_Sent]]] = defaultdict(lambda: ([], []))
    own, result = [], []
    for letter in letters:
        found = kept.get(letter.id)
        of_source = [one for one in mappings.values() if one.source == letter.source]
        name = (
            named
            or (users.get(found.connection, "") if found else "")
            or (of_source[0].name if len(of_source) == 1 else "")
        )
        mapping = mappings.get(name)
        if found is None and (letter.sender or letter.source == BY_HTTP):
            own.append(letter)
        elif mapping is None and not of_source:
            if letter.raw.lstrip()[:1] == b"{" and len(letter.raw) < KEPT_BYTES:
                own.append(letter)
            else:
                result.append(Retried(letter, CANNOT, 0, _FILE))
        elif mapping is None:
            what = f"several mappings are of the source '{letter.source}'"
            problem = Problem("letter-mapping", letter.where, what, "Name one with --mapping.")
            result.append(Retried(letter, CANNOT, 0, problem))
        elif mapping.file.format not in _LIVE or not (found or letter.raw.lstrip()[:1] == b"{"):
            result.append(Retried(letter, CANNOT, 0, _FILE))
        elif found is not None:
            read[name][0].append(letter)
            read[name][1].extend([found.before] if found.before else [])
            read[name][1].append(_Sent(letter.id, letter.received_at, found.message))
        elif _needs_wire(mapping) or len(letter.raw) >= KEPT_BYTES:
            result.append(Retried(letter, CANNOT, 0, _GONE))
        else:
            read[name][0].append(letter)
            read[name][1].append(_Sent(letter.id, letter.received_at, Message(letter.raw, {}, letter.where)))
    return [(mappings[name], *both) for name, both in read.items()], own, result


def _needs_wire(mapping: Mapping) -> bool:
    """Whether it reads what stands in no payload."""
    return any(one.header.partition(".")[0] in ("topic", "received") for one in mapping.columns.values())


def _kept(folder: Path, letters: Sequence[StoredLetter]) -> dict[int, _Found]:
    """Letters that are found among what connections delivered."""
    wanted: dict[int, list[StoredLetter]] = defaultdict(list)
    for letter in letters:
        wanted[letter.received_at].append(letter)
    found: dict[int, _Found] = {}
    for name in kept_connections(folder) if wanted else ():
        last: dict[str, _Sent] = {}
        for kept in RawFiles(folder / FOLDER / name):
            due = wanted.get(kept.at, [])
            for message in kept.messages:
                topic = message.about.get("topic", message.where)
                # Messages without a number may be alike: each is that of one letter, in their order.
                mine = next((one for one in due if one.id not in found and _is(one, message)), None)
                if mine:
                    found[mine.id] = _Found(name, message, last.get(topic))
                    last.pop(topic, None)  # the letter itself says where counters stood
                else:
                    last[topic] = _Sent(_NOBODY, kept.at, message)
    return found


def _is(letter: StoredLetter, message: Message) -> bool:
    return message.where == letter.where and message.payload[:KEPT_BYTES] == letter.raw


def _through(mapping: Mapping, plant: Plant, names: Names, sent: Sequence[_Sent], carry: Carry) -> _Round:
    """Read messages again in the order they came; each delivery at its own instant."""
    made = _Round()
    deliveries: dict[int, list[_Sent]] = defaultdict(list)
    for one in sorted(sent, key=lambda one: one.at):
        deliveries[one.at].append(one)
    groups = list(deliveries.values())
    kept = (Kept(at, tuple(one.message for one in group)) for at, group in deliveries.items())
    with closing(Stream(mapping, plant)) as stream:
        for joint in joined(kept):
            mine = [groups[number][place].letter for number, place in joint.spots]
            for part in stream.read(joint.messages, carry, joint.at):
                _take(made, part, joint, mine, names)
    return made


def _take(made: _Round, part: FileBatch, joint: Joined, mine: Sequence[int], names: Names) -> None:
    events = joint.own_keys(part)
    table, faults = validate(events, names, joint.at, KeyMaker(), is_own=False)
    rows = [mine[int(row)] for row in part.rows]
    for event, problem in faults:
        made.wrong.setdefault(rows[event], problem)
        made.refused.add(events["equipment"][event].as_py() or "")
    for letter in part.dead:
        for number, message in zip(mine, joint.messages, strict=True):
            if message.where == letter.where and message.payload[:KEPT_BYTES] == letter.raw:
                made.wrong.setdefault(number, letter.problem)
    bad = {event for event, _ in faults}
    good = [number for event, number in enumerate(rows) if event not in bad]
    for number in good:
        made.counts[number] += 1
    made.tables.append(table.filter(pa.array([number != _NOBODY for number in good], pa.bool_())))


def _in_our_words(letters: Sequence[StoredLetter], names: Names, now: int, may: Judges) -> _Round:
    made = _Round()
    senders: dict[str, list[tuple[int, pa.Table]]] = defaultdict(list)
    for letter in letters:
        decoded = decode_items(letter.raw)
        table, faults = validate(decoded.table, names, now, KeyMaker(), is_own=False)
        wrong = [one.problem for one in decoded.dead] + [problem for _, problem in faults]
        if wrong or not len(table):
            made.wrong[letter.id] = wrong[0] if wrong else letter.problem
        else:
            senders[letter.sender].append((letter.id, table))
    for sender, mine in senders.items():
        _vouched(made, mine, may(sender))
    return made


def _vouched(made: _Round, letters: Sequence[tuple[int, pa.Table]], judge: Judge | None) -> None:
    """Take in what their sender may say: of a letter all or nothing."""
    whole = pa.concat_tables([table for _, table in letters])
    why = judge(whole) if judge else [None] * len(whole)
    first = 0
    for number, table in letters:
        objections = [one for one in why[first : first + len(table)] if one is not None]
        first += len(table)
        if objections:
            made.wrong[number] = objections[0]
        else:
            made.tables.append(table)
            made.counts[number] = len(table)
