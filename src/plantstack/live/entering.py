"""Entries of people while the plant runs: judged whole, written, and answered with what stands.

An entry of several events is taken whole or not at all. Whatever is refused is refused in a sentence for
whoever tapped it, and nothing of it is kept: it still lies in the outbox of its tablet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from plantstack.errors import EventError, Problem
from plantstack.events.people.naming import named_in
from plantstack.events.validate import validate
from plantstack.events.whose import Word, words_of
from plantstack.events.wire import decode_items
from plantstack.intervals import DAY, Interval, from_us
from plantstack.live.access import MAY, Sender, speaks_for
from plantstack.live.beforehand import (
    name_products,
    notice_counts,
    refuse_ahead,
    refuse_no_call,
    refuse_other_spans,
)
from plantstack.live.door import Item
from plantstack.live.entrance import people_of
from plantstack.live.limits import FAR, Limits
from plantstack.live.running import Running
from plantstack.plant.plant import Plant
from plantstack.stack.floor.entries import (
    ANONYMOUS,
    UNDO,
    events_of,
    original_of,
    read_entry,
    tag,
    told_at,
)
from plantstack.stack.floor.entry_shapes import AnyEntry, Call, Cause, Handover, Undo, Verdict
from plantstack.stack.floor.entry_standing import Answer, Claim, closed_since, standing
from plantstack.stack.floor.entry_words import Wire, clock_of, instant, label

TABLET, DESK = "tablet", "desk-"
OLDEST = 31 * DAY  # a device whose clock stands in 1999 must not open the books of a quarter of a century
# What changes the values of a shift, and so may not be told once those are reported.
_REPORTED = {"reason", "split", "episode", "count", "order", "setup_check", "handover"}
_AHEAD = Problem(
    "entry-clock",
    "tapped_at",
    "the clock of this tablet is more than 5 minutes ahead of the server",
    "Reload the page so that it takes the server's time, then enter it again.",
)
_RIGHT = Problem(
    "entry-right",
    "entry",
    "whoever is signed on here may not tell this",
    "Let somebody sign on who may: maintenance takes calls and names causes, whoever leads a shift signs it.",
)
_OF_HELP = ("taken", "diagnosed", "waiting", "fixed")
"""What becomes of a call by whoever helps; who called says that help is here, and that it works again."""

_FAR = replace(FAR, fix="Ask an administrator to make your part of the plant larger.")
_OLD = Problem(
    "entry-old",
    "at",
    "it is told of more than a month ago",
    "Set the clock of the device, or load older data from a file.",
)
_NAMED = Problem(
    "entry-named",
    "text",
    "the reason names somebody, and everybody reads it",
    "Say what happened at the machine, not who it was.",
)
_NOT_OWN = Problem(
    "entry-not-own",
    "of",
    "what stands under this id was told by somebody else, or was something else",
    "Enter what is right anew, or ask whoever leads the shift.",
)
_OTHER = Problem(
    "entry-told-otherwise",
    "id",
    "something else was told under this id before; what was tapped first stands",
    "Look at what stands, and enter what is right anew.",
)


@dataclass
class Entered:
    """One entry on its way, and what became of it.

    Attributes:
        number: its place in the batch, from 1.
        id: as it was told; '' where that could not be read.
        events: what it becomes.
        status: `accepted`, `duplicate`, `conflict` or `refused`; '' as long as it is open.
        problem: why it was refused or contradicts what was told before.
        notices: what whoever tapped it should know all the same.
        stands: where another word than this one stands.
    """

    number: int
    raw: msgspec.Raw
    id: str = ""
    entry: AnyEntry | None = None
    events: list[Wire] = field(default_factory=list)
    status: str = ""
    problem: Problem | None = None
    notices: list[Problem] = field(default_factory=list)
    stands: Wire | None = None

    def refuse(self, problem: Problem) -> None:
        """Refuse it as a whole; what was said first stands."""
        if not self.status:
            self.status, self.problem, self.events = "refused", problem, []

    def as_row(self) -> Wire:
        """The row of the answer."""
        row: Wire = {"item": self.number, "id": self.id, "status": self.status, "events": len(self.events)}
        row |= self.problem.as_row() if self.problem else {}
        row |= {"notices": [one.as_row() for one in self.notices]} if self.notices else {}
        return row | ({"stands": self.stands} if self.stands else {})


def device_of(sender: Sender, device: str) -> str:
    """The source that entries are told under: the tablet that is named, the sender's own, or a desk."""
    if sender.role:  # whoever comes by cookie is where he is
        return sender.source
    own = next((one for one in sender.sources if one.startswith(TABLET) and not set(one) & set("*?[")), "")
    return device or own or f"{DESK}{sender.name or 'here'}"


