"""What a connection to an agent says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plantstack.errors import Problem
from plantstack.intervals import MINUTE, SECOND
from plantstack.plant.source import Fields, between, duration, text

_SCHEMES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Settings:
    """One agent, and what is read of it.

    Attributes:
        url: of the agent, as in `http://cell-4:5000`.
        device: name or uuid of the one device that is read; '' reads all.
        path: XPath of what is read, as the standard defines it; '' reads everything.
        every_s: how long to wait when everything is read.
        user: '' asks without.
        password: file that holds it; None without.
        ca: file of certificates that are trusted; None: those the machine trusts.
    """

    url: str
    device: str = ""
    path: str = ""
    every_s: float = 1.0
    user: str = ""
    password: Path | None = None
    ca: Path | None = None

    @property
    def where(self) -> str:
        """The agent, for people."""
        return self.url.partition("://")[2]

    def problems(self) -> list[Problem]:
        """Say which files are missing or can be read by others."""
        found = [
            Problem("file-missing", path.name, "there is no such file", "Mend the connection.")
            for path in (self.password, self.ca)
            if path is not None and not path.is_file()
        ]
        if self.password and self.password.is_file() and self.password.stat().st_mode & 0o077:
            what, fix = "can be read by other users of this machine", f"Run 'chmod 600 {self.password.name}'."
            found.append(Problem("secret-open", self.password.name, what, fix))
        return found


def read_settings(fields: Fields, project: Path) -> Settings:
    """Read the settings of an agent."""

    def file(key: str) -> Path | None:
        name = fields.want(key, text, "")
        return project / name if name else None

    url = fields.need("url", text).rstrip("/")
    if url and (not url.startswith(_SCHEMES) or "@" in url or "?" in url):
        what, fix = f"'{url}' is no address of an agent", "Write it as in 'http://cell-4:5000'."
        fields.problem("mtconnect-url", what, fix, key="url")
    return Settings(
        url=url,
        device=fields.want("device", text, ""),
        path=fields.want("path", text, ""),
        every_s=fields.want("every", between(duration, SECOND // 10, 10 * MINUTE), SECOND) / SECOND,
        user=fields.want("user", text, ""),
        password=file("password_file"),
        ca=file("ca"),
    )
