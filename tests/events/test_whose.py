"""Whose an event is that was told before: found hot, sealed, and when its identity left the index."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.events.build import RECEIVED, SITES, events, opened, state

from plantstack.events import sealing, tokens
from plantstack.events.batch import Batch
from plantstack.events.log import Log
from plantstack.events.migrations import MIGRATIONS, migrate
from plantstack.events.tokens import Token
from plantstack.events.whose import Wanted, find

TARGETS = {("plc", "0"), ("plc", "9"), ("pl", "c\n0"), ("other", "0")}


def stay(_log: Log) -> None:
    """Leave all events where they are."""


def seal(log: Log) -> None:
    sealing.seal(log, SITES)


def forget(log: Log) -> None:
    """Seal, and let the identities leave the index."""
    seal(log)
    sealing.spill(log, log.last_offset())


@pytest.mark.parametrize("move", [stay, seal, forget])
def test_what_is_told_otherwise_or_corrected_is_found_wherever_it_lies(tmp_path: Path, move: object) -> None:
    assert callable(move)
    with opened(tmp_path) as log:
        told = events(state(0), state(1, equipment="m2"), state(2, equipment="m2"))
        log.append(Batch(told), received_at=RECEIVED)
        move(log)
        log.append(Batch(events(state(0, equipment="m3"))), received_at=RECEIVED)
        again = events(state(1, equipment="m2"), state(2, note="otherwise"), state(3))
        found = find(log, Wanted.by(again, TARGETS)).read()
        assert found == {("plc", "0"): {"m1", "m3"}, ("plc", "2"): {"m2"}}
        assert find(log, Wanted.by(again.slice(2), ())).read() == {}


def test_only_files_that_may_hold_it_are_read(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        for number in range(3):
            log.append(Batch(events(state(number))), received_at=RECEIVED)
            seal(log)
        found = find(log, Wanted.by(events(state(1, note="otherwise")), ()))
        (paths,) = found.sealed.values()
        assert [path.name for path in paths] == [log.manifest()[1].name]


def test_F13_tokens_of_an_older_log_are_good_and_name_no_source(tmp_path: Path) -> None:
    with opened(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "old.sqlite", isolation_level=None) as old:
        for statements in MIGRATIONS[:3]:
            for statement in statements:
                old.execute(statement)
        old.execute("PRAGMA user_version = 4")
        old.execute("INSERT INTO token VALUES ('gw', 'abc', 'filler', 'send', 7, NULL)")
        migrate(old, 5)
        assert tokens.listed(old) == [Token("gw", "filler", ("send",), 7)]
    old.close()


def test_a_token_keeps_the_sources_it_names(tmp_path: Path) -> None:
    with opened(tmp_path) as log:
        made = Token("gw", "m1", ("send",), 7, sources=("gw-*", "hand, typed"))
        tokens.add(tmp_path, made, "secret")
        assert tokens.listed(log.connection) == [made]
        assert tokens.find(log.connection, "secret") == made
