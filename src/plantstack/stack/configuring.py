"""The plant files as events: what the plant was known to be at any offset (books 2)."""

from __future__ import annotations

import json

from plantstack.errors import EventError, LogError, Problem
from plantstack.events.batch import Batch
from plantstack.events.log import Log
from plantstack.events.names import Names
from plantstack.events.segments import read_segments
from plantstack.events.validate import validate
from plantstack.events.wire import decode_items
from plantstack.intervals import rfc3339
from plantstack.plant.load import PlantContent, plant_from_content
from plantstack.plant.plant import Plant

SOURCE = "plantstack"


def known_content(log: Log, upto: int) -> PlantContent | None:
    """Return the plant files as last recorded at or before an offset."""
    newest, body = 0, ""
    for table in (read_segments(log.segments(upto, kinds={"config"}), upto), log.hot(upto)):
        for kind, offset, text in zip(
            *(table.column(name).to_pylist() for name in ("kind", "log_offset", "body")), strict=True
        ):
            if kind == "config" and offset > newest:
                newest, body = offset, text
    if not newest:
        return None
    told = json.loads(body)
    return PlantContent(told["content"], told["sha256"])


def plant_known(log: Log, upto: int) -> Plant:
    """Return the plant as it was known at an offset.

    Raises:
        LogError: when nothing had been recorded by then.
    """
    content = known_content(log, upto)
    if content is None:
        what = f"no plant files were recorded up to offset {upto}"
        raise LogError(Problem("config-none", "log", what, "load a first file"))
    return plant_from_content(content.text)


def record_config(log: Log, content: PlantContent, now: int) -> bool:
    """Append the plant files to the log when they say something new; tell whether they did."""
    known = known_content(log, log.last_offset())
    if known is not None and known.sha256 == content.sha256:
        return False
    event = {
        "kind": "config",
        "at": rfc3339(now),
        "source": SOURCE,
        # going back to an earlier content is a new statement
        "key": f"{content.sha256[:16]}-{log.last_offset() + 1}",
        "content": content.text,
        "sha256": content.sha256,
    }
    decoded = decode_items(json.dumps([event]).encode())
    good, faults = validate(decoded.table, Names(()), now)
    problems = [letter.problem for letter in decoded.dead] + [problem for _, problem in faults]
    if problems:
        raise EventError(problems)
    log.append(Batch(good), received_at=now)
    return True
