"""What a model was asked, what it said and what became of it: a line each, for the owner of the project."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

LOG = "llm/said.jsonl"
MOST_BYTES = 1_000_000  # of one file of the log
KEPT = 3  # older files
_TURN = Lock()  # a server asks for several at once


def note(folder: Path, row: Mapping[str, Any]) -> None:
    """Add a line to the log; full files move on, the oldest goes.

    Args:
        folder: of the project.
        row: what is written down.
    """
    path = folder / LOG
    with _TURN:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            for n in range(KEPT, 0, -1):
                older = path.with_suffix(f".{n}.jsonl")
                newer = path if n == 1 else path.with_suffix(f".{n - 1}.jsonl")
                if newer.is_file():
                    newer.replace(older)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        # half a character stays as its escape: a line that cannot be written is worse than an odd one
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
