"""Cuts by crew or shift of few people are withheld, and no difference of answers gives them away."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.stack.floor import load, written

from plantstack.engines.duckdb.crews import Crews
from plantstack.intervals import HOUR, Interval, rfc3339
from plantstack.plant.load import load_plant
from plantstack.plant.plant import Plant
from plantstack.stack import Stack
from plantstack.stack.answers.withholding import GROUP, Withholding

START = 1_772_431_200_000_000  # Monday 2026-03-02 06:00 UTC
SITES = {"north": ("n-1", "n-2"), "south": ("s-1", "s-2", "s-3")}
LINES = tuple(line for lines in SITES.values() for line in lines)
MACHINES = {line: (f"{line}-a", f"{line}-b") for line in LINES}
NAMES = ("blue", "red", "green", "white")


def text(more: str = "") -> str:
    """Two sites with lines of two machines; four crews rotate over three shifts."""
    parts = ["plantstack: 1", "project: few", "sites:"]
    parts += [f"  {site}: {{zone: UTC, currency: EUR, day_start: 06:00, calendar: three}}" for site in SITES]
    parts += ["calendars:", "  three:", "    shifts:"]
    for name, since, until in (("early", 6, 14), ("late", 14, 22), ("night", 22, 6)):
        parts.append(f"      {name}: {{from: {since:02}:00, until: {until:02}:00}}")
    parts.append("    week: {daily: {early: blue, late: red, night: green}}")
    parts.append("lines:")
    for site, lines in SITES.items():
        for line in lines:
            first, last = MACHINES[line]
            parts.append(f"  {line}: {{under: {site}, flow: [{first}, {last}], exit: {last}}}")
    parts.append("machines:")
    parts += [f"  {one}: {{under: {line}, kind: cyclic}}" for line, both in MACHINES.items() for one in both]
    return "\n".join([*parts, more, ""])


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    folder = tmp_path_factory.mktemp("few")
    (folder / "plant.yaml").write_text(text(), "utf-8")
    return load_plant(folder)


def told(heads: dict[tuple[str, str], int]) -> Crews:
    """Heads by line and crew, as attendance tells them."""
    crews = Crews()
    for (line, crew), n in heads.items():
        if n:
            crews.told.setdefault(line, set()).add(crew)
            crews.heads[(line, crew)] = n
            for machine in MACHINES[line]:
                crews.worked.setdefault(machine, set()).add(("early", crew))
    return crews


def full(n: int = 6, crews: Iterable[str] = NAMES[:3]) -> dict[tuple[str, str], int]:
    return dict.fromkeys(product(LINES, crews), n)


# The rule.


def test_three_crews_of_five_people_are_shown_everywhere(plant: Plant) -> None:
    found = Withholding(plant, told(full(5)))
    assert all(found.is_open(one) for one in (GROUP, *plant.equipment))


@pytest.mark.parametrize(
    "heads",
    [full(6, NAMES[:2]), full(4), full() | {("n-1", "red"): 4} | {("s-1", "red"): 4}],
    ids=["two crews", "four people", "one small crew at each site"],
)
def test_few_people_or_few_crews_are_not(plant: Plant, heads: dict[tuple[str, str], int]) -> None:
    found = Withholding(plant, told(heads))
    assert not any(found.is_open(line) for line in LINES)


def test_how_many_people_a_crew_has_must_be_known(plant: Plant, tmp_path: Path) -> None:
    unknown = told(full())
    unknown.heads.clear()
    assert not Withholding(plant, unknown).is_open("north")
    (tmp_path / "plant.yaml").write_text(text("people: {crews: {blue: 7, red: 5, green: 5}}"), "utf-8")
    assert Withholding(load_plant(tmp_path), unknown).is_open("n-1")
    (tmp_path / "plant.yaml").write_text(text("people: {crews: {blue: 4}}"), "utf-8")
    assert not Withholding(load_plant(tmp_path), told(full())).is_open("n-1")
    (tmp_path / "plant.yaml").write_text(text("people: {least_people: 7}"), "utf-8")
    assert not Withholding(load_plant(tmp_path), told(full())).is_open("n-1")


def test_where_no_crew_is_named_shifts_stand_for_them(plant: Plant) -> None:
    crews = Crews({"n-1-a": {(shift, "") for shift in ("early", "late", "night")}}, heads={("n-1", ""): 6.0})
    assert Withholding(plant, crews).is_open("n-1")
    crews.worked["n-1-a"].remove(("night", ""))
    assert not Withholding(plant, crews).is_open("n-1")


def test_a_plant_that_said_nothing_of_people_has_shifts_that_are_times_of_the_day(plant: Plant) -> None:
    machines = (one for both in MACHINES.values() for one in both)
    silent = Crews(worked={one: {("early", ""), ("late", "")} for one in machines})
    assert all(Withholding(plant, silent).is_open(place) for place in (GROUP, *SITES, *LINES))
    named = Crews(worked={one: {("early", "blue")} for one in silent.worked})
    assert not Withholding(plant, named).is_open(LINES[0])


def test_a_crew_of_which_only_hours_were_told_counts_too(plant: Plant) -> None:
    crews = told(full())
    crews.told["n-1"].add("fitters")
    assert not Withholding(plant, crews).is_open("n-1")


# Differencing.


def test_the_line_beside_a_small_one_is_withheld_too(plant: Plant) -> None:
    """Else the small one is the site less the others."""
    found = Withholding(plant, told(full() | {("s-3", "green"): 2}))
    assert found.is_open("south") and not any(found.is_open(line) for line in SITES["south"])
    assert all(found.is_open(one) for one in (GROUP, "north", *SITES["north"], "n-1-a"))


def test_all_sites_together_are_withheld_where_one_of_them_is(plant: Plant) -> None:
    found = Withholding(plant, told({key: n for key, n in full().items() if key[0] != "n-1"} | _few("n-2")))
    assert found.is_open("south") and not found.is_open("north") and not found.is_open(GROUP)


def _few(line: str) -> dict[tuple[str, str], int]:
    return dict.fromkeys(product((line,), NAMES[:3]), 2)


HEADS = st.lists(st.sampled_from([0, 0, 2, 5, 6, 9]), min_size=20, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(HEADS)
def test_no_sum_or_difference_of_answers_is_a_cut_that_is_withheld(plant: Plant, numbers: list[int]) -> None:
    """An attacker has every open cut, every total, and every window; he solves for what is withheld."""
    heads = dict(zip(product(LINES, NAMES), numbers, strict=True))
    found = Withholding(plant, told(heads))
    atoms = list(product(LINES, NAMES))
    places = {GROUP: LINES} | SITES | {line: (line,) for line in LINES}

    def functional(lines: Iterable[str], crews: Iterable[str]) -> Any:
        wanted = set(product(lines, crews))
        return [1.0 if atom in wanted and heads[atom] else 0.0 for atom in atoms]

    totals = [functional(lines, NAMES) for lines in places.values()]
    cuts = [functional(places[one], [crew]) for one in places if found.is_open(one) for crew in NAMES]
    for place, lines in places.items():
        people = {crew: sum(heads[(line, crew)] for line in lines) for crew in NAMES}
        there = {crew for crew, n in people.items() if n}
        if len(there) >= 3 and min(people[crew] for crew in there) >= 5:
            continue  # it may be shown
        for crew in there:
            wanted = functional(lines, [crew])
            assert spans(totals, wanted) or not spans(totals + cuts, wanted), (place, crew)


def spans(known: list[Any], wanted: Any) -> bool:
    """Whether something follows from what is known; what follows from totals alone, no rule can hold back."""
    rank = np.linalg.matrix_rank
    return bool(rank(np.array(known)) == rank(np.array([*known, wanted])))


# In answers.


def events(present: dict[str, int]) -> list[dict[str, Any]]:
    """A day of one line: the machines run, each crew makes its pieces, heads as given."""
    rows: list[dict[str, Any]] = []

    def said(kind: str, where: str, at: int, key: str, **fields: Any) -> None:
        rows.append(
            {"kind": kind, "equipment": where, "at": rfc3339(at), "source": "x", "key": key, **fields}
        )

    for machine in MACHINES["n-1"]:
        said("state", machine, START, f"run {machine}", state="producing")
        for hour in range(24):
            span = {"from": rfc3339(START + hour * HOUR)}
            said("count", machine, START + (hour + 1) * HOUR, f"{machine} {hour}", good=100, scrap=2, **span)
    for number, (crew, heads) in enumerate(present.items()):
        since, until = START + 8 * number * HOUR, START + 8 * (number + 1) * HOUR
        span = {"from": rfc3339(since), "until": rfc3339(until)}
        more = {"crew": crew, "heads_present": heads, "heads_needed": heads}
        said("attendance", "n-1", until, f"heads {crew}", **more, **span)
    return rows


def opened(folder: Path, present: dict[str, int]) -> Stack:
    project = folder / "p"
    project.mkdir()
    (project / "plant.yaml").write_text(text(), "utf-8")
    load(project, written(folder, "1.ndjson", events(present)))
    return Stack.open(project)


@pytest.mark.parametrize("by", [("crew",), ("shift",), ("line", "crew"), ("shift", "product")])
def test_an_answer_says_that_it_is_withheld_and_nothing_else(tmp_path: Path, by: tuple[str, ...]) -> None:
    with opened(tmp_path, {"blue": 6, "red": 6, "green": 4}) as stack:
        found = stack.kpis(["good_parts"], scope="n-1", by=by)
        assert len(found.rows) >= 3
        for row in found.rows:
            assert row["value"] is None and row["why_none"] == "withheld: few people"
            assert not row["inputs"] and row["low"] is row["high"] is None and not row["trust"]["limits"]
            assert (row["n_open"], row["target"], row["reported"]) == (0, None, None)
        assert [one.code for one in found.notes if one.code == "people-few"] == ["people-few"]
        for plain in ({"by": ("machine",)}, {"grain": "shift"}, {}):
            assert all(
                row["value"] is not None for row in stack.kpis(["good_parts"], scope="n-1", **plain).rows
            )


def test_windows_less_one_another_tell_nothing_more(tmp_path: Path) -> None:
    """A window in which only the large crews worked is as shut as any other of its place."""
    with opened(tmp_path, {"blue": 6, "red": 6, "green": 4}) as stack:
        for since, until in ((0, 8), (0, 16), (0, 24), (6, 10)):
            span = Interval(START + since * HOUR, START + until * HOUR)
            rows = stack.kpis(["good_parts"], scope="n-1", by=("crew",), span=span).rows
            assert rows and all(row["value"] is None for row in rows)


def test_enough_people_are_shown_by_crew_and_shift(tmp_path: Path) -> None:
    with opened(tmp_path, {"blue": 6, "red": 5, "green": 7}) as stack:
        for by in ("crew", "shift"):
            found = stack.kpis(["good_parts"], scope="n-1", by=(by,))
            assert [row["value"] for row in found.rows] == [800.0] * 3
            assert not any(one.code == "people-few" for one in found.notes)
