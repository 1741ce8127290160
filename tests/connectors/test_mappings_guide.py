"""The guide to mappings: every snippet runs and gives what it says, every key and code is in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plantstack.connectors.mapping.read import parse_mapping
from plantstack.connectors.mapping.read_columns import FORMATS, LINE_HEADERS, XML_HEADERS
from plantstack.plant.source import Block, Report, parse_block, to_content

from .support import load, write

ROOT = Path(__file__).parents[2]
PAGES = [(ROOT / "docs" / "guide" / f"{name}.md").read_text("utf-8") for name in ("mappings", "thin-signals")]
GUIDE = "\n".join(PAGES)
FENCED = re.compile(r"^```(\w+)( base)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = [(kind, bool(base), text) for kind, base, text in FENCED.findall(GUIDE)]
(BASE,) = [text for kind, base, text in BLOCKS if base]
YAMLS = [text for kind, base, text in BLOCKS if kind == "yaml" and not base]


def sections(text: str) -> dict[str, str]:
    """Top-level key -> its lines."""
    found = re.findall(r"^([a-z_]+):(.*?)(?=^[a-z_]+:|\Z)", text, re.DOTALL | re.MULTILINE)
    return {key: f"{key}:{rest}" for key, rest in found}


def whole(text: str) -> str:
    """A snippet with what it leaves out."""
    return "".join((sections(BASE) | sections(text)).values()) if "schema:" not in text else text


def neighbours(yaml: str) -> dict[str, str]:
    """The CSV and JSON blocks beside a snippet: before the first example, after all others."""
    place = BLOCKS.index(("yaml", False, yaml))
    around = (
        [BLOCKS[place - 1], *BLOCKS[place + 1 : place + 2]]
        if "schema:" in yaml
        else BLOCKS[place + 1 : place + 3]
    )
    found: dict[str, str] = {}
    for kind, _, text in around:
        if kind == "yaml":
            break
        found[kind] = text
    return found


def wire(event: dict[str, Any]) -> dict[str, Any]:
    """An event in the words of the guide."""
    names = {"from_at": "from", "until_at": "until", "order_id": "order"}
    told: dict[str, Any] = json.loads(event["body"] or "{}")
    for name, value in event.items():
        if name in ("at", "from_at", "until_at") and value is not None:
            value = datetime.fromtimestamp(value / 1_000_000, UTC).isoformat().replace("+00:00", "Z")
        told[names.get(name, name)] = value
    return told


@pytest.mark.parametrize("yaml", YAMLS, ids=[text.strip()[:40] for text in YAMLS])
def test_every_snippet_is_a_mapping(yaml: str) -> None:
    parse_mapping(whole(yaml))


WITH_DATA = [yaml for yaml in YAMLS if {"csv", "json"} <= neighbours(yaml).keys()]


@pytest.mark.parametrize("yaml", WITH_DATA, ids=[text.strip()[:40] for text in WITH_DATA])
def test_every_snippet_gives_what_it_says(tmp_path: Path, yaml: str) -> None:
    beside = neighbours(yaml)
    loaded = load(whole(yaml), write(tmp_path, beside["csv"]))
    assert not loaded.dead
    got = [wire(event) for event in loaded.events]
    for line in beside["json"].splitlines():
        expected = json.loads(line)
        match = [event for event in got if expected.items() <= event.items()]
        assert match, (line, got)
        got.remove(match[0])
    written = {json.loads(line).get("kind") for line in beside["json"].splitlines()}
    assert len(WITH_DATA) > 10
    assert not [event for event in got if event["kind"] in written - {"state"}], "the guide leaves none out"


def test_the_guide_shows_all_events_of_its_example(tmp_path: Path) -> None:
    beside = neighbours(YAMLS[0])
    loaded = load(YAMLS[0], write(tmp_path, beside["csv"]))
    assert len(loaded.events) == len(beside["json"].splitlines())


SOURCE = ROOT / "src" / "plantstack" / "connectors"
READERS = "".join(
    (SOURCE / "mapping" / f"{name}.py").read_text()
    for name in ("read", "read_columns", "read_rules", "read_signals", "cases", "sets", "topics")
)
KEYS = sorted(
    set(
        re.findall(
            r"(?:\.(?:want|need|section|has|each|named|entries|node)\(\s*|each_of\(fields, )\"([a-z_]+)\"",
            READERS,
        )
    )
)
CODES = sorted(
    {
        code
        for path in [
            *SOURCE.rglob("*.py"),
            ROOT / "src/plantstack/stack/files/loading.py",
            ROOT / "src/plantstack/stack/project.py",
        ]
        for code in re.findall(
            r"\"((?:mapping|row|rows|file|counter|counts|clock|signal)-[a-z-]+)\"", path.read_text()
        )
    }
)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_in_the_guide(key: str) -> None:
    assert re.search(rf"[`{{ ]{key}[`:}},]", GUIDE), key


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_in_the_guide_and_tested(code: str) -> None:
    assert f"`{code}`" in GUIDE
    tests = "".join(
        path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)
    )
    assert code in tests, "no test meets it"


def test_formats_and_their_columns_are_in_the_guide() -> None:
    assert all(f"`{name}`" in GUIDE for name in FORMATS)
    assert all(f"`{name}`" in GUIDE for name in XML_HEADERS)
    assert f"`{'|'.join(LINE_HEADERS)}`" in GUIDE


def test_no_key_is_read_that_this_test_does_not_see() -> None:
    """The examples use every part of a mapping; each of their keys is one we looked for."""
    seen = set(KEYS) | {"at", "equipment", "sequence"}
    for path in (ROOT / "examples").glob("*/mappings/*.yaml"):
        block = parse_block(path.read_bytes(), path.name, Report())
        content = to_content(block) if isinstance(block, Block) else None
        assert isinstance(content, dict) and set(content) <= seen, path
