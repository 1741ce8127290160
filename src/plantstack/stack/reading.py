"""Books opened at an offset: which plant was known then, which lake may be read, how it is kept up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plantstack.engines.duckdb import lake
from plantstack.engines.duckdb.books import Books, open_books
from plantstack.engines.duckdb.calculator import open_calculator
from plantstack.engines.duckdb.deriving import Progress, bring_up, publish, quiet
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.owing import begin_anew, pay_watched
from plantstack.engines.duckdb.refreshing import can_grow, refresh
from plantstack.engines.duckdb.reported import FOLDER as REPORTED
from plantstack.engines.duckdb.reported import bring_up_closed, freeze, frozen
from plantstack.errors import Problem, QueryError
from plantstack.events.log import Log
from plantstack.events.scratch import Scratch
from plantstack.plant.load import PlantContent, books_hash, plant_from_content
from plantstack.plant.plant import Plant
from plantstack.stack.files.configuring import closes, known_content

_FEW_CLOSES = 4  # of so many each may derive its own site from what is published


@dataclass(frozen=True, slots=True)
class Open:
    """An engine, and the folder in which its calculator may spill."""

    engine: DuckEngine
    scratch: Scratch

    def close(self) -> None:
        """Let go of memory and scratch files."""
        self.engine.books.con.close()
        self.scratch.close()


def grow(opened: Open, upto: int, now: int) -> tuple[Open, int] | None:
    """Bring open books to an offset and an instant; also how many stretches changed.

    What nobody asked about lately is derived when somebody asks.

    None where they cannot be: they have to be opened anew, and nothing was changed.
    """
    books = opened.engine.books
    if not can_grow(books, upto, now):
        return None
    stretches = refresh(books, upto, now)
    pay_watched(books)
    return Open(DuckEngine(books), opened.scratch), stretches


@dataclass(frozen=True, slots=True)
class Desk:
    """Where books of one project are opened."""

    folder: Path
    log: Log
    plant: Plant
    content: PlantContent

    def read(self, upto: int, now: int | None, *, use_lake: bool = True, stays: bool = False) -> Open:
        """Open the books as they were known at an offset; what is not published is derived in memory.

        Books that stay open hold the last days at hand.
        """
        opened = self._open(upto, now, use_lake=use_lake)
        if stays:
            opened.engine.books.hold_near()
        bring_up(opened.engine.books)
        return opened

    def beside(
        self, books: Books, plant: Plant, config: str, progress: Progress = quiet, *, is_whole: bool = True
    ) -> Open:
        """Derive the books anew as they would be with another plant; nothing is published.

        Where they are not wanted whole, the machines that are asked about are derived when they are.
        """
        opened = self._laid_out(plant, config, books.stamp.offset, None, use_lake=False)
        opened.engine.books.as_of = dict(books.as_of)
        opened.engine.books.put_reach()
        if is_whole:
            bring_up(opened.engine.books, progress=progress)
        else:
            begin_anew(opened.engine.books)
        return opened

    def publish(self, now: int | None, *, anew: bool = False, progress: Progress = quiet) -> lake.Manifest:
        """Derive what changed, or everything, and make it the lake's current generation.

        Pages that were closed on the way are reported as they stood at their close event.
        """
        kept = frozen(self.folder)
        due = [one for one in closes(self.log) if one.offset not in kept]
        for close in due:
            with self._opened(close.upto, None, use_lake=True) as opened:
                books = opened.engine.books
                published = lake.read_manifest(self.folder, self.plant.project_id)
                is_next = published is None or published.stamp.offset <= close.upto
                if is_next and len(due) > _FEW_CLOSES:
                    publish(books)  # so that the next begins here, and not where all begin
                else:
                    bring_up_closed(books, close)
                freeze(books, close)
        with self._opened(self.log.last_offset(), now, use_lake=not anew) as opened:
            return publish(opened.engine.books, progress=progress)

    @contextmanager
    def _opened(self, upto: int, now: int | None, *, use_lake: bool) -> Iterator[Open]:
        opened = self._open(upto, now, use_lake=use_lake)
        try:
            yield opened
        finally:
            opened.close()

    def _open(self, upto: int, now: int | None, *, use_lake: bool) -> Open:
        content = known_content(self.log, upto)
        if content is None and upto < self.log.last_offset():
            what = f"no plant files were known at offset {upto}"
            raise QueryError(Problem("config-none", "log", what, "Ask for a later offset."))
        plant = self.plant if content is None or content == self.content else plant_from_content(content.text)
        return self._laid_out(plant, books_hash(content or self.content), upto, now, use_lake=use_lake)

    def _laid_out(self, plant: Plant, config: str, upto: int, now: int | None, *, use_lake: bool) -> Open:
        (self.folder / lake.FOLDER).mkdir(exist_ok=True)
        scratch = Scratch()
        folders = [self.folder / lake.FOLDER, self.folder / REPORTED, self.log.places.segments]
        con = open_calculator(folders=folders, scratch=scratch.path)
        books = open_books(
            con,
            self.log,
            plant,
            self.folder,
            config,
            upto=upto,
            now=now,
            use_lake=use_lake,
        )
        return Open(DuckEngine(books), scratch)


def waiting_note(folder: Path, waiting: int) -> list[Problem]:
    """Say how many late events wait for their page to be reopened."""
    if not waiting:
        return []
    events = "1 late event waits" if waiting == 1 else f"{waiting} late events wait"
    what = f"{events}, because the pages they speak of are closed"
    return [Problem("events-wait", str(folder), what, "A 'reopen' event lets them in.")]
