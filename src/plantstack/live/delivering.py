"""What connectors deliver, written by the one writer: rows at once, files in small parts.

A file is decoded beside the log and the writer is never held for all of it, so live sources go on while a
day of an ERP is taken in.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plantstack.connectors.connections import Connection
from plantstack.connectors.contract import Delivery, File, Outcome, Rows
from plantstack.connectors.mapping.model import Mapping
from plantstack.events.batch import Batch, Cursor, Receipt
from plantstack.events.log import Log
from plantstack.events.writer import GroupWriter
from plantstack.live.door import Clock, Door
from plantstack.plant.plant import Plant
from plantstack.stack.loading import Loading


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Where deliveries go.

    Attributes:
        folder: of the project.
        plant: whose machines they speak of.
        writer: of the log.
        door: where rows are judged.
        clock: the instant of receipt.
    """

    folder: Path
    plant: Plant
    writer: GroupWriter
    door: Door
    clock: Clock

    def write(self, connection: Connection, delivery: Delivery) -> Outcome:
        """Write a delivery; returns when all of it is on disk.

        Raises:
            LogError: when the log cannot be written; it can be delivered again.
        """
        if isinstance(delivery, File):
            return self._file(delivery.path, connection.mapping)
        return self._rows(connection.name, delivery)

    def cursor_of(self, source: str) -> str | None:
        """How far a source is read by what is on disk."""
        with self._reading() as log:
            return log.cursor(source)

    def _rows(self, source: str, rows: Rows) -> Outcome:
        cursor = Cursor(source, rows.cursor) if rows.cursor is not None else None
        taken = self.door.write(rows.decoded, cursor=cursor, source=source)
        problems = tuple(item.problem for item in taken.items if item.problem)
        return Outcome(taken.receipt, problems)

    def _file(self, path: Path, mapping: Mapping | None) -> Outcome:
        now = self.clock()

        def write(batch: Batch) -> Receipt:
            return self.writer.submit(batch, received_at=now).result()

        with self._reading() as log:
            loaded = Loading(log, self.plant, now, mapping, write=write).files([path])[0]
        return Outcome(
            receipt=loaded.receipt,
            problems=tuple(loaded.problems),
            is_refused=bool(loaded.refused),
            is_known=any(note.code == "file-known" for note in loaded.notes),
        )

    def _reading(self) -> Log:
        return Log.open(self.folder, write=False, project_id=self.plant.project_id)
