"""What the connector tests share: a mapping from text, a file from text, and what they give."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plantstack.connectors.load import FileBatch, load_files
from plantstack.connectors.mapping.read import parse_mapping
from plantstack.events.batch import DeadLetter

SHARED = Path(__file__).parents[3] / "shared" / "data"
ROOT = Path(__file__).parents[2]

SIMPLE = """
schema: 1
source: test
file: {format: csv}
columns: {at: at, machine: machine, state: state, pieces: pieces}
every: {equipment: "{machine}", at: "{at}"}
events:
  - {kind: state, state: "{state}"}
  - {kind: count, when: {pieces: {present: true}}, total: "{pieces}"}
"""


@dataclass
class Loaded:
    """Everything one load gave."""

    events: list[dict[str, Any]] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    batches: list[FileBatch] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [letter.problem.code for letter in self.dead]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]


def load(mapping: str, *paths: Path, **options: Any) -> Loaded:
    """Load files through a mapping text."""
    loaded = Loaded()
    for batch in load_files(paths, parse_mapping(mapping), **options):
        loaded.batches.append(batch)
        loaded.events += batch.events.to_pylist()
        loaded.dead += [*batch.dead, *(DeadLetter(b"", batch.file, problem) for problem in batch.refused)]
        loaded.notes |= {note.code: note.what for note in batch.notes}
    return loaded


def write(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    """Write a file and return it."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def us(text: str) -> int:
    """Microseconds of an ISO instant; UTC unless it says otherwise."""
    stamp = datetime.fromisoformat(text)
    return int((stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def shared(name: str) -> Path:
    """A file or folder of the reference data; skipped when absent, a failure when CI asks for all."""
    path = SHARED / name
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"../shared/data/{name} is absent, and with CI=true nothing may be left out")
        pytest.skip(f"../shared/data/{name} is absent")
    return path
