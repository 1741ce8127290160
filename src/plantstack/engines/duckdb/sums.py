"""Declared measures compiled to SQL: one sweep over each fact table, filters on what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from plantstack.engines.contract import Axis, Exact, MeasureQuery
from plantstack.engines.duckdb.homes import condition
from plantstack.ledger.rules import flag_bit
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import REASON_AXES, FactTable, Measure, Sum
from plantstack.plant.tiles import OUTSIDE_SHIFTS

_PLACES = ("site", "area", "line")  # axes that stand in `home`
_LEVELS = ("machine", "line", "area", "site", "group")

# A level has a place and a product and nothing else.
_NO_AXES = "'' as shift, '' as crew, '' as order_id, '' as reason, '' as cause"
_DIGITS = 18  # a sum in microseconds has no more places in seconds

SET_UP = "(set-up)"  # in place of a reason

_BY_CAUSE = (
    "select equipment, from_at as hour_from, day, shift, crew, order_id, product, account, reason,"
    " coalesce(cause, '') as cause, flags, until_at - from_at as us from all_ledger"
)

# The cause of a stop or failure is the one found for most of it; of several alike the last by name.
_SPANS_BY_CAUSE = """
select s.*, coalesce(c.cause, '') as cause
from {spans} as s
left join (
    select equipment, kind, from_at, arg_max(cause, (us, cause)) as cause
    from (
        select p.equipment, p.kind, p.from_at, l.cause,
            sum(least(l.until_at, p.until_at) - greatest(l.from_at, p.from_at)) as us
        from all_own_spans as p
        join all_ledger as l
            on l.equipment = p.equipment and l.from_at < p.until_at and l.until_at > p.from_at
        where l.cause != '' and (p.kind = 'failure' or (p.kind = 'stop' and l.stop_at = p.from_at))
        group by all
    )
    group by all
) as c on c.equipment = s.equipment and c.kind = s.kind and c.from_at = s.from_at
"""

# Spans of whole orders, see orders.sql.
_OF_ORDERS = frozenset({"order", "order_busy", "order_run", "order_start", "order_due"})
_WITHOUT_ORDERS = "(from {own} union all by name from beside_span)"

# Which machines of a line give a part of its sum.
_WHICH = {
    "exit": "h.exit_machine = s.equipment",
    "all": "true",
    "before": "h.exit_machine != s.equipment and h.exit_judges",
}

# What the filters of measures look at, and what they add up, by fact table.
FILTERED: dict[FactTable, tuple[str, ...]] = {
    "time": ("account", "flags"),
    "pieces": ("class", "flags"),
    "spans": ("kind", "class", "is_closed", "flags"),
    "levels": ("name",),
}
ADDED: dict[FactTable, dict[str, str]] = {
    "time": {"us": "sum(us)::hugeint"},
    "pieces": {name: f"sum({name})" for name in ("qty", "ideal", "std")},
    "spans": {
        "n": "count(*)::hugeint",
        **{
            name: f"sum({name})::hugeint"
            for name in ("own_us", "wall_us", "scheduled_us", "hidden_us", "std_us")
        },
        **{name: f"sum({name})" for name in ("qty", "qty_matched", "qty_edited", "amount")},
    },
    "levels": {"value_us": "sum(value_us)"},
}


def of_table(names: Iterable[str], table: FactTable, *, at_line: bool) -> list[Measure]:
    """The measures among `names` that are summed over a fact table."""
    found = (MEASURES[name] for name in names)
    return [
        measure
        for measure in found
        if any(one.table == table for one in sums_of(measure, at_line=at_line)) and not measure.is_at_end
    ]


def sums_of(measure: Measure, *, at_line: bool) -> list[Sum]:
    """All that is added up for a measure.

    Args:
        measure: any.
        at_line: the scope is a line or above, where output is what leaves the exit machine.
    """
    return [one for one, _ in _parts(measure, at_line=at_line)]


def columns_needed(measures: Sequence[Measure], table: FactTable, *, at_line: bool) -> list[str]:
    """The columns of a fact table that the sums of these measures add up."""
    sums = [one for measure in measures for one in sums_of(measure, at_line=at_line)]
    return sorted({one.column for one in sums if one.table == table})


def total_sql(measure: Measure, table: FactTable, *, at_line: bool) -> str:
    """The SQL that adds up what a measure has in one fact table.

    It reads pre-aggregated rows `s` with their `home` `h`.

    Args:
        measure: with a sum.
        table: the fact table of the rows.
        at_line: the scope is a line or above, where output is what leaves the exit machine.
    """
    told = [_sum(one, also) for one, also in _parts(measure, at_line=at_line) if one.table == table]
    return " + ".join(told) or "0"


def _parts(measure: Measure, *, at_line: bool) -> Iterator[tuple[Sum, str]]:
    """What is added up, and over which machines."""
    whole = measure.sum
    if whole is None:
        return
    if measure.adds == "route":
        yield whole, "h.line = '' or h.entry_machine = s.equipment"
    elif measure.adds == "add" or not at_line:
        yield whole, "true"
    elif not measure.line_parts:
        yield whole, "h.line = '' or h.exit_machine = s.equipment"
    else:
        yield whole, "h.line = ''"
        for part in measure.line_parts:
            yield part.sum, f"h.line != '' and {_WHICH[part.machines]}"


def _sum(one: Sum, also: str) -> str:
    return f"coalesce(sum(s.{one.column}) filter ({_where(one)} and ({also})), 0)"


def _where(one: Sum) -> str:
    told = ["true"]
    for column, values in one.where:
        if column == "flags":
            bits = sum(flag_bit(value) for value in values)
            told.append(f"s.flags & {bits} = {bits}")
        elif column == "untold":  # by the line, or the machine where it stands in none (R40)
            told += [f"not h.tells_{value}" for value in values]
        elif column == "is_closed":
            told.append("s.is_closed" if values == ("true",) else "not s.is_closed")
        else:
            listed = ", ".join(f"'{value}'" for value in values)
            told.append(f"s.{column} in ({listed})")
    return " and ".join(told)


def is_machine_level(query: MeasureQuery, level: str) -> bool:
    """Whether every cell speaks of single machines, so that output is what each of them made."""
    return level == "machine" or "machine" in query.by


@dataclass(frozen=True, slots=True)
class Sweep:
    """One pass over a fact table: rows by machine, axes, period and whatever measures filter on, as `s`.

    Attributes:
        table: which fact table.
        keys: what rows are apart by.
        rows: the relation and condition they come from.
        columns: what is added up.
    """

    table: FactTable
    keys: str
    rows: str
    columns: tuple[str, ...]

    @property
    def sql(self) -> str:
        """The query."""
        added = ", ".join(f"{ADDED[self.table][one]} as {one}" for one in self.columns)
        return f"select {self.keys}, {added} from {self.rows} group by all"


def sweep_for(
    query: MeasureQuery,
    table: FactTable,
    measures: Sequence[Measure],
    *,
    at_line: bool,
    moves: bool,
    is_rated: bool = False,
    reach: str = "all",
) -> Sweep:
    """The pass over a fact table that `summing_sql` adds up further, see `Books.reach_of`."""
    keys = [_key(axis, table) for axis in query.by if axis not in _PLACES]
    if query.grain == "hour":
        keys.append("f.hour_from")
    elif query.grain == "shift":
        keys += ["f.day", "f.shift"]
    if moves or is_rated or _has_labels(query):
        keys.append("f.day")
    narrow = ", ".join(dict.fromkeys(["f.equipment", *keys, *(f'f."{one}"' for one in FILTERED[table])]))
    # hours of the pages are cut where a span is, everything else has the instant at which it is counted
    at = "coalesce(f.counted_at, f.hour_from)" if table == "spans" else "f.hour_from"
    rows = f"{_source(query, table, measures, reach)} as f where {window_of(query, at)}"
    return Sweep(table, narrow, rows, tuple(columns_needed(measures, table, at_line=at_line)))


def _has_labels(query: MeasureQuery) -> bool:
    return query.grain not in ("all", "hour", "shift")


def summing_sql(
    query: MeasureQuery,
    table: FactTable,
    measures: Sequence[Measure],
    level: str,
    scope: str,
    swept: str,
    *,
    moves: bool,
    is_rated: bool = False,
) -> str:
    """The SQL that adds up a sweep `swept`: rows are (axes of `by`, period, one sum a measure).

    With `is_rated` rows are also apart by the exchange rate of their site and day, its number before sums.
    """
    at_line = not is_machine_level(query, level)
    axes, label = key_columns(query, "s")
    day = "and s.day >= h.from_day and s.day < h.until_day" if moves else ""
    is_beside = table in ("spans", "levels")
    homes, clock = ("place_home", "clock") if is_beside else ("home", "site")
    labels = f"join label on label.site = h.{clock} and label.day = s.day" if _has_labels(query) else ""
    low_enough = below(query) if is_beside else "true"
    if is_rated:
        labels += (
            " join money_rate as mr on mr.site = h.clock and mr.from_day <= s.day and mr.until_day > s.day"
        )
    if {"reason_group", "owner"} & set(query.by):
        labels += " left join reason as leaf on leaf.reason = s.reason"
    totals = ", ".join(f"{total_sql(one, table, at_line=at_line)} as {one.name}" for one in measures)
    return (
        f"select {''.join(axis + ', ' for axis in axes)}{label} as period,"
        f" {'mr.rate, ' if is_rated else ''}{totals}"
        f" from {swept} as s join {homes} as h on h.equipment = s.equipment {day} {labels}"
        f" where {condition(level, scope)} and {low_enough}"
        f" group by {', '.join(str(n + 1) for n in range(len(query.by) + 1 + is_rated))}"
    )


def below(query: MeasureQuery) -> str:
    """The condition that a row of `place_home` is fine enough for a split by place.

    What was said of a line is not one of its machines': it counts at the line and above.
    """
    finest = min((_LEVELS.index(axis) for axis in query.by if axis in _LEVELS), default=len(_LEVELS) - 1)
    if query.names_places:
        return "true"
    allowed = ", ".join(f"'{level}'" for level in _LEVELS[: finest + 1])
    return f"h.level in ({allowed})"


def _source(query: MeasureQuery, table: FactTable, measures: Sequence[Measure], reach: str) -> str:
    if table == "levels":
        return f"(select *, {_NO_AXES} from beside_level)"
    if query.is_reported:
        return {"time": "reported_time_day", "pieces": "reported_pieces_day"}.get(
            table, "reported_spans_fact"
        )
    if table == "spans":
        own = "near_spans_fact" if reach == "near" else "all_own_spans"
        spans = "all_spans_fact" if _looks_at_orders(measures) else _WITHOUT_ORDERS.format(own=own)
        return f"({_SPANS_BY_CAUSE.format(spans=spans)})" if "cause" in query.by else spans
    fine = query.grain == "hour" or query.span is not None
    source = f"{reach}_{table}_fact" if fine else f"{reach}_{table}_day"
    if "cause" in query.by:
        # causes come up to fourteen days later and move nothing: they stand in the ledger, not in the sums
        return f"({_BY_CAUSE})" if table == "time" else f"(select *, '' as cause from {source})"
    return source


def _looks_at_orders(measures: Sequence[Measure]) -> bool:
    """Whether any of them adds up whole orders, which are read off the ledger of all time."""
    sums = [one for measure in measures for one in sums_of(measure, at_line=True) if one.table == "spans"]
    kinds = [dict(one.where).get("kind", _OF_ORDERS) for one in sums]
    return any(not _OF_ORDERS.isdisjoint(one) for one in kinds)


def _key(axis: Axis, table: FactTable) -> str:
    if axis == "cause":
        is_setup = "f.account = 'setup'" if table == "time" else "false"
        return f"case when f.cause = '' and {is_setup} then '{SET_UP}' else f.cause end as cause"
    if axis in REASON_AXES and table == "time":
        # set-up owes no reason, so it is no stop without one either
        return f"case when f.reason = '' and f.account = 'setup' then '{SET_UP}' else f.reason end as reason"
    if axis == "unit" or (axis in REASON_AXES and table == "pieces"):
        # a pack without a factor has its unit where other pieces have a reason (R43)
        is_pack = "f.class = 'unconverted'" if table == "pieces" else "false"
        own, other = ("f.reason", "''") if axis == "unit" else ("''", "f.reason")
        name = "unit" if axis == "unit" else "reason"
        return f"case when {is_pack} then {own} else {other} end as {name}"
    told = {"machine": "f.equipment", "order": "f.order_id", **dict.fromkeys(REASON_AXES, "f.reason")}
    return told.get(axis, f"f.{axis}")


def key_columns(query: MeasureQuery, table: str) -> tuple[list[str], str]:
    """The SQL of the axes and of the period of a cell, over rows `table` with their home `h`."""
    told = {
        "machine": f"{table}.equipment",
        "order": f"{table}.order_id",
        **{axis: f"h.{axis}" for axis in _PLACES},
        # of a leaf of the tree its topmost group, itself where it has none, and the function that owns it
        "reason_group": f"coalesce(nullif(split_part(leaf.group_path, '/', 1), ''), {table}.reason)",
        "owner": f"coalesce(leaf.owner, case when {table}.reason = '{SET_UP}' then '{SET_UP}' else '' end)",
    }
    axes = [f"{told.get(axis, f'{table}.{axis}')} as {axis}" for axis in query.by]
    shift = shift_label(table)
    labels = {"hour": f"{table}.hour_from::varchar", "shift": shift, "all": "''"}
    return axes, labels.get(query.grain, "label.label")


def shift_label(table: str) -> str:
    """What a shift of a day is called, and what lies in none of them: a stretch of its own, no whole day."""
    return f"{table}.day || ' ' || coalesce(nullif({table}.shift, ''), '{OUTSIDE_SHIFTS}')"


def window_of(query: MeasureQuery, at: str = "f.hour_from") -> str:
    """The condition that rows `f` of a fact table, counted at `at`, lie in the days or span of a query."""
    told = ["true"]
    first, last = query.days
    if first is not None:
        told.append(f"f.day >= '{first}'")
    if last is not None:
        told.append(f"f.day <= '{last}'")
    if query.span is not None:
        told.append(f"{at} >= {query.span.start} and {at} < {query.span.end}")
    return " and ".join(told)


def in_unit(measure: Measure, number: int | Decimal | None) -> Exact:
    """A sum in the unit of its measure, exact: microseconds become seconds."""
    if number is None:
        return 0
    divisor = measure.sum.divisor if measure.sum else 1
    if divisor == 1:
        return number
    if type(number) is int and not number % divisor:
        return number // divisor
    exact = Fraction(number) / divisor
    if exact.denominator == 1:
        return exact.numerator
    # what has no end as a decimal number stays a fraction
    is_decimal = 10**_DIGITS % exact.denominator == 0 and abs(exact.numerator) < 10**_DIGITS
    return Decimal(exact.numerator) / Decimal(exact.denominator) if is_decimal else exact
