"""The DuckDB engine: sums of measures, the ledger behind them, and the books kept up to date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import pyarrow as pa

from plantstack.engines.contract import Behind, Exact, Grain, MeasureQuery, MeasureTable
from plantstack.engines.duckdb.behind import counts_in, events_behind, facts_behind, since_reported
from plantstack.engines.duckdb.beside import beside_families, put_beside
from plantstack.engines.duckdb.books import Books, kept
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.engines.duckdb.cells import CellKey, Cells
from plantstack.engines.duckdb.cutting import cut_at
from plantstack.engines.duckdb.homes import Days, check_scope, condition, put_homes, put_labels
from plantstack.engines.duckdb.levels import can_be_asked
from plantstack.engines.duckdb.money import Rate, check_currency, converted, needs_rates, put_rates
from plantstack.engines.duckdb.owing import pay
from plantstack.engines.duckdb.reported import put_reported
from plantstack.engines.duckdb.sequence import Firsts, first_hours
from plantstack.engines.duckdb.settling import Settling
from plantstack.engines.duckdb.sums import (
    in_unit,
    is_machine_level,
    of_table,
    summing_sql,
    sums_of,
    sweep_for,
)
from plantstack.engines.duckdb.sweeping import Sweeps
from plantstack.errors import Problem, QueryError
from plantstack.intervals import Interval
from plantstack.ledger.derivation import LEDGER_KINDS
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import FactTable, Measure

Amount: TypeAlias = tuple[CellKey, str]
"""A cell, and a measure of money in it."""

_FAR = 2**62
_MANY = 2_000  # cells of an answer that is not kept
_TABLES: tuple[FactTable, ...] = ("time", "pieces", "spans", "levels")


class DuckEngine:
    """Answers from the books of one offset."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.has_reported = put_reported(books)
        self.sweeps = Sweeps(books.con)
        self._prepared: tuple[str, Grain, Days] | None = None
        self._moves = False
        self._kinds: dict[str, list[str]] | None = None

    # -- sums ------------------------------------------------------------------------------------

    def query(self, query: MeasureQuery) -> MeasureTable:
        """Add up the measures of every cell; the parts add up to the whole.

        Of books that stay open it is kept until they move on: pages beside each other ask for the same.

        Raises:
            QueryError: for a scope that does not exist.
        """
        answers = self.books.answers
        if self.books.near is None or query.span is not None:
            return self._added_up(query)
        if query not in answers:
            found = self._added_up(query)
            if len(found.cells) > _MANY:
                return found
            answers[query] = found
        kept: MeasureTable = answers[query]
        return kept

    def _added_up(self, query: MeasureQuery) -> MeasureTable:
        level, scope = check_scope(self.books.plant, query.scope)
        query = self._prepare(query)
        machines = self._machines(query, level, scope)
        self._pay(machines)
        cut_at(self.books, query.span, machines)
        found: dict[CellKey, dict[str, int | Decimal]] = {}
        # a cell is where there is time in the books, also when nothing was counted in it
        names = (*query.measures, "time_calendar")
        at_line = not is_machine_level(query, level)
        sums = (one for name in names for one in sums_of(MEASURES[name], at_line=at_line))
        put_beside(self.books, beside_families(sums))
        rates = self._rates(query, machines)
        priced: dict[Amount, Exact] = {}
        unpriced: dict[Amount, str] = {}
        for table in _TABLES:
            measures = of_table(dict.fromkeys(names), table, at_line=at_line)
            if not measures or (table == "levels" and not can_be_asked(query)):
                continue
            money = [one for one in measures if one.is_money and rates is not None]
            self._add(found, query, table, [one for one in measures if one not in money], level, scope)
            if money and rates is not None:
                more, missing = self._add_money(query, table, money, level, scope, rates)
                priced |= more
                unpriced |= missing
        told = {
            key: {name: in_unit(MEASURES[name], n) for name, n in sums.items()} for key, sums in found.items()
        }
        for (key, name), amount in priced.items():
            told.setdefault(key, {})[name] = amount
        settling = Settling(self.books, query, level, scope, self._moves, rates, unpriced)
        cells = Cells(self.books, query, level, scope, machines, settling, kinds=self._recorded)
        recorded = self._recorded(level, scope)
        return MeasureTable(query, cells.of(told, recorded), recorded)

    def settled(self, *scopes: str | None) -> DuckEngine:
        """Derive what is owed of all machines of some scopes in one run, whatever is asked; of None nothing.

        Raises:
            QueryError: for a scope that does not exist.
        """
        places = {check_scope(self.books.plant, scope)[1] for scope in scopes if scope is not None}
        spans = self.books.plant.spans
        machines = [
            one
            for one in self.books.plant.machines
            if "" in places
            or any(not places.isdisjoint((one, at.site, at.area, at.line)) for at in spans[one])
        ]
        if places:
            self._pay(machines)
        return self

    def _pay(self, machines: Iterable[str] | None) -> None:
        if pay(self.books, machines):
            self.sweeps.forget()

    def _prepare(self, query: MeasureQuery) -> MeasureQuery:
        """Make the tables `home` and `label` those of the query; return it, with its days."""
        is_ltm = query.grain == "ltm"
        if is_ltm:  # periods end with the last day of all
            self._pay(None)
        wanted = (query.structure, query.grain, query.days if is_ltm else (None, None))
        if self._prepared is None or self._prepared[0] != query.structure:
            put_homes(self.books, query.structure)
        if self._prepared != wanted:
            put_labels(self.books, query.grain, query.days)
            # the day decides where any machine has more than one home
            sql = "select 1 from place_home group by equipment having count(*) > 1 limit 1"
            self._moves = bool(self.books.con.execute(sql).fetchall())
            self._prepared = wanted
        return replace(query, days=(None, query.days[1])) if is_ltm else query

    def _machines(self, query: MeasureQuery, level: str, scope: str) -> list[str]:
        def asked() -> list[str]:
            sql = f"select distinct equipment from home as h where {condition(level, scope)} order by all"
            return [row[0] for row in self.books.con.execute(sql).fetchall()]

        if query.structure == "as-is":  # which moves on with the books
            return asked()
        return kept(self.books.memo, ("machines", query.structure, level, scope), asked)

    def _add(
        self,
        found: dict[CellKey, dict[str, int | Decimal]],
        query: MeasureQuery,
        table: FactTable,
        measures: Sequence[Measure],
        level: str,
        scope: str,
    ) -> None:
        if not measures:
            return
        sql = self._summing(query, table, measures, level, scope)
        width = len(query.by) + 1
        for row in self.books.con.execute(sql).fetchall():
            sums = found.setdefault(tuple(str(one) for one in row[:width]), {})
            for measure, number in zip(measures, row[width:], strict=True):
                sums[measure.name] = sums.get(measure.name, 0) + (number or 0)

    def _summing(
        self,
        query: MeasureQuery,
        table: FactTable,
        measures: Sequence[Measure],
        level: str,
        scope: str,
        *,
        is_rated: bool = False,
    ) -> str:
        at_line, moves = not is_machine_level(query, level), self._moves
        reach = self.books.reach_of(query.days[0])
        sweep = sweep_for(
            query, table, measures, at_line=at_line, moves=moves, is_rated=is_rated, reach=reach
        )
        swept = self.sweeps.relation(sweep)
        return summing_sql(query, table, measures, level, scope, swept, moves=moves, is_rated=is_rated)

    def _rates(self, query: MeasureQuery, machines: Sequence[str]) -> list[Rate] | None:
        """The exchange rates of a query, by number; None where no money is converted."""
        plant = self.books.plant
        check_currency(plant, query.currency)
        sites = {plant.site_of(machine).id for machine in machines}
        return put_rates(self.books, query.currency) if needs_rates(plant, sites, query.currency) else None

    def _add_money(
        self,
        query: MeasureQuery,
        table: FactTable,
        measures: Sequence[Measure],
        level: str,
        scope: str,
        rates: Sequence[Rate],
    ) -> tuple[dict[Amount, Exact], dict[Amount, str]]:
        """Add money up in one currency: the sums, and where there is no rate, which one."""
        sql = self._summing(query, table, measures, level, scope, is_rated=True)
        width = len(query.by) + 1
        parts: dict[Amount, list[tuple[Rate, Fraction]]] = {}
        for row in self.books.con.execute(sql).fetchall():
            key, rate = tuple(str(one) for one in row[:width]), rates[row[width]]
            for measure, number in zip(measures, row[width + 1 :], strict=True):
                amount = Fraction(in_unit(measure, number))
                parts.setdefault((key, measure.name), []).append((rate, amount))
        totals = {amount: converted(of) for amount, of in parts.items()}
        priced: dict[Amount, Exact] = {amount: total or 0 for amount, (total, _) in totals.items()}
        return priced, {amount: why for amount, (_, why) in totals.items() if why}

    def _recorded(self, level: str, scope: str) -> frozenset[str]:
        """Kinds ever recorded of the scope, of what stands in it and of what it stands in."""
        con = self.books.con
        if self._kinds is None:  # asked for every machine of an answer: read once
            self._kinds = dict(
                con.execute("select equipment, list(distinct kind) from seen group by equipment").fetchall()
            )
        if level == "group":
            names = list(self._kinds)
            places = con.execute("select distinct line from placement where line != ''").fetchall()
            lines = {row[0] for row in places}
        else:
            names = self._family(scope)
            lines = set(names)
        kinds = {kind for name in names for kind in self._kinds.get(name, ())}
        by_exception = {one.id for one in self.books.plant.machines.values() if one.good_by_exception}
        if any(name in by_exception and "count" in self._kinds.get(name, ()) for name in names):
            kinds |= {f"count:{one}" for one in ("scrap", "rework", "startup_reject")}
        return frozenset(kinds | self._plant_facts(lines))

    def _plant_facts(self, names: set[str]) -> set[str]:
        """What the plant files say about the lines of a scope that no event says."""
        lines = [line for name, line in self.books.plant.lines.items() if name in names]
        told = {"plant:constraint": any(line.constraint for line in lines)}
        told["plant:crew"] = any(standard.crew for standard in self.books.plant.standards)
        told["plant:route"] = any(line.flow for line in lines)
        told["plant:planned_scrap"] = any(
            product.planned_scrap is not None for product in self.books.plant.products.values()
        )
        return {fact for fact, is_known in told.items() if is_known}

    def _family(self, scope: str) -> list[str]:
        names = {scope, ""}
        for equipment, spans in self.books.plant.spans.items():
            for span in spans:
                places = {span.site, span.area, span.line, equipment}
                if scope in places:
                    names.add(equipment)
                if equipment == scope:
                    names |= places
        lanes = {lane for lane, (machine, _) in self.books.plant.lanes.items() if machine in names}
        return sorted(names | lanes)

    # -- what is behind them ---------------------------------------------------------------------

    def ledger(
        self,
        equipment: str,
        span: Interval | None,
        *,
        days: tuple[str | None, str | None] = (None, None),
    ) -> pa.Table:
        """Return the ledger rows of a machine in a span, cut at its borders, or of production days.

        Raises:
            QueryError: when there is no such machine.
        """
        level, machine = check_scope(self.books.plant, equipment)
        self._pay([machine])
        if level != "machine":
            what = f"a ledger is kept of a machine, this is a {level}"
            raise QueryError(Problem("scope-not-machine", equipment, what, "Name one of its machines."))
        start, end = (span.start, span.end) if span else (-_FAR, _FAR)
        first, last = days[0] or "", days[1] or "9999-12-31"
        tiles = (
            "select t.* from tile as t join machine_calendar as c using (calendar)"
            f" where c.equipment = '{machine}' and t.from_at < c.until_at and t.until_at > c.from_at"
        )
        # work in a break or outside the shifts is cut at their borders, and says why
        beside = (
            "case when l.account not in ('run', 'setup') then '' when t.break_reason != ''"
            " then 'break worked through' when not t.scheduled then 'outside the shifts' else '' end"
        )
        return fetch_table(
            self.books.con,
            f"select l.* replace (greatest(l.from_at, {start}) as from_at,"
            f" least(l.until_at, {end}) as until_at), {beside} as beside"
            f" from (from all_ledger where equipment = '{machine}' and from_at < {end}"
            f" and until_at > {start} and day >= '{first}' and day <= '{last}') as l"
            f" asof left join ({tiles}) as t on t.from_at <= l.from_at order by l.from_at",
        )

    def counts(self, machine: str, span: Interval) -> pa.Table:
        """Return the standing counts of a machine that touch a span, in order of time."""
        return counts_in(self.books, machine, span)

    def behind(self, measures: Sequence[str], query: MeasureQuery, end: int) -> list[Behind]:
        """Return the facts that add up to measures of a whole scope, with the events they came from.

        Args:
            measures: names of measures that are summed.
            query: scope and window.
            end: of the period.

        Raises:
            QueryError: for a scope that does not exist.
        """
        level, scope = check_scope(self.books.plant, query.scope)
        self.settled(query.scope)
        self._prepare(query)
        asked = [MEASURES[name] for name in measures]
        at_line = not is_machine_level(query, level)
        put_beside(self.books, beside_families(one for m in asked for one in sums_of(m, at_line=at_line)))
        found = facts_behind(self.books, query, asked, level, scope, moves=self._moves, end=end)
        named = [(fact, measure) for measure, one in zip(asked, found, strict=True) for fact in one.facts]
        events = iter(events_behind(self.books, named))
        for one in found:
            one.facts = [replace(fact, events=next(events)) for fact in one.facts]
        return found

    def waiting(self) -> int:
        """Count the events that wait for their closed pages to be reopened."""
        return int(self.books.con.execute("select count(*) from waiting").fetchall()[0][0])

    def first_hours(self, query: MeasureQuery) -> Firsts:
        """Return when each product of each cell was first planned and first made, at the exits of lines.

        Raises:
            QueryError: for a scope that does not exist.
        """
        level, scope = check_scope(self.books.plant, query.scope)
        self.settled(query.scope)
        return first_hours(self.books, self._prepare(query), level, scope)

    def since_reported(self, scope: str, span: Interval) -> pa.Table:
        """Return the events about a span that came after its pages were closed, in order of offset.

        Raises:
            QueryError: for a scope that does not exist.
        """
        put_homes(self.books, "as-was")
        self._prepared = None
        level, found = check_scope(self.books.plant, scope)
        return since_reported(self.books, LEDGER_KINDS, condition(level, found), span)
