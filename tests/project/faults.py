"""Which test stands for which row of the list of faults.

`python -m tests.project.faults` writes tests/FAULTS.md. A test names its rows in its name (`test_F07_...`,
`test_H_FI_12_...`), in its docstring or in the id of a case; the table holds whatever is named so.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS / "FAULTS.md"

# What has to be there: input from files, the log under it, and the books over it.
ROWS = {
    "F01": "kill -9 at random moments under load",
    "F02": "kill -9 between commit and acknowledgement",
    "F03": "kill -9 before the commit",
    "F04": "SIGTERM under load",
    "F05": "the n-th write of the store fails",
    "F06": "disk full, then space again",
    "F07": "log read-only or owned by someone else",
    "F08": "second instance on one log",
    "F09": "last bytes of the journal cut off",
    "F10": "log deleted or replaced by an empty one",
    "F11": "durability weakened",
    "F12": "backup under load, restored elsewhere",
    "F13": "killed in the midst of a migration",
    "F14": "the writer meets an unexpected exception",
    "F15": "broker killed and restarted",
    "F16": "cut with messages not acknowledged",
    "F17": "one message 10,000 times",
    "F18": "slow store, fast publisher",
    "F19": "retained message on subscribing",
    "F20": "wrong password, denied topic",
    "F21": "two programs with one client id",
    "F22": "poison message between good ones",
    "F23": "a number of a Sparkplug node is missing",
    "F24": "numbers go around, 255 to 0",
    "F25": "death of an older session after a new birth",
    "F26": "data with an alias before any birth",
    "F27": "200 nodes are born again at once",
    "F28": "a birth with another type, or an alias for another metric",
    "F29": "OPC UA server killed and restarted",
    "F30": "OPC UA server stopped for 4 s, for long",
    "F31": "a queue of the server ran over",
    "F32": "namespaces numbered anew after a restart",
    "F33": "server certificate changed or out of time",
    "F34": "MTConnect agent started anew",
    "F35": "MTConnect buffer rolled over",
    "F36": "MTConnect document cut in its middle",
    "F37": "Modbus exception, time-out, short frame",
    "F38": "file still being written",
    "F39": "same file twice, also under another name",
    "F40": "1 bad row in 10,000",
    "F41": "SQL: equal watermarks, late commits, rows updated after being read",
    "F42": "ERP down for a day, then back",
    "F43": "HTTP client times out after the commit and sends again",
    "F44": "batch with some bad items",
    "F47": "source clock a day off, or never set",
    "F48": "our own clock steps back",
    "F49": "clock change in spring and autumn, night shift",
    "F50": "events shuffled and up to 7 days late",
    "F51": "counter resets, rolls over, trembles, jumps",
    "F52": "restart between two samples of a counter",
    "F53": "source goes silent",
    "H-FI-01": "zip bomb",
    "H-FI-02": "one cell in the last row and column",
    "H-FI-03": "thousands of zip entries, entries outside",
    "H-FI-04": "HTML, .xls or encrypted under .xlsx",
    "H-FI-05": "formula without cached value",
    "H-FI-06": "cells that start with = + - @",
    "H-FI-07": "1904 dates, dates as text, 29 February 1900",
    "H-FI-08": "decimal comma, thousands separators",
    "H-FI-09": "Latin-1, UTF-16, BOM, NUL bytes",
    "H-FI-10": "one line of 100 MB, unclosed quote",
    "H-FI-11": "headers twice, missing, reordered",
    "H-FI-12": "hostile file names, links, pipes, devices",
    "H-FI-13": "mixed line ends, trailing separators",
    "H-FI-14": "local times in the repeated and the missing hour",
    "H-CF-01": "code in a formula",
    "H-CF-02": "powers, long repeats",
    "H-CF-03": "10,000 nested brackets",
    "H-CF-04": "division by zero",
    "H-CF-05": "unknown series, circular references",
    "H-CF-06": "units that do not go together",
    "H-CF-07": "YAML tag that builds an object",
    "H-CF-08": "YAML alias bomb",
    "H-CF-09": "duplicate keys; NO, on, 010, 12:30:45",
    "H-CF-10": "two rules with one target",
    "H-CF-11": "pattern that never ends",
    "H-CF-12": "unit or zone that does not exist",
    "H-CF-13": "mapping of 100 MB",
    "H-CF-14": "mapping changed while events are in flight",
    "H-MQ-01": "empty payload",
    "H-MQ-02": "not JSON",
    "H-MQ-03": "JSON cut off",
    "H-MQ-04": "UTF-16, byte order mark",
    "H-MQ-05": "a byte that is no UTF-8",
    "H-MQ-06": "lone surrogate",
    "H-MQ-07": "NUL inside a text",
    "H-MQ-08": "100,000 nested arrays",
    "H-MQ-09": "NaN and Infinity",
    "H-MQ-10": "1e400",
    "H-MQ-11": "10^30",
    "H-MQ-12": "number as text, true as a count",
    "H-MQ-13": "a key twice",
    "H-MQ-14": "negative count",
    "H-MQ-15": "time without offset",
    "H-MQ-16": "years 1 and 9999",
    "H-MQ-17": "second 60",
    "H-MQ-18": "milliseconds for microseconds",
    "H-MQ-19": "payload of 10 MB",
    "H-MQ-20": "odd topics",
    "H-MQ-21": "names that differ in case or normal form",
    "H-MQ-22": "a topic that two rules claim",
    "H-SP-01": "random bytes",
    "H-SP-02": "a payload without metrics",
    "H-SP-03": "payload cut off",
    "H-SP-04": "declared length of 4 GB",
    "H-SP-05": "metric with no value and no null flag",
    "H-SP-06": "Int32 in a text field",
    "H-SP-07": "unknown data type",
    "H-SP-08": "an alias twice in one birth",
    "H-SP-09": "metric without name and alias",
    "H-SP-10": "number 256, or none",
    "H-SP-11": "instants 0 and 2^64-1",
    "H-SP-12": "negative numbers in unsigned fields",
    "H-SP-13": "10,000 metrics in one birth",
    "H-SP-14": "STATE forged by another client",
    "H-SP-15": "names with +, # and /",
    "H-OT-01": "no security offered where signing is configured",
    "H-OT-02": "no users known where one is configured",
    "H-OT-03": "array, structure, 5 MB where a number is",
    "H-OT-04": "NaN and infinities",
    "H-OT-05": "value with an uncertain or bad status",
    "H-OT-06": "no time of the source",
    "H-OT-07": "XML with DOCTYPE and entities",
    "H-OT-08": "entity of a local file or URL",
    "H-OT-09": "20 MB attribute, 10,000 deep",
    "H-OT-10": "MTConnect error with HTTP 200",
    "H-OT-11": "nextSequence lower than asked",
    "H-OT-12": "answer without an end",
    "H-OT-13": "UNAVAILABLE where a number is",
    "H-OT-14": "namespace of an unknown version",
    "H-OT-15": "Modbus: wrong unit or transaction",
    "H-OT-16": "float registers in the other word order",
    "H-SQ-01": "a table or column called like a statement",
    "H-SQ-02": "column type changed since the last look",
    "H-SQ-03": "watermark is NULL",
    "H-SQ-04": "watermark in the future",
    "H-SQ-05": "first load of ten million rows",
    "H-SQ-06": "a query that never returns",
    "H-SQ-07": "driver error with the password",
    "H-SQ-08": "account with write rights",
    "H-HT-01": "no, wrong, revoked token, also during a stream",
    "H-HT-02": "token of one subtree on another",
    "H-HT-03": "equipment of another area in path, query, batch item",
    "H-HT-05": "form post from another origin",
    "H-HT-06": "WebSocket with a foreign origin",
    "H-HT-07": "forged Host and X-Forwarded headers",
    "H-HT-08": "body without end, slow headers, slow body",
    "H-HT-09": "gzip bomb",
    "H-HT-10": "content type lies",
    "H-HT-11": "a million items",
    "H-HT-12": "unknown fields, what only we write",
    "H-HT-13": "same Idempotency-Key, other body",
    "H-HT-14": "HTML in free text",
    "H-HT-15": "open redirect",
    "H-HT-16": "method override, HEAD and OPTIONS",
    "H-HT-18": "path traversal",
    "H-HT-19": "parameters negative, huge, float, NaN",
}

# What of a row only a running plant can meet: live intake, connectors, jobs.
LIVE = {
    "F01": "under messages",
    "F04": "the server's intake",
    "F06": "refused intake, readable screens",
    "F14": "the server's writer",
    "F48": "time-outs",
    "F49": "jobs at 02:30",
    "F53": "a stale source on the board",
}

_NAMED = re.compile(r"(?<![A-Za-z0-9])(?:(F)|H[_-](FI|CF|MQ|SP|OT|SQ|HT)[_-])(\d\d)(?!\d)", re.IGNORECASE)


def rows_in(text: str) -> list[str]:
    """The rows a text names.

    >>> rows_in("test_F05_F06_a_write"), rows_in("test_h_cf_01_only"), rows_in("H-FI 12")
    (['F05', 'F06'], ['H-CF-01'], [])
    """
    named = _NAMED.findall(text)
    found = [f"F{number}" if f else f"H-{family.upper()}-{number}" for f, family, number in named]
    return [row for row in found if row in ROWS]


def tests_in(path: Path) -> dict[str, set[str]]:
    """Row -> tests of a file, as `folder/file.py::test`."""
    out: dict[str, set[str]] = defaultdict(set)
    tree = ast.parse(path.read_text("utf-8"))
    name = path.relative_to(TESTS).as_posix()
    lists = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            texts = [node.name, ast.get_docstring(node) or ""]
            walked = [part for given in node.decorator_list for part in ast.walk(given)]
            names = {part.id for part in walked if isinstance(part, ast.Name)}
            cases = [*node.decorator_list, *(lists[one] for one in names if one in lists)]
            texts += [_start(n) for part in cases for n in ast.walk(part) if isinstance(n, ast.Constant)]
            for row in {row for text in texts for row in rows_in(text)}:
                out[row].add(f"{name}::{node.name}")
    return out


def _start(constant: ast.Constant) -> str:
    """The id at the beginning of a case, not whatever its input says."""
    return constant.value[:8] if isinstance(constant.value, str) else ""


def found() -> dict[str, list[str]]:
    """Row -> all tests that name it."""
    out: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for row, tests in tests_in(path).items():
            out[row] |= tests
    return {row: sorted(out[row]) for row in ROWS}


def table() -> str:
    """The page."""
    lines = [
        "# Faults and hostile inputs, and the tests that stand for them",
        "",
        "Written by `python -m tests.project.faults`; `tests/project/test_faults.py` fails when a row has no",
        "test here, or one that is not there. The last column is what only a running plant can meet.",
        "",
        "| row | what | tests | of live intake |",
        "|---|---|---|---|",
    ]
    for row, tests in found().items():
        named = "<br>".join(f"`{test}`" for test in tests)
        lines.append(f"| {row} | {ROWS[row]} | {named} | {LIVE.get(row, '')} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
