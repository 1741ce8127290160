"""Tables as a workbook: numbers are numbers, and what people wrote is text, whatever it begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from plantstack.interfaces.reports.tables import Amount, At, Cell, Table
from plantstack.interfaces.web.formats import moment

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LONGEST = 31  # of the name of a sheet
_MOST_CHARACTERS = 32_767  # of a cell
_WIDEST, _NARROWEST = 60, 8
_SHOWN = {"1": "0.0%", "s": "#,##0", "pc": "#,##0"}
_OTHERWISE = "#,##0.##"


def write_workbook(path: Path, title: str, made_at: datetime, tables: Sequence[Table]) -> None:
    """Write tables, one sheet each.

    Args:
        path: of the workbook.
        title: of it.
        made_at: written into its properties, so that the same report has the same bytes.
        tables: in the order of their sheets.
    """
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"title": title, "created": made_at})
        formats = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}),
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "text": book.add_format({"num_format": "@"}),
            "": book.add_format({"num_format": _OTHERWISE}),
            **{unit: book.add_format({"num_format": shown}) for unit, shown in _SHOWN.items()},
        }
        for table in tables:
            _sheet(book, table, formats)


def _sheet(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(_FORBIDDEN.sub(" ", table.name)[:_LONGEST])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    has_heads = any(table.heads)
    if has_heads:
        for at, head in enumerate(_heads(table)):
            sheet.write_string(0, at, head, formats["head"])
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
    for number, row in enumerate(table.rows, int(has_heads)):
        for at, cell in enumerate(row):
            _cell(sheet, (number, at), cell, table.zone, formats)
    for at, head in enumerate(table.heads):
        longest = max((len(_text(row[at])) for row in table.rows), default=0)
        sheet.set_column(at, at, min(max(longest, len(head) // 2, _NARROWEST) + 1, _WIDEST))


def _heads(table: Table) -> list[str]:
    """The heads; those of instants say on which clock."""
    of_instants = {at for row in table.rows for at, cell in enumerate(row) if isinstance(cell, At)}
    return [f"{head} ({table.zone})" if at in of_instants else head for at, head in enumerate(table.heads)]


def _cell(sheet: Any, where: tuple[int, int], cell: Cell, zone: str, formats: dict[str, Any]) -> None:
    if isinstance(cell, Amount):
        if cell.value is not None:
            sheet.write_number(*where, float(cell.value), formats.get(cell.unit, formats[""]))
    elif isinstance(cell, At):
        if cell.us is not None:
            sheet.write_datetime(*where, moment(cell.us, zone).replace(tzinfo=None), formats["instant"])
    elif isinstance(cell, int):
        sheet.write_number(*where, cell)
    elif cell:
        sheet.write_string(*where, cell[:_MOST_CHARACTERS], formats["text"])


def _text(cell: Cell) -> str:
    if isinstance(cell, Amount):
        return "" if cell.value is None else f"{float(cell.value):.2f}"
    return "0" * 19 if isinstance(cell, At) else "" if cell is None else str(cell)
