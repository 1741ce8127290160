"""Sections `settings`, `machine_classes`, `sources`, `costs`, `exchange_rates`."""

from __future__ import annotations

from decimal import Decimal

from plantstack.plant.agreed import Cost, ExchangeRate
from plantstack.plant.fields import Fields
from plantstack.plant.model import MachineClass, Profile, SourceRule
from plantstack.plant.read_equipment import read_silence, read_validity
from plantstack.plant.readers import (
    amount,
    between,
    choice,
    currency,
    day,
    decimal,
    duration,
    ident,
    integer,
    list_of,
    ref,
    share,
    text,
    yes_no,
)

# What a price or rate is for, and per what its amount is.
FACTS = {
    "contribution": "piece",
    "sales_price": "piece",
    "material": "piece",
    "scrap": "piece",
    "rework": "piece",
    "labour": "hour",
    "overtime": "hour",
    "idle_labour": "hour",
    "machine": "hour",
    "expedite": "hour",
    "maintenance_labour": "hour",
    "changeover": "changeover",
    "energy": "kWh",
    "water": "m3",
    "co2": "kg",
    "replacement_value": "machine",
}


def read_settings(fields: Fields) -> Profile:
    """Read `settings`; every key has a default."""
    base = Profile()
    made = Profile(
        name=fields.want("profile", choice("six-loss", "iso"), base.name),
        micro_stop_limit=fields.want("micro_stop_limit", duration, base.micro_stop_limit),
        failure_limit=fields.want("failure_limit", duration, base.failure_limit),
        silence_limit=fields.want("silence_limit", duration, base.silence_limit),
        orders=fields.want("orders", choice("not_used", "used"), base.orders),
        performance_cap=fields.want("performance_cap", decimal, base.performance_cap),
        repeat_window=fields.want("repeat_window", duration, base.repeat_window),
        pm_tolerance=fields.want("pm_tolerance", share, base.pm_tolerance),
        call_target=fields.want("call_target", duration, base.call_target),
        craft_crews=fields.want("craft_crews", list_of(text), base.craft_crews),
        improvement_crews=fields.want("improvement_crews", list_of(text), base.improvement_crews),
        kpis=fields.want("kpis", list_of(ident), base.kpis),
        attainment_tolerance=fields.want("attainment_tolerance", share, base.attainment_tolerance),
        attainment_grace=fields.want("attainment_grace", duration, base.attainment_grace),
        order_promise=fields.want("order_promise", _PROMISE, base.order_promise),
        baseline_window=fields.want("baseline_window", duration, base.baseline_window),
        sustain_checks=fields.want("sustain_checks", list_of(between(integer, 1, 3650)), base.sustain_checks),
        discount_rate=fields.want("discount_rate", share, base.discount_rate),
        project_life=fields.want("project_life", between(integer, 1, 50), base.project_life),
        grade_a=fields.want("grade_a", share, base.grade_a),
        grade_b=fields.want("grade_b", share, base.grade_b),
        false_alarms=fields.want("false_alarms", amount, base.false_alarms),
    )
    if made.grade_b <= made.grade_a:
        fields.problem(
            "settings-grades", "'grade_b' is not above 'grade_a'", "A is the better grade.", key="grade_b"
        )
    return made


_PROMISE = choice("original_commit_date", "customer_request_date", "latest_date")


def read_machine_class(name: str, fields: Fields) -> MachineClass:
    """Read one entry of `machine_classes`."""
    fields.want("label", text, "")
    return MachineClass(
        name, fields.want("micro_stop_limit", duration, None), fields.want("failure_limit", duration, None)
    )


def read_source(fields: Fields) -> SourceRule:
    """Read one entry of `sources`."""
    match = fields.need("match", text)
    rank = fields.want("rank", between(integer, 0, 1000), 10)
    is_person = fields.want("person", yes_no, False)
    limit, is_supervised = read_silence(fields)
    if is_person and (limit is not None or is_supervised):
        what = "a person has no silence limit: what people say holds to the end of the shift"
        fields.problem("source-person", what, "Remove 'silence_limit'.", key="silence_limit")
    return SourceRule(match, rank, is_person, limit, is_supervised)


def read_cost(fields: Fields) -> Cost:
    """Read one entry of `costs`."""
    return Cost(
        fields.need("fact", choice(*FACTS)),
        _money(fields),
        fields.want("at", list_of(ref("site", "area", "line", "machine")), ()),
        fields.want("products", list_of(ref("product")), ()),
        *read_validity(fields),
        fields.want("price_set", text, "standard"),
        fields.want("evidence", text, ""),
        fields.want("author", text, ""),
    )


def read_exchange_rate(fields: Fields) -> ExchangeRate:
    """Read one entry of `exchange_rates`."""
    made = ExchangeRate(
        fields.need("currency", currency), fields.need("into", currency), fields.need("rate", amount),
        fields.need("from", day),
    )  # fmt: skip
    if not made.rate or made.currency == made.into:
        fields.problem("exchange-rate", "expected a rate above zero between two currencies", "", key="rate")
    return made


def _money(fields: Fields) -> Decimal:
    value = fields.need("amount", decimal)
    if value * 10**4 % 1:
        fields.problem("value-wrong", "'amount': expected at most four places", "Round it.", key="amount")
    return value
