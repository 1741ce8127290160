"""Section `people`: how many people a cut must hold, and what a tablet may do where nobody is signed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plantstack.plant.fields import Fields
from plantstack.plant.readers import between, integer, map_of, text, yes_no

LEAST_PEOPLE, LEAST_CREWS = 5, 3


@dataclass(frozen=True, slots=True)
class People:
    """The policy `strict`: the least that holds everywhere; a plant may only ask for more.

    Attributes:
        least_people: a cut by crew or shift of fewer people is withheld.
        least_crews: a cut by crew or shift into fewer of them is withheld.
        crews: how many people a crew has, where no attendance was told.
        is_unsigned_allowed: whether reasons may be entered at a paired tablet where nobody is signed on.
    """

    least_people: int = LEAST_PEOPLE
    least_crews: int = LEAST_CREWS
    crews: Mapping[str, int] = field(default_factory=dict)
    is_unsigned_allowed: bool = True


def read_people(fields: Fields) -> People:
    """Read `people`; every key has a default, and no number can be lower than the policy's."""
    found = People(
        least_people=fields.want("least_people", between(integer, LEAST_PEOPLE, 1000), LEAST_PEOPLE),
        least_crews=fields.want("least_crews", between(integer, LEAST_CREWS, 100), LEAST_CREWS),
        crews=fields.want("crews", map_of(text, between(integer, 0, 10_000)), {}),
        is_unsigned_allowed=fields.want("unsigned_entries", yes_no, True),
    )
    fields.close("people")
    return found
