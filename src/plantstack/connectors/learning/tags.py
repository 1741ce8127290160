"""Tags with a value each (a browse, a birth) -> a mapping file that passes check; what is a guess says so.

Several devices may have a tag: then one rule is of all of them, and a column says whose a value is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from plantstack.connectors.learning.guess import (
    CLASSES,
    Numbers,
    is_name,
    is_run_bit,
    is_sequence,
    is_state_name,
    machine_of,
    numbers_of,
    says,
    state_of,
    unit_of,
)
from plantstack.connectors.learning.offer import Offer
from plantstack.connectors.learning.seen import BOOLEAN, INTEGER, NUMBER, Seen
from plantstack.connectors.learning.writing import BEGIN, UNSURE, Draft, Machines, quoted, words_map

_MOST_NOTES = 20


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
    draft = Draft(source, file, head=[BEGIN])
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
        self.used: list[Seen] = []
        self.unused: list[str] = []

    def text(self) -> str:
        draft = self.draft
        draft.every = {"equipment": '"{machine}"', "at": '"{at}"'}
        for same in _alike(self.seen):
            self._one(same, self._when(same))
        draft.columns["machine"] = ""  # its place is before those of the states
        draft.columns = {name: draft.columns[name] for name in sorted(draft.columns, key=_is_state)}
        by_device = all(one.column for one in self.used) and bool(self.used)
        (self._devices if by_device else self._machines)()
        if self.unused:
            draft.head.append(f"Not used: {', '.join(dict.fromkeys(self.unused))}.")
        if not draft.rules:
            draft.rules.append('- {kind: alive, from: "{at}", until: "{at}"}')
        return draft.text()

    def _when(self, same: Sequence[Seen]) -> str:
        """All devices with a tag share a rule, unless another one means something else by it."""
        first = same[0]
        others = {one.device for one in self.seen if one.tag == first.tag} - {one.device for one in same}
        if not others:
            return f"when: {{tag: {quoted(first.tag)}}}, "
        self.draft.columns[first.column] = quoted(first.column)
        words = [quoted(one.device) for one in same]
        which = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
        return f"when: {{tag: {quoted(first.tag)}, {first.column}: {which}}}, "

    def _machines(self) -> None:
        """By tag; what is asked is asked once for all tags of a place."""
        to: dict[str, str] = {}
        notes: dict[str, None] = {}
        for one in self.used:
            place = "/".join(one.path) or one.tag
            sure = self._machine([*reversed(one.path), *_parts(one.tag)])
            if sure is None and len(self.machines) == 1:
                sure = (next(iter(self.machines)), True)
            if sure is None:
                notes[f"of which machine is '{one.tag if self._names_none(place) else place}'?"] = None
                continue
            to[one.tag] = sure[0]
            if not sure[1]:
                notes[f"is '{place}' really of {sure[0]}?"] = None
        self.draft.columns["machine"] = f"{{column: tag, map: {words_map(to, 'ignore')}}}"
        if notes:
            self.draft.notes["machine"] = list(notes)[:_MOST_NOTES]

    def _names_none(self, place: str) -> bool:
        """Whether a place says too little to be asked for."""
        return sum("/".join(one.path) == place for one in self.used) < 2

    def _devices(self) -> None:
        """By device; no two devices are taken for one machine, somebody has to say so."""
        found: dict[str, tuple[str, bool] | None] = {}
        for one in self.used:
            if one.device not in found:
                found[one.device] = self._machine(list(reversed(one.path)))
        unnamed = {device for device, sure in found.items() if sure is None}
        tags = [one for one in self.used if one.device in unnamed and self._machine(_parts(one.tag))]
        if tags and len({one.tag for one in self.seen}) == len(self.seen):
            self._machines()  # one node speaks for several machines: the tag says for which
            return
        to, notes = self._claimed(found)
        column = quoted(self.used[0].column)
        known = {device: to.get(device, "ignore") for device in found}
        self.draft.columns["machine"] = f"{{column: {column}, map: {words_map(known, 'error')}}}"
        if notes:
            self.draft.notes["machine"] = notes[:_MOST_NOTES]

    def _claimed(self, found: Mapping[str, tuple[str, bool] | None]) -> tuple[dict[str, str], list[str]]:
        claims: dict[str, list[str]] = defaultdict(list)
        for device, sure in found.items():
            if sure is not None:
                claims[sure[0]].append(device)
        to, notes = {}, []
        for device, sure in found.items():
            if sure is None:
                notes.append(f"of which machine is '{device}'?")
                continue
            machine, same = sure[0], claims[sure[0]]
            own = [one for one in same if machine_of(one.split("/")[-1], {machine: self.machines[machine]})]
            named = [one for one in own if (told := found[one]) is not None and told[1]]
            if len(same) == 1 or named == [device]:
                to[device] = machine
                notes += [] if sure[1] else [f"is '{device}' really of {machine}?"]
            else:
                others = ", ".join(repr(one) for one in same if one != device)
                notes.append(f"is '{device}' of {machine}, or is {others}? It is left out until you say so")
        return to, notes

    def _machine(self, places: Sequence[str]) -> tuple[str, bool] | None:
        found = [one_of for place in places if (one_of := machine_of(place, self.machines))]
        return next((one_of for one_of in found if one_of[1]), found[0] if found else None)

    def _one(self, same: Sequence[Seen], when: str) -> None:
        one = replace(same[0], samples=tuple(value for each in same for value in each.samples))
        means = one.means if isinstance(one, Offer) else ""
        values = list(dict.fromkeys(one.samples))
        numbers = numbers_of([each.samples for each in same])
        words = _words(one, values)
        is_word = one.type not in (INTEGER, NUMBER) or bool(one.words)
        is_bit = one.type == BOOLEAN or (bool(values) and is_run_bit(one.tag, values))
        if not means and not is_bit and is_name(one.tag):
            self.unused.append(one.tag)
            return
        if means == "state" or (words and is_word and len(words) * 2 >= len(values)):
            self._state(one, when, words)
        elif is_bit and is_run_bit(one.tag, values or ["true"]):
            self._state(one, when, {"true": "producing", "false": "stopped"})
        elif not is_bit and is_state_name(one.tag) and (values or one.type in (INTEGER, NUMBER)):
            self._asked(one, when, values)
            return
        elif not is_bit and (rule := self._number(one, when, means, numbers)):
            self.draft.rules.append(rule)
        else:
            self.unused.append(one.tag)
            return
        self.used += same

    def _number(self, one: Seen, when: str, means: str, numbers: Numbers | None) -> str:
        """A count or a reading; '' for neither."""
        if is_sequence(one.tag) and not means:
            return ""
        if means in ("total", "good", "scrap") or _counts(one, numbers is None or numbers.is_whole):
            role = means or next((name for name in CLASSES if says(one.tag, name)), "total")
            rule = f'- {{kind: count, {when}{role}: "{{value}}", counter: {{counts: cumulative}}}}'
            return rule + ("" if means else f"  {UNSURE} is it a counter of pieces?")
        if one.type not in (INTEGER, NUMBER) and numbers is None:
            return ""
        unit = one.unit or unit_of(one.tag)
        said = f", unit: {quoted(unit)}" if unit else ""
        rule = f'- {{kind: reading, {when}parameter: {quoted(one.tag)}, value: "{{value}}"{said}}}'
        return rule + ("" if unit else f"  {UNSURE} in which unit?")

    def _asked(self, one: Seen, when: str, values: Sequence[str]) -> None:
        """A number that may be a state: what each number is, only people know."""
        words = words_map(dict.fromkeys(values[:_MOST_NOTES], "unknown"), "unknown")
        showed = f" It showed {', '.join(values[:_MOST_NOTES])}." if values else ""
        self.draft.asked.append(
            f"is '{one.tag}' a state?{showed} Say what each number is (by PackML 2 is stopped, 4 idle,"
            " 6 producing, 9 fault, 11 stopped):\n"
            f"a column   state: {{column: value, map: {words}}}\n"
            f'and a rule - {{kind: state, {when}state: "{{state}}", native: "{{value}}"}}'
        )
        self.unused.append(one.tag)

    def _state(self, one: Seen, when: str, words: Mapping[str, str]) -> None:
        values = [word for word in dict.fromkeys(one.samples) if word not in words]
        notes = [f"of '{one.tag}': check each word and its state"]
        notes += [f"what is {', '.join(map(repr, values[:8]))}?"] if values else []
        told = f"{{column: value, map: {words_map(words, 'error')}}}"
        column = self.draft.add("state", told, *notes)
        self.draft.rules.append(f'- {{kind: state, {when}state: "{{{column}}}", native: "{{value}}"}}')


def _alike(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Those of one tag together, as far as devices mean the same by it; a device has a tag once."""
    groups: dict[tuple[object, ...], list[Seen]] = defaultdict(list)
    for one in seen:
        meant = (one.means, one.states) if isinstance(one, Offer) else ()
        groups[one.tag, one.type, one.unit, one.words, one.column, meant].append(one)
    return list(groups.values())


def _parts(tag: str) -> list[str]:
    return [tag, *tag.replace("/", ".").split(".")]


def _is_state(column: str) -> bool:
    return column.startswith("state")


def _words(one: Seen, values: Sequence[str]) -> dict[str, str]:
    """What the words of a source are to us, as far as anybody or their text says."""
    if isinstance(one, Offer) and one.states:
        return dict(one.states)
    named = dict(one.words)
    return {word: state for word in (*named, *values) if (state := state_of(named.get(word, word)))}


def _counts(one: Seen, is_whole: bool) -> bool:
    return (one.type in ("", INTEGER)) and is_whole and any(says(one.tag, name) for name in CLASSES)