def ranks_as_person(plant: Plant, device: str) -> bool:
    """Whether the plant believes a device as it believes people."""
    return plant.is_person(device)


def enter(
    running: Running,
    sender: Sender,
    device: str,
    raws: Sequence[msgspec.Raw],
    by_of: Callable[[str], str] = lambda mark: mark,
) -> list[Entered]:
    """Take a batch of entries in; returns when they are on disk.

    Args:
        running: the plant.
        sender: who is let near what.
        device: source of all of them.
        raws: the entries as they came.
        by_of: the pseudonym of what an entry says as `by`.

    Raises:
        LogError: when the log cannot be written; nothing was kept.
    """
    found = [Entered(number, raw) for number, raw in enumerate(raws, 1)]
    for one in found:
        _translate(one, device, running.plant, by_of)
    refuse_ahead(running, [(one.entry, one.refuse) for one in found if not one.status])
    _hold(running, sender, device, [one for one in found if not one.status])
    refuse_no_call(running, sender, [(one.entry, one.refuse) for one in found if not one.status])
    refuse_other_spans(running, [(one.entry, one.events, one.refuse) for one in found if not one.status])
    name_products(running, [(one.entry, one.events, one.refuse) for one in found if not one.status])
    _judge(running, [one for one in found if not one.status])
    notice_counts(running, [(one.entry, one.events, one.notices) for one in found if not one.status])
    _write(running, sender, device, [one for one in found if not one.status])
    return found


def _translate(one: Entered, device: str, plant: Plant, by_of: Callable[[str], str]) -> None:
    try:
        told = read_entry(one.raw)
        one.entry = msgspec.structs.replace(told, by=by_of(told.by))
        one.id = one.entry.id
        one.events = events_of(one.entry, device, plant)
    except EventError as error:
        one.id = one.id or _id(one.raw)
        one.refuse(error.problems[0])


def _id(raw: msgspec.Raw) -> str:
    """The id of an entry that cannot be read otherwise, so that its tablet knows which it is."""
    try:
        found = msgspec.json.decode(raw, type=dict[str, Any]).get("id")
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""
    return found[:64] if isinstance(found, str) else ""


def _hold(running: Running, sender: Sender, device: str, found: Sequence[Entered]) -> None:
    """Refuse what is told of equipment beyond the sender's scope, and of shifts that are reported."""
    now = running.clock()
    for one in found:
        if one.entry is not None and set(_needs(one.entry)).isdisjoint(sender.may):
            one.refuse(_RIGHT)
        if not all(sender.may_tell_of(running.plant, event["equipment"], now) for event in one.events):
            one.refuse(FAR if not sender.role else _FAR)
        if any(_begin(event) < now - OLDEST for event in one.events):
            one.refuse(_OLD)
        if isinstance(one.entry, Verdict) and one.entry.text and _is_of_somebody(running, one.entry.text):
            one.refuse(_NAMED)
    _own_only(running, sender, device, [one for one in found if not one.status])
    open_ = [one for one in found if not one.status and _is_reported(one.entry)]
    if not open_:
        return

    rows, whose = _laid(open_)
    moments = [(event["equipment"], _begin(event)) for event in rows]
    closed = running.ask(lambda stack: closed_since(stack, moments))
    for one, event, at in zip(whose, rows, closed, strict=True):
        if at is not None and one.entry is not None and at <= told_at(one.entry):
            one.refuse(_shut(running.plant, event, at))


