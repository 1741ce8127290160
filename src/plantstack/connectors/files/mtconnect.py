"""MTConnectStreams XML -> sheet: one row an observation, parsed by a limited child process."""

from __future__ import annotations

from pathlib import Path

from plantstack.connectors.files.child import Limits, Parser, parse_apart
from plantstack.connectors.files.sheet import Sheet, SheetLines, cells_relation
from plantstack.connectors.mapping.read_columns import XML_HEADERS

_PARSER = Parser("mtconnect_child.py", "file-xml", "mtconnect")


def mtconnect_sheet(path: Path, name: str, limits: Limits | None = None) -> Sheet:
    """Read one MTConnectStreams document.

    Raises:
        EventError: when it is no such document, an error document, or not well-formed.
    """
    cells = parse_apart(_PARSER, path, name, (), limits or Limits())
    relation, parameters = cells_relation(cells, len(XML_HEADERS) + 1, 0)
    return Sheet(name, relation, parameters, XML_HEADERS, SheetLines(cells, name), numbered=True)
