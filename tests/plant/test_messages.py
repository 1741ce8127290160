# ruff: noqa: E501 (messages are asserted as one text)
"""One golden per error: the place, what was expected, what came, and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.plant.everything import EVERYTHING, SMALL, problems, write

from plantstack.plant.load import check_plant

SITE = "plantstack: 1\nproject: p\nsites:\n  s: {zone: UTC, currency: EUR, calendar: always}\n"
CALENDAR = "calendars:\n  c:\n    shifts:\n      day: {from: 06:00, until: 14:00}\n"
JAM = "reasons:\n  jam: {owner: maintenance, account: breakdown}\n"
PAUSE = "reasons:\n  pause: {label: Pause, owner: production, account: planned_down, allowance: 15 min}\n"

# name, more.yaml beside the small plant, message
CASES: list[tuple[str, str, str]] = [
    ("unknown section", "product: {}\n",
     "more.yaml:1: unknown key 'product' in the plant file. did you mean 'products'? [key-unknown]"),
    ("section twice", "sites: {}\n",
     "more.yaml:1: section 'sites' stands here and at plant.yaml:4. Join them in one file. [section-twice]"),
    ("missing key", "standards:\n  - {machines: [press]}\n",
     "more.yaml:2: standard needs 'ideal': a pace such as '1.2 s' or '600/min'. Add 'ideal:'. [key-missing]"),
    ("unknown key", "products:\n  cola: {lable: Cola}\n",
     "more.yaml:2: unknown key 'lable' in product 'cola'. did you mean 'label'? [key-unknown]"),
    ("under what does not exist", "areas:\n  hall: {under: tulsaa}\n",
     "more.yaml:2: 'under' names the unknown site 'tulsaa'. did you mean 'tulsa'? [name-unknown]"),
    ("under the wrong level, so no cycle can be written", "areas:\n  hall: {under: line-1}\n",
     "more.yaml:2: 'under' expects a site, 'line-1' is a line. known: tulsa [name-unknown]"),
    ("neither under nor placed", "areas:\n  hall: {label: Hall}\n",
     "more.yaml:2: area 'hall' needs exactly one of 'under' or 'placed', came none. [key-choice]"),
    ("no place at all", "areas:\n  hall:\n    placed: []\n",
     "more.yaml:3: area 'hall' stands nowhere: the list of placements is empty. Name at least one placement, or use 'under'. [placement-none]"),
    ("two places at once", "areas:\n  hall:\n    placed:\n      - {under: tulsa}\n      - {under: tulsa, from: 2026-01-01}\n",
     "more.yaml:3: area 'hall' stands in two places at once: under 'tulsa' and 'tulsa'. End the first with 'until' on the day of the move. [placement-overlap]"),
    ("placement ends before it starts", "areas:\n  hall:\n    placed: [{under: tulsa, from: 2026-01-02, until: 2026-01-01}]\n",
     "more.yaml:3: 'until' 2026-01-01 is not after 'from' 2026-01-02. Swap the days. [dates-order]"),
    ("same id on two levels", "areas:\n  Press: {under: tulsa}\n",
     "plant.yaml:9: machine 'press' has the id of area 'Press' at more.yaml:2. Ids are shared by all levels, upper and lower case alike. [name-twice]"),
    ("dated values out of order", "areas:\n  hall: {under: tulsa, orders: [{is: used, from: 2026-02-01}, {is: not_used}]}\n",
     "more.yaml:2: 'orders': expected a 'from' later than the one before. Sort the list by date; only the first may have none. [dates-order]"),
    ("unknown shift", CALENDAR + "    week: {mon-fri: [dya]}\n",
     "more.yaml:5: unknown shift 'dya'. did you mean 'day'? [name-unknown]"),
    ("unknown weekday", CALENDAR + "    week: {monday: [day]}\n",
     "more.yaml:5: 'week': expected days of the week, came 'monday'. Write 'mon', 'mon-fri' or 'daily'; the week starts with mon. [value-wrong]"),
    ("weekday twice", CALENDAR + "    week: {mon-fri: [day], fri: []}\n",
     "more.yaml:5: fri stands twice in the week. Name it once. [name-twice]"),
    ("no pattern", CALENDAR,
     "more.yaml:2: calendar 'c' needs exactly one of 'week' or 'weeks' or 'days', came none. [key-choice]"),
    ("rotation without its Monday", CALENDAR + "    weeks: [{mon: [day]}]\n    first_week: 2026-01-06\n",
     "more.yaml:6: 2026-01-06 is no Monday. Write 2026-01-05. [rotation-start]"),
    ("shifts overlap", CALENDAR + "      late: {from: 13:00, until: 22:00}\n    week: {mon-fri: [day, late]}\n",
     "more.yaml:2: shifts 'day' and 'late' of calendar 'c' overlap on 2001-01-01 (mon). Change their times, or give the second crew a calendar of its own. [shift-overlap]"),
    ("exception twice", CALENDAR + "    week: {mon: [day]}\n    exceptions:\n      - {date: 2026-01-01, shifts: []}\n      - {date: 2026-01-01, shifts: [day]}\n",
     "more.yaml:8: calendar 'c' has two exceptions for 2026-01-01. Join them. [name-twice]"),
    ("changed breaks of an unknown shift", PAUSE + CALENDAR + "    week: {mon: [day]}\n    exceptions:\n      - {date: 2026-01-01, breaks: {dya: []}}\n",
     "more.yaml:9: unknown shift 'dya'. did you mean 'day'? [name-unknown]"),
    ("changed break outside its shift", PAUSE + CALENDAR + "    week: {mon: [day]}\n    exceptions:\n      - {date: 2026-01-01, breaks: {day: [{reason: pause, at: 13:50, length: 15 min}]}}\n",
     "more.yaml:9: the break does not end inside its shift. Move it, shorten it or change the shift. [break-outside]"),
    ("changed break with the wrong reason", "reasons:\n  jam: {owner: production, account: other_stop}\n" + CALENDAR + "    week: {mon: [day]}\n    exceptions:\n      - {date: 2026-01-01, breaks: {day: [{reason: jam, at: 09:00, length: 15 min}]}}\n",
     "more.yaml:4: a break of calendar 'c' has reason 'jam', which is no planned stop. Give the reason 'account: planned_down' and an allowance, or name another one. [break-reason]"),
    ("exception of nothing", CALENDAR + "    week: {mon: [day]}\n    exceptions:\n      - {date: 2026-01-01, label: Fair}\n",
     "more.yaml:7: expected the shifts of a day. Write '[early, late]', '{early: A}' or '[]'. [value-wrong]"),
    ("translation into what is no language", "reasons:\n  jam: {owner: x, account: breakdown, translations: {German: Stau}}\n",
     "more.yaml:2: 'translations': expected a language, came 'German'. Write 'de' or 'pt_BR'. [value-wrong]"),
    ("built-in calendar", "calendars:\n  always:\n    shifts: {d: {from: 06:00, until: 14:00}}\n    week: {mon: [d]}\n",
     "more.yaml:2: calendar 'always' is declared here and at built-in. Rename one of them. [name-twice]"),
    ("break outside", PAUSE + "calendars:\n  c:\n    shifts:\n      day:\n        from: 06:00\n        until: 14:00\n        breaks: [{reason: pause, at: 13:50, length: 15 min}]\n    week: {mon: [day]}\n",
     "more.yaml:9: the break does not end inside its shift. Move it, shorten it or change the shift. [break-outside]"),
    ("breaks overlap", PAUSE + "calendars:\n  c:\n    shifts:\n      day:\n        from: 06:00\n        until: 14:00\n        breaks: [{reason: pause, at: 09:00, length: 15 min}, {reason: pause, at: 09:10, length: 15 min}]\n    week: {mon: [day]}\n",
     "more.yaml:9: two fixed breaks of shift 'day' overlap. Move one of them. [break-overlap]"),
    ("break longer than its window", PAUSE + "calendars:\n  c:\n    shifts:\n      day:\n        from: 06:00\n        until: 14:00\n        breaks: [{reason: pause, between: [09:00, 09:10], length: 15 min}]\n    week: {mon: [day]}\n",
     "more.yaml:9: the break is longer than its window. Widen 'between'. [break-window]"),
    ("break with the wrong reason", "reasons:\n  jam: {owner: production, account: other_stop}\ncalendars:\n  c:\n    shifts:\n      day:\n        from: 06:00\n        until: 14:00\n        breaks: [{reason: jam, at: 09:00, length: 15 min}]\n    week: {mon: [day]}\n",
     "more.yaml:4: a break of calendar 'c' has reason 'jam', which is no planned stop. Give the reason 'account: planned_down' and an allowance, or name another one. [break-reason]"),
    ("reason without account", "reasons:\n  jam: {owner: production}\n",
     "more.yaml:2: reason 'jam' has no account. Add 'account:' to it or to a group above, one of breakdown, waiting, other_stop, no_order, planned_down. [reason-account]"),
    ("reason without owner", "reasons:\n  jam: {account: breakdown}\n",
     "more.yaml:2: reason 'jam' has no owning function. Add 'owner: maintenance' to it or to a group above. [reason-owner]"),
    ("planned without allowance", "reasons:\n  pm: {account: planned_down, owner: maintenance}\n",
     "more.yaml:2: reason 'pm' is planned_down without an allowance. Add 'allowance: 15 min'; what goes beyond it is a loss. [reason-allowance]"),
    ("allowance of an unplanned stop", "reasons:\n  jam: {account: breakdown, owner: maintenance, allowance: 5 min}\n",
     "more.yaml:2: reason 'jam' has an allowance but is no planned stop. Remove 'allowance', or set 'account: planned_down'. [reason-allowance]"),
    ("leaf in two groups", "reasons:\n  a: {owner: x, account: breakdown, reasons: {jam: Jam}}\n  b: {owner: x, account: breakdown, reasons: {jam: Jam}}\n",
     "more.yaml:3: reason 'jam' is declared here and at more.yaml:2. Rename one of them. [name-twice]"),
    ("alarm rule for an unknown leaf", JAM + "alarm_reasons: [{code: E1, reason: jma}]\n",
     "more.yaml:3: 'reason' names the unknown reason 'jma'. did you mean 'jam'? [name-unknown]"),
    ("alarm rule for a catch-all", JAM.replace("breakdown}", "breakdown, catch_all: true}") + "alarm_reasons: [{code: E1, reason: jam}]\n",
     "more.yaml:3: alarm 'E1': 'jam' is a catch-all, which explains nothing. Name another leaf of 'reasons'. [alarm-reason]"),
    ("alarm rule for scrap", "scrap_reasons: {dent: {owner: quality}}\nalarm_reasons: [{code: E1, reason: dent}]\n",
     "more.yaml:2: alarm 'E1': 'dent' is no reason of a halt. Name another leaf of 'reasons'. [alarm-reason]"),
    ("alarm rule that reaches too far", JAM + "alarm_reasons: [{code: E1, reason: jam, within: 11 min}]\n",
     "more.yaml:3: an alarm more than 10 min from the start of a halt does not explain it. Write at most '10 min'. [alarm-within]"),
    ("two alarm rules at once", JAM + "alarm_reasons:\n  - {code: E1, reason: jam}\n  - {code: E1, reason: jam, from: 2026-01-01}\n",
     "more.yaml:5: alarm 'E1' has a second rule at the same time; the first stands at more.yaml:4. Give each its own days or machines, or remove one. [alarm-overlap]"),
    ("rate for a cyclic machine", "standards: [{machines: [press], ideal: 60/min}]\n",
     "more.yaml:1: machine 'press' is cyclic: expected the time of a cycle, such as '1.2 s' or '30 s per 4', came a rate. Write it so, or change the machine's 'kind'. [pace-form]"),
    ("pace that is none", "standards: [{machines: [press], ideal: 60}]\n",
     "more.yaml:1: 'ideal': expected a pace such as '1.2 s' or '600/min', came '60'. Write '1.2 s', '45 min per 500', '600/min' or '10 case/min'. [value-wrong]"),
    ("two standards at once", "standards:\n  - {machines: [press], ideal: 1 s}\n  - {machines: [press], ideal: 2 s}\n",
     "more.yaml:3: a second standard holds at the same time for machine 'press', every product; the first stands at more.yaml:2. Give each its own 'from', or remove one. [standard-overlap]"),
    ("unit without factor", "products: {cola: {}}\nunits: [{unit: case, pieces: 12, products: [cola]}]\nstandards: [{machines: [press], ideal: 10 s per 1 case}]\n",
     "more.yaml:3: machine 'press', every product: nothing says how many pieces a 'case' is. Add it under 'units', or write the pace in pieces. [unit-factor]"),
    ("unit twice", "units:\n  - {unit: case, pieces: 12}\n  - {unit: case, pieces: 24}\n",
     "more.yaml:3: unit 'case' has a second factor; the first stands at more.yaml:2. Keep one of them. [unit-twice]"),
    ("unknown unit", "standards: [{machines: [press], ideal: 10 s per 1 case}]\n",
     "more.yaml:1: 'ideal' names the unknown unit 'case'. Declare a unit 'case'. [name-unknown]"),
    ("pace beyond nine places", "units: [{unit: case, pieces: 0.000001}]\nstandards: [{machines: [press], ideal: 10 s per 1.00001 case}]\n",
     "more.yaml:2: machine 'press', every product: the pace has more than nine decimal places or digits. Write it with fewer places. [pace-exact]"),
    ("changeover default twice", "changeovers:\n  line-1: {matrix: {any: {any: 5 min}}}\n",
     "more.yaml:2: 'matrix' says any to any. Write it as 'default:'. [changeover-any]"),
    ("changeover class unknown", "products: {cola: {class: sweet}}\nchangeovers:\n  line-1: {matrix: {sweat: {any: 5 min}}}\n",
     "more.yaml:3: 'matrix' names the unknown product class 'sweat'. did you mean 'sweet'? [name-unknown]"),
    ("changeover of nothing", "changeovers:\n  line-9: {default: 5 min}\n",
     "more.yaml:2: 'changeovers' names the unknown site or area or line or machine 'line-9'. did you mean 'line-1'? [name-unknown]"),
    ("setup limits", "setup_specs:\n  - machines: [press]\n    parameters: {force: {low: 3, target: 2}}\n",
     "more.yaml:3: parameter 'force': expected low <= target <= high. Swap the values. [setup-limits]"),
    ("person with silence limit", "sources: [{match: tablet, person: true, silence_limit: 1 h}]\n",
     "more.yaml:1: a person has no silence limit: what people say holds to the end of the shift. Remove 'silence_limit'. [source-person]"),
    ("H_CF_10 two rules for one source", "sources:\n  - {match: plc}\n  - {match: plc, rank: 20}\n",
     "more.yaml:3: sources 'plc' have a rule already, at more.yaml:2. Join the two. [source-twice]"),
    ("price twice", "costs:\n  - {fact: labour, amount: 30}\n  - {fact: labour, amount: 31}\n",
     "more.yaml:3: a second price holds at the same time for 'labour' at 'every site', every product; the first stands at more.yaml:2. Give each its own 'from', or remove one. [price-overlap]"),
    ("target without a value", "targets: [{kpi: oee}]\n",
     "more.yaml:1: a target needs either 'value', or 'low' and 'high' or one of them. Write 'value: 65 %', or 'low: 95 %' and 'high: 105 %'. [target-value]"),
    ("target upside down", "targets: [{kpi: oee, low: 3, high: 2}]\n",
     "more.yaml:1: 'low' is above 'high'. Swap them. [target-value]"),
    ("target that nothing misses", "targets: [{kpi: oee, value: 3, dead_band: 100 %}]\n",
     "more.yaml:1: a dead band as wide as the target is missed by nothing. Write a share of the target, such as '2 %'. [target-value]"),
    ("target with a strange unit", "targets: [{kpi: oee, value: 3 apples}]\n",
     "more.yaml:1: 'value': expected a number, a share or a time, came '3 apples'. Write a number in the unit of the KPI, '65 %', or a time such as '20 min'. [value-wrong]"),
    ("target twice", "targets:\n  - {kpi: oee, value: 0.6}\n  - {kpi: oee, value: 0.7, from: 2026-01-01}\n",
     "more.yaml:3: a target for oee stands already at more.yaml:2. End the earlier one with 'until'. [target-twice]"),
    ("unknown price", "costs: [{fact: labor, amount: 30}]\n",
     "more.yaml:1: 'fact': expected one of 'contribution', 'sales_price', 'material', 'scrap', 'rework', 'labour', 'overtime', 'idle_labour', 'machine', 'expedite', 'maintenance_labour', 'changeover', 'energy', 'water', 'co2', 'replacement_value', came 'labor'. did you mean 'labour'? [value-wrong]"),
    ("rate of one currency", "exchange_rates: [{currency: EUR, into: EUR, rate: 1, from: 2026-01-01}]\n",
     "more.yaml:1: expected a rate above zero between two currencies. [exchange-rate]"),
    ("rate twice", "exchange_rates:\n  - {currency: EUR, into: USD, rate: 1, from: 2026-01-01}\n  - {currency: EUR, into: USD, rate: 2, from: 2026-01-01}\n",
     "more.yaml:3: a second rate holds at the same time for EUR into USD; the first stands at more.yaml:2. Give each its own 'from', or remove one. [rate-overlap]"),
    ("grades", "settings: {grade_a: 10 %}\n",
     "more.yaml:1: 'grade_b' is not above 'grade_a'. A is the better grade. [settings-grades]"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "more", "message"), CASES, ids=[case for case, _, _ in CASES])
def test_one_problem_says_all(tmp_path: Path, case: str, more: str, message: str) -> None:
    found = problems(tmp_path, plant=SMALL, more=more)
    assert found == [message]


# name, whole plant.yaml, message
WHOLE: list[tuple[str, str, str]] = [
    ("no sites", "plantstack: 1\nproject: p\n",
     "plant.yaml: the plant has no site. Add 'sites:' with one entry; `plantstack init` shows how. [plant-empty]"),
    ("newer schema", "plantstack: 2\nproject: p\nsites: {s: {zone: UTC, currency: EUR}}\n",
     "plant.yaml:1: 'plantstack': expected the schema number 1, came '2'. This plantstack reads schema 1 only; a newer one may read it. [value-wrong]"),
    ("no project", SITE.replace("project: p\n", ""),
     "plant.yaml:1: the plant file needs 'project': a short id. Add 'project:'. [key-missing]"),
    ("section without content", SITE + "lines:\n",
     "plant.yaml:6: 'lines': expected further keys, came nothing. Fill it or remove it. [value-empty]"),
    ("no calendar", SITE.replace(", calendar: always", "") + "machines:\n  m: {under: s, kind: job}\n",
     "plant.yaml:6: machine 'm' has no calendar. Write 'calendar: always' (day and night) or a calendar of yours at its site. [calendar-missing]"),
    ("calendar too late", SITE.replace("calendar: always", "calendar: [{is: always, from: 2026-01-01}]") + "machines:\n  m: {under: s, kind: job}\n",
     "plant.yaml:6: machine 'm' has no calendar before the first one that is dated. Write 'calendar: always' (day and night) or a calendar of yours at its site. [calendar-missing]"),
    ("manual without crew", SITE + "machines:\n  m: {under: s, kind: manual}\nstandards: [{machines: [m], ideal: 2 min}]\n",
     "plant.yaml:7: machine 'm' is manual: expected the time of a piece at a crew size, such as '2.5 min' with 'crew: 3', came no crew. Add 'crew:'. [pace-form]"),
    ("flow twice", SITE + "lines:\n  l: {under: s, flow: [m, m]}\nmachines:\n  m: {under: l, kind: job}\n",
     "plant.yaml:6: a machine stands twice in the flow of line 'l'. Name it once. [flow-twice]"),
    ("machine of another line", SITE + "lines:\n  l: {under: s, exit: m}\nmachines:\n  m: {under: s, kind: job}\n",
     "plant.yaml:6: 'exit' of line 'l' names 'm', which never stands under it. Write 'under: l' at the machine, or remove it here. [line-machine]"),
    ("buffer at the end", SITE + "lines:\n  l: {under: s, flow: [m], buffers: [{after: m}]}\nmachines:\n  m: {under: l, kind: job}\n",
     "plant.yaml:6: nothing follows 'm' in the flow of line 'l', so it has no buffer. Name a machine of 'flow' but the last. [line-buffer]"),
    ("moves to another site", SITE + "  t: {zone: UTC, currency: EUR}\nareas:\n  a: {placed: [{under: s, until: 2026-01-01}, {under: t, from: 2026-01-01}]}\n",
     "plant.yaml:7: area 'a' stands in more than one site: s, t. What moves to another site gets a new id there: its books change clock and currency. [plant-two-sites]"),
    ("never stands", SITE + "areas:\n  a: {placed: [{under: s, until: 2025-01-01}]}\nlines:\n  l: {placed: [{under: a, from: 2026-01-01}]}\n",
     "plant.yaml:8: line 'l' never stands anywhere while 'a' does. Check the dates under 'placed'. [plant-nowhere]"),
    ("night shift", SITE.replace("always", "c") + CALENDAR + "      night: {from: 22:00, until: 06:00}\n    week: {daily: [day, night]}\nmachines:\n  m: {under: s, kind: job}\n",
     "plant.yaml:6: shift 'night' (22:00 to 06:00) of calendar 'c' crosses the start of the production day of site 's' at 00:00. Write 'day_start: 06:00' at the site, or split the shift there. [shift-crosses-day]"),
    ("fiscal list", SITE.replace("currency: EUR,", "currency: EUR, fiscal: {pattern: list},"),
     "plant.yaml:4: 'periods' goes with 'pattern: list', and only with it. Set the pattern, or list the periods. [fiscal-periods]"),
    ("fiscal year end", SITE.replace("currency: EUR,", "currency: EUR, fiscal: {pattern: 4-4-5, year_ends: end of june},"),
     "plant.yaml:4: 'year_ends': expected the last day of the fiscal year, came 'end of june'. Write 'last saturday of september' or 'nearest saturday to end of january'. [value-wrong]"),
    ("H_CF_12 zone", SITE.replace("UTC", "Europe/Berln"),
     "plant.yaml:4: 'zone': expected a time zone such as 'Europe/Berlin', came 'Europe/Berln'. did you mean 'Europe/Berlin'? [value-wrong]"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "plant", "message"), WHOLE, ids=[case for case, _, _ in WHOLE])
def test_a_whole_plant_with_one_problem(tmp_path: Path, case: str, plant: str, message: str) -> None:
    assert problems(tmp_path, plant=plant) == [message]


def test_a_missing_plant_file_is_the_only_news(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        "plant.yaml: expected a file, came nothing readable under this name. Run `plantstack init DIR` for a first one. [file-missing]"
    ]


def test_another_suffix_is_not_silently_left_out(tmp_path: Path) -> None:
    write(tmp_path, plant=SMALL)
    (tmp_path / "reasons.yml").write_text("reasons: {}\n", encoding="utf-8")
    assert [str(problem) for problem in check_plant(tmp_path)] == [
        "reasons.yml: expected the suffix '.yaml'; the file is not read. Rename it to 'reasons.yaml'. [file-suffix]"
    ]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        plant=SMALL.replace("cyclic", "cyclical").replace("USD", "usd"),
        reasons="reasons:\n  jam: {owner: production}\n  jam: x\n",
        products="products:\n  cola: {lable: x}\nstandards: [{machines: [pres], ideal: 1}]\n",
        broken="a: [\n",
    )
    assert [problem.split(" [")[-1].rstrip("]") for problem in found] == [
        "yaml-syntax", "value-wrong", "value-wrong", "key-unknown", "value-wrong", "reason-account", "yaml-duplicate-key",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("60/min", "60 per minute", "expected a pace"),
        ("continuous", "continous", "did you mean 'continuous'"),
    ],
)
def test_what_could_not_be_read_has_no_form_to_be_wrong(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    plant = SMALL.replace("cyclic", "continuous") + "standards: [{machines: [press], ideal: 60/min}]\n"
    assert problems(tmp_path, plant=plant) == []
    (found,) = problems(tmp_path, plant=plant.replace(old, new))
    assert says in found and "[value-wrong]" in found


def test_a_broken_file_does_not_make_its_names_unknown(tmp_path: Path) -> None:
    plant = SMALL.replace("calendar: always", "calendar: c")
    found = problems(tmp_path, plant=plant, calendars="calendars:\n\tc: {}\n")
    assert len(found) == 1 and "tabs" in found[0]


def codes() -> set[str]:
    source = "".join(path.read_text() for path in Path("src/plantstack/plant").glob("*.py"))
    found = re.findall(
        r"(?:report\.add|self\.add|\.problem|_note|_stop|Problem)\(\s*\"([a-z0-9]+(?:-[a-z0-9]+)+)\"", source
    )
    return {*found, "standard-overlap", "price-overlap", "rate-overlap"}


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_code_has_a_golden_and_a_line_in_the_guide(code: str) -> None:
    tests = "".join(path.read_text() for path in Path("tests/plant").glob("test_*.py"))
    assert f"[{code}]" in tests or f'"{code}"' in tests
    assert f"`{code}`" in Path("docs/guide/plant-files.md").read_text()


def test_the_plant_with_everything_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, plant=EVERYTHING) == []
