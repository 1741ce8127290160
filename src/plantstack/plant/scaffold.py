"""The files that `plantstack init` writes: a small plant that passes `check` and explains itself."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from plantstack.errors import ConfigError, Problem


def scaffold_files() -> dict[str, str]:
    """The text of every file, by its path in the project.

    >>> sorted(scaffold_files())[0]
    'calendars.yaml'
    """
    return dict(_walk(files("plantstack.plant") / "template", ""))


def write_scaffold(project_dir: Path) -> list[Path]:
    """Write a new project; nothing that exists is ever overwritten.

    Returns:
        The files written.

    Raises:
        ConfigError: when one of the files is already there; then nothing is written.
    """
    wanted = {project_dir / name: text for name, text in scaffold_files().items()}
    fix = "Choose an empty directory, or remove the file yourself."
    there = [Problem("init-exists", str(path), "the file exists", fix) for path in wanted if path.exists()]
    if project_dir.exists() and not project_dir.is_dir():
        there = [Problem("init-exists", str(project_dir), "expected a directory, came a file", fix)]
    if there:
        raise ConfigError(there)
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    return list(wanted)


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        else:
            found.append((f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")))
    return found
