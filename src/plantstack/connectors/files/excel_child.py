"""Runs alone, in a process of its own with little memory: workbook in, CSV out.

A five-kilobyte workbook can make the parser ask for 400 GB and abort; here it only ends this
process. Imports nothing of the package, so that it can run isolated.

    python excel_child.py WORKBOOK MEMORY_BYTES CPU_SECONDS MAX_BYTES SHEET...  -> CSV on stdout

Every row starts with its number. A row with a sheet's name and size starts with '#'.
"""

from __future__ import annotations

import csv
import datetime as dt
import resource
import sys
from collections.abc import Iterator


def text_of(cell: object) -> str:
    """Write a cell so that equal values have equal texts; an empty cell is ''."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        seconds, rest = divmod(cell // dt.timedelta(microseconds=1), 1_000_000)
        text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return f"{text}.{rest:06d}" if rest else text
    return " ".join(str(cell).split("\n"))  # a row must stay a line


def rows_of(path: str, wanted: list[str]) -> Iterator[list[str]]:
    """Every row of the wanted sheets, or of the first; before them the sheet's name and how many they are."""
    import python_calamine  # noqa: PLC0415  only this process may load the parser

    book = python_calamine.CalamineWorkbook.from_path(path)
    for name in wanted or book.sheet_names[:1]:
        if name not in book.sheet_names:
            raise ValueError("no sheet '" + name + "'; sheets: " + ", ".join(book.sheet_names))
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        yield ["#", name, str(len(rows))]
        for number, row in enumerate(rows, 1):
            cells = [text_of(cell) for cell in row]
            if any(cells):
                yield [str(number), *cells]


def main(arguments: list[str]) -> int:
    """Convert, within limits that are set before the parser is loaded."""
    path, memory, seconds, most = arguments[0], *map(int, arguments[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\n")
    try:
        writer.writerows(rows_of(path, arguments[4:]))
    except ImportError:
        return 4
    except MemoryError:
        return 5
    except Exception as error:  # the one edge of this process: a reason instead of a trace
        sys.stderr.write(f"cannot be read: {error}"[:300])
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
