"""What people tell at a station, as it comes from a page: one shape for each thing that can be tapped.

Instants are RFC 3339 by the clock of the device; `offset_ms` is what its page knows that clock to be behind
the server's. An entry that is kept for hours goes out as it was tapped, so told again it says the same.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words: TypeAlias = Annotated[str, msgspec.Meta(max_length=4_000)]
Pieces: TypeAlias = Decimal
FindingWord: TypeAlias = Literal["useful", "expected", "wrong", "fixed", "later"]
Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
MANY = 100  # stops, parts or kinds of scrap in one entry


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="entry"):
    """What every entry says.

    Attributes:
        id: made at the tap; told again under it, it is the same entry.
        tapped_at: when, by the clock of the device.
        offset_ms: milliseconds to add for the clock of the server.
        by: pseudonym of who is signed on; never a name.
        note: in words.
        order: of production, where the page knows it.
        product: likewise.
        replaces: the whole entry of the same device that this one takes the place of.
    """

    id: Id
    tapped_at: Name
    offset_ms: Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)] = 0
    by: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = ""
    note: Words = ""
    order: Words = ""
    product: Words = ""
    replaces: dict[str, Any] | None = None


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stop that is answered: by an instant in it, or by the part of it that is meant."""

    machine: Name
    at: str = ""
    since: str = msgspec.field(default="", name="from")
    until: str = ""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a stop with a reason of its own."""

    since: Name = msgspec.field(name="from")
    until: Name
    reason: Name


class Scrap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pieces that were not good, and why."""

    qty: Pieces
    reason: str = ""


class Guess(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What machine evidence spoke for, and whether it was held back to measure its pull."""

    reason: Name
    is_withheld: bool = False


Stops: TypeAlias = Annotated[list[Stop], msgspec.Meta(min_length=1, max_length=MANY)]


class Reason(Entry, frozen=True, kw_only=True, tag="reason"):
    """Why one or several machines stand: what was seen at the machine."""

    stops: Stops
    reason: Name
    guess: Guess | None = None


class Cause(Entry, frozen=True, kw_only=True, tag="cause"):
    """What was behind a stop, found later by maintenance."""

    stops: Stops
    reason: Name


class Split(Entry, frozen=True, kw_only=True, tag="split"):
    """A stop that was two things one after the other."""

    machine: Name
    parts: Annotated[list[Part], msgspec.Meta(min_length=1, max_length=MANY)]


class Episode(Entry, frozen=True, kw_only=True, tag="episode"):
    """Why a machine stood again and again: one answer for many short stops."""

    machine: Name
    since: Name = msgspec.field(name="from")
    until: Name
    reason: Name


class Slow(Entry, frozen=True, kw_only=True, tag="slow"):
    """Why a machine ran slowly: kept as a note, for a reason is why a machine stood."""

    machine: Name
    since: Name = msgspec.field(name="from")
    until: Name
    reason: Name


class Count(Entry, frozen=True, kw_only=True, tag="count"):
    """Good pieces and bad ones of one look, each kind of bad with its reason."""

    machine: Name
    good: Pieces | None = None
    scrap: Annotated[list[Scrap], msgspec.Meta(max_length=MANY)] = []
    at: str = ""
    since: str = msgspec.field(default="", name="from")


class Order(Entry, frozen=True, kw_only=True, tag="order"):
    """One order ends, the next begins; either may be left out."""

    machines: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=MANY)]
    ends: str = ""
    starts: str = ""
    qty: Pieces | None = None
    due_at: str = ""


class SetupCheck(Entry, frozen=True, kw_only=True, tag="setup_check"):
    """A setting held against its centreline before the machine runs on."""

    machine: Name
    parameter: Name
    value: float | None = None
    is_ok: bool | None = None


class Crew(Entry, frozen=True, kw_only=True, tag="crew"):
    """A crew signs on or off: how many heads, never who."""

    equipment: Name
    phase: Literal["on", "off"]
    crew: Words = ""
    present: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    needed: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None


class Note(Entry, frozen=True, kw_only=True, tag="note"):
    """Something worth writing down, with a photo or without."""

    equipment: Name
    photo: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""


class Safety(Entry, frozen=True, kw_only=True, tag="safety"):
    """Something unsafe was seen or happened; without a name if so wished."""

    equipment: Name
    type: Literal["near_miss", "unsafe", "first_aid", "recordable"]
    is_anonymous: bool = False
    photo: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""


class Call(Entry, frozen=True, kw_only=True, tag="call"):
    """Help is called, or what became of a call; `call` names it after the first word."""

    equipment: Name
    phase: Literal["asked", "taken", "arrived", "diagnosed", "waiting", "fixed", "accepted"]
    call: Words = ""
    whom: Literal["", "maintenance", "material", "quality", "lead"] = msgspec.field(default="", name="for")


class Handover(Entry, frozen=True, kw_only=True, tag="handover"):
    """A shift is handed over: signing it freezes its values, taking it over only says so."""

    equipment: Name
    phase: Literal["signed", "taken_over"]
    since: Name = msgspec.field(name="from")
    until: Name
    role: Words = ""


class Verdict(Entry, frozen=True, kw_only=True, tag="verdict"):
    """The function that owns a reason accepts that a stop is its loss, or contests it.

    A contest names the `reason` it should be instead, and says why in a few words: what, and never who.
    """

    machine: Name
    at: Name
    owner: Name
    phase: Literal["accept", "contest"]
    reason: Words = ""
    text: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Answer(Entry, frozen=True, kw_only=True, tag="answer"):
    """What somebody says of a finding, in one tap; the rest is the finding as it stood then."""

    finding: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}$")]
    word: FindingWord
    equipment: Name
    kind: Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,40}$")]
    subject: Words = ""
    episode: Words = ""
    severity: Annotated[float, msgspec.Meta(ge=0, le=10**6)] = 0.0
    money: Annotated[float, msgspec.Meta(ge=0, le=10**12)] | None = None
    money_low: Annotated[float, msgspec.Meta(ge=0, le=10**12)] | None = None
    money_high: Annotated[float, msgspec.Meta(ge=0, le=10**12)] | None = None
    raised_at: Words = ""


class Undo(Entry, frozen=True, kw_only=True, tag="undo"):
    """An own entry is taken back: `of` is that entry as it was told."""

    of: dict[str, Any]


AnyEntry: TypeAlias = (
    Reason
    | Cause
    | Split
    | Episode
    | Slow
    | Count
    | Order
    | SetupCheck
    | Crew
    | Note
    | Safety
    | Call
    | Handover
    | Verdict
    | Answer
    | Undo
)
