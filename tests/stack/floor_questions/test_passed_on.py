"""Waits of a live line are laid to the machine that the facts of ADR 5 lay them to."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from tests.ledger.test_causes import flows
from tests.oracle.causes import Entry as Told
from tests.oracle.causes import Flow

from plantstack.stack.floor.passed_on import PassedOn
from plantstack.stack.floor.rows import Entry


def entry(machine: str, one: Told) -> Entry:
    return Entry(
        machine, one.from_at, one.until_at, "2026-03-03", "early", "", "A", "cola", one.state,
        one.account, one.reason, "", None, False, 0, None, None,
    )  # fmt: skip


def looked_at(flow: Flow) -> PassedOn:
    machines = sorted(flow.places, key=lambda name: flow.places[name])
    return PassedOn(
        machines,
        {name: [entry(name, one) for one in flow.ledgers[name]] for name in machines},
        {name: float(room) for name, room in flow.rooms.items()},
        {(name, ""): [(0, 2**50, float(cycle) * 1e6)] for name, cycle in flow.cycles.items()},
    )


@given(flows("a"))
def test_a_wait_is_laid_to_whom_the_facts_lay_it_to(flow: Flow) -> None:
    flow = replace(flow, places={name: at for at, name in enumerate(flow.places, 1)})  # one machine a place
    found = looked_at(flow)
    for machine in flow.places:
        for run in flow.runs(machine):
            if run.sort not in ("starved", "blocked"):
                continue
            laid = flow.laid(run)
            for one in run.entries:
                cause = found.cause(entry(machine, one))
                told = (cause.machine, cause.reason) if cause else ("", "")
                assert told == ((laid.machine, laid.reason) if laid.outcome == "found" else ("", ""))
