"""A foreign file, copied once into a private folder while it is checked and hashed.

Everything behind this door reads the copy: it has a plain name, it is what the hash says, and it
cannot change while it is being read.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from plantstack.connectors.files.progress import Tell, silent
from plantstack.errors import EventError, Problem

CHUNK = 1 << 20
MAX_BYTES = 64 << 30
MAX_RATIO = 500  # of a compressed file; text of machines stays far below
MIN_ROOM = 64 << 20  # small files may expand this far whatever their ratio

LARGE = 8 << 20  # bytes: so many rows are written as whole files, not one by one
PACKED = 8  # times as many rows are in as many bytes

_MAGIC = {b"\x1f\x8b": "gz", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst"}
_SUFFIXES = (".gz", ".xz", ".zst")


@dataclass(frozen=True, slots=True)
class Spooled:
    """The private copy of a file."""

    path: Path
    name: str  # as people know it, safe to print
    sha256: str  # of the bytes as they came
    size: int  # of the copy


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when somebody writes to a file."""

    size: int
    changed_ns: int
    inode: int


def shown_name(path: Path) -> str:
    r"""The file's own name, with everything that could mislead a reader written out.

    >>> shown_name(Path("/drop/a\nb.csv"))
    'a\\nb.csv'
    """
    return path.name.encode("unicode_escape").decode() if not path.name.isprintable() else path.name


def open_plain(path: Path, folder: Path | None = None) -> BinaryIO:
    """Open a regular file for reading, and nothing else.

    Args:
        path: the file.
        folder: when given, a link that leads out of it is refused.

    Raises:
        EventError: when it is missing, no regular file, or leads elsewhere.
    """
    name = shown_name(path)
    if folder is not None and not path.resolve().is_relative_to(folder.resolve()):
        raise EventError(
            Problem("file-outside", name, f"leads out of {folder.name}", "Copy the file itself there.")
        )
    try:
        # Not blocking: opening a FIFO must not wait for a writer that never comes.
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "no such name"
        raise EventError(Problem("file-missing", name, f"cannot be opened: {what}")) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise EventError(Problem("file-not-regular", name, "expected a file, came a folder, pipe or device"))
    return os.fdopen(number, "rb")


def stamp_of(path: Path) -> Stamp | None:
    """Look at a file without reading it; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)


def is_settled(path: Path, seen: Stamp | None) -> bool:
    """Whether a dropped file may be read: unchanged since it was last seen and not named as unfinished.

    Writers either rename a file into place (names ending in .part, .tmp or ~, or starting with a
    dot, are still theirs) or stop growing it; ask twice, some seconds apart.
    """
    unfinished = path.name.startswith(".") or path.name.endswith((".part", ".tmp", ".filepart", "~"))
    return not unfinished and seen is not None and seen == stamp_of(path)


def spool(
    path: Path,
    into: Path,
    *,
    folder: Path | None = None,
    max_bytes: int = MAX_BYTES,
    tell: Tell = silent,
) -> Spooled:
    """Copy a file, unpacked, to `into`, telling how much of its bytes was read.

    Raises:
        EventError: when it cannot be opened, is too large, damaged, or changed while it was copied.
    """
    name = shown_name(path)
    digest, written = hashlib.sha256(), 0
    with open_plain(path, folder) as source, into.open("wb") as copy, _watch(source) as watched:
        before = os.fstat(watched.fileno())
        limit = max_bytes
        packing = _packing(source)
        if packing:
            limit = min(limit, max(MIN_ROOM, before.st_size * MAX_RATIO))
            _hash(source, digest)
        for chunk in _chunks(source, packing, name):
            if not packing:
                digest.update(chunk)
            written += len(chunk)
            if written > limit:
                what = f"is larger than {limit} bytes" + (" when unpacked" if packing else "")
                raise EventError(Problem("file-too-large", name, what, "Split it."))
            copy.write(chunk)
            tell(watched.tell() / max(before.st_size, 1))
        after = os.fstat(watched.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise EventError(
            Problem("file-changing", name, "was still being written", "Load it once it is whole.")
        )
    return Spooled(into, name, digest.hexdigest(), written)


def size_of(path: Path) -> int:
    """Bytes of a file as it lies on the disk; what is not there has none."""
    stamp = stamp_of(path)
    return stamp.size if stamp else 0


def weight(path: Path) -> int:
    """About how many bytes of text a file is; what is not there weighs nothing."""
    stamp = stamp_of(path)
    is_packed = path.suffix.lower() in (*_SUFFIXES, ".parquet", ".xlsx")
    return stamp.size * (PACKED if is_packed else 1) if stamp else 0


def unpacked_suffix(name: str) -> str:
    """The suffix that says the format, behind one of packing.

    >>> unpacked_suffix("a.CSV.gz")
    '.csv'
    """
    stem = name.lower()
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    return Path(stem).suffix


def _watch(source: BinaryIO) -> BinaryIO:
    """The same open file once more: unpackers close theirs when they are done."""
    return os.fdopen(os.dup(source.fileno()), "rb")


def _packing(source: BinaryIO) -> str:
    head = source.read(8)
    source.seek(0)
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "")


def _hash(source: BinaryIO, digest: hashlib._Hash) -> None:
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    source.seek(0)


def _chunks(source: BinaryIO, packing: str, name: str) -> Iterator[bytes]:
    try:
        stream = _unpacked(source, packing)
        while chunk := stream.read(CHUNK):
            yield bytes(chunk)
    except (OSError, EOFError, lzma.LZMAError, pa.ArrowException) as error:
        raise EventError(Problem("file-damaged", name, f"cannot be unpacked: {error}")) from None


def _unpacked(source: BinaryIO, packing: str) -> BinaryIO:
    if packing == "gz":
        return gzip.GzipFile(fileobj=source)  # type: ignore[return-value]
    if packing == "xz":
        return lzma.LZMAFile(source)  # type: ignore[return-value]
    if packing == "zst":
        stream: BinaryIO = pa.CompressedInputStream(pa.PythonFile(source, mode="r"), "zstd")
        return stream
    return source
