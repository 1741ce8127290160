"""Runs alone, like `excel_child.py`: MTConnectStreams XML in, CSV out, one row an observation.

No DTD, no entities, no network; depth and text stay within libxml2's own limits. The namespace is
not looked at, so every version of the standard reads alike.

    python mtconnect_child.py DOCUMENT MEMORY_BYTES CPU_SECONDS MAX_BYTES  -> CSV on stdout
"""

from __future__ import annotations

import csv
import resource
import sys
from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 40
_GROUPS = ("Samples", "Events", "Condition")


def rows_of(path: str) -> Iterator[list[str]]:
    """Every observation: its number, then time, device, key, id, type, subtype, value and the rest."""
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415  only this process may load it

    parser = etree.iterparse(
        path,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    device, instance, number, depth = "", "", 0, 0
    try:
        for event, element in parser:
            depth += 1 if event == "start" else -1
            if event == "start":
                check_start(element, depth)
                if local(element) == "DeviceStream":
                    device = element.get("name") or element.get("uuid") or ""
                if local(element) == "Header" and depth == 2:
                    instance = element.get("instanceId") or ""
            elif (parent := element.getparent()) is not None and local(parent) in _GROUPS:
                number += 1
                yield [str(number), *cells(element, device, local(parent) == "Condition"), instance]
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not well-formed XML: {error.msg}") from None


def check_start(element: Any, depth: int) -> None:
    """Refuse what is no honest MTConnectStreams document."""
    if depth == 1:
        if element.getroottree().docinfo.doctype:
            raise ValueError("it has a DOCTYPE, and MTConnect documents have none")
        if local(element) != "MTConnectStreams":
            raise ValueError(f"it is <{local(element)}>, not <MTConnectStreams>")
    if depth > MAX_DEPTH:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")


def cells(element: Any, device: str, is_condition: bool) -> list[str]:
    """The cells of one observation; the level of a condition is its value."""
    known = element.get
    return [
        known("timestamp", ""),
        device,
        known("name") or known("dataItemId", ""),
        known("dataItemId", ""),
        known("type", "") if is_condition else local(element),
        known("subType", ""),
        local(element) if is_condition else tidy(element.text),
        known("nativeCode", ""),
        known("nativeSeverity", ""),
        known("sequence", ""),
        tidy(element.text) if is_condition else "",
    ]


def tidy(text: str | None) -> str:
    """A text in one line."""
    return " ".join((text or "").split())


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


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
        writer.writerows(rows_of(path))
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
