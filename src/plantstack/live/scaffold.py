"""A first connector of somebody's own: a small package that works and is tested."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from plantstack.connectors.registry import kinds
from plantstack.errors import ConfigError, Problem

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_PLACES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "connector.py.txt": "plantstack_NAME/connector.py",
    "test_connector.py.txt": "tests/test_connector.py",
}


def write_connector(folder: Path, kind: str) -> list[Path]:
    """Write a package with a connector of a new kind; return its files.

    Raises:
        ConfigError: when the name is none or taken, or something is in the folder already.
    """
    if not _NAME.fullmatch(kind):
        fix = "Write small letters, digits and hyphens, as 'press-log'."
        raise ConfigError(Problem("connector-name", kind, "expected a name for the kind", fix))
    if kind in kinds():
        raise ConfigError(
            Problem("connector-known", kind, "there is a connector of this kind", "Name it otherwise.")
        )
    if folder.exists() and any(folder.iterdir()):
        fix = "Name a new or an empty folder."
        raise ConfigError(Problem("folder-not-empty", str(folder), "there is something in it", fix))
    name = kind.replace("-", "_")
    written = []
    for source, place in _PLACES.items():
        told = files("plantstack.live").joinpath("template", source).read_text("utf-8")
        path = folder / place.replace("NAME", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told.replace("plantstack_NAME", f"plantstack_{name}").replace("KIND", kind), "utf-8")
        written.append(path)
    package = folder / f"plantstack_{name}" / "__init__.py"
    package.write_text(f'"""Reads {kind} into plantstack."""\n', "utf-8")
    return [*written, package]
