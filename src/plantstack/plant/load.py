"""Plant files of a directory -> `Plant`, problems, or canonical content."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from plantstack.errors import Problem
from plantstack.plant.build import build_plant
from plantstack.plant.plant import Plant
from plantstack.plant.read_kpis import OWN_KPIS, as_section
from plantstack.plant.report import Place, Report
from plantstack.plant.tree import Block, Node, content_text, from_content, read_block

MAIN_FILE = "plant.yaml"
BESIDE_THE_BOOKS = ("targets", OWN_KPIS)
REASON_TREES = {"reasons", "scrap_reasons"}
REASON_WORDS = ("label", "translations", "until")


@dataclass(frozen=True, slots=True)
class PlantContent:
    """What the plant files say, as canonical JSON, and its hash.

    Comments, the order of keys, quotes and the split into files leave no trace in it. Plant files
    have no key for a secret, so it holds none.
    """

    text: str
    sha256: str


def books_hash(content: PlantContent) -> str:
    """The hash of what the books are derived from.

    That is everything but KPIs and targets, which judge the books, and what people read of a reason. So
    nobody waits for history to be derived again because a target was agreed or a reason was renamed.
    """
    told = json.loads(content.text)
    rest = {name: value for name, value in told.items() if name not in BESIDE_THE_BOOKS}
    for tree in REASON_TREES & rest.keys():
        rest[tree] = {name: _wordless(node) for name, node in rest[tree].items()}
    if rest == told:
        return content.sha256
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _wordless(node: Any) -> Any:
    """A reason or a group of reasons without what only people read."""
    if not isinstance(node, dict):
        return {}
    rest = {key: value for key, value in node.items() if key not in REASON_WORDS}
    if "reasons" in rest:
        rest["reasons"] = {name: _wordless(inner) for name, inner in rest["reasons"].items()}
    return rest


def check_plant(plant_dir: Path) -> list[Problem]:
    """Every problem of every plant file in a directory, by file and line."""
    report = Report()
    _read_plant(plant_dir, report)
    return report.problems


def load_plant(plant_dir: Path) -> Plant:
    """Read the plant files of a directory.

    Raises:
        ConfigError: with every problem of every file.
    """
    report = Report()
    plant, _ = _read_plant(plant_dir, report)
    report.raise_problems()
    return plant


def no_plant() -> Plant:
    """A plant of which no file says anything: of whoever reads connections and keeps no books."""
    place = Place("no plant files")
    return build_plant(Block({}, place), Report(), is_whole=False)


def plant_content(plant_dir: Path) -> PlantContent:
    """Reduce the plant files of a directory to what they say.

    Raises:
        ConfigError: with every problem of every file.
    """
    report = Report()
    _, block = _read_plant(plant_dir, report)
    report.raise_problems()
    text = content_text(block)
    return PlantContent(text, sha256(text.encode()).hexdigest())


def plant_from_content(text: str) -> Plant:
    """Rebuild the plant that canonical content describes.

    Raises:
        ConfigError: when this version cannot read it any more.
    """
    report = Report()
    place = Place("stored configuration")
    node = from_content(json.loads(text), place)
    plant = build_plant(node if isinstance(node, Block) else Block({}, place), report)
    report.raise_problems()
    return plant


def _read_plant(plant_dir: Path, report: Report) -> tuple[Plant, Block]:
    block, is_whole = _merge(plant_dir, report)
    return build_plant(block, report, is_whole=is_whole), block


def _merge(plant_dir: Path, report: Report) -> tuple[Block, bool]:
    """Lay the sections of all files side by side; false when a file could not be read."""
    nodes: dict[str, Node] = {}
    places: dict[str, Place] = {}
    is_whole = True
    for path in _plant_files(plant_dir, report):
        block = read_block(path, report)
        if block is None:
            is_whole = False
            continue
        sections, lines = as_section(path.name, block)
        for key, node in sections.items():
            if key in nodes:
                what = f"section '{key}' stands here and at {places[key]}"
                report.add("section-twice", lines[key], what, "Join them in one file.")
            else:
                nodes[key], places[key] = node, lines[key]
    return Block(nodes, Place(MAIN_FILE, 1), places), is_whole


def _plant_files(plant_dir: Path, report: Report) -> list[Path]:
    main = plant_dir / MAIN_FILE
    others = sorted(path for path in plant_dir.glob("*.y*ml") if path != main and path.name[0] != ".")
    for path in others:
        if path.suffix != ".yaml":
            fix = f"Rename it to '{path.stem}.yaml'."
            report.add(
                "file-suffix", Place(path.name), "expected the suffix '.yaml'; the file is not read", fix
            )
    return [main, *(path for path in others if path.suffix == ".yaml")]
