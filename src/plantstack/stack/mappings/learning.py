"""A mapping drafted from a file, from what was kept of a connection, from a broker, or from a browse."""

from __future__ import annotations

import asyncio
import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from pathlib import Path

from plantstack.connectors.contract import Connector, Message, Messages, Outcome
from plantstack.connectors.files.intake import open_plain
from plantstack.connectors.files.jsonlines import Flat, flat_row
from plantstack.connectors.learning.draft import draft_rows
from plantstack.connectors.learning.guess import numbers_of
from plantstack.connectors.learning.seen import Seen
from plantstack.connectors.learning.tags import draft_tags
from plantstack.connectors.learning.writing import UNSURE, Machines, questions, quoted
from plantstack.connectors.mapping.names import check_equipment
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.registry import connector_of
from plantstack.connectors.stream import row_of
from plantstack.errors import ConfigError, EventError, PlantstackError, Problem, QueryError
from plantstack.events.wire import split_items
from plantstack.intervals import rfc3339
from plantstack.plant.plant import Plant
from plantstack.plant.source import Fields, Report, parse_block
from plantstack.stack.files.browsing import browse
from plantstack.stack.files.naming import names_of
from plantstack.stack.mappings.explaining import raw_of

_ROWS = 5_000  # that are looked at
_BYTES = 4 << 20
_SAMPLES = 200
_JSON = "{format: json}"
_DELIMITERS = {",": '","', ";": '";"', "\t": "tab", "|": '"|"'}


def learn_file(plant: Plant, path: Path, source: str = "") -> str:
    """Draft a mapping of a CSV, or of JSON objects.

    Args:
        plant: whose machines it speaks of.
        path: of the file.
        source: who tells; the name of the file without it.

    Raises:
        EventError: when it is neither, or cannot be read.
    """
    with open_plain(path) as opened:
        head = opened.read(_BYTES)
    if path.suffix in (".json", ".ndjson", ".jsonl") or head.lstrip()[:1] in (b"{", b"["):
        objects = [line for _, line in split_items(head)] if head.lstrip()[:1] == b"[" else head.splitlines()
        return _rows(plant, source or path.stem, _flat(objects), _JSON)
    text, encoding = _decoded(head)
    lines = text.splitlines()[: _ROWS + 1]
    delimiter = max(_DELIMITERS, key=lambda one: _columns(lines, one))
    if not lines or not _columns(lines, delimiter):
        what, fix = "is no table of text", "Drafts are made of CSV and of JSON objects; write others by hand."
        raise EventError(Problem("learn-file", path.name, what, fix))
    header, *rows = list(csv.reader(lines, delimiter=delimiter))
    headers = [" ".join(cell.split()) for cell in header]
    cells = [
        dict(zip(headers, map(str.strip, row), strict=False)) for row in rows if len(row) == len(headers)
    ]
    numbers = [
        found for name in headers if (found := numbers_of([[row[name] for row in cells if row[name]]]))
    ]
    form = ["format: csv", f"delimiter: {_DELIMITERS[delimiter]}"]
    form += [f"encoding: {encoding}"] if encoding else []
    form += ['decimal: ","'] if delimiter != "," and any(one.decimal == "," for one in numbers) else []
    return _rows(plant, source or path.stem, cells, f"{{{', '.join(form)}}}")


def learn_raw(plant: Plant, folder: Path, connection: str, source: str = "") -> str:
    """Draft a mapping of what was kept of a connection.

    Raises:
        QueryError: when nothing is.
    """
    messages: list[tuple[int, Message]] = []
    for kept in raw_of(folder, connection):
        messages += [(kept.at + number, one) for number, one in enumerate(kept.messages)]
        del messages[: max(0, len(messages) - _ROWS)]  # the newest say how it is now
    return _messages(plant, source or connection, messages)


def learn_browse(plant: Plant, folder: Path, connection: str, source: str = "") -> str:
    """Draft a mapping of what the source of a connection says it has.

    Raises:
        ConfigError: as for `browse`.
    """
    return with_problems(
        plant, draft_tags(browse(folder, connection), source or connection, _machines(plant))
    )


