"""What a page weighs on the wire, with all that it is made with: 60 kB packed, and nothing of elsewhere."""

from __future__ import annotations

import re

import httpx
import pytest
from tests.web.demo import PATIENCE_S, DemoSite
from tests.web.test_pages import PAGES, address

MOST = 60_000
_LINKED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_IMPORTED = re.compile(r'(?:from|import) "\./([\w.]+)"')


def fetched(client: httpx.Client, path: str) -> tuple[int, str]:
    """Bytes on the wire and the text of an address."""
    with client.stream("GET", path, headers={"accept-encoding": "gzip", "accept": "text/html"}) as answer:
        answer.raise_for_status()
        answer.read()
        return answer.num_bytes_downloaded, answer.text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_all_it_is_made_with_is_light(demo_site: DemoSite, name: str) -> None:
    cookies = demo_site.cookies("admin")
    with httpx.Client(base_url=demo_site.url, cookies=cookies, timeout=PATIENCE_S) as client:
        weight, text = fetched(client, address(PAGES[name]))
        assert "://" not in re.sub(r'xmlns="[^"]+"', "", text).replace(demo_site.url, "")
        waiting, seen = set(_LINKED.findall(text)), set()
        while waiting:
            path = waiting.pop()
            seen.add(path)
            size, inner = fetched(client, path)
            weight += size
            if path.endswith(".js"):
                folder = path.rpartition("/")[0]
                waiting |= {f"{folder}/{one}" for one in _IMPORTED.findall(inner)} - seen
    assert weight <= MOST, f"{weight} bytes: {sorted(seen)}"
