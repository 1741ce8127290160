"""The commands about people: passwords are no arguments, and what is changed is in the audit."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from tests.interfaces.test_commands import Said, plantstack

from plantstack.events.log import Log
from plantstack.events.people import audit

PASSWORD = "four words in rows"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("people") / "p"
    assert plantstack("init", made).code == 0
    return made


def piped(text: str, *words: object) -> Said:
    was, sys.stdin = sys.stdin, io.StringIO(f"{text}\n")
    try:
        return plantstack(*words)
    finally:
        sys.stdin = was


def add(folder: Path, name: str, *words: object) -> Said:
    return piped(PASSWORD, "people", "add", folder, name, "--password-stdin", "--json", *words)


def test_accounts_are_made_listed_changed_locked_and_erased(folder: Path) -> None:
    token = plantstack("people", "setup", folder, "--json")
    assert token.code == 0 and len(token.rows[0]["token"]) == 43
    assert add(folder, "Ann", "--role", "admin").code == 0
    assert plantstack("people", "setup", folder).code == 1
    made = add(folder, "bob", "--role", "operator", "--scope", "acme/tulsa/packing/line-1")
    assert made.rows == [{"name": "bob", "role": "operator", "scope": "line-1"}]
    pin = piped("4831", "people", "pin", folder, "bob", "--pin-stdin", "--json")
    assert 100 <= pin.rows[0]["number"] <= 999
    assert plantstack("people", "allow", folder, "bob", "--role", "ci").code == 0
    assert piped(PASSWORD, "people", "password", folder, "bob", "--password-stdin").code == 0
    assert plantstack("people", "lock", folder, "bob").code == 0
    listed = plantstack("people", "list", folder, "--json").rows
    assert [(one["name"], one["role"], one["state"]) for one in listed] == [
        ("ann", "admin", "active"),
        ("bob", "ci", "locked"),
    ]
    assert plantstack("people", "unlock", folder, "bob").code == 0
    assert plantstack("people", "erase", folder, "bob", "--yes").code == 0
    assert [one["name"] for one in plantstack("people", "list", folder, "--json").rows] == ["ann"]
    assert plantstack("people", "erase", folder, "ann", "--yes").code == 1
    with Log.open(folder, write=False) as log:
        lines = [noted for _, noted in reversed(audit.listed(log.connection))]
    assert {one.device for one in lines} == {"command"}
    assert [one.what for one in lines][-4:] == [
        "password-set",
        "account-locked",
        "account-unlocked",
        "account-erased",
    ]
    assert not any("bob" in str(one) or "ann" in str(one) for one in lines)


def test_a_tablet_is_paired_by_a_code(folder: Path) -> None:
    made = plantstack("people", "pair", folder, "Packing 3", "--at", "filler", "--at", "capper", "--json")
    assert made.rows[0]["station"] == ["filler", "capper"]
    assert len(made.rows[0]["code"]) == 9
    assert plantstack("people", "unpair", folder, "tablet.none").code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "x", "--role", "boss"), "people-role"),
        (("add", "x", "--role", "ci", "--scope", "nix"), "scope-unknown"),
        (("lock", "nobody"), "people-unknown"),
        (("pair", "x", "--at", "nix"), "scope-unknown"),
    ],
)
def test_a_wrong_word_is_told(folder: Path, words: tuple[str, ...], code: str) -> None:
    told = plantstack("people", words[0], folder, *words[1:])
    assert told.code in (1, 2) and f"[{code}]" in told.err


def test_a_weak_password_is_refused_and_none_is_an_argument(folder: Path) -> None:
    told = piped("short", "people", "add", folder, "x", "--role", "ci", "--password-stdin")
    assert told.code == 1 and "[people-password]" in told.err
    assert plantstack("people", "add", folder, "x", "--role", "ci", "--password", PASSWORD).code == 2


def test_the_works_agreement_is_the_policy_of_the_program(folder: Path, tmp_path: Path) -> None:
    """Made anew by `plantstack people policy DIR -o docs/works-agreement.md`, where DIR has no `people:`."""
    assert plantstack("people", "policy", folder, "-o", tmp_path / "agreement.md").code == 0
    made = (tmp_path / "agreement.md").read_text("utf-8")
    assert made == (Path(__file__).parents[2] / "docs/works-agreement.md").read_text("utf-8")
    main = folder / "plant.yaml"
    main.write_text(
        main.read_text("utf-8") + "\npeople: {least_people: 9, unsigned_entries: false}\n", "utf-8"
    )
    other = plantstack("people", "policy", folder).out
    assert "**9 people**" in other and "are not taken in this plant" in other