def _is_of_somebody(running: Running, text: str) -> bool:
    """Whether a text that all may read names somebody who has an account."""
    with people_of(running.folder) as people:
        return bool(named_in(people, text, MAY))


def _own_only(running: Running, sender: Sender, device: str, found: Sequence[Entered]) -> None:
    """Refuse to take back or change what was told by somebody else, or was another thing than is claimed.

    What an entry says of the one it corrects is a claim; what stands in the log under its id decides.
    """
    rows, whose = _laid(found)
    pairs = [(one, row) for one, row in zip(whose, rows, strict=True) if "supersedes" in row]
    if not pairs:
        return
    named = {(row["supersedes"]["source"], row["supersedes"]["key"]) for _, row in pairs}
    with running.deliveries.reading() as log:
        words = words_of(log, named)
    for one, row in pairs:
        entry = one.entry
        for word in words.get((row["supersedes"]["source"], row["supersedes"]["key"]), ()):
            is_other = device.startswith(DESK) and word.by and entry is not None and word.by != entry.by
            is_late = entry is not None and told_at(entry) - word.told_at > UNDO
            is_final = row["supersedes"]["source"] == ANONYMOUS or word.kind == "close"
            # a cause told as a reason would ask for lesser rights
            is_else = entry is not None and _is_else(original_of(entry), word)
            is_not_his = is_other and "lead" not in sender.may
            if word.kind != row["kind"] or is_else or is_not_his or (is_late and is_final):
                one.refuse(_NOT_OWN)


def _is_else(claimed: AnyEntry, word: Word) -> bool:
    """Whether what stands in the log is another thing than is claimed: for that, other rights may do."""
    if word.entry not in ("", tag(claimed)):
        return True
    return isinstance(claimed, Call | Verdict) and word.phase not in ("", claimed.phase)


def _needs(entry: AnyEntry) -> tuple[str, ...]:
    """The rights of which one is enough for an entry, and for taking it back."""
    entry = original_of(entry)
    if isinstance(entry, Handover):
        return ("lead",) if entry.phase == "signed" else ("lead", "enter")
    if isinstance(entry, Cause):
        return ("maintain", "improve")
    if isinstance(entry, Verdict):
        return speaks_for(entry.owner)
    if isinstance(entry, Call) and entry.phase in _OF_HELP:
        return ("maintain", "lead")
    return ("enter",)


def _is_reported(entry: AnyEntry | None) -> bool:
    if entry is None or (isinstance(entry, Undo) and isinstance(original_of(entry), Handover)):
        return False
    return tag(original_of(entry)) in _REPORTED


def _begin(event: Wire) -> int:
    return instant("at", event["from"] if "from" in event else event["at"])


def _shut(plant: Plant, event: Wire, closed_at: int) -> Problem:
    where, when = label(plant, event["equipment"]), clock_of(plant, event["equipment"], _begin(event))
    since = clock_of(plant, event["equipment"], closed_at)
    what = f"the shift of {where} around {when} was closed and reported at {since}"
    return Problem("entry-closed", "at", what, "Ask your supervisor: it can be entered after a reopen.")


def _judge(running: Running, found: Sequence[Entered]) -> None:
    """Hold events against every rule of the log before any of them is written."""
    rows, whose = _laid(found)
    if not rows:
        return
    decoded = decode_items(json.dumps(rows).encode())
    for letter in decoded.dead:
        whose[int(letter.where.split()[-1]) - 1].refuse(letter.problem)
    _, faults = validate(decoded.table, running.door.names, running.clock())
    for row, problem in faults:
        told = _AHEAD if problem.code == "event-future" else problem
        whose[decoded.lines[row] - 1].refuse(told)


