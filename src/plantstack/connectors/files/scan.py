"""One look over a text before it is split into cells: encoding, line ends, lines that break a parser.

DuckDB drops a line of 100 MB and all that follows an open quote without a word. So such lines are
found here, and spoiled on purpose with a byte no text has: then they are rejected, and seen.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plantstack.connectors.files.intake import CHUNK
from plantstack.connectors.files.progress import Tell, silent
from plantstack.connectors.files.sheet import KEPT_BYTES
from plantstack.connectors.mapping.model import FileForm
from plantstack.errors import EventError, Problem

MAX_LINE = 2_000_000
SPOILED = b"\xff"
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

TOO_LONG = f"the line is longer than {MAX_LINE} bytes"
NEVER_CLOSED = "a quote is opened and never closed"


@dataclass(slots=True)
class Scan:
    """What is known of a text, now UTF-8 with plain line ends."""

    lines: int = 0
    spoiled: dict[int, str] = field(default_factory=dict)  # line -> why
    has_long_cells: bool = False  # quoted cells over several lines


@dataclass(slots=True)
class _Look:
    lines: int = 0
    last: bytes = b"\n"
    has_odd_bytes: bool = False
    has_quotes: bool = False
    is_long: bool = False
    since: int = 0  # bytes since the last line end

    def at(self, chunk: bytes, quote: bytes) -> None:
        if not chunk:  # a decoder may have nothing left to say
            return
        first = chunk.find(b"\n")
        self.is_long = self.is_long or self.since + (first if first >= 0 else len(chunk)) > MAX_LINE
        self.since = len(chunk) - chunk.rfind(b"\n") - 1 if first >= 0 else self.since + len(chunk)
        self.lines, self.last = self.lines + chunk.count(b"\n"), chunk[-1:]
        self.has_odd_bytes = self.has_odd_bytes or b"\r" in chunk or b"\x00" in chunk
        self.has_quotes = self.has_quotes or (bool(quote) and quote in chunk)

    @property
    def count(self) -> int:
        return self.lines + (self.last != b"\n")


def scan_text(path: Path, name: str, form: FileForm, tell: Tell = silent) -> Scan:
    """Look at a text once, and rewrite it where it needs it.

    Raises:
        EventError: when it is not in the encoding it should be in.
    """
    encoding = _encoding(path, form)
    quote = form.quote.encode()
    look = _looked(_chunks(path, tell), quote)
    if look.has_odd_bytes or encoding not in ("utf-8", "ascii"):
        with path.open("rb") as source:
            look = _looked(_rewritten(path, _plain_lines(_decoded(source.read, encoding, name))), quote)
    scan = Scan(look.count)
    if look.is_long:
        _spoil(path, scan, dict(_long_lines(path)), TOO_LONG)
    if look.has_quotes:
        scan.has_long_cells, broken = _open_quotes(path, quote, form.delimiter.encode())
        if broken:
            _spoil(path, scan, dict.fromkeys(broken), NEVER_CLOSED)
    return scan


def _encoding(path: Path, form: FileForm) -> str:
    with path.open("rb") as source:
        start = source.read(4)
    known = next((known for mark, known in _BOMS.items() if start.startswith(mark)), "")
    return codecs.lookup(known or form.encoding or "utf-8").name


def _looked(chunks: Iterable[bytes], quote: bytes) -> _Look:
    look = _Look()
    for chunk in chunks:
        look.at(chunk, quote)
    return look


def _chunks(path: Path, tell: Tell = silent) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk
            tell(source.tell() / size)


def _rewritten(path: Path, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Write the chunks in place of the file, passing them on."""
    tidy = path.with_suffix(".tidy")
    with tidy.open("wb") as target:
        for chunk in chunks:
            target.write(chunk)
            yield chunk
    tidy.replace(path)


def _decoded(read: Callable[[int], bytes], encoding: str, name: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        while chunk := read(CHUNK):
            yield chunk
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := read(CHUNK):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        what = f"is not {encoding} text: {error}"
        raise EventError(Problem("file-encoding", name, what, "Write the right 'encoding'.")) from None


def _plain_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Any line end becomes one; a zero byte spoils its line."""
    carry = b""
    for chunk in chunks:
        piece = carry + chunk
        carry = b"\r" if piece.endswith(b"\r") else b""
        piece = piece[: len(piece) - len(carry)]
        yield piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x00", SPOILED)
    if carry:
        yield b"\n"


def _long_lines(path: Path) -> Iterator[tuple[int, None]]:
    number, size = 1, 0
    for chunk in _chunks(path):
        pieces = chunk.split(b"\n")
        for place, piece in enumerate(pieces):
            size += len(piece)
            if place < len(pieces) - 1:
                if size > MAX_LINE:
                    yield number, None
                number, size = number + 1, 0
    if size > MAX_LINE:
        yield number, None


def _open_quotes(path: Path, quote: bytes, delimiter: bytes) -> tuple[bool, list[int]]:
    """Whether cells go over several lines, and the lines whose quote is never closed."""
    is_long, broken = False, []
    opened, size = 0, 0
    with path.open("rb") as source:
        for number, line in enumerate(source, 1):
            is_odd = line.count(quote) & 1
            if opened:
                size += len(line)
                if is_odd:
                    is_long, opened = True, 0
                elif size > MAX_LINE:
                    broken.append(opened)
                    opened = 0
            elif is_odd and (line.startswith(quote) or delimiter + quote in line):
                opened, size = number, len(line)
    return is_long, [*broken, opened] if opened else broken


def _spoil(path: Path, scan: Scan, lines: dict[int, None], why: str) -> None:
    """Make lines unreadable, short and without quotes, so that their neighbours are safe."""

    def changed() -> Iterator[bytes]:
        number, kept, is_bad = 1, 0, 1 in lines
        if is_bad:
            yield SPOILED
        for chunk in _chunks(path):
            for place, piece in enumerate(chunk.split(b"\n")):
                if place:
                    yield b"\n"
                    number, kept = number + 1, 0
                    is_bad = number in lines
                    if is_bad:
                        yield SPOILED
                if is_bad:
                    piece = piece.replace(b'"', b"")[: max(0, KEPT_BYTES - kept)]
                    kept += len(piece)
                yield piece

    for _ in _rewritten(path, changed()):
        pass
    scan.spoiled |= dict.fromkeys(lines, why)
