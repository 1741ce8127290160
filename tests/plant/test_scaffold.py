# ruff: noqa: E501 (messages are asserted as one text)
"""What `init` writes passes `check`, explains itself, and never overwrites anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from plantstack.errors import ConfigError
from plantstack.plant.load import check_plant, load_plant
from plantstack.plant.scaffold import scaffold_files, write_scaffold


def test_the_scaffold_passes_check(tmp_path: Path) -> None:
    written = write_scaffold(tmp_path / "new")
    assert check_plant(tmp_path / "new") == []
    assert {path.name for path in written} >= {"plant.yaml", "calendars.yaml", "README.md"}
    plant = load_plant(tmp_path / "new")
    assert list(plant.machines) == ["capper", "filler", "packer"]
    assert [(rule.match, rule.rank, rule.is_person) for rule in plant.sources] == [
        ("tablet*", 100, True),
        ("person*", 100, True),
        ("desk-*", 100, True),
    ]


def test_every_section_of_the_scaffold_starts_with_a_comment() -> None:
    for name, text in scaffold_files().items():
        assert text.startswith("#"), name
        for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
            if name.endswith(".yaml") and line.rstrip().endswith(":") and line[0].isalpha():
                assert before.startswith("#") or not before, f"{name}: {line}"


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "reasons.yaml").write_text("mine\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        write_scaffold(tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path}/reasons.yaml: the file exists. Choose an empty directory, or remove the file yourself. [init-exists]"
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["reasons.yaml"]


def test_init_into_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected a directory, came a file"):
        write_scaffold(tmp_path / "file")
