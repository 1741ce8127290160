"""Accounts, pseudonyms, sessions, tablets, attempts and the audit, in the log's own file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.events.build import NOON
from tests.events.people.build import CHEAP, PASSWORD, somebody

from plantstack.errors import ConfigError, LogError
from plantstack.events import store
from plantstack.events.log import Log
from plantstack.events.migrations import MIGRATIONS, migrate
from plantstack.events.people import (
    accounts,
    attempts,
    audit,
    changing,
    pseudonyms,
    sessions,
    setting_up,
    tablets,
)
from plantstack.events.people.accounts import Account
from plantstack.events.people.audit import Noted
from plantstack.events.people.changing import Actor
from plantstack.events.people.hashing import (
    check_password,
    check_pin,
    hashed,
    is_outdated,
    is_secret_of,
)
from plantstack.events.people.writing import beside, together
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND

PEOPLE = next(n for n, step in enumerate(MIGRATIONS) if "CREATE TABLE account" in step[0])


@pytest.fixture
def kept() -> Iterator[sqlite3.Connection]:
    connection = store.open_empty()
    yield connection
    connection.close()


def code(caught: pytest.ExceptionInfo[ConfigError]) -> str:
    return caught.value.problems[0].code


# Where it lies.


def test_F13_an_older_log_learns_to_keep_accounts_and_loses_nothing(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.sqlite", isolation_level=None) as old:
        for statement in store.DDL[: len(store.DDL) - sum(map(len, MIGRATIONS[PEOPLE:]))]:
            old.execute(statement)
        old.execute(f"PRAGMA user_version = {PEOPLE + 1}")
        old.execute(
            "INSERT INTO token (name, sha256, scope, may, created_at) VALUES ('gw', 'x', '', 'send', 7)"
        )
        migrate(old, PEOPLE + 2)
        somebody(old, "ann", "admin")
        assert [one.name for one in accounts.listed(old)] == ["ann"]
        assert old.execute("SELECT name FROM token").fetchall() == [("gw",)]
    old.close()


def test_a_command_writes_beside_a_server(tmp_path: Path) -> None:
    with pytest.raises(LogError), beside(tmp_path):
        pass
    with Log.open(tmp_path, write=True) as log:
        with beside(tmp_path) as connection:
            somebody(connection, "ann")
        assert accounts.named(log.connection, "ANN ") is not None


def test_a_change_is_whole_or_nothing_and_a_locked_file_is_told_as_the_log_tells_it(
    kept: sqlite3.Connection,
) -> None:
    with pytest.raises(ConfigError), together(kept):
        somebody(kept, "ann")
        somebody(kept, "Ann")
    assert not kept.in_transaction
    assert accounts.listed(kept) == []
    with pytest.raises(LogError) as caught, together(kept):
        kept.execute("INSERT INTO session VALUES (1)")
    assert caught.value.problems[0].code == "log-unusable"
    assert not kept.in_transaction


# Secrets.


def test_of_secrets_only_hashes_are_kept(tmp_path: Path) -> None:
    with Log.open(tmp_path, write=True) as log:
        ann = somebody(log.connection, "ann")
        accounts.set_pin(log.connection, ann.id, hashed("4831", CHEAP), 417)
        sessions.begin(log.connection, ann.id, "cookie-secret", sessions.TABLET, NOON)
        tablets.offer(log.connection, "PAIRCODE", "Packing", ("m1",), ann.id, NOON)
        setting_up.offer(log.connection, "setup-secret", NOON)
        assert is_secret_of(accounts.password_of(log.connection, ann.id), PASSWORD, CHEAP)
        assert is_secret_of(accounts.pin_of(log.connection, ann.id), "4831", CHEAP)
    found = b"".join(path.read_bytes() for path in (tmp_path / "log").glob("log.sqlite*"))
    for secret in (PASSWORD, "4831", "cookie-secret", "PAIRCODE", "setup-secret"):
        assert secret.encode() not in found
    assert b"ann" in found


def test_a_hash_says_with_what_it_was_made_and_signs_are_the_same_from_every_keyboard() -> None:
    kept = hashed("cafe\N{COMBINING ACUTE ACCENT} au lait", CHEAP)
    assert kept.startswith("$argon2id$")
    assert is_secret_of(kept, "café au lait", CHEAP)
    assert is_outdated(kept)
    assert not is_outdated(kept, CHEAP)
    assert not is_secret_of("", "anything", CHEAP)


@pytest.mark.parametrize("password", ["short", "x" * 30, "x" * 201, "ann.example1"])
def test_a_password_that_is_guessed_at_once_is_refused(password: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_password(password, "ann.example")
    assert code(caught) == "people-password"
    check_password(PASSWORD, "ann.example")


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "1234", "4321", "7777", "", "١٢٣٥"])
def test_a_pin_that_is_none_or_tried_first_is_refused(pin: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_pin(pin)
    assert code(caught) == "people-pin"
    check_pin("4831")


# Accounts.


def test_a_name_is_given_once_however_it_is_typed(kept: sqlite3.Connection) -> None:
    somebody(kept, "Ann")
    for name in ("ann", " ANN", "\N{FULLWIDTH LATIN SMALL LETTER A}nn"):
        with pytest.raises(ConfigError) as caught:
            somebody(kept, name)
        assert code(caught) == "people-known"
    for name in ("", " ", "x" * 65, "a\nb"):
        with pytest.raises(ConfigError) as caught:
            somebody(kept, name)
        assert code(caught) == "people-name"


def test_an_account_is_given_a_role_preferences_a_pin_and_locked(kept: sqlite3.Connection) -> None:
    ann, bob = somebody(kept, "ann", "admin"), somebody(kept, "bob")
    accounts.allow(kept, bob.id, "supervisor", "line-1")
    accounts.prefer(kept, replace(bob, language="de", theme="dark", gloves=True))
    accounts.set_pin(kept, bob.id, "kept", 417)
    found = accounts.numbered(kept, 417)
    assert found == Account(
        bob.id, "bob", "supervisor", "line-1", NOON, 417, "de", "dark", True, has_pin=True
    )
    with pytest.raises(ConfigError):
        accounts.set_pin(kept, ann.id, "kept", 417)
    with pytest.raises(ConfigError):
        accounts.prefer(kept, replace(bob, theme="pink"))
    sessions.begin(kept, bob.id, "s", sessions.TABLET, NOON)
    accounts.lock(kept, bob.id)
    assert sessions.find(kept, "s", NOON) is None
    assert not accounts.needed(kept, "bob").is_active
    accounts.unlock(kept, bob.id)
    assert accounts.needed(kept, "bob").is_active


def test_somebody_can_always_administer(kept: sqlite3.Connection) -> None:
    ann = somebody(kept, "ann", "admin")
    somebody(kept, "of-a-line", "admin", scope="line-1")
    changes: list[Callable[[], None]] = [
        lambda: accounts.lock(kept, ann.id),
        lambda: accounts.erase(kept, ann.id),
        lambda: accounts.allow(kept, ann.id, "exec", ""),
        lambda: accounts.allow(kept, ann.id, "admin", "line-1"),
    ]
    for change in changes:
        with pytest.raises(ConfigError) as caught:
            change()
        assert code(caught) == "people-last-admin"
    somebody(kept, "bob", "admin")
    accounts.lock(kept, ann.id)
    assert accounts.is_any_admin(kept)


def test_an_erased_account_leaves_no_name_in_the_file_and_its_pseudonyms_lead_nowhere(tmp_path: Path) -> None:
    with Log.open(tmp_path, write=True) as log:
        connection = log.connection
        somebody(connection, "admin", "admin")
        ann = Account("a-7", "ann.of.packing", "operator", "line-1", NOON)
        accounts.add(connection, ann, hashed(PASSWORD, CHEAP))
        accounts.set_pin(connection, ann.id, hashed("4831", CHEAP), 417)
        own = pseudonyms.ensure(connection, ann.id, "q7k2", NOON)
        sessions.begin(connection, ann.id, "s", sessions.TABLET, NOON)
        audit.add(connection, Noted(NOON, ann.id, "sign-in"))
        accounts.erase(connection, ann.id)
        left = accounts.find(connection, ann.id)
        assert left == Account("a-7", "", "operator", "", NOON, state=accounts.ERASED)
        assert accounts.numbered(connection, 417) is None
        assert sessions.find(connection, "s", NOON) is None
        assert pseudonyms.listed(connection, ann.id) == []
        assert [noted.who for _, noted in audit.listed(connection)] == [ann.id]
        assert [one.name for one in accounts.listed(connection)] == ["admin"]
    found = b"".join(path.read_bytes() for path in (tmp_path / "log").glob("log.sqlite*"))
    assert b"ann.of.packing" not in found
    assert own.encode() not in found


# Pseudonyms.


def test_pseudonyms_rotate_and_after_some_months_nothing_leads_back(kept: sqlite3.Connection) -> None:
    first = pseudonyms.ensure(kept, "a-1", "first", NOON)
    assert first == "p-first"
    assert pseudonyms.ensure(kept, "a-1", "other", NOON + pseudonyms.ROTATED - 1) == first
    assert pseudonyms.ensure(kept, "a-2", "another", NOON) == "p-another"
    second = pseudonyms.ensure(kept, "a-1", "second", NOON + pseudonyms.ROTATED)
    assert second == "p-second"
    assert [one for one, _ in pseudonyms.listed(kept, "a-1")] == [first, second]
    pseudonyms.ensure(kept, "a-1", "third", NOON + pseudonyms.KEPT)
    assert [one for one, _ in pseudonyms.listed(kept, "a-1")] == [second, "p-third"]


# Sessions.


def test_a_session_ends_unused_in_any_case_and_by_word(kept: sqlite3.Connection) -> None:
    life = sessions.DESK["admin"]
    made = sessions.begin(kept, "a-1", "s", life, NOON)
    assert sessions.find(kept, "s", NOON + life.idle_us - 1) == made
    assert sessions.find(kept, "s", NOON + life.idle_us) is None
    assert sessions.find(kept, "t", NOON) is None
    at = NOON
    while at < NOON + life.whole_us - HOUR // 2:
        at += HOUR // 2
        found = sessions.find(kept, "s", at)
        if found is not None:
            sessions.note(kept, found, at)
    assert at >= NOON + life.whole_us - HOUR // 2
    assert sessions.find(kept, "s", NOON + life.whole_us - 1) is not None
    assert sessions.find(kept, "s", NOON + life.whole_us) is None


def test_sessions_end_everywhere_but_here(kept: sqlite3.Connection) -> None:
    here = sessions.begin(kept, "a-1", "here", sessions.DESK["ci"], NOON)
    sessions.begin(kept, "a-1", "there", sessions.DESK["ci"], NOON)
    sessions.begin(kept, "a-2", "other", sessions.DESK["ci"], NOON)
    assert len(sessions.listed(kept, "a-1", NOON)) == 2
    assert sessions.end_all(kept, "a-1", here.id) == 1
    assert sessions.find(kept, "here", NOON) == here
    assert sessions.find(kept, "there", NOON) is None
    assert sessions.find(kept, "other", NOON) is not None
    sessions.end(kept, here.id)
    assert sessions.find(kept, "here", NOON) is None


def test_at_a_tablet_one_takes_the_place_of_the_one_before(kept: sqlite3.Connection) -> None:
    sessions.begin(kept, "a-1", "early", sessions.TABLET, NOON, "tablet.1")
    sessions.begin(kept, "a-1", "elsewhere", sessions.TABLET, NOON, "tablet-2")
    sessions.begin(kept, "a-2", "late", sessions.TABLET, NOON, "tablet.1")
    assert sessions.find(kept, "early", NOON) is None
    assert sessions.find(kept, "elsewhere", NOON) is not None
    assert sessions.find(kept, "late", NOON) is not None


# Tablets.


def test_a_code_pairs_one_device_once_and_for_ten_minutes(kept: sqlite3.Connection) -> None:
    until = tablets.offer(kept, "AB3D-EFGH", " Packing 3 ", ("m1", "m2"), "a-1", NOON)
    assert until == NOON + 10 * MINUTE
    for typed, at in (("WRONGONE", NOON), ("AB3DEFGH", until)):
        with pytest.raises(ConfigError) as caught:
            tablets.pair(kept, typed, "4f1c", "secret", at)
        assert code(caught) == "people-code"
    made = tablets.pair(kept, "ab3d efgh", "4f1c", "secret", NOON)
    assert (made.id, made.label, made.station) == ("tablet.4f1c", "Packing 3", ("m1", "m2"))
    with pytest.raises(ConfigError):
        tablets.pair(kept, "AB3DEFGH", "4f1d", "other", NOON)
    assert tablets.find(kept, "secret") == made
    assert tablets.find(kept, "other") is None
    with pytest.raises(ConfigError):
        tablets.offer(kept, "X", "nowhere", (), "a-1", NOON)


def test_a_revoked_tablet_is_good_no_longer_and_whoever_is_signed_on_is_off(kept: sqlite3.Connection) -> None:
    tablets.offer(kept, "CODE", "Packing 3", ("m1",), "", NOON)
    made = tablets.pair(kept, "CODE", "1", "secret", NOON)
    sessions.begin(kept, "a-1", "s", sessions.TABLET, NOON, made.id)
    tablets.note(kept, made.id, NOON + HOUR)
    tablets.revoke(kept, made.id, NOON + 2 * HOUR)
    assert tablets.find(kept, "secret") is None
    assert sessions.find(kept, "s", NOON) is None
    assert tablets.listed(kept) == [replace(made, seen_at=NOON + HOUR, revoked_at=NOON + 2 * HOUR)]
    with pytest.raises(ConfigError):
        tablets.revoke(kept, made.id, NOON)


# Attempts.


def test_after_some_failures_the_next_attempt_waits_longer_each_time(kept: sqlite3.Connection) -> None:
    asked = ["account a-1", "address 10.0.0.7"]
    assert [attempts.begin(kept, asked, NOON) for _ in range(5)] == [0] * 5
    assert attempts.begin(kept, asked, NOON) == SECOND
    assert attempts.begin(kept, asked, NOON + SECOND) == 0
    assert attempts.begin(kept, asked, NOON + SECOND) == 2 * SECOND
    assert attempts.begin(kept, ["account a-2"], NOON) == 0


def test_who_comes_in_starts_anew_but_the_address_has_only_one_failure_less(kept: sqlite3.Connection) -> None:
    address = "address 10.0.0.7"
    for _ in range(20):
        attempts.begin(kept, [address], NOON)
    assert attempts.begin(kept, ["account a-1", address], NOON) != 0
    assert attempts.begin(kept, ["account a-1", address], NOON + MINUTE) == 0
    attempts.passed(kept, ["account a-1", address])
    assert attempts.begin(kept, [address], NOON + MINUTE) != 0
    assert attempts.begin(kept, [address], NOON + 2 * HOUR) == 0


def test_a_pin_is_shut_after_ten_failures_until_it_is_set_anew(kept: sqlite3.Connection) -> None:
    at = NOON
    for _ in range(10):
        wait = attempts.begin(kept, ["pin a-1"], at)
        assert wait is not None
        at += wait
        if wait:
            assert attempts.begin(kept, ["pin a-1"], at) == 0
    assert attempts.is_shut(kept, "pin a-1")
    assert attempts.begin(kept, ["pin a-1"], at + 300 * DAY) is None
    attempts.reset(kept, "pin a-1")
    assert attempts.begin(kept, ["pin a-1"], at) == 0


# The audit and the set-up.


def test_the_audit_only_grows(kept: sqlite3.Connection) -> None:
    audit.add(kept, Noted(NOON, "a-1", "sign-in", device="10.0.0.7"))
    audit.add(kept, Noted(NOON + 1, "a-1", "account-made", "a-2", more="operator"))
    audit.add(kept, Noted(NOON + 2, "a-3", "sign-in"))
    for sql in ("UPDATE audit SET who = ''", "DELETE FROM audit", "REPLACE INTO audit SELECT * FROM audit"):
        with pytest.raises(sqlite3.IntegrityError):
            kept.execute(sql)
    with pytest.raises(KeyError):
        audit.add(kept, Noted(NOON, "a-1", "something else"))
    assert [noted.who for _, noted in audit.listed(kept)] == ["a-3", "a-1", "a-1"]
    assert [noted.what for _, noted in audit.listed(kept, account="a-2")] == ["account-made"]
    (newest, _), *_ = audit.listed(kept, limit=1)
    assert len(audit.listed(kept, before=newest)) == 2


def test_the_first_admin_is_made_once_with_the_token_that_was_printed(kept: sqlite3.Connection) -> None:
    ann = Account("a-1", "ann", "admin", "", NOON)
    setting_up.offer(kept, "first", NOON)
    setting_up.offer(kept, "second", NOON)
    for secret, at in (("first", NOON), ("second", NOON + DAY), ("", NOON)):
        with pytest.raises(ConfigError) as caught:
            setting_up.use(kept, secret, ann, "kept", at)
        assert code(caught) == "people-set-up"
    assert not accounts.are_any(kept)
    setting_up.use(kept, "second ", ann, "kept", NOON)
    assert accounts.is_any_admin(kept)
    with pytest.raises(ConfigError):
        setting_up.use(kept, "second", replace(ann, id="a-2", name="eve"), "kept", NOON)
    with pytest.raises(ConfigError):
        setting_up.offer(kept, "third", NOON)


def test_every_change_has_its_line_in_the_audit_or_did_not_happen(kept: sqlite3.Connection) -> None:
    command, ann = Actor(NOON), Account("a-1", "ann", "admin", "", NOON)
    changing.make(kept, command, ann, "kept")
    by_ann = Actor(NOON, ann.id, "10.0.0.7")
    changing.make(kept, by_ann, replace(ann, id="a-2", name="bob", role="operator", scope="line-1"), "kept")
    changing.allow(kept, by_ann, "a-2", "supervisor", "line-1")
    changing.set_pin(kept, by_ann, "a-2", "kept", 417)
    here = sessions.begin(kept, "a-2", "here", sessions.DESK["operator"], NOON)
    sessions.begin(kept, "a-2", "there", sessions.DESK["operator"], NOON)
    changing.set_password(kept, Actor(NOON, "a-2"), "a-2", "kept", but=here.id)
    assert sessions.listed(kept, "a-2", NOON) == [here]
    for _ in range(10):
        attempts.begin(kept, ["pin a-2"], NOON)
    changing.lock(kept, by_ann, "a-2")
    changing.unlock(kept, by_ann, "a-2")
    assert attempts.begin(kept, ["pin a-2"], NOON) == 0
    changing.offer(kept, by_ann, "CODE", "Packing", ("m1",))
    tablet = tablets.pair(kept, "CODE", "1", "secret", NOON)
    assert tablet.paired_by == "a-1"
    changing.revoke(kept, by_ann, tablet.id)
    changing.erase(kept, by_ann, "a-2")
    with pytest.raises(ConfigError):
        changing.erase(kept, by_ann, "a-1")
    with pytest.raises(ConfigError):
        changing.make(kept, by_ann, ann, "kept")
    told = [(noted.who, noted.what, noted.about) for _, noted in reversed(audit.listed(kept))]
    assert told == [
        ("", "account-made", "a-1"),
        ("a-1", "account-made", "a-2"),
        ("a-1", "account-allowed", "a-2"),
        ("a-1", "pin-set", "a-2"),
        ("a-2", "password-set", "a-2"),
        ("a-1", "account-locked", "a-2"),
        ("a-1", "account-unlocked", "a-2"),
        ("a-1", "code-made", ""),
        ("a-1", "tablet-revoked", "tablet.1"),
        ("a-1", "account-erased", "a-2"),
    ]
