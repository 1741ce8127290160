"""Alarm rules proposed from people's own reasons, how they would have done, and how the present ones do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.tapped import rule_records, tapped_halts
from plantstack.intervals import SECOND, rfc3339
from plantstack.kpis.models.alarm_reasons import Bar, Candidate, Halt, candidates, held_out, wilson

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned: rows of the command, and the rules to paste, '' without any."""

    rows: list[Row]
    yaml: str


def learn_reasons(engine: DuckEngine, within: int, bar: Bar) -> Learned:
    """Propose alarm rules from the halts people gave a reason for.

    Args:
        engine: its books are read.
        within: how far an alarm may be from the begin of a halt, microseconds.
        bar: what a rule must reach.
    """
    halts = [Halt(*one) for one in tapped_halts(engine.books, within)]
    found = candidates(halts)
    proposed = [one for one in found if not one.why_not(bar)]
    rows = [_rule(one, bar) for one in found]
    rows += [_held_out(halts, bar)] if halts else []
    rows += _records(engine)
    since = max(engine.books.as_of.values(), default=0)
    return Learned(rows, _yaml(proposed, within, rfc3339(since)[:10]) if proposed else "")


def _rule(one: Candidate, bar: Bar) -> Row:
    return {
        "row": "rule",
        "machine": one.machine,
        "code": one.code,
        "reason": one.reason,
        "n": one.n,
        "right": one.right,
        "precision": one.precision,
        "low": one.low,
        "naive": one.naive,
        "naive_reason": one.naive_reason,
        "proposed": not one.why_not(bar),
        "why_not": one.why_not(bar),
    }


def _held_out(halts: Sequence[Halt], bar: Bar) -> Row:
    told = held_out(halts, bar)
    low, high = wilson(told.right, told.n_spoken)
    return {
        "row": "held_out",
        "learned_on": told.n_learned,
        "later": told.n_later,
        "rules": told.n_rules,
        "n": told.n_spoken,
        "right": told.right,
        "precision": told.right / told.n_spoken if told.n_spoken else None,
        "low": low,
        "high": high,
        "naive": told.naive_right / told.n_spoken if told.n_spoken else None,
    }


def _records(engine: DuckEngine) -> Iterator[Row]:
    for one in rule_records(engine.books):
        yield {
            "row": "record",
            "code": one.code,
            "reason": one.reason,
            "n": one.n,
            "confirmed": one.confirmed,
            "overridden": one.overridden,
        }


def _yaml(proposed: Sequence[Candidate], within: int, since: str) -> str:
    """The rules to paste: one for all machines on which a code means the same."""
    alike: dict[tuple[str, str], list[Candidate]] = {}
    for one in proposed:
        alike.setdefault((one.code, one.reason), []).append(one)
    lines = ["alarm_reasons:"]
    for (code, reason), many in sorted(alike.items()):
        machines = ", ".join(sorted(one.machine for one in many))
        n, right = sum(one.n for one in many), sum(one.right for one in many)
        low = min(one.low for one in many)
        lines += [
            f"  - {{code: {_quoted(code)}, reason: {reason}, at: [{machines}],",
            f"     within: {_length(within)}, from: {since},"
            f" evidence: {_quoted(f'{right} of {n} halts, at least {low:.0%}')}}}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _length(within: int) -> str:
    return f"{within // SECOND} s" if not within % SECOND else f"{within / SECOND} s"
