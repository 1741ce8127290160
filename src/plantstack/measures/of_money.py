"""Measures of money and stocks: cost classes, figures of finance, levels; in the currency of the site.

A class that nobody ever booked is not zero but not known: whoever has none books a 0 once.
"""

from __future__ import annotations

from plantstack.measures.measure import Evidence, Measure, Sum

_DAY_US = 86_400_000_000
_MAINTENANCE = ("maintenance", "maintenance_labour", "maintenance_material", "maintenance_contract")


def _money(name: str, meaning: str, layer: int, *accounts: str, feed: str = "cost") -> Measure:
    where = (("kind", (feed,)), ("class", accounts), ("is_closed", ("true",)))
    feeds = (feed, "finance") if feed == "cost" else (feed,)
    return Measure(
        name, "money", "flow", meaning, feeds, Sum("spans", "amount", where), layer=layer, said=accounts
    )


def _level(name: str, meaning: str, layer: int, *said: str, unit: str = "money*day") -> Measure:
    feeds = ("level", "finance") if unit == "money*day" else ("level", "work_order")
    whole = Sum("levels", "value_us", (("name", said),), _DAY_US)
    return Measure(name, unit, "level", meaning, feeds, whole, layer=layer, said=said)


def _figure(name: str, unit: str, meaning: str, *said: str) -> Measure:
    names = said or (name,)
    where = (("kind", ("finance",)), ("class", names), ("is_closed", ("true",)))
    return Measure(name, unit, "flow", meaning, ("finance",), Sum("spans", "qty", where), layer=5, said=names)


# Exclusive among each other, so that they add up to the cost of the plant.
COSTS = (
    _money("cost_material", "material", 5, "material"),
    _money("cost_labour", "labour", 5, "labour"),
    _money("cost_overhead", "overhead", 5, "overhead"),
    _money("cost_energy", "energy", 5, "energy"),
    _money("cost_maint", "cost of maintenance, with its parts", 3, *_MAINTENANCE),
    _money("cost_variable_other", "other variable cost", 5, "variable_other"),
    _money("cost_maint_labour", "maintenance: its own labour", 3, "maintenance_labour"),
    _money("cost_maint_material", "maintenance: its material", 3, "maintenance_material"),
    _money("cost_maint_contract", "maintenance: its contractors", 3, "maintenance_contract"),
    _money("mro_issued", "value of parts issued by the stores", 3, "mro_issued"),
    _money("cost_unclassed", "booked to accounts that are no class", 3, "unclassed"),
)

# Exclusive among each other; what they count is in the classes above too.
QUALITY_COSTS = (
    _money("cost_prevention", "quality cost: prevention", 4, "prevention"),
    _money("cost_appraisal", "quality cost: appraisal", 4, "appraisal"),
    _money(
        "cost_internal_failure",
        "quality cost: internal failure, containment included",
        4,
        "internal_failure",
    ),
    _money("cost_external_failure", "quality cost: external failure", 4, "external_failure"),
)

FIGURES = (
    _money("revenue", "sales of the period", 4, "revenue"),
    _money("cogs", "cost of goods sold", 5, "cogs", feed="finance"),
    _money("ebit", "earnings before interest and taxes", 5, "ebit", feed="finance"),
    _money("ebitda", "the same before depreciation", 5, "ebitda", feed="finance"),
    _money("capex", "capital spent", 5, "capex", feed="finance"),
    _figure("water_m3", "m3", "water used"),
    _figure("co2e_kg", "kg", "greenhouse gases, as CO2"),
)

# What finance and the ERP say of things the floor counts too, to tie the two out.
TIED = (
    _figure("qty_received", "pc", "good pieces booked into stock", "units_received", "erp_receipts_qty"),
    _figure("qty_shipped", "pc", "pieces shipped, by finance", "units_shipped"),
    _figure("qty_scrap_posted", "pc", "pieces booked as scrap", "scrap_posted", "erp_scrap_qty"),
    _figure("hours_payroll", "h", "hours paid, by payroll"),
    _money("cost_variances", "variance accounts, unfavourable is positive", 5, "variances", feed="finance"),
    Measure(
        "qty_untied",
        "pc",
        "flow",
        "good pieces of the floor against those booked into stock: what nothing explains",
        ("finance",),
        layer=5,
        evidence=Evidence(
            "qty_received",
            (
                *("revenue", "cogs", "ebitda", "ebit", "CONVERSION", "inventory_value_days"),
                *("cost_material", "cost_labour", "cost_overhead", "cost_energy", "cost_variable_other"),
            ),
            "Tie receipts out with the floor, site by site.",
            60,
        ),
    ),
)

LEVELS = (
    _level(
        "backlog_hours",
        "estimated hours of approved open work, as value x days",
        3,
        "backlog_hours",
        unit="h*day",
    ),
    _level("rav", "replacement asset value, as value x days", 3, "rav"),
    _level("mro_value", "value of the stores, as value x days", 3, "mro_value"),
    _level("inventory_value_days", "inventory", 5, "inventory_value", "inventory"),
    _level("receivable_value_days", "receivables", 5, "receivable_value", "receivables"),
    _level("payable_value_days", "payables", 5, "payable_value", "payables"),
    _level("wip_value_days", "work in progress", 5, "wip_value", "wip"),
    _level(
        "capital_employed_value_days", "capital employed", 5, "capital_employed", "capital_employed_value"
    ),
)


def _work(name: str, meaning: str, *of: str) -> Measure:
    where: tuple[tuple[str, tuple[str, ...]], ...] = (("kind", ("work",)),)
    where += (("class", of),) if of else ()
    where += (("is_closed", ("true",)),)
    return Measure(name, "money", "flow", meaning, ("work_order",), Sum("spans", "amount", where), layer=3)


# What work orders say they cost; the accounts say it again.
WORK_COSTS = (
    _work("cost_work_orders", "cost told by work orders, when they were done"),
    _work("cost_work_reactive", "of it on repairs that broke in", "reactive"),
)

MONEY = (*COSTS, *QUALITY_COSTS, *FIGURES, *TIED, *LEVELS, *WORK_COSTS)
