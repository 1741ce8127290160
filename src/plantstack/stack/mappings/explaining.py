"""What a mapping makes of one row of a file, or of one message that was kept as it came."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from plantstack.connectors.mapping.carry import Carry
from plantstack.connectors.mapping.meaning import counters_of
from plantstack.connectors.mapping.model import Mapping
from plantstack.connectors.mapping.proof import run_tests
from plantstack.connectors.mapping.read import load_mapping
from plantstack.connectors.raw import FOLDER, Kept, RawFiles, kept_connections
from plantstack.connectors.stream import Stream
from plantstack.connectors.tracing import Trace as Trace
from plantstack.connectors.tracing import Tried as Tried
from plantstack.connectors.tracing import begin, file_runs, has, is_line, row_of, trace
from plantstack.errors import Problem, QueryError, did_you_mean
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.stack.files.checking import mapping_file
from plantstack.stack.files.naming import names_of


def prove_mappings(folder: Path, name: str = "") -> list[tuple[str, int, list[Problem]]]:
    """Run the tests that stand in the mappings of a project.

    Args:
        folder: of the project.
        name: of one mapping; '' is all.

    Returns:
        Of each mapping its name, how many tests it has, and what they find.

    Raises:
        ConfigError: when there is no such mapping, or it cannot be read.
    """
    paths = [mapping_file(folder, name)] if name else sorted((folder / "mappings").glob("*.yaml"))
    found = [load_mapping(path) for path in paths]
    by_cycles = any(signal.cycles for one in found for signal in one.signals)
    plant = load_plant(folder) if by_cycles else None  # only then is it asked how long a piece takes
    return [(one.name, len(one.tests), run_tests(one, plant)) for one in found]


def explain_row(folder: Path, plant: Plant, name: str, file: Path, number: int, now: int) -> Trace:
    """Follow one row of a file through a mapping.

    Args:
        folder: of the project.
        plant: whose machines they speak of.
        name: of the mapping.
        file: any that the mapping reads.
        number: of the line, or of the row of a workbook, as messages about it say.
        now: the instant of receipt.

    Raises:
        QueryError: when there is no such row.
        EventError: when the mapping is not meant for the file.
    """
    mapping = load_mapping(mapping_file(folder, name))
    with file_runs(file, mapping, plant) as runs:
        for run in runs:
            for bad in begin(run):
                if is_line(bad.line, number):
                    raw = bad.line.raw.decode("utf-8", "backslashreplace")
                    return Trace(bad.line.where, raw, [], [], "", [], bad.problem)
            row = row_of(run, number)
            if row is not None:
                return trace(run, Carry(), row, names_of(plant), now)
    what = f"has no row {number} that could be read as one"
    raise QueryError(Problem("row-unknown", file.name, what, "Name the number that messages about it show."))


def explain_message(
    folder: Path, plant: Plant, name: str, connection: str, *, number: int = 0, at: int | None = None
) -> Trace:
    """Follow one kept message through a mapping.

    Args:
        folder: of the project.
        plant: whose machines they speak of.
        name: of the mapping.
        connection: whose messages were kept.
        number: of the message among those kept, from 1; 0 is the last.
        at: the first message received at or after an instant instead.

    Raises:
        QueryError: when nothing is kept, or no such message.
    """
    mapping = load_mapping(mapping_file(folder, name))
    files = raw_of(folder, connection)
    found = _place(files, number, at)
    if found is None:
        what = "no such message is kept"
        raise QueryError(Problem("raw-unknown", connection, what, "Name another number or instant."))
    kept, row = found
    carry = _standing(mapping, plant, files, kept)
    with closing(Stream(mapping, plant)) as stream:
        for run in stream.runs(kept.messages, kept.at):
            begin(run)
            if has(run, row):
                return trace(run, carry, row, names_of(plant), kept.at)
    message = kept.messages[row]
    raw = message.payload.decode("utf-8", "backslashreplace")
    return Trace(message.where, raw, [], [], "it is no object, or of no use to the mapping", [], None)


def raw_of(folder: Path, connection: str) -> RawFiles:
    """What is kept of a connection.

    Raises:
        QueryError: when it is nothing.
    """
    known = kept_connections(folder)
    if connection not in known:
        what = f"nothing is kept of a connection '{connection}'"
        raise QueryError(Problem("raw-nothing", "--raw", what, did_you_mean(connection, known)))
    return RawFiles(folder / FOLDER / connection)


def _place(files: RawFiles, number: int, at: int | None) -> tuple[Kept, int] | None:
    """The delivery of a message, and its place in it."""
    before, last = 0, None
    for kept in files:
        size = len(kept.messages)
        if at is not None and kept.at + size > at:
            return kept, max(0, at - kept.at)
        if at is None and number and number <= before + size:
            return kept, number - before - 1
        before, last = before + size, kept
    return (last, len(last.messages) - 1) if last and not number and at is None else None


def _standing(mapping: Mapping, plant: Plant, files: RawFiles, upto: Kept) -> Carry:
    """Where counters and orders stand before a delivery; gone through only where there are any."""
    carry = Carry.read(files.carry if files.counters == counters_of(mapping) else "")
    if mapping.orders or any(rule.counter for rule in mapping.rules):
        with closing(Stream(mapping, plant)) as stream:
            for kept in files:
                if kept == upto:
                    break
                for _ in stream.read(kept.messages, carry, kept.at):
                    pass
    return carry
