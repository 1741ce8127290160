"""The whole derivation, from events and plant tables to books (BOOKS 1 to 9).

> Order travels with the event. [...] any arrival order, duplication or batching gives the same books.
"""

from __future__ import annotations

from tests.oracle.accounts import account_for
from tests.oracle.changeovers import changeover_spans
from tests.oracle.doubts import doubts_of
from tests.oracle.exits import good_runs, line_changeovers
from tests.oracle.facts import ledger_rows, piece_facts, time_facts
from tests.oracle.failures import failure_spans
from tests.oracle.lanes import lost_lanes
from tests.oracle.model import Books, Identity, Plant, Row, identity
from tests.oracle.pages import site_of, split_waiting
from tests.oracle.pieces import Cells, pieces_of
from tests.oracle.plans import Plans, part_spans, plan_pieces, slot_spans, unplanned_pieces
from tests.oracle.rules import rule_spans
from tests.oracle.segments import elementary
from tests.oracle.sources import Sources
from tests.oracle.standing import Standing
from tests.oracle.stops import form_stops, stop_spans
from tests.oracle.window import Machine, last_instants, machines


def derive(events: list[Row], plant: Plant, *, as_of: int | None = None) -> Books:
    """Derive the books of all machines; as_of None takes the greatest instant of each site (R1)."""
    sources = Sources(plant)
    told, waiting = split_waiting(events, plant, sources)
    statements = Standing(told, sources)
    standing = statements.rows()
    books = Books(standing=set(map(identity, standing)), dead=statements.dead, waiting=waiting)
    books.as_of = last_instants(standing, plant)
    if as_of is not None:
        books.as_of = {site["site"]: as_of for site in plant["site"]}
    met: set[Identity] = set()
    for machine in machines(standing, plant, books.as_of):
        met |= _add(books, machine, standing, told)
    books.spans += line_changeovers(books, plant)
    books.unattached = {
        identity(row)
        for row in standing
        if row["kind"] == "reason"
        and identity(row) not in met
        and row["at"] <= books.as_of.get(site_of(plant, row["equipment"], row["at"]), row["at"])
    }
    return books


def _add(books: Books, machine: Machine, standing: list[Row], told: list[Row]) -> set[Identity]:
    """Write one machine into the books; returns the reasons that met a halt."""
    segments, met = account_for(machine, elementary(machine))
    machine.doubts = doubts_of(machine, segments)
    stops = form_stops(machine, segments)
    plans = Plans(machine, told, books.dead)
    cells = Cells(machine, segments, plans.borders())
    made = pieces_of(machine, cells)
    books.begin[machine.name] = machine.begin
    books.ledger += ledger_rows(machine, segments)
    books.time |= time_facts(machine, cells)
    planned = plan_pieces(plans, cells) + unplanned_pieces(plans, made)
    books.pieces |= piece_facts(machine, made + planned)
    books.lanes |= lost_lanes(machine, standing, cells)
    books.spans += stop_spans(machine, segments, stops)
    books.spans += changeover_spans(machine, segments)
    books.spans += failure_spans(machine, segments)
    books.spans += rule_spans(machine, segments)
    books.spans += slot_spans(plans, cells, made) + part_spans(plans, cells, made)
    books.spans += good_runs(machine, cells)
    return met
