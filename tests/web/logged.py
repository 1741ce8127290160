"""What a test finds in the log behind a page: also rows that were moved into segments since they came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from plantstack.stack import Stack

Wire = dict[str, Any]


def logged(folder: Path, after: int = 0) -> list[Wire]:
    """Read the events of a project with offset > after, in the order they came."""
    with Stack.open(folder) as stack:
        events = stack.log.events()
    rows: list[Wire] = events.filter(pc.field("log_offset") > after).to_pylist()
    return rows
