"""What pages are made with: style sheets and script modules, packed and named once at the start."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

WEB = Path(__file__).parent
_SHARED = ("static/tokens.css", "static/base.css", "charts/charts.css")
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it leaves."""

    kind: str
    plain: bytes
    packed: bytes


class Assets:
    """All files of the app, by a flat name; `app.css` is what all pages share."""

    @cached_property
    def files(self) -> dict[str, Asset]:
        """Every file by its name.

        Raises:
            ValueError: where two files of different folders have one name.
        """
        found: dict[str, Asset] = {}
        for path in _listed():
            if path.name in found:
                raise ValueError(f"two files of the web app are called {path.name}")
            found[path.name] = _asset(path.suffix, path.read_bytes())
        found["app.css"] = _asset(".css", b"\n".join(path.read_bytes() for path in _shared()))
        return found

    @cached_property
    def version(self) -> str:
        """A name of exactly these bytes: browsers keep them for ever under it."""
        told = sha256()
        for name, asset in sorted(self.files.items()):
            told.update(name.encode() + b"\0" + asset.plain)
        return told.hexdigest()[:12]


def _shared() -> list[Path]:
    return [*(WEB / name for name in _SHARED), *sorted((WEB / "components").glob("*.css"))]


def _listed() -> Iterator[Path]:
    for folder in ("static", "components", "pages"):
        for path in sorted((WEB / folder).iterdir()):
            if path.suffix in _KINDS:
                yield path


def _asset(suffix: str, plain: bytes) -> Asset:
    return Asset(_KINDS[suffix], plain, gzip.compress(plain, 9, mtime=0))
