"""Which reader a file goes through, and what its name says."""

from __future__ import annotations

import duckdb

from plantstack.connectors.files.excel import excel_sheet, read_workbook
from plantstack.connectors.files.intake import Spooled
from plantstack.connectors.files.jsonlines import json_sheet
from plantstack.connectors.files.mtconnect import mtconnect_sheet
from plantstack.connectors.files.parquet import parquet_sheet
from plantstack.connectors.files.progress import Tell, silent
from plantstack.connectors.files.sheet import Sheet
from plantstack.connectors.files.text import text_sheet
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.read_columns import name_groups
from plantstack.errors import EventError, Problem


def name_parts(connection: duckdb.DuckDBPyConnection, mapping: Mapping, name: str) -> dict[str, str]:
    """The named groups of a file's name.

    Raises:
        EventError: when the name does not fit the mapping's pattern.
    """
    pattern = mapping.file.name
    if not pattern:
        return {}
    groups = name_groups(pattern)
    listed = ", ".join(f"'{group}'" for group in groups)
    # RE2, as everywhere: no pattern can take longer than the name is long.
    found = f"regexp_extract($1, $2, [{listed}])" if groups else "NULL"
    fits = connection.execute(f"SELECT regexp_matches($1, $2), {found}", [name, pattern]).fetchall()
    if not fits[0][0]:
        what = f"the name does not fit '{pattern}' of mapping '{mapping.name}'"
        raise EventError(Problem("file-name", name, what, "Check that the mapping is meant for it."))
    return dict(fits[0][1] or {})


def main_sheets(
    connection: duckdb.DuckDBPyConnection, file: Spooled, mapping: Mapping, tell: Tell = silent
) -> tuple[list[Sheet], dict[str, Sheet]]:
    """The sheets whose rows become events, and those joined to them.

    Raises:
        EventError: when the file is not what the mapping says.
    """
    form = mapping.file
    if form.format == "excel":
        return _workbook(file, mapping, tell)
    if form.format == "json":
        columns = mapping.columns.values()
        wanted = [path for one in columns for path in (one.header, one.clock_header) if path and not one.of]
        return [json_sheet(file.path, file.name, wanted)], {}
    if form.format == "parquet":
        return [parquet_sheet(connection, file.path, file.name)], {}
    if form.format == "mtconnect":
        return [mtconnect_sheet(file.path, file.name)], {}
    return [text_sheet(file.path, file.name, form, tell)], {}


def _workbook(file: Spooled, mapping: Mapping, tell: Tell) -> tuple[list[Sheet], dict[str, Sheet]]:
    form = mapping.file
    wanted = (
        list(dict.fromkeys([*form.sheets, *(join.sheet for join in mapping.joins)])) if form.sheets else []
    )
    cells = read_workbook(file.path, file.name, wanted, tell=tell)
    main = form.sheets or tuple(cells)[:1]
    sheets = [excel_sheet(cells[name], file.name, name, form.header_rows, form.skip_rows) for name in main]
    joined = {
        join.name: excel_sheet(cells[join.sheet], file.name, join.sheet, join.header_rows)
        for join in mapping.joins
    }
    return sheets, joined
