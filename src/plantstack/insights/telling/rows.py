"""Rows of answers as sentences with typed values: what questions in one's own words are answered with. Pure.

Each row becomes one sentence that stands by itself: what, where, when, how much. Nothing is worked out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from plantstack.insights.saying import N_, Figure, Name, NameKind, Say, Value, read_say
from plantstack.insights.telling.words import ACCOUNTS, CLASSES, LEAVES, word
from plantstack.measures.catalog import MEASURES

Row = Mapping[str, Any]

_STATUS = {"met": N_("met"), "partly": N_("partly met"), "blocked": N_("not met")}
_KINDS: Mapping[str, NameKind] = {
    "product": "product",
    "shift": "shift",
    "order": "order",
    "reason": "reason",
    "crew": "crew",
}
_PLACES = ("machine", "line", "area", "site")
_MOST_PARTS = 8  # of a bridge

KPI = N_("%(kpi)s of %(place)s, %(period)s: %(value)s.")
KPI_RANGE = N_("%(kpi)s of %(place)s, %(period)s: %(value)s, from %(low)s to %(high)s.")
KPI_OF = N_("%(kpi)s of %(what)s at %(place)s, %(period)s: %(value)s.")
KPI_NONE = N_("%(kpi)s of %(place)s cannot be said: %(why)s.")
TARGET = N_("%(kpi)s of %(place)s has the target %(target)s.")
ROSE = N_("%(kpi)s of %(place)s rose from %(before)s (%(then)s) to %(now)s (%(period)s).")
FELL = N_("%(kpi)s of %(place)s fell from %(before)s (%(then)s) to %(now)s (%(period)s).")
SAME = N_("%(kpi)s of %(place)s was %(now)s in both, %(then)s and %(period)s.")
FACTOR = N_("%(kpi)s of %(place)s moved by %(amount)s through %(what)s, %(period)s.")
AMOUNT = N_("%(what)s, %(place)s, %(period)s: %(value)s.")
LOST = N_("%(place)s lost %(time)s of machine time to %(leaf)s, %(period)s.")
LOST_PIECES = N_("%(place)s lost %(time)s of machine time and %(pieces)s pieces to %(leaf)s, %(period)s.")
COST = N_("%(leaf)s at %(place)s cost %(low)s to %(high)s, %(class)s, %(period)s.")
COST_NONE = N_("What losses of %(place)s cost cannot be said: %(why)s.")
READY = N_("Layer %(layer)s of %(place)s: %(status)s.")
STEP = N_("Layer %(layer)s of %(place)s: %(status)s. Next step: %(step)s")
MEANS = N_("%(kpi)s is %(formula)s.")
PLAYBOOK = N_("%(kpi)s: %(playbook)s")
STANDS = N_("%(place)s stands in %(parent)s.")


@dataclass(frozen=True, slots=True)
class Told:
    """One row as a sentence.

    Attributes:
        says: the sentence.
        place: id of the equipment it is about; '' the whole.
        link: what it can be looked up at: `lineage`, `bridge`, `losses`, `finding`, `readiness`, `kpi` or
            `line`, and its id; '' nothing.
        period: of the row, as it has it; `versus` the one it is held against.
        trust: grade; '' none.
        is_cannot: whether it says that something cannot be judged.
    """

    says: Say
    place: str = ""
    link: tuple[str, str] = ("", "")
    period: Row | None = None
    trust: str = ""
    is_cannot: bool = False
    versus: Row | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """How ids of rows are found.

    Attributes:
        place_of: id of the equipment at a path; '' of the whole.
        whole: what the whole plant is called.
        period_of: the period of a row in the reader's words, by the clock of a place.
        spoken: a sentence of an engine in the reader's language.
    """

    place_of: Callable[[str], str]
    whole: str
    period_of: Callable[[Row, str], str]
    spoken: Callable[[str], str]

    def told(self, tool: str, rows: Sequence[Row]) -> list[Told]:
        """The sentences of an answer of a tool; rows of kinds that say nothing by themselves are left out."""
        by_tool: Mapping[str, Callable[[Sequence[Row]], Iterator[Told]]] = {
            "kpis": self._kpis,
            "lineage": self._lineage,
            "bridge": self._bridge,
            "losses": self._losses,
            "findings": self._findings,
            "readiness": self._readiness,
            "definitions": self._definitions,
            "equipment": self._equipment,
        }
        return list(by_tool[tool](rows))

    # -- numbers ---------------------------------------------------------------------------------

    def _kpis(self, rows: Sequence[Row]) -> Iterator[Told]:
        for row in rows:
            yield from self._kpi(row)

    def _kpi(self, row: Row) -> Iterator[Told]:
        place, period, grade = self._place(row["scope"]), row["period"], row["trust"]["grade"]
        values: dict[str, Value] = {"kpi": Name(row["kpi"], "kpi"), "place": self._named(place)}
        link, unit = ("lineage", row["kpi"]), _unit(row)
        why = self.spoken(row.get("why_plain") or row.get("why_none", ""))
        if row["value"] is None or (not row["value"] and grade == "U"):
            why = why or self.spoken(N_("nothing was told that it could be judged by"))
            says = Say(KPI_NONE, values | {"why": _as_is(why)})
            yield Told(says, place, link, period, is_cannot=True)
            return
        values |= {"period": _as_is(self.period_of(period, place)), "value": amount(row["value"], unit)}
        what = _part_of(row["scope"])
        low, high = row["low"], row["high"]
        if what is not None:
            says = Say(KPI_OF, values | {"what": what})
        elif low is not None and high is not None and low < high:
            says = Say(KPI_RANGE, values | {"low": amount(low, unit), "high": amount(high, unit)})
        else:
            says = Say(KPI, values)
        yield Told(says, place, link, period, grade)
        if row["target"] is not None and what is None:
            aim = {name: values[name] for name in ("kpi", "place")} | {"target": amount(row["target"], unit)}
            yield Told(Say(TARGET, aim), place, link, period)

    def _lineage(self, rows: Sequence[Row]) -> Iterator[Told]:
        """The number, the sums behind it, what those are made of, and the greatest facts."""
        head = next((row for row in rows if row["row"] == "kpi"), None)
        if head is None:
            return
        yield from self._kpi(head)
        place, period, link = self._place(head["scope"]), head["period"], ("lineage", head["kpi"])
        for row in rows:
            value, there, when = row.get("value"), place, period
            if row["row"] in ("measure", "part", "fact") and value is not None and "window" not in row:
                measure = MEASURES[row["measure"]]
                what: Name = word(measure.meaning)
                if row["row"] == "part":
                    there = row.get("machine") or row.get("line") or place
                    when = {"day": row["day"]} if "day" in row else period
                elif row["row"] == "fact":
                    there, when = row["equipment"] or place, {"from": row["from"], "to": row["to"]}
                    what = Name(row["reason"], "reason") if row["reason"] else what
                yield self._amount(what, there, when, amount(value, measure.unit), link)
            elif row["row"] == "entry" and row["account"] in ACCOUNTS:
                what = Name(row["reason"], "reason") if row["reason"] else word(ACCOUNTS[row["account"]])
                yield self._amount(what, place, row, Figure(_seconds(row), "duration", "s"), link)

    def _amount(self, what: Name, place: str, period: Row, value: Value, link: tuple[str, str]) -> Told:
        when = _as_is(self.period_of(period, place))
        values: dict[str, Value] = {"what": what, "place": self._named(place), "period": when, "value": value}
        return Told(Say(AMOUNT, values), place, link, period)

    def _bridge(self, rows: Sequence[Row]) -> Iterator[Told]:
        """Where a number came from, then its factors and its greatest parts."""
        head = next((row for row in rows if row["row"] == "bridge"), None)
        if head is None:
            return
        place, unit, period = self._place(head["scope"]), _unit(head), head["period"]
        named: dict[str, Value] = {"kpi": Name(head["kpi"], "kpi"), "place": self._named(place)}
        link = ("bridge", head["kpi"])
        then = head["versus"]["period"]
        if head["why_none"] or head["difference"] is None or period is None or then is None:
            why = self.spoken(head["why_none"] or N_("nothing was told that it could be judged by"))
            yield Told(Say(KPI_NONE, named | {"why": _as_is(why)}), place, link, period, is_cannot=True)
            return
        when = _as_is(self.period_of(period, place))
        grade = max(head["trust"]["grade"], head["versus"]["trust"]["grade"])
        before = _as_is(self.period_of(then, place))
        other = self._place(head["versus"]["scope"])
        sides: dict[str, Value] = {"then": before if other == place else self._named(other), "period": when}
        sides |= {"before": amount(head["versus"]["value"], unit), "now": amount(head["value"], unit)}
        moved = head["difference"]
        text = SAME if not moved else ROSE if moved > 0 else FELL
        if text == SAME:
            del sides["before"]
        yield Told(Say(text, named | sides), place, link, period, grade, versus=then)
        for row in _greatest(rows):
            of: Name = _as_is(row["factor"].removeprefix("time_").replace("_", " "))
            if row["row"] == "part":
                of = Name(row["part"], "product" if row["axis"] == "product" else "equipment")
            by: dict[str, Value] = {"amount": change(row["effect"], unit), "what": of, "period": when}
            yield Told(Say(FACTOR, named | by), place, link, period, grade, versus=then)

    def _losses(self, rows: Sequence[Row]) -> Iterator[Told]:
        """Hours and pieces by leaf, the greatest first; then money by leaf."""
        head = next((row for row in rows if row["row"] == "node"), None)
        if head is None:
            return
        place, period = self._place(head["scope"]), head["period"]
        named: dict[str, Value] = {
            "place": self._named(place),
            "period": _as_is(self.period_of(period, place)),
        }
        leaves = [
            row for row in rows if row["row"] == "leaf" and row["leaf"] in LEAVES and row["seconds"] > 0
        ]
        for row in sorted(leaves, key=lambda one: -one["seconds"]):
            lost: dict[str, Value] = {
                "time": Figure(row["seconds"], "duration", "s"),
                "leaf": word(LEAVES[row["leaf"]]),
            }
            is_counted = row["pieces"] is not None and round(row["pieces"]) > 0
            lost |= {"pieces": Figure(row["pieces"], "pieces")} if is_counted else {}
            text = LOST_PIECES if is_counted else LOST
            yield Told(Say(text, named | lost), place, ("losses", place), period)
        money = [row for row in rows if row["row"] == "money" and row["leaf"] in LEAVES]
        for row in money:
            if row["low"] is not None and row["high"] is not None:
                yield self._cost(row, named, place, period)
        for why in dict.fromkeys(row["why_none"] for row in money if row["why_none"]):
            says = Say(COST_NONE, {"place": named["place"], "why": _as_is(self.spoken(why))})
            yield Told(says, place, ("losses", place), period, is_cannot=True)

    def _cost(self, row: Row, named: Mapping[str, Value], place: str, period: Row) -> Told:
        leaf, link = word(LEAVES[row["leaf"]]), ("losses", place)
        sides = {side: Figure(row[side], "money", row["currency"]) for side in ("low", "high")}
        kind = word(CLASSES[row["class"]])
        return Told(Say(COST, {**named, **sides, "leaf": leaf, "class": kind}), place, link, period)

    # -- sentences that are there already, and words -----------------------------------------------

    def _findings(self, rows: Sequence[Row]) -> Iterator[Told]:
        for row in rows:
            place = row["scope"].get("equipment", "")
            if row["row"] == "cannot judge":
                yield Told(read_say(row["why"]), place, ("finding", ""), is_cannot=True)
                yield Told(read_say(row["fix"]), place, ("finding", ""))
                continue
            link, grade = ("finding", row["id"]), row["trust"]["grade"]
            yield Told(read_say(row["says"]), place, link, row["period"], grade)
            yield Told(read_say(row["action"]["says"]), place, link, row["period"], grade)

    def _readiness(self, rows: Sequence[Row]) -> Iterator[Told]:
        for row in rows:
            values: dict[str, Value] = {
                "layer": Figure(row["layer"], "pieces"),
                "place": self._named(row["scope"]),
                "status": word(_STATUS[row["status"]]),
            }
            text = STEP if row["step"] else READY
            values |= {"step": _as_is(self.spoken(row["step"]))} if row["step"] else {}
            yield Told(Say(text, values), row["scope"], ("readiness", row["scope"]), is_cannot=False)

    def _definitions(self, rows: Sequence[Row]) -> Iterator[Told]:
        for row in rows:
            if "formula" in row:
                name = Name(row["kpi"], "kpi")
                yield Told(
                    Say(MEANS, {"kpi": name, "formula": _as_is(row["formula"])}), "", ("kpi", row["kpi"])
                )
                if row["playbook"]:
                    says = Say(PLAYBOOK, {"kpi": name, "playbook": word(row["playbook"])})
                    yield Told(says, "", ("kpi", row["kpi"]))

    def _equipment(self, rows: Sequence[Row]) -> Iterator[Told]:
        for row in rows:
            parent = self.place_of(row["path"].rpartition("/")[0])
            if parent and parent != row["id"]:
                values: dict[str, Value] = {"place": self._named(row["id"]), "parent": self._named(parent)}
                yield Told(Say(STANDS, values), row["id"], ("line", row["id"]))

    # -- names -----------------------------------------------------------------------------------

    def _place(self, scope: Row) -> str:
        found = next((str(scope[axis]) for axis in _PLACES if scope.get(axis)), "")
        return found or self.place_of(scope["path"])

    def _named(self, place: str) -> Name:
        return Name(place, "equipment") if place else _as_is(self.whole)


def amount(value: float, unit: str) -> Figure:
    """A value of a base unit, as people read it.

    >>> amount(0.62, "1").form, amount(4000, "pc"), amount(12.5, "EUR").form
    ('share', Figure(value=4000, form='number', unit='pc', digits=0), 'money')
    """
    if unit == "1":
        return Figure(value, "share")
    if unit == "s":
        return Figure(value, "duration", "s")
    if len(unit) == 3 and unit.isupper():
        return Figure(value, "money", unit)
    size, unit = abs(value), "" if unit == "count" else unit
    return Figure(value, "number", unit, 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2)


def change(value: float, unit: str) -> Figure:
    """A difference with its sign; of shares in points.

    >>> change(-0.012, "1"), change(90.0, "s").unit
    (Figure(value=-1.2, form='signed', unit='pp', digits=1), 'min')
    """
    if unit == "1":
        return Figure(value * 100, "signed", "pp", 1)
    if unit == "s":
        return Figure(value / 60, "signed", "min", 1)
    return Figure(value, "signed", unit, amount(value, "").digits)


def _as_is(text: str) -> Name:
    return Name(text, "context")


def _seconds(row: Row) -> float:
    start, end = (datetime.fromisoformat(row[side]) for side in ("from", "to"))
    return (end - start).total_seconds()


def _unit(row: Row) -> str:
    """The unit of a number; of money its currency, as far as it has one."""
    return str(row["unit"]).replace("money", row.get("currency") or "money")


def _part_of(scope: Row) -> Name | None:
    """What a number is of, beside its place; None: all that was made there."""
    for axis, told in scope.items():
        if axis not in (*_PLACES, "path", "level") and told:
            return Name(str(told), _KINDS.get(axis, "context"))
    return None


def _greatest(rows: Sequence[Row]) -> list[Row]:
    """The factors of a bridge, then its greatest parts."""
    parts = sorted(
        (row for row in rows if row["row"] == "part" and row["effect"]), key=lambda one: -abs(one["effect"])
    )
    return [row for row in rows if row["row"] == "factor" and row["effect"]] + parts[:_MOST_PARTS]
