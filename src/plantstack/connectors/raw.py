"""What came over a wire, kept as it came, so that a changed mapping can read it again.

    DIR/raw/CONNECTION/00000017-2026-01-05.ndjson.gz

One line a delivery, one file a day and start of the server; `zcat` shows it. A line goes to the disk before
its events are committed. A killed process leaves a torn end, which readers skip. Nothing here is the truth:
where the disk has no room for it, events are taken in all the same.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import FileIO
from pathlib import Path

import msgspec

from plantstack.connectors.contract import Message
from plantstack.intervals import DAY, rfc3339
from plantstack.plant.source import Fields, Reader, Word, duration

FOLDER = "raw"
_SUFFIX = ".ndjson.gz"
_CHUNK = 1 << 20
_FILES = 16  # so many files fill what may be kept, so that one that goes takes little with it
_GZIP = 31  # zlib's word for a gzip header around it


@dataclass(frozen=True, slots=True)
class Keep:
    """How much of a connection is kept.

    Attributes:
        age: microseconds; older days go.
        size: bytes on disk; 0: nothing is kept.
    """

    age: int = 30 * DAY
    size: int = 1 << 30


class _Told(msgspec.Struct, omit_defaults=True):
    """One message; `payload` as text, or in `blob` where it is none."""

    payload: str = ""
    about: dict[str, str] = msgspec.field(default_factory=dict)
    where: str = ""
    snapshot: bool = False
    scope: str = ""
    blob: bytes = b""
    fresh: bool = False
    text: bool = False


class _Line(msgspec.Struct, omit_defaults=True):
    """A line of a file: its head, a delivery, or that the delivery before it was not written."""

    at: int = 0
    messages: list[_Told] | None = None
    is_void: bool = False
    raw: int = 0  # version of the form; only a head has one
    counters: str = ""  # under which name the log keeps where they stand
    carry: str = ""  # where counters stood before the first delivery
    begins: bool = False  # a server was started: the delivery before may not have been written
    missed: int = 0  # deliveries that found no room before


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Line).decode


class RawKeeper:
    """Keeps the deliveries of one connection; used by one thread at a time."""

    def __init__(self, folder: Path, keep: Keep) -> None:
        """Prepare; nothing is written before the first delivery.

        Args:
            folder: of the connection.
            keep: how much.
        """
        self.trouble: OSError | None = None  # why nothing is kept; None: all is
        self.missed = 0  # deliveries that are not kept
        self._folder, self._keep = folder, keep
        self._file: FileIO | None = None
        self._packer = zlib.compressobj(1, wbits=_GZIP)
        self._day, self._written, self._begins, self._untold = "", 0, True, 0

    def keep(self, messages: Sequence[Message], at: int, counters: str, carry: str) -> None:
        """Keep a delivery, or remember why not.

        Args:
            messages: in the order they came.
            at: the instant of receipt, microseconds UTC.
            counters: under which name the log keeps where they stand.
            carry: where they stand before these messages.
        """
        if not self._keep.size:
            return
        try:
            day = rfc3339(at)[:10]
            if self._file is None or day != self._day or self._written > self._keep.size // _FILES:
                self._open(day, at, counters, carry)
            self._write(_Line(at=at, messages=[_told(one) for one in messages]))
            self.trouble = None
        except OSError as error:  # a full disk: intake goes on, health tells
            self.trouble = error
            self.missed += 1
            self._untold += 1
            self._forget()

    def void(self) -> None:
        """Say that the last delivery was not written after all: it comes again."""
        if self._file is not None and self.trouble is None:
            try:
                self._write(_Line(is_void=True))
            except OSError as error:
                self.trouble = error
                self._forget()

    def close(self) -> None:
        """End the file properly."""
        if self._file is not None:
            try:
                self._file.write(self._packer.flush(zlib.Z_FINISH))
            except OSError as error:
                self.trouble = error
            self._forget()

    def _open(self, day: str, at: int, counters: str, carry: str) -> None:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = _files(self._folder)
        _tidy(files, rfc3339(at - self._keep.age)[:10], self._keep.size - self._keep.size // _FILES)
        number = int(files[-1].name.partition("-")[0]) + 1 if files else 1
        self._file = FileIO(self._folder / f"{number:08}-{day}{_SUFFIX}", "xb")
        self._packer, self._day, self._written = zlib.compressobj(1, wbits=_GZIP), day, 0
        self._write(_Line(raw=1, counters=counters, carry=carry, begins=self._begins, missed=self._untold))
        self._begins, self._untold = False, 0

    def _write(self, line: _Line) -> None:
        assert self._file is not None
        packed = self._packer.compress(_encode(line) + b"\n") + self._packer.flush(zlib.Z_SYNC_FLUSH)
        if self._file.write(packed) != len(packed):  # an unbuffered file may take a part
            raise OSError("no space left on device")
        self._written += len(packed)

    def _forget(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One delivery, read again.

    Attributes:
        at: the instant of receipt.
        messages: as they came.
    """

    at: int
    messages: tuple[Message, ...]


