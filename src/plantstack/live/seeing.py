"""Which right a number needs: money and figures of finance are not for every role."""

from __future__ import annotations

from plantstack.errors import Problem, QueryError
from plantstack.kpis.kpi import Catalog
from plantstack.kpis.needs import measures_needed
from plantstack.live.access import Sender
from plantstack.measures.catalog import MEASURES
from plantstack.plant.plant import Plant
from plantstack.stack.answers.using import catalog_of

STRATEGY = 5


class Unseen(QueryError):
    """A number that somebody may not see."""


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


def check_seen(sender: Sender, plant: Plant, kpi_id: str) -> None:
    """Refuse a KPI that somebody may not see; one that does not exist is told by the question.

    Raises:
        Unseen: when it needs a right that he has not.
    """
    catalog = catalog_of(plant)
    if kpi_id in catalog.kpis and not may_see(sender, catalog, kpi_id, plant.profile.name):
        what = "this number is for those who may see money"
        raise Unseen(Problem("people-unseen", kpi_id, what, "Ask an administrator for another role."))


def may_see(sender: Sender, catalog: Catalog, kpi_id: str, profile: str) -> bool:
    """Whether a KPI may be shown to somebody; a token that may read sees all."""
    return right_for(catalog, kpi_id, profile) in sender.may
