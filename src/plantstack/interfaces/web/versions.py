"""Which definitions the figures of a sheet follow: the names of KPIs and the numbers of their editions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plantstack.interfaces.web.page import Reading

Versions = Mapping[str, tuple[str, int]]
"""KPI -> its name, as the catalogue has it, and the edition of its definition."""


def named_versions(visit: Reading, told: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The editions by what the reader calls the KPIs."""
    return {visit.say(name): version for name, version in told}
