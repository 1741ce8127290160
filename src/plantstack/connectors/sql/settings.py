"""What a connection to a database says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from plantstack.errors import Problem
from plantstack.intervals import MINUTE, SECOND
from plantstack.plant.source import Fields, between, duration, integer, list_of, text, zone

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True)
class Settings:
    """One database, and what is read of it.

    Attributes:
        url: where it is, without a password; of SQLite its file, made absolute.
        name: of the table, or of what a query gives: part of the identity of its rows.
        table: '' where a query is read; with its schema in front where it has one.
        query: '' where a table is read.
        columns: of the table; none is all.
        watermark: the column that grows with every change of a row.
        key: the columns that tell one row from the others.
        created: the column that says when the row was made; '' where there is none.
        zone: of a watermark without an offset; '' where it has one or is a number.
        password: file that holds it; None without.
        ca: file of certificates that are trusted; None without encryption.
        overlap: microseconds that are read again with every look.
        overlap_numbers: the same where the watermark is a number.
        every_s: seconds between two looks.
        batch: rows at a time.
        timeout_s: seconds a statement may take.
    """

    url: URL
    name: str
    watermark: str
    key: tuple[str, ...]
    table: str = ""
    query: str = ""
    columns: tuple[str, ...] = ()
    created: str = ""
    zone: str = ""
    password: Path | None = None
    ca: Path | None = None
    overlap: int = 10 * MINUTE
    overlap_numbers: int = 1_000
    every_s: float = 30.0
    batch: int = 1_000
    timeout_s: float = 30.0

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of SQLite."""
        return self.url.get_backend_name() == SQLITE

    def secret(self) -> str:
        """The password; '' without."""
        return self.password.read_text("utf-8").strip() if self.password else ""

    def problems(self) -> list[Problem]:
        """Say which files are missing or can be read by others."""
        found = []
        database = Path(self.url.database or "") if self.is_sqlite else None
        for path in filter(None, (self.password, self.ca, database)):
            if not path.is_file():
                what = "there is no such file"
                found.append(Problem("file-missing", path.name, what, "Mend the connection."))
        if self.password and self.password.is_file() and self.password.stat().st_mode & 0o077:
            what = "can be read by other users of this machine"
            fix = f"Run 'chmod 600 {self.password.name}'."
            found.append(Problem("secret-open", self.password.name, what, fix))
        return found


def read_settings(fields: Fields, project: Path) -> Settings:
    """Read the settings of a database."""

    def file(key: str) -> Path | None:
        name = fields.want(key, text, "")
        return project / name if name else None

    table = fields.want("table", text, "")
    query = fields.want("query", text, "").strip().removesuffix(";")
    fields.one_of("table", "query")
    name = fields.need("name", text) if query else fields.want("name", text, table)
    return Settings(
        url=_url(fields, project),
        name=name,
        watermark=fields.need("watermark", text),
        key=tuple(fields.need("key", list_of(text))),
        table=table,
        query=query,
        columns=tuple(fields.want("columns", list_of(text), ())),
        created=fields.want("created", text, ""),
        zone=fields.want("zone", zone, ""),
        password=file("password_file"),
        ca=file("ca"),
        overlap=fields.want("overlap", duration, 10 * MINUTE),
        overlap_numbers=fields.want("overlap_numbers", between(integer, 0, 1_000_000_000), 1_000),
        every_s=max(fields.want("every", duration, 30 * SECOND), SECOND // 10) / SECOND,
        batch=fields.want("batch", between(integer, 1, 10_000), 1_000),
        timeout_s=max(fields.want("timeout", duration, 30 * SECOND), SECOND // 10) / SECOND,
    )


def _url(fields: Fields, project: Path) -> URL:
    """The address of the database, as one of the two kinds that are read."""
    written = fields.need("url", text)
    example = "Write sqlite:///FILE or postgresql://USER@HOST/DATABASE."
    try:
        url = make_url(written or "sqlite://")
    except (ArgumentError, ValueError):
        fields.problem("sql-url", "this is no address of a database", example, key="url")
        return make_url("sqlite://")
    if url.drivername not in (SQLITE, POSTGRESQL):
        what = f"databases of the kind '{url.drivername}' are not read"
        fields.problem("sql-url", what, example, key="url")
    if url.password is not None:
        fix = "Take it out of the url and write 'password_file: secrets/NAME'."
        fields.problem("sql-password", "a password stands in the plant files", fix, key="url")
    if url.query:
        what = f"the url has settings of its own: {', '.join(sorted(url.query))}"
        fields.problem("sql-url", what, "Leave them out; 'ca' encrypts.", key="url")
    if url.drivername == SQLITE:
        if written and not url.database:
            fields.problem("sql-url", "the url names no file", example, key="url")
        return url.set(database=str(project / (url.database or "")))
    return url.set(drivername="postgresql+pg8000")
