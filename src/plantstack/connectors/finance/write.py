"""The workbook that finance fills in: a row for each site and period, a column for each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

from plantstack.connectors.finance.figures import FIGURES, HEAD, SHEET
from plantstack.errors import ConfigError, Problem
from plantstack.plant.plant import Plant

_GUIDE = (
    "Figures of finance for plantstack",
    "",
    "Fill in the sheet 'figures': one row for each site and period, and leave empty what you do not know.",
    "An empty cell is not known, a 0 is nothing: the difference is kept.",
    "'from' and 'to' are the first and the last day of the period; periods of a site must not overlap.",
    "Money is in the currency of the site. A figure sent again with another value replaces the first one.",
    "Load it with: plantstack load DIR finance-pack.xlsx",
    "",
)
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)  # the file says the same whenever it is written


@dataclass(frozen=True, slots=True)
class PackRow:
    """A row to be filled in, perhaps with figures already in it."""

    site: str
    first: date | None = None
    last: date | None = None
    values: dict[str, float] = field(default_factory=dict)


def write_pack(path: Path, plant: Plant, rows: Sequence[PackRow] = ()) -> Path:
    """Write the workbook; nothing that exists is overwritten.

    Args:
        path: of the new workbook.
        plant: whose sites.
        rows: to begin with; none: an empty row for each site.

    Raises:
        ConfigError: when the file exists or cannot be written.
    """
    if path.exists():
        fix = "Move it away, or name another file."
        raise ConfigError(Problem("pack-exists", str(path), "the file exists", fix))
    if not path.parent.is_dir():
        what = f"there is no folder {path.parent}"
        raise ConfigError(Problem("pack-nowhere", str(path), what, "Make it, or name another place."))
    wanted = list(rows) or [PackRow(site) for site in plant.sites]
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        book.set_properties({"created": _NEVER, "title": _GUIDE[0]})
        _figures(book, plant, wanted)
        _guide(book, plant)
    return path


def _figures(book: xlsxwriter.Workbook, plant: Plant, rows: Sequence[PackRow]) -> None:
    sheet = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    number = book.add_format({"num_format": "#,##0.00"})
    for column, name in enumerate((*HEAD, *(one.name for one in FIGURES))):
        sheet.write_string(0, column, name, bold)
    for column, figure in enumerate(FIGURES, len(HEAD)):
        sheet.write_comment(0, column, f"{figure.says} Unit: {figure.unit}.")
    sheet.set_column(0, 2, 12, day)
    sheet.set_column(len(HEAD), len(HEAD) + len(FIGURES) - 1, 15, number)
    sheet.freeze_panes(1, len(HEAD))
    sheet.data_validation(1, 0, 500, 0, {"validate": "list", "source": list(plant.sites)[:30]})
    for row, one in enumerate(rows, 1):
        sheet.write_string(row, 0, one.site)
        for column, when in ((1, one.first), (2, one.last)):
            if when is not None:
                sheet.write_datetime(row, column, when, day)
        for column, figure in enumerate(FIGURES, len(HEAD)):
            if figure.name in one.values:
                sheet.write_number(row, column, one.values[figure.name], number)


def _guide(book: xlsxwriter.Workbook, plant: Plant) -> None:
    sheet = book.add_worksheet("read me")
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 80)
    for row, line in enumerate(_GUIDE):
        sheet.write_string(row, 0, line)
    row = len(_GUIDE)
    for figure in FIGURES:
        what = " (a stock at the end of the period)" if figure.is_level else ""
        sheet.write_string(row, 0, figure.name)
        sheet.write_string(row, 1, f"{figure.says}{what} Unit: {figure.unit}.")
        row += 1
    for site in plant.sites.values():
        sheet.write_string(row + 1, 0, site.id)
        sheet.write_string(row + 1, 1, f"{site.label or site.id}: money in {site.currency}")
        row += 1
