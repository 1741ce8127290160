"""What a site keeps beside its machines: crews, energy, stocks, money, quality, projects, targets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from plantstack.demo.past import LinePast, MachinePast
from plantstack.demo.rows import Ints, Rows
from plantstack.demo.signals import pieces_until, scrapped
from plantstack.demo.truth import Floats, Truth
from plantstack.intervals import DAY, HOUR, MINUTE, SECOND
from plantstack.plant.plant import Plant

_WEEK = 7 * DAY
_COUNTED = 6 * MINUTE  # after the start of a shift it is known who is here
_UNWRITTEN = 0.03  # of the cost of work orders: parts that nobody wrote on one
_CONTRACT = 0.02  # of the labour cost: contractors without an order


def tell_line_works(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    """Tell crews and energy of a line."""
    _crews(rows, line, rng)
    _energy(rows, line)


def tell_site_works(
    rows: Rows,
    site: str,
    lines: Sequence[LinePast],
    plant: Plant,
    truths: Sequence[Truth],
    rng: np.random.Generator,
) -> None:
    """Tell stocks, receipts, money, quality, safety, projects and targets of a site."""
    origin, end = lines[0].origin, lines[0].end
    edges = sorted({*range(origin, end, _WEEK), lines[0].now, end})
    for number, (start, until) in enumerate(pairwise(edges)):
        _receipts(rows, site, lines, number, (start, until), rng)
        _levels(rows, site, number, start, plant, rng)
        if lines[0].effects.spans("averaged", site):
            _reported(rows, site, lines, number, (start, until))
        _costs(rows, site, lines, number, (start, until), plant)
    _quality(rows, site, lines, rng)
    _projects(rows, site, truths, origin, end)
    for line in lines:
        rows.say(
            "target", line.habit.id, origin, f"plan.{site}", f"oee-{line.habit.id}", kpi="oee",
            value=0.65, low=0.62, high=0.68, owner="plant manager", from_=origin,
        )  # fmt: skip


def _crews(rows: Rows, line: LinePast, rng: np.random.Generator) -> None:
    for shift in line.agenda.shifts:
        start, end = max(shift.span.start, line.origin), shift.span.end
        counted_at = start + _COUNTED
        if counted_at >= line.end or end <= counted_at:
            continue
        heads = line.habit.crew - int(rng.binomial(line.habit.crew, 0.05))
        if line.habit.spare and start <= line.now < end:
            heads = line.habit.crew + line.habit.spare
        hours = round(heads * (end - start) / HOUR * 15 / 16, 2)
        name = f"{line.habit.id}-{start}"
        rows.say(
            "attendance", line.habit.id, counted_at, f"time.{line.habit.site}", f"{name}-heads",
            crew=shift.crew, heads_present=heads, heads_needed=line.habit.crew, from_=start, until=end,
        )  # fmt: skip
        if end > line.end:
            continue
        rows.say(
            "labour", line.habit.id, end, f"time.{line.habit.site}", f"{name}-hours", crew=shift.crew,
            hours_paid=hours, hours_worked=round(hours * rng.uniform(0.88, 0.97), 2), from_=start, until=end,
        )  # fmt: skip


def _energy(rows: Rows, line: LinePast) -> None:
    """One meter a line, read every hour; what stands draws less than what runs."""
    ends = np.arange(line.origin + HOUR, line.end + 1, HOUR, dtype=np.int64)
    kwh = np.zeros(len(ends))
    for machine in line.machines:
        run = _run_share(machine, ends - HOUR, ends)
        on, idle = machine.habit.kw
        kwh += run * on + (1 - run) * idle
    for end, used in zip(ends.tolist(), np.round(kwh, 2).tolist(), strict=True):
        rows.say(
            "energy", line.habit.id, end, f"meter.{line.habit.id}", f"h{end}", meter=line.habit.id, kwh=used,
            from_=end - HOUR,
        )  # fmt: skip


def _run_share(machine: MachinePast, begins: Ints, ends: Ints) -> Floats:
    is_run = np.array([state == "producing" for state in machine.state])
    done = np.append(0, np.cumsum(np.where(is_run, machine.until - machine.at, 0)))
    marks = np.append(machine.at, machine.until[-1])
    share: Floats = (np.interp(ends, marks, done) - np.interp(begins, marks, done)) / (ends - begins)
    return share


def _receipts(
    rows: Rows,
    site: str,
    lines: Sequence[LinePast],
    number: int,
    span: tuple[int, int],
    rng: np.random.Generator,
) -> None:
    """What reached the stores by the ERP, and left them again: only pieces that are really there."""
    good = scrap = 0
    (own,) = rng.spawn(1)
    for line in lines:
        exit_ = line.machines[-1]
        made = pieces_until(exit_, line.origin, np.array(span))
        total = np.array([made[1] - made[0]])
        bad = scrapped(line, exit_, np.array([span[0]]), total, rng)[0][0]
        lost = sum(one.size for _, _, one in line.effects.spans("unposted", site))
        good += int(total[0] - bad - round(total[0] * lost))
        scrap += sum(_scrap_of(line, machine, span, own) for machine in line.machines)
    figures = (("erp_receipts_qty", good), ("erp_scrap_qty", scrap), ("units_shipped", good))
    for name, value in figures:
        rows.say(
            "finance", site, span[1], f"erp.{site}", f"{name}-{number}", name=name, value=value,
            from_=span[0], until=span[1],
        )  # fmt: skip


def _scrap_of(line: LinePast, machine: MachinePast, span: tuple[int, int], rng: np.random.Generator) -> int:
    """What a machine scrapped in a span, hour by hour, for its share differs with shift and product."""
    edges = np.append(np.arange(*span, HOUR, dtype=np.int64), span[1])
    made = np.diff(pieces_until(machine, line.origin, edges))
    return int(scrapped(line, machine, edges[:-1], made, rng)[0].sum())


def _reported(rows: Rows, site: str, lines: Sequence[LinePast], number: int, span: tuple[int, int]) -> None:
    """The OEE that the site reports: the plain mean of what its lines made of their planned time."""
    shares = []
    for line in lines:
        exit_ = line.machines[-1]
        edges = np.clip(np.stack([exit_.order_at, exit_.order_end]), *span)
        pieces = pieces_until(exit_, line.origin, edges[1]) - pieces_until(exit_, line.origin, edges[0])
        ideal = [
            line.conditions.paces.ideal(exit_.name, line.orders[one].product) for one in exit_.order.tolist()
        ]
        start, end = ((at - line.origin) / SECOND for at in span)
        planned = sum(
            max(min(one.end, end) - max(one.start, start), 0)
            for one in line.agenda.stretches
            if one.kind == "work"
        )
        shares.append(float((pieces * ideal).sum()) / planned if planned else 0.0)
    rows.say(
        "finance", site, span[1], f"report.{site}", f"oee-{number}", name="oee_reported",
        value=round(sum(shares) / len(shares), 4), from_=span[0], until=span[1],
    )  # fmt: skip


def _levels(rows: Rows, site: str, number: int, at: int, plant: Plant, rng: np.random.Generator) -> None:
    scale = _scale(site, plant)
    levels = (
        ("inventory_value", 900_000), ("wip_value", 140_000), ("receivable_value", 1_300_000),
        ("payable_value", 700_000), ("mro_value", 160_000), ("rav", 9_000_000),
    )  # fmt: skip
    for name, amount in levels:
        noise = 1.0 if name == "rav" else rng.normal(1, 0.05)
        rows.say(
            "level", site, at, f"erp.{site}", f"{name}-{number}", name=name,
            value=round(amount * scale * noise, 2),
        )  # fmt: skip
    rows.say(
        "level", site, at, f"cmms.{site}", f"backlog-{number}", name="backlog_hours",
        value=round(float(rng.normal(260, 25)), 1),
    )  # fmt: skip


def _scale(site: str, plant: Plant) -> float:
    """What a dollar is at the site, so that figures look at home."""
    currency = plant.sites[site].currency
    rates = {one.currency: float(one.rate) for one in plant.exchange_rates if one.into == "USD"}
    return 1 / rates.get(currency, 1.0)


def _costs(
    rows: Rows, site: str, lines: Sequence[LinePast], number: int, span: tuple[int, int], plant: Plant
) -> None:
    """Cost and sales of a week, from what was made."""
    prices = {
        (one.fact, product): float(one.amount)
        for one in plant.costs
        if site in one.at
        for product in (one.products or ("",))
    }
    material = margin = 0.0
    for line in lines:
        exit_ = line.machines[-1]
        edges = np.clip(np.stack([exit_.order_at, exit_.order_end]), span[0], span[1])
        pieces = pieces_until(exit_, line.origin, edges[1]) - pieces_until(exit_, line.origin, edges[0])
        for made, order in zip(pieces.tolist(), exit_.order.tolist(), strict=True):
            product = line.orders[order].product
            material += made * prices.get(("material", product), 0.0)
            margin += made * prices.get(("contribution", product), 0.0)
    labour = sum(line.habit.crew for line in lines) * 120 * prices.get(("labour", ""), 0.0)
    share = (span[1] - span[0]) / _WEEK
    # what finance books of maintenance is its work orders, some parts nobody wrote on one, and contractors
    orders, contract = rows.spent(f"cmms.{site}", *span) * (1 + _UNWRITTEN), labour * _CONTRACT * share
    amounts = (
        ("cost_material", material), ("cost_labour", labour * share), ("revenue", (material + margin) * 1.02),
        ("cost_overhead", labour * 0.8 * share), ("cost_maint", orders),
        ("cost_maint_contract", contract), ("cost_variable_other", material * 0.02),
    )  # fmt: skip
    for name, amount in amounts:
        rows.say(
            "cost", site, span[1], f"erp.{site}", f"{name}-{number}", account=name, amount=round(amount, 2),
            from_=span[0], until=span[1],
        )  # fmt: skip


def _quality(rows: Rows, site: str, lines: Sequence[LinePast], rng: np.random.Generator) -> None:
    """Holds with their release, deviations and complaints, a few a week; and what nearly happened."""
    for line in lines:
        last = line.machines[-1].name
        days = (line.end - line.origin) / DAY
        for number, at in enumerate(_instants(line, rng.poisson(days / 12), rng)):
            kind = str(rng.choice(["hold", "hold", "deviation", "complaint"]))
            name = f"{last}-q{number}"
            qty = int(rng.integers(1, 9)) * 10
            made = {"made_from": at - 3 * HOUR, "made_until": at - HOUR} if kind == "hold" else {}
            rows.say(
                "quality_event", last, at, f"lab.{site}", name, type=kind, qty=qty, lot=name, **made
            )  # fmt: skip
            if kind == "hold" and at + 2 * DAY < line.end:
                rows.say(
                    "quality_event", last, at + int(rng.uniform(4, 44) * HOUR), f"lab.{site}", f"{name}-r",
                    type="release", qty=qty, lot=name,
                )  # fmt: skip
        for number, at in enumerate(_instants(line, rng.poisson(days / 40), rng)):
            rows.say(
                "safety", last, at, f"tablet.{line.habit.id}", f"{last}-n{number}", type="near_miss"
            )  # fmt: skip


def _instants(line: LinePast, size: int, rng: np.random.Generator) -> list[int]:
    seconds = np.sort(rng.uniform(4 * 3600, (line.end - line.origin) / SECOND - 60, int(size)))
    return [line.origin + int(second) * SECOND for second in seconds]


# What became of an improvement: (days after it was closed, phase, share of the claim that it speaks of).
_AFTERWARDS = {
    "kaizen_worked": (
        *((28, "holds", None), (35, "validated", 0.8)),
        *((42, "holds", None), (49, "realised", 0.75)),
    ),
    "kaizen_nothing": ((28, "lost", None), (35, "validated", 0.0)),
    "kaizen_decayed": (
        *((21, "holds", None), (28, "validated", 0.7)),
        *((49, "lost", None), (56, "realised", 0.2)),
    ),
}
_CLAIM = 52_000


def _projects(rows: Rows, site: str, truths: Sequence[Truth], origin: int, end: int) -> None:
    """Each improvement that was planted was also a project, with a claim, an action, and checks later on."""
    for truth in truths:
        if truth.what.startswith("kaizen"):
            name = truth.id.rpartition("-")[0]  # the project does not know how it ends
            kpi = "changeover_vs_standard" if truth.effects else "micro_stop_rate"
            said = {"project": name, "kpi": kpi, "owner": "continuous improvement"}
            start = max(truth.from_at - 14 * DAY, origin)
            for phase, at in (("started", start), ("closed", truth.from_at)):
                rows.say(
                    "project", truth.where, at, f"ci.{site}", f"{name}-{phase}", phase=phase,
                    text=name.replace("-", " "), cost_once=4000, saving_per_year=_CLAIM, **said,
                )  # fmt: skip
            opened_at = max(truth.from_at - 2 * DAY, origin)
            for phase, at in (("opened", opened_at), ("done", truth.from_at)):
                rows.say(
                    "action", truth.where, at, f"ci.{site}", f"{name}-action-{phase}", action=name,
                    phase=phase, kpi=kpi, owner="line lead", text=name.replace("-", " "),
                    due_at=opened_at + 5 * DAY,
                )  # fmt: skip
            for days, phase, share in _AFTERWARDS[truth.what]:
                if truth.from_at + days * DAY < end:
                    money = {} if share is None else {"saving_per_year": round(_CLAIM * share)}
                    rows.say(
                        "project", truth.where, truth.from_at + days * DAY, f"ci.{site}",
                        f"{name}-{phase}-{days}", phase=phase, **money, **said,
                    )  # fmt: skip
