"""The fifteen figures finance gives of each site and period; what layer 5 cannot be built from the floor."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "finance-pack"
SHEET = "figures"
HEAD = ("site", "from", "to")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        name: as the event says it.
        unit: `money` of the site, `pc` or `h`.
        says: what it is, for whoever fills it in.
        is_level: a stock at the end of the period.
        may_be_negative: whether less than nothing makes sense.
    """

    name: str
    unit: str
    says: str
    is_level: bool = False
    may_be_negative: bool = False


FIGURES = (
    Figure("revenue", "money", "Sales of the period.", may_be_negative=True),
    Figure("cogs", "money", "Cost of goods sold.", may_be_negative=True),
    Figure("ebitda", "money", "Earnings before interest, taxes and depreciation.", may_be_negative=True),
    Figure("material", "money", "Material booked to production."),
    Figure("labour", "money", "Labour of production, with what is paid on top."),
    Figure("overhead", "money", "Overhead of production, without the classes beside it."),
    Figure("energy", "money", "Electricity, gas, steam, compressed air."),
    Figure("maintenance", "money", "Maintenance: own people, parts, contractors."),
    Figure("variable_other", "money", "What else grows with the pieces: packing, freight, licences."),
    Figure("inventory", "money", "Stock at the end of the period.", is_level=True),
    Figure("units_received", "pc", "Good pieces booked into stock."),
    Figure("units_shipped", "pc", "Pieces shipped to customers."),
    Figure("scrap_posted", "pc", "Pieces booked as scrap."),
    Figure("hours_payroll", "h", "Hours paid to the crews of production, breaks left out."),
    Figure(
        "variances",
        "money",
        "Usage, efficiency and volume variances together; unfavourable is positive.",
        may_be_negative=True,
    ),
)
