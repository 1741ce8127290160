"""The counter rule over few rows: every series is walked in Python, with no statement but one.

Says what `differences` says of the same rows, which takes statements that pay with many rows only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from itertools import pairwise
from typing import Any, NamedTuple

import pyarrow as pa

from plantstack.connectors.mapping import counter_words as words
from plantstack.connectors.mapping.calculator import Calculator, type_of
from plantstack.connectors.mapping.carry import Carry, Edge, Standing
from plantstack.connectors.mapping.counters import Doubt, Last, Made, Sample, Series, Values
from plantstack.connectors.mapping.model import Counter
from plantstack.connectors.mapping.rules import RuleQuery
from plantstack.connectors.mapping.sql import Binder
from plantstack.events.schema import COUNT_CLASSES, PIECES

_SAMPLE, _START, _END = range(3)  # of the sheet, or an edge of what is counted
_Columns = Mapping[str, Sequence[Any]]  # of the rows a rule speaks of, by name


@dataclass(frozen=True, slots=True)
class Walked:
    """What a counter rule says of a sheet."""

    events: pa.Table  # row, and the columns
    columns: tuple[str, ...]
    wild: list[tuple[int, Values]]  # rows that are not to be trusted, and what their counters show
    again: list[int]  # rows within what was counted before; nothing of them is counted
    late: list[int]  # rows from before what was counted, where what was made between is not known
    doubts: dict[int, Doubt]  # of wild rows


class _Told(NamedTuple):
    """A sample of a series, or an edge of the stretch that is counted of it."""

    edge: int
    at: int
    values: Values
    row: int | None = None
    place: int = 0  # among the rows of the sheet: whose words it has
    sequence: int | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """Its place in time; nothing comes last."""
        sequence, row = self.sequence, self.row
        shown = tuple((value is None, value or 0) for value in self.values)
        return sequence is None, sequence or 0, self.at, self.edge, shown, row is None, row or 0


class _Pieces(NamedTuple):
    """What was made up to one sample."""

    told: _Told
    since: int | None
    pieces: Values
    is_wild: bool
    is_again: bool
    series: tuple[str, str]


class Walker:
    """Walks the counters of one rule."""

    def __init__(self, calculator: Calculator, query: RuleQuery, counter: Counter) -> None:
        self.calculator = calculator
        self.query = query
        self.counter = counter
        self.classes = [name for name in COUNT_CLASSES if name in query.columns]
        self.late: list[int] = []
        self.doubts: dict[int, Doubt] = {}
        self.silent: dict[int, str] = {}  # rows that made nothing, and why
        self._at_once = False

    def run(self, bind: Binder, carry: Carry) -> Walked:
        """Make the differences; `carry` is brought up to date."""
        spoken = self.query.spoken
        sheet = self.calculator.columns(spoken, bind.used_in(spoken))
        series: dict[tuple[str, str | None], list[_Told]] = {}
        for (equipment, per), told in self._samples(sheet):
            series.setdefault((equipment, per), []).append(told)
        found: list[_Pieces] = []
        for (equipment, per), samples in series.items():
            name = json.dumps([self.query.rule.name, equipment, per])
            found += self._walk((equipment or "", per or ""), name, samples, carry)
        ours = sorted((one for one in found if one.told.edge == _SAMPLE), key=lambda one: one.told.place)
        starts = [one for one in found if one.told.edge == _START]
        counted = [one for one in (*ours, *starts) if self._counts(one)]
        columns, events = self._events(sheet, counted)
        wild = [(one.told.row or 0, one.told.values) for one in ours if one.is_wild]
        again = [one.told.row or 0 for one in ours if one.is_again and not one.is_wild]
        self.silent = {one.told.row or 0: _why_silent(one) for one in ours if not self._counts(one)}
        return Walked(events, columns, wild, again, self.late, self.doubts)

    def _samples(self, sheet: _Columns) -> Iterator[tuple[tuple[str, str | None], _Told]]:
        size = len(sheet["row"])

        def listed(name: str) -> Sequence[Any]:
            return sheet.get(name) or [None] * size

        values = zip(*(listed(name) for name in self.classes), strict=True)
        sequences = listed("sequence") if "sequence" in self.query.columns else [0] * size
        names = zip(listed("equipment"), listed("series"), strict=True)
        rows = zip(names, listed("at"), values, listed("row"), sequences, strict=True)
        for place, (name, at, shown, row, sequence) in enumerate(rows):
            yield name, _Told(_SAMPLE, at, shown, row, place, sequence)

    def _walk(self, of: tuple[str, str], name: str, samples: list[_Told], carry: Carry) -> Iterator[_Pieces]:
        before = carry.counters.get(name)
        if before and len(before.last) != len(self.classes):  # its rule reads other counters now
            before = None
        end = before.end if before else None
        start = before.first if before and end and self.counter.cumulative else None
        line = [*samples, *self._edges(samples, start, end)]
        if len(line) > 1:
            line.sort(key=_order)
            self._at_once |= any(one.at == other.at for one, other in pairwise(line))
        made = self._differences(line, before) if self.counter.cumulative else _plain(line)
        pieces = []
        for told, since, grown, is_wild in made:
            is_again = bool(start and end and told.edge == _SAMPLE and start.at < told.at <= end.at)
            pieces.append(_Pieces(told, since, grown, is_wild, is_again, of))
        if end and self.counter.cumulative:
            self._note_late(pieces, start, end)
        carry.counters[name] = self._standing(line, pieces, before)
        yield from pieces

    def _edges(self, samples: list[_Told], start: Edge | None, end: Edge | None) -> Iterator[_Told]:
        """The ends of what is counted; a start has the words of the sample before it, and is none at one."""
        if end:
            yield _Told(_END, end.at, end.values, sequence=self._sequence(samples, end.at))
        earlier = [told for told in samples if start and told.at < start.at]
        if start and earlier and all(told.at != start.at for told in samples):
            like = max(earlier, key=lambda told: told.at)
            sequence = self._sequence(samples, start.at)
            yield like._replace(edge=_START, at=start.at, values=start.values, sequence=sequence)

    def _sequence(self, samples: list[_Told], at: int) -> int:
        """Numbers begin again with every agent, so time gives the place of an edge."""
        if "sequence" not in self.query.columns:
            return 0
        known = [told.sequence for told in samples if told.at <= at and told.sequence is not None]
        return max(known, default=-1)

    def _differences(
        self, line: list[_Told], before: Standing | None
    ) -> Iterator[tuple[_Told, int | None, Values, bool]]:
        self._series = series = Series(self.counter, len(self.classes))
        for told in line:
            if told.edge == _END and before:  # the carry itself knows each counter's own instant
                series.resume(before.last, before.wild)
                continue
            made: Made = series.take(Sample(told.place, told.at, told.values))
            if made.doubt and told.edge == _SAMPLE:
                self.doubts[told.row or 0] = made.doubt
            since = made.since if made.since is not None and made.since < told.at else None
            yield told, since, made.pieces, made.wild

    def _standing(self, line: list[_Told], pieces: list[_Pieces], before: Standing | None) -> Standing:
        if self.counter.cumulative:
            trusted = (one.told for one in pieces if not one.is_wild)
            first = next((Edge(told.at, told.values) for told in trusted), None)
            return Standing(first, *self._series.standing()).after(before)
        last = line[-1]
        known = tuple(None if value is None else Last(last.at, value) for value in last.values)
        wild: tuple[Last | None, ...] = (None,) * len(known)
        if last.edge == _END and before:
            known, wild = before.last, before.wild
        return Standing(Edge(line[0].at, line[0].values), known, wild).after(before)

    def _note_late(self, pieces: list[_Pieces], start: Edge | None, end: Edge) -> None:
        """Series that lie before their stretch, and pieces between the two that nobody can tell."""
        is_before = start is None and max(one.told.at for one in pieces) < end.at
        is_untold = any(one.told.edge == _START and not one.is_wild and None in one.pieces for one in pieces)
        if is_before or is_untold:
            self.late.append(max(one.told.row or 0 for one in pieces))

    def _counts(self, one: _Pieces) -> bool:
        some = (piece for piece in one.pieces if piece is not None)
        is_said = any(self.counter.keep_zeros or piece != 0 for piece in some)
        return is_said and not one.is_wild and not one.is_again

    def _events(self, sheet: _Columns, counted: list[_Pieces]) -> tuple[tuple[str, ...], pa.Table]:
        columns = tuple(dict.fromkeys([*self.query.columns, "from_at", "key"]))
        places = [one.told.place for one in counted]

        def taken(name: str) -> list[Any]:
            column = sheet[name]
            return [column[place] for place in places]

        made: dict[str, pa.Array] = {
            "at": pa.array([one.told.at for one in counted], pa.int64()),
            "from_at": pa.array([one.since for one in counted], pa.int64()),
            "sequence": pa.array([one.told.sequence for one in counted], pa.int64()),
        }
        for place, name in enumerate(self.classes):
            made[name] = pa.array([one.pieces[place] for one in counted], PIECES)
        if "key" in self.query.columns:
            keys = zip(taken("key"), counted, strict=True)
            made["key"] = pa.array([_edge_key(key, one.told) for key, one in keys], pa.string())
        else:
            made["key"] = pa.array(self._keys(counted), pa.string())
        names = ["row", *columns]
        for name in names:
            if name not in made:
                made[name] = pa.array(taken(name), type_of(name))
        return columns, pa.table({name: made[name] for name in names})

    def _keys(self, counted: list[_Pieces]) -> list[str]:
        """What a sample is known by: its series and instant, so that other neighbours in another file show.

        Differences told as such are known by their pieces too: several may be told at one instant.
        """
        told = [self._said(one) for one in counted]
        twins: dict[str, int] = {}
        keys = [""] * len(counted)
        for place in sorted(range(len(counted)), key=lambda place: counted[place].told.order):
            content = told[place]
            twin = twins[content] = twins.get(content, 0) + 1
            keys[place] = f"{twin - 1}#{content}" if twin > 1 and self._at_once else content
        return keys

    def _said(self, one: _Pieces) -> str:
        pieces = () if self.counter.cumulative else one.told.values
        shown = ["" if value is None else f"{value:f}" for value in pieces]
        parts = (self.query.rule.name, *one.series, str(one.told.at), *shown)
        return md5(chr(31).join(parts).encode(), usedforsecurity=False).hexdigest()


def _plain(line: list[_Told]) -> Iterator[tuple[_Told, int | None, Values, bool]]:
    """Pieces that are told as such; made since whatever was told before."""
    last: int | None = None
    for told in line:
        if told.edge == _SAMPLE:
            yield told, last if last is not None and last < told.at else None, told.values, False
        last = told.at


def _why_silent(one: _Pieces) -> str:
    if one.is_wild:
        return words.WILD
    if one.is_again:
        return words.KNOWN
    if all(value is None for value in one.told.values):
        return words.EMPTY
    return words.BASELINE if all(piece is None for piece in one.pieces) else words.UNCHANGED


def _edge_key(key: str | None, told: _Told) -> str | None:
    return f"{key or ''} to {told.at}" if told.edge == _START else key


def _order(told: _Told) -> tuple[Any, ...]:
    return told.order
