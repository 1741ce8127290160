"""The plant files of the simulated group: fragments of a site each, laid together section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from plantstack.errors import ConfigError, Problem

ABOUT = {
    "plant.yaml": (
        "The simulated group: what stands where. Nothing here is real, the numbers are only plausible.\n"
        "'plantstack check .' names every problem of these files; the other files hold the longer sections."
    ),
    "equipment.yaml": "Lines with their machines in the order the product takes, and every machine.",
    "calendars.yaml": "Who works when, by the clock on the wall of each site.",
    "products.yaml": "What is made, how fast it could be made, what a change takes, how a machine is set.",
    "reasons.yaml": "Why a machine stands and why a piece is bad; one account and one owner for each.",
    "costs.yaml": "Prices in the currency of each site, and what a currency is worth.",
    "targets.yaml": (
        "What KPIs should be. The OEE of lines is agreed by events;\n"
        "'plantstack targets . propose' proposes more from own best weeks."
    ),
}
SECTIONS = {
    "plantstack": "plant.yaml",
    "project": "plant.yaml",
    "enterprise": "plant.yaml",
    "label": "plant.yaml",
    "sites": "plant.yaml",
    "areas": "plant.yaml",
    "sources": "plant.yaml",
    "settings": "plant.yaml",
    "lines": "equipment.yaml",
    "machines": "equipment.yaml",
    "machine_classes": "equipment.yaml",
    "calendars": "calendars.yaml",
    "products": "products.yaml",
    "standards": "products.yaml",
    "changeovers": "products.yaml",
    "setup_specs": "products.yaml",
    "reasons": "reasons.yaml",
    "scrap_reasons": "reasons.yaml",
    "costs": "costs.yaml",
    "exchange_rates": "costs.yaml",
    "targets": "targets.yaml",
}
_HEAD = re.compile(r"([a-z_]+):(.*)")
# What a site may lose in a day: the group may lose the sum, however many sites it has.
_LOST = r"kpi: minutes_lost, at: \[%s\], value: (\d+) min"
_DATE = re.compile(r"\{\{([a-z]+)\}\}")


def plant_files(sites: Sequence[str], dates: Mapping[str, str]) -> dict[str, str]:
    """Return the text of every plant file, by its name.

    Args:
        sites: which sites the group has.
        dates: what stands for `{{name}}` in the fragments.
    """
    sections: dict[str, list[str]] = {}
    texts = {
        name: files("plantstack.demo").joinpath("plant", f"{name}.yaml").read_text("utf-8")
        for name in ("group", *sites, "reasons")
    }
    lost = sum(int(found[1]) for site in sites for found in re.finditer(_LOST % site, texts[site]))
    values = {**dates, "lost": str(lost)}
    for text in texts.values():
        for section, body in _sections(_DATE.sub(lambda found: values[found[1]], text)):
            sections.setdefault(section, []).append(body)
    made = {name: "".join(f"# {line}\n" for line in about.splitlines()) for name, about in ABOUT.items()}
    for section, file in SECTIONS.items():
        if section in sections:
            made[file] += _laid(section, sections[section])
    made["kpis.yaml"] = files("plantstack.demo").joinpath("plant", "kpis.yaml").read_text("utf-8")
    return made


def write_plant(folder: Path, made: Mapping[str, str]) -> list[Path]:
    """Write plant files into a folder that has none; nothing that exists is overwritten.

    Raises:
        ConfigError: when the folder is not empty; then nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fix = "Name a folder that does not exist yet, or an empty one."
        raise ConfigError(Problem("demo-exists", str(folder), "the folder is not empty", fix))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in made]


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Cut a fragment at its top-level keys; comments above a key go with the key before it."""
    name, body = "", ""
    for line in text.splitlines():
        found = _HEAD.fullmatch(line)
        if found:
            if name:
                yield name, body.rstrip("\n")
            name, body = found[1], found[2].strip()
        elif not line.startswith("#"):
            body += f"\n{line}"
    if name:
        yield name, body.rstrip("\n")


def _laid(section: str, bodies: Sequence[str]) -> str:
    if not bodies[0].startswith("\n"):
        return f"{section}: {bodies[0]}\n"
    return f"\n{section}:" + "\n".join(body.rstrip() for body in bodies) + "\n"