def learn_mqtt(
    plant: Plant,
    folder: Path,
    address: str,
    topics: Sequence[str],
    *,
    seconds: float,
    client: str,
    now: int,
    source: str = "",
) -> str:
    """Listen to a broker for a while and draft a mapping of what came; nothing else is lost of it.

    Args:
        plant: whose machines they speak of.
        folder: of the project.
        address: host, and a port behind a colon.
        topics: to listen to.
        seconds: how long.
        client: a name of a session that nobody uses.
        now: the instant of the first message.
        source: who tells; `mqtt` without it.

    Raises:
        ConfigError: when the address or a topic is none.
        QueryError: when nothing came.
        Retry: when the broker cannot be reached.
        Fatal: when it does not let us in.
    """
    host, _, port = address.partition(":")
    said = [f"host: {quoted(host)}", f"port: {port}" if port else "", f"client: {client}", "kept: 1 s"]
    said.append(f"topics: [{', '.join(map(quoted, topics))}]")
    report = Report()
    block = parse_block("\n".join(filter(None, said)).encode(), "--mqtt", report)
    report.raise_problems()
    if block is None:
        raise ConfigError(Problem("learn-mqtt", "--mqtt", "is no address", "Write 'host:1883'."))
    connector = connector_of("mqtt", Fields(block, "connection", report), folder)
    report.raise_problems()
    came = asyncio.run(_listen(connector, seconds))
    if not came:
        what, fix = f"nothing came within {seconds:g} s", "Listen longer with --for, or to other topics."
        raise QueryError(Problem("learn-silent", "--mqtt", what, fix))
    return _messages(plant, source or "mqtt", [(now + number, one) for number, one in enumerate(came)])


async def _listen(connector: Connector, seconds: float) -> list[Message]:
    came: list[Message] = []
    try:
        async with asyncio.timeout(seconds), aclosing(connector.read(None)) as reading:
            delivery = await anext(reading)
            while len(came) < _ROWS:
                came += delivery.messages if isinstance(delivery, Messages) else ()
                delivery = await reading.asend(Outcome())
    except (TimeoutError, StopAsyncIteration):
        pass
    return came


def _messages(plant: Plant, source: str, messages: Iterable[tuple[int, Message]]) -> str:
    """Of rows with a field each, or of tags with a value each."""
    rows: list[Flat] = []
    for instant, one in messages:
        try:
            rows.append(row_of(one) | dict(one.about) | {"received": rfc3339(instant)})
        except EventError:  # what is no object is of no use here
            continue
    fields = {name for row in rows for name in row if not name.startswith("topic")} - {"received"}
    if {"tag", "value"} <= fields:
        at = "at" if "at" in fields else "received"
        quality = "quality" if "quality" in fields else ""
        text = draft_tags(_seen(rows, "tag"), source, _machines(plant), at=at, quality=quality)
        return with_problems(plant, text)
    if fields == {"value"}:
        text = draft_tags(
            _seen(rows, "topic"), source, _machines(plant), tag="topic", at="received", quality=""
        )
        return with_problems(plant, text)
    return _rows(plant, source, [_without_whole_topic(row) for row in rows], _JSON)


def _without_whole_topic(row: Flat) -> Flat:
    return {name: cell for name, cell in row.items() if name != "topic"}


def _seen(rows: Sequence[Flat], tag: str) -> list[Seen]:
    column = next((name for name in ("place", "device") if all(row.get(name) for row in rows)), "")
    samples: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.get(tag):
            found = samples[row[tag], row.get(column, "")]
            if row.get("value") and len(found) < _SAMPLES:
                found.append(row["value"])
    return [
        Seen(name, tuple(values), path=tuple(name.split("/")[:-1]) if tag == "topic" else ())
        if not device
        else Seen(name, tuple(values), path=tuple(device.split("/")), column=column, device=device)
        for (name, device), values in samples.items()
    ]


def _rows(plant: Plant, source: str, rows: Sequence[Flat], file: str) -> str:
    headers = list(dict.fromkeys(name for row in rows for name in row))
    zone = next(iter(plant.sites.values())).zone
    return with_problems(plant, draft_rows(rows, headers, file, source, _machines(plant), zone))


def with_problems(plant: Plant, text: str) -> str:
    """The same text; what cannot be used of it as it is stands below it, for people to mend."""
    report = Report()
    try:
        check_equipment(parse_mapping(text, "draft"), names_of(plant), report)
        problems = report.problems
    except PlantstackError as error:
        problems = [*report.problems, *error.problems]
    told = [f"{UNSURE} {one.where}: {one.what}. {one.fix}".replace("\n", " ") for one in problems]
    return "\n".join([text.rstrip("\n"), *told, ""])


def unsure_of(text: str) -> int:
    """How many lines of a draft want an answer."""
    return questions(text)


def _machines(plant: Plant) -> Machines:
    return {one.id: [one.label] for one in plant.machines.values()}


def _flat(lines: Sequence[bytes]) -> list[Flat]:
    rows = []
    for line in lines[:_ROWS]:
        try:
            rows.append(flat_row(line))
        except EventError:  # the last line may be cut
            continue
    return rows


def _decoded(head: bytes) -> tuple[str, str]:
    cut = head[: head.rfind(b"\n") + 1] or head
    try:
        return cut.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return cut.decode("cp1252", "replace"), "cp1252"


def _columns(lines: Sequence[str], delimiter: str) -> int:
    """How many more columns than one most lines have; 0 where they do not agree."""
    counts = [line.count(delimiter) for line in lines[:50] if line.strip()]
    return counts[0] if counts and counts.count(counts[0]) * 10 >= len(counts) * 8 else 0
