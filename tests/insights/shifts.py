"""A shift to be told of, and readers in every language."""

from __future__ import annotations

from plantstack.insights.saying import Name
from plantstack.insights.telling.facts_of_shift import (
    Called,
    CameLate,
    Changes,
    Crew,
    Held,
    Late,
    LineOfShift,
    LossOfShift,
    Material,
    SafetyEvent,
    ShiftFacts,
    Silence,
    SlowRun,
    Standing,
)
from plantstack.insights.telling.render import Reader
from plantstack.interfaces.web import formats
from plantstack.interfaces.web.speaking import catalogue
from plantstack.intervals import HOUR, MINUTE

START = 1_772_431_200_000_000
NAMES = {
    "line-1": "Line 1",
    "line-2": "Line 2",
    "filler": "Filler",
    "packer": "Packer 3",
    "jam": "Jam",
    "cola": "Cola 0.5",
}


def reader(language: str) -> Reader:
    """Somebody who reads a language on a wall in Tulsa."""
    return Reader(language, "America/Chicago", catalogue(language).gettext, _name, formats)


def _name(name: Name) -> str:
    return NAMES.get(name.id, name.id)


def early() -> ShiftFacts:
    """A shift with something of everything, four hours old."""
    now = START + 4 * HOUR
    return ShiftFacts(
        place="tulsa",
        shift="early",
        start=START,
        end=START + 8 * HOUR,
        now=now,
        currency="USD",
        lines=(
            LineOfShift("line-1", "filler", 1200, 1300, 40, 1400, 20, (0.0, 600.0)),
            LineOfShift("line-2", "packer", 900, 880, 0, 905, 0),
        ),
        losses=(
            LossOfShift(
                "filler", "line-1", "jam", "breakdown", 2537, 3, 120, (0, 211, 423), "contribution sold", 600
            ),
            LossOfShift("packer", "line-2", "", "micro_stop", 700, 9),
        ),
        unexplained={"packer": (2, 900.0), "filler": (1, 360.0)},
        standing=(Standing("packer", "line-2", now - 20 * MINUTE, "", "other_stop"),),
        calls=(Called("filler", "line-1", "maintenance", now - 10 * MINUTE),),
        holds=(Held("packer", "cola", 48, now - HOUR),),
        safety=(SafetyEvent("packer", "near_miss", now - 2 * HOUR, 77),),
        crews=(Crew("line-1", 3, 4), Crew("line-2", 5, 4)),
        material=(Material("B-7", "line-1", now + HOUR, False),),
        late=(Late("B-7", "line-1", now + 3 * HOUR, True), Late("B-9", "line-2", now + 4 * HOUR, False)),
        slow=(SlowRun("filler", "line-1", now - HOUR, 0.8),),
        changes=(Changes("line-1", 2, 2400, 1800),),
        silences=(
            Silence("filler", "line-1", now - 30 * MINUTE, 3000, is_now=True),
            Silence("line-2", "line-2", now - HOUR, 1800, is_now=False),
        ),
        came_late=(CameLate("packer", 40, START - 3 * 24 * HOUR),),
    )
