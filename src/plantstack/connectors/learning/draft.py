"""Rows with a column each (a CSV, JSON objects, messages of a broker) -> a mapping file that passes check.

What is only a guess says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from plantstack.connectors.learning.guess import (
    CLASSES,
    is_local,
    is_name,
    is_run_bit,
    is_sequence,
    machine_of,
    numbers_of,
    says,
    state_of,
    time_format,
    unit_of,
)
from plantstack.connectors.learning.writing import BEGIN, UNSURE, Draft, Machines, quoted, words_map

Row = Mapping[str, str]

_MOST_WORDS = 40


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
    return _Rows(rows, headers, Draft(source, file, head=[BEGIN]), machines, zone).text()


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
            elif 0 < len(words) <= _MOST_WORDS and numbers_of([words]) is None and not is_name(name):
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
            role = next((one for one in CLASSES if says(name, one)), "")
            if is_sequence(name):
                self.left.append(name)
            elif role and numbers.is_whole:
                self._count(name, role, numbers.rises)
            elif numbers.rises and numbers.is_whole and not unit_of(name):
                self.left.append(name)
                self._asked(name)
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

    def _asked(self, name: str) -> None:
        """What only rises counts messages as often as pieces: nobody has pieces booked by a guess."""
        rule = '{kind: count, total: "{NAME}", counter: {counts: cumulative}}'
        self.draft.asked.append(f"'{name}' only rises. If it counts pieces, name it a column and add: {rule}")

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
