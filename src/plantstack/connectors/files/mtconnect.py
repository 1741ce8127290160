"""MTConnectStreams XML -> sheet: one row an observation, whatever the namespace version.

No DTD, no entities, no network; depth and text stay within libxml2's own limits.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from lxml import etree  # type: ignore[import-untyped]

from plantstack.connectors.files.excel import SheetLines
from plantstack.connectors.files.sheet import Sheet
from plantstack.connectors.mapping.read_columns import XML_HEADERS
from plantstack.errors import EventError, Problem

MAX_DEPTH = 40
_KINDS = ("Samples", "Events", "Condition")


def mtconnect_sheet(path: Path, name: str) -> Sheet:
    """Read one MTConnectStreams document.

    Raises:
        EventError: when it is no such document, an error document, or not well-formed.
    """
    cells = path.with_suffix(".cells")
    with path.open("rb") as source, cells.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in read_streams(source, name):
            writer.writerow(row)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(XML_HEADERS) + 1))
    relation = (
        "read_csv($file, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', "
        f"new_line='\\n', max_line_size=20000000, parallel=false, columns={{{columns}}})"
    )
    return Sheet(name, relation, {"file": str(cells)}, XML_HEADERS, SheetLines(cells, name), numbered=True)


def read_streams(source: object, name: str) -> Iterator[list[str]]:
    """Yield a row for every observation: its number, then the cells of `XML_HEADERS`."""
    parser = etree.iterparse(
        source,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    device, number, depth = "", 0, 0
    try:
        for event, element in parser:
            depth += 1 if event == "start" else -1
            if event == "start":
                _check_start(element, name, depth)
                if _local(element) == "DeviceStream":
                    device = element.get("name") or element.get("uuid") or ""
            elif (parent := element.getparent()) is not None and _local(parent) in _KINDS:
                number += 1
                yield [str(number), *_cells(element, device, _local(parent))]
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        what = f"is not well-formed XML: {str(error)[:200]}"
        raise EventError(Problem("file-xml", name, what, "Fetch the document again.")) from None


def _check_start(element: etree._Element, name: str, depth: int) -> None:
    if depth == 1:
        if element.getroottree().docinfo.doctype:
            raise EventError(Problem("file-xml", name, "has a DOCTYPE", "MTConnect documents have none."))
        root = _local(element)
        if root != "MTConnectStreams":
            what = f"is <{root}>, not <MTConnectStreams>"
            raise EventError(Problem("file-xml", name, what, "Save the answer of /current or /sample."))
    if depth > MAX_DEPTH:
        raise EventError(Problem("file-xml", name, f"is nested deeper than {MAX_DEPTH} levels"))


def _cells(element: etree._Element, device: str, group: str) -> list[str]:
    is_condition = group == "Condition"
    known = element.get
    return [
        known("timestamp", ""),
        device,
        known("name") or known("dataItemId", ""),
        known("dataItemId", ""),
        known("type", "") if is_condition else _local(element),
        known("subType", ""),
        _local(element) if is_condition else _tidy(element.text),
        known("nativeCode", ""),
        known("nativeSeverity", ""),
        known("sequence", ""),
        _tidy(element.text) if is_condition else "",
    ]


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
