"""Every guide is found: in the index of guides, and every kind of connection from the front page."""

from __future__ import annotations

import re
from pathlib import Path

from plantstack.connectors.registry import OURS

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guide"
_LINK = re.compile(r"\]\(([^)#:]+)(#[^)]*)?\)")


def linked(page: Path) -> set[Path]:
    """The files that a page links to."""
    return {(page.parent / link).resolve() for link, _ in _LINK.findall(page.read_text("utf-8"))}


def test_every_guide_stands_in_the_index_and_every_link_leads_somewhere() -> None:
    index = GUIDES / "README.md"
    assert linked(index) == set(GUIDES.glob("*.md")) - {index}
    assert [link for page in (index, ROOT / "README.md") for link in linked(page) if not link.exists()] == []


def test_the_front_page_names_every_kind_of_connection() -> None:
    front = re.sub(r"[^a-z0-9]", "", (ROOT / "README.md").read_text("utf-8").lower())
    assert [kind for kind in OURS if kind not in front] == []
