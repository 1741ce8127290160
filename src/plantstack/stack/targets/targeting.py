"""Targets beside numbers: those of the plant files and those told by events, as they stood at an offset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from plantstack.engines.contract import MeasureCell, MeasureQuery
from plantstack.engines.duckdb.calculator import fetch_table
from plantstack.engines.duckdb.engine import DuckEngine
from plantstack.engines.duckdb.periods import whole_periods
from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, HOUR, MINUTE, Interval, rfc3339
from plantstack.kpis.cell import Cell, CellValues
from plantstack.kpis.evaluate import KpiValue
from plantstack.kpis.formulas.expand import expand
from plantstack.kpis.kpi import Catalog, Kpi
from plantstack.kpis.targets.chance import Chance, chance_measures
from plantstack.kpis.targets.check import currency_of, limits_of_rule
from plantstack.kpis.targets.size import size_of
from plantstack.kpis.targets.targets import NO_TARGET, Asked, Target, limits_of, standing_target, verdict
from plantstack.measures.catalog import MEASURES
from plantstack.measures.measure import REASON_AXES
from plantstack.plant.agreed import TargetRule
from plantstack.plant.localtime import local_day, offset_at
from plantstack.plant.model import Site
from plantstack.plant.plant import Plant

_SEEN_BY_MACHINES = frozenset({"state", "count"})
_EPOCH = date(1970, 1, 1).toordinal()
_NONE: Mapping[str, Any] = {"target": None, "status": NO_TARGET, "against": None}


def targets_of(engine: DuckEngine, catalog: Catalog) -> list[Target]:
    """Every target that was agreed, in files or by events, as known at the offset of the books."""
    plant = engine.books.plant
    written = [_written(rule, plant, catalog) for rule in plant.targets]
    return [one for one in (*written, *_told(engine, catalog)) if one is not None]


def _written(rule: TargetRule, plant: Plant, catalog: Catalog) -> Target | None:
    kpi = catalog.kpis.get(rule.kpi)
    limits = limits_of_rule(kpi, rule) if kpi else None
    if limits is None:
        return None  # `check` says so
    return Target(
        kpi=rule.kpi,
        scope=rule.at,
        product=rule.product,
        per=rule.per,
        limits=limits,
        days=(rule.from_day, rule.until_day),
        currency=rule.currency or currency_of(plant, rule.at),
        owner=rule.owner,
    )


def _told(engine: DuckEngine, catalog: Catalog) -> list[Target]:
    """The standing `target` events."""
    con, plant = engine.books.con, engine.books.plant
    if not con.execute("select 1 from seen where kind = 'target' limit 1").fetchall():
        return []
    sql = (
        "select e.log_offset, e.equipment, e.product, e.from_at, e.until_at, e.told_at, e.body"
        f" from {standing_events(engine.books, {'target'})} as e order by e.told_at, e.log_offset"
    )
    found = []
    for row in fetch_table(con, sql).to_pylist():
        body = json.loads(row["body"] or "{}")
        kpi = catalog.kpis.get(body.get("kpi", ""))
        scope = row["equipment"] or ""
        if kpi is None or (scope and scope not in plant.equipment):
            continue
        amounts = (_number(body.get(name)) for name in ("value", "low", "high"))
        limits = limits_of(kpi.better, *amounts)
        if limits is not None:
            found.append(
                Target(
                    kpi=kpi.id,
                    scope=scope,
                    product=row["product"] or "",
                    per=body.get("per", ""),
                    limits=limits,
                    span=(row["from_at"], row["until_at"]),
                    since=_day_of(plant, scope, row["from_at"]),
                    currency=currency_of(plant, scope),
                    said=row["told_at"],
                    told_by=f"event {row['log_offset']}",
                    owner=body.get("owner", ""),
                )
            )
    return found


def _day_of(plant: Plant, scope: str, at: int) -> date:
    """The day on the wall at an instant; of the group, the earliest of its sites."""
    sites = [plant.site_of(scope)] if scope else list(plant.sites.values())
    return min(local_day(site.zone, at) for site in sites)


def _number(told: object) -> Fraction | None:
    return None if told is None else Fraction(Decimal(str(told)))


@dataclass
class Targeting:
    """The targets of one question.

    Attributes:
        engine: of the books.
        catalog: where KPIs are declared.
        query: what was asked.
        profile: how it is counted; targets hold for the plant's own way only.
        is_judged: whether targets are asked for at all.
        targets: all that were agreed; none where the question counts in another way.
    """

    engine: DuckEngine
    catalog: Catalog
    query: MeasureQuery
    profile: str
    is_judged: bool = True
    targets: Sequence[Target] = field(default=())

    def __post_init__(self) -> None:
        plant = self.engine.books.plant
        splits = set(REASON_AXES) & set(self.query.by)
        if self.is_judged and self.profile == plant.profile.name and not splits:
            self.targets = targets_of(self.engine, self.catalog)

    def measures(self, kpis: Iterable[Kpi]) -> set[str]:
        """The sums that judging needs beside those of the KPIs."""
        with_target = {one.kpi for one in self.targets}
        wanted = [kpi.id for kpi in kpis if kpi.id in with_target]
        return {name for kpi in wanted for name in chance_measures(self.catalog, kpi, self.profile)}

    def of(self, value: KpiValue, cell: Cell, found: MeasureCell, scope: str) -> Mapping[str, Any]:
        """The target of a number and how it stands: `target`, `status`, `against`."""
        mine = [one for one in self.targets if one.kpi == value.kpi.id]
        if not mine or not self._is_plain(value.kpi):
            return _NONE
        size = size_of(self.catalog, value.kpi.id, self.profile)
        day, at = self._last_day(scope, found.span.end), found.span.end - 1
        asked = Asked(
            scopes=self._scopes(scope, at),
            product=found.keys.get("product", ""),
            grain=self.query.grain if self.query.span is None else "",
            day=day,
            at=at,
            span=(found.span.start, found.span.end),
        )
        target = standing_target(mine, asked, size)
        if target is None or ("money" in value.kpi.unit and target.currency != found.currency):
            return _NONE
        is_whole = size.with_time == 0 or self._is_whole(found, target)
        broken = self._broken(value.kpi, scope, target, day)
        values = CellValues(self.catalog, self.profile, cell)
        found_status = verdict(value, values, target.limits, is_whole=is_whole, broken=broken)
        why = (
            ""
            if value.value is None or is_whole
            else "the period is not over, or not all of it was asked for"
        )
        return {
            "target": float(target.limits.shown),
            "status": found_status.status if found_status else None,
            "against": {
                **_limits(target),
                "why": found_status.why if found_status else why,
                "chance": _chance(found_status.chance) if found_status else None,
            },
        }

    def _is_plain(self, kpi: Kpi) -> bool:
        """Whether a target may hold for cells split this way: a total of a crew is no total of its line."""
        others = {"order", "shift", "crew"} & set(self.query.by)
        return not others or size_of(self.catalog, kpi.id, self.profile).with_place == 0

    def _scopes(self, scope: str, at: int) -> tuple[str, ...]:
        """The equipment and everything it stands in at an instant, nearest first."""
        spans = self.engine.books.plant.spans.get(scope, ())
        standing = [span for span in spans if span.from_at <= at] or list(spans[:1])
        if not standing:
            return ("",)
        last = standing[-1]
        return (*dict.fromkeys(name for name in (scope, last.line, last.area, last.site) if name), "")

    def _last_day(self, scope: str, end: int) -> date:
        """The production day of the last instant; of the group, the earliest of its sites."""
        plant = self.engine.books.plant
        sites = [plant.site_of(scope)] if scope else list(plant.sites.values())
        return min(production_day(site, end - 1) for site in sites)

    def _is_whole(self, found: MeasureCell, target: Target) -> bool:
        if self.query.grain == "hour":
            return found.span.length == HOUR
        whole = self._whole.get(found.label)
        if self.query.span is not None or whole is None:
            return target.span == (found.span.start, found.span.end)
        return whole == found.span

    @cached_property
    def _whole(self) -> dict[str, Interval]:
        return whole_periods(self.engine.books, self.query)

    def _broken(self, kpi: Kpi, scope: str, target: Target, day: date) -> str:
        """What changed in the way a KPI is measured between the agreement and the end of the period."""
        if not is_seen_by_machines(self.catalog, kpi.id, self.profile):
            return ""
        since = target.days[0] if target.span is None else target.since
        for change in capture_changes(self.engine.books.plant, scope):
            if (since is None or since < change.day) and change.day <= day:
                return f"{change}; agree the target anew"
        return ""


@lru_cache(maxsize=4096)
def is_seen_by_machines(catalog: Catalog, kpi: str, profile: str) -> bool:
    """Whether a KPI stands on what machines are seen to do, so that the way of seeing matters."""
    behind = expand(catalog, kpi, profile).measures
    kinds = {feed.partition(":")[0] for name in behind for feed in MEASURES[name].feeds}
    return bool(kinds & _SEEN_BY_MACHINES)


@dataclass(frozen=True, slots=True)
class CaptureChange:
    """A machine that is read in another way from a day on."""

    day: date
    machine: str
    before: str
    after: str

    def __str__(self) -> str:
        before, after = ("hand" if one == "manual" else one for one in (self.before, self.after))
        return f"{self.machine} was read by {before} until {self.day}, by {after} since"


def capture_changes(plant: Plant, scope: str) -> list[CaptureChange]:
    """Every change in how the machines of a scope are read, by day."""
    found = []
    for machine in plant.machines.values():
        places = {place for span in plant.spans[machine.id] for place in (span.line, span.area, span.site)}
        if scope and scope not in (machine.id, *places):
            continue
        for (_, before), (start, after) in pairwise(machine.capture):
            if start is not None and before != after:
                found.append(CaptureChange(start, machine.id, before, after))
    return sorted(found, key=lambda change: (change.day, change.machine))


def production_day(site: Site, at: int) -> date:
    """The production day of an instant on the clock of a site."""
    local = at + offset_at(site.zone, at) - site.day_start * MINUTE
    return date.fromordinal(_EPOCH + local // DAY)


def _limits(target: Target) -> dict[str, Any]:
    low, high = target.limits.low, target.limits.high
    told: dict[str, Any] = {
        "low": None if low is None else float(low),
        "high": None if high is None else float(high),
        "scope": target.scope,
        "product": target.product,
        "per": target.per,
        "owner": target.owner,
        "told_by": target.told_by,
    }
    if target.span is not None:
        start, end = target.span
        return {**told, "from": rfc3339(start), "until": None if end is None else rfc3339(end)}
    return {
        **told,
        **{name: day and day.isoformat() for name, day in zip(("from", "until"), target.days, strict=True)},
    }


def _chance(chance: Chance | None) -> dict[str, Any] | None:
    """The odds of a miss, for whoever asks why it is watched."""
    return None if chance is None else {"rule": chance.rule, "p": chance.p, "n": chance.n}
