"""What is entered on the operator page: no reason beyond its stop, no photo larger than a network carries."""

from __future__ import annotations

import random
import struct
import zlib
from datetime import datetime, timedelta

from playwright.sync_api import expect
from tests.web.demo import DemoSite
from tests.web.test_op import ROLE, Look, of_kind, sent

from plantstack.events import photos


def test_no_part_of_a_split_reaches_beyond_its_stop(look: Look, demo_site: DemoSite) -> None:
    before = demo_site.running.offset
    page = look("/op/pun-3+pun-4", ROLE)
    ask = page.locator(".ask[aria-pressed=true]")
    begin, end = (
        datetime.fromisoformat(ask.get_attribute(f"data-{name}") or "") for name in ("from", "until")
    )
    page.locator("[data-open=split]").click()
    for which in ("first", "second"):
        page.locator(f"#split-{which}").select_option(index=1)
    long = int((end - begin) / timedelta(minutes=1)) + 30
    page.locator("#split-minutes").fill(str(long))
    page.locator("#dialog-split [type=submit]").click()
    assert page.locator("#split-minutes").evaluate("(field) => field.validity.rangeOverflow")
    expect(page.locator("#dialog-split")).to_be_visible()
    assert of_kind(demo_site.folder, "reason", before) == []


def test_a_large_photo_is_made_smaller_before_it_is_kept(look: Look, demo_site: DemoSite) -> None:
    rows = b"".join(b"\0" + random.Random(row).randbytes(2_400) for row in range(2_400))
    packed = zlib.compress(rows, 1)
    head = struct.pack(">IIBBBBB", 2_400, 2_400, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    told = [
        struct.pack(">I", len(part)) + name + part + struct.pack(">I", zlib.crc32(name + part))
        for name, part in parts
    ]
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(told)
    assert len(picture) > photos.MAX_BYTES
    page = look("/op/pun-3", ROLE)
    page.locator("[data-open=note]").click()
    page.locator("#note-text").fill("a wall")
    page.locator("#note-photo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})
    page.locator("#dialog-note [type=submit]").click()
    expect(page.locator("[data-toast-word]")).to_contain_text("Saved")
    sent(page)
    (found,) = photos.kept(demo_site.folder)
    assert found.suffix == ".jpg" and found.stat().st_size < photos.MAX_BYTES
