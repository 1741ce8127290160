"""What connections of polled devices share: pace, time-outs, budgets, limits of values.

    every: 1 s           # from poll to poll; each device may have its own
    repeat: 1 min        # what did not change is told again after it
    timeout: 2 s
    budget: {requests: 10/s, sessions: 4}
    devices:
      box-1: {host: 10.0.0.5, every: 500 ms, tags: {heat: {..., between: [0, 400]}}}

What a kind of device adds, such as `host` and the rest of a tag, its own settings read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic

from plantstack.connectors.polling.device import Budget, Device, Limits, P
from plantstack.intervals import MINUTE, SECOND
from plantstack.plant.source import Fields, between, decimal, duration, integer, list_of, rate

MOST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Asked(Generic[P]):
    """What a kind of device reads from its settings.

    Attributes:
        endpoint: where it answers.
        plan: what is asked.
        limits: tag -> what its values can be.
        requests: how many a poll takes.
    """

    endpoint: str
    plan: P
    limits: Mapping[str, Limits | None]
    requests: int


@dataclass(frozen=True, slots=True)
class _Pace:
    budget: Budget
    every: int = SECOND
    repeat: int = MINUTE
    timeout: int = 2 * SECOND


def read_devices(fields: Fields, read: Callable[[Fields], Asked[P]], *, sessions: int) -> list[Device[P]]:
    """Read the devices of a connection; what stands beside them holds for those that do not say it.

    Args:
        fields: of the connection.
        read: reads what belongs to the kind.
        sessions: at most so many with one endpoint, unless the budget says else.
    """
    common = _pace(fields, _Pace(budget=Budget(sessions=sessions)))
    plans: dict[str, Fields] = {}

    def device(name: str, own: Fields) -> Device[P]:
        pace, asked = _pace(own, common), read(own)
        plans[name] = own
        return Device(
            name,
            asked.endpoint,
            asked.plan,
            asked.limits,
            asked.requests,
            pace.every / SECOND,
            pace.repeat / SECOND,
            pace.timeout / SECOND,
            pace.budget,
        )

    devices = list(fields.named("devices", "device", device, declare=False).values())
    if not devices:
        fields.problem("key-missing", "connection needs 'devices': at least one", "Add 'devices:'.")
    _check_budgets(devices, plans)
    return devices


def _pace(fields: Fields, before: _Pace) -> _Pace:
    own = fields.section("budget")
    budget = Budget(
        own.want("requests", rate, before.budget.requests),
        own.want("sessions", between(integer, 1, 100), before.budget.sessions),
    )
    own.close()
    return _Pace(
        budget,
        fields.want("every", duration, before.every),
        fields.want("repeat", duration, before.repeat),
        fields.want("timeout", duration, before.timeout),
    )


def _check_budgets(devices: list[Device[P]], plans: Mapping[str, Fields]) -> None:
    """What is asked of one endpoint must stay within its smallest budget."""
    behind: dict[str, list[Device[P]]] = defaultdict(list)
    for one in devices:
        behind[one.endpoint].append(one)
    for endpoint, those in behind.items():
        asked = sum((one.requests / Fraction(one.every_s) for one in those), Fraction())
        most = min(one.budget.requests for one in those)
        if asked > most:
            what = f"{endpoint} would be asked {float(asked):g} times a second, its budget is {float(most):g}"
            fix = "Ask less often ('every'), put tags side by side, or raise 'budget: {requests: ...}'."
            plans[those[0].name].problem("device-budget", what, fix)


def read_limits(fields: Fields) -> Limits | None:
    """Read `between: [low, high]` of a tag."""
    numbers = fields.want("between", list_of(decimal), None)
    if numbers is None:
        return None
    if len(numbers) != 2 or not numbers[0] < numbers[1]:
        fields.problem("value-wrong", "'between': expected two numbers, the lesser first", key="between")
        return None
    return Limits(float(numbers[0]), float(numbers[1]))


def scaled(value: float, scale: Decimal | None) -> float:
    """Multiply as it is written: 1234 at a scale of 0.1 is 123.4.

    >>> scaled(1234, Decimal("0.1")), scaled(7, None)
    (123.4, 7)
    """
    return value if scale is None else float(Decimal(value) * scale)
