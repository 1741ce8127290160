"""A new target or standard holds from its day until the next one, and moves nothing of anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from plantstack.stack.editing.dated import Spot, give_way
from plantstack.stack.editing.splicing import Splices, as_item, flow, items

PLACES, PRODUCTS = ("a", "b", "c"), ("x", "y")
DAYS = tuple(f"2026-0{month}-01" for month in range(1, 10))
Entry = dict[str, Any]


def spots() -> Iterator[Spot]:
    for place in ("", *PLACES):
        for product in ("", *PRODUCTS):
            yield Spot("at", place, product)


def held(entries: list[Entry], spot: Spot, day: str, *, ends_itself: bool) -> str:
    """What holds for a spot on a day; '' nothing. Never may two hold at once."""
    mine = sorted((one for one in entries if spot.is_of(one)), key=lambda one: str(one.get("from", "")))
    begins = [one.get("from", "") for one in mine]
    ends = [*(begins[1:] if ends_itself else ["9"] * len(begins[1:])), "9"]
    holding = [
        one
        for one, start, end in zip(mine, begins, ends, strict=False)
        if start <= day < min(end, one.get("until", "9"))
    ]
    assert len(holding) <= 1, (spot, day, holding)
    return str(holding[0]["value"]) if holding else ""


@st.composite
def lists(draw: st.DrawFn, *, ends_itself: bool) -> list[Entry]:
    """Entries of which no two hold for the same at once; some of several places and products."""
    made: list[Entry] = []
    for number in range(draw(st.integers(0, 5))):
        entry: Entry = {"value": f"old {number}"}
        if places := draw(st.lists(st.sampled_from(PLACES), max_size=3, unique=True)):
            entry["at"] = sorted(places)
        if products := draw(st.lists(st.sampled_from(PRODUCTS), max_size=2, unique=True)):
            entry["products"] = sorted(products)
        if since := draw(st.sampled_from(("", *DAYS))):
            entry["from"] = since
        if until := draw(st.sampled_from(("", "", *(day for day in DAYS if day > since)))):
            entry["until"] = until
        if _fits([*made, entry], ends_itself=ends_itself):
            made.append(entry)
    return made


def _fits(entries: list[Entry], *, ends_itself: bool) -> bool:
    """Whether the checker would take them: one at a time for each spot."""
    for spot in spots():
        mine = sorted((one.get("from", ""), one.get("until", "")) for one in entries if spot.is_of(one))
        for (start, end), (later, _) in pairwise(mine):
            if start == later or (end and end > later) or (not end and not ends_itself):
                return False
    return True


def written(entries: list[Entry], styles: Iterator[bool]) -> str:
    """The entries as somebody may have written them: on one line or several, with comments between."""
    lines = ["targets:   # ours"]
    for entry in entries:
        lines += ["", "  # a comment"] if next(styles) else []
        if next(styles):
            lines.append(f"  - {flow(entry)}   # said so")
        else:
            first, *rest = (f"{key}: {flow(value)}" for key, value in entry.items())
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return "\n".join([*lines, "# the end"])


def read(text: str) -> list[Entry]:
    told: Mapping[str, Any] = YAML(typ="safe", pure=True).load(text)
    return [
        {key: value if isinstance(value, list) else str(value) for key, value in one.items()}
        for one in told["targets"]
    ]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.booleans())
def test_from_its_day_until_the_next_one_and_nothing_else_moves(
    data: st.DataObject, ends_itself: bool
) -> None:
    entries = data.draw(lists(ends_itself=ends_itself))
    if not entries:
        return
    place, product = data.draw(st.sampled_from(("", *PLACES))), data.draw(st.sampled_from(("", *PRODUCTS)))
    since, spot = data.draw(st.sampled_from(DAYS)), Spot("at", place, product)
    new: Entry = {"value": "new", "from": since}
    new |= {"at": [place]} if place else {}
    new |= {"products": [product]} if product else {}
    before = written(entries, iter(data.draw(st.lists(st.booleans(), min_size=10, max_size=10))))
    text = Splices(before)
    listed = text.find("targets")
    assert listed is not None and len(items(listed)) == len(entries)
    give_way(text, listed, spot, new, ends_itself=ends_itself)
    after = text.done()
    found = read(after)
    assert _fits(found, ends_itself=ends_itself), after
    later = min(
        (one["from"] for one in entries if spot.is_of(one) and one.get("from", "") > since), default="9"
    )
    for day in ("2025-12-01", *DAYS):
        for one in spots():
            now = held(found, one, day, ends_itself=ends_itself)
            if one == spot and since <= day < later:
                assert now == "new", (day, after)
            else:
                assert now == held(entries, one, day, ends_itself=ends_itself), (one, day, before, after)
    kept = [line for line in before.split("\n") if "#" in line and "{" not in line]
    assert [line for line in after.split("\n") if "#" in line and "{" not in line] == kept


def test_an_item_that_is_too_long_for_a_line_says_the_same_on_several() -> None:
    entry = {"kpi": "oee", "evidence": "x" * 120}
    assert YAML(typ="safe", pure=True).load("\n".join(as_item(entry, "  "))) == [entry]
