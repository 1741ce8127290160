"""Every measure there is, by name.

>>> MEASURES["time_run"].sum
Sum(table='time', column='us', where=(('account', ('run',)),), per=0)
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from plantstack.measures.evidence import EVIDENCE
from plantstack.measures.later import LATER
from plantstack.measures.measure import Measure
from plantstack.measures.of_causes import CAUSES
from plantstack.measures.of_improvement import IMPROVEMENT
from plantstack.measures.of_money import MONEY
from plantstack.measures.of_pieces import PIECES
from plantstack.measures.of_shift import SHIFT
from plantstack.measures.of_spans import SPANS
from plantstack.measures.of_time import TIME
from plantstack.measures.of_work import WORK

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            *TIME,
            *PIECES,
            *SPANS,
            *SHIFT,
            *WORK,
            *MONEY,
            *IMPROVEMENT,
            *CAUSES,
            *EVIDENCE,
            *LATER,
        )
    }
)
