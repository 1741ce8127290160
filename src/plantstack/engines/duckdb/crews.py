"""Which crews and shifts worked where, and how many people they have: over all the books, not one window."""

from __future__ import annotations

from dataclasses import dataclass, field

from plantstack.engines.duckdb.books import Books


@dataclass(frozen=True, slots=True)
class Crews:
    """Crews and shifts of every equipment.

    Attributes:
        worked: equipment -> (shift, crew) that time was spent in; '' where none is named.
        told: equipment -> crews that hours or heads were told of there.
        heads: (equipment, crew) -> heads present on average, where they were told; crew '' is nobody's name.
    """

    worked: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    heads: dict[tuple[str, str], float] = field(default_factory=dict)


_WORKED = "select distinct equipment, shift, crew from all_time_day where shift <> '' or crew <> ''"
_TOLD = """
select
    e.equipment,
    coalesce(json_extract_string(e.body, '$.crew'), '') as crew,
    avg(try_cast(json_extract_string(e.body, '$.heads_present') as double)) as heads
from everything as e
anti join gone on gone.log_offset = e.log_offset
where e.kind in ('attendance', 'labour') and not e.void
group by all
"""


def crews_of(books: Books) -> Crews:
    """Read the crews of all equipment; a question about any window gets the same."""
    found = Crews()
    for equipment, shift, crew in books.con.execute(_WORKED).fetchall():
        found.worked.setdefault(equipment, set()).add((shift, crew))
    for equipment, crew, heads in books.con.execute(_TOLD).fetchall():
        if crew:
            found.told.setdefault(equipment, set()).add(crew)
        if heads is not None:
            found.heads[(equipment, crew)] = heads
    return found
