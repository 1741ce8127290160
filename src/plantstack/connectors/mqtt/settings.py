"""What a connection to a broker says of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from plantstack.errors import Problem
from plantstack.intervals import DAY, SECOND
from plantstack.plant.source import Fields, between, choice, duration, integer, list_of, text

SECRETS = "A file that only the user of plantstack can read, with the password and nothing else."


@dataclass(frozen=True, slots=True)
class Settings:
    """One broker, and what is read of it.

    Attributes:
        host: name or address.
        port: of the broker.
        topics: filters, as in `hall/+/state`.
        client: under which name the broker keeps what was sent while we were away; one for each connection.
        user: '' connects without.
        password: file that holds it; None without.
        ca: file of certificates that are trusted; None without encryption.
        is_text: payloads are plain texts, the column `value`, and not JSON objects.
        kept_s: how long the broker keeps what was sent while we were away.
    """

    host: str
    topics: tuple[str, ...]
    client: str
    port: int = 1883
    user: str = ""
    password: Path | None = None
    ca: Path | None = None
    is_text: bool = False
    kept_s: int = DAY // SECOND

    def problems(self) -> list[Problem]:
        """Say which files are missing or can be read by others."""
        found = []
        for path in filter(None, (self.password, self.ca)):
            if not path.is_file():
                found.append(
                    Problem("file-missing", path.name, "there is no such file", "Mend the connection.")
                )
        if self.password and self.password.is_file() and self.password.stat().st_mode & 0o077:
            what = "can be read by other users of this machine"
            found.append(
                Problem("secret-open", self.password.name, what, f"Run 'chmod 600 {self.password.name}'.")
            )
        return found


def read_settings(fields: Fields, project: Path) -> Settings:
    """Read the settings of a broker whose messages are read by themselves."""
    topics = tuple(fields.need("topics", list_of(text)))
    client = fields.need("client", text)
    is_text = fields.want("payload", choice("json", "text"), "json") == "text"
    kept_s = fields.want("kept", duration, DAY) // SECOND
    return replace(read_broker(fields, project, topics, client, kept_s), is_text=is_text)


def read_broker(fields: Fields, project: Path, topics: tuple[str, ...], client: str, kept_s: int) -> Settings:
    """Read where a broker is and how it is entered; the rest is given."""

    def file(key: str) -> Path | None:
        name = fields.want(key, text, "")
        return project / name if name else None

    ca = file("ca")
    return Settings(
        host=fields.need("host", text),
        port=fields.want("port", between(integer, 1, 65535), 8883 if ca else 1883),
        topics=topics,
        client=client,
        user=fields.want("user", text, ""),
        password=file("password_file"),
        ca=ca,
        kept_s=kept_s,
    )
