"""The facts of a project, as analyses read them (`plantstack.insights.facts`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plantstack.engines.duckdb.seen import seen
from plantstack.insights.drift.robust import Floats
from plantstack.insights.facts import TABLES, Facts, Limits, Place
from plantstack.intervals import DAY, HOUR, SECOND, Interval
from plantstack.plant.plant import Plant
from plantstack.stack.answers.pricing import cost_of
from plantstack.stack.floor.sight import Sight, Then, look
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

Known = Literal["told", "received"]

HISTORY = 120 * DAY
"""How far back analyses look."""

_NAMES = {
    "log_offset": "offset",
    "order_id": "order",
    "seen_at": "at",
    "from_at": "from",
    "until_at": "until",
}
_IDEALS = """
select equipment, product, ideal_num, ideal_den
from standard
where equipment in (select unnest($machines)) and from_at <= $now and until_at > $now
order by product = '', from_at desc
"""


def facts_of(stack: Stack, scope: str, now: int, *, known: Known = "told", then: Then | None = None) -> Facts:
    """Return what is known of the machines of a scope at an instant.

    Args:
        stack: the opened project.
        scope: id or path of equipment; '' is everything.
        now: microseconds UTC; what happened later is left out.
        known: a row is known from when it was told, or from when it was received here. A history loaded in
            one go was received when it was loaded: there only `told` says what people knew.
        then: the books as they stood, with what was corrected since as it was; None: as they stand.

    Raises:
        QueryError: for a scope that does not exist.
    """
    sight = look(stack, scope, now, then)
    found = seen(sight.books, sight.machines, Interval(now - HISTORY, now))
    tables = {name: _shaped(name, table, known) for name, table in found.items()}
    made = _made(tables.get("time"))
    rates = _rates(sight)
    places = {one: _place(sight, rates.get(one, {}), one, made.get(one, {})) for one in sight.machines}
    if tables:
        time = _with(tables["time"], until=pc.min_element_wise(tables["time"]["until"], now))
        tables["time"] = _with(time, speed=_speeds(places, tables["pieces"], time))
    budget = float(sight.plant.profile.false_alarms)
    return Facts(now, tables, places, budget).known(now)


def _shaped(name: str, table: pa.Table, known: Known) -> pa.Table:
    """A table of the books in the shape that analyses are promised."""
    columns = {_NAMES.get(column, column): table[column] for column in table.column_names}
    if name == "time":
        columns["known_at"] = columns["from"]  # that it goes on is known while it does
        columns["reason_known_at"] = columns[f"reason_{known}_at"]
        columns["speed"] = pa.nulls(len(table), pa.float64())
    else:
        columns["known_at"] = columns[f"{known}_at"]
    if name == "pieces":
        columns["context"] = _contexts(columns.pop("body").to_pylist())
        return _parted(columns)
    schema = TABLES[name]
    return pa.table({field.name: columns[field.name].cast(field.type) for field in schema}, schema=schema)


def _contexts(bodies: Sequence[str]) -> pa.Array:
    """What else was said of pieces: the texts of the free object of their events."""
    read: dict[str, list[tuple[str, str]]] = {}
    for body in set(bodies):
        said = json.loads(body).get("x") if body else None
        told = said if isinstance(said, dict) else {}
        read[body] = sorted((key, value) for key, value in told.items() if isinstance(value, str) and value)
    return pa.array([read[body] for body in bodies], pa.map_(pa.string(), pa.string()))


def _parted(columns: Mapping[str, pa.Array]) -> pa.Table:
    """Counts in two kinds of rows: what was made, and what was scrapped for a reason."""
    schema = TABLES["pieces"]
    all_ = pa.table({name: columns[name] for name in schema.names})
    made = all_.filter(pc.is_valid(all_["total"]))
    made = _with(made, scrap=pa.nulls(len(made), pa.float64()), reason=pa.nulls(len(made), pa.string()))
    lost = all_.filter(pc.not_equal(pc.fill_null(all_["scrap"], 0.0), 0.0))
    nothing = pa.nulls(len(lost), pa.float64())
    lost = _with(lost, total=nothing, good=nothing)
    both = pa.concat_tables([made.cast(schema), lost.cast(schema)])
    return both.sort_by([("equipment", "ascending"), ("from", "ascending"), ("offset", "ascending")])


def _with(table: pa.Table, **columns: pa.Array) -> pa.Table:
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


# -- places --------------------------------------------------------------------------------------


def _rates(sight: Sight) -> dict[str, dict[str, float]]:
    """Ideal pieces an hour, by machine and product; a standard of the product before one of all."""
    asked = {"machines": list(sight.machines), "now": sight.now}
    found: dict[str, dict[str, float]] = {machine: {} for machine in sight.machines}
    for machine, product, seconds, pieces in sight.books.con.execute(_IDEALS, asked).fetchall():
        if seconds and pieces:
            rate = float(pieces) * HOUR / (float(seconds) * SECOND)
            for one in (product,) if product else sight.plant.products:
                found[machine].setdefault(one, rate)
    return found


def _place(sight: Sight, rate: Mapping[str, float], machine: str, made: Mapping[str, int]) -> Place:
    plant, site = sight.plant, sight.plant.site_of(machine)
    place, shift = sight.place(machine), sight.shift(machine)
    above = sight.above(machine)
    day = production_day(site, sight.now)
    is_pacing = sight.paced_by(place) == machine
    flow = plant.lines[place].flow if place in plant.lines else ()
    return Place(
        machine,
        sight.name(machine),
        place if place != machine else "",
        site.id,
        site.zone,
        is_pacing,
        site.currency,
        _hour(plant, above, day, rate, made) if is_pacing else None,
        {p: price for p in plant.products if (price := _scrapped(plant, above, day, p)) is not None},
        rate,
        shift.span.end if shift is not None else None,
        flow.index(machine) if machine in flow else 0,
        plant.machines[machine].parallel,
        _limits(plant, machine, day),
    )


def _limits(plant: Plant, machine: str, day: date) -> dict[tuple[str, str], Limits]:
    """What the plant files say that parameters of a machine are to be; of two the later one holds."""
    own = [one for one in plant.setup_specs if machine in one.machines]
    holding = [one for one in own if one.from_day is None or one.from_day <= day]
    found: dict[tuple[str, str], Limits] = {}
    for one in sorted(holding, key=lambda one: one.from_day or date.min):
        low, high, target = (None if at is None else float(at) for at in (one.low, one.high, one.target))
        for product in one.products or ("",):
            found[product, one.parameter] = Limits(low, high, target, one.unit)
    return found


def _scrapped(plant: Plant, above: Sequence[str], day: date, product: str) -> float | None:
    """What a scrapped piece costs: its own price, at least its material."""
    own = cost_of(plant, above, day, "scrap", product) or cost_of(plant, above, day, "material", product)
    return None if own is None else float(own.amount)


def _hour(
    plant: Plant, above: Sequence[str], day: date, rate: Mapping[str, float], made: Mapping[str, int]
) -> tuple[float, float] | None:
    """An hour of the pacing machine: nothing where pieces can be made later, their contribution where not."""
    worth, time = 0.0, 0
    for product, us in made.items():
        price = cost_of(plant, above, day, "contribution", product)
        if price is not None and product in rate:
            worth += float(price.amount) * rate[product] * us
            time += us
    return (0.0, worth / time) if time else None


def _made(time: pa.Table | None) -> dict[str, dict[str, int]]:
    """Run time by machine and product, microseconds."""
    if time is None or not len(time):
        return {}
    ran = time.filter(pc.equal(time["account"], "run"))
    ran = ran.append_column("us", pc.subtract(ran["until"], ran["from"]))
    found: dict[str, dict[str, int]] = {}
    for row in ran.group_by(["equipment", "product"]).aggregate([("us", "sum")]).to_pylist():
        found.setdefault(row["equipment"], {})[row["product"]] = row["us_sum"]
    return found


def _speeds(places: Mapping[str, Place], pieces: pa.Table, time: pa.Table) -> pa.Array:
    """How fast each entry of run time was, of the ideal rate; null where nobody counted or set a rate.

    What was counted is spread over the run time of its span, stops in it left out: over some counts that is
    exact, in an entry shorter than a count it is the mean of the count. What ran since the last count is not
    known to have made nothing: an entry that goes on has the speed up to there, one that began later none.
    """
    found = np.full(len(time), np.nan)
    machines = np.array(time["equipment"].to_pylist())
    runs = np.array(time["account"].to_pylist()) == "run"
    products = np.array(time["product"].to_pylist())
    since, until = (time[name].to_numpy().astype(np.float64) for name in ("from", "until"))
    counted = pieces.filter(pc.is_valid(pieces["total"])).select(["equipment", "from", "until", "total"])
    for machine in pc.unique(counted["equipment"]).to_pylist():
        own = np.flatnonzero((machines == machine) & runs)
        if not len(own) or machine not in places:
            continue
        told = counted.filter(pc.equal(counted["equipment"], machine)).sort_by("until")
        made = _made_in(since[own], until[own], told)
        rate = np.array([places[machine].rate.get(product, np.nan) for product in products[own]])
        ran = np.minimum(until[own], float(pc.max(told["until"]).as_py())) - since[own]
        found[own] = made / np.where(ran > 0, rate * ran / HOUR, np.nan)
    return pa.array(found, pa.float64(), from_pandas=True)


def _made_in(since: Floats, until: Floats, counts: pa.Table) -> Floats:
    """Pieces in stretches of run time, by counts in order of the instant at which they end."""
    edges = np.column_stack((since, until)).ravel()
    ran = np.append(0.0, np.cumsum(until - since))
    clock = np.column_stack((ran[:-1], ran[1:])).ravel()  # run time up to each edge
    begun, ended = (counts[name].to_numpy().astype(np.float64) for name in ("from", "until"))
    begun = np.maximum(
        begun, np.append(-np.inf, ended[:-1])
    )  # two counts of one time are one after the other
    up_to = np.append(0.0, np.cumsum(counts["total"].to_numpy().astype(np.float64)))
    at = np.interp(np.column_stack((begun, ended)).ravel(), edges, clock)
    made = np.column_stack((up_to[:-1], up_to[1:])).ravel()
    found: Floats = np.interp(ran[1:], at, made) - np.interp(ran[:-1], at, made)
    return found
