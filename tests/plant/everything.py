"""A plant that uses every key once; small plants for tests of one thing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from plantstack.intervals import DAY, Interval, to_us
from plantstack.plant.load import check_plant, load_plant
from plantstack.plant.plant import Plant

SMALL = """\
plantstack: 1
project: small
enterprise: acme
sites:
  tulsa: {zone: UTC, currency: USD, calendar: always}
lines:
  line-1: {under: tulsa}
machines:
  press: {under: line-1, kind: cyclic}
"""

EVERYTHING = """\
plantstack: 1
project: all
enterprise: acme
label: Acme
sites:
  tulsa:
    label: Tulsa
    zone: America/Chicago
    currency: USD
    day_start: 06:00
    calendar: [{is: always}, {is: shifts, from: 2026-01-01}]
    orders: [{is: not_used}, {is: used, from: 2026-02-01}]
    fiscal: {pattern: 4-4-5, year_ends: last saturday of september, week_53: first}
    silence_limit: 30 min
    closed: [2026-12-25]
    owner: Acme Inc
    reporting_unit: [{is: North}, {is: South, from: 2026-07-01}]
  lyon:
    zone: Europe/Paris
    currency: EUR
    calendar: days
    fiscal:
      pattern: list
      periods:
        - {label: P1, from: 2026-01-01, until: 2026-07-01, quarter: H1, year: Y26}
        - {label: P2, from: 2026-07-01, until: 2027-01-01, quarter: H2, year: Y26}
  hull:
    zone: Europe/London
    currency: GBP
    fiscal: {pattern: gregorian, year_starts: 4}
areas:
  hall: {under: tulsa, label: Hall, calendar: shifts, orders: used}
lines:
  line-1:
    label: Line 1
    under: hall
    calendar: shifts
    orders: used
    flow: [filler, capper]
    buffers: [{after: filler, capacity: 12.5}]
    exit: [{is: filler}, {is: capper, from: 2026-03-01}]
    constraint: filler
  line-2: {placed: [{under: hall, until: 2026-04-01}, {under: tulsa, from: 2026-04-01}]}
machines:
  filler:
    label: Filler
    placed: [{under: line-1, until: 2026-05-01}, {under: line-2, from: 2026-05-01}]
    kind: continuous
    class: fast
    parallel: 2
    good: by_exception
    ramp: 100
    silence_limit: 10 min
    calendar: shifts
    orders: used
    capture: [{is: manual}, {is: signal, from: 2026-06-01}]
  capper: {under: line-1, kind: cyclic, silence_limit: none}
  oven: {under: hall, kind: batch}
  bench: {under: lyon, kind: manual}
  lathe: {under: lyon, kind: job}
machine_classes:
  fast: {label: Fast, micro_stop_limit: 30 s, failure_limit: 10 min}
calendars:
  shifts:
    shifts:
      day:
        from: 06:00
        until: 18:00
        breaks:
          - {reason: pause, at: 09:00, length: 15 min}
          - {reason: lunch, between: [11:00, 13:00], length: 30 min}
      night: {from: 18:00, until: 06:00}
    weeks:
      - {mon-thu: {day: A, night: B}, fri: {day: A}}
      - {daily: {day: B}}
    first_week: 2026-01-05
    changes:
      - from: 2026-06-01
        shifts: {day: {from: 07:00, until: 17:00}}
        days: [[day], [day], [], []]
        first_day: 2026-06-01
    exceptions:
      - {date: 2026-07-03, shifts: [], label: Holiday}
      - {date: 2026-02-01, shifts: {day: C}}
      - {date: 2026-02-02, breaks: {day: [{reason: pause, at: 10:00, length: 15 min}]}}
  days:
    shifts: {day: {from: 08:00, until: 16:00}}
    week: {mon-fri: [day]}
products:
  cola: {label: Cola, family: soft, class: sweet, planned_scrap: 1.5 %}
  water: {class: plain}
  "4711 A/B": {}
units:
  - {unit: case, pieces: 24}
  - {unit: case, pieces: 12, products: [water], machines: [filler]}
  - {unit: case, pieces: 6, products: [water]}
