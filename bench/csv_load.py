"""Loading a foreign CSV through a mapping, against DuckDB's own copy of the same file into Parquet."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path
from statistics import median

import duckdb

from bench.floor import START, Floor, write_plant
from bench.measure import Busy, Result, in_turn, ratio, rounded
from plantstack.intervals import HOUR, SECOND
from plantstack.stack import Stack

TARGET = 0.15
_ROWS_AT_ONCE = 40  # machines
_MAPPING = """schema: 1
source: press-hall
zone: Europe/Vienna
file: {format: csv, delimiter: ";", decimal: ","}
columns:
  at: {column: Zeit, format: "%d.%m.%Y %H:%M:%S"}
  machine: Anlage
  good: Gut
  bad: Ausschuss
  product: Artikel
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: count, good: "{good}", scrap: "{bad}", product: "{product}"}
"""


def write_csv(path: Path, rows: int) -> None:
    """Write an export as machines' historians do: local times, decimal commas, one row a count."""
    duckdb.sql(f"""
        copy (
            select
                strftime(make_timestamp({START} + n // {_ROWS_AT_ONCE} * {17 * SECOND}), '%d.%m.%Y %H:%M:%S')
                    as "Zeit",
                'm' || lpad((n % {_ROWS_AT_ONCE})::varchar, 4, '0') as "Anlage",
                (n * 7919 % 60)::varchar || ',' || (n % 10)::varchar as "Gut",
                (n * 104729 % 3)::varchar as "Ausschuss",
                'p-' || lpad((1 + n // 5000 % 12)::varchar, 2, '0') as "Artikel"
            from range({rows}) as t(n)
        ) to '{path}' (header, delimiter ';')
    """)


def measure(rows: int, repeats: int) -> Result:
    """Load the same file into fresh projects and copy it with DuckDB, in turn."""
    floor = Floor(machines=_ROWS_AT_ONCE, days=1)
    with tempfile.TemporaryDirectory(prefix="bench-csv-") as name:
        home, number = Path(name), count()
        path = home / "export.csv"
        write_csv(path, rows)
        now = START + (rows // _ROWS_AT_ONCE + 1) * 17 * SECOND + HOUR

        def ours() -> None:
            folder = home / f"project-{next(number)}"
            (folder / "mappings").mkdir(parents=True)
            write_plant(folder, floor)
            (folder / "mappings" / "hall.yaml").write_text(_MAPPING, "utf-8")
            with Stack.open(folder, write=True) as stack:
                loaded = stack.load([path], now=now, mapping="hall")[0]
            if loaded.receipt.accepted != rows:
                raise RuntimeError(
                    f"{loaded.receipt.accepted} of {rows} rows were accepted: {loaded.problems[:1]}"
                )

        work, copying = Busy(ours), Busy(lambda: _copy(path, home / "copy.parquet"))
        times = in_turn(work, copying, repeats)
        size = path.stat().st_size
    return Result(
        "CSV through a mapping: rows per second, of DuckDB's copy to Parquet",
        1 / ratio(times),
        TARGET,
        ">=",
        detail={
            "rows": rows,
            "csv_mb": round(size / 1e6, 1),
            "load_rows_per_s": round(rows / sorted(times[0])[len(times[0]) // 2]),
            "copy_rows_per_s": round(rows / sorted(times[1])[len(times[1]) // 2]),
            "load_s": rounded(times[0]),
            "copy_s": rounded(times[1]),
            "load_processor_s": rounded(work.seconds),
            "copy_processor_s": rounded(copying.seconds),
            "by_processor_time": round(median(copying.seconds) / median(work.seconds), 3),
        },
    )


def _copy(source: Path, target: Path) -> None:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"copy (from read_csv('{source}', delim = ';', header = true, decimal_separator = ',',"
            f" timestampformat = '%d.%m.%Y %H:%M:%S')) to '{target}' (format parquet, compression zstd)"
        )
