"""Runs alone, like `excel_child.py`: MTConnect XML in, its observations out, one row each.

No DTD, no entities, no network; depth and text stay within libxml2's own limits. The namespace is
not looked at, so every version of the standard reads alike.

    python mtconnect_child.py DOCUMENT MEMORY_BYTES CPU_SECONDS MAX_BYTES  -> CSV on stdout
    python mtconnect_child.py - MEMORY_BYTES CPU_SECONDS MAX_BYTES         -> one document after another

With `-` documents of an agent come on stdin and leave as JSON on stdout, each led by its length in eight
bytes. The CPU time is of one document then.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

MAX_DEPTH = 40
NO_VALUE = "UNAVAILABLE"  # of a condition it is written in small letters
_GROUPS = ("Samples", "Events", "Condition")
_ITEM = ("id", "name", "category", "type", "subType", "units", "nativeUnits")


def steps(source: Any) -> Iterator[tuple[bool, Any, int]]:
    """Every begin and end of an element with its depth, as far as the document is honest."""
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415  only this process may load it

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
    depth = 0
    try:
        for event, element in parser:
            depth += event == "start"
            if depth == 1 and event == "start" and element.getroottree().docinfo.doctype:
                raise ValueError("it has a DOCTYPE, and MTConnect documents have none")
            if depth > MAX_DEPTH:
                raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels")
            yield event == "start", element, depth
            depth -= event == "end"
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not well-formed XML: {error.msg}") from None


def rows_of(source: Any, header: dict[str, str] | None = None) -> Iterator[list[str]]:
    """Every observation: its number, then time, device, key, id, type, subtype, value and the rest."""
    device, instance, number = "", "", 0
    for begins, element, depth in steps(source):
        if begins:
            if depth == 1 and local(element) != "MTConnectStreams":
                raise ValueError(f"it is <{local(element)}>, not <MTConnectStreams>")
            if local(element) == "DeviceStream":
                device = element.get("name") or element.get("uuid") or ""
            if local(element) == "Header" and depth == 2:
                instance = element.get("instanceId") or ""
                if header is not None:
                    header.update(element.attrib)
        elif (parent := element.getparent()) is not None and local(parent) in _GROUPS:
            number += 1
            made = cells(element, device, local(parent) == "Condition")
            is_good = made[6].upper() != NO_VALUE
            yield [str(number), *made, instance, "good" if is_good else "bad"]
            element.clear()
            while element.getprevious() is not None:
                del parent[0]


def items_of(source: Any, header: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every data item of a device model, with its device and where in it it stands."""
    names: list[str] = []
    device: dict[str, str] = {}
    for begins, element, depth in steps(source):
        kind = local(element)
        if not begins:
            if len(names) >= depth:
                names.pop()
            continue
        if kind == "Header" and depth == 2:
            header.update(element.attrib)
        if depth == 3:  # Device, or Agent
            name = element.get("name") or element.get("uuid") or ""
            device = {"device": name, "uuid": element.get("uuid") or "", "kind": kind}
        names.append((element.get("name") or kind) if element.get("id") and depth > 3 else "")
        if kind == "DataItem" and device:
            told = {key: element.get(key) or "" for key in _ITEM}
            yield {**device, **told, "path": "/".join(name for name in names[:-1] if name)}


def errors_of(source: Any, header: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every error an agent tells, whatever its version calls the element."""
    for begins, element, depth in steps(source):
        if begins and local(element) == "Header" and depth == 2:
            header.update(element.attrib)
        elif not begins and (code := element.get("errorCode")):
            yield {"code": code, "text": tidy(element.text)}


def document_of(body: bytes) -> dict[str, Any]:
    """What a document of an agent says.

    Raises:
        ValueError: when it is none, with the reason.
    """
    _, root, _ = next(steps(BytesIO(body)))
    kind = local(root)
    header: dict[str, str] = {}
    told: dict[str, Any] = {"kind": kind, "header": header}
    if kind == "MTConnectStreams":
        told["rows"] = [row[1:] for row in rows_of(BytesIO(body), header)]
    elif kind == "MTConnectDevices":
        told["items"] = list(items_of(BytesIO(body), header))
    elif kind == "MTConnectError":
        told["errors"] = list(errors_of(BytesIO(body), header))
    else:
        raise ValueError(f"it is <{kind}>, and no document of an agent")
    return told


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
        local(element) if is_condition else value_of(element),
        known("nativeCode", ""),
        known("nativeSeverity", ""),
        known("sequence", ""),
        tidy(element.text) if is_condition else "",
    ]


def value_of(element: Any) -> str:
    """The value of an observation; of a data set its entries, as adapters write them."""
    if not len(element):
        return tidy(element.text)
    return " ".join(f"{entry.get('key', '')}={tidy(''.join(entry.itertext()))}" for entry in element)


def tidy(text: str | None) -> str:
    """A text in one line."""
    return " ".join((text or "").split())


def local(element: Any) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def serve(come: BinaryIO, go: BinaryIO, seconds: int) -> None:
    """Read documents until there are no more."""
    while len(head := come.read(8)) == 8:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))
        try:
            told = document_of(come.read(int.from_bytes(head, "big")))
        except Exception as error:  # the edge of this process, as below
            if isinstance(error, MemoryError | ImportError):
                raise
            told = {"kind": "", "problem": str(error)[:300] or type(error).__name__}
        answer = json.dumps(told).encode()
        go.write(len(answer).to_bytes(8, "big") + answer)
        go.flush()


def main(arguments: list[str]) -> int:
    """Convert, within limits that are set before the parser is loaded."""
    path, memory, seconds, most = arguments[0], *map(int, arguments[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        if path == "-":
            serve(sys.stdin.buffer, sys.stdout.buffer, seconds)
            return 0
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        writer = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\n")
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
