"""Photos of notes: cleaned of what they tell about people, kept under the hash of what is left.

What a camera writes beside the picture (where, when, whose) is dropped; how the picture is turned is kept, or
it would lie on its side. The folder is precious: the log names its files and nothing can make them again.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from plantstack.errors import EventError, LogError, Problem
from plantstack.events.segments import sync_directory, sync_file

FOLDER = "attachments"
MAX_BYTES = 4 << 20
KINDS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {  # what the picture is made of; everything else is said beside it
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"),
    *(b"acTL", b"fcTL", b"fdAT"),
}
_WEBP_SAID = (b"EXIF", b"XMP ")
_WEBP_FLAGS = 0b1100  # of VP8X: there is EXIF, there is XMP
_ORIENTATION = 0x0112
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # where a JPEG says how large it is
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
MOST_POINTS = 100_000_000  # a few kilobytes can say that they are a wall of them, and take a tablet down
_BROKEN = Problem("photo-broken", "photo", "the picture is not whole", "Take it again.")


def cleaned(photo: bytes) -> tuple[bytes, str]:
    """Drop what is said beside a picture; return the rest, and which of `KINDS` it is.

    Raises:
        EventError: when it is too large, no JPEG, PNG or WebP by its first bytes, or not whole.
    """
    if len(photo) > MAX_BYTES:
        what = f"the picture is larger than {MAX_BYTES >> 20} MB"
        raise EventError(Problem("photo-large", "photo", what, "Take it with a lower resolution."))
    try:
        if photo.startswith(b"\xff\xd8\xff"):
            return b"".join(_jpeg(photo)), "jpg"
        if photo.startswith(_PNG):
            _check_points(*struct.unpack_from(">II", photo, len(_PNG) + 8))
            return b"".join(_png(photo)), "png"
        if photo[:4] == b"RIFF" and photo[8:12] == b"WEBP":
            return _webp(photo), "webp"
    except (struct.error, IndexError) as error:
        raise EventError(_BROKEN) from error
    what = "expected a picture as JPEG, PNG or WebP"
    raise EventError(Problem("photo-kind", "photo", what, "Choose another file."))


def _check_points(width: int, height: int) -> None:
    """Refuse a picture that is small as a file and far too large on a screen.

    Raises:
        EventError: when it has more than `MOST_POINTS`.
    """
    if width * height > MOST_POINTS:
        what = f"the picture has {width} by {height} points"
        raise EventError(Problem("photo-large", "photo", what, "Take it with a lower resolution."))


def keep(project: Path, photo: bytes) -> str:
    """Keep a picture, on disk when this returns; return its SHA-256, under which a note names it.

    Raises:
        EventError: as for `cleaned`.
        LogError: when the disk refuses.
    """
    clean, kind = cleaned(photo)
    name = sha256(clean).hexdigest()
    path = project / FOLDER / f"{name}.{kind}"
    if path.exists():
        return name
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        half_done = path.with_name(f".{name}.{os.getpid()}.part")
        half_done.write_bytes(clean)
        sync_file(half_done)
        half_done.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        what = f"the picture could not be kept: {error.strerror or error}"
        raise LogError(Problem("photo-io-error", "photo", what, "Free some space; send it again.")) from error
    return name


def find(project: Path, name: str) -> tuple[Path, str] | None:
    """Where a picture lies and its media type; None where there is none of this hash."""
    if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        return None
    for kind, media in KINDS.items():
        path = project / FOLDER / f"{name}.{kind}"
        if path.is_file():
            return path, media
    return None


def kept(project: Path) -> list[Path]:
    """Every picture there is, for the backup."""
    return sorted(path for path in (project / FOLDER).glob("*") if path.suffix[1:] in KINDS)


def _jpeg(photo: bytes) -> Iterator[bytes]:
    """The segments of a JPEG without APP1 to APP15 and comments; the turn of the picture in a new APP1.

    APP2 is kept where it holds colours, APP14 where it says how they are coded. Nothing is kept behind the
    end of the picture: some cameras hang films there.
    """
    place, turn, in_scan = 2, 1, False
    parts = [photo[:2]]
    while True:
        found = _MARKER.search(photo, place)
        if found is None or (found.start() != place and not in_scan):
            raise EventError(_BROKEN)
        parts.append(photo[place : found.start()])
        marker, place = photo[found.end() - 1], found.end()
        if marker == _END:
            break
        (length,) = struct.unpack_from(">H", photo, place)
        if length < 2 or place + length > len(photo):
            raise EventError(_BROKEN)
        segment, place, in_scan = photo[place : place + length], place + length, marker == _SCAN
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 3)
            _check_points(width, height)
        if marker == 0xE1 and segment[2:8] == b"Exif\0\0":
            turn = _turn(segment[8:])
        is_colour = (marker == 0xE2 and segment[2:13] == b"ICC_PROFILE") or marker == 0xEE
        if is_colour or not (0xE1 <= marker <= 0xEF or marker == _COMMENT):
            parts.append(bytes((0xFF, marker)) + segment)
    if turn != 1:
        parts.insert(1, _turned(turn))
    yield from parts
    yield bytes((0xFF, _END))


def _turn(exif: bytes) -> int:
    """How the picture is turned, 1 to 8; 1 where that cannot be read."""
    try:
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        for number in range(min(count, 500)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, at + 2 + 12 * number)
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        return 1
    return 1


def _turned(turn: int) -> bytes:
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    return struct.pack(">HH", 0xFFE1, 8 + len(tiff)) + b"Exif\0\0" + tiff


def _png(photo: bytes) -> Iterator[bytes]:
    yield _PNG
    place = len(_PNG)
    while True:
        length, name = struct.unpack_from(">I4s", photo, place)
        end = place + 12 + length
        if end > len(photo):
            raise EventError(_BROKEN)
        if name in _PNG_KEPT:
            yield photo[place:end]
        if name == b"IEND":
            return
        place = end


def _webp(photo: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", photo, 4)
    end, place, parts = 8 + size, 12, [b"WEBP"]
    if end > len(photo):
        raise EventError(_BROKEN)
    while place < end:
        name, length = struct.unpack_from("<4sI", photo, place)
        after = place + 8 + length + (length & 1)
        if place + 8 + length > end:
            raise EventError(_BROKEN)
        part = photo[place:after]
        if name == b"VP8X":
            part = part[:8] + bytes([part[8] & ~_WEBP_FLAGS]) + part[9:]
        if name not in _WEBP_SAID:
            parts.append(part)
        place = after
    body = b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body
