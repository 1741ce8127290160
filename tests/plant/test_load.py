"""Files -> plant -> canonical content -> the same plant."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plant.everything import EVERYTHING, SMALL, write

from plantstack.errors import ConfigError
from plantstack.plant.build import build_plant
from plantstack.plant.load import (
    PlantContent,
    books_hash,
    check_plant,
    load_plant,
    plant_content,
    plant_from_content,
)
from plantstack.plant.scaffold import scaffold_files
from plantstack.plant.source import Report, parse_block

GUIDE = Path("docs/guide/plant-files.md")


def test_sections_may_stand_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    head, tail = SMALL.split("lines:")
    write(tmp_path / "one", plant=SMALL)
    write(tmp_path / "two", plant=head, floor="lines:" + tail)
    (tmp_path / "two" / "mappings").mkdir()
    write(tmp_path / "two" / "mappings", other="not: {a: plant file}\n")
    assert load_plant(tmp_path / "one") == load_plant(tmp_path / "two")
    assert plant_content(tmp_path / "one") == plant_content(tmp_path / "two")


def test_content_rebuilds_the_plant(tmp_path: Path) -> None:
    write(tmp_path, plant=EVERYTHING)
    content = plant_content(tmp_path)
    assert plant_from_content(content.text) == load_plant(tmp_path)
    assert len(content.sha256) == 64


def shuffled(node: object, chance: Random) -> object:
    if isinstance(node, dict):
        keys = sorted(node)
        chance.shuffle(keys)
        return {key: shuffled(node[key], chance) for key in keys}
    return [shuffled(one, chance) for one in node] if isinstance(node, list) else node


@pytest.mark.parametrize("seed", range(5))
def test_order_of_keys_comments_and_quotes_change_neither_hash_nor_plant(tmp_path: Path, seed: int) -> None:
    write(tmp_path, plant=EVERYTHING)
    before, plant = plant_content(tmp_path), load_plant(tmp_path)
    text = json.dumps(shuffled(json.loads(before.text), Random(seed)), indent=1, ensure_ascii=False)
    write(tmp_path, plant="# a comment\n" + text)
    assert plant_content(tmp_path) == before
    assert load_plant(tmp_path) == plant


def test_a_changed_value_changes_the_hash(tmp_path: Path) -> None:
    before = plant_content(write(tmp_path, plant=SMALL)).sha256
    assert plant_content(write(tmp_path, plant=SMALL.replace("cyclic", "job"))).sha256 != before


def test_targets_and_own_kpis_change_the_content_and_not_the_books(tmp_path: Path) -> None:
    before = plant_content(write(tmp_path, plant=SMALL))
    after = plant_content(write(tmp_path, more="targets: [{kpi: oee, value: 60 %}]\n", kpis="layer: 2\n"))
    assert before.sha256 != after.sha256
    assert books_hash(before) == books_hash(after) == before.sha256
    faster = plant_content(write(tmp_path, plant=SMALL.replace("cyclic", "job")))
    assert books_hash(faster) != books_hash(after)


def test_what_people_read_of_a_reason_changes_the_content_and_not_the_books(tmp_path: Path) -> None:
    def written(leaf: str) -> PlantContent:
        tree = f"reasons:\n  g: {{owner: x, account: breakdown, reasons: {{{leaf}}}}}\n"
        return plant_content(write(tmp_path, plant=SMALL, more=tree))

    first = written("label: Jam, belt: Belt")
    others = [
        written("label: Jam at the infeed, belt: Belt"),
        written("label: {label: Jam, translations: {de: Stau}, until: 2026-04-01}, belt: Belt"),
    ]
    assert len({one.sha256 for one in (first, *others)}) == 3
    assert {books_hash(one) for one in others} == {books_hash(first)}
    for leaf in ("label: {label: Jam, account: waiting}, belt: Belt", "jam: Jam, belt: Belt", "belt: Belt"):
        assert books_hash(written(leaf)) != books_hash(first)


def test_a_reason_is_offered_until_its_day_in_the_language_of_whoever_reads(tmp_path: Path) -> None:
    jam = load_plant(write(tmp_path, plant=EVERYTHING)).reasons["jam"]
    assert (jam.text("de"), jam.text("es")) == ("Stau", "Jam")
    assert jam.is_offered(date(2026, 12, 31))
    assert not jam.is_offered(date(2027, 1, 1))


def test_content_of_a_broken_plant_is_refused(tmp_path: Path) -> None:
    write(tmp_path, plant=SMALL.replace("cyclic", "x"))
    with pytest.raises(ConfigError):
        plant_content(tmp_path)
    with pytest.raises(ConfigError):
        plant_from_content("[]")


def test_every_key_is_in_the_guide() -> None:
    report = Report()
    block = parse_block(EVERYTHING.encode(), "plant.yaml", report)
    assert block
    build_plant(block, report)
    words = set(
        GUIDE.read_text(encoding="utf-8").replace("`", " ").replace("{", " ").replace(":", " ").split()
    )
    words |= {word.strip(",}.[]()") for word in words}
    missing = {kind: keys - words for kind, keys in report.asked.items() if keys - words}
    assert not missing


def test_every_key_of_the_plant_is_used_by_the_test_plant() -> None:
    """Else a key could be read, never tested, and missing in the guide."""
    report = Report()
    block = parse_block(EVERYTHING.encode(), "plant.yaml", report)
    assert block
    build_plant(block, report)
    absent = {
        (kind, key) for kind, keys in report.asked.items() for key in keys if f"{key}:" not in EVERYTHING
    }
    assert not absent


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_plant_gives_problems_never_a_crash(tmp_path: Path, data: st.DataObject) -> None:
    lines = EVERYTHING.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.integers(0, len(lines) - 1))
        words = ["", "{}", "[]", "null", "x: y", "- a", "6", "'", "a: &b", "{from: 2026-01-01}", "[[]]"]
        action = data.draw(st.sampled_from(["drop", "twice", "cut", "value", "indent"]))
        line = lines[row]
        if action == "drop":
            del lines[row]
        elif action == "twice":
            lines.insert(row, line)
        elif action == "cut":
            lines[row] = line[: data.draw(st.integers(0, len(line)))]
        elif action == "value":
            lines[row] = line.split(":")[0] + ": " + data.draw(st.sampled_from(words))
        else:
            lines[row] = " " * data.draw(st.integers(1, 3)) + line
    write(tmp_path, plant="\n".join(lines) + "\n")
    found = check_plant(tmp_path)
    if not found:
        assert plant_from_content(plant_content(tmp_path).text) == load_plant(tmp_path)


def test_the_scaffold_is_checked_quickly_and_twice_the_same(tmp_path: Path) -> None:
    for name, text in scaffold_files().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert load_plant(tmp_path) == load_plant(tmp_path)
