"""What tools answer, as facts that a model's sentences are held to, each with its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plantstack.insights.telling.render import Reader
from plantstack.insights.telling.rows import Telling, Told
from plantstack.insights.verifying.verifier import basis
from plantstack.interfaces.telling import reader_of, zone_of
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.rendering import address
from plantstack.interfaces.web.speaking import spoken
from plantstack.live.asking.fact import Fact
from plantstack.plant.plant import Plant

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Readership:
    """For whom facts are told.

    Attributes:
        plant: what stands where.
        language: of the reader.
        sees_money: whether amounts are told.
        now: microseconds UTC.
    """

    plant: Plant
    language: str
    sees_money: bool
    now: int

    def facts(self, tool: str, rows: Sequence[Row]) -> list[Fact]:
        """The facts of an answer of a tool, in its order."""
        plant = self.plant
        whole = plant.label or plant.enterprise
        telling = Telling(self._place_of, whole, self._period, lambda text: spoken(text, self.language))
        return [
            Fact(
                one.says,
                basis(one.says, self._reader(one.place)),
                self._href(one),
                one.trust,
                one.is_cannot,
                tool,
            )
            for one in telling.told(tool, rows)
        ]

    def clock(self, place: str) -> str:
        """The instant of now as a reader at a place has it on his wall."""
        zone = zone_of(self.plant, place)
        return f"{formats.moment(self.now, zone).strftime('%A %Y-%m-%d %H:%M')} {zone}"

    def _reader(self, place: str) -> Reader:
        zone = zone_of(self.plant, place)
        return reader_of(self.plant, zone, self.language, with_day=True, sees_money=self.sees_money)

    def _place_of(self, path: str) -> str:
        return self.plant.resolve(path, self.now) or "" if "/" in path else ""

    def _period(self, row: Row, place: str) -> str:
        """Days where it is made of whole days, else instants."""
        language = self.language
        first, last = self._days(row, place)
        if first and first == last:
            return formats.written(first, language)
        if first:
            return f"{formats.written(first, language)} – {formats.written(last, language)}"
        zone = zone_of(self.plant, place)
        start, end = (formats.instant(_minute(row[side]), language, zone) for side in ("from", "to"))
        same = start.rpartition(" ")[0] == end.rpartition(" ")[0]
        return f"{start} – {end.rpartition(' ')[2] if same else end}"

    def _days(self, row: Row, place: str) -> tuple[str, str]:
        """The first and the last production day; '' where it is no whole days."""
        if "day" in row:
            return row["day"], row["day"]
        if not row.get("to"):
            return "", ""
        zone = ZoneInfo(zone_of(self.plant, place))
        start, end = (datetime.fromisoformat(row[side]).astimezone(zone) for side in ("from", "to"))
        if start.time() != end.time() or end <= start:
            return "", ""
        return start.date().isoformat(), (end.date() - timedelta(days=1)).isoformat()

    def _href(self, told: Told) -> str:
        """Where what is behind a fact can be looked at."""
        kind, id_ = told.link
        place = f"/{told.place}" if told.place else ""
        if kind == "finding":
            return f"/findings{place}" + (f"#f-{id_}" if id_ else "")
        if kind == "kpi":
            return f"/kpis/{id_}"
        if kind in ("line", "readiness"):
            return f"/{kind}{place}"
        if not kind or told.period is None:
            return ""
        first, last = self._days(told.period, told.place)
        if kind == "losses":
            return address("/ci", scope=told.place, **({"from": first, "to": last} if first else {}))
        if kind == "lineage" and not first:
            span = {"since": told.period["from"], "until": told.period["to"]}
            return address(f"/lineage/{id_}{place}", **span) if place else f"/lineage/{id_}"
        query = {"from": first, "to": last}
        if kind == "bridge" and told.versus is not None:
            before = self._days(told.versus, told.place)
            query |= dict(zip(("versus_from", "versus_to"), before, strict=True))
        return address(f"/{kind}/{id_}{place}", **query)


def _minute(text: str | None) -> str:
    """An instant without its seconds; '' of none."""
    return datetime.fromisoformat(text).replace(second=0, microsecond=0).isoformat() if text else ""
