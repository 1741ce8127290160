"""The tables of the contract: columns, tiling, exactness and speed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pytest
from tests.plant.everything import EVERYTHING, SMALL, at, days, small, write

from plantstack.intervals import DAY, MINUTE, SECOND, Interval
from plantstack.plant.load import load_plant
from plantstack.plant.schemas import SCHEMAS
from plantstack.plant.structure import FAR_FUTURE, FAR_PAST
from plantstack.plant.tables import plant_tables

Tables = dict[str, pa.Table]
YEAR = days("2026-01-01", 365)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return plant_tables(load_plant(write(tmp_path_factory.mktemp("plant"), plant=EVERYTHING)), YEAR)


def rows(tables: Tables, name: str, **where: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tables[name].to_pylist()
    return [row for row in found if all(row[key] == value for key, value in where.items())]


def test_every_table_has_its_schema_and_no_null_where_none_is_allowed(tables: Tables) -> None:
    assert set(tables) == set(SCHEMAS)
    for name, table in tables.items():
        assert table.schema == SCHEMAS[name]
        for field in table.schema:
            assert field.nullable or table[field.name].null_count == 0, (name, field.name)
            assert not pa.types.is_string(field.type) or not field.nullable
    assert {name for name, table in tables.items() if not table.num_rows} == set()


def test_an_empty_plant_has_empty_tables_of_the_same_schema(tmp_path: Path) -> None:
    text = "plantstack: 1\nproject: p\nsites: {s: {zone: UTC, currency: EUR}}\n"
    found = plant_tables(load_plant(write(tmp_path, plant=text)), YEAR)
    assert {name: table.schema for name, table in found.items()} == SCHEMAS
    assert found["tile"].num_rows == 0 and found["day"].num_rows == 365


@pytest.mark.parametrize(
    ("name", "key"), [("day", "site"), ("tile", "calendar"), ("machine_calendar", "equipment")]
)
def test_these_tile_the_window(tables: Tables, name: str, key: str) -> None:
    by_key = defaultdict(list)
    for row in rows(tables, name):
        by_key[row[key]].append((row["from_at"], row["until_at"]))
    for spans in by_key.values():
        spans.sort()
        assert (spans[0][0], spans[-1][1]) == (YEAR.start, YEAR.end)
        assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_every_machine_calendar_has_tiles(tables: Tables) -> None:
    assert set(tables["machine_calendar"]["calendar"].to_pylist()) == set(
        tables["tile"]["calendar"].to_pylist()
    )
    assert set(tables["tile"]["calendar"].to_pylist()) == {"tulsa/shifts", "lyon/days"}


def test_machines_carry_every_limit_they_inherit(tables: Tables) -> None:
    [filler] = rows(tables, "machine", equipment="filler")
    assert filler == {
        "equipment": "filler",
        "site": "tulsa",
        "kind": "continuous",
        "class": "fast",
        "silence_us": 10 * MINUTE,
        "spread_us": 10 * MINUTE,
        "micro_us": 30 * SECOND,
        "failure_us": 10 * MINUTE,
        "lanes": 2,
        "good_by_exception": True,
        "ramp_pieces": 100,
    }
    [capper] = rows(tables, "machine", equipment="capper")
    assert (capper["silence_us"], capper["spread_us"], capper["micro_us"]) == (None, 30 * MINUTE, 90 * SECOND)
    [lathe] = rows(tables, "machine", equipment="lathe")
    assert (lathe["silence_us"], lathe["failure_us"]) == (120 * MINUTE, 5 * MINUTE)
    [site] = rows(tables, "site", site="tulsa")
    assert (site["day_start"], site["spread_us"]) == ("06:00", 30 * MINUTE)


def test_paces_stay_exact(tables: Tables) -> None:
    found = rows(tables, "standard", equipment="filler")
    paces = [
        (row["product"], row["ideal_num"], row["ideal_den"], row["std_num"], row["std_den"]) for row in found
    ]
    assert paces == [
        ("cola", 60, 240, 60, 200),
        ("cola", 60, 250, None, None),
        ("water", 60, 120, None, None),
    ]
    assert found[0]["from_at"] == at("2026-01-01T12:00")
    assert found[0]["until_at"] == found[1]["from_at"] == at("2026-02-01T12:00")
    assert (found[2]["from_at"], found[2]["until_at"]) == (FAR_PAST, FAR_FUTURE)
    [capper] = rows(tables, "standard", equipment="capper")
    assert (capper["product"], capper["ideal_num"], capper["ideal_den"]) == ("", Decimal("0.1"), 1)
    [oven] = rows(tables, "standard", equipment="oven")
    assert (oven["ideal_num"], oven["ideal_den"]) == (2700, 500)
    numbers = tables["standard"]["standard"].to_pylist()
    assert len(set(numbers)) == len(numbers)


def test_the_most_specific_pack_factor_wins(tables: Tables) -> None:
    found = {(row["equipment"], row["product"]): row["factor"] for row in rows(tables, "unit_factor")}
    assert (found["filler", "water"], found["capper", "water"], found["capper", ""]) == (12, 6, 24)


def test_changeovers_are_written_out_for_every_machine_and_as_written_for_lines(tables: Tables) -> None:
    capper = {
        (row["from_class"], row["to_class"]): row["standard_us"]
        for row in rows(tables, "changeover", equipment="capper")
    }
    assert capper == {("*", "*"): 20 * MINUTE, ("*", "sweet"): 30 * MINUTE, ("sweet", "plain"): 45 * MINUTE}
    assert [row["standard_us"] for row in rows(tables, "changeover", equipment="filler")] == [5 * MINUTE]
    assert rows(tables, "changeover_default") == [
        {"equipment": name, "product": "cola", "standard_us": 10 * MINUTE} for name in ("capper", "line-1")
    ]
    assert len(rows(tables, "changeover", equipment="line-1")) == len(capper)
    assert rows(tables, "changeover", equipment="line-2") == []
    assert rows(tables, "product_class", product="water") == [{"product": "water", "class": "plain"}]


def test_reasons_have_account_owner_and_group(tables: Tables) -> None:
    [lunch] = rows(tables, "reason", reason="lunch")
    assert lunch == {
        "reason": "lunch",
        "account": "planned_down",
        "allowance_us": 30 * MINUTE,
        "catch_all": False,
        "owner": "production",
        "group_path": "planned",
        "label": "Lunch",
        "kind": "stop",
    }
    [dent] = rows(tables, "reason", reason="dent")
    assert (dent["account"], dent["kind"], dent["owner"], dent["group_path"]) == (
        "",
        "scrap",
        "quality",
        "looks",
    )


def test_lines_say_exit_and_constraint_by_date(tables: Tables) -> None:
    assert [
        (row["until_at"], row["exit_machine"], row["constraint_machine"]) for row in rows(tables, "line")
    ] == [
        (at("2026-03-01T12:00"), "filler", "filler"),
        (FAR_FUTURE, "capper", "filler"),
        (FAR_FUTURE, "", ""),
    ]


def test_orders_are_used_only_where_and_since_it_is_said(tmp_path: Path) -> None:
    text = SMALL.replace(
        "calendar: always", "calendar: always, orders: [{is: not_used}, {is: used, from: 2026-02-01}]"
    )
    found = plant_tables(load_plant(write(tmp_path, plant=text)), YEAR)
    assert rows(found, "orders_used") == [
        {"equipment": "press", "from_at": at("2026-02-01T00:00"), "until_at": FAR_FUTURE}
    ]


def test_without_any_word_orders_are_not_used(tmp_path: Path) -> None:
    assert plant_tables(small(tmp_path), YEAR)["orders_used"].num_rows == 0


def test_sources_stay_in_the_order_written(tables: Tables) -> None:
    columns = ("match", "rank", "person", "silence_us", "silence_none")
    assert [tuple(row[name] for name in columns) for row in rows(tables, "source_rule")] == [
        ("tablet*", 100, True, None, False),
        ("plc*", 10, False, 2 * MINUTE, False),
        ("erp", 10, False, None, True),
    ]


def test_lanes(tables: Tables) -> None:
    assert [(row["lane_equipment"], row["equipment"], row["lane"]) for row in rows(tables, "lane")] == [
        ("filler:1", "filler", 1),
        ("filler:2", "filler", 2),
    ]


def test_floating_windows_name_their_shift(tables: Tables) -> None:
    found = rows(tables, "floating", from_at=at("2026-01-05T17:00"))
    assert [{**row, "window": 0} for row in found] == [
        {
            "calendar": "tulsa/shifts",
            "window": 0,
            "from_at": at("2026-01-05T17:00"),
            "until_at": at("2026-01-05T19:00"),
            "shift_from": at("2026-01-05T12:00"),
            "shift_until": at("2026-01-06T00:00"),
            "reason": "lunch",
            "length_us": 30 * MINUTE,
        }
    ]


def test_a_rotation_changes_crews_by_week(tables: Tables) -> None:
    crews = {
        (row["day"], row["shift"]): row["crew"]
        for row in rows(tables, "tile", calendar="tulsa/shifts", scheduled=True)
    }
    assert crews["2026-01-05", "day"] == "A" and crews["2026-01-05", "night"] == "B"
    assert crews["2026-01-12", "day"] == "B" and ("2026-01-12", "night") not in crews
    assert crews["2026-02-01", "day"] == "C", "an exception goes before the rotation"
    assert crews["2026-06-02", "day"] == "" and ("2026-06-03", "day") not in crews, "a later pattern"
    assert ("2026-07-03", "day") not in crews and ("2026-12-25", "day") not in crews


def test_prices_are_in_the_currency_of_the_site(tables: Tables) -> None:
    labour = {
        row["equipment"]: (row["amount"], row["currency"]) for row in rows(tables, "cost", fact="labour")
    }
    assert labour == {
        "tulsa": (Decimal("31.5"), "USD"),
        "lyon": (Decimal("31.5"), "EUR"),
        "hull": (Decimal("31.5"), "GBP"),
    }


def big_plant(folder: Path, machines: int) -> Path:
    shifts = ""
    for name, start in (("early", 6), ("late", 14), ("night", 22)):
        clock = [f"'{(start + hours) % 24:02}:00'" for hours in range(9)]
        breaks = (
            f"[{{reason: pause, at: {clock[3]}, length: 15 min}}, "
            f"{{reason: pause, between: [{clock[4]}, {clock[6]}], length: 30 min}}]"
        )
        shifts += f"      {name}: {{from: {clock[0]}, until: {clock[8]}, breaks: {breaks}}}\n"
    calendars = "calendars:\n" + "".join(
        f"  c{number}:\n    shifts:\n{shifts}    week: {{daily: [early, late, night]}}\n"
        for number in range(4)
    )
    lines = "lines:\n" + "".join(f"  l{n}: {{under: s, calendar: c{n % 4}}}\n" for n in range(20))
    floor = "machines:\n" + "".join(f"  m{n}: {{under: l{n % 20}, kind: job}}\n" for n in range(machines))
    head = (
        "plantstack: 1\nproject: big\nsites:\n  s: {zone: Europe/Berlin, currency: EUR, day_start: 06:00}\n"
    )
    reasons = "reasons:\n  pause: {owner: production, account: planned_down, allowance: 15 min}\n"
    return write(folder, plant=head, calendars=calendars, floor=lines + floor, reasons=reasons)


@pytest.mark.parametrize(("window", "seconds"), [(90, 8), (3653, 40)])
def test_200_machines_are_quick(tmp_path: Path, window: int, seconds: float) -> None:
    """Far above what it takes (about 0.2 s and 3 s): a guard against the wrong order of growth."""
    plant = load_plant(big_plant(tmp_path, 200))
    start = perf_counter()
    found = plant_tables(plant, Interval(YEAR.start, YEAR.start + window * DAY))
    print(f"{window} days: {perf_counter() - start:.2f} s, {found['tile'].num_rows} tiles")
    assert perf_counter() - start < seconds
    assert found["machine_calendar"].num_rows == 200
