"""Photos keep their picture and lose what is said beside it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from plantstack.errors import EventError
from plantstack.events.photos import cleaned, find, keep, kept

SCAN = b"\x12\xff\x00\xff\xd0\x34"  # a stuffed byte and a restart marker are no end of the picture


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def exif(turn: int, order: str = "<") -> bytes:
    head = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0)
    maker = struct.pack(f"{order}HHII", 0x010F, 2, 4, 0x656E614A)
    return b"Exif\0\0" + head + struct.pack(f"{order}IH", 8, 2) + maker + entry + bytes(4) + b"Jane"


def jpeg(*said_beside: bytes, tail: bytes = b"") -> bytes:
    tables, frame = segment(0xDB, bytes(64)), segment(0xC2, b"\x08\0\1\0\1\1\1\x11\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + SCAN
    parts = (segment(0xE0, b"JFIF\0"), *said_beside, tables, frame, scan, segment(0xC4, b"more"), scan)
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9" + tail


def riff(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1) for name, data in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_jpeg_loses_what_a_camera_wrote_and_a_film_hung_behind_it() -> None:
    told = (
        segment(0xE1, exif(1)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0Jane"),
        segment(0xED, b"Jane"),
    )
    photo = jpeg(*told, segment(0xFE, b"by Jane"), tail=b"film of Jane \xff\xd9")
    assert cleaned(photo) == (jpeg(), "jpg")


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_keeps_how_it_is_turned_and_its_colours(order: str) -> None:
    colours = segment(0xE2, b"ICC_PROFILE\0\1\1x")
    found, _ = cleaned(jpeg(segment(0xE1, exif(6, order)), colours))
    assert b"Jane" not in found and colours in found
    again, _ = cleaned(found)
    assert again == found
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in found


def test_a_webp_loses_its_exif_and_says_so() -> None:
    head = bytes([0b11100]) + bytes(9)
    photo = riff((b"VP8X", head), (b"VP8 ", b"abc"), (b"EXIF", b"Jane!"), (b"XMP ", b"Jane"))
    clean = riff((b"VP8X", bytes([0b10000]) + bytes(9)), (b"VP8 ", b"abc"))
    assert cleaned(photo) == (clean, "webp")


@pytest.mark.parametrize(
    "photo",
    [
        jpeg()[:-2],
        jpeg()[:40],
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe1\0\0" + jpeg()[2:],
        jpeg()[:20] + b"xx" + jpeg()[20:],
        riff((b"VP8 ", b"abc"))[:-1],
        riff((b"VP8 ", b"abc"))[:-9] + b"\xff\xff\xff\xff" + b"abc\0",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
        b"RIFF",
        b"",
        b"<svg onload=alert(1)>",
        b"\xff\xd8\xff" + bytes(4 << 20),
    ],
)
def test_what_is_not_whole_or_no_picture_is_refused(photo: bytes) -> None:
    with pytest.raises(EventError):
        cleaned(photo)


def test_every_cut_of_a_picture_is_refused_or_read_and_never_crashes() -> None:
    whole = jpeg(segment(0xE1, exif(6)))
    for size in range(len(whole)):
        with pytest.raises(EventError):
            cleaned(whole[:size])


def test_a_picture_is_kept_under_the_hash_of_what_is_left(tmp_path: Path) -> None:
    name = keep(tmp_path, jpeg(segment(0xFE, b"Jane")))
    assert keep(tmp_path, jpeg()) == name
    found = find(tmp_path, name)
    assert found is not None and found[0].read_bytes() == jpeg() and found[1] == "image/jpeg"
    assert [path.name for path in kept(tmp_path)] == [f"{name}.jpg"]
    assert find(tmp_path, "../" * 20 + "abcd") is None and find(tmp_path, "0" * 64) is None


def test_a_small_file_that_says_it_is_a_wall_of_points_is_refused() -> None:
    def png(width: int, height: int) -> bytes:
        head = struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 2, 0, 0, 0) + bytes(4)
        return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I4sI", 0, b"IEND", 0)

    assert cleaned(png(9_000, 9_000))[1] == "png"
    wide = jpeg().replace(b"\x08\0\1\0\1\1", b"\x08\xff\xff\xff\xff\1")
    for photo in (png(60_000, 60_000), wide):
        with pytest.raises(EventError) as caught:
            cleaned(photo)
        assert caught.value.problems[0].code == "photo-large"
