"""The reason picker: at most eight kinds of seven tiles, each always in its place, with the counts of today.

Seven tiles are six leaves and "Another ...", which holds the rest. Where a kind has more leaves than fit,
those go on tiles that this machine needed most in the ninety days before the month that runs: tiles stay
where they are for a month at least, whatever happens today.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from plantstack.engines.duckdb.standing import has_table, standing_events
from plantstack.intervals import DAY, Interval
from plantstack.plant.localtime import local_day, resolve
from plantstack.plant.model import Reason
from plantstack.stack.floor.evidence import Suggestion, suggestion
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import Stop
from plantstack.stack.project import Stack
from plantstack.stack.targets.targeting import production_day

KINDS = 8
LEAVES = 6  # beside them is always room for "Another ..."
_LOOKED_BACK = 90 * DAY


@dataclass(frozen=True, slots=True)
class Tile:
    """One leaf on the picker.

    Attributes:
        reason: id of the leaf; `label` what people call it, in the language of the plant files;
            `translations` (language, text) where there are any.
        owner: function that owns it; `account` where its seconds go.
        n_today: stops of this machine's open shift that have it; `us_today` their own time.
        allowance_us: of a planned leaf, how long it may take; None where it has none.
    """

    reason: str
    label: str
    translations: tuple[tuple[str, str], ...]
    owner: str
    account: str
    n_today: int
    us_today: int
    allowance_us: int | None


@dataclass(frozen=True, slots=True)
class TileKind:
    """One kind of reasons: the first tap.

    Attributes:
        kind: id of the group in the plant files, or of a leaf that stands in no group.
        tiles: at most six, in the order in which they always stand.
        more: the leaves behind "Another ...", in the same order.
        n_today: stops of this machine's open shift with any of them; `us_today` their own time.
    """

    kind: str
    tiles: tuple[Tile, ...]
    more: tuple[Tile, ...]
    n_today: int
    us_today: int


@dataclass(frozen=True, slots=True)
class Picker:
    """The picker of one machine.

    Attributes:
        machine: id.
        kinds: at most eight, in the order in which they always stand.
        more: the leaves of all further kinds, and of kinds that are only ever found as causes.
        stop: that it is opened for; None where none is named, or it is not of this shift.
        suggestion: what is pre-selected for that stop; nothing without machine evidence.
    """

    machine: str
    kinds: tuple[TileKind, ...]
    more: tuple[Tile, ...]
    stop: Stop | None
    suggestion: Suggestion


def picker(stack: Stack, machine: str, now: int, stop_at: int | None = None) -> Picker:
    """The picker of a machine, opened for one of its stops.

    Args:
        stack: the opened project.
        machine: id or path.
        now: microseconds UTC.
        stop_at: where the stop began, as `Stop.from_at` has it; None: the open one, if any.

    Raises:
        QueryError: for a machine that does not exist.
    """
    sight = look(stack, machine, now)
    present = Present(sight)
    name = sight.machines[0]
    stops = present.stops(name)
    chosen = [one for one in stops if (one.is_open if stop_at is None else one.from_at == stop_at)]
    stop = chosen[-1] if chosen else None
    kinds, more = tiles(sight, name, stops)
    return Picker(name, kinds, more, stop, suggestion(stop) if stop else Suggestion())


def tiles(sight: Sight, machine: str, stops: Iterable[Stop]) -> tuple[tuple[TileKind, ...], tuple[Tile, ...]]:
    """The kinds of tiles of a machine, and the leaves for which there is no kind.

    Args:
        sight: at the machine.
        machine: its id.
        stops: that are counted on the tiles.
    """
    today = production_day(sight.plant.site_of(machine), sight.now)
    groups: dict[str, list[Reason]] = defaultdict(list)
    for leaf in sight.plant.reasons.values():
        if leaf.kind == "stop" and leaf.is_offered(today):
            groups[leaf.group_path.split("/")[0] or leaf.id].append(leaf)
    needed = _needed(sight, machine)
    used = needed.symptoms
    offered = [kind for kind in sorted(groups, key=lambda kind: _order(kind, groups[kind]))]
    offered = [kind for kind in offered if not needed.only_causes >= {one.id for one in groups[kind]}]
    kept = _most(offered, {kind: sum(used[one.id] for one in groups[kind]) for kind in offered}, KINDS)
    told: dict[str, list[Stop]] = defaultdict(list)
    for stop in stops:
        told[stop.reason].append(stop)
    kinds = [_kind(kind, groups[kind], used, told) for kind in kept]
    rest = [leaf for kind in groups if kind not in kept for leaf in groups[kind]]
    return tuple(kinds), tuple(_tile(leaf, told) for leaf in rest)


def _order(kind: str, leaves: Sequence[Reason]) -> tuple[bool, str]:
    """By name, what catches all at the end: a new leaf moves no kind."""
    return all(leaf.catch_all for leaf in leaves), kind


def _most(names: Iterable[str], used: Mapping[str, int], room: int) -> list[str]:
    """Those used most that fit, in the order they came."""
    told = list(names)
    best = set(sorted(told, key=lambda name: (-used.get(name, 0), told.index(name)))[:room])
    return [name for name in told if name in best]


def _kind(
    kind: str, leaves: Sequence[Reason], used: Counter[str], told: Mapping[str, list[Stop]]
) -> TileKind:
    kept = _most([leaf.id for leaf in leaves], used, LEAVES)
    shown = [_tile(leaf, told) for leaf in leaves]
    return TileKind(
        kind=kind,
        tiles=tuple(one for one in shown if one.reason in kept),
        more=tuple(one for one in shown if one.reason not in kept),
        n_today=sum(one.n_today for one in shown),
        us_today=sum(one.us_today for one in shown),
    )


def _tile(leaf: Reason, told: Mapping[str, list[Stop]]) -> Tile:
    stops = told.get(leaf.id, [])
    return Tile(
        reason=leaf.id,
        label=leaf.label,
        translations=leaf.translations,
        owner=leaf.owner,
        account=leaf.account,
        n_today=len(stops),
        us_today=sum(one.own_us for one in stops),
        allowance_us=leaf.allowance,
    )


_NEEDED = """
create temp table {table} as
select
    coalesce(lane.equipment, e.equipment) as machine,
    e.reason,
    count(*) filter (e.role = 'symptom') as n,
    count(*) filter (e.role = 'cause') as n_cause
from {told} as e
left join lane on lane.lane_equipment = e.equipment
where e.reason is not null
group by all
"""


@dataclass(frozen=True, slots=True)
class _Needed:
    """What was told in the ninety days before the month that runs (UTC).

    Attributes:
        symptoms: of the machine, by leaf.
        only_causes: leaves that all the plant told as causes and never as symptoms.
    """

    symptoms: Counter[str]
    only_causes: frozenset[str]


def _needed(sight: Sight, machine: str) -> _Needed:
    """Read once for each opening of the books, of all machines: every picker stands on it."""
    month = local_day("UTC", sight.now).replace(day=1)
    begin = resolve("UTC", month)
    table, con = f"floor_needed_{month:%Y_%m}", sight.books.con
    if not has_table(sight.books, table):
        told = standing_events(sight.books, {"reason"}, Interval(begin - _LOOKED_BACK, begin))
        con.execute(_NEEDED.format(table=table, told=told))
    rows = con.execute(f"select reason, n from {table} where machine = $1", [machine]).fetchall()
    sums = f"select reason from {table} group by reason having sum(n) = 0 and sum(n_cause) > 0"
    return _Needed(Counter(dict(rows)), frozenset(row[0] for row in con.execute(sums).fetchall()))
