"""What machines told themselves: their last sign of life, their own word for a state, the alarm of a stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plantstack.engines.duckdb.books import Books, kept
from plantstack.engines.duckdb.standing import standing_events
from plantstack.intervals import DAY, HOUR, SECOND, Interval
from plantstack.stack.floor.rows import Said
from plantstack.stack.floor.sight import Sight
from plantstack.stack.floor.states import Stretch

BEGINS_WITH = 30 * SECOND  # an alarm so near the begin of a stop tells of it, as alarm rules have it
_SIGNS = ("alarm", "alive", "count", "state")
_SIGNS_BACK = DAY
_FAR = 2**62


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as the machine told it.

    Attributes:
        code: the machine's own; `text` its own words, `severity` its own grade, '' where it has none.
        at: when it came up, microseconds UTC.
        is_first_out: whether the machine names it as the first of its burst.
    """

    code: str
    text: str
    severity: str
    at: int
    is_first_out: bool


def last_signs(sight: Sight) -> dict[str, int]:
    """The last sign of life of each machine within a day, of sources that are no persons."""
    since, found = sight.now - _SIGNS_BACK, dict[str, int]()
    for name, source, at in _signs(sight.books, sight.machines, since - since % HOUR):
        machine = sight.plant.lanes.get(name, (name, 0))[0]
        if machine in sight.machines and at >= since and not sight.plant.is_person(source):
            found[machine] = max(found.get(machine, 0), min(at, sight.now))
    return found


def _signs(books: Books, machines: Sequence[str], since: int) -> Sequence[tuple[str, str, int]]:
    """Machine or lane, source, last sign since an instant: of whole lines, kept until the books move on."""
    kin = books.plant.kin_of(machines)

    def asked() -> Sequence[tuple[str, str, int]]:
        sql = (
            "select e.equipment, e.source,"
            " max(case when e.kind = 'alive' then greatest(e.at, coalesce(e.until_at, e.at)) else e.at end)"
            f" from {standing_events(books, _SIGNS, Interval(since, _FAR))} as e"
            " where e.equipment in (select unnest($names)) group by all"
        )
        return books.con.execute(sql, {"names": sorted(kin)}).fetchall()

    return kept(books.answers, ("signs", kin, since), asked)


def natives(sight: Sight, current: Mapping[str, Stretch | None]) -> dict[str, str]:
    """The machines' own words for what they do now; machines that said none are absent."""
    wanted = {
        one.last.state_offset: machine
        for machine, one in current.items()
        if one is not None and one.last.state_offset is not None
    }
    if not wanted:
        return {}
    since = min(one.from_at for one in current.values() if one is not None)
    offsets = ", ".join(str(offset) for offset in wanted)
    told = sight.said({"state"}, Interval(since, sight.now + 1), where=f"e.log_offset in ({offsets})")
    return {wanted[one.offset]: one.text("native") for one in told if one.text("native")}


def alarms(sight: Sight, begins: Mapping[str, int]) -> dict[str, Alarm]:
    """The alarm a stop began with: of those near its begin the one called first out, else the first.

    Args:
        sight: at the machines.
        begins: machine -> where its stop began.
    """
    if not begins:
        return {}
    span = Interval(min(begins.values()) - BEGINS_WITH, sight.now + 1)
    near: dict[str, list[Said]] = {}
    for one in sight.said({"alarm"}, span):
        begin = begins.get(one.machine)
        if begin is not None and one.phase == "on" and abs(one.at - begin) <= BEGINS_WITH:
            near.setdefault(one.machine, []).append(one)
    return {
        machine: _alarm(min(told, key=lambda one: (not _is_first(one), one.at, one.offset)))
        for machine, told in near.items()
    }


def _is_first(said: Said) -> bool:
    return said.body.get("first_out") is True


def _alarm(said: Said) -> Alarm:
    row = said.row
    return Alarm(row["code"] or "", said.text("text"), row["severity"] or "", said.at, _is_first(said))
