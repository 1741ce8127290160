"""Set-up checks that are due before a machine runs on: centrelines of the order that nobody checked yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plantstack.intervals import DAY, Interval
from plantstack.stack.floor.present import Present
from plantstack.stack.floor.rows import Said
from plantstack.stack.floor.sight import Sight

_ORDERS_BACK = 14 * DAY


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the centreline of a machine for a product.

    Attributes:
        parameter: its name.
        target: as the plant files have it; None where they have none. `low` and `high` are its limits.
        unit: of all three; '' where none is written.
        value: as it was last checked in this order; None: not checked yet.
        checked_at: when, microseconds UTC.
        is_ok: whether that check was within the limits; None: not checked yet.
    """

    parameter: str
    target: float | None
    low: float | None
    high: float | None
    unit: str
    value: float | None
    checked_at: int | None
    is_ok: bool | None


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """The centreline of a machine for the order that is on.

    Attributes:
        machine: id.
        order: that is on; `product` likewise.
        since_at: when the order began, microseconds UTC.
        parameters: all of them, in the order of the plant files.
        is_due: some are not checked since the order began, or were last found outside.
        is_overdue: due, and the machine runs already.
    """

    machine: str
    order: str
    product: str
    since_at: int
    parameters: tuple[Parameter, ...]
    is_due: bool
    is_overdue: bool


def setup_checks(present: Present) -> dict[str, SetupCheck]:
    """The centrelines that hold now, by machine; machines without any, or without a product, are absent."""
    sight = present.sight
    specs = _specs(sight)
    if not specs:
        return {}
    began = {machine: _order_began(present, machine) for machine in specs}
    since_all = min((at for at in began.values() if at is not None), default=sight.now)
    checks = sight.said({"setup_check"}, Interval(since_all, sight.now + 1))
    found: dict[str, SetupCheck] = {}
    for machine in specs:
        current, since = present.current(machine), began[machine]
        if current is None or since is None:
            continue
        mine = _centreline(specs[machine], current.last.product, sight.now)
        if mine:
            told = [one for one in checks if one.machine == machine and one.at >= since]
            parameters = tuple(_parameter(spec, told) for spec in mine)
            is_due = any(one.is_ok is not True for one in parameters)
            found[machine] = SetupCheck(
                machine=machine,
                order=current.last.order,
                product=current.last.product,
                since_at=since,
                parameters=parameters,
                is_due=is_due,
                is_overdue=is_due and current.state == "running",
            )
    return found


def _order_began(present: Present, machine: str) -> int | None:
    """Where the order and product that are on began, by the ledger; None where no product is known."""
    current = present.current(machine)
    if current is None or not current.last.product:
        return None
    on = (current.last.order, current.last.product)
    for span in (present.window, Interval(present.window.start - _ORDERS_BACK, present.window.end)):
        entries = present.sight.entries(span, () if span == present.window else (machine,))[machine]
        began = span.start
        for one in reversed(entries):
            if (one.order, one.product) != on:
                return began
            began = one.from_at
    return began


@dataclass(frozen=True, slots=True)
class _Spec:
    product: str
    parameter: str
    from_at: int
    target: float | None
    low: float | None
    high: float | None
    unit: str


def _specs(sight: Sight) -> Mapping[str, list[_Spec]]:
    found: dict[str, list[_Spec]] = {}
    for row in sight.books.tables["setup_spec"].to_pylist():
        if row["equipment"] in sight.machines:
            target, low, high = (_number(row[name]) for name in ("target", "low", "high"))
            spec = _Spec(row["product"], row["parameter"], row["from_at"], target, low, high, row["unit"])
            found.setdefault(row["equipment"], []).append(spec)
    return found


def _number(told: object) -> float | None:
    return None if told is None else float(str(told))


def _centreline(specs: Iterable[_Spec], product: str, now: int) -> list[_Spec]:
    """The newest of each parameter; what is written for the product goes before what is for all."""
    best: dict[str, _Spec] = {}
    for one in specs:
        if one.product not in ("", product) or one.from_at > now:
            continue
        held = best.get(one.parameter)
        if held is None or (one.product != "", one.from_at) >= (held.product != "", held.from_at):
            best[one.parameter] = one
    return list(best.values())


def _parameter(spec: _Spec, checks: Iterable[Said]) -> Parameter:
    mine = [one for one in checks if one.row["parameter"] == spec.parameter]
    last = mine[-1] if mine else None
    return Parameter(
        parameter=spec.parameter,
        target=spec.target,
        low=spec.low,
        high=spec.high,
        unit=spec.unit or "",
        value=last.row["value"] if last else None,
        checked_at=last.at if last else None,
        is_ok=_is_ok(last) if last else None,
    )


def _is_ok(check: Said) -> bool:
    """As the check says itself, else within the limits it names."""
    row = check.row
    if row["ok"] is not None:
        return bool(row["ok"])
    low, high, value = row["low"], row["high"], row["value"]
    return (low is None or value >= low) and (high is None or value <= high)
