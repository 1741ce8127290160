"""What somebody says of a finding, as it comes from a page: one tap, kept as a note."""

from __future__ import annotations

from collections.abc import Iterator

from plantstack.intervals import rfc3339
from plantstack.stack.floor.entry_shapes import Answer
from plantstack.stack.floor.entry_words import Wire, instant

PHASE = "answered"


def answer_events(entry: Answer, row: Wire) -> Iterator[Wire]:
    """The event of an answer: a note that says which finding is meant, and how it stood.

    Args:
        entry: the answer.
        row: where and when it was given.

    Raises:
        EventError: for an instant that is none.
    """
    raised = rfc3339(instant("raised_at", entry.raised_at)) if entry.raised_at else ""
    x = {
        "phase": PHASE,
        "finding": entry.finding,
        "word": entry.word,
        "kind": entry.kind,
        "subject": entry.subject,
        "episode": entry.episode,
        "severity": entry.severity,
        "money": entry.money,
        "money_low": entry.money_low,
        "money_high": entry.money_high,
        "raised_at": raised,
    }
    yield row | {"kind": "note", "text": f"finding {entry.finding}: {entry.word}", "x": x}
