"""The reason picker: at most eight kinds of seven tiles, each always in its place, with the counts of today.

Seven tiles are six leaves and "Another ...", which holds the rest. Where a kind has more leaves than fit,
those go on tiles that this machine needed most in the ninety days before the month that runs: tiles stay
where they are for a month at least, whatever happens today. What is told only on other lines is no tile.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, Interval
from plantstack.plant.localtime import local_day, resolve
from plantstack.plant.model import Reason
from plantstack.stack.floor.evidence import Suggestion, suggestion
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.sight import Sight, look
from plantstack.stack.floor.stops import Stop
from plantstack.stack.floor.where_told import own_reasons
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
        elsewhere: the leaves that only other lines ever told: behind "all reasons".
        stop: that it is opened for; None where none is named, or it is not of this shift.
        suggestion: what is pre-selected for that stop; nothing without machine evidence.
    """

    machine: str
    kinds: tuple[TileKind, ...]
    more: tuple[Tile, ...]
    elsewhere: tuple[Tile, ...]
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
    kinds, more, elsewhere = tiles(sight, name, stops)
    return Picker(name, kinds, more, elsewhere, stop, suggestion(stop) if stop else Suggestion())


def tiles(
    sight: Sight, machine: str, stops: Iterable[Stop]
) -> tuple[tuple[TileKind, ...], tuple[Tile, ...], tuple[Tile, ...]]:
    """The kinds of tiles of a machine, the leaves for which there is no kind, and those of other lines.

    Args:
        sight: at the machine.
        machine: its id.
        stops: that are counted on the tiles.
    """
    today = production_day(sight.plant.site_of(machine), sight.now)
    leaves = [one for one in sight.plant.reasons.values() if one.kind == "stop" and one.is_offered(today)]
    needed = _needed(sight, machine)
    used, own = needed.symptoms, own_reasons(sight, machine, (one.id for one in leaves), needed.told)
    groups: dict[str, list[Reason]] = defaultdict(list)
    for leaf in leaves:
        if leaf.id in own:
            groups[leaf.group_path.split("/")[0] or leaf.id].append(leaf)
    offered = [
        kind
        for kind in sorted(groups, key=lambda kind: _order(kind, groups[kind]))
        if not needed.is_of_causes([one.id for one in groups[kind]])
    ]
    kept = _most(offered, {kind: sum(used[one.id] for one in groups[kind]) for kind in offered}, KINDS)
    told: dict[str, list[Stop]] = defaultdict(list)
    for stop in stops:
        told[stop.reason].append(stop)
    kinds = [_kind(kind, groups[kind], used, told) for kind in kept]
    rest = [leaf for kind in groups if kind not in kept for leaf in groups[kind]]
    others = [leaf for leaf in leaves if leaf.id not in own]
    return tuple(kinds), tuple(_tile(one, told) for one in rest), tuple(_tile(one, told) for one in others)


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
        told: by machine, the leaves that were told as symptoms.
        causes: leaves that were told as causes anywhere.
    """

    symptoms: Counter[str]
    told: Mapping[str, frozenset[str]]
    causes: frozenset[str]

    def is_of_causes(self, leaves: Sequence[str]) -> bool:
        """Whether a kind is only ever found as a cause: some of it was, and none was told as a symptom."""
        seen = {leaf for mine in self.told.values() for leaf in mine}
        return not self.causes.isdisjoint(leaves) and seen.isdisjoint(leaves)


def _needed(sight: Sight, machine: str) -> _Needed:
    """Read once for each opening of the books, of all machines: every picker stands on it.

    In the first month of a plant what was told before today stands for it.
    """
    rows = _told(sight)
    symptoms = Counter({reason: n for one, reason, n, _ in rows if one == machine})
    told: dict[str, set[str]] = defaultdict(set)
    for one, reason, n, _ in rows:
        told[one] |= {reason} if n else set()
    causes = frozenset(reason for _, reason, _, n_cause in rows if n_cause)
    return _Needed(symptoms, {one: frozenset(mine) for one, mine in told.items()}, causes)


def told_of(sight: Sight) -> Mapping[str, frozenset[str]]:
    """By machine, the leaves told of it as symptoms or as causes, in the days of `_needed`."""
    found: dict[str, set[str]] = defaultdict(set)
    for machine, reason, _, _ in _told(sight):
        found[machine].add(reason)
    return {machine: frozenset(mine) for machine, mine in found.items()}


def _told(sight: Sight) -> list[tuple[str, str, int, int]]:
    today = local_day("UTC", sight.now)
    return _rows(sight, today.replace(day=1)) or _rows(sight, today)


def _rows(sight: Sight, day: date) -> list[tuple[str, str, int, int]]:
    """Machine, leaf, how often it was told as symptom and as cause, in the ninety days before a day."""
    begin = resolve("UTC", day)
    table, con = f"floor_needed_{day:%Y_%m_%d}", sight.books.con
    if table not in sight.books.memo:
        told = standing_events(sight.books, {"reason"}, Interval(begin - _LOOKED_BACK, begin))
        con.execute(_NEEDED.format(table=table, told=told))
        sight.books.memo[table] = True
    return con.execute(f"select machine, reason, n, n_cause from {table}").fetchall()
