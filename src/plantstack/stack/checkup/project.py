"""The files and the log of a project: connections, mappings, secrets, tokens, silence, raw input, lake."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from plantstack.connectors.connections import Connection, read_connections
from plantstack.connectors.raw import FOLDER as RAW
from plantstack.engines.duckdb import lake
from plantstack.events import signals, store, tokens
from plantstack.events.log import Log
from plantstack.intervals import DAY, HOUR, rfc3339
from plantstack.plant.plant import Plant
from plantstack.stack.checkup.finding import EXPOSES, LOSES, WEAKENS, Finding

_BROKERS = ("mqtt", "sparkplug")
_GIB = 1 << 30


def project_findings(folder: Path, plant: Plant, log: Log, now: int) -> Iterator[Finding]:
    """Look at the files of a project and at its log.

    Args:
        folder: of the project.
        plant: of its files.
        log: opened for reading.
        now: microseconds UTC.
    """
    connections, problems = read_connections(folder)
    for problem in problems:
        why = "A server does not start with it."
        yield Finding(problem.code, LOSES, problem.where, problem.what, why, problem.fix)
    yield from _connections(connections, log)
    yield from _silence(plant, log)
    yield from _doubts(log)
    yield from _secrets(folder)
    yield from _tokens(plant, log)
    yield from _raw(folder, connections)
    yield from _lake(folder, plant, log, now)


def _connections(connections: Sequence[Connection], log: Log) -> Iterator[Finding]:
    heard = set(store.cursor_names(log.connection)) if log.last_offset() else set()
    for one in connections:
        if heard and f"heard {one.name}" not in heard and one.name not in heard:
            what, why = "nothing ever came of it", "What it was meant to tell is not known."
            fix = f"Look at it with 'plantstack connections', or remove connectors/{one.name}.yaml."
            yield Finding("connection-unused", WEAKENS, one.name, what, why, fix)
        if one.mapping is not None and not one.mapping.tests:
            what = f"its mapping '{one.mapping.name}' has no tests"
            why = "Nobody sees when a change of it makes something else of the same messages."
            fix = "Write a message and the events you expect under 'tests:' of the mapping."
            yield Finding("mapping-untested", WEAKENS, one.name, what, why, fix)
        if one.mapping is not None and not one.raw.size:
            what, why = "its messages are not kept as they came", "A mended mapping cannot read them again."
            fix = "Leave 'size: 0 MB' out of 'raw:' of the connection."
            yield Finding("raw-off", WEAKENS, one.name, what, why, fix)


def _silence(plant: Plant, log: Log) -> Iterator[Finding]:
    live = dict.fromkeys(one.machine for one in signals.feeds(log.connection))
    usual = plant.profile.silence_limit
    unsaid = []
    for name in live:
        one = plant.machines.get(name)
        if one and not one.is_supervised and not (one.silence_limit or plant.site_of(name).silence_limit):
            unsaid.append(name)
    if unsaid and usual >= HOUR:
        what = f"no silence limit is written for {', '.join(unsaid[:5])}{' ...' if unsaid[5:] else ''}"
        why = f"When they fall silent, {usual // HOUR} h are still believed to be as they were."
        fix = "Write 'silence_limit: 5 min' at the machine or the site, some times the pace of the source."
        yield Finding("silence-unsaid", WEAKENS, "plant files", what, why, fix)


def _doubts(log: Log) -> Iterator[Finding]:
    for one in signals.doubts(log.connection):
        if one.settled_at is None:
            why = "All that is made of it is in doubt since."
            command = f'plantstack connections confirm DIR {one.connection} "{one.tag}" --by ROLE'
            fix = f"Look at it; then: {command}."
            yield Finding("signal-doubted", WEAKENS, one.connection, one.told, why, fix)


def _secrets(folder: Path) -> Iterator[Finding]:
    for path in sorted((folder / "secrets").glob("*")):
        if path.is_file() and path.stat().st_mode & 0o077:
            what, why = "other users of this machine can read it", "It lets them in where plantstack gets in."
            yield Finding(
                "secret-open",
                EXPOSES,
                f"secrets/{path.name}",
                what,
                why,
                f"Run 'chmod 600 secrets/{path.name}'.",
            )


def _tokens(plant: Plant, log: Log) -> Iterator[Finding]:
    senders = [one for one in tokens.listed(log.connection) if one.revoked_at is None and "send" in one.may]
    for one in senders:
        if one.scope and not one.sources:
            yield _voiceless(plant, one)
        if not one.scope:
            what = "it may send events of all machines"
            why = "Whoever finds it on a gateway can write counts and states of every line."
            fix = f"Give a token with --scope and --source, then 'plantstack token revoke DIR {one.name}'."
            yield Finding("token-wide", EXPOSES, f"token {one.name}", what, why, fix)


def _voiceless(plant: Plant, token: tokens.Token) -> Finding:
    """A token with a scope that names no source."""
    people = [f"'{rule.match}'" for rule in plant.sources if rule.is_person]
    what = "it names no source, so it may speak as every source that is no person"
    why = "Whoever has it can take a key of another source before its owner tells it."
    if people:
        why += f" What it tells as a person ({', '.join(people)}) is refused."
    options = f"--scope {token.scope} --source NAME"
    fix = f"Give a token with {options}, then 'plantstack token revoke DIR {token.name}'."
    return Finding("token-voice", EXPOSES, f"token {token.name}", what, why, fix)


def _raw(folder: Path, connections: Iterable[Connection]) -> Iterator[Finding]:
    known = {one.name for one in connections}
    for place in sorted((folder / RAW).glob("*")):
        size = sum(path.stat().st_size for path in place.glob("*") if path.is_file())
        if place.is_dir() and place.name not in known and size:
            what = f"{size / _GIB:.2f} GiB are kept of a connection that is no more"
            why = "Nothing removes it, and it takes room from the log."
            fix = f"Remove raw/{place.name} when no mapping is to read it again."
            yield Finding("raw-orphan", WEAKENS, f"raw/{place.name}", what, why, fix)


def _lake(folder: Path, plant: Plant, log: Log, now: int) -> Iterator[Finding]:
    manifest = lake.read_manifest(folder, plant.project_id)
    upto = max(manifest.as_of.values(), default=now) if manifest else now
    if manifest and manifest.stamp.offset < log.last_offset() and now - upto > DAY:
        what = f"the books were published last for {rfc3339(upto)[:16]}"
        why = "All since is derived anew with every question; a running server publishes it by itself."
        yield Finding(
            "lake-old", WEAKENS, "lake", what, why, "Run 'plantstack rebuild DIR', or start the server."
        )


def broker_findings(connections: Iterable[Connection]) -> Iterator[Finding]:
    """Ask the brokers of connections what they grant; they are left as they were."""
    for one in connections:
        if one.kind not in _BROKERS:
            continue
        settings: Any = getattr(one.connector, "settings", None)
        settings = getattr(settings, "broker", settings)
        examine = import_module("plantstack.connectors.mqtt.examining").examine
        granted = examine(settings, settings.kept_s)
        if granted.why:
            why = "Nothing is read while it is away; so it cannot be asked what it keeps."
            fix = "Mend what 'plantstack connections' says of it, and look again."
            yield Finding("broker-away", LOSES, one.name, f"its broker: {granted.why}", why, fix)
        else:
            yield from granted_findings(one.name, granted, settings.kept_s)


def granted_findings(name: str, granted: Any, kept_s: int) -> Iterator[Finding]:
    """Judge what a broker grants, see `connectors.mqtt.examining.Granted`."""
    if granted.expiry_s is not None and granted.expiry_s < kept_s:
        what = f"the broker keeps messages for {granted.expiry_s} s, asked for are {kept_s} s"
        why = "What is sent while plantstack is away for longer is lost."
        fix = "Raise the session expiry of the broker, as 'persistent_client_expiration' of mosquitto."
        yield Finding("broker-expiry", LOSES, name, what, why, fix)
    if granted.qos < 1:
        what, why = "the broker takes QoS 0 only", "A message that is lost on the way is not sent again."
        yield Finding("broker-qos", LOSES, name, what, why, "Set 'max_qos 2' at its listener.")
    if not granted.has_retain:
        what, why = "the broker keeps no message", "After a start a state is not known until it changes."
        yield Finding("broker-retain", WEAKENS, name, what, why, "Set 'retain_available true'.")
    told = (granted.system.get(topic, "0") for topic in ("publish/messages/dropped", "messages/dropped"))
    dropped = max((int(text) for text in told if text.isdigit()), default=0)
    if dropped:
        what = f"the broker has thrown {dropped:,} messages away since it started"
        why = "A queue was full: of whoever was away, or too slow."
        fix = "Raise 'max_queued_messages'; 'plantstack doctor DIR --broker-conf FILE' reads its settings."
        yield Finding("broker-dropped", LOSES, name, what, why, fix)
