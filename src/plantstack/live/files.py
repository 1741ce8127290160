"""Files that arrive while the plant runs: decoded beside the log, written by the one writer in small parts.

The writer is never held for a whole file, so live sources go on while a day of an ERP is taken in.
"""

from __future__ import annotations

from pathlib import Path

from plantstack.connectors.contract import Outcome
from plantstack.connectors.mapping.model import Mapping
from plantstack.events.batch import Batch, Receipt
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.live.door import Clock
from plantstack.plant.plant import Plant
from plantstack.stack.loading import Loading


def take_file(
    path: Path, folder: Path, plant: Plant, mapping: Mapping | None, writer: GroupWriter, clock: Clock
) -> Outcome:
    """Load a file; returns when all of it is on disk.

    Args:
        path: the file.
        folder: of the project.
        plant: whose machines it speaks of.
        mapping: how its rows become events; None: they are written in our own words.
        writer: of the log.
        clock: the instant of receipt.

    Raises:
        LogError: when the log cannot be written; the file can be loaded again.
    """
    now = clock()

    def write(batch: Batch) -> Receipt:
        return writer.submit(batch, received_at=now).result()

    with Log.open(folder, write=False, project_id=plant.project_id) as log:
        loaded = Loading(log, plant, now, mapping, write=write).files([path])[0]
    return Outcome(
        receipt=loaded.receipt,
        problems=tuple(loaded.problems),
        is_refused=bool(loaded.refused),
        is_known=any(note.code == "file-known" for note in loaded.notes),
    )
