"""Which right a number needs: money and figures of finance are not for every role."""

from __future__ import annotations

from plantstack.kpis.kpi import Catalog
from plantstack.kpis.needs import measures_needed
from plantstack.live.access import Sender
from plantstack.measures.catalog import MEASURES

STRATEGY = 5


def right_for(catalog: Catalog, kpi_id: str, profile: str) -> str:
    """The right that a KPI needs: `portfolio` of layer 5, `money` where money is behind it, else `read`.

    Raises:
        QueryError: when there is no such KPI.
    """
    kpi = catalog.kpi(kpi_id)
    if kpi.layer == STRATEGY:
        return "portfolio"
    behind = measures_needed(catalog, (kpi_id,), profile)
    return "money" if "money" in kpi.unit or any(MEASURES[name].is_money for name in behind) else "read"


def may_see(sender: Sender, catalog: Catalog, kpi_id: str, profile: str) -> bool:
    """Whether a KPI may be shown to somebody; a token that may read sees all."""
    return right_for(catalog, kpi_id, profile) in sender.may