standards:
  - machines: [filler]
    products: [cola]
    ideal: 10 case/min
    standard: 200/min
    from: 2026-01-01
    until: 2026-02-01
    evidence: run
    author: engineering
  - {machines: [filler], products: [cola], ideal: 250/min, from: 2026-02-01}
  - {machines: [filler], products: [water], ideal: 10 case/min}
  - {machines: [capper], ideal: 0.1 s}
  - {machines: [oven], ideal: 45 min per 500}
  - {machines: [bench], ideal: 2.5 min, crew: 3}
  - {machines: [lathe], ideal: 12 min}
changeovers:
  line-1:
    default: 20 min
    matrix: {sweet: {plain: 45 min}, any: {sweet: 30 min}}
    products: {cola: 10 min}
  filler: {default: 5 min}
reasons:
  planned:
    label: Planned
    translations: {de: Geplant}
    owner: production
    account: planned_down
    allowance: 15 min
    reasons:
      pause: {label: Pause}
      lunch: {label: Lunch, allowance: 30 min}
  jam: {label: Jam, owner: production, account: other_stop, catch_all: true, until: 2027-01-01,
        translations: {de: Stau, pt_BR: Engarrafamento}}
scrap_reasons:
  looks: {label: Looks, owner: quality, reasons: {scratch: {label: Scratch, catch_all: true}, dent: Dent}}
alarm_reasons:
  - {code: "E2*", reason: lunch, at: [line-1], classes: [fast], within: 20 s, from: 2026-01-01,
     until: 2027-01-01, evidence: learned, author: engineering}
  - {code: E201, reason: pause}
setup_specs:
  - machines: [filler]
    products: [cola]
    from: 2026-01-01
    evidence: trial
    author: engineering
    parameters: {pressure: {target: 2.8, low: 2.6, high: 3.0, unit: bar}, speed: {high: 100}}
costs:
  - {fact: contribution, amount: 0.18, at: [line-1], products: [cola], from: 2026-01-01, until: 2027-01-01,
     price_set: budget, evidence: example, author: controlling}
  - {fact: labour, amount: 31.5}
exchange_rates:
  - {currency: EUR, into: USD, rate: 1.1, from: 2026-01-01}
targets:
  - {kpi: oee, at: [line-1], products: [cola], value: 65 %, dead_band: 2 %, from: 2026-01-01,
     until: 2027-01-01, owner: plant manager, evidence: best weeks, author: lean}
  - {kpi: crew_present_ratio, low: 95 %, high: 1.1}
  - {kpi: copq, value: 1200.5, per: month, currency: USD}
own_kpis: {schema: plantstack-kpis/1}
sources:
  - {match: "tablet*", rank: 100, person: true}
  - {match: "plc*", silence_limit: 2 min}
  - {match: "erp", silence_limit: none}
people:
  least_people: 6
  least_crews: 4
  crews: {blue: 8, red: 0}
  unsigned_entries: false
settings:
  profile: iso
  micro_stop_limit: 90 s
  failure_limit: 5 min
  silence_limit: 2 h
  orders: used
  performance_cap: 1
  repeat_window: 30 d
  pm_tolerance: 10 %
  call_target: 10 min
  craft_crews: [maintenance, electricians]
  improvement_crews: [kaizen]
  kpis: [mtta, teep]
  attainment_tolerance: 5 %
  attainment_grace: 1 d
  order_promise: latest_date
  baseline_window: 12 weeks
  sustain_checks: [30]
  discount_rate: 8 %
  project_life: 5
  grade_a: 2 %
  grade_b: 10 %
  false_alarms: 0.25
"""

# `hull` has no calendar and no machine: nothing asks for one.


def write(folder: Path, **files: str) -> Path:
    """Write `plant='...'` as plant.yaml and so on."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def small(folder: Path, more: str = "") -> Plant:
    return (
        load_plant(write(folder, plant=SMALL, more=more)) if more else load_plant(write(folder, plant=SMALL))
    )


def problems(folder: Path, **files: str) -> list[str]:
    return [str(problem) for problem in check_plant(write(folder, **files))]


def at(text: str) -> int:
    """An instant in UTC."""
    return to_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


def days(first: str, number: int) -> Interval:
    """So many UTC days."""
    return Interval(at(first), at(first) + number * DAY)
