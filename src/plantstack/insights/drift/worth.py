"""Which drifts are worth a word: large enough to be seen at the machine, no shadow of another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plantstack.insights.facts import Place
from plantstack.insights.finding import Finding

_PACE = 0.025  # of the ideal rate: less is within how exactly a rate can be read
_RARE = 1.0  # at least one in ten: less is the threshold's own doubt


def worth_saying(found: Iterable[Finding], places: Mapping[str, Place]) -> list[Finding]:
    """Leave out what is too small, and machines that only run as the pacing one of their line lets them.

    Args:
        found: of all machines.
        places: by machine.
    """
    kept = [one for one in found if one.severity >= _RARE and not _is_small(one)]
    paced = {
        places[one.subject.equipment].line
        for one in kept
        if one.kind == "drift_speed" and places[one.subject.equipment].is_pacing
    }
    return [one for one in kept if not _follows(one, places[one.subject.equipment], paced)]


def _is_small(one: Finding) -> bool:
    return one.kind == "drift_speed" and abs(one.effect.value - one.effect.baseline) < _PACE


def _follows(one: Finding, place: Place, paced: set[str]) -> bool:
    return one.kind == "drift_speed" and bool(place.line) and place.line in paced and not place.is_pacing
