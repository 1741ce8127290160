"""What a source showed -> a mapping file that passes check; what is only a guess says so.

Rows with a column each (a CSV, JSON objects, messages of a broker) or tags with a value each (a browse, a
birth).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from plantstack.connectors.learning.guess import (
    is_local,
    is_run_bit,
    machine_of,
    numbers_of,
    says,
    state_of,
    time_format,
    unit_of,
)
from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.seen import BOOLEAN, INTEGER, NUMBER, Seen
from plantstack.connectors.learning.writing import UNSURE, Draft, quoted, words_map

Row = Mapping[str, str]
Machines = Mapping[str, Sequence[str]]
"""The machines of the plant by id, and what else each is called."""

_MOST_WORDS = 40
_CLASSES = ("scrap", "rework", "good", "total")
_BEGIN = "Drafted from what was seen. Lines with '# ?' are guesses: read each before you load."


def draft_rows(
    rows: Sequence[Row], headers: Sequence[str], file: str, source: str, machines: Machines, zone: str = ""
) -> str:
    """Draft a mapping of rows.

    Args:
        rows: cells by header; empty ones are left out.
        headers: of the source, in its order.
        file: the `file:` part, as YAML.
        source: who tells.
        machines: of the plant.
        zone: of the plant's clock, for local times.
    """
    return _Rows(rows, headers, Draft(source, file, head=[_BEGIN]), machines, zone).text()


class _Rows:
    def __init__(
        self, rows: Sequence[Row], headers: Sequence[str], draft: Draft, machines: Machines, zone: str
    ) -> None:
        self.rows, self.headers, self.draft, self.machines, self.zone = rows, headers, draft, machines, zone
        self.left = [header for header in headers if header]
        self.cells = {name: [row[name] for row in rows if row.get(name)] for name in self.left}
        self.machine = ""  # the header with machines

    def text(self) -> str:
        self._time()
        self._machines()
        self._orders()
        self._states()
        self._numbers()
        draft = self.draft
        unused = [header for header in self.left if header != "received"]
        if unused:
            draft.head.append(f"Not used: {', '.join(unused)}.".replace("\n", " "))
        if not draft.rules:
            draft.more.append(f"{UNSURE} no column looks like a state, a counter or a reading")
            draft.rules.append('- {kind: alive, from: "{at}", until: "{at}"}')
        return draft.text()

    def _time(self) -> None:
        found = [(name, kind) for name in self.left if (kind := time_format(self.cells[name])) is not None]
        if not found:
            has = "received" in self.headers
            told = "received" if has else '{constant: "2026-01-01T00:00:00Z"}'
            note = (
                "no column looks like a time; the instant of receipt is taken" if has else "no time was found"
            )
            self.draft.columns["at"] = told
            self.draft.notes["at"] = [note]
            return
        name, (form, is_sure) = min(found, key=lambda one: one[0] == "received")
        self.left.remove(name)
        self.draft.columns["at"] = (
            f"{{column: {quoted(name)}, format: {quoted(form)}}}" if form else quoted(name)
        )
        notes = [] if is_sure else ["day and month may be the other way round"]
        notes += [f"'{other}' looks like a time too" for other, _ in found if other not in (name, "received")]
        if is_local(self.cells[name], form):
            self.draft.zone = self.zone
            notes.append(f"times have no offset; read as those of {self.zone}")
        if notes:
            self.draft.notes["at"] = notes
        self.draft.every["at"] = '"{at}"'

    def _machines(self) -> None:
        self.draft.every.setdefault("at", '"{at}"')
        best: tuple[int, str, dict[str, tuple[str, bool]]] = (0, "", {})
        for name in self.left:
            words = list(dict.fromkeys(self.cells[name]))[:_MOST_WORDS]
            found = {word: one for word in words if (one := machine_of(word, self.machines))}
            known = len({one for one, _ in found.values()})
            if found and len(found) * 2 >= len(words) and known > best[0]:
                best = (known, name, found)
        _, name, found = best
        if not name:
            first = next(iter(self.machines), "machine")
            self.draft.columns["machine"] = f"{{constant: {quoted(first)}}}"
            if len(self.machines) != 1:
                self.draft.notes["machine"] = ["no column names machines of the plant; which one is it?"]
        else:
            self.machine = name
            self.left.remove(name)
            self._machine_words(name, found)
        self.draft.every = {"equipment": '"{machine}"', **self.draft.every}

    def _machine_words(self, name: str, found: Mapping[str, tuple[str, bool]]) -> None:
        words = list(dict.fromkeys(self.cells[name]))
        if all(word in self.machines for word in words):
            self.draft.columns["machine"] = quoted(name)
            return
        to = {word: found[word][0] for word in words if word in found}
        self.draft.columns["machine"] = f"{{column: {quoted(name)}, map: {words_map(to, 'error')}}}"
        notes = [f"is '{word}' really {one}?" for word, (one, is_sure) in found.items() if not is_sure]
        other = [word for word in words if word not in found]
        notes += [f"no machine of the plant is called {', '.join(map(repr, other[:8]))}"] if other else []
        if notes:
            self.draft.notes["machine"] = notes

    def _orders(self) -> None:
        said = {}
        for role in ("order", "product"):
            name = next((one for one in self.left if says(one, role) and self.cells[one]), "")
            if name:
                self.left.remove(name)
                said[role] = self.draft.add(role, quoted(name))
        if "order" in said:
            listed = ", ".join(f'{role}: "{{{name}}}"' for role, name in said.items())
            self.draft.more.append(f"orders: {{{listed}}}")
        elif said:
            self.draft.every["product"] = f'"{{{said["product"]}}}"'

    def _states(self) -> None:
        for name in list(self.left):
            words = list(dict.fromkeys(self.cells[name]))
            if is_run_bit(name, words) and words:
                to = {word: "producing" if word.lower() in ("true", "1") else "stopped" for word in words}
                self._state(name, to, ["a run bit says nothing of why the machine stands"])
            elif 0 < len(words) <= _MOST_WORDS and numbers_of([words]) is None:
                to = {word: state for word in words if (state := state_of(word))}
                if len(to) * 2 >= len(words):
                    left = [word for word in words if word not in to]
                    self._state(name, to, [f"what is {', '.join(map(repr, left))}?"] if left else [])

    def _state(self, name: str, to: Mapping[str, str], notes: list[str]) -> None:
        self.left.remove(name)
        told = f"{{column: {quoted(name)}, map: {words_map(to, 'error')}}}"
        column = self.draft.add("state", told, "check each word and its state", *notes)
        self.draft.rules.append(f'- {{kind: state, {self._when(name, column)}state: "{{{column}}}"}}')

    def _numbers(self) -> None:
        for name in list(self.left):
            numbers = numbers_of(self._series(name))
            if numbers is None:
                continue
            self.left.remove(name)
            role = next((one for one in _CLASSES if says(name, one)), "")
            if role and numbers.is_whole:
                self._count(name, role, numbers.rises)
            elif numbers.rises and numbers.is_whole and not unit_of(name):
                self._count(name, "total", True, "it only rises; does it count pieces?")
            else:
                self._reading(name)

    def _count(self, name: str, role: str, rises: bool, *notes: str) -> None:
        unsure = [*notes, "" if rises else "it falls: pieces since the last row, or a counter?"]
        unsure += ["all pieces, or good ones?"] if role == "total" else []
        column = self.draft.add(role, quoted(name), *filter(None, unsure))
        counts = "cumulative" if rises else "delta"
        when = self._when(name, column)
        self.draft.rules.append(
            f'- {{kind: count, {when}{role}: "{{{column}}}", counter: {{counts: {counts}}}}}'
        )

    def _reading(self, name: str) -> None:
        unit = unit_of(name)
        notes = [] if unit else ["in which unit?"]
        column = self.draft.add(name, quoted(name), *notes)
        said = f", unit: {quoted(unit)}" if unit else ""
        when = self._when(name, column)
        self.draft.rules.append(
            f'- {{kind: reading, {when}parameter: {quoted(column)}, value: "{{{column}}}"{said}}}'
        )

    def _when(self, name: str, column: str) -> str:
        is_full = len(self.cells[name]) == len(self.rows)
        return "" if is_full else f"when: {{{column}: {{present: true}}}}, "

    def _series(self, name: str) -> list[list[str]]:
        """The cells of a column, machine by machine."""
        parts: dict[str, list[str]] = defaultdict(list)
        for row in self.rows:
            if row.get(name):
                parts[row.get(self.machine, "")].append(row[name])
        return list(parts.values())


def draft_tags(
    seen: Sequence[Seen],
    source: str,
    machines: Machines,
    *,
    file: str = "{format: json}",
    tag: str = "tag",
    at: str = "at",
    quality: str = "quality",
) -> str:
    """Draft a mapping of observations: one message or row a value, as `connectors/observation.py` makes them.

    Args:
        seen: what the source showed, of each tag.
        source: who tells.
        machines: of the plant.
        file: the `file:` part, as YAML.
        tag: the column with the tag.
        at: the column with the instant.
        quality: the column that says how far a value may be believed; '' for none.
    """
    draft = Draft(source, file, head=[_BEGIN])
    draft.columns |= {"tag": quoted(tag), "at": quoted(at), "value": "value"}
    if quality:
        draft.columns["quality"] = quoted(quality)
        draft.more.append('quality: "{quality}"')
    if at == "at":
        draft.notes["at"] = ["a source without a clock of its own: write 'received' instead"]
    return _Tags(seen, draft, machines).text()


class _Tags:
    def __init__(self, seen: Sequence[Seen], draft: Draft, machines: Machines) -> None:
        self.seen, self.draft, self.machines = seen, draft, machines
        self.unused: list[str] = []

    def text(self) -> str:
        draft = self.draft
        draft.every = {"equipment": '"{machine}"', "at": '"{at}"'}
        self._machines()
        for one in self.seen:
            self._one(one)
        if self.unused:
            draft.head.append(f"Not used: {', '.join(self.unused)}.")
        if not draft.rules:
            draft.rules.append('- {kind: alive, from: "{at}", until: "{at}"}')
        return draft.text()

    def _machines(self) -> None:
        to: dict[str, str] = {}
        notes = []
        for one in self.seen:
            places = [*reversed(one.path), one.tag, *one.tag.replace("/", ".").split(".")]
            found = [one_of for place in places if (one_of := machine_of(place, self.machines))]
            sure = next((one_of for one_of in found if one_of[1]), found[0] if found else None)
            if sure is None and len(self.machines) == 1:
                sure = (next(iter(self.machines)), True)
            if sure is None:
                notes.append(f"of which machine is '{one.tag}'?")
                continue
            to[one.tag] = sure[0]
            notes += [] if sure[1] else [f"is '{one.tag}' really of {sure[0]}?"]
        told = f"{{column: tag, map: {words_map(to, 'ignore')}}}"
        self.draft.columns["machine"] = told
        if notes:
            self.draft.notes["machine"] = notes[:20]

    def _one(self, one: Seen) -> None:
        when = f"when: {{tag: {quoted(one.tag)}}}, "
        means = one.means if isinstance(one, Offer) else ""
        words = dict(one.states) if isinstance(one, Offer) else {}
        values = list(dict.fromkeys(one.samples))
        numbers = numbers_of([one.samples])
        if not words:
            named = {number: text for number, text in one.words}
            words = {word: state for word in (*named, *values) if (state := state_of(named.get(word, word)))}
        is_word = one.type not in (INTEGER, NUMBER) or bool(one.words)
        if means == "state" or (words and is_word and len(words) * 2 >= len(values)):
            self._state(one, when, words)
        elif one.type == BOOLEAN or is_run_bit(one.tag, values):
            if is_run_bit(one.tag, values or ["true"]):
                self._state(one, when, {"true": "producing", "false": "stopped"})
            else:
                self.unused.append(one.tag)
        elif means in ("total", "good", "scrap") or self._counts(one, numbers is None or numbers.is_whole):
            role = means or next((name for name in _CLASSES if says(one.tag, name)), "total")
            self.draft.rules.append(
                f'- {{kind: count, {when}{role}: "{{value}}", counter: {{counts: cumulative}}}}'
                + ("" if means else f"  {UNSURE} is it a counter of pieces?")
            )
        elif one.type in (INTEGER, NUMBER) or numbers is not None:
            unit = one.unit or unit_of(one.tag)
            said = f", unit: {quoted(unit)}" if unit else ""
            self.draft.rules.append(
                f'- {{kind: reading, {when}parameter: {quoted(one.tag)}, value: "{{value}}"{said}}}'
                + ("" if unit else f"  {UNSURE} in which unit?")
            )
        else:
            self.unused.append(one.tag)

    def _counts(self, one: Seen, is_whole: bool) -> bool:
        return (one.type in ("", INTEGER)) and is_whole and any(says(one.tag, name) for name in _CLASSES)

    def _state(self, one: Seen, when: str, words: Mapping[str, str]) -> None:
        values = [word for word in dict.fromkeys(one.samples) if word not in words]
        notes = [f"of '{one.tag}': check each word and its state"]
        notes += [f"what is {', '.join(map(repr, values[:8]))}?"] if values else []
        told = f"{{column: value, map: {words_map(words, 'error')}}}"
        column = self.draft.add("state", told, *notes)
        self.draft.rules.append(f'- {{kind: state, {when}state: "{{{column}}}", native: "{{value}}"}}')
