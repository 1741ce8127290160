"""mosquitto.conf -> what of it loses messages, with the defaults of mosquitto 2 for what it does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from plantstack.intervals import DAY, HOUR, SECOND
from plantstack.stack.checkup.finding import EXPOSES, LOSES, WEAKENS, Finding

ENOUGH = 10_000  # queued messages
_BYTES = 10_000_000
_SPANS = {"h": HOUR, "d": DAY, "w": 7 * DAY, "m": 30 * DAY, "y": 365 * DAY}


def read_settings(path: Path) -> dict[str, str]:
    """Read a file of settings and those it includes; the last one holds.

    Raises:
        OSError: when it cannot be read.
    """
    found: dict[str, str] = {}
    for line in path.read_text("utf-8", errors="replace").splitlines():
        word, _, value = line.strip().partition(" ")
        if word == "include_dir":
            for other in sorted((path.parent / value.strip()).glob("*.conf")):
                found |= read_settings(other)
        elif word and not word.startswith("#"):
            found[word] = value.strip()
    return found


def lint(path: Path, kept_s: int) -> Iterator[Finding]:
    """Name what a broker loses, and whom it lets in.

    Args:
        path: of mosquitto.conf.
        kept_s: so long the connections want messages kept while nobody reads them.

    Raises:
        OSError: when it cannot be read.
    """
    told = read_settings(path)
    yield from _lost_with_the_broker(path.name, told)
    yield from _lost_while_away(path.name, told, kept_s)
    if told.get("allow_anonymous", "false") == "true":
        what, why = "allow_anonymous is true", "Anybody in the network may send counts and states."
        fix = "Write 'allow_anonymous false' and 'password_file FILE'; give each sender a user."
        yield Finding("broker-anonymous", EXPOSES, path.name, what, why, fix)


def _lost_with_the_broker(where: str, told: dict[str, str]) -> Iterator[Finding]:
    if told.get("persistence", "false") != "true":
        what, why = "persistence is off", "A restart of the broker loses all that nobody has read yet."
        fix = "Write 'persistence true' and 'persistence_location /var/lib/mosquitto/'."
        yield Finding("broker-persistence", LOSES, where, what, why, fix)
        return
    interval = _number(told.get("autosave_interval", "1800"))
    if told.get("autosave_on_changes") != "true" and not 0 < interval <= 300:
        what = f"it saves every {interval} s" if interval else "it saves only when it ends"
        why = "A power cut loses what came since it saved last and nobody has read."
        fix = "Write 'autosave_interval 30'."
        yield Finding("broker-autosave", LOSES, where, what, why, fix)


def _lost_while_away(where: str, told: dict[str, str], kept_s: int) -> Iterator[Finding]:
    queued = _number(told.get("max_queued_messages", "1000"))
    if 0 < queued < ENOUGH:
        what = f"max_queued_messages is {queued}"
        why = "While plantstack is away what comes beyond it is thrown away: minutes, in most plants."
        yield Finding("broker-queue", LOSES, where, what, why, f"Write 'max_queued_messages {10 * ENOUGH}'.")
    size = _number(told.get("max_queued_bytes", "0"))
    if 0 < size < _BYTES:
        what = f"max_queued_bytes is {size}"
        why = "While plantstack is away what comes beyond it is thrown away."
        yield Finding("broker-queue-bytes", LOSES, where, what, why, "Write 'max_queued_bytes 0'.")
    expires = _span_s(told.get("persistent_client_expiration", ""))
    if expires is not None and expires < kept_s:
        what = f"persistent_client_expiration is {told['persistent_client_expiration']}"
        why = f"The connections want messages kept for {kept_s // 3600} h; the broker forgets them sooner."
        fix = "Leave it out, or make it longer than 'kept' of the connections."
        yield Finding("broker-expiration", LOSES, where, what, why, fix)
    if told.get("queue_qos0_messages", "false") != "true":
        what = "messages of QoS 0 are not queued"
        why = "What is sent with QoS 0 while plantstack is away is gone."
        fix = "Let the senders use QoS 1; where they cannot, write 'queue_qos0_messages true'."
        yield Finding("broker-qos0", WEAKENS, where, what, why, fix)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _span_s(text: str) -> int | None:
    """A span of mosquitto in seconds.

    >>> _span_s("14d"), _span_s("")
    (1209600, None)
    """
    found = re.fullmatch(r"(\d+)([hdwmy])", text)
    return int(found[1]) * _SPANS[found[2]] // SECOND if found else None
