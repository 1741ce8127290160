"""The reference pages in the repository are those the declarations give."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from plantstack.kpis.load import shipped_catalog
from plantstack.kpis.reference import kpis_page, measures_page, write_pages
from plantstack.measures.catalog import MEASURES

DOCS = Path(__file__).parents[2] / "docs" / "reference"
AGAIN = "run: python -m plantstack.kpis.reference docs/reference"


def test_the_pages_are_current(tmp_path: Path) -> None:
    write_pages(tmp_path)
    for name in ("kpis.md", "measures.md"):
        assert (tmp_path / name).read_text("utf-8") == (DOCS / name).read_text("utf-8"), AGAIN


def test_every_kpi_and_measure_has_its_place() -> None:
    page = kpis_page(shipped_catalog())
    assert all(page.count(f"(`{kpi}`)\n") == 1 for kpi in shipped_catalog().kpis)
    page = measures_page()
    assert all(f"| `{name}` |" in page for name in MEASURES)


@pytest.mark.parametrize("page", [kpis_page(shipped_catalog()), measures_page()], ids=["kpis", "measures"])
def test_tables_are_whole(page: str) -> None:
    lines = page.splitlines()
    for above, line in pairwise(lines):
        if above.startswith("|") and line.startswith("|"):
            assert above.count("|") == line.count("|"), line