def _laid(found: Sequence[Entered]) -> tuple[list[Wire], list[Entered]]:
    """All events in a row, and beside each the entry it is of."""
    return [event for one in found for event in one.events], [one for one in found for _ in one.events]


def _write(running: Running, sender: Sender, device: str, found: Sequence[Entered]) -> None:
    rows, whose = _laid(found)
    if not rows:
        return
    may = None
    if sender.is_limited:
        speaks = replace(sender, sources=(*sender.sources, device, ANONYMOUS))
        may = Limits(speaks, running.plant, running.clock())
    taken = running.take(json.dumps(rows).encode(), may=may)
    items: dict[int, list[Item]] = {}
    for one, item in zip(whose, taken.items, strict=True):
        items.setdefault(one.number, []).append(item)
    for one in found:
        _answer(one, items[one.number])


def _answer(one: Entered, items: Sequence[Item]) -> None:
    statuses = {item.status for item in items}
    bad = next((item.problem for item in items if item.status in ("set_aside", "refused")), None)
    if bad is not None:
        one.refuse(bad)
    elif "conflict" in statuses:
        one.status, one.problem = "conflict", _OTHER
    else:
        one.status = "accepted" if "accepted" in statuses else "duplicate"


# -- what stands ---------------------------------------------------------------------------------------


def answers_stops(found: Sequence[Entered]) -> bool:
    """Whether any of them is an answer to a stop, which another may outvote."""
    return any(_claims(one) for one in found if one.status != "refused")


def tell_what_stands(running: Running, found: Sequence[Entered]) -> None:
    """Say of answers to stops where another word stands, or nothing stood; for books that are up to date."""
    claims = [(one, claim) for one in found if one.status != "refused" for claim in _claims(one)]
    if not claims:
        return
    answers = running.ask(lambda stack: standing(stack, [claim for _, claim in claims]))
    for (one, claim), answer in zip(claims, answers, strict=True):
        _tell(running.plant, one, claim, answer)


def _claims(one: Entered) -> list[Claim]:
    claims = []
    for event in one.events:
        if event["kind"] != "reason" or event.get("role") != "symptom" or event.get("void"):
            continue
        at = instant("at", event["at"])
        begin = instant("from", event["from"]) if "from" in event else at
        end = instant("until", event["until"]) if "until" in event else at + 1
        span = Interval(begin, end)
        claims.append(Claim(event["source"], event["key"], event["equipment"], span, event["reason"]))
    return claims


def _tell(plant: Plant, one: Entered, claim: Claim, answer: Answer) -> None:
    where, when = label(plant, claim.machine), clock_of(plant, claim.machine, claim.span.start)
    if not answer.is_attached:
        what = f"{where} did not stand at {when}: the reason is kept, and explains no stop"
        one.notices.append(Problem("entry-no-stop", claim.machine, what, "Look at the stop you meant."))
    elif not answer.is_own and answer.reason and answer.told_at is not None:
        leaf = plant.reasons.get(answer.reason)
        name, whose = (leaf.label if leaf else "") or answer.reason, named(plant, answer.source)
        at = clock_of(plant, claim.machine, answer.told_at)
        what = f"for {where} at {when} stands '{name}', told by {whose} at {at}"
        one.notices.append(Problem("entry-outvoted", claim.machine, what, "Answer again if it is wrong."))
        one.stands = {"machine": claim.machine, "reason": answer.reason, "label": name, "whose": whose}
        one.stands["told_at"] = from_us(answer.told_at).isoformat().replace("+00:00", "Z")


def named(plant: Plant, source: str) -> str:
    """Whose word it is, for a screen that everybody reads: a tablet, a desk, the machine; never a person."""
    if source.startswith(TABLET):
        return f"tablet {source[len(TABLET) :].lstrip('.-')}".strip()
    if source.startswith(DESK) or ranks_as_person(plant, source):
        return "somebody at a desk"
    return "the machine"