@dataclass(slots=True)
class RawFiles:
    """What is kept of a connection, read from the oldest delivery on.

    Attributes:
        counters: under which name the log kept where counters stood before the first delivery.
        carry: where they stood.
        missed: deliveries known to be missing between those that are there.
        torn: files that end within a line.
    """

    folder: Path
    counters: str = ""
    carry: str = ""
    missed: int = 0
    torn: int = 0
    _is_first: bool = field(default=True)

    def __iter__(self) -> Iterator[Kept]:
        """Yield the deliveries that were written, each message once."""
        last: Kept | None = None
        unsure: Kept | None = None  # the last one before a start: maybe it came again
        after: list[Kept] = []
        for line in self._lines():
            if line.raw:
                self.missed += line.missed
                if line.begins:
                    yield from _settled(unsure, after)
                    unsure, after, last = last, [], None
            elif line.is_void:
                last = None
            elif line.messages is not None:
                if unsure is not None and last is not None:
                    after.append(last)
                    if sum(len(one.messages) for one in after) >= len(unsure.messages):
                        yield from _settled(unsure, after)
                        unsure, after = None, []
                elif last is not None:
                    yield last
                last = Kept(line.at, tuple(map(_message, line.messages)))
        yield from _settled(unsure, [*after, *([last] if last else [])])

    def _lines(self) -> Iterator[_Line]:
        for path in _files(self.folder):
            for line in self._read(path):
                if line.raw and self._is_first:
                    self._is_first, self.counters, self.carry = False, line.counters, line.carry
                yield line

    def _read(self, path: Path) -> Iterator[_Line]:
        unpack, rest = zlib.decompressobj(wbits=_GZIP), b""
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                try:
                    *whole, rest = (rest + unpack.decompress(chunk)).split(b"\n")
                    yield from map(_decode, whole)
                except (zlib.error, msgspec.DecodeError):
                    self.torn += 1
                    return
        self.torn += bool(rest)


_SIZE = re.compile(r"([0-9]{1,6}) ?(MB|GB)")


def size_of(text: str) -> int:
    """Bytes of a size as people write it.

    Raises:
        ValueError: when it is none.
    """
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError("Write megabytes or gigabytes: '500 MB', or '0 MB' to keep nothing.")
    return int(found[1]) << (20 if found[2] == "MB" else 30)


size: Reader[int] = Word("a size such as '1 GB'", 1 << 30, size_of)


def read_keep(fields: Fields) -> Keep:
    """Read the `raw:` part of a connection: `{keep: 30 d, size: 1 GB}`."""
    if not fields.has("raw"):
        return Keep()
    inner = fields.section("raw")
    made = Keep(inner.want("keep", duration, Keep().age), inner.want("size", size, Keep().size))
    inner.close("raw")
    return made


def kept_connections(project: Path) -> list[str]:
    """The connections of which something is kept."""
    return sorted(path.name for path in (project / FOLDER).glob("*") if _files(path))


def _settled(unsure: Kept | None, after: Sequence[Kept]) -> Iterator[Kept]:
    """What was the last before a start, without what came again after it, and what came after it."""
    if unsure is not None:
        again = [message for one in after for message in one.messages]
        left = tuple(message for message in unsure.messages if message not in again)
        if left:
            yield replace(unsure, messages=left)
    yield from after


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"[0-9]*{_SUFFIX}"))


def _tidy(files: list[Path], first_day: str, size: int) -> None:
    """Remove the oldest files: of days before the first, and beyond a size."""
    sizes = {path: path.stat().st_size for path in files}
    whole = sum(sizes.values())
    for path in files[:-1]:
        day = path.name.removesuffix(_SUFFIX).partition("-")[2]
        if day >= first_day and whole <= size:
            return
        path.unlink()
        whole -= sizes[path]


def _told(message: Message) -> _Told:
    about = dict(message.about)
    try:
        text, blob = message.payload.decode(), b""
    except UnicodeDecodeError:
        text, blob = "", message.payload
    signs = {"snapshot": message.is_snapshot, "fresh": message.is_fresh, "text": message.is_text}
    return _Told(text, about, message.where, scope=message.scope, blob=blob, **signs)


def _message(told: _Told) -> Message:
    payload = told.blob or told.payload.encode()
    return Message(payload, told.about, told.where, told.snapshot, told.scope, told.fresh, told.text)
